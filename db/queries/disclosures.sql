-- Public figures: where, for whom, how much (db/disclosures.py).

-- name: money
-- Money and goods in and out before position $2, by year, region, focus area and asset; corrections netted.
with pending as (
    -- Rows of a file are shown once its batch is closed.
    select import_row.position
    from import_batch
    inner join import_row on import_batch.journal = import_row.journal and import_batch.id = import_row.batch
    where import_batch.journal = $1 and (import_batch.closed is null or import_batch.closed >= $2)
),

received as (
    select
        entry.effective, entry.kind, posting.asset, posting.amount,
        restriction.region,
        case when cardinality(restriction.purposes) = 1 then restriction.purposes[1] end as focus
    from entry
    inner join posting
        on entry.journal = posting.journal and entry.position = posting.position and posting.book = 'fund'
    left join account on posting.journal = account.journal and posting.to_account = account.id
    left join restriction on account.journal = restriction.journal and account.restriction = restriction.id
    where
        entry.journal = $1 and entry.position < $2
        and entry.kind in ('donation', 'gift_in_kind', 'income', 'opening')
        and not exists (select from pending where pending.position = entry.position)
),

taken_back as (
    -- A correction counts where the corrected entry counted, and on its date.
    select
        original.effective, original.kind, posting.asset, -posting.amount as amount,
        restriction.region,
        case when cardinality(restriction.purposes) = 1 then restriction.purposes[1] end as focus
    from entry
    inner join entry as original on entry.journal = original.journal and entry.corrects = original.position
    inner join posting
        on entry.journal = posting.journal and entry.position = posting.position and posting.book = 'fund'
    left join account on posting.journal = account.journal and posting.from_account = account.id
    left join restriction on account.journal = restriction.journal and account.restriction = restriction.id
    where
        entry.journal = $1 and entry.position < $2 and entry.kind = 'correction'
        and original.kind in ('donation', 'gift_in_kind', 'income', 'opening')
        and not exists (select from pending where pending.position = original.position)
),

spent as (
    -- What came back of a payment, by correction or return, is taken off it.
    select
        entry.effective, entry.kind, posting.asset,
        posting.amount - coalesce(
            (
                select sum(slice.hi - slice.lo)
                from slice
                where
                    slice.journal = posting.journal
                    and slice.source = 'posting/' || posting.position || '/' || posting.n
                    and slice.position < $2
            ),
            0
        ) as amount,
        coalesce(posting.region, restriction.region, project.region) as region,
        coalesce(
            posting.purpose,
            case when cardinality(restriction.purposes) = 1 then restriction.purposes[1] end,
            project.purpose
        ) as focus
    from entry
    inner join posting
        on entry.journal = posting.journal and entry.position = posting.position and posting.book = 'fund'
    left join account on posting.journal = account.journal and posting.from_account = account.id
    left join restriction on account.journal = restriction.journal and account.restriction = restriction.id
    left join project
        on posting.journal = project.journal and coalesce(posting.project, account.project) = project.id
    where
        entry.journal = $1 and entry.position < $2
        and entry.kind in ('disbursement', 'expense', 'bank_fee', 'platform_fee', 'refund')
        and not exists (select from pending where pending.position = entry.position)
),

figure as (
    select effective, kind, asset, amount, region, focus from received
    union all
    select effective, kind, asset, amount, region, focus from taken_back
    union all
    select effective, kind, asset, amount, region, focus from spent
)

select
    extract(year from effective)::integer as year, region, focus, asset,
    coalesce(sum(amount) filter (where kind in ('donation', 'gift_in_kind')), 0)::bigint as donated,
    coalesce(sum(amount) filter (where kind = 'income'), 0)::bigint as income,
    coalesce(sum(amount) filter (where kind = 'opening'), 0)::bigint as opened,
    coalesce(sum(amount) filter (where kind = 'refund'), 0)::bigint as refunded,
    coalesce(sum(amount) filter (where kind = 'disbursement'), 0)::bigint as granted,
    coalesce(sum(amount) filter (where kind in ('expense', 'bank_fee', 'platform_fee')), 0)::bigint as costs
from figure
group by year, region, focus, asset
order by year, region, focus, asset
limit $3;

-- name: persons
-- Persons reached by confirmed deliveries before position $2, by year, region and focus area of what was delivered.
with reached as (
    select
        extract(year from entry.effective)::integer as year,
        coalesce(delivery.region, posting.region, project.region) as place,
        coalesce(posting.purpose, project.purpose) as focus,
        delivery.persons
    from delivery
    inner join entry on delivery.journal = entry.journal and delivery.subject = entry.position
    left join posting
        on
            entry.journal = posting.journal and entry.position = posting.position and posting.book = 'fund'
            and posting.n = 0
    left join project on posting.journal = project.journal and posting.project = project.id
    where
        delivery.journal = $1 and delivery.position < $2
        and not exists (
            select from entry as correction
            where
                correction.journal = delivery.journal and correction.corrects = delivery.subject
                and correction.position < $2
        )
)

select year, place as region, focus, sum(persons)::bigint as persons
from reached
group by year, place, focus
order by year, place, focus;

-- name: below
-- A region and all below it, as code@edition.
select below.name
from regions_below($1) as below (name);

-- name: region_names
-- What these regions (parallel lists of codes and editions) are called, and the province that each belongs to.
select
    region.code || '@' || region.edition as id, region.name, province.code || '@' || province.edition as province,
    province.name as province_name
from region
left join region as province on region.edition = province.edition and region.path[1] = province.code
where (region.edition, region.code) in (select * from unnest($1::text[], $2::text[]));

-- name: focus_names
-- What these focus areas are called, by the newest edition that has them.
select distinct on (code) code, name, name_en
from focus_area
where code = any($1::text[])
order by code asc, edition desc;
