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
comment on table webhook is
    'operational: addresses that are told of entries, how far each has got, and who tells it '
    '[door: insert, update] [reader: none]';

create table webhook_secret (
    journal integer not null,
    webhook uuid not null,
    made timestamptz not null,
    secret text not null,
    primary key (journal, webhook, made),
    foreign key (journal, webhook) references webhook (journal, id)
);
comment on table webhook_secret is
    'operational: what bodies are signed with; one that was replaced counts for a while, and goes '
    '[door: insert, delete] [reader: none]';

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
comment on table webhook_delivery is
    'operational: the newest attempts to deliver, a bounded log whose oldest lines go [door: insert, delete]';

select fence_tables();
