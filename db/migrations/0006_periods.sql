-- Through which day an organization's books are closed, and what was served by a later period than its own.

set local role mingzhang_migrator;

create table period (
    journal integer not null references journal (id),
    position bigint not null,
    organization text not null,
    through date,
    primary key (journal, position)
);
comment on table period is 'projection: closings and reopenings of books; the newest of an organization holds';
create index period_by_organization on period (journal, organization, position);

alter table entry add column prior_period date;

select fence_tables();
