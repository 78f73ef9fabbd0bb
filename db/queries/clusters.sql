-- What is asked of a server before there is anything of ours in it.

-- name: create_database
-- The one database of an embedded cluster; run in single-user mode, where no parameter can be passed.
create database mingzhang template template0;

-- name: fitness
-- All that a server must be, for `pools.check`: one row of facts.
select
    current_setting('server_version_num')::integer / 10000 as major,
    pg_encoding_to_char(database.encoding)::text as encoding,
    current_setting('fsync')::boolean as fsync,
    current_setting('full_page_writes')::boolean as full_page_writes,
    role.rolname::text as login,
    role.rolsuper as superuser
from pg_catalog.pg_database as database
cross join pg_catalog.pg_roles as role
where database.datname = current_database() and role.rolname = session_user;

-- name: transaction_of
-- The transaction that wrote an entry, as long as its row was never written again; leaves never are.
select leaf.xmin::text as id
from leaf
inner join journal on leaf.journal = journal.id
where journal.name = $1 and leaf.position = $2;
