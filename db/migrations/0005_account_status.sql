-- Whether money may enter and leave an account.

set local role mingzhang_migrator;

alter table account add column status text not null default 'open' check (status in ('open', 'frozen', 'closed'));

select fence_tables();
