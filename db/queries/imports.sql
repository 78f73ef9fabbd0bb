-- Import batches, their rows and the decisions on them (db/import_batches.py).

-- name: batches_of_rows
-- Batches by what their rows say, for one organization.
select id, file_digest, rows_digest, row_count, total, opened, closed
from import_batch
where journal = $1 and organization = $2 and rows_digest = any($3::bytea[]);

-- name: rows_recorded
-- Which rows of a batch have become entries, and which.
select row_number, position
from import_row
where journal = $1 and batch = $2;

-- name: await_decision
-- A companion: the donation at $2 awaits a decision on its earmark.
insert into import_decision (journal, position, batch, row_number, reason, suggestion)
values ($1, $2, $3, $4, $5, $6::jsonb);

-- name: resolve_decision
-- A companion: the entry at $2 settles the decision on the donation at $3.
update import_decision
set resolved = $2
where journal = $1 and position = $3 and resolved is null;

-- name: decision
-- One decision: the donation, its batch and row, whose it is, and what settled it.
select d.position, d.batch, d.row_number, d.reason, d.resolved, b.organization, b.asset, b.closed
from import_decision as d
inner join import_batch as b on d.journal = b.journal and d.batch = b.id
where d.journal = $1 and d.position = $2;

-- name: landed_undetermined
-- The postings of a donation that landed on an undetermined account, with their places on its axis.
select p.n, p.to_account, p.asset, s.landed, s.landed_hi
from posting as p
inner join slice as s on p.journal = s.journal and p.position = s.position and p.n = s.posting
inner join account as a on p.journal = a.journal and p.to_account = a.id
where p.journal = $1 and p.position = $2 and p.book = 'fund' and a.restriction = 'undetermined'
order by s.landed;

-- name: commands_known
-- Which of these command ids have become entries.
select id, position
from command
where journal = $1 and id = any($2::uuid[]);

-- name: organizations_identified
-- Organizations by identifiers of other schemes.
select o.id, i.identifier
from organization as o
cross join lateral unnest(o.identifiers) as i (identifier)
where o.journal = $1 and i.identifier = any($2::text[])
order by o.position;

-- name: records_there
-- Which of these records are there.
select distinct id
from record
where journal = $1 and noun = $2 and id = any($3::text[]);
