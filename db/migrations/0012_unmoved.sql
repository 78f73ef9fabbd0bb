-- Memoranda outside the balances, changes of restrictions, agreements, and facts that people could later deny.
--
-- Every row is written once.  What is still open of a memorandum, left of a change, or left of an agreement's fee is
-- counted from these rows, the corrections (entry.corrects) and the postings.

set local role mingzhang_migrator;

create table memorandum (
    journal integer not null references journal (id),
    id text not null,
    kind text not null,
    position bigint not null,
    organization text not null,
    effective date not null,
    asset text,
    amount bigint not null check (amount > 0),
    persons integer,
    counterparty text,
    party bytea,
    due date,
    restriction text,
    project text,
    campaign text,
    region text,
    purpose text,
    product text,
    seller text,
    sale text,
    correction bigint,
    posting integer,
    evidence bytea,
    reference text,
    primary key (journal, id)
);
comment on table memorandum is
'projection: promises of money, help in selling, volunteer hours; amount in minor units, of hours in minutes';
create index memorandum_by_organization on memorandum (journal, organization, id);
create index memorandum_by_position on memorandum (journal, position);
create index memorandum_by_sale on memorandum (journal, seller, sale) where sale is not null;
create index memorandum_by_party on memorandum (journal, party, effective) where kind = 'volunteer_hours';
create index memorandum_by_correction on memorandum (journal, correction, posting) where correction is not null;

create table memorandum_step (
    journal integer not null references journal (id),
    position bigint not null,
    memorandum text not null,
    step text not null check (step in ('settled', 'withdrawn', 'closed')),
    effective date not null,
    payment bigint,
    amount bigint,
    ground text,
    evidence bytea,
    reference text,
    primary key (journal, position)
);
comment on table memorandum_step is 'projection: what settled, withdrew a settlement of, or closed a memorandum';
create index memorandum_step_by_memorandum on memorandum_step (journal, memorandum, position);
create index memorandum_step_by_payment on memorandum_step (journal, payment, position) where payment is not null;

create table restriction_change (
    journal integer not null references journal (id),
    position bigint not null,
    organization text not null,
    effective date not null,
    restriction text not null,
    target text,
    asset text not null,
    amount bigint not null check (amount > 0),
    basis text not null,
    evidence bytea,
    reference text,
    primary key (journal, position)
);
comment on table restriction_change is
'projection: documented changes of what so many units may be used for; without a target they are released';
create index restriction_change_by_restriction on restriction_change (journal, restriction, position);
create index restriction_change_by_organization on restriction_change (journal, organization, position);

create table agreement (
    journal integer not null references journal (id),
    id text not null,
    position bigint not null,
    organization text not null,
    effective date not null,
    digest bytea not null,
    counterparty text,
    partner text,
    restriction text,
    asset text,
    amount bigint,
    valid_from date,
    valid_until date,
    fee_clause text,
    fee_base text,
    fee_rate text,
    fee_moment text,
    fee_cap bigint,
    primary key (journal, id)
);
comment on table agreement is 'projection: agreements by digest, with their terms; amounts in minor units';
create index agreement_by_organization on agreement (journal, organization, id);

create table agreement_milestone (
    journal integer not null references journal (id),
    agreement text not null,
    n integer not null,
    milestone text not null,
    due date not null,
    amount bigint,
    position bigint not null,
    primary key (journal, agreement, n)
);
comment on table agreement_milestone is 'projection: what an agreement says is due by when';

create table milestone_reached (
    journal integer not null references journal (id),
    position bigint not null,
    agreement text not null,
    milestone text not null,
    evidence bytea,
    reference text,
    primary key (journal, position)
);
comment on table milestone_reached is 'projection: milestones of agreements that were reached, with their papers';
create index milestone_reached_by_agreement on milestone_reached (journal, agreement, milestone);

create table reliance (
    journal integer not null references journal (id),
    position bigint not null,
    noun text not null check (noun in ('change', 'agreement')),
    key text not null,
    primary key (journal, position)
);
comment on table reliance is
'projection: entries whose money relies on a change of its restriction, or on an agreement';
create index reliance_by_key on reliance (journal, noun, key);

create table fact (
    journal integer not null references journal (id),
    id text not null,
    kind text not null,
    position bigint not null,
    organization text not null,
    effective date not null,
    digest bytea not null,
    topic text,
    body text,
    number text,
    account text,
    lines integer,
    root bytea,
    size bigint,
    population integer,
    drawn integer,
    committed bigint,
    seed bytea,
    commitment bytea,
    valid_from date,
    valid_until date,
    opening bigint,
    incoming bigint,
    outgoing bigint,
    closing bigint,
    primary key (journal, id)
);
comment on table fact is
'projection: plans, reports and publications filed, statements imported, commendations, draws; amounts in minor units';
create index fact_by_organization on fact (journal, organization, id);
create index fact_by_position on fact (journal, position);
create index fact_by_committed on fact (journal, committed) where committed is not null;

-- Counts that decisions and reads share.

create function used_of_change(of_journal integer, of_change bigint) returns bigint
language sql stable set search_path = public, pg_temp
as $$
    select coalesce(sum(case when p.position = r.position then p.amount else -p.amount end), 0)::bigint
    from reliance as r
    left join entry as e on e.journal = r.journal and e.corrects = r.position
    inner join posting as p
        on p.journal = r.journal and p.position in (r.position, e.position) and p.book = 'fund'
    where r.journal = of_journal and r.noun = 'change' and r.key = of_change::text;
$$;
comment on function used_of_change(integer, bigint) is
'units that relied on a change of a restriction, less what corrections of those entries brought back';

create function settled_of_memorandum(of_journal integer, of_memorandum text) returns bigint
language sql stable set search_path = public, pg_temp
as $$
    select coalesce(sum(s.amount), 0)::bigint
    from memorandum_step as s
    where s.journal = of_journal and s.memorandum = of_memorandum and s.step = 'settled'
        and not exists (
            select from entry as e
            where e.journal = s.journal and e.corrects = s.payment
        )
        and not exists (
            select from memorandum_step as w
            where w.journal = s.journal and w.memorandum = s.memorandum and w.payment = s.payment
                and w.step = 'withdrawn' and w.position > s.position
        );
$$;
comment on function settled_of_memorandum(integer, text) is
'units of a promise that payments settle which nobody corrected and no withdrawal freed';

-- Holds with what has become of them.

create view hold with (security_invoker = true) as
select
    e.journal, e.position, e.organization, e.effective,
    convert_from(l.leaf, 'UTF8')::json -> 'data' ->> 'for' as payment,
    (convert_from(l.leaf, 'UTF8')::json -> 'data' ->> 'until')::timestamptz as until,
    case when r.kind is null then 'open' when r.kind = 'void' then 'voided' when r.kind = 'expire' then 'expired'
        else 'paid' end as state,
    r.position as resolution
from entry as e
inner join leaf as l on e.journal = l.journal and e.position = l.position
left join entry as r on e.journal = r.journal and e.position = r.resolves
where e.kind = 'hold';
comment on view hold is 'projection: money reserved for a payment, and whether it is open, paid, voided or expired';

grant select on hold to mingzhang_reader, mingzhang_door;

select fence_tables();
