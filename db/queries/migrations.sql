-- Which migrations this database has seen.

-- name: lock
-- One process at a time migrates; the session gives it free.
select pg_advisory_lock(7204173292);

-- name: unlock
-- Let the next process migrate.
select pg_advisory_unlock(7204173292);

-- name: has_table
-- Whether any migration ever ran here; asked first, because a DDL guard may refuse even `if not exists`.
select to_regclass('public.migration') is not null;

-- name: create_table
-- The register of migrations; append only by habit, compared with the files at every start.
create table public.migration (
    number integer primary key check (number > 0),
    name text not null,
    sha256 bytea not null check (octet_length(sha256) = 32),
    applied timestamptz not null default clock_timestamp()
);

-- name: describe_table
-- Every table says its class.
comment on table public.migration is 'operational: which migrations ran here, and the SHA-256 of each file';

-- name: applied
-- What ran here, oldest first.
select
    number,
    name,
    sha256
from public.migration
order by number;

-- name: record
-- Note migration $1 named $2, whose file has the hash $3.
insert into public.migration (number, name, sha256) values ($1, $2, $3);

-- name: transaction
-- The identity of the open transaction: a migration that commits by itself would change it.
select pg_current_xact_id()::text;

-- name: reset_role
-- Be the connection's login again, whatever role the migration acted as.
reset role;
