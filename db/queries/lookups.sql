-- What use cases look up before they compose a command: point reads, as the reader.

-- name: stored_entry
-- The entry that a command id became, with its leaf.
select c.position, l.leaf
from command as c
inner join leaf as l on c.journal = l.journal and c.position = l.position
where c.journal = $1 and c.id = $2;

-- name: leaf_at
-- The leaf at a position.
select leaf
from leaf
where journal = $1 and position = $2;

-- name: receipts
-- Clock, leaf hash and cover of entries.
select
    e.position, e.at, l.hash,
    case
        when e.position < (select max(a.attested) from entry as a where a.journal = e.journal) then 'AUDITED'
        when e.position < (select max(w.size) from witnessed as w where w.journal = e.journal) then 'WITNESSED'
        when e.position < (select max(k.size) from checkpoint as k where k.journal = e.journal) then 'CHECKPOINTED'
        else 'RECORDED'
    end as state
from entry as e
inner join leaf as l on e.journal = l.journal and e.position = l.position
where e.journal = $1 and e.position = any($2::bigint[]);

-- name: record_there
-- Whether a version of a record is there.
select count(*) > 0 as there
from record
where journal = $1 and noun = $2 and id = $3;

-- name: assets
-- The assets of accounts.
select id, asset
from account
where journal = $1 and id = any($2::text[]);

-- name: projects
-- Which of these projects an organization has.
select id
from project
where journal = $1 and organization = $2 and id = any($3::text[]);

-- name: regions
-- Which of these regions are in a loaded list.
select code || '@' || edition as region
from region
where code || '@' || edition = any($1::text[]) and code = any($2::text[]);

-- name: purposes
-- Which of these purpose codes are in a loaded list of focus areas, and whether any list is loaded.
select
    coalesce(array_agg(distinct code) filter (where code = any($1::text[])), '{}')::text[] as known,
    count(*) > 0 as loaded
from focus_area;

-- name: posting
-- The two accounts and the asset of one fund posting.
select from_account, to_account, asset, amount
from posting
where journal = $1 and position = $2 and book = 'fund' and n = $3;

-- name: use_of
-- What one fund posting was spent on.
select purpose, region, project, category, cost
from posting
where journal = $1 and position = $2 and book = 'fund' and n = $3;

-- name: valued
-- Which of these goods have a lot that was declared with a value.
select asset
from lot
where journal = $1 and asset = any($2::text[]) and value is not null;

-- name: record_at
-- The content of the record that an entry bound.
select content
from record
where journal = $1 and position = $2;

-- name: editions
-- The editions of a list that are loaded, the oldest first.
select edition
from reference_list
where journal = $1 and name = $2
order by edition;

-- name: reference_content
-- One edition of a list as it was loaded.
select content
from reference_list
where journal = $1 and name = $2 and edition = $3;

-- name: uscc_holder
-- Which organization has a unified social credit code.
select id
from organization
where journal = $1 and uscc = $2;

-- name: commitments
-- Behind which commitments of an entry something lies in the vault; as the door.
select commitment
from personal
where journal = $1 and position = $2
order by commitment;

-- name: owners
-- Whose entries the commitments belong to, behind which something lies in the vault; as the door.
select p.commitment, p.position, e.organization
from personal as p
inner join entry as e on p.journal = e.journal and p.position = e.position
where p.journal = $1 and (p.commitment = any($2::bytea[]) or p.position = any($3::bigint[]))
order by p.position, p.commitment;

-- name: entry_at
-- Kind and organization of an entry.
select kind, organization
from entry
where journal = $1 and position = $2;

-- name: effectives
-- The value dates of accepted commands.
select c.id, e.effective
from command as c
inner join entry as e on c.journal = e.journal and c.position = e.position
where c.journal = $1 and c.id = any($2::uuid[]);

-- name: open_holds
-- Holds after position $2 that nothing has resolved, with their end by the ledger's clock.
select
    held.position,
    held.organization,
    (convert_from(leaf.leaf, 'UTF8')::jsonb -> 'data' ->> 'until')::timestamptz as until
from entry as held
inner join leaf on held.journal = leaf.journal and held.position = leaf.position
where
    held.journal = $1
    and held.kind = 'hold'
    and held.position > $2
    and not exists (
        select from entry as later where later.journal = held.journal and later.resolves = held.position
    )
order by held.position;
