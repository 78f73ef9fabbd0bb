-- Roles of the server, and what the migrator needs in one database.

-- name: lock_roles
-- One process at a time changes roles; given free at the end of the transaction.
select pg_advisory_xact_lock(7204173291);

-- name: advice
-- The connection's login, and what an administrator runs so that it may take the roles $1.
select
    session_user::text as login,
    string_agg(
        case when role.oid is null then format('create role %I; ', asked.name) else '' end
        || format('grant %I to %I;', asked.name, session_user),
        ' ' order by asked.name
    ) as commands
from unnest($1::text[]) as asked (name)
left join pg_catalog.pg_roles as role on asked.name = role.rolname;

-- name: role_commands
-- What is to be done for role $1: make it, set its password verifier $2 (null: it cannot log in), let our login use it.
with asked as (
    select
        $1::text as name,
        $2::text as verifier
),

wanted as (
    select
        asked.name,
        asked.verifier,
        role.oid,
        login.rolsuper as login_is_superuser,
        pg_has_role(login.oid, role.oid, 'member') as is_member,
        -- Since version 16 whoever makes a role is its member at once, but may not yet act as it.
        array(
            select coalesce((to_jsonb(membership) ->> 'set_option')::boolean, true)
            from pg_catalog.pg_auth_members as membership
            where membership.roleid = role.oid and membership.member = login.oid
        ) as may_act
    from asked
    cross join pg_catalog.pg_roles as login
    left join pg_catalog.pg_roles as role on asked.name = role.rolname
    where login.rolname = session_user
)

select
    1 as step,
    format('create role %I', name) as command
from wanted
where oid is null
union all
select
    2 as step,
    format('alter role %I login password %L', name, verifier) as command
from wanted
where verifier is not null
union all
select
    3 as step,
    format('grant %I to %I', name, session_user) as command
from wanted
where
    verifier is null and not login_is_superuser
    and (oid is null or not is_member or (may_act <> '{}' and true <> all(may_act)))
order by step;

-- name: hand_over_schema
-- The migrator makes and owns everything in `public`; the others reach only what migrations grant them.
do $$
begin
    execute format('grant connect, create, temporary on database %I to mingzhang_migrator', current_database());
    execute format(
        'grant connect on database %I to mingzhang_partitioner, mingzhang_door, mingzhang_reader, mingzhang_eraser',
        current_database()
    );
    -- Only once: migration 0002 guards the schema against everybody but the migrator.
    if (select nspowner from pg_catalog.pg_namespace where nspname = 'public') <> 'mingzhang_migrator'::regrole then
        alter schema public owner to mingzhang_migrator;
        revoke create on schema public from public;
        grant usage on schema public to mingzhang_partitioner, mingzhang_door, mingzhang_reader, mingzhang_eraser;
    end if;
end;
$$;
