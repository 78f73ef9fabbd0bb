-- Erasures: what lies in the vault of a person, and what the journal says is gone (db/erasures.py).

-- name: behind
-- Every commitment of the person behind commitment $2, with the entry that it stands in.
select personal.person, personal.commitment, entry.kind, entry.effective
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
