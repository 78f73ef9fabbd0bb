-- How far the journal reaches, for those who follow it (db/announcements.py).

-- name: ends
-- The journal's size, and the size of its newest published head (0 before the first).
select
    head.size,
    coalesce((select max(c.size) from checkpoint as c where c.journal = head.journal), 0)::bigint as published
from head
where head.journal = $1;
