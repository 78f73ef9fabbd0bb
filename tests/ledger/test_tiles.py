"""Tiles: the specification's own examples, and proofs read back from nothing but tiles."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import merkle, tiles
from ledger.errors import EvidenceError, TileError
from ledger.tiles import Bundle, Tile

HASHES = [merkle.leaf_hash(str(i).encode()) for i in range(70_000)]
_, COMPLETED = merkle.Frontier().grow(HASHES)
ROWS = {level // 8: nodes for level, _, nodes in COMPLETED if level % 8 == 0}


def stored(wanted: list[Tile]) -> dict[tuple[int, int], bytes]:
    """Return what a store holds for these tiles of the tree over HASHES, and not a hash more."""
    held: dict[tuple[int, int], bytes] = {}
    for tile in wanted:
        row = ROWS[tile.level][tile.index * 256 : tile.index * 256 + tile.width]
        assert len(row) == tile.width, f"{tile} is not in the tree"
        held[tile.level, tile.index] = b"".join(row)
    return held


def test_the_specification_counts_the_tiles_of_70000_leaves() -> None:
    """273 full level 0 tiles and one of 112; one full level 1 tile and one of 17; one level 2 tile of 1."""
    all_ = tiles.tiles_at(70_000)
    assert [str(tile) for tile in all_[272:]] == [
        "tile/0/272",
        "tile/0/273.p/112",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]
    assert {tile.width for tile in all_[:273]} == {256}
    assert [str(tile) for tile in tiles.tiles_at(256)] == ["tile/0/000", "tile/1/000.p/1"]
    assert tiles.tiles_at(0) == []
    assert [str(tile) for tile in tiles.new_tiles(255, 257)] == ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]
    assert tiles.new_bundles(0, 300) == [Bundle(0), Bundle(1, 44)]
    assert tiles.new_tiles(7, 7) == []


PATHS = {
    "tile/0/x001/x234/067": Tile(0, 1_234_067),
    "tile/0/x001/x234/067.p/8": Tile(0, 1_234_067, 8),
    "tile/63/000.p/255": Tile(63, 0, 255),
    "tile/1/999": Tile(1, 999),
    "tile/1/x001/000": Tile(1, 1000),
    "tile/entries/x001/000.p/1": Bundle(1000, 1),
}


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_read_as_it_is_printed(path: str) -> None:
    assert tiles.parse_path(path) == PATHS[path]
    assert str(PATHS[path]) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/08",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000.p/",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/٠٠٠",
        "tile/0/000\n",
        "tile/Entries/000",
        "tile/0/../000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
    ],
)
def test_no_other_path_is_read(path: str) -> None:
    with pytest.raises(TileError):
        tiles.parse_path(path)


@settings(max_examples=60)
@given(st.integers(0, 63), st.integers(0, tiles.MAX_SIZE >> 8), st.integers(1, 256))
def test_every_path_is_read_back(level: int, index: int, width: int) -> None:
    assert tiles.parse_path(str(Tile(level, index, width))) == Tile(level, index, width)
    assert tiles.parse_path(str(Bundle(index, width))) == Bundle(index, width)


SIZES = st.integers(1, 600) | st.integers(65_000, 70_000) | st.sampled_from([1, 255, 256, 257, 65_535, 65_536, 65_537])


@settings(max_examples=25, deadline=None)
@given(SIZES, st.data())
def test_proofs_are_computed_from_the_tiles_they_name(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    root = merkle.root_at(size, tiles.node_reader(stored(tiles.root_tiles(size))))
    node = tiles.node_reader(stored(tiles.inclusion_tiles(index, size)))
    merkle.verify_inclusion(index, size, HASHES[index], merkle.inclusion_proof(index, size, node), root)
    first = data.draw(st.integers(1, size))
    before = merkle.root_at(first, tiles.node_reader(stored(tiles.root_tiles(first))))
    node = tiles.node_reader(stored(tiles.consistency_tiles(first, size)))
    merkle.verify_consistency(first, size, before, root, merkle.consistency_proof(first, size, node))


def test_roots_from_tiles_are_roots_from_leaves() -> None:
    for size in (1, 2, 255, 256, 257, 511, 512, 1000):
        node = tiles.node_reader(stored(tiles.root_tiles(size)))
        assert merkle.root_at(size, node) == merkle.root(HASHES[:size])


@settings(max_examples=60)
@given(st.integers(0, 700), st.integers(0, 700))
def test_new_tiles_are_what_the_larger_tree_has_and_the_smaller_has_not(a: int, b: int) -> None:
    before, after = sorted((a, b))
    assert tiles.new_tiles(before, after) == [t for t in tiles.tiles_at(after) if t not in set(tiles.tiles_at(before))]


def test_a_missing_or_short_tile_is_named() -> None:
    node = tiles.node_reader(stored([Tile(0, 0, 5)]))
    assert node(0, 4) == HASHES[4]
    assert node(2, 0) == merkle.root(HASHES[:4])
    for level, index in ((0, 5), (3, 0), (0, 256), (8, 0)):
        with pytest.raises(TileError, match="does not reach"):
            node(level, index)
    with pytest.raises(TileError, match="no complete subtree"):
        tiles.tile_of(3, 0, 7)


def test_a_full_tile_may_stand_in_for_a_partial_one() -> None:
    full = b"".join(HASHES[:256])
    assert tiles.read_tile(Tile(0, 0, 3), full) == b"".join(HASHES[:3])
    assert len(tiles.split_hashes(full)) == 256
    for data in (full[:64], full[:97], full + HASHES[0]):
        with pytest.raises(TileError):
            tiles.read_tile(Tile(0, 0, 3), data)
    for data in (b"", full[:33], full + HASHES[0]):
        with pytest.raises(TileError):
            tiles.split_hashes(data)


LEAVES = st.lists(st.binary(max_size=20), min_size=1, max_size=8)


@settings(max_examples=60)
@given(LEAVES)
def test_bundles_are_read_as_they_are_written(leaves: list[bytes]) -> None:
    data = tiles.encode_bundle(leaves)
    assert tiles.decode_bundle(data) == tiles.decode_bundle(data, len(leaves)) == leaves
    with pytest.raises(TileError, match="should have"):
        tiles.decode_bundle(data, len(leaves) + 1)
    with pytest.raises(TileError):
        tiles.decode_bundle(data + b"\0")


@settings(max_examples=100)
@given(LEAVES, st.data())
def test_one_flipped_bit_anywhere_in_a_bundle_or_its_tile_is_refused(leaves: list[bytes], data: st.DataObject) -> None:
    bundle = tiles.encode_bundle(leaves)
    both = bytearray(bundle + b"".join(merkle.leaf_hash(leaf) for leaf in leaves))
    at = data.draw(st.integers(0, 8 * len(both) - 1))
    both[at // 8] ^= 1 << at % 8
    with pytest.raises(EvidenceError):
        tiles.check_bundle(tiles.decode_bundle(bytes(both[: len(bundle)])), bytes(both[len(bundle) :]))


def test_the_limits_of_a_bundle() -> None:
    assert len(tiles.decode_bundle(tiles.encode_bundle([b"\xff" * 65_535] * 2))) == 2
    assert tiles.decode_bundle(b"\0\0" * 256) == [b""] * 256
    for leaves in ([], [b""] * 257, [b"x" * 65_536]):
        with pytest.raises(TileError):
            tiles.encode_bundle(leaves)
    for data in (b"", b"\0", b"\0\1", b"\0\0" * 257):
        with pytest.raises(TileError):
            tiles.decode_bundle(data)
    for level, index, width in ((-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)):
        with pytest.raises(TileError):
            Tile(level, index, width)
