-- Commands that wait for a second officer (db/proposals.py).  Only the door's role comes here.

-- name: insert_proposal
-- Keep a command that waits, unless its id waits already or too many of the organization do.
insert into proposal (journal, id, organization, initiator, command, digest, companions, proposed, expires)
select
    $1 as journal, $2 as id, $3 as organization, $4 as initiator, $5 as command, $6 as digest, $7 as companions,
    $8 as proposed, $9 as expires
where (
    select count(*)
    from proposal as p
    left join proposal_decision as d on p.journal = d.journal and p.id = d.id
    where p.journal = $1 and p.organization = $3 and p.expires > $8 and d.id is null
) < $10::bigint
on conflict (journal, id) do nothing;

-- name: proposal
-- One proposal with what became of it.
select
    p.id, p.organization, p.initiator, p.command, p.digest, p.companions, p.proposed, p.expires, p.signature,
    d.outcome, d.officer, d.reason, d.decided, d.position
from proposal as p
left join proposal_decision as d on p.journal = d.journal and p.id = d.id
where p.journal = $1 and p.id = $2;

-- name: proposals
-- Proposals of an organization (of all, without one) before a moment and id, the newest first; some of them waiting.
select
    p.id, p.organization, p.initiator, p.command, p.digest, null::bytea as companions, p.proposed, p.expires,
    p.signature, d.outcome, d.officer, d.reason, d.decided, d.position
from proposal as p
left join proposal_decision as d on p.journal = d.journal and p.id = d.id
where
    p.journal = $1
    and ($2::text is null or p.organization = $2)
    and (not $3::boolean or (d.id is null and p.expires > $4::timestamptz))
order by p.proposed desc, p.id desc
limit $5;

-- name: sign_proposal
-- The initiator's signature, while it waits.
update proposal
set signature = $3
where
    proposal.journal = $1 and proposal.id = $2
    and not exists (select from proposal_decision as d where d.journal = $1 and d.id = $2);

-- name: approve
-- A companion: the proposal is approved by an officer; refused when somebody decided before.
insert into proposal_decision (journal, position, id, outcome, officer, decided)
values ($1, $2, $3, 'approved', $4, $5);

-- name: decline
-- The proposal is declined or withdrawn, unless somebody decided before.
insert into proposal_decision (journal, id, outcome, officer, reason, decided)
values ($1, $2, $3, $4, $5, $6)
on conflict (journal, id) do nothing
returning id;

-- name: forget
-- What was sealed for proposals that are over is gone; of what was approved, it lies in the vault.
update proposal
set companions = null
where
    proposal.journal = $1 and proposal.companions is not null
    and (
        proposal.expires <= $2
        or exists (select from proposal_decision as d where d.journal = $1 and d.id = proposal.id)
    );
