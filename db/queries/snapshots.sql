-- Snapshots of all balances: what they are made of, and what their proofs are made of (db/snapshots.py).

-- name: due
-- How far the journal reaches, the leaf of its newest snapshot, and where books were closed last.
select
    head.size,
    (
        select leaf.leaf
        from leaf
        where
            leaf.journal = $1
            and leaf.position = (select max(position) from entry where journal = $1 and kind = 'snapshot')
    ) as newest,
    (select max(position) from entry where journal = $1 and kind = 'period_closed') as closed
from head
where head.journal = $1;

-- name: size
-- How many entries the journal has in this snapshot of the database.
select size
from head
where journal = $1;

-- name: keep_lines
-- Keep the lines of accounts that changed since they were kept last; $2 is the position that they stand after.
insert into snapshot_line (journal, asset, account, through, seq, total_in, total_out, held, free)
select
    account.journal, account.asset, account.id, $2::bigint as through, account.seq, account.total_in,
    account.total_out, account.reserved, account.free
from account
left join lateral (
    select line.seq, line.total_in, line.total_out, line.held, line.free
    from snapshot_line as line
    where
        line.journal = account.journal
        and line.asset = account.asset collate "C" -- noqa: RF03
        and line.account = account.id collate "C" -- noqa: RF03
        and line.through <= $2
    order by line.through desc
    limit 1
) as before on true
where
    account.journal = $1
    and (before.seq, before.total_in, before.total_out, before.held, before.free)
    is distinct from (account.seq, account.total_in, account.total_out, account.reserved, account.free)
on conflict do nothing;

-- name: lines
-- Every account as it stands, in the order of its asset's tree.
select asset, id, seq, total_in, total_out, reserved, free
from account
where journal = $1
order by asset collate "C", id collate "C";

-- name: keep_block
-- Keep a subtree of 256 lines.
insert into snapshot_block (journal, through, asset, number, first, total_in, total_out, held, digest)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict do nothing;

-- name: newest
-- The newest $3 snapshot entries below position $2 that reach no further than position $4, the newest first.
select entry.position, leaf.leaf
from entry
inner join leaf on entry.journal = leaf.journal and entry.position = leaf.position
where
    entry.journal = $1
    and entry.kind = 'snapshot'
    and entry.position < $2
    and (convert_from(leaf.leaf, 'UTF8')::json #>> '{data,through}')::bigint <= $4
order by entry.position desc
limit $3;

-- name: blocks
-- The subtrees of an asset after position $2, in order.
select first, total_in, total_out, held, digest
from snapshot_block
where journal = $1 and through = $2 and asset = $3
order by number;

-- name: lines_of
-- The lines of an asset after position $2 whose accounts lie in [$4, $5) (to the end without $5), in order.
select distinct on (account) account, seq, total_in, total_out, held, free
from snapshot_line
where journal = $1 and through <= $2 and asset = $3 and account >= $4 and ($5::text is null or account < $5)
order by account asc, through desc;

-- name: leaves_at
-- The leaves at these positions.
select position, leaf
from leaf
where journal = $1 and position = any($2::bigint[]);

-- name: touching
-- Up to $6 entries that touch account $2 at positions [$3, $4], with the one before, and the one after below $5.
with mine as (
    select position
    from posting
    where journal = $1 and from_account = $2 and position < $5
    union
    select position
    from posting
    where journal = $1 and to_account = $2 and position < $5
)

select position
from mine
where
    position >= coalesce((select max(before.position) from mine as before where before.position < $3), $3)
    and position <= coalesce((select min(after.position) from mine as after where after.position > $4), $4)
order by position
limit $6;

-- name: clock_at
-- The clock of an entry.
select at
from entry
where journal = $1 and position = $2;
