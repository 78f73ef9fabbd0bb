-- Domain records: campaigns, contracts, publications and whatever else `ledger/domain_nouns.py` declares, in one table.

set local role mingzhang_migrator;

create table domain_record (
    journal integer not null references journal (id),
    noun text not null,
    id text not null,
    version integer not null,
    position bigint not null,
    organization text,
    project text,
    body json not null,
    primary key (journal, noun, id)
);
comment on table domain_record is 'projection: the newest version of every domain record';
create index domain_record_by_organization on domain_record (journal, noun, organization, id);
create index domain_record_by_project on domain_record (journal, noun, project, id) where project is not null;

select fence_tables();
