-- Companions of record_bound: the version itself, and the rows of its noun that queries serve.
-- In one batch statements run grouped, so each row yields to a newer version of its record.

-- name: store_version
-- A version of a record; the leaf at its position holds its digest.
insert into record (journal, position, noun, id, version, content, digest)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: store_organization
-- The newest version of an organization's record.
insert into organization (
    journal, position, id, version, uscc, name, name_en, kind, legal_form, level, management_mode,
    registration_authority, supervising_body, region, identifiers
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
on conflict (journal, id) do update
    set
        position = excluded.position, version = excluded.version, uscc = excluded.uscc, name = excluded.name,
        name_en = excluded.name_en, kind = excluded.kind, legal_form = excluded.legal_form,
        level = excluded.level, management_mode = excluded.management_mode,
        registration_authority = excluded.registration_authority, supervising_body = excluded.supervising_body,
        region = excluded.region, identifiers = excluded.identifiers
    where organization.position < excluded.position;

-- name: store_organization_status
-- Its status and qualifications by date ($4 is a JSON array), unless a newer version is there.
insert into organization_status (journal, organization, n, kind, valid_from, valid_until)
select $1 as journal, $3 as organization, s.n, s.kind, s.valid_from, s.valid_until
from
    jsonb_to_recordset($4::jsonb) as s (n integer, kind text, valid_from date, valid_until date)
where exists (select from organization as o where o.journal = $1 and o.id = $3 and o.position = $2)
on conflict (journal, organization, n) do update
    set kind = excluded.kind, valid_from = excluded.valid_from, valid_until = excluded.valid_until;

-- name: trim_organization_status
-- What an earlier version had beyond its $4 lines.
delete from organization_status
where
    journal = $1 and organization = $3 and n >= $4
    and exists (select from organization as o where o.journal = $1 and o.id = $3 and o.position = $2);

-- name: store_project
-- The newest version of a project's record.
insert into project (
    journal, position, id, version, organization, code, name, name_en, purpose, region, starts, ends, status,
    identifiers
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
on conflict (journal, id) do update
    set
        position = excluded.position, version = excluded.version, organization = excluded.organization,
        code = excluded.code, name = excluded.name, name_en = excluded.name_en, purpose = excluded.purpose,
        region = excluded.region, starts = excluded.starts, ends = excluded.ends, status = excluded.status,
        identifiers = excluded.identifiers
    where project.position < excluded.position;

-- name: store_domain_record
-- The newest version of a domain record; $8 is its content.
insert into domain_record (journal, position, noun, id, version, organization, project, body)
values ($1, $2, $3, $4, $5, $6, $7, $8::json)
on conflict (journal, noun, id) do update
    set
        position = excluded.position, version = excluded.version, organization = excluded.organization,
        project = excluded.project, body = excluded.body
    where domain_record.position < excluded.position;

-- name: store_beneficiary
-- The newest version of a beneficiary's record, under a pseudonym.
insert into beneficiary (journal, position, id, version, organization, kind, region)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (journal, id) do update
    set
        position = excluded.position, version = excluded.version, organization = excluded.organization,
        kind = excluded.kind, region = excluded.region
    where beneficiary.position < excluded.position;

-- name: store_beneficiary_category
-- Its categories by date ($4 is a JSON array), unless a newer version is there.
insert into beneficiary_category (journal, beneficiary, n, category, valid_from, valid_until)
select $1 as journal, $3 as beneficiary, c.n, c.category, c.valid_from, c.valid_until
from
    jsonb_to_recordset($4::jsonb) as c (n integer, category text, valid_from date, valid_until date)
where exists (select from beneficiary as b where b.journal = $1 and b.id = $3 and b.position = $2)
on conflict (journal, beneficiary, n) do update
    set category = excluded.category, valid_from = excluded.valid_from, valid_until = excluded.valid_until;

-- name: trim_beneficiary_category
-- What an earlier version had beyond its $4 lines.
delete from beneficiary_category
where
    journal = $1 and beneficiary = $3 and n >= $4
    and exists (select from beneficiary as b where b.journal = $1 and b.id = $3 and b.position = $2);

-- name: newest
-- The newest version of a record.
select version, content
from record
where journal = $1 and noun = $2 and id = $3
order by version desc
limit 1;
