-- Webhooks: who is told over HTTP, with which secrets bodies are signed, and what became of each attempt.

set local role mingzhang_migrator;

create table webhook (
    journal integer not null references journal (id),
    id uuid not null,
    role text not null,
    organization text,
    token uuid references token (id),
    label text not null,
    address text not null,
    query text not null,
    variables text not null,
    position bigint not null,
    state text not null check (state in ('active', 'paused', 'revoked')),
    reason text,
    failures integer not null default 0,
    due timestamptz not null,
    lease uuid,
    leased_until timestamptz,
    created timestamptz not null,
    primary key (journal, id)
);
comment on table webhook is 'operational: addresses that are told of entries, how far each has got, and who tells it';

create table webhook_secret (
    journal integer not null,
    webhook uuid not null,
    made timestamptz not null,
    secret text not null,
    primary key (journal, webhook, made),
    foreign key (journal, webhook) references webhook (journal, id)
);
comment on table webhook_secret is
    'operational: what bodies are signed with; one that was replaced counts for a while';

create table webhook_delivery (
    journal integer not null,
    webhook uuid not null,
    n bigint not null generated always as identity,
    position bigint not null,
    at timestamptz not null,
    status integer,
    trouble text,
    milliseconds integer not null,
    primary key (journal, webhook, n),
    foreign key (journal, webhook) references webhook (journal, id)
);
comment on table webhook_delivery is 'operational: the newest attempts to deliver, a bounded log';

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
                'snapshot_block', 'proposal', 'proposal_decision', 'webhook', 'webhook_secret', 'webhook_delivery'
            )
        ),
        ('operational', 'update', 'mingzhang_door', name in (
            'import_decision', 'token', 'cosignature', 'webhook'
        )),
        -- Secrets that were replaced, and the oldest lines of a log that is bounded.
        ('operational', 'delete', 'mingzhang_door', name in ('webhook_secret', 'webhook_delivery')),
        -- The initiator signs later; what was sealed goes when the proposal is over.
        ('operational', 'update (signature, companions)', 'mingzhang_door', name = 'proposal'),
        -- A proposal holds sealed rows of the vault until it is decided.
        ('operational', 'select', 'mingzhang_reader', name not in ('token', 'proposal', 'webhook', 'webhook_secret')),
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
