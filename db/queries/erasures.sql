-- Erasures: what lies in the vault of a person, what keeps it, and what the journal says is gone (db/erasures.py).

-- name: behind
-- Every commitment of the person behind commitment $2, with the entry that it stands in.
select personal.person, personal.commitment, entry.kind, entry.effective, entry.organization
from personal
inner join entry on personal.journal = entry.journal and personal.position = entry.position
where
    personal.journal = $1
    and personal.person = (
        select known.person
        from personal as known
        where known.journal = $1 and known.commitment = $2
    );

-- name: erased
-- The entries that tell of erasures.
select leaf.leaf
from entry
inner join leaf on entry.journal = leaf.journal and entry.position = leaf.position
where entry.journal = $1 and entry.kind = 'personal_data_erased'
order by entry.position;

-- name: still_there
-- Persons some of whose commitments are among $2, with all that lies in the vault of them.
select personal.person, array_agg(personal.commitment) as commitments
from personal
where
    personal.journal = $1
    and personal.person in (
        select known.person
        from personal as known
        where known.journal = $1 and known.commitment = any($2::bytea[])
    )
group by personal.person;

-- name: present
-- Those of the commitments $2 behind which something lies.
select commitment
from personal
where journal = $1 and commitment = any($2::bytea[]);

-- name: lines
-- How much lies in the vault for each of the entries $2.
select position, array_agg(commitment) as commitments
from personal
where journal = $1 and position = any($2::bigint[])
group by position;

-- name: audit_holds
-- The entries that placed audit holds on the organizations $2 which no entry has lifted.
select placed.position
from entry as placed
where
    placed.journal = $1
    and placed.kind = 'audit_hold_placed'
    and placed.organization = any($2::text[])
    and not exists (
        select
        from entry as lifted
        inner join leaf on lifted.journal = leaf.journal and lifted.position = leaf.position
        where
            lifted.journal = placed.journal
            and lifted.organization = placed.organization
            and lifted.kind = 'audit_hold_lifted'
            and convert_from(leaf.leaf, 'UTF8')::jsonb -> 'data' ->> 'placed' = placed.position::text
    )
order by placed.position;

-- name: mark
-- A companion: marks the persons behind the commitments $4.
insert into person_mark (journal, position, person, mark)
select distinct $1::integer as journal, $2::bigint as position, personal.person, $3::text as mark
from personal
where personal.journal = $1 and personal.commitment = any($4::bytea[]);

-- name: lift
-- A companion: the case hold of entry $3 is lifted, for everyone whom it was placed on.
insert into person_mark (journal, position, person, mark, placed)
select journal, $2::bigint as position, person, 'case-hold-lifted' as mark, position as placed
from person_mark
where journal = $1 and position = $3 and mark = 'case-hold';

-- name: marks
-- The marks in force on the persons behind the commitments $2, with one of these commitments each.
select distinct personal.commitment, person_mark.mark, person_mark.position
from personal
inner join person_mark on personal.journal = person_mark.journal and personal.person = person_mark.person
where
    personal.journal = $1
    and personal.commitment = any($2::bytea[])
    and person_mark.mark <> 'case-hold-lifted'
    and not exists (
        select
        from person_mark as lifted
        where
            lifted.journal = person_mark.journal
            and lifted.person = person_mark.person
            and lifted.placed = person_mark.position
    );

-- name: case_hold
-- Whether entry $2 placed a case hold that is in force.
select exists(
    select
    from person_mark
    where
        journal = $1 and position = $2 and mark = 'case-hold'
        and not exists (
            select
            from person_mark as lifted
            where lifted.journal = $1 and lifted.placed = person_mark.position
        )
) as found;

-- name: every_mark
-- All marks, with the commitments of those whom they are about.
select person_mark.position, person_mark.mark, person_mark.placed, array_agg(personal.commitment) as commitments
from person_mark
inner join personal on person_mark.journal = personal.journal and person_mark.person = personal.person
where person_mark.journal = $1
group by person_mark.position, person_mark.mark, person_mark.placed, person_mark.person;

-- name: acts
-- What lies behind sealed entries before position $2, the newest first, at most $3.
select personal.commitment, personal.position, entry.at
from entry
inner join personal on entry.journal = personal.journal and entry.position = personal.position
where entry.journal = $1 and entry.kind = 'sealed' and entry.position < $2
order by personal.position desc, personal.commitment asc
limit $3;
