-- Background replays: what they read besides the served tables, and what they found (db/verifications.py).

-- name: newest
-- The last completed replay.
select finished, size, verdict, findings
from verification
where journal = $1
order by finished desc
limit 1;

-- name: insert
-- A completed replay.
insert into verification (journal, finished, size, verdict, findings)
values ($1, $2, $3, $4, $5::jsonb);
