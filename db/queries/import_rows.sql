-- Rows of imported files (db/imports.py): written as companions of the entries that they became.

-- name: insert
-- What one source row said, without persons; the entry's leaf holds the digest.
insert into import_row (journal, position, batch, row_number, content, digest)
values ($1, $2, $3, $4, $5, $6);
