-- Traces over recorded slices (db/flows.py): indexed interval look-ups, never the whole journal.
--
-- Slices of one axis never overlap, so that the one which covers a point is the last that begins at or before it: that
-- is the lower bound of every look-up.  Through a conversion an interval is covered by whole units; ledger/flows.py
-- then cuts it exactly.

-- name: forward
-- The slices that what entry $2 landed (posting $3, or all) went through up to position $4; at most $5 rows.
with recursive reached as (
    select
        slice.position, slice.posting, slice.n, slice.source, slice.lo, slice.hi, slice.target, slice.landed,
        slice.landed_hi, slice.landed as at_lo, slice.landed_hi as at_hi
    from slice
    where slice.journal = $1 and slice.position = $2 and (slice.posting = $3::integer or $3::integer is null)
    union all
    select
        taken.position, taken.posting, taken.n, taken.source, taken.lo, taken.hi, taken.target, taken.landed,
        taken.landed_hi,
        taken.landed + case
            when taken.hi - taken.lo = taken.landed_hi - taken.landed then greatest(reached.at_lo - taken.lo, 0)
            else div(
                greatest(reached.at_lo - taken.lo, 0)::numeric * (taken.landed_hi - taken.landed), taken.hi - taken.lo
            )::bigint
        end as at_lo,
        taken.landed + case
            when taken.hi - taken.lo = taken.landed_hi - taken.landed
                then least(reached.at_hi, taken.hi) - taken.lo
            else div(
                (least(reached.at_hi, taken.hi) - taken.lo)::numeric * (taken.landed_hi - taken.landed)
                + (taken.hi - taken.lo - 1),
                taken.hi - taken.lo
            )::bigint
        end as at_hi
    from reached
    inner join slice as taken
        on
            reached.target = taken.source
            and taken.journal = $1
            and taken.lo >= coalesce(
                (
                    select max(before.lo)
                    from slice as before
                    where before.journal = $1 and before.source = reached.target and before.lo <= reached.at_lo
                ),
                reached.at_lo
            )
            and reached.at_hi > taken.lo
            and reached.at_lo < taken.hi
            and taken.position <= $4
)

-- Without an order, so that the recursion stops at the limit.
select position, posting, n, source, lo, hi, target, landed, landed_hi
from reached
limit -- noqa: AM09
    $5;

-- name: backward
-- The slices that brought what entry $2 took (posting $3, or all) up to position $4; at most $5 rows.
with recursive reached as (
    select
        slice.position, slice.posting, slice.n, slice.source, slice.lo, slice.hi, slice.target, slice.landed,
        slice.landed_hi, slice.lo as at_lo, slice.hi as at_hi
    from slice
    where slice.journal = $1 and slice.position = $2 and (slice.posting = $3::integer or $3::integer is null)
    union all
    select
        brought.position, brought.posting, brought.n, brought.source, brought.lo, brought.hi, brought.target,
        brought.landed, brought.landed_hi,
        brought.lo + case
            when brought.hi - brought.lo = brought.landed_hi - brought.landed
                then greatest(reached.at_lo - brought.landed, 0)
            else div(
                greatest(reached.at_lo - brought.landed, 0)::numeric * (brought.hi - brought.lo),
                brought.landed_hi - brought.landed
            )::bigint
        end as at_lo,
        brought.lo + case
            when brought.hi - brought.lo = brought.landed_hi - brought.landed
                then least(reached.at_hi, brought.landed_hi) - brought.landed
            else div(
                (least(reached.at_hi, brought.landed_hi) - brought.landed)::numeric * (brought.hi - brought.lo)
                + (brought.landed_hi - brought.landed - 1),
                brought.landed_hi - brought.landed
            )::bigint
        end as at_hi
    from reached
    inner join slice as brought
        on
            reached.source = brought.target
            and brought.journal = $1
            and brought.landed >= coalesce(
                (
                    select max(before.landed)
                    from slice as before
                    where before.journal = $1 and before.target = reached.source and before.landed <= reached.at_lo
                ),
                reached.at_lo
            )
            and reached.at_hi > brought.landed
            and reached.at_lo < brought.landed_hi
            and brought.position <= $4
)

-- Without an order, so that the recursion stops at the limit.
select position, posting, n, source, lo, hi, target, landed, landed_hi
from reached
limit -- noqa: AM09
    $5;

-- name: postings
-- What the fund postings of these entries say, and what their accounts are for.
select
    entry.position, entry.kind, entry.effective, entry.organization, posting.n, posting.asset, posting.from_account,
    posting.to_account, posting.purpose, posting.region, posting.project, posting.category, posting.cost,
    source_terms.purposes as from_purposes, source_project.name as from_project,
    source_project.name_en as from_project_en, target_terms.purposes as to_purposes,
    target_project.name as to_project, target_project.name_en as to_project_en, used.name as project_name,
    used.name_en as project_name_en
from entry
inner join posting on entry.journal = posting.journal and entry.position = posting.position
left join account as source on posting.journal = source.journal and posting.from_account = source.id
left join account as target on posting.journal = target.journal and posting.to_account = target.id
left join restriction as source_terms
    on source.journal = source_terms.journal and source.restriction = source_terms.id
left join restriction as target_terms
    on target.journal = target_terms.journal and target.restriction = target_terms.id
left join project as source_project on source.journal = source_project.journal and source.project = source_project.id
left join project as target_project on target.journal = target_project.journal and target.project = target_project.id
left join project as used on posting.journal = used.journal and posting.project = used.id
where entry.journal = $1 and entry.position = any($2::bigint[]) and posting.book = 'fund'
order by entry.position, posting.n;
