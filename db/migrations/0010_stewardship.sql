-- Money for others, government money, what may be invested, and what is declared of goods by lot.

set local role mingzhang_migrator;

alter table account add column recipient text, add column government bigint;
alter table restriction add column investment text;

create table lot (
    journal integer not null references journal (id),
    asset text not null,
    organization text not null,
    position bigint not null,
    expires date,
    basis text,
    value bigint,
    value_asset text,
    quantity bigint,
    valued_on date,
    valuer text,
    primary key (journal, asset)
);
comment on table lot is 'projection: goods by lot, each declared once: expiry, value, basis, day and valuer';

-- Where government money had come before this was kept: itself, from an account where it had, or as what it bought.
with recursive moved as (
    select
        posting.journal, posting.position, posting.n, posting.to_account,
        case when entry.kind = 'conversion' then paid.from_account else posting.from_account end as from_account
    from posting
    inner join entry on posting.journal = entry.journal and posting.position = entry.position
    inner join posting as paid
        on
            posting.journal = paid.journal and posting.position = paid.position and paid.book = 'fund'
            and paid.n = case when entry.kind = 'conversion' then greatest(posting.n - 1, 0) else posting.n end
    where
        posting.book = 'fund' and entry.kind not in ('fee_release', 'correction')
        and posting.to_account not like '%/%'
),

tainted as (
    select journal, position, to_account as account
    from moved
    where from_account like 'outside/%/payers:government/%'
    union
    select moved.journal, moved.position, moved.to_account as account
    from tainted
    inner join moved
        on
            tainted.journal = moved.journal and tainted.position <= moved.position
            and moved.from_account in (tainted.account, 'overdrawn/' || tainted.account)
)

update account
set government = tainted.first
from (select journal, account, min(position) as first from tainted group by journal, account) as tainted
where account.journal = tainted.journal and account.id = tainted.account;

select fence_tables();
