-- Where the sealed traces of refused commands are (db/attempts.py).  Only the door's role comes here.

-- name: insert_attempt
-- A companion: one commitment of a sealed entry is a refused command.
insert into attempt (journal, position, commitment)
values ($1, $2, $3);

-- name: attempts
-- Traces before a position, the newest first.
select a.commitment, a.position, e.at
from attempt as a
inner join entry as e on a.journal = e.journal and a.position = e.position
where a.journal = $1 and ($2::bigint is null or a.position < $2)
order by a.position desc, a.commitment asc
limit $3;

-- name: known
-- Which of these commitments are traces, and in which entries.
select commitment, position
from attempt
where journal = $1 and commitment = any($2::bytea[]);

-- name: within
-- Which of these organizations are registered in a region or below it.
select id
from organization
where journal = $1 and id = any($2::text[]) and region = any(array(select regions_below($3)));
