"""The signed head and the tree below it: the key, checkpoints, hash tiles, and what every one of them must be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from clients.auditor.errors import UndecidableError
from clients.auditor.rows import MOST_FINDINGS
from clients.auditor.source import Source
from ledger import merkle, tiles
from ledger.checkpoints import Checkpoint, open_checkpoint
from ledger.errors import EvidenceError, NoteError
from ledger.merkle import HASH_BYTES, Frontier
from ledger.notes import Note, Verifier
from ledger.records import Row
from ledger.replay import INCONSISTENT, Finding


@dataclass(frozen=True, slots=True)
class Head:
    """A checkpoint as read, its note's text, and whether its log's key signed it (`problem` is None then)."""

    checkpoint: Checkpoint
    note: str
    problem: str | None


def trusted_key(source: Source, pinned: str | None) -> Verifier:
    """The key to believe: the pinned one, else the one that the source states (trust on first use)."""
    return key_of(source.key() if pinned is None else pinned)


def key_of(text: str) -> Verifier:
    """A verifier key as it is written; raises `UndecidableError`."""
    try:
        return Verifier.parse(text)
    except NoteError as error:
        raise UndecidableError("bad_key", key=text[:120], why=error) from None


def read_head(body: bytes, key: Verifier) -> Head:
    """The checkpoint in a note, however badly signed; raises `UndecidableError` where no checkpoint can be read."""
    note = body.decode("utf-8", "replace")
    try:
        return Head(open_checkpoint(body, [key]), note, None)
    except EvidenceError as error:
        problem = str(error)
    try:
        return Head(Checkpoint.parse(Note.parse(body).text), note, problem)
    except EvidenceError:
        pass
    try:  # a note with a spoilt signature line still says which head it means
        return Head(Checkpoint.parse(note.partition("\n\n")[0] + "\n"), note, problem)
    except EvidenceError:
        raise UndecidableError("no_checkpoint", why=problem) from None


def names_key(names: Iterable[str], key: Verifier) -> bool:
    """Whether one of an entry's key names is this key: in full, as its bytes, its digest or its id."""
    forms = {
        str(key), key.public.hex(), sha256(key.public).hexdigest(), sha256(str(key).encode()).hexdigest(),
        f"{key.name}+{key.key_id.hex()}", key.key_id.hex(),
    }  # fmt: skip
    return any(name in forms for name in names)


@dataclass(slots=True)
class Tree:
    """Leaf hashes twice over: as the served level 0 tiles state them, and as the leaves themselves give them.

    `authentic`: the tiles make the very root that was signed, so that they tell which leaf was altered; `short`: the
    leaves end before the tiles do.
    """

    source: Source
    stated: bytearray = field(default_factory=bytearray)
    computed: bytearray = field(default_factory=bytearray)
    authentic: bool = False
    short: bool = False
    findings: list[Finding] = field(default_factory=list)
    _made: tuple[bytes, dict[tuple[int, int], bytes]] = (b"", {})

    @property
    def believed(self) -> bytes:
        """The leaf hashes that everything else must agree with: those that were signed, if they are to be had."""
        if not self.authentic:
            return bytes(self.computed)
        return bytes(self.stated if self.short else self.stated[: len(self.computed)])

    def read(self, size: int) -> bytes:
        """Read level 0 as far as `size` leaves; return the root that the tiles state."""
        first = len(self.stated) // tiles.TILE_BYTES
        del self.stated[first * tiles.TILE_BYTES :]
        for index in range(first, -(-size // tiles.WIDTH)):
            hashes = self._tile(tiles.Tile(0, index, tiles.width_at(0, index, size)))
            if hashes is None:
                break  # what comes after it cannot be placed, and a size that was made up has no end
            self.stated += hashes
        return self.root(self.stated)

    def _tile(self, tile: tiles.Tile) -> bytes | None:
        body = self.source.resource(str(tile))
        position = tile.index * tiles.WIDTH << tiles.HEIGHT * tile.level
        if body is None:
            position += self._reached(tile) << tiles.HEIGHT * tile.level
            self._say(position, str(tile), "present", "missing")
            return None
        try:
            return tiles.read_tile(tile, body)
        except EvidenceError:
            self._say(position, str(tile), f"{tile.width * HASH_BYTES} bytes", f"{len(body)} bytes")
            return None

    def _reached(self, tile: tiles.Tile) -> int:
        """How many hashes of a missing tile are served all the same: its end was cut off."""
        low, high = 0, tile.width
        while high - low > 1:
            middle = (low + high) // 2
            there = self.source.resource(str(tiles.Tile(tile.level, tile.index, middle))) is not None
            low, high = (middle, high) if there else (low, middle)
        return low

    def stated_at(self, position: int) -> bytes:
        """The leaf hash that the tiles state."""
        return bytes(self.stated[position * HASH_BYTES : (position + 1) * HASH_BYTES])

    def computed_at(self, position: int) -> bytes:
        """The leaf hash that the leaf gave."""
        return bytes(self.computed[position * HASH_BYTES : (position + 1) * HASH_BYTES])

    def compare(self, size: int) -> None:
        """Compare every served tile of a tree of `size` leaves with the leaves' own hashes."""
        made = self.expected
        for tile in tiles.tiles_at(size):
            expected = made.get((tile.level, tile.index), b"")
            start = tile.index * tiles.TILE_BYTES
            read = bytes(self.stated[start : start + len(expected)]) if tile.level == 0 else b""
            served = read if len(read) == len(expected) else self._tile(tile)
            if served is not None and served != expected:
                self._differs(tile, expected, served)

    def _differs(self, tile: tiles.Tile, expected: bytes, served: bytes) -> None:
        offset = first_difference(expected, served)
        wanted, found = (data[offset * HASH_BYTES : (offset + 1) * HASH_BYTES].hex() for data in (expected, served))
        self._say(position_in(tile.level, tile.index, offset), f"{tile} hash {offset}", wanted, found)

    def _say(self, position: int, name: str, expected: str, actual: str) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(INCONSISTENT, position, name, expected, actual, "tile"))

    @property
    def expected(self) -> dict[tuple[int, int], bytes]:
        """Every tile that the leaves read so far make, or should make."""
        return self._tiles(self.believed)

    def _tiles(self, hashes: bytes | bytearray) -> dict[tuple[int, int], bytes]:
        """Every tile of these leaf hashes; those that were asked for last are at hand."""
        digest = sha256(hashes).digest()
        if self._made[0] != digest:
            self._made = digest, tiles.all_tiles(bytes(hashes))
        return self._made[1]

    def root(self, hashes: bytes | bytearray) -> bytes:
        """The root of the tree of these leaf hashes."""
        return merkle.root_at(len(hashes) // HASH_BYTES, tiles.node_reader(self._tiles(hashes)))

    def edge(self, hashes: bytes | bytearray) -> Frontier:
        """The edge of the tree of these leaf hashes."""
        size = len(hashes) // HASH_BYTES
        node = tiles.node_reader(self._tiles(hashes))
        return Frontier(size, tuple(node(*place) for place in merkle.subtrees(0, size)))


def tile_row(place: tuple[int, int], made: Mapping[tuple[int, int], bytes]) -> Row:
    """The row of the table of tiles that a tile gives."""
    return {"level": place[0], "number": place[1], "nodes": made[place].hex()}


def root_of(hashes: bytes | bytearray) -> bytes:
    """The root of the tree of these leaf hashes."""
    return frontier_of(hashes).root()


def frontier_of(hashes: bytes | bytearray, start: Frontier | None = None) -> Frontier:
    """The edge of the tree after these leaf hashes, taken a tile at a time."""
    frontier = Frontier() if start is None else start
    for at in range(0, len(hashes), tiles.TILE_BYTES):
        frontier = frontier.extend(split(hashes[at : at + tiles.TILE_BYTES]))
    return frontier


def split(hashes: bytes | bytearray) -> Sequence[bytes]:
    """The hashes one by one."""
    return [bytes(hashes[at : at + HASH_BYTES]) for at in range(0, len(hashes), HASH_BYTES)]


def first_difference(expected: bytes, served: bytes) -> int:
    """The index of the first hash that differs."""
    pairs = zip(split(expected), split(served), strict=False)
    count = min(len(expected), len(served)) // HASH_BYTES
    return next((n for n, (a, b) in enumerate(pairs) if a != b), count)


def position_in(level: int, index: int, offset: int) -> int:
    """The first position that a hash of a tile covers."""
    return (index * tiles.WIDTH + offset) << tiles.HEIGHT * level


def tile_position(expected: Row, served: Row | None) -> int | None:
    """The first position that a difference of the row of a tile is about."""
    level, index = expected.get("level"), expected.get("number")
    if not isinstance(level, int) or not isinstance(index, int) or not 0 <= level <= tiles.MAX_LEVEL:
        return None
    texts: list[Any] = [expected.get("nodes"), (served or {}).get("nodes")]
    try:
        offset = first_difference(bytes.fromhex(texts[0]), bytes.fromhex(texts[1])) if served else 0
    except (ValueError, TypeError):
        offset = 0
    return position_in(level, index, offset)
