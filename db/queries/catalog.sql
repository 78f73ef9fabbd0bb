-- The schema as PostgreSQL's own catalog tells it, one fact a row: (kind, subject, what, definition).
--
-- `db/structure.py` reads every statement below but the first with `search_path = pg_catalog`, so that all names come
-- out qualified, on PostgreSQL 15 as on 18. Our own objects are those outside of PostgreSQL's schemas and extensions.

-- name: narrow_path
-- Make PostgreSQL qualify what is not its own, until the end of the transaction.
select set_config('search_path', 'pg_catalog', true);

-- name: relations
-- Tables with their columns and partition bounds, views with their text, sequences and foreign tables.
select
    'relation' as kind,
    relation.oid::regclass::text as subject,
    '' as what,
    case
        when relation.relkind in ('v', 'm') then concat(
            'create ',
            case relation.relkind when 'm' then 'materialized ' end,
            'view ',
            relation.oid::regclass,
            ' with (' || array_to_string(relation.reloptions, ', ') || ')',
            E' as\n',
            rtrim(pg_get_viewdef(relation.oid), ';')
        )
        else concat(
            'create ',
            case relation.relpersistence when 'u' then 'unlogged ' else '' end,
            case relation.relkind when 'S' then 'sequence ' when 'f' then 'foreign table ' else 'table ' end,
            relation.oid::regclass,
            parent.clause,
            ' (',
            columns.list,
            ')',
            ' partition by ' || pg_get_partkeydef(relation.oid),
            ' ' || pg_get_expr(relation.relpartbound, relation.oid)
        )
    end as definition
from pg_class as relation
inner join pg_namespace as namespace on relation.relnamespace = namespace.oid
cross join lateral (
    select
        string_agg(
            concat(
                E'\n    ',
                quote_ident(attribute.attname),
                ' ',
                format_type(attribute.atttypid, attribute.atttypmod),
                ' collate ' || nullif(nullif(attribute.attcollation, 0)::regcollation::text, '"default"'),
                case when attribute.attnotnull then ' not null' end,
                case attribute.attgenerated when '' then ' default ' else ' generated always as ' end
                || pg_get_expr(filler.adbin, filler.adrelid),
                case attribute.attidentity when '' then '' else ' generated as identity' end
            ),
            ',' order by attribute.attnum
        ) || E'\n' as list
    from pg_attribute as attribute
    left join pg_attrdef as filler on attribute.attrelid = filler.adrelid and attribute.attnum = filler.adnum
    where attribute.attrelid = relation.oid and attribute.attnum > 0 and not attribute.attisdropped
) as columns
cross join lateral (
    select ' of ' || string_agg(pg_inherits.inhparent::regclass::text, ', ') as clause
    from pg_inherits
    where pg_inherits.inhrelid = relation.oid
) as parent
where relation.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    and namespace.nspname not like 'pg\_%' and namespace.nspname <> 'information_schema'
    and not exists (
        select from pg_depend as member
        where member.classid = 'pg_class'::regclass and member.objid = relation.oid and member.deptype = 'e'
    );

-- name: comments
-- What every table says about itself; it begins with its class.
select
    'comment' as kind,
    relation.oid::regclass::text as subject,
    '' as what,
    format('comment on table %s is %L', relation.oid::regclass, description.description) as definition
from pg_class as relation
inner join pg_namespace as namespace on relation.relnamespace = namespace.oid
inner join pg_description as description
    on relation.oid = description.objoid and description.classoid = 'pg_class'::regclass and description.objsubid = 0
where relation.relkind in ('r', 'p', 'v', 'm', 'f')
    and namespace.nspname not like 'pg\_%' and namespace.nspname <> 'information_schema';

-- name: owners
-- Who owns tables, functions and the schema itself.
select
    'owner' as kind,
    relation.oid::regclass::text as subject,
    '' as what,
    format('alter table %s owner to %I', relation.oid::regclass, owner.rolname) as definition
from pg_class as relation
inner join pg_namespace as namespace on relation.relnamespace = namespace.oid
inner join pg_roles as owner on relation.relowner = owner.oid
where relation.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    and namespace.nspname not like 'pg\_%' and namespace.nspname <> 'information_schema'
    and not exists (
        select from pg_depend as member
        where member.classid = 'pg_class'::regclass and member.objid = relation.oid and member.deptype = 'e'
    )
union all
select
    'owner' as kind,
    routine.oid::regprocedure::text as subject,
    '' as what,
    format('alter routine %s owner to %I', routine.oid::regprocedure, owner.rolname) as definition
from pg_proc as routine
inner join pg_namespace as namespace on routine.pronamespace = namespace.oid
inner join pg_roles as owner on routine.proowner = owner.oid
where namespace.nspname not like 'pg\_%' and namespace.nspname <> 'information_schema'
    and not exists (
        select from pg_depend as member
        where member.classid = 'pg_proc'::regclass and member.objid = routine.oid and member.deptype = 'e'
    )
union all
select
    'owner' as kind,
    'schema ' || namespace.nspname as subject,
    '' as what,
    format('alter schema %I owner to %I', namespace.nspname, owner.rolname) as definition
from pg_namespace as namespace
inner join pg_roles as owner on namespace.nspowner = owner.oid
where namespace.nspname not like 'pg\_%' and namespace.nspname <> 'information_schema';

-- name: constraints
-- Keys, checks and references; `not null` stands with its column (18 has it as a constraint too).
select
    'constraint' as kind,
    condition.conrelid::regclass::text as subject,
    condition.conname::text as what,
    format(
        'alter table %s add constraint %I %s',
        condition.conrelid::regclass, condition.conname, pg_get_constraintdef(condition.oid)
    ) as definition
from pg_constraint as condition
inner join pg_namespace as namespace on condition.connamespace = namespace.oid
where condition.conrelid <> 0 and condition.contype not in ('n', 't')
    and namespace.nspname not like 'pg\_%' and namespace.nspname <> 'information_schema';

-- name: indexes
-- Indexes that no constraint has made.
select
    'index' as kind,
    entry.indrelid::regclass::text as subject,
    entry.indexrelid::regclass::text as what,
    pg_get_indexdef(entry.indexrelid) || case when entry.indisvalid then '' else ' /* invalid */' end as definition
from pg_index as entry
inner join pg_class as relation on entry.indexrelid = relation.oid
inner join pg_namespace as namespace on relation.relnamespace = namespace.oid
where not exists (select from pg_constraint as condition where condition.conindid = entry.indexrelid)
    and namespace.nspname not like 'pg\_%' and namespace.nspname <> 'information_schema';

-- name: triggers
-- Our triggers, and PostgreSQL's own (foreign keys) when somebody has switched them.
select
    'trigger' as kind,
    fence.tgrelid::regclass::text as subject,
    fence.tgname::text as what,
    pg_get_triggerdef(fence.oid) || format(
        E';\nalter table %s %s trigger %I',
        fence.tgrelid::regclass,
        case fence.tgenabled
            when 'A' then 'enable always' when 'D' then 'disable' when 'R' then 'enable replica' else 'enable'
        end,
        fence.tgname
    ) as definition
from pg_trigger as fence
inner join pg_class as relation on fence.tgrelid = relation.oid
inner join pg_namespace as namespace on relation.relnamespace = namespace.oid
where (not fence.tgisinternal or fence.tgenabled <> 'O')
    and namespace.nspname not like 'pg\_%' and namespace.nspname <> 'information_schema';

-- name: event_triggers
-- Whatever fires on changes of the schema, or at login.
select
    'event trigger' as kind,
    fence.evtname::text as subject,
    '' as what,
    format(
        E'create event trigger %I on %s%s execute function %s;\nalter event trigger %I %s',
        fence.evtname,
        fence.evtevent,
        ' when tag in (' || array_to_string(fence.evttags, ', ') || ')',
        fence.evtfoid::regprocedure,
        fence.evtname,
        case fence.evtenabled
            when 'A' then 'enable always' when 'D' then 'disable' when 'R' then 'enable replica' else 'enable'
        end
    ) as definition
from pg_event_trigger as fence;

-- name: rules
-- Rewrite rules; views have one each, which is their text.
select
    'rule' as kind,
    rule.ev_class::regclass::text as subject,
    rule.rulename::text as what,
    pg_get_ruledef(rule.oid) as definition
from pg_rewrite as rule
inner join pg_class as relation on rule.ev_class = relation.oid
inner join pg_namespace as namespace on relation.relnamespace = namespace.oid
where (rule.rulename <> '_RETURN' or relation.relkind not in ('v', 'm'))
    and namespace.nspname not like 'pg\_%' and namespace.nspname <> 'information_schema';

-- name: policies
-- Row security: its policies, and tables on which it is on.
select
    'policy' as kind,
    policy.polrelid::regclass::text as subject,
    policy.polname::text as what,
    format(
        'create policy %I on %s for %s using (%s) with check (%s)',
        policy.polname,
        policy.polrelid::regclass,
        policy.polcmd,
        pg_get_expr(policy.polqual, policy.polrelid),
        pg_get_expr(policy.polwithcheck, policy.polrelid)
    ) as definition
from pg_policy as policy
union all
select
    'policy' as kind,
    relation.oid::regclass::text as subject,
    'row level security' as what,
    format('alter table %s enable row level security', relation.oid::regclass) as definition
from pg_class as relation
where relation.relrowsecurity or relation.relforcerowsecurity;

-- name: functions
-- Functions, procedures and aggregates, whole.
select
    'function' as kind,
    routine.oid::regprocedure::text as subject,
    '' as what,
    case routine.prokind
        when 'a' then format('create aggregate %s', routine.oid::regprocedure)
        else btrim(pg_get_functiondef(routine.oid), E'\n')
    end as definition
from pg_proc as routine
inner join pg_namespace as namespace on routine.pronamespace = namespace.oid
where namespace.nspname not like 'pg\_%' and namespace.nspname <> 'information_schema'
    and not exists (
        select from pg_depend as member
        where member.classid = 'pg_proc'::regclass and member.objid = routine.oid and member.deptype = 'e'
    );

-- name: grants
-- What anybody but the owner may do to tables, columns, functions and schemas; 17 knows more privileges of owners.
with held as (
    select
        relation.oid::regclass::text as subject,
        'table ' || relation.oid::regclass as target,
        relation.relowner as owner,
        relation.relacl as acl,
        '' as part
    from pg_class as relation
    inner join pg_namespace as namespace on relation.relnamespace = namespace.oid
    where relation.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        and namespace.nspname not like 'pg\_%' and namespace.nspname <> 'information_schema'
    union all
    select
        relation.oid::regclass::text as subject,
        'table ' || relation.oid::regclass as target,
        relation.relowner as owner,
        attribute.attacl as acl,
        format(' (%I)', attribute.attname) as part
    from pg_attribute as attribute
    inner join pg_class as relation on attribute.attrelid = relation.oid
    inner join pg_namespace as namespace on relation.relnamespace = namespace.oid
    where namespace.nspname not like 'pg\_%' and namespace.nspname <> 'information_schema'
    union all
    select
        routine.oid::regprocedure::text as subject,
        'routine ' || routine.oid::regprocedure as target,
        routine.proowner as owner,
        coalesce(routine.proacl, acldefault('f', routine.proowner)) as acl,
        '' as part
    from pg_proc as routine
    inner join pg_namespace as namespace on routine.pronamespace = namespace.oid
    where namespace.nspname not like 'pg\_%' and namespace.nspname <> 'information_schema'
    union all
    select
        'schema ' || namespace.nspname as subject,
        'schema ' || quote_ident(namespace.nspname) as target,
        namespace.nspowner as owner,
        namespace.nspacl as acl,
        '' as part
    from pg_namespace as namespace
    where namespace.nspname not like 'pg\_%' and namespace.nspname <> 'information_schema'
    union all
    select
        'defaults of ' || coalesce(nullif(preset.defaclnamespace, 0)::regnamespace::text, 'all schemas') as subject,
        'future ' || preset.defaclobjtype::text as target,
        preset.defaclrole as owner,
        preset.defaclacl as acl,
        '' as part
    from pg_default_acl as preset
)

select
    'grant' as kind,
    held.subject,
    concat_ws(' ', lower(exploded.privilege_type) || held.part, coalesce(quote_ident(taker.rolname), 'public')) as what,
    concat(
        'grant ', lower(exploded.privilege_type), held.part, ' on ', held.target, ' to ',
        coalesce(quote_ident(taker.rolname), 'public'),
        case when exploded.is_grantable then ' with grant option' end
    ) as definition
from held
cross join lateral aclexplode(held.acl) as exploded
left join pg_roles as taker on exploded.grantee = taker.oid
where exploded.grantee <> held.owner;

-- name: roles
-- What our roles may do to the whole server; whether they log in depends on where they are.
select
    'role' as kind,
    role.rolname::text as subject,
    '' as what,
    concat(
        'create role ', quote_ident(role.rolname), ' with',
        case when role.rolsuper then ' superuser' else ' nosuperuser' end,
        case when role.rolcreaterole then ' createrole' else ' nocreaterole' end,
        case when role.rolcreatedb then ' createdb' else ' nocreatedb' end,
        case when role.rolreplication then ' replication' else ' noreplication' end,
        case when role.rolbypassrls then ' bypassrls' else ' nobypassrls' end
    ) as definition
from pg_roles as role
where role.rolname like 'mingzhang\_%';

-- name: members
-- Who may act as one of our roles, besides this login, and as whom our roles may act.
select
    'member' as kind,
    taker.rolname::text as subject,
    granted.rolname::text as what,
    format('grant %I to %I', granted.rolname, taker.rolname) as definition
from pg_auth_members as membership
inner join pg_roles as granted on membership.roleid = granted.oid
inner join pg_roles as taker on membership.member = taker.oid
where (granted.rolname like 'mingzhang\_%' or taker.rolname like 'mingzhang\_%')
    and (taker.rolname <> session_user or taker.rolname like 'mingzhang\_%')
group by granted.rolname, taker.rolname;

-- name: settings
-- Settings that weaken fences, kept in a database or role, in force now, or left to be set by others than superusers.
select
    'setting' as kind,
    concat_ws(' ', coalesce(role.rolname::text, 'everybody'), 'in', coalesce(base.datname::text, 'every database'))
        as subject,
    split_part(line, '=', 1) as what,
    'set ' || line as definition
from pg_db_role_setting as kept
cross join lateral unnest(kept.setconfig) as line
left join pg_roles as role on kept.setrole = role.oid
left join pg_database as base on kept.setdatabase = base.oid
where (kept.setdatabase = 0 or base.datname = current_database())
    and (
        split_part(line, '=', 1) in (
            'session_replication_role', 'event_triggers', 'row_security', 'search_path', 'session_preload_libraries',
            'local_preload_libraries', 'allow_system_table_mods', 'zero_damaged_pages', 'ignore_system_indexes',
            'synchronous_commit', 'role'
        )
        or split_part(line, '=', 1) like '%.%'
    )
union all
select
    'setting' as kind,
    'in force' as subject,
    name as what,
    format('set %s = %s', name, setting) as definition
from pg_settings
where name in ('session_replication_role', 'event_triggers', 'allow_system_table_mods', 'zero_damaged_pages')
    and setting <> boot_val
union all
select
    'setting' as kind,
    'granted' as subject,
    parameter.parname as what,
    format('grant set on parameter %s', parameter.parname) as definition
from pg_parameter_acl as parameter;

-- name: others
-- Anything else that could read, write or hide: extensions, publications, subscriptions, foreign servers, types.
select
    'extension' as kind,
    extension.extname::text as subject,
    '' as what,
    format('create extension %I', extension.extname) as definition
from pg_extension as extension
where extension.extname <> 'plpgsql'
union all
select
    'publication' as kind,
    publication.pubname::text as subject,
    '' as what,
    format('create publication %I', publication.pubname) as definition
from pg_publication as publication
union all
select
    'subscription' as kind,
    subscription.subname::text as subject,
    '' as what,
    format('create subscription %I', subscription.subname) as definition
from pg_subscription as subscription
inner join pg_database as base on subscription.subdbid = base.oid
where base.datname = current_database()
union all
select
    'server' as kind,
    foreign_server.srvname::text as subject,
    '' as what,
    format('create server %I', foreign_server.srvname) as definition
from pg_foreign_server as foreign_server
union all
select
    'type' as kind,
    kind_of.oid::regtype::text as subject,
    '' as what,
    format('create type %s', kind_of.oid::regtype) as definition
from pg_type as kind_of
inner join pg_namespace as namespace on kind_of.typnamespace = namespace.oid
left join pg_class as relation on kind_of.typrelid = relation.oid
where namespace.nspname not like 'pg\_%' and namespace.nspname <> 'information_schema'
    and kind_of.typelem = 0 and coalesce(relation.relkind, 'c') = 'c';

-- name: gaps
-- Fences that this server did not let us put up, by name.
select
    code,
    detail
from public.fence_gap
order by code;
