-- The vault: ciphertext of personal data, one data key a person. Only the door, and the eraser, come here.

-- name: in_use
-- Whether the vault holds anybody, in any journal: then a missing key file is a loss, not a beginning.
select exists(select 1 from person) as used;

-- name: insert_with_person
-- A companion: a new person and what is known of them; the person may be new twice in one command.
with known as (
    insert into person (journal, id, wrapped_key, matched)
    values ($1, $3, $4, $5)
    on conflict (journal, id) do nothing
)

insert into personal (journal, position, person, commitment, nonce, ciphertext)
values ($1, $2, $3, $6, $7, $8);

-- name: insert_personal
-- A companion: more about a person who is there; refused when they have been erased meanwhile.
insert into personal (journal, position, person, commitment, nonce, ciphertext)
values ($1, $2, $3, $4, $5, $6);

-- name: person
-- The wrapped key of a person.
select
    id,
    wrapped_key,
    matched
from person
where journal = $1 and id = $2;

-- name: matched
-- The person whom a keyed hash of a citizen number finds; the first, should two imports have met.
select
    id,
    wrapped_key,
    matched
from person
where journal = $1 and matched = $2
order by id
limit 1;

-- name: sealed
-- What lies behind commitments, still sealed.
select
    personal.commitment,
    personal.person,
    personal.nonce,
    personal.ciphertext,
    person.wrapped_key
from personal
inner join person on personal.journal = person.journal and personal.person = person.id
where personal.journal = $1 and personal.commitment = any($2::bytea[]);

-- name: erase_personal
-- Salt and data of a person, gone; the commitments stay in their leaves.
delete from personal
where journal = $1 and person = $2
returning commitment;

-- name: erase_person
-- The person's key, gone.
delete from person
where journal = $1 and id = $2
returning id;

-- name: stale
-- Persons after ($2, $3) whose key is not wrapped by the key-encryption key named $1.
select
    journal,
    id,
    wrapped_key
from person
where substr(wrapped_key, 1, 8) <> $1 and (journal, id) > ($2, $3)
order by journal, id
limit 500;

-- name: rewrap
-- Put the newly wrapped key $4 in the place of $3, if it is still there.
update person
set wrapped_key = $4
where journal = $1 and id = $2 and wrapped_key = $3;
