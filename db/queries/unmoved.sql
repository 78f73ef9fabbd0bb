-- Memoranda, changes, agreements and facts: what the door writes and reads of them (db/door_unmoved.py).

-- name: insert_memorandum
-- Rows of memorandum, as one JSON array.
insert into memorandum (
    journal, id, kind, position, organization, effective, asset, amount, persons, counterparty, party, due,
    restriction, project, campaign, region, purpose, product, seller, sale, correction, posting, evidence, reference
)
select
    $1 as journal, r.id, r.kind, r.position, r.organization, r.effective, r.asset, r.amount, r.persons,
    r.counterparty, decode(r.party, 'hex') as party, r.due, r.restriction, r.project, r.campaign, r.region,
    r.purpose, r.product, r.seller, r.sale, r.correction, r.posting, decode(r.evidence, 'hex') as evidence,
    r.reference
from
    jsonb_to_recordset($2::jsonb) as r (
        id text, kind text, position bigint, organization text, effective date, asset text, amount bigint,
        persons integer, counterparty text, party text, due date, restriction text, project text, campaign text,
        region text, purpose text, product text, seller text, sale text, correction bigint, posting integer,
        evidence text, reference text
    );

-- name: insert_memorandum_step
-- Rows of memorandum_step, as one JSON array.
insert into memorandum_step (
    journal, position, memorandum, step, effective, payment, amount, ground, evidence, reference
)
select
    $1 as journal, r.position, r.memorandum, r.step, r.effective, r.payment, r.amount, r.ground,
    decode(r.evidence, 'hex') as evidence, r.reference
from
    jsonb_to_recordset($2::jsonb) as r (
        position bigint, memorandum text, step text, effective date, payment bigint, amount bigint, ground text,
        evidence text, reference text
    );

-- name: insert_restriction_change
-- Rows of restriction_change, as one JSON array.
insert into restriction_change (
    journal, position, organization, effective, restriction, target, asset, amount, basis, evidence, reference
)
select
    $1 as journal, r.position, r.organization, r.effective, r.restriction, r.target, r.asset, r.amount, r.basis,
    decode(r.evidence, 'hex') as evidence, r.reference
from
    jsonb_to_recordset($2::jsonb) as r (
        position bigint, organization text, effective date, restriction text, target text, asset text, amount bigint,
        basis text, evidence text, reference text
    );

-- name: insert_agreement
-- Rows of agreement, as one JSON array.
insert into agreement (
    journal, id, position, organization, effective, digest, counterparty, partner, restriction, asset, amount,
    valid_from, valid_until, fee_clause, fee_base, fee_rate, fee_moment, fee_cap
)
select
    $1 as journal, r.id, r.position, r.organization, r.effective, decode(r.digest, 'hex') as digest, r.counterparty,
    r.partner, r.restriction, r.asset, r.amount, r.valid_from, r.valid_until, r.fee_clause, r.fee_base, r.fee_rate,
    r.fee_moment, r.fee_cap
from
    jsonb_to_recordset($2::jsonb) as r (
        id text, position bigint, organization text, effective date, digest text, counterparty text, partner text,
        restriction text, asset text, amount bigint, valid_from date, valid_until date, fee_clause text,
        fee_base text, fee_rate text, fee_moment text, fee_cap bigint
    );

-- name: insert_agreement_milestone
-- Rows of agreement_milestone, as one JSON array.
insert into agreement_milestone (
    journal, agreement, n, milestone, due, amount, position
)
select
    $1 as journal, r.agreement, r.n, r.milestone, r.due, r.amount, r.position
from
    jsonb_to_recordset($2::jsonb) as r (
        agreement text, n integer, milestone text, due date, amount bigint, position bigint
    );

-- name: insert_milestone_reached
-- Rows of milestone_reached, as one JSON array.
insert into milestone_reached (
    journal, position, agreement, milestone, evidence, reference
)
select
    $1 as journal, r.position, r.agreement, r.milestone, decode(r.evidence, 'hex') as evidence, r.reference
from
    jsonb_to_recordset($2::jsonb) as r (
        position bigint, agreement text, milestone text, evidence text, reference text
    );

-- name: insert_reliance
-- Rows of reliance, as one JSON array.
insert into reliance (
    journal, position, noun, key
)
select
    $1 as journal, r.position, r.noun, r.key
from
    jsonb_to_recordset($2::jsonb) as r (
        position bigint, noun text, key text
    );

-- name: insert_fact
-- Rows of fact, as one JSON array.
insert into fact (
    journal, id, kind, position, organization, effective, digest, topic, body, number, account, lines, root, size,
    population, drawn, committed, seed, commitment, valid_from, valid_until, opening, incoming, outgoing, closing
)
select
    $1 as journal, r.id, r.kind, r.position, r.organization, r.effective, decode(r.digest, 'hex') as digest, r.topic,
    r.body, r.number, r.account, r.lines, decode(r.root, 'hex') as root, r.size, r.population, r.drawn, r.committed,
    decode(r.seed, 'hex') as seed, decode(r.commitment, 'hex') as commitment, r.valid_from, r.valid_until, r.opening,
    r.incoming, r.outgoing, r.closing
from
    jsonb_to_recordset($2::jsonb) as r (
        id text, kind text, position bigint, organization text, effective date, digest text, topic text, body text,
        number text, account text, lines integer, root text, size bigint, population integer, drawn integer,
        committed bigint, seed text, commitment text, valid_from date, valid_until date, opening bigint,
        incoming bigint, outgoing bigint, closing bigint
    );

-- name: memoranda
-- The leaves that opened these memoranda, or that claim these sales.
select m.id, l.leaf
from memorandum as m
inner join leaf as l on m.journal = l.journal and m.position = l.position
where
    m.journal = $1
    and (
        m.id = any($2::text[])
        or (m.seller, m.sale) in (select * from unnest($3::text[], $4::text[]))
    );

-- name: memorandum_steps
-- What became of these memoranda, and what these payments settled, in order; with what corrected a payment.
select s.position, s.memorandum, s.step, s.payment, s.amount, e.position as corrected
from memorandum_step as s
left join entry as e on s.journal = e.journal and s.payment = e.corrects
where s.journal = $1 and (s.memorandum = any($2::text[]) or s.payment = any($3::bigint[]))
order by s.position;

-- name: minutes_given
-- How many minutes these commitments gave on these days, as far as they stand.
select m.party, m.effective, sum(m.amount)::bigint as minutes
from memorandum as m
where
    m.journal = $1 and m.kind = 'volunteer_hours'
    and (m.party, m.effective) in (select * from unnest($2::bytea[], $3::date[]))
    and not exists (
        select from memorandum_step as s
        where s.journal = m.journal and s.memorandum = m.id and s.step = 'closed'
    )
group by m.party, m.effective;

-- name: agreements
-- The leaves that bound these agreements.
select a.id, l.leaf
from agreement as a
inner join leaf as l on a.journal = l.journal and a.position = l.position
where a.journal = $1 and a.id = any($2::text[]);

-- name: agreed_fees
-- Fees released under these agreements out of each account, less what corrections brought back to it.
select fee.agreement, fee.account, sum(fee.units)::bigint as units
from (
    select r.key as agreement, regexp_replace(p.from_account, '^overdrawn/', '') as account, p.amount as units
    from reliance as r
    inner join posting as p on r.journal = p.journal and r.position = p.position and p.book = 'fund'
    where r.journal = $1 and r.noun = 'agreement' and r.key = any($2::text[])
    union all
    select r.key as agreement, regexp_replace(back.to_account, '^overdrawn/', '') as account, -back.amount as units
    from reliance as r
    inner join entry as e on r.journal = e.journal and r.position = e.corrects
    inner join posting as back on e.journal = back.journal and e.position = back.position and back.book = 'fund'
    where r.journal = $1 and r.noun = 'agreement' and r.key = any($2::text[])
) as fee
group by fee.agreement, fee.account;

-- name: changes_used
-- How many units relied on these changes, less what corrections brought back.
select c.position, used_of_change(c.journal, c.position) as used
from restriction_change as c
where c.journal = $1 and c.position = any($2::bigint[]);

-- name: named
-- What of these is there already: facts, milestones reached, receivables of corrections, draws.
select 'fact' as what, f.id as name
from fact as f
where f.journal = $1 and f.id = any($2::text[])
union all
select 'milestone' as what, r.agreement || '/' || r.milestone as name
from milestone_reached as r
where r.journal = $1 and (r.agreement, r.milestone) in (select * from unnest($3::text[], $4::text[]))
union all
select 'receivable' as what, m.correction || '/' || m.posting as name
from memorandum as m
where m.journal = $1 and (m.correction, m.posting) in (select * from unnest($5::bigint[], $6::integer[]))
union all
select 'draw' as what, f.committed::text as name
from fact as f
where f.journal = $1 and f.committed = any($7::bigint[]);
