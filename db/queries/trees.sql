-- The journal's tree as outsiders see it: head, tiles, bundles, checkpoints (db/trees.py).

-- name: head
-- The end of the journal, without locking it.
select size, root, at
from head
where journal = $1;

-- name: tiles
-- The hashes of tiles, given as parallel lists of levels and indexes.
select level, number, nodes
from tile
where journal = $1 and (level, number) in (select * from unnest($2::integer[], $3::bigint[]));

-- name: tile_prefix
-- The first $4 hashes of a tile, if it has grown to that width.
select substr(nodes, 1, $4::integer * 32)
from tile
where journal = $1 and level = $2 and number = $3 and octet_length(nodes) >= $4::integer * 32;

-- name: leaves_between
-- The leaves of positions [$2, $3), in order.
select leaf
from leaf
where journal = $1 and position >= $2 and position < $3
order by position;

-- name: leaf_at
-- One leaf and its hash.
select leaf, hash
from leaf
where journal = $1 and position = $2;

-- name: newest_checkpoint
-- The checkpoint that covers most.
select size, root, note
from checkpoint
where journal = $1
order by size desc
limit 1;

-- name: tree_of
-- The journal's size and, for a tree of $2 entries (the newest published one when it is null), its checkpoint with
-- the cosignatures that it has.
select head.size as head_size, signed.size, signed.root, signed.note || signed.lines as note
from head
left join lateral (
    select checkpoint.size, checkpoint.root, checkpoint.note, coalesce((
        select string_agg(c.line || e'\n', '' order by c.witness)
        from cosignature as c
        where c.journal = checkpoint.journal and c.size = checkpoint.size
    ), '') as lines
    from checkpoint
    where checkpoint.journal = head.journal and (checkpoint.size = $2::bigint or $2::bigint is null)
    order by checkpoint.size desc
    limit 1
) as signed on true
where head.journal = $1;

-- name: publication
-- How far the journal reaches, how far it is signed, and the clock of the first entry that is not.
select head.size, coalesce(signed.size, 0) as signed, unsigned.at as waiting_since
from head
left join lateral (
    select checkpoint.size
    from checkpoint
    where checkpoint.journal = head.journal
    order by checkpoint.size desc
    limit 1
) as signed on true
left join entry as unsigned on head.journal = unsigned.journal and coalesce(signed.size, 0) = unsigned.position
where head.journal = $1;

-- name: insert_checkpoint
-- Publish a signed head, and tell whoever listens; repeating it changes nothing.
with published as (
    insert into checkpoint (journal, size, root, note)
    values ($1, $2, $3, $4)
    on conflict do nothing
    returning journal, size
)

select pg_notify('mingzhang', journal || ' checkpoint ' || size) as told
from published;

-- name: keys_declared
-- The newest entry below position $2 that names the keys of the log.
select leaf.position, leaf.leaf
from leaf
where leaf.journal = $1 and leaf.position = (
    select greatest(
        (select max(position) from entry where journal = $1 and kind = 'journal_opened' and position < $2),
        (select max(position) from entry where journal = $1 and kind = 'key_rotated' and position < $2)
    )
);

-- name: keys_named
-- Every entry that names keys of the log.
select leaf.leaf
from leaf
inner join entry on leaf.journal = entry.journal and leaf.position = entry.position
where entry.journal = $1 and entry.kind in ('journal_opened', 'key_rotated')
order by entry.position;

-- name: clock
-- The database's own clock.
select clock_timestamp();

-- name: newest_cosigned
-- The checkpoint that covers most (with $2: of those that met the policy of witnesses), and its cosignature lines.
select newest.size, newest.root, newest.note, array(
    select cosignature.line
    from cosignature
    where cosignature.journal = newest.journal and cosignature.size = newest.size
    order by cosignature.witness
) as lines
from checkpoint as newest
where newest.journal = $1 and (
    not $2::boolean or newest.size in (select witnessed.size from witnessed where witnessed.journal = $1)
)
order by newest.size desc
limit 1;

-- name: cosigners
-- The witnesses, by vkey, that cosigned the checkpoint of $2 entries, and their lines.
select witness, line
from cosignature
where journal = $1 and size = $2;

-- name: cosigned_sizes
-- The largest checkpoint that each witness cosigned.
select witness, max(size) as size
from cosignature
where journal = $1
group by witness;

-- name: witnessed_size
-- The largest checkpoint that met the policy of witnesses.
select coalesce(max(size), 0)
from witnessed
where journal = $1;

-- name: insert_cosignature
-- Keep a witness's signature line; a newer one takes the place of the one before.
insert into cosignature (journal, size, witness, line)
values ($1, $2, $3, $4)
on conflict (journal, size, witness) do update set line = excluded.line;

-- name: insert_witnessed
-- Note that a checkpoint met the policy of witnesses, when it first did.
insert into witnessed (journal, size, have, need, total)
values ($1, $2, $3, $4, $5)
on conflict do nothing;

-- name: elect
-- Become the one publisher of a journal as long as this session lives; false if another is.
select pg_try_advisory_lock(1835363956, $1::integer);
