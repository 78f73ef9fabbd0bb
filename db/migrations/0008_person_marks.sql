-- What may be done with a person's data, as a sealed entry says: the entry binds the act, this says whom it is about.

set local role mingzhang_migrator;

create table person_mark (
    journal integer not null references journal (id),
    position bigint not null,
    person uuid not null,
    mark text not null check (mark in ('case-hold', 'case-hold-lifted', 'storage-only')),
    placed bigint,
    primary key (journal, position, person),
    foreign key (journal, person) references person (journal, id) on delete cascade,
    check ((mark = 'case-hold-lifted') = (placed is not null))
);
comment on table person_mark is
'vault: persons who must not be erased while a case lasts, and those whose data may be stored and nothing else';
create index person_mark_by_person on person_mark (journal, person);

create index personal_by_person on personal (journal, person);
create index personal_by_position on personal (journal, position);

select fence_tables();
