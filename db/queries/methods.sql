-- What tracing by other rules reads (db/methods.py): of the accounts that money can have been in, all slices.

-- name: touching
-- The slices up to position $3 that leave one of the axes $2 or land on it; at most $4 each way.
(
    select position, posting, n, source, lo, hi, target, landed, landed_hi
    from slice
    where journal = $1 and source = any($2::text[]) and position <= $3
    limit -- noqa: AM09
        $4
)
union
(
    select position, posting, n, source, lo, hi, target, landed, landed_hi
    from slice
    where journal = $1 and target = any($2::text[]) and position <= $3
    limit -- noqa: AM09
        $4
);

-- name: own
-- The slices of what the entry $2 moved.
select position, posting, n, source, lo, hi, target, landed, landed_hi
from slice
where journal = $1 and position = $2
order by posting, n;

-- name: dates
-- What these entries are, and their value dates.
select position, kind, effective, organization
from entry
where journal = $1 and position = any($2::bigint[]);

-- name: naming
-- The leaves of those of these entries that may name the very units they take, with the leaf of the hold they pay.
select leaf.leaf, held.leaf as hold
from entry
inner join leaf on entry.journal = leaf.journal and entry.position = leaf.position
left join leaf as held on entry.journal = held.journal and entry.resolves = held.position
where
    entry.journal = $1 and entry.position = any($2::bigint[])
    and (
        entry.resolves is not null or position('"named":true'::bytea in leaf.leaf) > 0
        or position('"of":{"entry"'::bytea in leaf.leaf) > 0
    );

-- name: account
-- The organization and asset of an account.
select organization, asset
from account
where journal = $1 and id = $2;

-- name: cover
-- What each entry up to position $4 changed in the liquid custody and the restricted funds of an organization ($2) and
-- asset ($3); at most $5 entries.
with held as (
    select
        id, book = 'custody' as is_custody,
        case
            when book = 'custody' then class in ('bank', 'platform', 'cash', 'overdrawn')
            else class = 'agency' or (class = 'fund' and restriction is not null)
        end as counts
    from account
    where journal = $1 and organization = $2 and asset = $3 and id not like 'outside/%'
),

moved as (
    select posting.position, held.is_custody, posting.amount
    from held
    inner join posting on posting.journal = $1 and held.id = posting.to_account and posting.position <= $4
    where held.counts
    union all
    select posting.position, held.is_custody, -posting.amount as amount
    from held
    inner join posting on posting.journal = $1 and held.id = posting.from_account and posting.position <= $4
    where held.counts
)

select
    moved.position, entry.effective, coalesce(sum(moved.amount) filter (where moved.is_custody), 0)::bigint as liquid,
    coalesce(sum(moved.amount) filter (where not moved.is_custody), 0)::bigint as restricted
from moved
inner join entry on entry.journal = $1 and moved.position = entry.position
group by moved.position, entry.effective
order by moved.position
limit $5;
