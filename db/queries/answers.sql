-- name: size
-- How many entries the journal has, as this snapshot sees it.
select size from head where journal = $1;
