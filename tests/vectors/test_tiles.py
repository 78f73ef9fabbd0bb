"""A real tiled log written by Tessera: 16 checkpoints and every partial tile and bundle, recomputed from leaves."""

from pathlib import Path

import pytest

from ledger import checkpoints, merkle, notes, tiles

ORIGIN = "example.com/log/testdata"
VKEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
SIZE = 15


@pytest.fixture
def log(vectors: Path) -> Path:
    return vectors / "tlog-tiles-tessera/testdata/log"


def leaves_of(log: Path) -> list[bytes]:
    """Return the leaves of the whole log."""
    return tiles.decode_bundle((log / str(tiles.Bundle(0, SIZE))).read_bytes(), SIZE)


def test_every_checkpoint_is_signed_and_states_the_root_of_its_leaves(log: Path) -> None:
    verifier = notes.Verifier.parse(VKEY)
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves_of(log)]
    sizes = []
    for path in sorted(log.glob("checkpoint.*")):
        opened = checkpoints.open_checkpoint(path.read_bytes(), [verifier])
        assert path.name == f"checkpoint.{opened.size}"
        assert opened == checkpoints.Checkpoint(ORIGIN, opened.size, merkle.root(hashes[: opened.size]))
        sizes.append(opened.size)
    assert sorted(sizes) == list(range(SIZE + 1))
    assert (log / "checkpoint").read_bytes() == (log / f"checkpoint.{SIZE}").read_bytes()


def test_every_tile_and_bundle_is_what_the_leaves_make(log: Path) -> None:
    leaves = leaves_of(log)
    seen = {"tile": 0, "bundle": 0}
    for path in sorted(path for path in (log / "tile").rglob("*") if path.is_file()):
        resource = tiles.parse_path(path.relative_to(log).as_posix())
        data = path.read_bytes()
        held = leaves[: resource.width]
        if isinstance(resource, tiles.Bundle):
            assert tiles.decode_bundle(data, resource.width) == held
            assert tiles.encode_bundle(held) == data
            seen["bundle"] += 1
        else:
            assert data == b"".join(merkle.leaf_hash(leaf) for leaf in held)
            tiles.check_bundle(held, data)
            assert merkle.root_at(resource.width, tiles.node_reader({(0, 0): data})) == merkle.root(
                [merkle.leaf_hash(leaf) for leaf in held]
            )
            seen["tile"] += 1
    assert seen == {"tile": SIZE, "bundle": SIZE}


def test_any_two_checkpoints_are_proven_consistent_from_tiles(log: Path) -> None:
    verifier = notes.Verifier.parse(VKEY)
    heads = [checkpoints.open_checkpoint((log / f"checkpoint.{n}").read_bytes(), [verifier]) for n in range(SIZE + 1)]
    for second in heads[1:]:
        for first in heads[1 : second.size + 1]:
            needed = tiles.consistency_tiles(first.size, second.size)
            held = {(tile.level, tile.index): (log / str(tile)).read_bytes() for tile in needed}
            proof = merkle.consistency_proof(first.size, second.size, tiles.node_reader(held))
            merkle.verify_consistency(first.size, second.size, first.root, second.root, proof)
