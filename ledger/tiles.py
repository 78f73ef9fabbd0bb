"""The tree cut into immutable resources, as c2sp.org/tlog-tiles lays them out.

A tile is 256 consecutive hashes at every eighth level of the tree: those at tile level L, index N are the complete
subtrees at level 8L with indexes 256N to 256N + 255.  An entry bundle is 256 consecutive leaves, each after its
length.  The rightmost tile of a level is partial while fewer than 256 hashes exist, and states its width in its path:

    tile/0/x001/x234/067        the full tile at level 0, index 1234067
    tile/1/000.p/17             the first 17 hashes of level 1
    tile/entries/000.p/2        the first two leaves

The functions here say which tiles a tree of some size has, which ones a proof needs, and read the tree's nodes back.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ledger import merkle
from ledger.errors import TileError

HEIGHT: Final = 8
WIDTH: Final = 256
TILE_BYTES: Final = WIDTH * merkle.HASH_BYTES
MAX_LEVEL: Final = 63
MAX_SIZE: Final = 2**63 - 1

_LENGTH_BYTES: Final = 2
_MAX_ENTRY: Final = 2 ** (8 * _LENGTH_BYTES) - 1
_PATH: Final = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """The first `width` hashes of the tile at `level` and `index`."""

    level: int
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        """Raise `TileError` for a tile that no tree has."""
        if not 0 <= self.level <= MAX_LEVEL:
            raise TileError(f"no tile has level {self.level}")
        _check_place(self.index, self.width)

    def __str__(self) -> str:
        """Return the path below a log's prefix, such as `tile/0/x001/x234/067.p/8`."""
        return f"tile/{self.level}/{_index_path(self.index, self.width)}"


@dataclass(frozen=True, slots=True, order=True)
class Bundle:
    """The first `width` leaves of the entry bundle at `index`."""

    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        """Raise `TileError` for a bundle that no log has."""
        _check_place(self.index, self.width)

    def __str__(self) -> str:
        """Return the path below a log's prefix, such as `tile/entries/000.p/2`."""
        return f"tile/entries/{_index_path(self.index, self.width)}"


def parse_path(path: str) -> Tile | Bundle:
    """Read the path of a tile or entry bundle; raises `TileError` unless it is what `str` would print."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise TileError(f"not the path of a tile: {path[:80]!r}")
    level, digits, width_text = match.groups()
    index = int(digits.replace("x", "").replace("/", ""))
    width = int(width_text) if width_text else WIDTH
    resource = Bundle(index, width) if level == "entries" else Tile(int(level), index, width)
    if str(resource) != path:
        raise TileError(f"not written as it would be printed: {path[:80]!r}")
    return resource


def width_at(level: int, index: int, size: int) -> int:
    """Return how many hashes the tile has in a tree of `size` leaves: 0 when there is no such tile, at most 256."""
    return max(0, min(WIDTH, (size >> HEIGHT * level) - index * WIDTH))


def tiles_at(size: int) -> list[Tile]:
    """Return every tile of a tree of `size` leaves, level by level."""
    return new_tiles(0, size)


def new_tiles(before: int, after: int) -> list[Tile]:
    """Return the tiles that are new or wider once a tree of `before` leaves has grown to `after`, level by level."""
    fresh: list[Tile] = []
    for level in range(MAX_LEVEL + 1):
        had, has = before >> HEIGHT * level, after >> HEIGHT * level
        if has == 0:
            break
        if has > had:
            indexes = range(had // WIDTH, (has - 1) // WIDTH + 1)
            fresh += [Tile(level, index, width_at(level, index, after)) for index in indexes]
    return fresh


def new_bundles(before: int, after: int) -> list[Bundle]:
    """Return the entry bundles that are new or wider once a log of `before` entries has grown to `after`."""
    return [Bundle(tile.index, tile.width) for tile in new_tiles(before, after) if tile.level == 0]


def tile_of(level: int, index: int, size: int) -> Tile:
    """Return the tile, as a tree of `size` leaves has it, in which the node at the tree's (level, index) is found."""
    if not 0 <= (index + 1) << level <= size:
        raise TileError(f"a tree of {size} leaves has no complete subtree {index} at level {level}")
    tile_level, inner = divmod(level, HEIGHT)
    tile_index = (index << inner) // WIDTH
    return Tile(tile_level, tile_index, width_at(tile_level, tile_index, size))


def tiles_for(nodes: Iterable[tuple[int, int]], size: int) -> list[Tile]:
    """Return the tiles of a tree of `size` leaves that hold these nodes, each once, in order."""
    return sorted({tile_of(level, index, size) for level, index in nodes})


def root_tiles(size: int) -> list[Tile]:
    """Return the tiles that the root of a tree of `size` leaves is computed from."""
    return tiles_for(merkle.subtrees(0, size), size)


def inclusion_tiles(index: int, size: int) -> list[Tile]:
    """Return the tiles that the inclusion proof of leaf `index` in a tree of `size` leaves is computed from."""
    return tiles_for(merkle.needed_nodes(merkle.inclusion_ranges(index, size)), size)


def consistency_tiles(first: int, second: int) -> list[Tile]:
    """Return the tiles that the proof of consistency between trees of these sizes is computed from."""
    return tiles_for(merkle.needed_nodes(merkle.consistency_ranges(first, second)), second)


def node_reader(tiles: Mapping[tuple[int, int], bytes]) -> merkle.NodeReader:
    """Return a reader of the tree's nodes from tiles, given as (tile level, tile index) → hashes, partial or full.

    The reader raises `TileError` for a node whose hashes are not there.
    """
    known: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        found = known.get((level, index))
        if found is None:
            found = known[level, index] = _node_in(tiles, level, index)
        return found

    return node


def _node_in(tiles: Mapping[tuple[int, int], bytes], level: int, index: int) -> bytes:
    tile_level, inner = divmod(level, HEIGHT)
    first = index << inner
    data = tiles.get((tile_level, first // WIDTH), b"")
    start = first % WIDTH * merkle.HASH_BYTES
    end = start + (merkle.HASH_BYTES << inner)
    if len(data) < end:
        raise TileError(f"the tile {tile_level}/{first // WIDTH} does not reach node {index} of level {level}")
    return merkle.root(split_hashes(data[start:end]))


def all_tiles(hashes: bytes) -> dict[tuple[int, int], bytes]:
    """Every tile, full or growing, of the tree of these leaf hashes, by (level, index)."""
    found: dict[tuple[int, int], bytes] = {}
    level, row = 0, hashes
    while row:
        above: list[bytes] = []
        for index in range(-(-len(row) // TILE_BYTES)):
            tile = row[index * TILE_BYTES : (index + 1) * TILE_BYTES]
            found[level, index] = tile
            if len(tile) == TILE_BYTES:
                above.append(merkle.root(split_hashes(tile)))
        level, row = level + 1, b"".join(above)
    return found


def split_hashes(data: bytes) -> list[bytes]:
    """Return the hashes of a tile; raises `TileError` unless there are 1 to 256, each whole."""
    count, rest = divmod(len(data), merkle.HASH_BYTES)
    if rest or not 1 <= count <= WIDTH:
        raise TileError(f"{len(data)} bytes are not the hashes of a tile")
    return [data[i : i + merkle.HASH_BYTES] for i in range(0, len(data), merkle.HASH_BYTES)]


def read_tile(tile: Tile, data: bytes) -> bytes:
    """Return the hashes of `tile` out of what was served for it; a wider tile may stand in for a partial one."""
    needed = tile.width * merkle.HASH_BYTES
    if len(data) % merkle.HASH_BYTES or not needed <= len(data) <= WIDTH * merkle.HASH_BYTES:
        raise TileError(f"{len(data)} bytes are not {tile}")
    return data[:needed]


def encode_bundle(leaves: Sequence[bytes]) -> bytes:
    """Return the entry bundle of 1 to 256 leaves: each after its length in two bytes, the higher first."""
    if not 1 <= len(leaves) <= WIDTH:
        raise TileError(f"a bundle has 1 to {WIDTH} entries, not {len(leaves)}")
    if any(len(leaf) > _MAX_ENTRY for leaf in leaves):
        raise TileError(f"an entry in a bundle has at most {_MAX_ENTRY} bytes")
    return b"".join(len(leaf).to_bytes(_LENGTH_BYTES, "big") + leaf for leaf in leaves)


def decode_bundle(data: bytes, width: int | None = None) -> list[bytes]:
    """Return the leaves of an entry bundle; raises `TileError` unless they are whole and, if told, `width` many."""
    leaves: list[bytes] = []
    at = 0
    while at < len(data) and len(leaves) < WIDTH:
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(data[at:start], "big")
        leaves.append(data[start:at])
    if not leaves or at != len(data):
        raise TileError(f"{len(data)} bytes are not an entry bundle: it ends inside an entry, or beyond {WIDTH}")
    if width is not None and len(leaves) != width:
        raise TileError(f"the bundle should have {width} entries and has {len(leaves)}")
    return leaves


def check_bundle(leaves: Sequence[bytes], tile: bytes) -> None:
    """Raise `TileError` unless these leaves are the ones that the level 0 tile of the same place hashes."""
    expected = split_hashes(tile)
    if len(leaves) != len(expected):
        raise TileError(f"a bundle of {len(leaves)} entries beside a tile of {len(expected)} hashes")
    for offset, (leaf, wanted) in enumerate(zip(leaves, expected, strict=True)):
        if merkle.leaf_hash(leaf) != wanted:
            raise TileError(f"entry {offset} of the bundle does not hash to what its tile says")


def _check_place(index: int, width: int) -> None:
    if not 0 <= index <= MAX_SIZE >> HEIGHT or not 1 <= width <= WIDTH:
        raise TileError(f"no tile has index {index} and width {width}")


def _index_path(index: int, width: int) -> str:
    """Write an index in groups of three digits, all but the last after an x, and the width of a partial tile."""
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    path = "".join(f"x{group}/" for group in groups[:-1]) + groups[-1]
    return path if width == WIDTH else f"{path}.p/{width}"
