-- The door's statements (db/journal.py): nothing else in the house writes the journal.

-- name: journal_by_name
-- A journal's number and origin.
select id, name, origin
from journal
where name = $1;

-- name: insert_journal
-- Make room for a journal; its first entry opens it.
insert into journal (id, name, origin)
select
    coalesce(max(id), 0) + 1 as id,
    $1 as name,
    $2 as origin
from journal
on conflict do nothing;

-- name: insert_head
-- The head of an empty journal.
insert into head (journal, size, at, last, root, frontier)
values ($1, 0, '1970-01-01 00:00:00+00', $2, $3, '{}')
on conflict do nothing;

-- name: lock_head
-- Take the only row that allows an append; wait here if someone else holds it.
select size, at, last, root, frontier
from head
where journal = $1
for update;

-- name: move_head
-- Step the head on, if it is still where we read it (compare and set); whoever listens is told with the commit.
with moved as (
    update head
    set size = $3, at = $4, last = $5, root = $6, frontier = $7
    where journal = $1 and size = $2
    returning journal, size
)

select pg_notify('mingzhang', journal || ' ' || size) as told
from moved;

-- name: positions_of_commands
-- Which of these command ids have been accepted, and where.
select id, position
from command
where journal = $1 and id = any($2::uuid[]);

-- name: leaves
-- The leaves at these positions.
select position, leaf
from leaf
where journal = $1 and position = any($2::bigint[]);

-- name: accounts
-- Accounts as they stand.
select
    id, book, class, organization, asset, restriction, project, position, seq, total_in, total_out, received, fees,
    free, batches, status, reserved, pinned, recipient, government
from account
where journal = $1 and id = any($2::text[]);

-- name: returned
-- What later entries brought back from these paying postings.
select source, lo, hi
from slice
where journal = $1 and source = any($2::text[]) and position::text <> split_part(source, '/', 2);

-- name: restrictions
-- The terms of these restrictions.
select id, organization, purposes, region, project, categories, valid_from, valid_until, fee_cap, position, investment
from restriction
where journal = $1 and id = any($2::text[]);

-- name: lots
-- What is declared of these goods.
select asset, organization, position, expires, basis, value, value_asset, quantity, valued_on, valuer
from lot
where journal = $1 and asset = any($2::text[]);

-- name: standings
-- Type and dated status of these organizations; one row without status where there is none.
select o.id, o.kind as type, s.kind, s.valid_from, s.valid_until
from organization as o
left join organization_status as s on o.journal = s.journal and o.id = s.organization
where o.journal = $1 and o.id = any($2::text[])
order by o.id, s.n;

-- name: periods
-- Through which day the books of these organizations are closed, by the newest closing or reopening.
select distinct on (organization) organization, through
from period
where journal = $1 and organization = any($2::text[])
order by organization asc, position desc;

-- name: approval_terms
-- What four eyes ask of these organizations, in the order in which it was said.
select organization, what, subject, value
from approval_term
where journal = $1 and organization = any($2::text[])
order by position;

-- name: versions
-- The newest version of these records.
select noun, id, max(version) as version
from record
where journal = $1 and (noun, id) in (select * from unnest($2::text[], $3::text[]))
group by noun, id;

-- name: references_loaded
-- Every loaded reference list, with its digest.
select name, edition, digest
from reference_list
where journal = $1;

-- name: reference_content
-- The content of one loaded list.
select content
from reference_list
where journal = $1 and name = $2 and edition = $3;

-- name: batches
-- Import batches by id, or by the rows that an organization imported.
select id, organization, file_digest, rows_digest, row_count, total, asset, opened, closed
from import_batch
where
    journal = $1
    and (
        id = any($2::text[])
        or (organization, rows_digest) in (select * from unnest($3::text[], $4::bytea[]))
    );

-- name: corrected
-- Which of these entries have been corrected, and by which.
select corrects, position
from entry
where journal = $1 and corrects = any($2::bigint[]);

-- name: resolved
-- Which of these holds have been resolved, and by which entry.
select resolves, position
from entry
where journal = $1 and resolves = any($2::bigint[]);

-- name: evidence_named
-- Which of these evidence ids are taken.
select id
from evidence
where journal = $1 and id = any($2::text[]);

-- name: deliveries_named
-- Which of these delivery ids are taken.
select id
from delivery
where journal = $1 and id = any($2::text[]);

-- name: newest_snapshot
-- The leaf of the newest snapshot of all balances.
select leaf
from leaf
where journal = $1 and position = (select max(position) from entry where journal = $1 and kind = 'snapshot');

-- name: upsert_accounts
-- Accounts that a batch touched, as they stand after it.
insert into account (
    journal, id, book, class, organization, asset, restriction, project, position, seq, total_in, total_out,
    received, fees, free, batches, status, reserved, pinned, recipient, government
)
select
    $1 as journal, r.id, r.book, r.class, r.organization, r.asset, r.restriction, r.project, r.position, r.seq,
    r.total_in, r.total_out, r.received, r.fees, r.free, r.batches, r.status, r.reserved,
    r.pinned, r.recipient, r.government
from
    jsonb_to_recordset($2::jsonb) as r (
        id text, book text, class text, organization text, asset text, restriction text, project text,
        position bigint, seq bigint, total_in bigint, total_out bigint, received bigint, fees bigint,
        free bigint[], batches text[], status text, reserved bigint, pinned bigint[],
        recipient text, government bigint
    )
on conflict (journal, id) do update
    set
        seq = excluded.seq, total_in = excluded.total_in, total_out = excluded.total_out,
        received = excluded.received, fees = excluded.fees, free = excluded.free, batches = excluded.batches,
        status = excluded.status, reserved = excluded.reserved, pinned = excluded.pinned,
        government = excluded.government;

-- name: insert_restriction
-- A declared restriction.
insert into restriction (
    journal, id, organization, purposes, region, project, categories, valid_from, valid_until, fee_cap, position,
    investment
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: insert_lot
-- Goods by lot, declared.
insert into lot (
    journal, asset, organization, position, expires, basis, value, value_asset, quantity, valued_on, valuer
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: insert_period
-- A closing or reopening of an organization's books.
insert into period (journal, position, organization, through)
values ($1, $2, $3, $4);

-- name: insert_approval_term
-- A threshold, an approver or an officer's key, as an entry says it.
insert into approval_term (journal, position, organization, what, subject, value)
values ($1, $2, $3, $4, $5, $6);

-- name: insert_evidence
-- A document attached to an entry.
insert into evidence (journal, id, digest, size, media_type, subject, position)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: insert_delivery
-- A confirmed delivery.
insert into delivery (journal, id, subject, method, confirmation, persons, region, category, position)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: upsert_batch
-- An import batch as it stands.
insert into import_batch (
    journal, id, organization, file_digest, rows_digest, row_count, total, asset, opened, closed
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (journal, id) do update set closed = excluded.closed;

-- name: extend_tile
-- Add hashes to a tile's right edge.
insert into tile (journal, level, number, nodes)
values ($1, $2, $3, $4)
on conflict (journal, level, number) do update set nodes = tile.nodes || excluded.nodes;

-- name: make_room
-- Leaf partitions reach beyond this size afterwards; answers the size at which to ask again.
select make_leaf_partitions($1 + 500000) * 0 + $1 + 100000;
