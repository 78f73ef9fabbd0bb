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
    -- What was received for others counts once, where it arrives.
    select
        entry.effective,
        case entry.kind when 'agency_out' then 'donation' else entry.kind end as kind, posting.asset, posting.amount,
        restriction.region,
        case when cardinality(restriction.purposes) = 1 then restriction.purposes[1] end as focus
    from entry
    inner join posting
        on entry.journal = posting.journal and entry.position = posting.position and posting.book = 'fund'
    left join account on posting.journal = account.journal and posting.to_account = account.id
    left join restriction on account.journal = restriction.journal and account.restriction = restriction.id
    where
        entry.journal = $1 and entry.position < $2
        and (
            entry.kind in ('donation', 'gift_in_kind', 'income', 'opening')
            or entry.kind = 'agency_out' and account.class = 'fund'
        )
        and not exists (select from pending where pending.position = entry.position)
),

taken_back as (
    -- A correction counts where the corrected entry counted, and on its date.
    select
        original.effective,
        case original.kind when 'agency_out' then 'donation' else original.kind end as kind, posting.asset,
        -posting.amount as amount,
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
        and (
            original.kind in ('donation', 'gift_in_kind', 'income', 'opening')
            or original.kind = 'agency_out' and account.class = 'fund'
        )
        and not exists (select from pending where pending.position = original.position)
),

spent as (
    -- What came back of a payment, by correction or return, is taken off it; a return that was corrected never came.
    -- What is placed outside is converted into a claim; what of it is lost is a cost then, as all that is lost.
    select
        entry.effective,
        case
            when entry.kind in ('investment', 'loan') then 'converted'
            when entry.kind in ('loss', 'purchase') then 'cost'
            when entry.kind not in ('advance', 'advance_repayment') then entry.kind
            when payee.class in ('beneficiaries', 'partners') then 'disbursement'
            else 'expense'
        end as kind,
        posting.asset, posting.amount - coalesce(came_back.units, 0) as amount,
        coalesce(posting.region, restriction.region, project.region) as region,
        coalesce(
            posting.purpose,
            case when cardinality(restriction.purposes) = 1 then restriction.purposes[1] end,
            project.purpose
        ) as focus
    from entry
    inner join posting
        on
            entry.journal = posting.journal and entry.position = posting.position and posting.book = 'fund'
            and starts_with(posting.to_account, 'outside/')
    left join account as payee on posting.journal = payee.journal and posting.to_account = payee.id
    left join account on posting.journal = account.journal and posting.from_account = account.id
    left join restriction on account.journal = restriction.journal and account.restriction = restriction.id
    left join project
        on posting.journal = project.journal and coalesce(posting.project, account.project) = project.id
    left join lateral (
        select sum(back.hi - back.lo - coalesce(gone.units, 0)) as units
        from slice as back
        left join lateral (
            select sum(least(again.hi, back.landed_hi) - greatest(again.lo, back.landed)) as units
            from entry as correction
            inner join slice as again
                on
                    correction.journal = again.journal and correction.position = again.position
                    and back.target = again.source and back.landed_hi > again.lo and back.landed < again.hi
            where
                correction.journal = back.journal and correction.corrects = back.position
                and correction.position < $2
        ) as gone on true
        where
            back.journal = posting.journal
            and back.source = 'posting/' || posting.position || '/' || posting.n
            and back.position < $2
    ) as came_back on true
    where
        entry.journal = $1 and entry.position < $2
        and entry.kind in (
            'disbursement', 'expense', 'bank_fee', 'platform_fee', 'refund', 'purchase', 'advance',
            'advance_repayment', 'investment', 'loan', 'loss'
        )
        and not (entry.kind = 'refund' and account.class = 'agency')
        and not exists (select from pending where pending.position = entry.position)
),

against as (
    -- A refund to us that names no payment (original unknown) is less of a grant, or of a cost, when it came; a
    -- conversion leaves one asset and arrives in another.  Corrections take both back, where and when they counted.
    select
        original.effective, posting.asset, restriction.region,
        case
            when original.kind = 'refund' and outside.class in ('staff', 'tax', 'fees') then 'cost'
            when original.kind = 'refund' then 'disbursement'
            when starts_with(posting.from_account, 'outside/') = (entry.position = original.position) then 'acquired'
            else 'converted'
        end as kind,
        case
            when (original.kind = 'refund') = (entry.position = original.position) then -posting.amount
            else posting.amount
        end as amount,
        case when cardinality(restriction.purposes) = 1 then restriction.purposes[1] end as focus
    from entry
    inner join entry as original
        on entry.journal = original.journal and coalesce(entry.corrects, entry.position) = original.position
    inner join posting
        on entry.journal = posting.journal and entry.position = posting.position and posting.book = 'fund'
    inner join account as outside
        on
            posting.journal = outside.journal and starts_with(outside.id, 'outside/')
            and outside.id in (posting.from_account, posting.to_account)
    left join account as held
        on
            posting.journal = held.journal and held.id in (posting.from_account, posting.to_account)
            and outside.id <> held.id
    left join restriction on held.journal = restriction.journal and held.restriction = restriction.id
    where
        entry.journal = $1 and entry.position < $2
        and entry.kind in ('conversion', 'refund', 'correction')
        and original.kind in ('conversion', 'refund')
        and (
            original.kind = 'conversion'
            or outside.class not in ('donors', 'payers')
            and not exists (
                select from slice
                where
                    slice.journal = original.journal and slice.position = original.position
                    and starts_with(slice.source, 'posting/')
            )
        )
        and not exists (select from pending where pending.position = original.position)
),

figure as (
    select effective, kind, asset, amount, region, focus from received
    union all
    select effective, kind, asset, amount, region, focus from taken_back
    union all
    select effective, kind, asset, amount, region, focus from spent
    union all
    select effective, kind, asset, amount, region, focus from against
)

select
    extract(year from effective)::integer as year, region, focus, asset,
    coalesce(sum(amount) filter (where kind in ('donation', 'gift_in_kind')), 0)::bigint as donated,
    coalesce(sum(amount) filter (where kind = 'income'), 0)::bigint as income,
    coalesce(sum(amount) filter (where kind = 'opening'), 0)::bigint as opened,
    coalesce(sum(amount) filter (where kind = 'refund'), 0)::bigint as refunded,
    coalesce(sum(amount) filter (where kind = 'disbursement'), 0)::bigint as granted,
    coalesce(sum(amount) filter (where kind in ('expense', 'bank_fee', 'platform_fee', 'cost')), 0)::bigint as costs,
    coalesce(sum(amount) filter (where kind = 'converted'), 0)::bigint as converted,
    coalesce(sum(amount) filter (where kind = 'acquired'), 0)::bigint as acquired
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
