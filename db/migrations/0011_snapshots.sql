-- Snapshots of all balances, and what auditors attest.

set local role mingzhang_migrator;

alter table entry add column attested bigint;
create index entry_by_attested on entry (journal, attested) where attested is not null;

create table snapshot_line (
    journal integer not null references journal (id),
    asset text collate "C" not null,
    account text collate "C" not null,
    through bigint not null,
    seq bigint not null,
    total_in bigint not null,
    total_out bigint not null,
    held bigint not null,
    free bigint[] not null,
    primary key (journal, asset, account, through)
);
comment on table snapshot_line is
'operational: lines of snapshots, each where it changed; a proof made of them is held against the root in a leaf '
'[door: insert]';

create table snapshot_block (
    journal integer not null references journal (id),
    through bigint not null,
    asset text collate "C" not null,
    number integer not null,
    first text collate "C" not null,
    total_in numeric not null,
    total_out numeric not null,
    held numeric not null,
    digest bytea not null check (octet_length(digest) = 32),
    primary key (journal, through, asset, number)
);
comment on table snapshot_block is
'operational: subtrees of 256 lines of a snapshot; a proof made of them is held against the root in a leaf '
'[door: insert]';

-- From here on a new operational table says in its comment what its class does not: rights of the door, and whether
-- the reader has none.
create or replace function fence_grants(name text, class text) returns setof text
language sql stable set search_path = pg_catalog
as $$
    with
    comment as (select coalesce(obj_description(to_regclass(format('public.%I', name)), 'pg_class'), '') as said)
    select line
    from comment cross join lateral (
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
        (
            'operational',
            'insert',
            'mingzhang_door',
            name in (
                'journal', 'import_decision', 'verification', 'token', 'cosignature', 'witnessed'
            )
        ),
        ('operational', 'update', 'mingzhang_door', name in ('import_decision', 'token', 'cosignature')),
        ('operational', 'select', 'mingzhang_reader', name <> 'token' and said not like '%[reader: none]%'),
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
    where holds and of_class = class
    union all
    -- What an operational table of this migration or a later one says for itself, such as `[door: insert, update]`.
    select format('grant %s on table public.%I to mingzhang_door', rights[1], name)
    from comment cross join lateral regexp_matches(said, '\[door: ([^]]+)\]') as rights
    where class = 'operational';
$$;

select fence_tables();
