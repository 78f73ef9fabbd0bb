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
    'operational: commands that wait for a second officer, with the sealed rows that go with them; '
    'these go when it is over, and the initiator may sign later '
    '[door: insert, update (signature, companions)] [reader: none]';
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
comment on table proposal_decision is
    'operational: what became of a proposal; one decision each, whoever was first '
    '[door: insert]';

create table attempt (
    journal integer not null references journal (id),
    commitment bytea not null check (octet_length(commitment) = 32),
    position bigint not null,
    primary key (journal, commitment)
);
comment on table attempt is 'vault: which commitments of sealed entries are refused commands';

select fence_tables();
