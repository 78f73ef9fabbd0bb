-- The fences: who may do what to which table, in the database itself (LEDGER.md section 6).
--
-- A table's comment begins with its class, and the class decides (`fence_table`); a table without a class is
-- refused, so that a later migration cannot forget one. Later migrations end with `select fence_tables();`.
--
--   evidence     door: insert, select           row trigger against update and delete
--   projection   door: insert, select, update   but see `fence_grants`: some are never updated, two lose rows
--   vault        door: insert, select           eraser: select, delete; never the reader
--   operational  per table                      the reader never sees a token's digest
--   lookup       door: insert, select           a list has editions, an edition never changes
--
-- Every table, and every partition (statement triggers are not inherited), refuses truncate. All triggers are
-- `enable always`: session_replication_role does not switch them off. Nothing here reads a setting, so no setting
-- opens anything. A superuser can take every fence down: then `db/catalog.py` finds it.
-- Later migrations also begin with `set local role mingzhang_migrator;`, since even a superuser is refused otherwise.
--
-- Runs as the migrator, or as a login that is a member of the roles. What this login may not do is noted in
-- `fence_gap`, by name, and the catalog audit repeats it at every start.

create table fence_gap (
    code text primary key,
    detail text not null
);
comment on table fence_gap is 'operational: fences that this server did not let us put up, and why';

-- Roles ----------------------------------------------------------------------------------------

do $$
declare
    wanted text;
begin
    foreach wanted in array array[
        'mingzhang_migrator', 'mingzhang_partitioner', 'mingzhang_door', 'mingzhang_reader', 'mingzhang_eraser'
    ] loop
        -- Roles belong to the whole server: another database's migration may be making them at this moment.
        if not exists (select from pg_catalog.pg_roles where rolname = wanted) then
            begin
                execute format('create role %I', wanted);
            exception
                when duplicate_object or unique_violation then null;
            end;
        end if;
    end loop;
end;
$$;

-- Triggers -------------------------------------------------------------------------------------

create function refuse_change() returns trigger
language plpgsql set search_path = pg_catalog
as $$
begin
    raise exception '% on %.% is refused', lower(tg_op), tg_table_schema, tg_table_name
        using errcode = 'restrict_violation',
        hint = 'Evidence is never changed: append a correction.';
end;
$$;
comment on function refuse_change() is 'no condition and no setting: whatever fires it fails';

create function guard_ddl() returns event_trigger
language plpgsql set search_path = pg_catalog
as $$
begin
    if current_user = 'mingzhang_migrator' then
        return;
    end if;
    -- What make_leaf_partitions() does, and no more.
    if current_user = 'mingzhang_partitioner'
        and tg_tag in ('CREATE TABLE', 'CREATE TRIGGER', 'ALTER TABLE', 'COMMENT') then
        return;
    end if;
    raise exception '% is refused to %', lower(tg_tag), current_user
        using errcode = 'insufficient_privilege',
        hint = 'Only a migration, run by mingzhang_migrator, changes the schema.';
end;
$$;
comment on function guard_ddl() is 'refuses every change of the schema to all but the migrator, whatever it is about';

-- Grants and triggers by class -----------------------------------------------------------------

create function fence_grants(name text, class text) returns setof text
language sql immutable set search_path = pg_catalog
as $$
    select line
    from (
        values
        -- What has happened is never updated: its row is written once.
        ('projection', 'insert, select', 'mingzhang_door', true),
        ('projection', 'update', 'mingzhang_door', name not in (
            'command', 'entry', 'posting', 'slice', 'evidence', 'delivery'
        )),
        -- The newest version of a record may have fewer of these than the one before.
        ('projection', 'delete', 'mingzhang_door', name in ('organization_status', 'beneficiary_category')),
        ('projection', 'select', 'mingzhang_reader', true),
        ('evidence', 'insert, select', 'mingzhang_door', true),
        ('evidence', 'select', 'mingzhang_reader', true),
        ('vault', 'insert, select', 'mingzhang_door', true),
        ('vault', 'select, delete', 'mingzhang_eraser', true),
        -- A new key-encryption key wraps the same data keys again.
        ('vault', 'update (wrapped_key)', 'mingzhang_eraser', name = 'person'),
        ('operational', 'select', 'mingzhang_door', true),
        ('operational', 'insert', 'mingzhang_door', name in ('journal', 'import_decision', 'verification', 'token')),
        ('operational', 'update', 'mingzhang_door', name in ('import_decision', 'token')),
        ('operational', 'select', 'mingzhang_reader', name <> 'token'),
        (
            'operational',
            'select (id, role, organization, region, label, created, expires, revoked, last_used)',
            'mingzhang_reader',
            name = 'token'
        ),
        ('lookup', 'insert, select', 'mingzhang_door', true),
        ('lookup', 'select', 'mingzhang_reader', true)
    ) as rule (of_class, privileges, grantee, holds)
    cross join lateral format('grant %s on table public.%I to %I', privileges, name, grantee) as granted (line)
    where holds and of_class = class;
$$;
comment on function fence_grants(text, text) is 'the grant commands for a table of a class; none for an unknown class';

create function fence_table(fenced regclass) returns void
language plpgsql set search_path = pg_catalog
as $$
declare
    name text;
    kind "char";
    class text := split_part(obj_description(fenced, 'pg_class'), ':', 1);
    line text;
begin
    select relname, relkind into name, kind from pg_class where oid = fenced;
    if class is null or class not in ('evidence', 'projection', 'vault', 'operational', 'lookup') then
        raise exception 'table % has no class', name
            using hint = 'Begin its comment with evidence, projection, vault, operational or lookup, and a colon.';
    end if;
    execute format(
        'revoke all on table %s from public, mingzhang_door, mingzhang_reader, mingzhang_eraser', fenced
    );
    for line in select public.fence_grants(name, class) loop
        execute line;
    end loop;
    execute format(
        'create or replace trigger fence_truncate before truncate on %s '
        'for each statement execute function public.refuse_change()', fenced
    );
    execute format('alter table %s enable always trigger fence_truncate', fenced);
    if class = 'evidence' then
        -- On a partitioned table this one is handed on to every partition; partitions have their own besides, which
        -- stays with them when they are detached.
        line := case kind when 'p' then 'fence_every_partition' else 'fence_row' end;
        execute format(
            'create or replace trigger %I before update or delete on %s '
            'for each row execute function public.refuse_change()', line, fenced
        );
        execute format('alter table %s enable always trigger %I', fenced, line);
    end if;
end;
$$;
comment on function fence_table(regclass) is 'puts the grants and triggers of its class on a table; repeatable';

create function fence_tables() returns void
language plpgsql set search_path = pg_catalog
as $$
begin
    perform public.fence_table(oid)
    from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition;
end;
$$;
comment on function fence_tables() is 'fences every table of the schema; the last statement of every migration';

-- Partitions of leaf ---------------------------------------------------------------------------

create function make_leaf_partitions(reach bigint) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    width constant bigint := 1000000;
    made integer := 0;
    number bigint;
    part text;
begin
    if reach is null or reach < 0 then
        raise exception 'a position is 0 or more, not %', reach using errcode = 'invalid_parameter_value';
    end if;
    -- Two doors may ask at once; the second then finds the work done.
    perform pg_advisory_xact_lock(7204173293);
    select count(*) into number from pg_inherits where inhparent = 'public.leaf'::regclass;
    if reach / width - number >= 8 then
        raise exception 'position % is more than 8 partitions ahead of the last one', reach
            using errcode = 'invalid_parameter_value';
    end if;
    while number <= reach / width loop
        part := format('leaf_%s', lpad(number::text, 6, '0'));
        -- Made detached, fenced, then attached: `partition of` would lock out every reader.
        execute format('create table public.%I (like public.leaf including all)', part);
        execute format('comment on table public.%I is %L', part, 'evidence: leaves of a range of positions');
        execute format(
            'create trigger fence_row before update or delete on public.%I '
            'for each row execute function public.refuse_change()', part
        );
        execute format(
            'create trigger fence_truncate before truncate on public.%I '
            'for each statement execute function public.refuse_change()', part
        );
        execute format('alter table public.%I enable always trigger fence_row', part);
        execute format('alter table public.%I enable always trigger fence_truncate', part);
        execute format(
            'alter table public.leaf attach partition public.%I for values from (%L) to (%L)',
            part, number * width, (number + 1) * width
        );
        number := number + 1;
        made := made + 1;
    end loop;
    return made;
end;
$$;
comment on function make_leaf_partitions(bigint) is
'makes the missing partitions of leaf up to the one that holds position `reach`; returns how many; ahead of need';

-- Tokens ---------------------------------------------------------------------------------------

create function token_by_digest(wanted bytea)
returns table (id uuid, role text, organization text, region text, expires timestamptz, revoked timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select token.id, token.role, token.organization, token.region, token.expires, token.revoked
    from public.token
    where token.digest = wanted;
$$;
comment on function token_by_digest(bytea) is 'lets the reader recognise a token without reading any digest';

-- Who owns and calls what ----------------------------------------------------------------------

revoke all on function refuse_change() from public;
revoke all on function guard_ddl() from public;
revoke all on function fence_grants(text, text) from public;
revoke all on function fence_table(regclass) from public;
revoke all on function fence_tables() from public;
revoke all on function make_leaf_partitions(bigint) from public;
revoke all on function token_by_digest(bytea) from public;
grant execute on function make_leaf_partitions(bigint) to mingzhang_door;
grant execute on function token_by_digest(bytea) to mingzhang_door, mingzhang_reader;

do $$
declare
    moved record;
begin
    -- Run by another login than the migrator (which must then be a member of it): hand everything over.
    if current_user <> 'mingzhang_migrator' then
        grant usage, create on schema public to mingzhang_migrator;
        for moved in
            select format('table public.%I', relname) as what
            from pg_catalog.pg_class
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
            union all
            select format('function %s', oid::regprocedure)
            from pg_catalog.pg_proc
            where pronamespace = 'public'::regnamespace
        loop
            execute format('alter %s owner to mingzhang_migrator', moved.what);
        end loop;
    end if;
end;
$$;

select fence_tables();

do $$
begin
    grant execute on function refuse_change() to mingzhang_partitioner;
    grant usage, create on schema public to mingzhang_partitioner;
    -- Whoever attaches a partition must own the table; later migrations must be able to change it, too.
    if not pg_has_role('mingzhang_migrator', 'mingzhang_partitioner', 'member') then
        begin
            grant mingzhang_partitioner to mingzhang_migrator;
        exception
            when unique_violation then null; -- another database's migration was quicker
        end;
    end if;
    alter table leaf owner to mingzhang_partitioner;
    alter function make_leaf_partitions(bigint) owner to mingzhang_partitioner;
exception
    when insufficient_privilege then
        insert into fence_gap (code, detail) values (
            'PARTITIONER_IS_MIGRATOR',
            'this login is no member of mingzhang_partitioner, so make_leaf_partitions runs as the migrator'
        );
end;
$$;

select make_leaf_partitions(0);

-- The guard of the schema, last: from here on only the migrator changes it ------------------------

do $$
begin
    create event trigger guard_ddl on ddl_command_start execute function guard_ddl();
    alter event trigger guard_ddl enable always;
exception
    when insufficient_privilege then
        insert into fence_gap (code, detail) values (
            'NO_DDL_GUARD',
            'only a superuser can create an event trigger; the owner of the schema is not held back by one'
        );
end;
$$;
