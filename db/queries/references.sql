-- Companions of reference_loaded: the list as it was given, and its lines for looking up.
-- Lookups are not keyed by journal: an edition is the same in all of them, and never changes.

-- name: store_list
-- A list, whose digest the leaf holds.
insert into reference_list (journal, position, name, edition, content, digest)
values ($1, $2, $3, $4, $5, $6);

-- name: store_region
-- The lines of an edition of GB/T 2260 ($3 is a JSON array).
insert into region (edition, code, name, level, parent, path, valid_from)
select r.edition, r.code, r.name, r.level, r.parent, r.path, r.valid_from
from
    jsonb_to_recordset($3::jsonb) as r (
        edition text, code text, name text, level text, parent text, path text[], valid_from date
    )
where $1::integer is not null and $2::bigint is not null
on conflict (edition, code) do nothing;

-- name: store_region_predecessor
-- Which lines of earlier editions they continue ($3 is a JSON array).
insert into region_predecessor (edition, code, previous_edition, previous_code)
select r.edition, r.code, r.previous_edition, r.previous_code
from
    jsonb_to_recordset($3::jsonb) as r (edition text, code text, previous_edition text, previous_code text)
where $1::integer is not null and $2::bigint is not null
on conflict do nothing;

-- name: store_poverty_county
-- Counties marked as poverty counties, by date ($3 is a JSON array).
insert into poverty_county (edition, code, valid_from, valid_until)
select c.edition, c.code, c.valid_from, c.valid_until
from jsonb_to_recordset($3::jsonb) as c (edition text, code text, valid_from date, valid_until date)
where $1::integer is not null and $2::bigint is not null
on conflict (edition, code, valid_from) do nothing;

-- name: store_focus_area
-- Focus areas and sub-activities, by date ($3 is a JSON array).
insert into focus_area (edition, code, parent, name, name_en, valid_from, valid_until)
select a.edition, a.code, a.parent, a.name, a.name_en, a.valid_from, a.valid_until
from
    jsonb_to_recordset($3::jsonb) as a (
        edition text, code text, parent text, name text, name_en text, valid_from date, valid_until date
    )
where $1::integer is not null and $2::bigint is not null
on conflict (edition, code) do nothing;

-- name: elsewhere
-- The digests under which this database's journals hold an edition.
select distinct digest
from reference_list
where name = $1 and edition = $2;
