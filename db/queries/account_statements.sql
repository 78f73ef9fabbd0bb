-- Account statements for export (db/account_statements.py).

-- name: account
-- Whose account it is, and in which asset.
select id, book, class, organization, asset
from account
where journal = $1 and id = $2;

-- name: lines
-- Up to $4 postings of an account after its sequence number $3, in account sequence.
select
    statement_line.seq, statement_line.position, entry.at, entry.effective, entry.kind, entry.corrects,
    statement_line.direction, statement_line.amount, statement_line.total_in, statement_line.total_out,
    statement_line.other
from statement_line
inner join entry on statement_line.journal = entry.journal and statement_line.position = entry.position
where statement_line.journal = $1 and statement_line.account = $2 and statement_line.seq > $3
order by statement_line.seq
limit $4;
