-- What holds reserve on an account, and which entry resolved which hold.

set local role mingzhang_migrator;

alter table account add column reserved bigint not null default 0, add column pinned bigint[] not null default '{}';

alter table entry add column resolves bigint;
create index entry_by_resolved on entry (journal, resolves) where resolves is not null;

select fence_tables();
