-- What witnesses said about published checkpoints (resolvers/cosignatures.py).
--
-- Neither table is evidence: a cosignature proves itself, to whoever knows the witness's key, and `witnessed` repeats
-- what this server's policy made of them.

set local role mingzhang_migrator;

create table cosignature (
    journal integer not null,
    size bigint not null,
    witness text not null,
    line text not null,
    primary key (journal, size, witness),
    foreign key (journal, size) references checkpoint (journal, size)
);
comment on table cosignature is 'operational: the newest signature line of each witness (by vkey) over a checkpoint';

create table witnessed (
    journal integer not null,
    size bigint not null,
    have integer not null check (have >= 0),
    need integer not null check (need >= 0),
    total integer not null,
    primary key (journal, size),
    foreign key (journal, size) references checkpoint (journal, size)
);
comment on table witnessed is
    'operational: checkpoints that met the policy of witnesses when they did: have of total, of which need are asked';

create or replace function fence_grants(name text, class text) returns setof text
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
        (
            'operational',
            'insert',
            'mingzhang_door',
            name in ('journal', 'import_decision', 'verification', 'token', 'cosignature', 'witnessed')
        ),
        ('operational', 'update', 'mingzhang_door', name in ('import_decision', 'token', 'cosignature')),
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

select fence_tables();
