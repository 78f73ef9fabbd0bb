-- Four eyes: thresholds, approvers and officers' keys as entries say them; commands that wait for a second officer;
-- and where the sealed traces of refused commands are.

set local role mingzhang_migrator;

create table approval_term (
    journal integer not null references journal (id),
    position bigint not null,
    organization text not null,
    what text not null,
    subject text not null,
    value text,
    primary key (journal, position)
);
comment on table approval_term is
    'projection: from which amount a second officer approves, who may, and with which key; the newest holds';
create index approval_term_by_organization on approval_term (journal, organization, position);

create table proposal (
    journal integer not null references journal (id),
    id uuid not null,
    organization text not null,
    initiator text not null,
    command bytea not null,
    digest bytea not null,
    companions bytea,
    proposed timestamptz not null,
    expires timestamptz not null,
    signature text,
    primary key (journal, id)
);
comment on table proposal is
    'operational: commands that wait for a second officer, with the sealed rows that go with them';
create index proposal_by_organization on proposal (journal, organization, proposed);

create table proposal_decision (
    journal integer not null,
    id uuid not null,
    outcome text not null check (outcome in ('approved', 'declined', 'withdrawn')),
    officer text not null,
    reason text,
    decided timestamptz not null,
    position bigint,
    primary key (journal, id),
    foreign key (journal, id) references proposal (journal, id)
);
comment on table proposal_decision is 'operational: what became of a proposal; one decision each, whoever was first';

create table attempt (
    journal integer not null references journal (id),
    commitment bytea not null check (octet_length(commitment) = 32),
    position bigint not null,
    primary key (journal, commitment)
);
comment on table attempt is 'vault: which commitments of sealed entries are refused commands';

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
            name in (
                'journal', 'import_decision', 'verification', 'token', 'cosignature', 'witnessed', 'snapshot_line',
                'snapshot_block', 'proposal', 'proposal_decision'
            )
        ),
        ('operational', 'update', 'mingzhang_door', name in ('import_decision', 'token', 'cosignature')),
        -- The initiator signs later; what was sealed goes when the proposal is over.
        ('operational', 'update (signature, companions)', 'mingzhang_door', name = 'proposal'),
        -- A proposal holds sealed rows of the vault until it is decided.
        ('operational', 'select', 'mingzhang_reader', name not in ('token', 'proposal')),
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
