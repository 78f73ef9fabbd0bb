"""Check an archive of a Mingzhang journal with nothing but Python: one file, no network, nothing to install.

    python3 verify.py ARCHIVE [--key VKEY] [--json] [--lang en|zh]
    python3 verify.py RECEIPT --key VKEY     (a .tlog-proof: one entry, and the signed tree that it stands in)

It needs Python 3.9 or later and imports the standard library alone, so that whoever doubts the operator can read all
of what decides, from top to bottom, in an afternoon.  It shares no line with `mingzhang-audit verify`, which runs the
ledger's own code again; two programs that agree are worth more than one.  `SPEC.md` of the ledger is the format.

An archive (written by `mingzhang-audit bundle`) is a ZIP: `manifest.json`, `checkpoint`, `key`, hash tiles `tile/L/N`,
entry bundles `tile/entries/N`, and `projections/TABLE.jsonl`, the tables that the server showed to its readers.

What is shown, in this order:

1. the log's key signed a head: "these many entries have this root" (Ed25519, RFC 8032, written out below), or a key
   that followed it by the journal's own entries and a head of the key before;
2. the leaves in the archive have that root, and so has every tile (RFC 6962);
3. each leaf is written in its one form, stands at its position and names the leaf before it;
4. the arithmetic of the leaves holds: each account's numbers follow each other without a gap, its running totals step
   by exactly what is moved, every unit that is spent had landed and is spent once (the oldest first, unless the leaf
   names others), nothing that is held falls below zero except as `overdrawn/…`, both books change alike, a correction
   refers backwards, no command was taken twice, the clock only goes forward;
5. whatever the server showed is a copy of what the leaves and the documents under their digests say.

What is not judged here is printed with every verdict: whether an entry was *allowed* (restrictions, qualifications,
regions, fee caps, which accounts a kind of entry may join).  The other verifier does that.  Nor can any verifier know
whether what was recorded is true.

Exit: 0 verified; 1 proven inconsistent (altered, forked, badly signed); 2 wrong usage; 3 cannot decide (damaged file,
unknown version); 5 intact, but an accounting rule is broken or a shown figure is wrong.

The rule over everything below: parse, print, compare.  What is read is written again, and anything but the same bytes
is refused; whatever is refused is named with its position, field, expected and actual value.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
import unicodedata
import zipfile
import zlib
from base64 import b64decode, b64encode
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256, sha512
from typing import Any, NamedTuple, cast

Document = dict[str, Any]
Row = dict[str, Any]

# ======================================================================================================================
# 1. What can be found
# ======================================================================================================================

INCONSISTENT = "inconsistent"  # bytes, chain, tree or signature do not agree: exit 1
RULE = "rule"  # intact, but a rule of accounting is broken: exit 5
SERVED = "served"  # intact, but a figure that was shown is not what the leaves say: exit 5
UNKNOWN = "unknown"  # something that this file does not know, and therefore does not vouch for: exit 3

MOST_FINDINGS = 200  # of one part; more of them say nothing new


class Finding(NamedTuple):
    """What is wrong: where (None for no entry), which field, what it should be and is, and where that was read."""

    category: str
    position: int | None
    field: str
    expected: str
    actual: str
    source: str


class WrongError(Exception):
    """A leaf is not as it must be; becomes a `Finding` once the position is known."""

    def __init__(self, category: str, field: str, expected: object, actual: object) -> None:
        super().__init__(f"{field}: {expected} expected, {actual} found")
        self.category, self.field, self.expected, self.actual = category, field, expected, actual


class UndecidedError(Exception):
    """Nothing can be decided: `code` names a sentence at the end of this file."""

    def __init__(self, code: str, what: object, why: object = "") -> None:
        super().__init__(f"{code}: {what} ({why})")
        self.code, self.what, self.why = code, what, why


def shown(value: object) -> str:
    """A value as a finding repeats it: never endless."""
    try:
        text = "(none)" if value is None else str(value)
    except (RecursionError, ValueError):
        text = "(unprintable)"
    return text if len(text) <= 200 else f"{text[:200]}… ({len(text)} characters)"  # noqa: PLR2004 -- a line or two


# ======================================================================================================================
# 2. Ed25519 (RFC 8032, section 5.1), verification only
#
# Points of the curve -x^2 + y^2 = 1 + d x^2 y^2 over the integers modulo p, in extended coordinates (X, Y, Z, T) with
# x = X/Z, y = Y/Z, x*y = T/Z.  Nothing here is secret, so nothing needs constant time.
# ======================================================================================================================

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]
NEUTRAL: Point = (0, 1, 1, 0)


def add(a: Point, b: Point) -> Point:
    """The sum of two points (RFC 8032, section 5.1.4; complete, so also for equal points)."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    x, z, t, y = f - e, h - g, h + g, f + e
    return x * z % P, t * y % P, z * t % P, x * y % P


def double(a: Point) -> Point:
    """Twice a point."""
    x, y, z = a[0] * a[0] % P, a[1] * a[1] % P, 2 * a[2] * a[2] % P
    h = x + y
    e, g = h - (a[0] + a[1]) ** 2 % P, x - y
    f = z + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def decoded_point(data: bytes) -> Point:
    """The point that 32 bytes name; raises ValueError for any that RFC 8032, section 5.1.3, refuses."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if len(data) != 32 or y >= P:  # noqa: PLR2004 -- the size of a point
        raise ValueError("not a point in its one form")
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * ROOT_OF_MINUS_ONE % P
    if v * x * x % P != u or (x == 0 and sign):
        raise ValueError("not a point of the curve")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def encoded_point(a: Point) -> bytes:
    """The 32 bytes of a point."""
    inverse = pow(a[2], P - 2, P)
    x, y = a[0] * inverse % P, a[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decoded_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def verify_ed25519(public: bytes, signature: bytes, message: bytes) -> None:
    """Raise ValueError unless the key made the signature: R = S·B - h·A, with S < order and R in its one form."""
    if len(signature) != 64:  # noqa: PLR2004 -- the halves R and S
        raise ValueError("a signature has 64 bytes")
    x, y, z, t = decoded_point(public)
    minus_key: Point = (P - x, y, z, P - t)
    s = int.from_bytes(signature[32:], "little")
    if s >= ORDER:
        raise ValueError("S is not in its one form")
    h = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % ORDER
    table = (NEUTRAL, BASE, minus_key, add(BASE, minus_key))
    found = NEUTRAL
    for bit in range(252, -1, -1):
        found = double(found)
        choice = s >> bit & 1 | (h >> bit & 1) << 1
        if choice:
            found = add(found, table[choice])
    if encoded_point(found) != signature[:32]:
        raise ValueError("the signature is not by that key")


# ======================================================================================================================
# 3. Leaves: RFC 8785 JSON in a narrow profile (SPEC.md section 1)
# ======================================================================================================================

MOST_LEAF = 65_535
MOST_DEPTH = 32
MOST_INTEGER = 2**53 - 1

NUL_HASH = "0" * 64


def _refuse(text: str) -> None:
    raise ValueError(f"{text} has no place in a leaf")


_READER = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse)
_PRINTER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False)


def read_leaf(leaf: bytes) -> Document:
    """The document that a leaf is; raises ValueError unless these very bytes are its one form.

    The standard library's printer escapes what RFC 8785 escapes, and sorting ASCII keys is its order; everything that
    its reader takes too kindly (spaces, escapes, repeated keys) is printed otherwise, and so found.
    """
    if len(leaf) > MOST_LEAF:
        raise ValueError(f"a leaf has at most {MOST_LEAF} bytes")
    try:
        document = _READER.decode(leaf.decode())
        if type(document) is not dict:
            raise ValueError("a leaf is an object")
        _check(document, 0)
        if _PRINTER.encode(document).encode() != leaf:
            raise ValueError("not written in its one form (spacing, order, escapes or a repeated key)")
    except RecursionError:
        raise ValueError("nested too deep") from None
    return document


def _check(value: Any, depth: int) -> None:  # noqa: ANN401 -- whatever JSON holds
    """Raise ValueError for what the profile has no place for."""
    kind = type(value)
    if kind is str:
        if not value.isascii() and not unicodedata.ucd_3_2_0.is_normalized("NFC", value):
            raise ValueError("text is not in Unicode normalization form C")
    elif kind is int:
        if not -MOST_INTEGER <= value <= MOST_INTEGER:
            raise ValueError("an integer is smaller than 2**53")
    elif kind is dict:
        if not all(key.isascii() for key in value):
            raise ValueError("a key is not ASCII")
        _check_all(value.values(), depth)
    elif kind is list:
        _check_all(value, depth)
    elif kind is not bool:
        raise ValueError("null has no place in a leaf")


def _check_all(items: Iterable[Any], depth: int) -> None:
    """Check what stands in a container that itself stands in `depth` others."""
    if depth >= MOST_DEPTH:
        raise ValueError("nested too deep")
    for item in items:
        if type(item) is not str or not item.isascii():
            _check(item, depth + 1)


# ======================================================================================================================
# 4. The tree over all leaves (RFC 6962, section 2.1) and its tiles (c2sp.org/tlog-tiles)
# ======================================================================================================================

HASH = 32
WIDTH = 256
TILE = WIDTH * HASH
MOST_SIZE = 2**63 - 1


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 ‖ leaf)."""
    return sha256(b"\x00" + leaf).digest()


class Tree:
    """Every complete subtree of a growing tree: `levels[n]` has the hashes of those over 2**n leaves, in order."""

    def __init__(self) -> None:
        self.levels: list[bytearray] = [bytearray()]

    @property
    def size(self) -> int:
        """How many leaves the tree has."""
        return len(self.levels[0]) // HASH

    def append(self, new: bytes) -> None:
        """Add a leaf hash, and every subtree that it completes."""
        level = 0
        while True:
            if level == len(self.levels):
                self.levels.append(bytearray())
            row = self.levels[level]
            row += new
            if len(row) % (2 * HASH):
                return
            new = sha256(b"\x01" + row[-2 * HASH :]).digest()
            level += 1

    def extend(self, hashes: bytes) -> None:
        """Add many leaf hashes that stand one after another."""
        for at in range(0, len(hashes), HASH):
            self.append(hashes[at : at + HASH])

    def leaf(self, position: int) -> bytes:
        """A leaf hash; nothing beyond the end."""
        return bytes(self.levels[0][position * HASH : (position + 1) * HASH])

    def edge(self, size: int) -> list[bytes]:
        """The largest complete subtrees that make up the first `size` leaves, from the left."""
        nodes, start = [], 0
        for level in range(size.bit_length() - 1, -1, -1):
            if size >> level & 1:
                at = (start >> level) * HASH
                nodes.append(bytes(self.levels[level][at : at + HASH]))
                start += 1 << level
        return nodes

    def root(self, size: int) -> bytes:
        """The root that the tree had when it had `size` leaves."""
        nodes = self.edge(size) or [sha256(b"").digest()]
        folded = nodes.pop()
        while nodes:
            folded = sha256(b"\x01" + nodes.pop() + folded).digest()
        return folded

    def tile(self, level: int, index: int) -> bytes:
        """The hashes of a tile, as many as there are."""
        row = self.levels[8 * level] if 8 * level < len(self.levels) else b""
        return bytes(row[index * TILE : (index + 1) * TILE])


def joined(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right): an inner node."""
    return sha256(b"\x01" + left + right).digest()


def verify_inclusion(index: int, size: int, leaf: bytes, proof: list[bytes], root: bytes) -> None:
    """Raise ValueError unless the proof leads from the leaf hash at `index` to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise ValueError("there is no such leaf")
    at, last, found = index, size - 1, leaf
    for sibling in proof:
        if not last:
            raise ValueError("the proof is too long")
        if at & 1 or at == last:
            found = joined(sibling, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = joined(found, sibling)
        at, last = at >> 1, last >> 1
    if last or found != root or any(len(item) != HASH for item in (leaf, *proof)):
        raise ValueError("the proof leads to another root")


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: list[bytes]) -> None:
    """Raise ValueError unless the tree of `first` leaves begins that of `second`; nothing is shown of no leaves."""
    if not 0 < first <= second:
        raise ValueError("the smaller tree comes first, and has leaves")
    verify_subtree_consistency(0, first, second, first_root, second_root, proof)


def is_subtree(start: int, end: int) -> bool:
    """Whether the leaves [start, end) are those of a subtree: it starts on a multiple of its width."""
    return 0 <= start < end and not start % (1 << (end - start - 1).bit_length())


def verify_subtree_consistency(
    start: int, end: int, size: int, subtree: bytes, root: bytes, proof: list[bytes]
) -> None:  # fmt: skip
    """Raise ValueError unless the subtree over [start, end) is part of the tree (Merkle Tree Certificates, 4.4.3).

    The subtree over no leaves is part of every tree, and has no proof.
    """
    if 0 <= start == end <= size:
        if proof or subtree != sha256(b"").digest():
            raise ValueError("a subtree over no leaves has the root of nothing")
        return
    if not is_subtree(start, end) or end > size:
        raise ValueError("there is no such subtree")
    if (start, end) == (0, size):
        if proof or subtree != root:
            raise ValueError("two trees of one size have different roots, or a proof")
        return
    if any(len(item) != HASH for item in (subtree, root, *proof)):
        raise ValueError("a hash has 32 bytes")
    if _joined_up(start, end - 1, size - 1, subtree, list(proof)) != (subtree, root):
        raise ValueError("the proof leads to other roots")


def _joined_up(at: int, last: int, most: int, subtree: bytes, proof: list[bytes]) -> tuple[bytes, bytes]:
    """What a proof makes of a subtree's edge, level by level: the subtree's own hash again, and the root."""
    while at != last and (last & 1 or last == most):
        at, last, most = at >> 1, last >> 1, most >> 1
    before = after = subtree if at == last else _first_of(proof)
    for sibling in proof:
        if not most:
            raise ValueError("the proof is too long")
        if last & 1 or last == most:
            before = joined(sibling, before) if at < last else before
            after = joined(sibling, after)
            while not last & 1:
                at, last, most = at >> 1, last >> 1, most >> 1
        else:
            after = joined(after, sibling)
        at, last, most = at >> 1, last >> 1, most >> 1
    if most:
        raise ValueError("the proof is too short")
    return before, after


def _first_of(proof: list[bytes]) -> bytes:
    """Take the first hash of a proof."""
    if not proof:
        raise ValueError("the proof is too short")
    return proof.pop(0)


def tile_path(level: str, index: int, width: int) -> str:
    """Where a tile (or, at level `entries`, a bundle) stands: N in groups of three digits, all but the last after x."""
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = f"tile/{level}/" + "".join(f"x{group}/" for group in groups[:-1]) + groups[-1]
    return path if width == WIDTH else f"{path}.p/{width}"


def tiles_at(level: int, size: int) -> Iterator[tuple[int, int]]:
    """The tiles of one level of a tree of `size` leaves, as (index, width)."""
    hashes = size >> 8 * level
    for index in range(-(-hashes // WIDTH)):
        yield index, min(WIDTH, hashes - index * WIDTH)


def read_bundle(body: bytes) -> list[bytes]:
    """The leaves of a bundle, each after its length in two bytes; of one that is cut off, those that are whole."""
    leaves: list[bytes] = []
    at = 0
    while at + 2 <= len(body) and len(leaves) < WIDTH:
        end = at + 2 + int.from_bytes(body[at : at + 2], "big")
        if end > len(body):
            break
        leaves.append(body[at + 2 : end])
        at = end
    return leaves


# ======================================================================================================================
# 5. The signed head (c2sp.org/signed-note, tlog-checkpoint)
# ======================================================================================================================

MOST_NOTE = 1_000_000
MOST_SIGNATURES = 100
PLAIN_KEY, COSIGNING_KEY = 1, 4
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_SIGNATURE = re.compile("— ([^ ]+) ([A-Za-z0-9+/=]+)")


class Key(NamedTuple):
    """A verifier key: its name, its ID (four bytes), its type and the 32 bytes of Ed25519."""

    name: str
    id: bytes
    kind: int
    public: bytes


class Head(NamedTuple):
    """A checkpoint as read, and why its log's key did not sign it (None: it did)."""

    origin: str
    size: int
    root: bytes
    note: str
    problem: str | None


def read_base64(text: str) -> bytes:
    """Base64 in its one canonical form; ValueError for any other."""
    raw = b64decode(text, validate=True)
    if b64encode(raw).decode() != text:
        raise ValueError("not canonical base64")
    return raw


def read_key(text: str) -> Key:
    """A key written `name+id+base64`; ValueError unless its ID is that of its name and bytes."""
    name, _, rest = text.partition("+")
    stated, _, encoded = rest.partition("+")
    raw = read_base64(encoded)
    check_name(name)
    if len(raw) != 33 or raw[0] not in {PLAIN_KEY, COSIGNING_KEY}:  # noqa: PLR2004 -- a type and 32 bytes
        raise ValueError("not an Ed25519 key")
    key_id = sha256(name.encode() + b"\n" + raw).digest()[:4]
    if key_id.hex() != stated:
        raise ValueError("its ID is not that of its name and key")
    return Key(name, key_id, raw[0], raw[1:])


def check_name(name: str) -> None:
    """Raise ValueError for what cannot name a key."""
    if not name or "+" in name or any(mark.isspace() or mark < " " for mark in name):
        raise ValueError(f"{name[:80]!r} cannot name a key")
    name.encode()


def read_note(body: bytes) -> tuple[str, list[tuple[str, bytes]]]:
    """The text of a signed note and its (name, key ID and signature); ValueError for what is not one."""
    if len(body) > MOST_NOTE:
        raise ValueError("the note is too long")
    whole = body.decode()
    text, separator, lines = whole.rpartition("\n\n")
    if _CONTROL.search(whole) or not separator or not lines.endswith("\n"):
        raise ValueError("a note is a text, an empty line and signature lines")
    found = []
    for line in lines[:-1].split("\n"):
        match = _SIGNATURE.fullmatch(line)
        if match is None:
            raise ValueError("not a signature line")
        check_name(match[1])
        value = read_base64(match[2])
        if len(value) <= 4:  # noqa: PLR2004 -- the key ID alone
            raise ValueError("a signature has no bytes after its key ID")
        found.append((match[1], value))
    if len(found) > MOST_SIGNATURES:
        raise ValueError("too many signatures")
    return text + "\n", found


def open_note(body: bytes, keys: Iterable[Key]) -> tuple[str, list[Key]]:
    """The text of a note and which of the keys signed it; ValueError if none did, or if one is wrongly claimed."""
    text, signatures = read_note(body)
    known = {(key.name, key.id): key for key in keys}
    signed: list[Key] = []
    for name, value in signatures:
        key = known.get((name, value[:4]))
        if key is None:
            continue
        _verify_line(key, text, value[4:])
        if key not in signed:
            signed.append(key)
    if not signed:
        raise ValueError("no known key signed the note")
    return text, signed


def _verify_line(key: Key, text: str, value: bytes) -> None:
    """Raise ValueError unless the key made this signature: of the text, or (a witness's) of the text and a moment."""
    message = text.encode()
    if key.kind == COSIGNING_KEY:
        moment, value = int.from_bytes(value[:8], "big"), value[8:]
        if moment > MOST_SIZE:
            raise ValueError("a cosignature is later than any time")
        message = f"cosignature/v1\ntime {moment}\n".encode() + message
    try:
        verify_ed25519(key.public, value, message)
    except ValueError as error:
        raise ValueError(f"the signature that bears the name of {key.name!r} is not by that key ({error})") from None


def read_checkpoint(text: str) -> tuple[str, int, bytes]:
    """Origin, size and root; ValueError unless the three lines are written as they would be printed."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:  # noqa: PLR2004 -- three lines and the end of the last
        raise ValueError("a checkpoint has three lines")
    if not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1], re.ASCII) or int(lines[1]) > MOST_SIZE:
        raise ValueError("a checkpoint's size is a decimal number")
    size, root = int(lines[1]), read_base64(lines[2])
    if len(root) != HASH or (not size and root != sha256(b"").digest()):
        raise ValueError("a checkpoint's root is a hash")
    return lines[0], size, root


def read_head(body: bytes, *keys: Key) -> Head:
    """The checkpoint in a note, however badly signed; UndecidedError where none can be read."""
    note = body.decode("utf-8", "replace")
    try:
        text, signed = open_note(body, keys)
        origin, size, root = read_checkpoint(text)
        if not any(key.kind == PLAIN_KEY and key.name == origin for key in signed):
            raise ValueError(f"no known key of {origin!r} signed the checkpoint")  # noqa: TRY301 -- one place answers
        return Head(origin, size, root, note, None)
    except ValueError as error:
        problem = str(error)
    for text in (note.rpartition("\n\n")[0] + "\n", note.partition("\n\n")[0] + "\n"):
        try:
            return Head(*read_checkpoint(text), note, problem)
        except ValueError:
            continue
    raise UndecidedError("no_checkpoint", "checkpoint", problem)


class KeyHistory:
    """The keys that the journal names: in its first entry, then in every `key_rotated` (A, then A and B, then B).

    A list counts for the heads that cover its entry.  Whoever trusts A trusts B once a head that A signed covers the
    entry which names B: an entry that only B vouches for proves nothing.
    """

    def __init__(self, key: Key) -> None:
        self.trusted = [key]
        self._lists: list[tuple[int, list[Key]]] = []

    def take(self, position: int, document: Document) -> None:
        """Note the list of an entry that has one; whatever is no Ed25519 key of ours is nothing here."""
        if document["type"] not in {"journal_opened", "key_rotated"}:
            return
        pinned = self.trusted[0]
        names = [str(name) for name in document["data"]["keys"]]
        found = [
            pinned if name in {pinned.public.hex(), pinned.id.hex()} else plain_key(pinned.name, bytes.fromhex(name))
            for name in names
            if re.fullmatch("[0-9a-f]{64}", name) or name == pinned.id.hex()
        ]
        self._lists.append((position, found))

    def in_force(self, size: int) -> list[Key]:
        """The keys that sign a head of `size` entries; the pinned one where the journal names none."""
        lists = [keys for position, keys in self._lists if position < size]
        return (lists[-1] if lists else []) or self.trusted[:1]

    def follow(self, head: Head) -> None:
        """A head that trusted keys signed makes the keys trusted that the entries below it name."""
        if self.vouches(head):
            self.trusted += [key for key in self.in_force(head.size) if key not in self.trusted]

    def vouches(self, head: Head) -> bool:
        """Whether a trusted key that is in force at its size signed a head."""
        keys = [key for key in self.in_force(head.size) if key in self.trusted]
        try:
            return bool(keys) and read_head(head.note.encode(), *keys).problem is None
        except (UndecidedError, ValueError):
            return False


def plain_key(name: str, public: bytes) -> Key:
    """The key of a log by its name and 32 bytes."""
    raw = bytes([PLAIN_KEY]) + public
    return Key(name, sha256(name.encode() + b"\n" + raw).digest()[:4], PLAIN_KEY, public)


# ----------------------------------------------------------------------------------------------------------------------
# 5b. Receipts: one entry's proof in one file (c2sp.org/tlog-proof), the leaf itself in its `extra` line
# ----------------------------------------------------------------------------------------------------------------------

PROOF = b"c2sp.org/tlog-proof@v1\n"
MOST_RECEIPT = MOST_NOTE + 131_072


class Receipt(NamedTuple):
    """A receipt that holds: the entry's position, its leaf, and the head whose tree has it."""

    position: int
    leaf: bytes
    head: Head


def read_receipt(path: str, key: Key) -> Receipt:
    """What the receipt in a file proves; ValueError where it is false, UndecidedError where it is none."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- one call of the standard library's oldest
            body = file.read(MOST_RECEIPT + 1)
    except OSError as error:
        raise UndecidedError("unread_file", path, error.strerror) from None
    try:
        index, leaf, proof, note = _receipt_lines(body)
    except ValueError as error:
        raise UndecidedError("bad_receipt", path, error) from None
    try:
        head = read_head(note.encode(), key)
    except UndecidedError as error:
        raise ValueError(str(error.why)) from None
    if head.problem is not None:
        raise ValueError(head.problem)
    verify_inclusion(index, head.size, leaf_hash(leaf), proof, head.root)
    return Receipt(index, leaf, head)


def _receipt_lines(body: bytes) -> tuple[int, bytes, list[bytes], str]:
    """Index, leaf, proof and checkpoint; ValueError unless every line is in its one form."""
    if len(body) > MOST_RECEIPT:
        raise ValueError("a receipt is not that long")
    first, separator, note = body.decode().partition("\n\n")
    lines = first.split("\n")
    if not separator or lines[0] + "\n" != PROOF.decode():
        raise ValueError("a receipt begins with its version, and has an empty line before its checkpoint")
    if len(lines) < 3 or not lines[1].startswith("extra "):  # noqa: PLR2004 -- version, extra, index
        raise ValueError("it does not hold the leaf that it is about")
    if not re.fullmatch("index (?:0|[1-9][0-9]{0,18})", lines[2], re.ASCII):
        raise ValueError("a receipt states the index of its entry")
    proof = [read_base64(line) for line in lines[3:]]
    if any(len(item) != HASH for item in proof):
        raise ValueError("a hash has 32 bytes")
    return int(lines[2][len("index ") :]), read_base64(lines[1][len("extra ") :]), proof, note


# ======================================================================================================================
# 6. The archive: a ZIP that is trusted in nothing
# ======================================================================================================================

SCHEMA = "mingzhang-archive/1"
MOST_SMALL = 1_000_000  # bytes of any member but a bundle or a table
MOST_BUNDLE = WIDTH * (2 + MOST_LEAF)
MOST_LINE = 128 * 2**20  # bytes of one row: it may hold a document
_MEMBER = re.compile(
    r"manifest\.json|checkpoint|key|projections/[a-z_]{1,40}\.jsonl"
    r"|tile/(?:entries|[0-7])/(?:x[0-9]{3}/){0,6}[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?",
    re.ASCII,
)
_UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


class Archive:
    """An archive file; UndecidedError for what is not one."""

    def __init__(self, path: str) -> None:
        self._readers: list[Generator[Row, None, None]] = []
        try:
            self._zip = zipfile.ZipFile(path)  # closed by `close`
        except OSError as error:
            raise UndecidedError("unread_file", path, error.strerror) from None
        except _UNREADABLE as error:
            raise UndecidedError("bad_archive", path, error) from None
        try:
            self._members = self._checked()
            self._is_whole()
            self.sizes = self._manifest()
        except UndecidedError:
            self.close()
            raise

    def close(self) -> None:
        """Close the file, and what was not read to its end."""
        for reader in self._readers:
            reader.close()
        self._zip.close()

    def _checked(self) -> dict[str, zipfile.ZipInfo]:
        """Every member by its name: only names that an archive has, each once, and packed in a way that we read."""
        found: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            name = info.orig_filename
            if name in found:
                raise UndecidedError("bad_archive", name, "two members have this name")
            if not _MEMBER.fullmatch(name) or name != info.filename:
                raise UndecidedError("bad_archive", ascii(name[:80]), "not the name of a member of an archive")
            if info.flag_bits & 1 or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise UndecidedError("bad_archive", name, "encrypted, or packed in an unusual way")
            if not name.endswith(".jsonl") and info.file_size > (MOST_BUNDLE if "/entries/" in name else MOST_SMALL):
                raise UndecidedError("too_large", name, f"{info.file_size} bytes")
            found[name] = info
        return found

    def _is_whole(self) -> None:
        """Every member has the checksum that the ZIP states: a spoilt disk is no accusation of anybody."""
        for name, info in self._members.items():
            try:
                with self._zip.open(info) as stream:
                    while stream.read(2**20):
                        pass
            except _UNREADABLE as error:
                raise UndecidedError("bad_archive", name, error) from None

    def _manifest(self) -> dict[str, Any]:
        """The journal's size at which every table was read."""
        try:
            manifest = json.loads(self.there("manifest.json").decode())
            schema, version, sizes = manifest["schema"], manifest.get("version", 1), dict(manifest["sizes"])
            self.size: object = manifest.get("size")
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            raise UndecidedError("bad_archive", "manifest.json", "it cannot be read") from None
        if schema != SCHEMA or version != 1:
            raise UndecidedError("unknown_version", "manifest.json", f"{schema} {version}")
        return sizes

    def member(self, name: str) -> bytes | None:
        """All of a member; None when it is not there."""
        info = self._members.get(name)
        if info is None:
            return None
        try:
            return self._zip.read(info)
        except _UNREADABLE as error:
            raise UndecidedError("bad_archive", name, error) from None

    def there(self, name: str) -> bytes:
        """All of a member that must be there."""
        body = self.member(name)
        if body is None:
            raise UndecidedError("bad_archive", name, "it is missing")
        return body

    def size_of(self, table: str) -> int:
        """The journal's size when a table was read."""
        size = self.sizes.get(table)
        if type(size) is not int:
            raise UndecidedError("table_missing", table)
        return size

    def rows(self, table: str) -> Iterator[Row]:
        """Every row of a table, one line at a time."""
        reader = self._rows(table)
        self._readers.append(reader)
        return reader

    def _rows(self, table: str) -> Generator[Row, None, None]:
        name = f"projections/{table}.jsonl"
        if name not in self._members:
            raise UndecidedError("bad_archive", name, "it is missing")
        try:
            with self._zip.open(self._members[name]) as raw, io.BufferedReader(cast("io.RawIOBase", raw)) as stream:
                while line := stream.readline(MOST_LINE):
                    yield read_row(table, line)
        except _UNREADABLE as error:
            raise UndecidedError("bad_archive", name, error) from None


_ROW_READER = json.JSONDecoder(parse_float=lambda text: f"(the number {text})", parse_constant=_refuse)


def read_row(table: str, line: bytes) -> Row:
    """A line as a row; UndecidedError for what is not one JSON object and a newline."""
    if not line.endswith(b"\n"):
        raise UndecidedError("too_large" if len(line) >= MOST_LINE else "cut", table)
    try:
        row = _ROW_READER.decode(line.decode())
    except (ValueError, RecursionError):
        row = None
    if type(row) is not dict or b"\r" in line:
        raise UndecidedError("not_json", table)
    if b"true" in line or b"false" in line:  # no column is a truth value, and Python thinks that True is 1
        row = {name: shown(value) if type(value) is bool else value for name, value in row.items()}
    return row


# ======================================================================================================================
# 7. Units: which of an account's are still there
#
# Money that enters a held fund account lies on the account's axis at [in - amount, in).  A free list holds what has not
# been taken, as spans (place, lo, hi) in the order of their places; the place is where units first landed, which they
# keep when they go out and come back.  Neighbours that continue each other are one span.
# ======================================================================================================================

Span = tuple[int, int, int]
_BEYOND = 2**64


def take(free: list[Span], span: Span) -> None:
    """Take units out of a free list; raises ValueError unless they are all in it, at that place."""
    place, lo, hi = span
    at = bisect_right(free, (place, _BEYOND, _BEYOND)) - 1
    if at < 0 or not lo < hi:
        raise ValueError
    first, a, b = free[at]
    if not a <= lo < hi <= b or place - first != lo - a:
        raise ValueError
    rest = ((first, a, lo), (place + hi - lo, hi, b))
    free[at : at + 1] = [part for part in rest if part[1] < part[2]]


def put(free: list[Span], span: Span) -> None:
    """Put units into a free list; raises ValueError where a place is taken already."""
    place, lo, hi = span
    at = bisect_right(free, (place, _BEYOND, _BEYOND))
    if (at and _end(free[at - 1]) > place) or (at < len(free) and place + hi - lo > free[at][0]):
        raise ValueError
    free.insert(at, span)
    for left in (at, at - 1):
        if 0 <= left < len(free) - 1 and _continues(free[left], free[left + 1]):
            free[left : left + 2] = [(free[left][0], free[left][1], free[left + 1][2])]


def _end(span: Span) -> int:
    return span[0] + span[2] - span[1]


def _continues(left: Span, right: Span) -> bool:
    return left[2] == right[1] and _end(left) == right[0]


def cut(spans: Iterable[Span], skip: int, amount: int) -> list[Span]:
    """The spans that hold units [skip, skip + amount) when `spans` are laid end to end."""
    found, at = [], 0
    for place, lo, hi in spans:
        a, b = max(skip - at, 0), min(skip + amount - at, hi - lo)
        if a < b:
            found.append((place + a, lo + a, lo + b))
        at += hi - lo
    return found


def first_free(free: Iterable[Span], pinned: Iterable[Span]) -> Span:
    """The first stretch of a free list that no hold keeps."""
    for place, lo, hi in free:
        for _, a, b in pinned:
            if a <= lo < b:
                place, lo = place + b - lo, b  # noqa: PLW2901 -- what is left of the span
            elif lo < a < hi:
                hi = a  # noqa: PLW2901 -- as above
        if lo < hi:
            return place, lo, hi
    return _BEYOND, _BEYOND, _BEYOND


def runs(spans: Iterable[Span]) -> list[tuple[int, int]]:
    """The units of spans in their order, neighbours made one, wherever their places are."""
    found: list[tuple[int, int]] = []
    for _, lo, hi in spans:
        if found and found[-1][1] == lo:
            found[-1] = found[-1][0], hi
        else:
            found.append((lo, hi))
    return found


def covered(place: int, length: int, spans: Iterable[Span]) -> bool:
    """Whether places [place, place + length) all belong to `spans`."""
    end = place + length
    for span in sorted(spans):
        if span[0] <= place < _end(span):
            place = min(_end(span), end)
    return place == end


# ======================================================================================================================
# 8. The book: what the leaves add up to
# ======================================================================================================================

MOST_UNITS = 2**63 - 1
SNAPSHOT_ASSETS = 200
MOST_BEHIND = 100_000  # entries by which a snapshot may be late
OVERDRAWN = "overdrawn/"
UNDETERMINED = "undetermined"  # the restriction of money whose purpose could not be read; it needs no declaration
_UNITS = re.compile("0|[1-9][0-9]{0,18}", re.ASCII)
_UUID = re.compile("[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII)
_CLOCK = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z", re.ASCII)
_OUTSIDE = re.compile("outside/([a-z0-9][a-z0-9-]{0,63})/([a-z]+)[a-z0-9:-]*/(.+)", re.ASCII)
_FIELDS = {"v", "type", "seq", "prev", "at", "id", "mode", "actor", "effective", "data"}
_MORE_FIELDS = {
    "organization", "documentDate", "voucher", "fund", "custody", "breaches", "receivable", "priorPeriod", "holds",
    "approval",
}  # fmt: skip


class Kind(NamedTuple):
    """A kind of entry: the facts that it must and may have, and in which books it moves (of a correction: either)."""

    required: frozenset[str]
    optional: frozenset[str]
    fund: bool
    custody: bool
    organization: bool


def _kind(books: str, required: str, optional: str = "") -> Kind:
    fund, custody = "f" in books, "c" in books
    return Kind(frozenset(required.split()), frozenset(optional.split()), fund, custody, "-" not in books)


_ROW_OF = "batch row rowDigest source"
_GIFT = f"party campaign platform receipt {_ROW_OF}"
_PROMISED = "with party due restriction project evidence reference"
KINDS = {
    "journal_opened": _kind("-", "origin specification zone keys", "after"),
    "key_rotated": _kind("-", "keys", "mldsa44"),
    "personal_data_erased": _kind("-", "commitments ground"),
    "reference_loaded": _kind("-", "name edition digest"),
    "sealed": _kind("-", "commitments"),
    "record_bound": _kind("-", "noun digest", "record version facts"),
    "snapshot": _kind("-", "through part parts assets"),
    "attestation": _kind("-", "auditor key origin size root verdict report signature"),
    "import_opened": _kind("", "batch fileDigest rowsDigest rows total asset"),
    "import_closed": _kind("", "batch"),
    "evidence_attached": _kind("", "evidence subject digest size mediaType"),
    "delivery_confirmed": _kind("", "delivery subject method confirmation persons", "region category party"),
    "account_opened": _kind("", "account book class asset", "restriction project recipient"),
    "account_frozen": _kind("", "account ground", "evidence reference"),
    "account_unfrozen": _kind("", "account ground", "evidence reference"),
    "account_closed": _kind("", "account", "evidence reference"),
    "period_closed": _kind("", "through authority", "evidence reference"),
    "period_reopened": _kind("", "from authority ground", "evidence reference"),
    "audit_hold_placed": _kind("", "authority", "evidence reference"),
    "audit_hold_lifted": _kind("", "placed", "evidence reference"),
    "restriction_declared": _kind("", "restriction purposes categories", "region project from until feeCap investment"),
    "approval_threshold_set": _kind("", "asset authority", "threshold evidence reference"),
    "approver_named": _kind("", "approver authority", "evidence reference"),
    "approver_dismissed": _kind("", "approver authority", "evidence reference"),
    "key_enrolled": _kind("", "holder key proof"),
    "key_revoked": _kind("", "holder ground"),
    "goods_declared": _kind("", "asset", "expires valuation"),
    "goods_noted": _kind("", "asset quantity why", "party evidence reference"),
    "opening": _kind("fc", "basis", f"auditor {_ROW_OF}"),
    "donation": _kind("fc", "channel", _GIFT),
    "gift_in_kind": _kind("fc", "channel", f"valuation {_GIFT}"),
    "income": _kind("fc", "source", "batch row rowDigest"),
    "agency_in": _kind("fc", "channel", _GIFT),
    "agency_out": _kind("fc", "", f"party {_ROW_OF}"),
    "returned_payment": _kind("fc", "", _ROW_OF),
    "allocation": _kind("f", "", f"ground change hold {_ROW_OF}"),
    "transfer": _kind("fc", "", f"change hold {_ROW_OF}"),
    "fee_release": _kind("f", "clause base rate moment", "agreement"),
    "disbursement": _kind("fc", "", f"party roster hold {_ROW_OF}"),
    "expense": _kind("fc", "", f"hold {_ROW_OF}"),
    "purchase": _kind("fc", "product region quantity unit price referencePrice", f"seller party {_ROW_OF}"),
    "advance": _kind("fc", "", f"party {_ROW_OF}"),
    "advance_repayment": _kind("f", "", _ROW_OF),
    "investment": _kind("fc", "resolution", f"instrument {_ROW_OF}"),
    "investment_return": _kind("fc", "", _ROW_OF),
    "loan": _kind("fc", "resolution", f"party due {_ROW_OF}"),
    "loan_repayment": _kind("fc", "", _ROW_OF),
    "loss": _kind("fc", "ground", f"evidence reference {_ROW_OF}"),
    "bank_fee": _kind("fc", "", _ROW_OF),
    "platform_fee": _kind("fc", "", _ROW_OF),
    "conversion": _kind("fc", "", f"rate {_ROW_OF}"),
    "refund": _kind("fc", "", f"original {_ROW_OF}"),
    "correction": _kind("fc", "of reason"),
    "hold": _kind("", "for", "until facts"),
    "void": _kind("", "hold", "evidence reference"),
    "expire": _kind("", "hold"),
    "custody_move": _kind("c", "", _ROW_OF),
    "pledge": _kind("", "memorandum asset amount", f"{_PROMISED} campaign"),
    "commitment": _kind("", "memorandum asset amount", _PROMISED),
    "receivable": _kind("", "memorandum asset amount", f"{_PROMISED} correction"),
    "payable": _kind("", "memorandum asset amount", _PROMISED),
    "memorandum_settled": _kind("", "memorandum payment amount"),
    "settlement_withdrawn": _kind("", "memorandum payment ground", "evidence reference"),
    "memorandum_closed": _kind("", "memorandum ground", "evidence reference"),
    "assisted_sale": _kind(
        "", "memorandum asset amount seller sale", "with party product region project evidence reference"
    ),
    "volunteer_hours": _kind("", "memorandum minutes region", "party roster project purpose evidence reference"),
    "restriction_changed": _kind("", "restriction to asset amount basis", "evidence reference"),
    "restriction_released": _kind("", "restriction asset amount basis", "evidence reference"),
    "agreement_bound": _kind(
        "", "agreement digest", "with party partner restriction asset amount from until milestones fee"
    ),
    "milestone_reached": _kind("", "agreement milestone", "evidence reference"),
    "plan_filed": _kind("", "fact body digest topic from until", "number"),
    "report_filed": _kind("", "fact body digest topic from until", "number"),
    "publication_filed": _kind("", "fact body digest topic", "number from until size root"),
    "statement_imported": _kind("", "fact account from until opening incoming outgoing closing lines root digest"),
    "commendation": _kind("", "fact body digest topic", "party number"),
    "draw_committed": _kind("", "fact commitment population digest"),
    "inspection_draw": _kind("", "fact committed seed drawn digest"),
}
INCOME = {"opening", "donation", "gift_in_kind", "income"}  # what comes in is the base of a fee cap
FEES = {"fee_release", "bank_fee", "platform_fee"}  # what a fee cap counts
FREEING = {"fee_release", "correction"}  # after which government money is so no longer
CROSSING = {"transfer", "agency_out"}  # whose target may be another organization's
MOVING = {name for name, kind in KINDS.items() if kind.fund or kind.custody} - {"correction"}


APPROVAL_TERMS = {"approval_threshold_set", "approver_named", "approver_dismissed", "key_enrolled", "key_revoked"}
STATUS = {  # what an account must be, and what it then is
    "account_frozen": ("open", "frozen"), "account_unfrozen": ("frozen", "open"), "account_closed": ("open", "closed"),
}  # fmt: skip


class Account:
    """An account as it stands; `received` and `fees` are what a fee cap is computed from."""

    def __init__(self, name: str, terms: Mapping[str, Any], position: int) -> None:
        self.name, self.position = name, position
        self.book: str = terms["book"]
        self.klass: str = terms["class"]
        self.organization: str = terms["organization"]
        self.asset: str = terms["asset"]
        self.restriction: str | None = terms.get("restriction")
        self.project: str | None = terms.get("project")
        self.seq = self.total_in = self.total_out = self.received = self.fees = 0
        self.free: list[Span] = []
        self.batches: list[str] = []
        self.status = "open"
        self.reserved = 0
        self.pinned: list[Span] = []
        self.recipient: str | None = terms.get("recipient")
        self.government: int | None = None

    @property
    def held(self) -> bool:
        """Whether the organization holds this money."""
        return not self.name.startswith("outside/")

    @property
    def has_axis(self) -> bool:
        """Whether the units on this account have names."""
        return self.book == "fund" and "/" not in self.name

    def row(self) -> Row:
        """The row that the server shows."""
        return {
            "id": self.name, "book": self.book, "class": self.klass, "organization": self.organization,
            "asset": self.asset, "restriction": self.restriction, "project": self.project, "position": self.position,
            "seq": self.seq, "total_in": self.total_in, "total_out": self.total_out, "received": self.received,
            "fees": self.fees, "free": [value for span in self.free for value in span], "batches": self.batches,
            "status": self.status, "reserved": self.reserved,
            "pinned": [value for _, lo, hi in self.pinned for value in (lo, hi)],
            "recipient": self.recipient, "government": self.government,
        }  # fmt: skip


def units(text: object, field: str) -> int:
    """Whole units from their only text form."""
    if type(text) is not str or not _UNITS.fullmatch(text) or int(text) > MOST_UNITS:
        raise WrongError(INCONSISTENT, field, "whole units below 2**63, as text", text)
    return int(text)


def took_of(side: Mapping[str, Any]) -> list[Span]:
    """The spans that the `from` side of a posting took, in order."""
    found: list[Span] = []
    for item in side.get("took", ()):
        lo, hi, *more = (units(text, "took") for text in item)
        place = more[0] if more else lo
        if lo >= hi or len(item) > 3 or (more and place == lo) or (found and _continues(found[-1], (place, lo, hi))):  # noqa: PLR2004 -- lo, hi, place
            raise WrongError(INCONSISTENT, "took", "intervals in their one form", side["took"])
        found.append((place, lo, hi))
    return found


def balances(accounts: Iterable[Account]) -> list[Document]:
    """What a snapshot says of every asset: how many accounts, their totals, and the root over all of them."""
    lines: dict[str, list[tuple[bytes, Account]]] = {}
    for account in accounts:
        lines.setdefault(account.asset, []).append((account.name.encode(), account))
    found = []
    for asset in sorted(lines, key=str.encode):
        top = _top([_account_line(name, account) for name, account in sorted(lines[asset], key=lambda line: line[0])])
        sums = b"".join(value.to_bytes(16, "big") for value in top[:3])
        name, count = asset.encode(), len(lines[asset])
        body = len(name).to_bytes(2, "big") + name + count.to_bytes(8, "big") + sums + top[3]
        root = sha256(b"mingzhang/accounts/v1\0" + body).hexdigest()
        into, out, held = map(str, top[:3])
        found.append({"asset": asset, "accounts": count, "in": into, "out": out, "held": held, "root": root})
    return found


SumNode = tuple[int, int, int, bytes]


def _account_line(name: bytes, account: Account) -> SumNode:
    """The line of one account: what came in, what went out, what holds keep, and its hash."""
    numbers = [len(account.free), *(value for span in account.free for value in span)]
    free = sha256(b"mingzhang/free/v1\0" + b"".join(number.to_bytes(8, "big") for number in numbers)).digest()
    sums = account.total_in, account.total_out, account.reserved
    body = b"".join(value.to_bytes(8, "big") for value in (account.seq, *sums))
    body = b"mingzhang/account-line/v1\0" + len(name).to_bytes(2, "big") + name + body + free
    return (*sums, sha256(body).digest())


def _top(nodes: list[SumNode]) -> SumNode:
    """The node over these, of RFC 6962's shape: the left part is the largest power of two."""
    if len(nodes) == 1:
        return nodes[0]
    middle = 1 << (len(nodes) - 1).bit_length() - 1
    both = _top(nodes[:middle]), _top(nodes[middle:])
    body = b"".join(b"".join(value.to_bytes(16, "big") for value in node[:3]) + node[3] for node in both)
    sums = [left + right for left, right in zip(both[0][:3], both[1][:3])]  # noqa: B905 -- three of each
    return sums[0], sums[1], sums[2], sha256(b"mingzhang/account-node/v1\0" + body).digest()


def attested(data: Document) -> bytes:
    """The text that an auditor signs."""
    root = b64encode(bytes.fromhex(data["root"])).decode()
    lines = ("mingzhang-attestation/v1", data["origin"], str(data["size"]), root, data["verdict"], data["report"])
    return "".join(f"{line}\n" for line in lines).encode()


class Book:
    """The state that the leaves lead to; `enter` takes the next one in, or raises `WrongError`.

    `earlier` reads the document of an entry that was taken in before; `asked` are the positions after which all
    balances are worked out, since a later entry states them.
    """

    def __init__(self, earlier: Callable[[int], Document], asked: Callable[[], set[int]] = set) -> None:
        self._earlier, self._asked = earlier, asked
        self._sealed_after: dict[int, list[Document]] = {}
        self._through = 0
        self.origin: object = None
        self.clock = ""
        self.accounts: dict[str, Account] = {}
        self.commands: dict[bytes, int] = {}
        self.batches: dict[str, Row] = {}
        self._taken: set[tuple[Any, ...]] = set()
        self._versions: dict[tuple[str, str], int] = {}
        self._terms: dict[tuple[str, str, str], str | None] = {}  # what four eyes ask (SPEC.md section 14)
        self._closed: dict[str, str] = {}  # through which day the books of an organization are closed
        self._returns: dict[tuple[int, int], list[Span]] = {}
        self._promised: dict[str, Document] = {}  # memoranda by their names
        self._settled: dict[int, tuple[str, int]] = {}  # what a payment settles, and how much of it
        self._changes: dict[int, int] = {}  # how much a change of a restriction still covers
        self._agreed: dict[str, Document] = {}
        self._position = 0
        self._document: Document = {}
        self._effects: dict[str, Callable[[Document], None]] = {
            "goods_declared": self._goods_declared,
            "account_opened": self._account_opened, "restriction_declared": self._restriction_declared,
            "reference_loaded": self._reference_loaded, "evidence_attached": self._evidence_attached,
            "delivery_confirmed": self._delivery_confirmed, "import_opened": self._import_opened,
            "import_closed": self._import_closed, "record_bound": self._record_bound, "correction": self._correction,
            **dict.fromkeys(STATUS, self._status_changed),
            "snapshot": self._snapshot, "attestation": self._attestation,
            "period_closed": self._period_closed, "period_reopened": self._period_reopened,
            **dict.fromkeys(APPROVAL_TERMS, self._approval_term),
            **dict.fromkeys((*PROMISES, "assisted_sale", "volunteer_hours"), self._memorandum_opened),
            "memorandum_settled": self._memorandum_settled, "settlement_withdrawn": self._settlement_withdrawn,
            "memorandum_closed": self._memorandum_closed,
            "restriction_changed": self._restriction_changed, "restriction_released": self._restriction_changed,
            "agreement_bound": self._agreement_bound, "milestone_reached": self._milestone_reached,
            "statement_imported": self._statement_imported, "inspection_draw": self._inspection_draw,
        }  # fmt: skip

    # -- one entry -----------------------------------------------------------------------------------------------------

    def enter(self, position: int, document: Document) -> None:
        """Take in an entry whose bytes and place in the chain are right."""
        self._position, self._document = position, document
        kind = self._kind(document)
        self._has_its_fields(kind, document)
        self._clock_goes_forward(document["at"])
        self._is_new_command(document["id"])
        self._facts(document["type"], document["data"])
        try:
            self._postings(document)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise WrongError(INCONSISTENT, "shape", "well-formed postings", repr(error)) from None
        except WrongError as error:
            if document["type"] != "correction":
                raise
            # What a correction reverses is not for its writer to choose: any other posting is an altered one.
            raise WrongError(INCONSISTENT, error.field, error.expected, error.actual) from None
        if position in self._asked():
            self._sealed_after[position] = balances(self.accounts.values())

    def _snapshot(self, data: Document) -> None:
        """All balances as they were after an earlier entry, in parts of 200 assets."""
        through, part = data["through"], data["part"]
        oldest = max(self._through, self._position - MOST_BEHIND)
        if type(through) is not int or not oldest <= through < self._position:
            raise WrongError(RULE, "data.through", f"an entry from {oldest} to {self._position - 1}", through)
        self._through = through
        sealed = self._sealed_after[through]
        parts = -(-len(sealed) // SNAPSHOT_ASSETS)
        if data["parts"] != parts or type(part) is not int or not 1 <= part <= parts:
            raise WrongError(RULE, "data.parts", parts, data["parts"])
        expected = sealed[(part - 1) * SNAPSHOT_ASSETS : part * SNAPSHOT_ASSETS]
        for n, (wanted, found) in enumerate(zip(expected, data["assets"])):  # noqa: B905 -- the lengths are next
            for name, value in wanted.items():
                if found.get(name) != value:
                    raise WrongError(RULE, f"data.assets.{n}.{name}", value, found.get(name))
        if data["assets"] != expected:
            raise WrongError(RULE, "data.assets", f"{len(expected)} assets", len(data["assets"]))

    def _attestation(self, data: Document) -> None:
        """An auditor's word about a head of this journal, signed by the key that it names."""
        if data["origin"] != self.origin or type(data["size"]) is not int or not 0 < data["size"] <= self._position:
            raise WrongError(RULE, "data.size", "a head of this journal", f"{data['size']} of {data['origin']}")
        try:
            verify_ed25519(bytes.fromhex(data["key"]), bytes.fromhex(data["signature"]), attested(data))
        except ValueError as error:
            raise WrongError(RULE, "data.signature", "by the key that is named", error) from None

    def _kind(self, document: Document) -> Kind:
        name = document.get("type")
        kind = KINDS.get(name) if type(name) is str else None
        if kind is None or document.get("v") != 1:
            raise WrongError(UNKNOWN, "type", "a kind of version 1", f"v{document.get('v')} {name}")
        return kind

    def _has_its_fields(self, kind: Kind, document: Document) -> None:
        """The fields of every entry, those of its kind, and the books in which it moves."""
        for name in sorted(_FIELDS - document.keys()):
            raise WrongError(INCONSISTENT, name, "present", "missing")
        for name in sorted(document.keys() - _FIELDS - _MORE_FIELDS):
            raise WrongError(INCONSISTENT, name, "absent", document[name])
        data = document["data"]
        if type(data) is not dict:
            raise WrongError(RULE, "data", "an object", data)
        for name in sorted((kind.required - data.keys()) | (data.keys() - kind.required - kind.optional)):
            raise WrongError(RULE, f"data.{name}", "the facts of this kind, and no others", data.get(name))
        if kind.organization and type(document.get("organization")) is not str:
            raise WrongError(RULE, "organization", "present", document.get("organization"))
        if document["mode"] not in {"instructed", "observed"}:
            raise WrongError(RULE, "mode", "instructed or observed", document["mode"])
        self._moves_as_its_kind(kind, document)

    def _moves_as_its_kind(self, kind: Kind, document: Document) -> None:
        for book, moves in (("fund", kind.fund), ("custody", kind.custody)):
            found = document.get(book)
            if found is not None and (type(found) is not list or not found):
                raise WrongError(INCONSISTENT, book, "postings, or nothing", found)
            if found and not moves:
                raise WrongError(RULE, book, "no postings in this kind of entry", f"{len(found)} postings")
        missing = "fund" if kind.fund else "custody"
        if document["type"] in MOVING and missing not in document:
            raise WrongError(RULE, missing, "postings", "none")

    def _clock_goes_forward(self, at: object) -> None:
        if type(at) is not str or not _CLOCK.fullmatch(at) or not is_moment(at):
            raise WrongError(INCONSISTENT, "at", "a moment with six decimals and Z", at)
        if at <= self.clock:  # one form and one length: the order of texts is that of moments
            raise WrongError(INCONSISTENT, "at", f"later than {self.clock}", at)
        self.clock = at
        effective, today = self._document["effective"], civil_day(at)
        if not is_day(effective) or effective > today:
            raise WrongError(RULE, "effective", f"a date up to {today}", effective)

    def _is_new_command(self, name: object) -> None:
        if type(name) is not str or not _UUID.fullmatch(name):
            raise WrongError(RULE, "id", "a UUID in small letters", name)
        before = self.commands.setdefault(packed(name), self._position)
        if before != self._position:
            raise WrongError(RULE, "id", "a new id", f"the id of entry {before}")

    # -- facts that later entries rest on --------------------------------------------------------------------------

    def _facts(self, kind: str, data: Document) -> None:
        """Take in what an entry says besides moving money."""
        if (kind == "journal_opened") != (self._position == 0):
            raise WrongError(RULE, "type", "journal_opened first, and nowhere else", kind)
        organization = self._document.get("organization")
        if organization is not None and ("organization", organization) not in self._versions:
            raise WrongError(RULE, "organization", "one whose record an earlier entry binds", organization)
        effect = self._effects.get(kind)
        try:
            self._batch_is_open(kind, data)
            if kind == "hold" or "hold" in data:
                self._hold(kind, data)
            if "fact" in data:
                self._once("fact", data["fact"])
            if kind in RELYING:
                self._relies(data)
            if effect is not None:
                effect(data)
        except WrongError as error:
            raise WrongError(RULE, error.field, error.expected, error.actual) from None
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise WrongError(RULE, "data", f"well-formed facts of {kind}", repr(error)) from None

    def _batch_is_open(self, kind: str, data: Document) -> None:
        if "batch" in data and kind != "import_opened" and self.batches[data["batch"]]["closed"] is not None:
            raise WrongError(RULE, "data.batch", "an import batch that is open", data["batch"])

    def _once(self, what: str, *names: str) -> None:
        if (what, *names) in self._taken:
            raise WrongError(RULE, f"data.{what}", f"a new {what}", "@".join(names))
        self._taken.add((what, *names))

    def _account_opened(self, data: Document) -> None:
        self._once("account", data["account"])
        if not re.fullmatch("[a-z0-9][a-z0-9-]{0,63}", data["account"], re.ASCII):
            raise WrongError(RULE, "data.account", "the name of an account", data["account"])
        restriction = data.get("restriction", UNDETERMINED)
        if restriction != UNDETERMINED and ("restriction", restriction) not in self._taken:
            raise WrongError(RULE, "data.restriction", "one that an earlier entry declares", restriction)
        terms = {**data, "organization": self._document["organization"]}
        self.accounts[data["account"]] = Account(data["account"], terms, self._position)

    def _status_changed(self, data: Document) -> None:
        """An account of the organization is frozen, unfrozen, or closed when it is empty."""
        account = self.accounts.get(data["account"])
        if account is None or account.organization != self._document["organization"]:
            raise WrongError(RULE, "data.account", "an account of the organization", data["account"])
        before, after = STATUS[self._document["type"]]
        if account.status != before:
            raise WrongError(RULE, "data.account", f"an account that is {before}", account.status)
        hole = self.accounts.get(OVERDRAWN + account.name, account)
        if after == "closed" and not account.total_in - account.total_out == 0 == hole.total_in - hole.total_out:
            raise WrongError(RULE, "data.account", "an empty account", account.total_in - account.total_out)
        account.status = after

    def _period_closed(self, data: Document) -> None:
        """Books are closed through a day that is over, and later than the one before."""
        through, today = data["through"], civil_day(self.clock)
        closed = self._closed.get(self._document["organization"], "")
        if not is_day(through) or not closed < through < today:
            raise WrongError(RULE, "data.through", f"a date between {closed or 'none'} and {today}", through)
        self._closed[self._document["organization"]] = through

    def _period_reopened(self, data: Document) -> None:
        """Books are opened again from a day on that was closed."""
        closed = self._closed.get(self._document["organization"], "")
        if not is_day(data["from"]) or closed < data["from"]:
            raise WrongError(RULE, "data.from", f"a date up to {closed or 'none'}", data["from"])
        self._closed[self._document["organization"]] = reopened_through(data["from"]) or ""

    def _hold(self, kind: str, data: Document) -> None:
        """A hold keeps what it names; it is resolved once, by its payment or less of it, voided, or expired."""
        if kind == "hold":
            if self._document["mode"] != "instructed" or data.get("until", "Z") <= self.clock:
                raise WrongError(RULE, "data.until", f"a hold that ends after {self.clock}", data.get("until"))
            self._reserve(self._document["holds"], 1)
            return
        self._refers_back("data.hold", data["hold"])
        held = self._earlier(data["hold"])
        if held["type"] != "hold" or held["organization"] != self._document["organization"]:
            raise WrongError(RULE, "data.hold", "a hold of this organization", data["hold"])
        self._once("hold", str(data["hold"]))
        over = held["data"].get("until", "Z") <= self.clock
        if over != (kind == "expire"):
            raise WrongError(RULE, "data.hold", "a hold in its time", held["data"].get("until"))
        if kind not in {"void", "expire"} and not self._is_paid(held):
            raise WrongError(RULE, "data.hold", "what was held, or less of it", data["hold"])
        self._reserve(held["holds"], -1)

    def _is_paid(self, held: Document) -> bool:
        """Whether the entry pays what was held, move by move; `rest` belongs to the move before it."""
        for book in ("fund", "custody"):
            paid: list[list[Any]] = []
            for posting in self._document.get(book, ()):
                side = posting["from"]
                if side.get("rest"):
                    paid[-1][2] += int(posting["amount"])
                    continue
                name = side["account"].removeprefix(OVERDRAWN)
                paid.append([name, posting["to"]["account"], int(posting["amount"]), posting.get("use")])
            kept = [[m["from"], m["to"], int(m["amount"]), m.get("use")] for m in held["holds"].get(book, ())]
            if [[a, b, d] for a, b, _, d in paid] != [[a, b, d] for a, b, _, d in kept]:
                return False
            if any(move[2] > before[2] for move, before in zip(paid, kept)):  # noqa: B905 -- as long as each other
                return False
        facts = held["data"].get("facts")
        if facts is not None:
            beside = {"hold", "batch", "row", "rowDigest", "source"}
            said = {name: value for name, value in self._document["data"].items() if name not in beside}
            if said != {name: value for name, value in facts.items() if name not in beside}:
                return False
        return bool(held["data"]["for"] == self._document["type"])

    def _reserve(self, holds: Document, sign: int) -> None:
        """Keep what the moves of a hold name (1), or free it (-1)."""
        for book in sorted(holds):
            for move in holds[book]:
                account = self.accounts[move["from"]]
                account.reserved += sign * units(move["amount"], "holds.amount")
                for lo, hi in move.get("units", ()):
                    span = units(lo, "holds.units"), units(lo, "holds.units"), units(hi, "holds.units")
                    (put if sign > 0 else take)(account.pinned, span)
                if account.reserved > account.total_in - account.total_out:
                    raise WrongError(RULE, f"holds.{book}", "money that was there", account.reserved)

    def _restriction_declared(self, data: Document) -> None:
        self._once("restriction", data["restriction"])

    def _goods_declared(self, data: Document) -> None:
        self._once("lot", data["asset"])

    def _reference_loaded(self, data: Document) -> None:
        self._once("reference", data["name"], data["edition"])

    def _evidence_attached(self, data: Document) -> None:
        self._once("evidence", data["evidence"])
        self._refers_back("data.subject", data["subject"])

    def _delivery_confirmed(self, data: Document) -> None:
        self._once("delivery", data["delivery"])
        self._refers_back("data.subject", data["subject"])

    def _import_opened(self, data: Document) -> None:
        self._once("batch", data["batch"])
        self._once("rowsDigest", self._document["organization"], data["rowsDigest"])
        self.batches[data["batch"]] = {
            "id": data["batch"], "organization": self._document["organization"], "file_digest": data["fileDigest"],
            "rows_digest": data["rowsDigest"], "row_count": data["rows"], "total": units(data["total"], "data.total"),
            "asset": data["asset"], "opened": self._position, "closed": None,
        }  # fmt: skip

    def _import_closed(self, data: Document) -> None:
        self.batches[data["batch"]]["closed"] = self._position

    def _record_bound(self, data: Document) -> None:
        if "record" in data:
            key = data["noun"], data["record"]
            expected = self._versions.get(key, 0) + 1
            if data["version"] != expected:
                raise WrongError(RULE, "data.version", expected, data["version"])
            self._versions[key] = expected

    def _correction(self, data: Document) -> None:
        """A correction names an earlier entry of the same organization that moved money, and that none corrected."""
        self._refers_back("data.of", data["of"])
        corrected = self._earlier(data["of"])
        if corrected["type"] not in MOVING or corrected.get("organization") != self._document["organization"]:
            raise WrongError(RULE, "data.of", "an entry of this organization that moves money", data["of"])
        if ("correction", data["of"]) in self._taken:
            raise WrongError(RULE, "data.of", "an entry that was not corrected before", data["of"])
        self._taken.add(("correction", data["of"]))
        if corrected["data"].get("change") in self._changes:
            back = sum(units(posting["amount"], "amount") for posting in self._document.get("fund", ()))
            self._changes[corrected["data"]["change"]] += back

    # -- memoranda, changes, agreements, filings: what is counted of them ------------------------------------------

    def _memorandum_opened(self, data: Document) -> None:
        self._once("memorandum", data["memorandum"])
        self._promised[data["memorandum"]] = self._document
        if "amount" in data and units(data["amount"], "data.amount") == 0:
            raise WrongError(RULE, "data.amount", "at least one unit", data["amount"])
        if "correction" in data:
            self._once("correction", str(data["correction"]["entry"]), str(data["correction"]["posting"]))
        if self._document["type"] == "assisted_sale":
            self._once("sale", data["seller"], data["sale"])

    def _own_memorandum(self, data: Document) -> Document:
        found = self._promised.get(data["memorandum"])
        if found is None or found["organization"] != self._document["organization"]:
            raise WrongError(RULE, "data.memorandum", "a memorandum of the organization", data["memorandum"])
        return found

    def _still_open(self, name: str) -> int:
        """What no payment settles of a promise, of payments that nobody corrected."""
        settled = sum(
            part for payment, (whose, part) in self._settled.items()
            if whose == name and ("correction", payment) not in self._taken
        )  # fmt: skip
        return units(self._promised[name]["data"]["amount"], "data.amount") - settled

    def _memorandum_settled(self, data: Document) -> None:
        """A payment of the organization settles one promise, as far as it is open."""
        promise, name, amount = self._own_memorandum(data), data["memorandum"], units(data["amount"], "data.amount")
        self._refers_back("data.payment", data["payment"])
        paid = self._earlier(data["payment"])
        if promise["type"] not in PROMISES or ("closed", name) in self._taken:
            raise WrongError(RULE, "data.memorandum", "a promise that is open", name)
        if data["payment"] in self._settled or ("correction", data["payment"]) in self._taken:
            raise WrongError(RULE, "data.payment", "a payment that settles nothing yet", data["payment"])
        comes = promise["type"] in {"pledge", "receivable"}
        moved = 0
        for posting in paid.get("fund", ()):
            for side, sign in (("to", 1), ("from", -1)):
                account = self.accounts[posting[side]["account"]]
                if account.held and account.organization == promise["organization"]:
                    moved += sign * int(posting["amount"]) * (posting["asset"] == promise["data"]["asset"])
        if not 0 < amount <= min(moved if comes else -moved, self._still_open(name)):
            raise WrongError(RULE, "data.amount", "what the payment moved and the promise leaves open", data["amount"])
        self._settled[data["payment"]] = name, amount

    def _settlement_withdrawn(self, data: Document) -> None:
        self._own_memorandum(data)
        if self._settled.get(data["payment"], ("", 0))[0] != data["memorandum"]:
            raise WrongError(RULE, "data.payment", "a payment that settles it", data["payment"])
        del self._settled[data["payment"]]

    def _memorandum_closed(self, data: Document) -> None:
        promise = self._own_memorandum(data)
        self._once("closed", data["memorandum"])
        if promise["type"] in PROMISES and not self._still_open(data["memorandum"]):
            raise WrongError(RULE, "data.memorandum", "something that is still open", data["memorandum"])
        if promise["type"] == "assisted_sale":
            self._taken.discard(("sale", promise["data"]["seller"], promise["data"]["sale"]))

    def _restriction_changed(self, data: Document) -> None:
        for name in ("restriction", "to"):
            if name in data and ("restriction", data[name]) not in self._taken:
                raise WrongError(RULE, f"data.{name}", "one that an earlier entry declares", data[name])
        self._changes[self._position] = units(data["amount"], "data.amount")

    def _relies(self, data: Document) -> None:
        """What moves by a change is no more than it covers, of money that it is about, and not before it."""
        if "agreement" in data and self._agreed[data["agreement"]]["organization"] != self._document["organization"]:
            raise WrongError(RULE, "data.agreement", "an agreement of the organization", data["agreement"])
        if "change" not in data:
            return
        change = self._earlier(data["change"]) if data["change"] in self._changes else {"organization": None}
        if change["organization"] != self._document["organization"]:
            raise WrongError(RULE, "data.change", "a change that this organization documents", data["change"])
        moved = sum(units(posting["amount"], "amount") for posting in self._document["fund"])
        codes = {breach["code"] for breach in self._document.get("breaches", ())}
        late = change["effective"] > self._document["effective"] and "RESTRICTION_VIOLATED" not in codes
        if late or (moved > self._changes[data["change"]] and "CHANGE_EXCEEDED" not in codes):
            raise WrongError(RULE, "data.change", "money that it covers", moved)
        self._changes[data["change"]] -= moved

    def _agreement_bound(self, data: Document) -> None:
        self._once("agreement", data["agreement"])
        self._agreed[data["agreement"]] = self._document

    def _milestone_reached(self, data: Document) -> None:
        agreed = self._agreed[data["agreement"]]
        names = [line["milestone"] for line in agreed["data"].get("milestones", ())]
        if agreed["organization"] != self._document["organization"] or data["milestone"] not in names:
            raise WrongError(
                RULE, "data.milestone", "a milestone of an agreement of the organization", data["milestone"]
            )
        self._once("milestone", data["agreement"], data["milestone"])

    def _statement_imported(self, data: Document) -> None:
        """A statement's balances prove each other; it is of an account of the organization's money."""
        account = self.accounts[data["account"]]
        opening, incoming, outgoing, closing = (
            units(data[name], f"data.{name}") for name in ("opening", "incoming", "outgoing", "closing")
        )
        if account.book != "custody" or account.organization != self._document["organization"]:
            raise WrongError(RULE, "data.account", "a custody account of the organization", data["account"])
        if opening + incoming - outgoing != closing:
            raise WrongError(RULE, "data.closing", opening + incoming - outgoing, closing)

    def _inspection_draw(self, data: Document) -> None:
        """A draw shows the seed that was committed to before, once."""
        self._refers_back("data.committed", data["committed"])
        before = self._earlier(data["committed"])
        seed = sha256(b"mingzhang/draw-seed/v1\0" + bytes.fromhex(data["seed"])).hexdigest()
        if before["type"] != "draw_committed" or before["data"]["commitment"] != seed:
            raise WrongError(RULE, "data.seed", "the seed that was committed to", data["seed"])
        self._once("draw", str(data["committed"]))

    def _refers_back(self, field: str, position: object) -> None:
        if type(position) is not int or not 0 <= position < self._position:
            raise WrongError(RULE, field, f"an entry before {self._position}", position)

    # -- postings ------------------------------------------------------------------------------------------------------

    def _account(self, name: str) -> Account:
        """An account; those that need no opening are there from their first use."""
        found = self.accounts.get(name)
        if found is not None:
            return found
        match = _OUTSIDE.fullmatch(name)
        if match is not None:
            terms: Row = {"book": "custody" if match[2] == "custody" else "fund", "class": match[2]}
            terms.update(organization=match[1], asset=match[3])
        elif name.startswith(OVERDRAWN) and name.removeprefix(OVERDRAWN) in self.accounts:
            base = self.accounts[name.removeprefix(OVERDRAWN)]
            terms = {**base.row(), "class": "overdrawn", "recipient": None}
        else:
            raise WrongError(RULE, "account", "an account that was opened", name)
        self.accounts[name] = Account(name, terms, self._position)
        return self.accounts[name]

    def _postings(self, document: Document) -> None:
        """All postings, and what they owe each other."""
        if document["type"] != "correction":  # of which the totals come first
            self._books_agree()
        for book in ("fund", "custody"):
            for n, posting in enumerate(document.get(book, ())):
                self._posting(book, n, posting)
        self._books_agree()
        self._fee_base()
        self._period_is_open(document)
        self._four_eyes(document)

    def _posting(self, book: str, n: int, posting: Document) -> None:
        """One posting: both accounts' numbers and totals, and the units of the fund book."""
        path = f"{book}.{n}"
        source, target = (self._account(posting[side]["account"]) for side in ("from", "to"))
        amount = units(posting["amount"], f"{path}.amount")
        self._fits(path, book, source, target, amount)
        self._are_open(path, source, target)
        if posting["asset"] != source.asset:
            raise WrongError(INCONSISTENT, f"{path}.asset", source.asset, posting["asset"])
        source.total_out += amount
        target.total_in += amount
        source.seq += 1
        target.seq += 1
        for side, account in (("from", source), ("to", target)):
            self._totals(f"{path}.{side}", account, posting[side])
        if book == "fund":
            self._take(path, n, source, posting, amount)
            self._land(path, target, posting, amount)
            self._of_the_government(n, source, target)
        elif "took" in posting["from"] or "places" in posting["to"]:
            raise WrongError(INCONSISTENT, f"{path}.from.took", "absent", "present")
        self._stays_above_zero(path, source, target)
        if "balancing" in posting or "asked" in posting:
            after = self._document[book][n + 1 : n + 2]
            rest = int(after[0]["amount"]) if after and after[0]["from"].get("rest") else 0
            self._balances(path, posting, source, target, rest)
        for flag in ("named", "rest"):
            if posting["from"].get(flag, True) is not True:
                raise WrongError(INCONSISTENT, f"{path}.from.{flag}", "true, or absent", posting["from"][flag])

    def _balances(self, path: str, posting: Document, source: Account, target: Account, rest: int) -> None:
        """A balancing move came to all that was asked, or to what its source could pay or its target lacked.

        `rest` is what the next posting makes up for of the same move.
        """
        asked, how = units(posting["asked"], f"{path}.asked"), posting["balancing"]
        paid = source.total_in - source.total_out - source.reserved == 0 and how != "to"
        met = target.total_in + rest == target.total_out and how != "from"
        least = int(posting["amount"]) + rest
        if how not in {"from", "to", "both"} or asked < least or (asked > least and not (paid or met)):
            raise WrongError(INCONSISTENT, f"{path}.asked", "what was moved, or more than there was", posting["asked"])

    def _of_the_government(self, n: int, source: Account, target: Account) -> None:
        """Where government money ever came, itself, from an account where it had, or as what was bought with it."""
        kind = self._document["type"]
        came = source.government is not None and target.has_axis and kind not in FREEING
        if kind in INCOME:
            came = source.name.split("/")[2] == "payers:government"
        if kind == "conversion" and target.has_axis:
            came = self._base(self._document["fund"][n - 1]["from"]["account"]).government is not None
        if came and target.government is None:
            target.government = self._position

    def _fits(self, path: str, book: str, source: Account, target: Account, amount: int) -> None:
        if source is target:
            raise WrongError(RULE, f"{path}.to.account", "another account", target.name)
        if not amount:
            raise WrongError(RULE, f"{path}.amount", "at least 1", amount)
        for account in (source, target):
            if account.book != book:
                raise WrongError(RULE, f"{path}.account", f"an account of the {book} book", account.name)
            kind = self._document[
                "type"
            ]  # a transfer's target, and either side where one is corrected, may be another's
            crosses = kind == "correction" or (kind in CROSSING and account is target)
            if account.organization != self._document["organization"] and not crosses:
                raise WrongError(RULE, f"{path}.account", "an account of the organization", account.name)
        if target.asset != source.asset:
            raise WrongError(RULE, f"{path}.to.account", f"an account of {source.asset}", target.asset)

    def _are_open(self, path: str, source: Account, target: Account) -> None:
        """Nothing enters or leaves a closed account, nothing leaves a frozen one; what happened is a named breach."""
        for side, account, barred in (
            ("from", source, ("closed", "frozen")), ("to", target, ("closed",))
        ):  # fmt: skip
            status = self._base(account.name).status
            if status in barred and not self._declares(f"ACCOUNT_{status.upper()}"):
                raise WrongError(RULE, f"{path}.{side}.account", "an account that is open", f"{account.name}: {status}")

    def _declares(self, code: str) -> bool:
        """Whether the entry is of what has happened, and names this breach."""
        breaches = self._document.get("breaches", ())
        return self._document["mode"] == "observed" and any(breach["code"] == code for breach in breaches)

    def _totals(self, path: str, account: Account, stated: Document) -> None:
        """The number and totals of an account step by one and by the amount: nothing was left out between."""
        if type(stated["seq"]) is not int or stated["seq"] != account.seq:
            raise WrongError(INCONSISTENT, f"{path}.seq", account.seq, stated["seq"])
        for name, total in (("in", account.total_in), ("out", account.total_out)):
            if stated[name] != str(total):
                raise WrongError(INCONSISTENT, f"{path}.{name}", total, stated[name])
            if total > MOST_UNITS:
                raise WrongError(RULE, f"{path}.{name}", "below 2**63", total)

    def _stays_above_zero(self, path: str, source: Account, target: Account) -> None:
        if "/" not in source.name and source.total_out + source.reserved > source.total_in:
            short = source.total_out + source.reserved - source.total_in
            most = f"at most the {source.total_in} that came in, less the {source.reserved} that holds keep"
            raise WrongError(RULE, f"{path}.from.out", most, f"{short} more")
        if target.name.startswith(OVERDRAWN) and target.total_in > target.total_out:
            raise WrongError(RULE, f"{path}.to.in", f"at most the {target.total_out} that are short", target.total_in)
        if source.name.startswith(OVERDRAWN) and self._document["type"] not in {"correction", "conversion"}:
            base = self.accounts[source.name.removeprefix(OVERDRAWN)]
            if self._document["mode"] != "observed" or base.total_in - base.total_out > base.reserved:
                raise WrongError(RULE, f"{path}.from.account", "money that was there", source.name)

    # -- units ---------------------------------------------------------------------------------------------------------

    def _take(self, path: str, n: int, source: Account, posting: Document, amount: int) -> None:
        """What a fund posting takes: units of its account, of the payment that comes back, or none that have names."""
        side, spans = posting["from"], took_of(posting["from"])
        origin = side.get("of")
        if not source.has_axis and origin is None:
            if spans:
                raise WrongError(INCONSISTENT, f"{path}.from.took", "absent", side["took"])
            return
        whole_of = origin if origin is not None and "entry" not in origin else None
        if whole_of is None and sum(hi - lo for _, lo, hi in spans) != amount:
            raise WrongError(INCONSISTENT, f"{path}.from.took", f"{amount} units", side.get("took"))
        if source.has_axis:
            if origin is not None:
                self._is_of_the_gift(path, source, origin, spans)
            self._take_held(path, n, source, posting, amount)
        elif whole_of is not None:  # the second half of a conversion
            paid = self._document["fund"][n - 1]["amount"] if whole_of["posting"] == n - 1 >= 0 else None
            if side["took"] != [["0", paid]]:
                raise WrongError(INCONSISTENT, f"{path}.from.took", f"all of the posting before: {paid}", side["took"])
        else:
            self._take_back(path, posting, origin, spans)

    def _take_held(self, path: str, n: int, source: Account, posting: Document, amount: int) -> None:
        """What leaves a held account: named units, those that its hold kept, or the oldest that no hold keeps."""
        side, spans, kept = posting["from"], took_of(posting["from"]), self._kept(n)
        held = source.total_in - source.total_out + amount
        if amount > held:
            raise WrongError(RULE, f"{path}.from.took", f"at most the {held} units that are still there", amount)
        if kept is not None and runs(spans) != runs(cut([(0, int(lo), int(hi)) for lo, hi in kept], 0, amount)):
            raise WrongError(INCONSISTENT, f"{path}.from.took", "the units that were held", side["took"])
        named = "named" in side
        oldest = not (named or "of" in side or kept is not None or self._document["type"] == "correction")
        self._take_from(path, source.free, spans, named=named, oldest=oldest, pinned=source.pinned)
        if any(a < hi and lo < b for _, lo, hi in spans for _, a, b in source.pinned):
            raise WrongError(RULE, f"{path}.from.took", "units that no hold keeps", side["took"])

    def _take_from(
        self, path: str, free: list[Span], spans: list[Span], *, named: bool, oldest: bool, pinned: Iterable[Span] = ()
    ) -> None:  # fmt: skip
        """Take spans that must be free; without another ground, the oldest ones, whole but for the last."""
        for index, span in enumerate(spans):
            first = first_free(free, pinned)
            if oldest and (span[:2] != first[:2] or (index < len(spans) - 1 and span[2] != first[2])):
                raise WrongError(INCONSISTENT, f"{path}.from.took", f"the oldest units, from {first[1]}", span[1:])
            try:
                take(free, span)
            except ValueError:
                category = RULE if named else INCONSISTENT
                raise WrongError(category, f"{path}.from.took", "units that are still there", span[1:]) from None

    def _kept(self, n: int) -> list[list[str]] | None:
        """The units that the hold which is being paid named for fund move `n`, or None."""
        if "hold" not in self._document["data"]:
            return None
        moves = self._earlier(self._document["data"]["hold"])["holds"]["fund"]
        found: list[list[str]] | None = moves[n].get("units") if n < len(moves) else None
        return found

    def _take_back(self, path: str, posting: Document, origin: Document, spans: list[Span]) -> None:
        """Take units of an earlier payment's axis, each once, to where they were paid from."""
        paid = self._origin(path, origin)
        sides = paid["from"]["account"], paid["to"]["account"]
        ends = posting["to"]["account"], posting["from"]["account"]
        if sides[1] != ends[1] or (sides[0] != ends[0] and self._document["type"] != "loss"):
            raise WrongError(RULE, f"{path}.from.of", "the posting that paid this", origin)
        key = origin["entry"], origin["posting"]
        free = self._returns.setdefault(key, [(0, 0, units(paid["amount"], f"{path}.from.of"))])
        named, held = "named" in posting["from"], sum(hi - lo for _, lo, hi in free)
        if sum(hi - lo for _, lo, hi in spans) > held:
            raise WrongError(RULE, f"{path}.from.took", f"at most the {held} units that have not come back", spans)
        self._take_from(path, free, spans, named=named, oldest=not named)

    def _is_of_the_gift(self, path: str, source: Account, origin: Document, spans: list[Span]) -> None:
        """What is given back of a gift are units that the gift landed."""
        gift = self._origin(path, origin)
        end, amount = (units(text, f"{path}.from.of") for text in (gift["to"]["in"], gift["amount"]))
        landed = [(int(place), 0, int(length)) for place, length in gift["to"].get("places", ())]
        if gift["to"]["account"] != source.name:
            raise WrongError(RULE, f"{path}.from.of", "the posting that brought this", origin)
        if not all(covered(place, hi - lo, landed or [(end - amount, 0, amount)]) for place, lo, hi in spans):
            raise WrongError(RULE, f"{path}.from.took", "units of the gift", spans)

    def _origin(self, path: str, origin: Document) -> Document:
        """The earlier fund posting that a posting names."""
        self._refers_back(f"{path}.from.of", origin["entry"])
        fund, n = self._earlier(origin["entry"]).get("fund", ()), origin["posting"]
        if type(n) is not int or not 0 <= n < len(fund):
            raise WrongError(RULE, f"{path}.from.of", "a posting of an earlier entry", origin)
        found: Document = fund[n]
        return found

    def _land(self, path: str, target: Account, posting: Document, amount: int) -> None:
        """What lands on a held account lies at [in - amount, in); what comes back keeps its place."""
        side = posting["to"]
        places = [(units(a, f"{path}.to.places"), units(b, f"{path}.to.places")) for a, b in side.get("places", ())]
        if not target.has_axis:
            if places:
                raise WrongError(INCONSISTENT, f"{path}.to.places", "absent", side["places"])
            return
        if bool(places) != self._comes_back(posting):
            expected = "absent" if places else "present"
            raise WrongError(INCONSISTENT, f"{path}.to.places", expected, side.get("places"))
        if places:
            self._places_were_left(path, posting, places)
        lo = target.total_in - amount
        try:
            for place, length in places or [(lo, amount)]:
                put(target.free, (place, lo, lo + length))
                lo += length
        except ValueError:
            raise WrongError(INCONSISTENT, f"{path}.to.places", "places that are empty", side["places"]) from None
        if lo != target.total_in:
            raise WrongError(INCONSISTENT, f"{path}.to.places", f"{amount} units", side["places"])
        self._note_batch(target)

    def _comes_back(self, posting: Document) -> bool:
        """Whether a posting brings units back to the account that they had left."""
        linked = "entry" in posting["from"].get("of", ())
        return linked or self._document["type"] == "correction"

    def _places_were_left(self, path: str, posting: Document, places: list[tuple[int, int]]) -> None:
        """Units that come back take the places that the payment took them from."""
        origin = posting["from"].get("of", {})
        if "entry" in origin:
            paid = took_of(self._earlier(origin["entry"])["fund"][origin["posting"]]["from"])
            spans = took_of(posting["from"])
            expected = _joined_places(span for _, lo, hi in spans for span in cut(paid, lo, hi - lo))
            if expected != places:
                raise WrongError(INCONSISTENT, f"{path}.to.places", expected, posting["to"]["places"])
            return
        left = [
            span for earlier in self._earlier(self._document["data"]["of"])["fund"]
            if earlier["from"]["account"] == posting["to"]["account"] for span in took_of(earlier["from"])
        ]  # fmt: skip
        if not all(covered(place, length, left) for place, length in places):
            raise WrongError(INCONSISTENT, f"{path}.to.places", f"of {left}", posting["to"]["places"])

    def _note_batch(self, target: Account) -> None:
        """The import batches that landed on an account and were open when money last landed there."""
        target.batches = [name for name in target.batches if self.batches[name]["closed"] is None]
        batch = self._document["data"].get("batch")
        if batch is not None and batch not in target.batches:
            target.batches.append(batch)

    # -- the entry as a whole ------------------------------------------------------------------------------------------

    def _books_agree(self) -> None:
        """For every organization and asset, both books change by the same amount."""
        changes: dict[tuple[str, str], list[int]] = {}
        for index, book in enumerate(("fund", "custody")):
            for posting in self._document.get(book, ()):
                for side, sign in (("from", -1), ("to", 1)):
                    account = self._account(posting[side]["account"])
                    if account.held:
                        change = changes.setdefault((account.organization, account.asset), [0, 0])
                        change[index] += sign * units(posting["amount"], f"{book}.amount")
        for (organization, asset), (fund, custody) in sorted(changes.items()):
            if fund != custody:
                raise WrongError(RULE, f"custody of {organization} in {asset}", f"a change of {fund}", custody)

    def _period_is_open(self, document: Document) -> None:
        """What was instructed lies in an open period of all whose money moves; what was seen is marked otherwise."""
        moved = document if document["type"] != "correction" else self._earlier(document["data"]["of"])
        sides = [posting[side]["account"] for posting in moved.get("fund", ()) for side in ("from", "to")]
        names = {self._account(name).organization for name in sides}
        if document["type"] in MOVING or document["type"] == "correction":
            names.add(document["organization"])
        late = [day for day in (self._closed.get(name, "") for name in names) if document["effective"] <= day]
        closed = max(late, default=None)
        if closed is not None and document["mode"] != "observed":
            raise WrongError(RULE, "effective", "a date of an open period", document["effective"])
        if document.get("priorPeriod") != closed:
            raise WrongError(INCONSISTENT, "priorPeriod", closed, document.get("priorPeriod"))

    def _approval_term(self, data: Document) -> None:
        """A threshold, an approver or an officer's key changes; nobody names itself, and a key is had by its holder."""
        kind, organization = self._document["type"], self._document["organization"]
        what, subject, value = approval_term(kind, data)
        current = self._terms.get((organization, what, subject))
        if kind == "approval_threshold_set":
            raised = current is not None and (value is None or units(value, "data.threshold") > int(current))
            if raised and "approval" not in self._document:
                raise WrongError(RULE, "approval", f"a second officer's, from {current} on", "none")
            if value is not None:
                units(value, "data.threshold")
        elif (value is None) != (current is not None):
            raise WrongError(RULE, f"data.{what}", "a new one, or the end of one that is there", subject)
        elif what == "approver" and subject == self._document["actor"]:
            raise WrongError(RULE, "data.approver", "somebody else than who names", subject)
        elif what == "key" and value is not None:
            self._once("key", organization, value)
            said = {"holder": subject, "journal": self._journal_origin(), "key": value, "organization": organization}
            self._signed("data.proof", value, data["proof"], b"mingzhang/key/v1\0" + packed_json(said))
        self._approval_stands(self._document)  # under the terms from before
        self._terms[organization, what, subject] = value

    def _journal_origin(self) -> str:
        return str(self._earlier(0)["data"]["origin"])

    def _signed(self, field: str, key: str, signature: object, message: bytes) -> None:
        try:
            verify_ed25519(bytes.fromhex(key), bytes.fromhex(str(signature)), message)
        except ValueError as error:
            raise WrongError(RULE, field, "a signature by the key that was enrolled", str(error)) from None

    def _four_eyes(self, document: Document) -> None:
        """At a threshold or above it, a second officer's approval stands in the entry, or a breach is declared."""
        organization, kind = document.get("organization"), document["type"]
        if kind in APPROVAL_TERMS:
            return  # asked before its term counted
        self._approval_stands(document)
        declared = {(b["facts"].get("asset"), b["facts"].get("asked")) for b in document.get("breaches", ())
                    if b["code"] == "APPROVAL_REQUIRED"}  # fmt: skip
        expected = set()
        hold = document["data"].get("hold") if kind in MOVING else None
        if "approval" not in document and not (hold is not None and "approval" in self._earlier(hold)):
            for asset, amount in self._paid(document).items():
                limit = self._terms.get((str(organization), "threshold", asset))
                if limit is not None and amount >= int(limit):
                    expected.add((asset, str(amount)))
        if document["mode"] != "observed" and expected:
            raise WrongError(RULE, "approval", "a second officer's", f"none for {sorted(expected)}")
        if document["mode"] == "observed" and declared != expected:
            raise WrongError(INCONSISTENT, "breaches", f"APPROVAL_REQUIRED for {sorted(expected)}", sorted(declared))

    def _paid(self, document: Document) -> dict[str, int]:
        """What leaves the organization's funds, by asset; of a hold, what its payment would."""
        kind, sums = document["type"], dict[str, int]()
        moves = [(p["from"]["account"], p["to"]["account"], p["amount"]) for p in document.get("fund", ())]
        if kind == "hold":
            kind = document["data"]["for"]
            moves = [(m["from"], m["to"], m["amount"]) for m in document["holds"].get("fund", ())]
        for name, payee, amount in moves:
            if name.startswith("outside/"):
                continue
            source = self._base(name)
            leaves = payee.startswith("outside/") or kind == "fee_release"
            leaves = leaves or self._base(payee).organization != document["organization"]
            if source.organization == document["organization"] and leaves:
                sums[source.asset] = sums.get(source.asset, 0) + int(amount)
        return sums

    def _approval_stands(self, document: Document) -> None:
        """The approver is another officer, who may approve; whoever has a key signed the command with it."""
        approval = document.get("approval")
        if approval is None:
            return
        organization, approver = document["organization"], approval["approver"]
        if document["mode"] == "observed" or approval.keys() - {"approver", "approverSignature", "initiatorSignature"}:
            raise WrongError(INCONSISTENT, "approval", "an approval of what was instructed", sorted(approval))
        if approver == document["actor"] or self._terms.get((organization, "approver", approver)) is None:
            raise WrongError(RULE, "approval.approver", "another officer, who may approve", approver)
        for role, signer in (("initiator", document["actor"]), ("approver", approver)):
            key, name = self._terms.get((organization, "key", signer)), f"{role}Signature"
            if (key is None) != (name not in approval):
                raise WrongError(RULE, f"approval.{name}", "by whoever has a key, and nobody else", approval.get(name))
            if key is not None:
                said = {"as": role, "by": signer, "command": command_text(document), "journal": self._journal_origin()}
                message = b"mingzhang/approval/v1\0" + packed_json(said)
                self._signed(f"approval.{name}", key, approval[name], message)

    def _base(self, name: str) -> Account:
        """The account that an overdrawn one stands beside; any other is its own."""
        return self.accounts[name.removeprefix(OVERDRAWN)]

    def _fee_base(self) -> None:
        """Step what a fee cap is computed from; a correction takes income back whole, the rest as far as it went."""
        document, back = self._document, self._document["type"] == "correction"
        original = self._earlier(document["data"]["of"]) if back else document
        kind, payer_side, sign = original["type"], "to" if back else "from", -1 if back else 1
        if kind in INCOME:
            for posting in original["fund"]:
                self.accounts[posting["to"]["account"]].received += sign * int(posting["amount"])
        if kind not in FEES and kind != "refund":
            return
        for posting in document.get("fund", ()):
            payer, amount = self._base(posting[payer_side]["account"]), sign * int(posting["amount"])
            if kind in FEES and payer.restriction is not None:
                payer.fees += amount
            if kind == "refund" and payer.held and payer.klass == "fund":
                payer.received -= amount

    def sums(self) -> Iterator[tuple[str, int]]:
        """Over all accounts of a book and asset, what came in less what went out."""
        totals: dict[str, int] = {}
        for account in self.accounts.values():
            name = f"{account.book} {account.asset}"
            totals[name] = totals.get(name, 0) + account.total_in - account.total_out
        yield from totals.items()


def approval_term(kind: str, data: Document) -> tuple[str, str, str | None]:
    """What an entry about approvals changes: which sort of term, of what, and to what."""
    if kind == "approval_threshold_set":
        return "threshold", data["asset"], data.get("threshold")
    if kind in {"approver_named", "approver_dismissed"}:
        return "approver", data["approver"], "named" if kind == "approver_named" else None
    return "key", data["holder"], data.get("key")


def packed_json(document: Document) -> bytes:
    """A document in its one form."""
    return _PRINTER.encode(document).encode()


def command_text(document: Document) -> Document:
    """The command that an entry records, as officers sign it (SPEC.md section 14)."""
    found = {name: document[name] for name in ("id", "mode", "actor", "effective", "data", "organization")}
    found["kind"] = document["type"]
    found |= {name: document[name] for name in ("documentDate", "voucher") if name in document}
    for book in ("fund", "custody"):
        held = document["type"] == "hold"
        moves = [dict(move) for move in document["holds"].get(book, ())] if held else moves_of(document.get(book, ()))
        for move in moves:
            if "units" in move:  # neighbours are one
                spans = [(int(lo), int(lo), int(hi)) for lo, hi, *_ in move["units"]]
                move["units"] = [[str(lo), str(hi)] for lo, hi in runs(spans)]
        if moves and document["type"] != "correction":
            found[book] = moves
    return found


def moves_of(postings: Iterable[Document]) -> list[Document]:
    """The moves that postings came from; what `overdrawn/…` made up for belongs to the move before."""
    found: list[Document] = []
    for posting in postings:
        side, amount = posting["from"], int(posting["amount"])
        if side.get("rest"):
            found[-1]["amount"] = str(int(found[-1]["amount"]) + amount)
            continue
        move = {"from": side["account"].removeprefix(OVERDRAWN), "to": posting["to"]["account"], "amount": str(amount)}
        if "use" in posting:
            move["use"] = posting["use"]
        if side.get("named"):
            move["units"] = side["took"]
        if "entry" in side.get("of", {}):
            move["of"] = side["of"]
        found.append(move)
    return found


def _joined_places(spans: Iterable[Span]) -> list[tuple[int, int]]:
    """(place, length) of spans laid end to end, with neighbours whose places continue made one."""
    found: list[tuple[int, int]] = []
    for place, lo, hi in spans:
        if found and found[-1][0] + found[-1][1] == place:
            found[-1] = found[-1][0], found[-1][1] + hi - lo
        else:
            found.append((place, hi - lo))
    return found


def packed(name: str) -> bytes:
    """A UUID as its 16 bytes."""
    return bytes.fromhex(name.replace("-", ""))


def is_moment(text: str) -> bool:
    """Whether a text in the form of a moment is one of the calendar."""
    try:
        datetime.fromisoformat(text[:-1])
    except ValueError:
        return False
    return True


def civil_day(moment: str) -> str:
    """The date of a moment in the journal's civil zone, which has kept +08:00 since 1991."""
    return (datetime.fromisoformat(moment[:-1]) + timedelta(hours=8)).date().isoformat()


def reopened_through(first: str) -> str | None:
    """Through which day books stay closed that are open again from `first` on."""
    day = date.fromisoformat(first) - timedelta(days=1)
    return None if day == date.min else day.isoformat()


def is_day(text: object) -> bool:
    """Whether this is a date of the calendar, as text."""
    try:
        return type(text) is str and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


# ======================================================================================================================
# 9. Rows: what the server must have shown, and how it is compared
# ======================================================================================================================


class Table(NamedTuple):
    """A table that is shown: its key, and whether a difference is evidence gone wrong or a wrong figure."""

    key: tuple[str, ...]
    category: str = SERVED


TABLES = {
    "leaf": Table(("position",), INCONSISTENT),
    "record": Table(("position",), INCONSISTENT),
    "reference_list": Table(("name", "edition"), INCONSISTENT),
    "import_row": Table(("batch", "row_number"), INCONSISTENT),
    "checkpoint": Table(("size",), INCONSISTENT),
    "head": Table(()),
    "tile": Table(("level", "number")),
    "command": Table(("id",)),
    "entry": Table(("position",)),
    "posting": Table(("position", "book", "n")),
    "slice": Table(("position", "posting", "n")),
    "account": Table(("id",)),
    "restriction": Table(("id",)),
    "lot": Table(("asset",)),
    "period": Table(("position",)),
    "approval_term": Table(("position",)),
    "memorandum": Table(("id",)),
    "memorandum_step": Table(("position",)),
    "restriction_change": Table(("position",)),
    "agreement": Table(("id",)),
    "agreement_milestone": Table(("agreement", "n")),
    "milestone_reached": Table(("position",)),
    "reliance": Table(("position",)),
    "fact": Table(("id",)),
    "import_batch": Table(("id",)),
    "evidence": Table(("id",)),
    "delivery": Table(("id",)),
    "organization": Table(("id",)),
    "organization_status": Table(("organization", "n")),
    "project": Table(("id",)),
    "beneficiary": Table(("id",)),
    "beneficiary_category": Table(("beneficiary", "n")),
    "domain_record": Table(("noun", "id")),
    "region": Table(("edition", "code")),
    "region_predecessor": Table(("edition", "code", "previous_edition", "previous_code")),
    "poverty_county": Table(("edition", "code", "valid_from")),
    "focus_area": Table(("edition", "code")),
}
UNDERTAKEN = (
    "memorandum", "memorandum_step", "restriction_change", "agreement", "agreement_milestone", "milestone_reached",
    "reliance", "fact",
)  # fmt: skip
LISTS = {
    "regions": ("region", "region_predecessor"),
    "poverty-counties": ("poverty_county",),
    "focus-areas": ("focus_area",),
}
STREAMED = ("leaf", "entry", "posting", "slice")  # read beside the leaves, since they come in the order of positions
NOUNS = ("organization", "organization_status", "project", "beneficiary", "beneficiary_category", "domain_record")
CHANGING = ("head", "tile", "account", "import_batch", *NOUNS)  # read by the server in one snapshot
MOST_WRONG = 10_000  # rows; a table with more of them is not read to its end
MOST_HERE = 10_000  # rows of one entry; a leaf has room for far fewer


def attested_size(document: Document) -> int | None:
    """How many entries an auditor has found to be right, in an entry that says so."""
    data = document["data"]
    return data["size"] if document["type"] == "attestation" and data["verdict"] == "verified" else None


def entry_row(document: Document) -> Row:
    """The row of an entry."""
    return {
        "position": document["seq"], "kind": document["type"], "mode": document["mode"], "at": document["at"],
        "effective": document["effective"], "organization": document.get("organization"), "actor": document["actor"],
        "command": document["id"],
        "corrects": document["data"]["of"] if document["type"] == "correction" else None,
        "resolves": document["data"].get("hold"), "breaches": len(document.get("breaches", ())),
        "prior_period": document.get("priorPeriod"), "attested": attested_size(document),
    }  # fmt: skip


def posting_rows(document: Document) -> list[Row]:
    """The rows of all postings, in the order of their key."""
    return [
        _posting_row(document["seq"], book, n, posting)
        for book in ("custody", "fund")
        for n, posting in enumerate(document.get(book, ()))
    ]


def _posting_row(position: int, book: str, n: int, posting: Document) -> Row:
    use = posting.get("use", {})
    row = {"position": position, "book": book, "n": n, "asset": posting["asset"], "amount": int(posting["amount"])}
    for name in ("from", "to"):
        side = posting[name]
        row[f"{name}_account"], row[f"{name}_seq"] = side["account"], side["seq"]
        row[f"{name}_in"], row[f"{name}_out"] = int(side["in"]), int(side["out"])
    return {**row, **{name: use.get(name) for name in ("purpose", "region", "project", "category", "cost")}}


def slice_rows(document: Document) -> list[Row]:
    """Which units of which axis landed where, through every fund posting."""
    return [row for n, posting in enumerate(document.get("fund", ())) for row in _slices(document["seq"], n, posting)]


def _slices(position: int, n: int, posting: Document) -> Iterator[Row]:
    amount, source, target = int(posting["amount"]), posting["from"]["account"], posting["to"]["account"]
    at = int(posting["to"]["in"]) - amount
    if "/" in target:  # an account without names for its units: the posting itself is the axis
        target, at = f"posting/{position}/{n}", 0
    spans = took_of(posting["from"]) or [(0, 0, amount)]
    of, landing = posting["from"].get("of"), [hi - lo for _, lo, hi in spans]
    if of is not None and source.startswith(("outside/", OVERDRAWN)):
        source = f"posting/{of.get('entry', position)}/{of['posting']}"
        if "entry" not in of:  # the second half of a conversion: all that was paid became all that was bought
            landing = [amount]
    for index, ((_, lo, hi), length) in enumerate(zip(spans, landing)):  # noqa: B905 -- Python 3.9; as long as each other
        yield {
            "position": position, "posting": n, "n": index, "source": source, "lo": lo, "hi": hi, "target": target,
            "landed": at, "landed_hi": at + length,
        }  # fmt: skip
        at += length


def fact_rows(document: Document) -> list[tuple[str, Row]]:
    """The rows that a kind of its own gives, each with its table."""
    found = fact_row(document)
    if found is not None:
        return [found]
    data, position = document["data"], document["seq"]
    rows: list[tuple[str, Row]] = []
    for name, noun in (("change", "change"), ("agreement", "agreement")):
        if name in data and document["type"] in RELYING:
            rows.append(("reliance", {"position": position, "noun": noun, "key": str(data[name])}))
    if document["type"] == "agreement_bound":
        rows.append(("agreement", agreement_row(document)))
        for n, line in enumerate(data.get("milestones", ())):
            row = {"agreement": data["agreement"], "n": n, "milestone": line["milestone"], "due": line["due"]}
            rows.append(("agreement_milestone", {**row, "amount": whole_or_none(line), "position": position}))
    return rows


def fact_row(document: Document) -> tuple[str, Row] | None:
    """The one row that a kind of its own gives, with its table; None where it gives none, or several."""
    shown_as = SHOWN_KINDS.get(document["type"])
    if shown_as is not None:
        return TABLE_OF[shown_as], shown_as(document)
    data, position = document["data"], document["seq"]
    if document["type"] == "restriction_declared":
        return "restriction", {
            "id": data["restriction"], "organization": document["organization"], "purposes": data["purposes"],
            "region": data.get("region"), "project": data.get("project"), "categories": data["categories"],
            "valid_from": data.get("from"), "valid_until": data.get("until"), "fee_cap": data.get("feeCap"),
            "position": position, "investment": data.get("investment"),
        }  # fmt: skip
    if document["type"] == "goods_declared":
        value = data.get("valuation", {})
        return "lot", {
            "asset": data["asset"], "organization": document["organization"], "position": position,
            "expires": data.get("expires"), "basis": value.get("basis"), "value_asset": value.get("asset"),
            "valued_on": value.get("on"), "valuer": value.get("valuer"),
            **{name: int(value[name]) if value else None for name in ("value", "quantity")},
        }  # fmt: skip
    if document["type"] in {"period_closed", "period_reopened"}:
        through = data["through"] if "through" in data else reopened_through(data["from"])
        return "period", {"position": position, "organization": document["organization"], "through": through}
    if document["type"] in APPROVAL_TERMS:
        what, subject, value = approval_term(document["type"], data)
        return "approval_term", {
            "position": position, "organization": document["organization"], "what": what, "subject": subject,
            "value": value,
        }  # fmt: skip
    if document["type"] == "evidence_attached":
        return "evidence", {
            "id": data["evidence"], "digest": data["digest"], "size": data["size"], "media_type": data["mediaType"],
            "subject": data["subject"], "position": position,
        }  # fmt: skip
    if document["type"] == "delivery_confirmed":
        more = {name: data.get(name) for name in ("region", "category")}
        same = {name: data[name] for name in ("subject", "method", "confirmation", "persons")}
        return "delivery", {"id": data["delivery"], **same, **more, "position": position}
    if document["type"] == "reference_loaded":
        same = {name: data[name] for name in ("name", "edition", "digest")}
        return "reference_list", {**same, "position": position, "content": data["digest"]}
    return None


def whole_or_none(data: Document, name: str = "amount") -> int | None:
    """An amount that may be absent."""
    return int(data[name]) if name in data else None


def headed(document: Document, columns: str) -> Row:
    """Position, organization and value date, and the facts of these names, or nothing; `column=fact` renames."""
    row: Row = {name: document[key] for name, key in (("position", "seq"), ("organization", "organization"))}
    row["effective"] = document["effective"]
    for name in columns.split():
        column, _, fact = name.partition("=")
        row[column] = document["data"].get(fact or column)
    return row


def memorandum_row(document: Document) -> Row:
    """The row of a memorandum; volunteer hours count minutes and persons."""
    data, columns = document["data"], "id=memorandum asset counterparty=with party due restriction project campaign"
    row = headed(document, columns + " region purpose product seller sale evidence reference")
    hours = document["type"] == "volunteer_hours"
    persons = data.get("roster", {"count": 1})["count"] if hours else None
    left = data.get("correction", {})
    return {
        **row, "kind": document["type"], "amount": data["minutes"] if hours else int(data["amount"]),
        "persons": persons, "correction": left.get("entry"), "posting": left.get("posting"),
    }  # fmt: skip


def step_row(document: Document) -> Row:
    """The row of what became of a memorandum."""
    step = {"memorandum_settled": "settled", "settlement_withdrawn": "withdrawn", "memorandum_closed": "closed"}
    row = headed(document, "memorandum payment ground evidence reference")
    del row["organization"]
    return {**row, "step": step[document["type"]], "amount": whole_or_none(document["data"])}


def change_row(document: Document) -> Row:
    """The row of a documented change of a restriction."""
    row = headed(document, "restriction target=to asset basis evidence reference")
    return {**row, "amount": int(document["data"]["amount"])}


def agreement_row(document: Document) -> Row:
    """The row of an agreement, with its fee."""
    data = document["data"]
    fee = data.get("fee", {})
    columns = "id=agreement digest counterparty=with partner restriction asset valid_from=from valid_until=until"
    terms = {f"fee_{name}": fee.get(name) for name in ("clause", "base", "rate", "moment")}
    return {**headed(document, columns), **terms, "amount": whole_or_none(data), "fee_cap": whole_or_none(fee, "cap")}


def reached_row(document: Document) -> Row:
    """The row of a milestone that was reached."""
    row = headed(document, "agreement milestone evidence reference")
    del row["organization"], row["effective"]
    return row


def filed_row(document: Document) -> Row:
    """The row of a fact that people could later deny."""
    data, columns = document["data"], "id=fact digest topic body number account lines root size population drawn"
    columns += " committed seed commitment valid_from=from valid_until=until"
    amounts = {name: whole_or_none(data, name) for name in ("opening", "incoming", "outgoing", "closing")}
    return {**headed(document, columns), "kind": document["type"], **amounts}


RELYING = {"allocation", "transfer", "fee_release"}  # what may rely on a change or an agreement
PROMISES = ("pledge", "commitment", "receivable", "payable")
SHOWN_KINDS: dict[str, Callable[[Document], Row]] = {
    **dict.fromkeys((*PROMISES, "assisted_sale", "volunteer_hours"), memorandum_row),
    **dict.fromkeys(("memorandum_settled", "settlement_withdrawn", "memorandum_closed"), step_row),
    **dict.fromkeys(("restriction_changed", "restriction_released"), change_row),
    "milestone_reached": reached_row,
    **dict.fromkeys(("plan_filed", "report_filed", "publication_filed", "statement_imported"), filed_row),
    **dict.fromkeys(("commendation", "draw_committed", "inspection_draw"), filed_row),
}
TABLE_OF: dict[Callable[[Document], Row], str] = {
    memorandum_row: "memorandum", step_row: "memorandum_step", change_row: "restriction_change",
    reached_row: "milestone_reached", filed_row: "fact",
}  # fmt: skip

_COLUMNS = {
    "organization": "uscc name! nameEn kind! legalForm level managementMode registrationAuthority supervisingBody "
    "region",
    "project": "organization! code! name! nameEn purpose region starts ends status!",
    "beneficiary": "organization! kind! region",
}  # of a record, as it names them; those with ! are always there
_DATED = {
    "organization": ("organization_status", "status", "kind"),
    "beneficiary": ("beneficiary_category", "categories", "category"),
}  # the list of a record that has a table of its own, and what it dates


def noun_rows(content: Document, position: int, text: str) -> Iterator[tuple[str, Row]]:
    """The rows that the content of a record gives, with their tables; KeyError where it lacks something."""
    noun = content["noun"]
    row: Row = {"id": content["id"], "version": content["version"], "position": position}
    if noun not in _COLUMNS:
        owner = {name: content.get(name) for name in ("organization", "project")}
        yield "domain_record", {**row, "noun": noun, **owner, "body": text}
        return
    for name in _COLUMNS[noun].split():
        plain = name.rstrip("!")
        row[re.sub("[A-Z]", lambda mark: f"_{mark[0].lower()}", plain)] = (
            content[plain] if name != plain else content.get(plain)
        )
    if noun != "beneficiary":
        row["identifiers"] = list(content.get("identifiers", ()))
    yield noun, row
    if noun in _DATED:
        table, field, what = _DATED[noun]
        for n, item in enumerate(content.get(field, ())):
            dated = {what: item[what], "valid_from": item["from"], "valid_until": item.get("until")}
            yield table, {noun: content["id"], "n": n, **dated}


def list_rows(name: str, content: Document) -> Iterator[tuple[str, Row]]:
    """The rows that a reference list is looked up by, with their tables; KeyError where it lacks something."""
    edition = content["edition"]
    lines = {item["code"]: item for item in content["items"]}
    for item in content["items"]:
        row = {"edition": edition, "code": item["code"]}
        if name == "regions":
            path = [item["code"]]
            while (above := lines[path[0]].get("parent")) is not None:
                if above in path:
                    raise ValueError(above)
                path.insert(0, above)
            first = date(int(edition[:4]), int(edition[4:6]), int(edition[6:] or 1)).isoformat()
            named = {"name": item["name"], "level": item["level"], "parent": item.get("parent")}
            yield "region", {**row, **named, "path": path, "valid_from": first}
            for earlier, code in {(earlier, code) for earlier, code in item.get("predecessors", ())}:
                yield "region_predecessor", {**row, "previous_edition": earlier, "previous_code": code}
            continue
        row.update({"valid_from": item["from"], "valid_until": item.get("until")})
        if name == "focus-areas":
            row.update({"parent": item.get("parent"), "name": item["name"], "name_en": item["nameEn"]})
        yield LISTS[name][0], row


def facts_of(content: Document) -> Document:
    """What an organization's leaf repeats of its record in clear."""
    status = [
        {name: item[name] for name in ("kind", "from", "until") if name in item} for item in content.get("status", ())
    ]
    return {"type": content["kind"], **({"status": status} if status else {})}


def digested(row: Row, name: str = "content") -> Row:
    """The row with the SHA-256 of its content in the content's place, as leaves name it."""
    try:
        return {**row, name: sha256(bytes.fromhex(row[name])).hexdigest()}
    except (KeyError, TypeError, ValueError):
        return row


class Comparison:
    """What is wrong with one table so far."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.findings: list[Finding] = []
        self.count = self.wrong = 0
        self.editions: dict[object, int] = {}  # where the lists came from whose rows have no position

    def _place(self, *rows: Row | None) -> int | None:
        """The position of a row or, if it has none, of the list that it is of."""
        for row in rows:
            for found in ((row or {}).get("position"), self.editions.get(shown((row or {}).get("edition")))):
                if type(found) is int:
                    return found
        return None

    def key_of(self, row: Row) -> tuple[Any, ...]:
        """The key of a row; what no key has stands for itself as text."""
        values = [row.get(name) for name in TABLES[self.table].key]
        return tuple(value if isinstance(value, (int, str)) else repr(value) for value in values)

    def all(self, expected: Iterable[Row], served: Iterable[Row]) -> None:
        """Compare every row that must be there with every one that is."""
        wanted = {self.key_of(row): row for row in expected}
        for row in served:
            self.one(wanted.pop(self.key_of(row), None), row)
            if self.wrong > MOST_WRONG:
                return
        for row in wanted.values():
            self.one(row, None)

    def one(self, expected: Row | None, served: Row | None) -> None:
        """Compare a row with its twin; None stands for one that is not there."""
        self.count += served is not None
        if expected == served:
            return
        self.wrong += 1
        either: Row = expected or served or {}
        if expected is None or served is None:
            key = ", ".join(map(shown, self.key_of(either)))
            words = ("absent", "present") if expected is None else ("present", "missing")
            self.say(None, self._place(either), f"row ({key})" if key else "row", *words)
            return
        position = self._place(expected, served)
        for name in sorted(served.keys() - expected.keys()):
            self.say(UNKNOWN, position, name, "a column that is known here", "unknown")
        for name, value in expected.items():
            if served.get(name, ...) != value:
                self.say(None, position, name, value, served.get(name, "(absent)"))

    def say(self, category: str | None, position: int | None, field: str, expected: object, actual: object) -> None:
        """Keep a finding, by default of the table's own category."""
        if len(self.findings) < MOST_FINDINGS:
            category = category or TABLES[self.table].category
            self.findings.append(Finding(category, position, field, shown(expected), shown(actual), self.table))


def whole(value: object) -> int | None:
    """A whole number, or None."""
    return value if type(value) is int else None


class Stream:
    """The rows of a table in the order of positions, read as they are needed."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._next: Row | None = next(rows, None)

    def at(self, position: int) -> Iterator[Row]:
        """The rows up to a position, those before it too, though they belong nowhere."""
        while self._next is not None:
            found = whole(self._next.get("position"))
            if found is not None and found > position:
                return
            yield self._step()

    def rest(self) -> Iterator[Row]:
        """What is left."""
        while self._next is not None:
            yield self._step()

    def _step(self) -> Row:
        row, self._next = self._next, next(self._rows, None)
        return row or {}


# ======================================================================================================================
# 10. The verification, in its order
# ======================================================================================================================


MOST_KEPT = 4  # bundles at hand: the one that is read, and some that later entries refer to


class Report:
    """All that was found."""

    def __init__(self, source: str, *, pinned: bool) -> None:
        self.source, self.pinned = source, pinned
        self.key: str | None = None
        self.head: Head | None = None
        self.entries = self.rows = self.tables = 0
        self.forked = False
        self.undecided: UndecidedError | None = None
        self.findings: list[Finding] = []
        self.notes: list[tuple[str, str]] = []
        self._known: set[tuple[int | None, str, str]] = set()

    def add(self, findings: Iterable[Finding]) -> None:
        """Take in findings, each once."""
        for finding in findings:
            key = finding.position, finding.field, finding.source
            if key not in self._known:
                self._known.add(key)
                self.findings.append(finding)

    def say(self, position: int | None, field: str, expected: object, actual: object, source: str) -> None:
        """Take in a finding of altered evidence."""
        self.add([Finding(INCONSISTENT, position, field, shown(expected), shown(actual), source)])


def quiet(_done: int, _total: int) -> None:
    """No progress."""


def verify(path: str, pinned: str | None = None, progress: Callable[[int, int], None] = quiet) -> Report:
    """Verify an archive; whatever it is, the answer is a report."""
    report = Report(path, pinned=pinned is not None)
    try:
        archive = Archive(path)
        try:
            Verification(archive, report, pinned, progress).run()
        finally:
            archive.close()
    except UndecidedError as error:
        report.undecided = error
    return report


class Verification:
    """One run over an archive: its steps in `run`."""

    def __init__(
        self, archive: Archive, report: Report, pinned: str | None, progress: Callable[[int, int], None] = quiet
    ) -> None:  # fmt: skip
        self.archive, self.report, self.progress = archive, report, progress
        self.key = self._trusted(pinned)
        self.history = KeyHistory(self.key)
        self.head = read_head(archive.there("checkpoint"), self.key)
        self.stated, self.tree = Tree(), Tree()  # leaf hashes as tiles state them, and as the leaves give them
        self.book = Book(self._document, self._snapshots)
        self._through: set[int] | None = None
        self.judging = True  # until the first entry that does not stand
        self.missing = False  # whether a leaf is missing, so that nothing after it can be read
        self.first: Document = {}
        self.streams: dict[str, Stream] = {}
        self.comparisons = {name: Comparison(name) for name in TABLES}
        self.expected: dict[str, list[Row]] = {
            name: []
            for name in (
                "restriction",
                "lot",
                "period",
                "approval_term",
                "evidence",
                "delivery",
                "reference_list",
                *UNDERTAKEN,
            )
        }
        self.bound: dict[int, Document] = {}
        self.imported: dict[tuple[Any, Any], Row] = {}
        self._bundles: OrderedDict[int, list[bytes]] = OrderedDict()
        self._documents: OrderedDict[int, Document] = OrderedDict()

    def run(self) -> None:
        """Head, tiles, leaves with the streamed tables, the changing tables at their size, the other tables."""
        head, report = self.head, self.report
        report.head = head
        try:
            self._is_not_empty()
            if self.archive.size != head.size:
                report.add([Finding(UNKNOWN, None, "size", str(head.size), shown(self.archive.size), "manifest")])
            tables = self._tables_are_there()
            self._read_tiles()
            self._leaves_and_snapshot({self.archive.size_of(name) for name in CHANGING} if tables else set())
            if tables:
                self._lasting_tables()
            self._first_entry()
        finally:
            self._signature()
            report.entries = self.tree.size
            for comparison in self.comparisons.values():
                report.add(comparison.findings)
                report.rows += comparison.count

    # -- the head ------------------------------------------------------------------------------------------------------

    def _trusted(self, pinned: str | None) -> Key:
        """The key that was pinned, else the one in the archive (trust on first use)."""
        text = self.archive.there("key").decode("utf-8", "replace").strip() if pinned is None else pinned
        try:
            key = read_key(text)
        except ValueError as error:
            raise UndecidedError("bad_key", text[:120], error) from None
        self.report.key = text
        return key

    def _signature(self) -> None:
        """A head that our key did not sign must be signed by one that followed it, as a head of ours vouches for."""
        if self.head.problem is not None and not self.history.vouches(self.head):
            expected = f"a signature by {self.key.name}+{self.key.id.hex()}, or by a key that followed it"
            self.report.say(max(0, self.head.size - 1), "signature", expected, self.head.problem, "checkpoint")

    def _is_not_empty(self) -> None:
        if not self.head.size:
            self.report.say(0, "size", "at least 1", "0 (the journal is empty)", "checkpoint")

    def _first_entry(self) -> None:
        """The first entry names the log's origin, and its key; then say how the key came to be trusted."""
        data = self.first.get("data")
        if type(data) is dict:
            if data.get("origin") != self.head.origin and self.head.problem is None:
                self.report.say(0, "origin", data.get("origin"), self.head.origin, "checkpoint")
            if type(data.get("keys")) is list and not self._names_key(data["keys"]):
                self.report.notes.append(("note_key", ""))
        if not self.report.pinned:
            self.report.notes.append(("note_first_use", self.report.key or ""))

    def _names_key(self, names: Iterable[object]) -> bool:
        text, key_id = self.report.key or "", self.key.id.hex()
        forms = {text, self.key.public.hex(), key_id, f"{self.key.name}+{key_id}"}
        forms |= {sha256(self.key.public).hexdigest(), sha256(text.encode()).hexdigest()}
        return any(name in forms for name in map(str, names))

    # -- tiles and leaves ----------------------------------------------------------------------------------------------

    def _read_tiles(self) -> None:
        """The leaf hashes that the lowest tiles state, as far as there are tiles."""
        for index, width in tiles_at(0, self.head.size):
            body = self._tile(0, index, width)
            if body is None:
                break
            self.stated.extend(body)
        self.authentic = self.stated.size == self.head.size and self.stated.root(self.head.size) == self.head.root

    def _tile(self, level: int, index: int, width: int) -> bytes | None:
        """The first `width` hashes of a tile (a server may give a wider one); one that is missing is a finding."""
        path = tile_path(str(level), index, width)
        body = self.archive.member(path)
        if body is None or len(body) % HASH or not width * HASH <= len(body) <= TILE:
            position = index * WIDTH << 8 * level
            actual = "missing" if body is None else f"{len(body)} bytes"
            self.report.say(position, path, f"{width * HASH} bytes", actual, "tile")
            return None
        return body[: width * HASH]

    def _leaves(self, index: int) -> list[bytes]:
        """The leaves of a bundle, as far as they can be read."""
        if index not in self._bundles:
            width = min(WIDTH, self.head.size - index * WIDTH)
            body = self.archive.member(tile_path("entries", index, width))
            self._bundles[index] = [] if body is None else read_bundle(body)[:width]
            if len(self._bundles) > MOST_KEPT:
                self._bundles.popitem(last=False)
        return self._bundles[index]

    def _document(self, position: int) -> Document:
        """The document of an entry that was read before."""
        found = self._documents.get(position)
        if found is None:
            leaf = self._leaves(position // WIDTH)[position % WIDTH]
            found = self._keep(position, read_leaf(leaf))
        return found

    def _snapshots(self) -> set[int]:
        """The positions whose balances a later entry states: read ahead, once."""
        if self._through is None:
            self._through = set()
            for index in range(-(-self.head.size // WIDTH)):
                body = self.archive.member(tile_path("entries", index, min(WIDTH, self.head.size - index * WIDTH)))
                if body is not None and b'"type":"snapshot"' in body:
                    for leaf in read_bundle(body):
                        try:
                            document = read_leaf(leaf)
                            if document["type"] == "snapshot":
                                self._through.add(document["data"]["through"])
                        except (ValueError, KeyError, TypeError):
                            continue  # the walk will say what is wrong with it
        return self._through

    def _keep(self, position: int, document: Document) -> Document:
        self._documents[position] = document
        if len(self._documents) > WIDTH:
            self._documents.popitem(last=False)
        return document

    def _walk(self, size: int) -> None:
        """Read on as far as `size` leaves, or as far as there are leaves."""
        while self.tree.size < size and not self.missing:
            position = self.tree.size
            leaves = self._leaves(position // WIDTH)
            if position % WIDTH >= len(leaves):
                self.missing = True
                self.report.say(position, "leaf", "present", "missing", "leaf")
                return
            self._leaf(position, leaves[position % WIDTH])
            if not self.tree.size % WIDTH or self.tree.size == self.head.size:
                self.progress(self.tree.size, self.head.size)

    def _leaf(self, position: int, leaf: bytes) -> None:
        """One leaf: bytes, chain, arithmetic, and the rows that were shown of it."""
        hashed, stated = leaf_hash(leaf), self.stated.leaf(position)
        altered = self.authentic and hashed != stated
        document: Document = {}
        try:
            document = self._read(leaf)
            self._judge(position, document)
        except WrongError as error:
            self.judging = False
            category = INCONSISTENT if altered else error.category
            finding = Finding(category, position, error.field, shown(error.expected), shown(error.actual), "leaf")
            self.report.add([finding])
        else:
            if altered:
                self.judging = False
                self.report.say(position, "leaf hash", stated.hex(), hashed.hex(), "leaf")
        self.tree.append(hashed)
        if document:
            self._keep(position, document)
        self._rows(position, document, stated if altered else hashed, altered=altered)

    def _read(self, leaf: bytes) -> Document:
        try:
            return read_leaf(leaf)
        except ValueError as error:
            raise WrongError(INCONSISTENT, "bytes", "canonical JSON", error) from None

    def _judge(self, position: int, document: Document) -> None:
        """A leaf stands at its place and, until the first that does not stand, adds up."""
        before = self.stated if self.authentic else self.tree  # of an altered leaf, the next one names the true hash
        prev = before.leaf(position - 1).hex() if position else NUL_HASH
        for name, expected in (("seq", position), ("prev", prev)):
            if document.get(name) != expected or type(document[name]) is bool:
                raise WrongError(INCONSISTENT, name, expected, document.get(name))
        if not position:
            self.first = document
            self.book.origin = document.get("data", {}).get("origin")
        if self.judging:
            self.book.enter(position, document)
            if document["type"] == "attestation":
                data = document["data"]
                root = before.root(data["size"]).hex()
                if data["root"] != root:
                    raise WrongError(INCONSISTENT, "data.root", root, data["root"])

    def _leaves_and_snapshot(self, sizes: set[int]) -> None:
        """Read every leaf; on the way, compare the changing tables at the one size at which they were read."""
        snapshot = next(iter(sizes)) if len(sizes) == 1 else None
        if snapshot is not None and 0 < snapshot < self.head.size:
            self._walk(snapshot)
            self._changing_tables(snapshot)
            self._walk(self.head.size)
        else:
            self._walk(self.head.size)
            if snapshot is not None:
                self._changing_tables(snapshot)
        self._root()
        if len(sizes) > 1:
            raise UndecidedError("restless", "manifest.json", sorted(sizes))

    def _root(self) -> None:
        """The root that the leaves make is the one that was signed, and every tile is theirs."""
        size = self.head.size
        if self.tree.size < size or not size:
            return
        intact = not any(finding.source == "leaf" for finding in self.report.findings)
        for level in range(len(self.tree.levels) // 8 + 1):
            for index, width in tiles_at(level, size):
                self._compare_tile(level, index, width)
        root = self.tree.root(size)
        if root != self.head.root:
            self.report.forked = intact and self.authentic and self.head.problem is None
            self.report.say(size - 1, "root", root.hex(), self.head.root.hex(), "checkpoint")

    def _compare_tile(self, level: int, index: int, width: int) -> None:
        body = self._tile(level, index, width)
        expected = self.tree.tile(level, index)
        if body is None or body == expected:
            return
        at = next(at for at in range(0, len(body), HASH) if body[at : at + HASH] != expected[at : at + HASH])
        position = (index * WIDTH + at // HASH) << 8 * level
        path, a, b = tile_path(str(level), index, width), expected[at : at + HASH], body[at : at + HASH]
        self.report.say(position, f"{path} hash {at // HASH}", a.hex(), b.hex(), "tile")

    # -- tables --------------------------------------------------------------------------------------------------------

    def _tables_are_there(self) -> bool:
        """Whether every table is in the archive; one that is unknown is nothing that this file vouches for."""
        served = self.archive.sizes.keys()
        for name in sorted(served - TABLES.keys()):
            self.report.add([Finding(UNKNOWN, None, "table", "a table that is known here", shown(name), "projections")])
        missing = sorted(TABLES.keys() - served)
        for name in missing:
            self.report.add([Finding(SERVED, None, "table", name, "(not served)", "projections")])
        if not missing:
            self.report.tables = len(TABLES)
            self.streams = {name: Stream(self.archive.rows(name)) for name in STREAMED}
        return not missing

    def _rows(self, position: int, document: Document, hashed: bytes, *, altered: bool) -> None:
        """Compare the rows that were shown of an entry (unless its leaf is another); note what is compared later."""
        leaf = {"leaf": [{"position": position, "hash": hashed.hex()}]}
        expected: dict[str, list[Row]] = leaf
        try:
            self._note(position, document)
            if not altered:
                rows = {"entry": [entry_row(document)], "posting": posting_rows(document)}
                expected = {**leaf, **rows, "slice": slice_rows(document)}
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, WrongError):
            pass  # a finding has said that this leaf has no shape
        for name, stream in self.streams.items():
            here: list[Row] = []
            comparison = self.comparisons[name]
            for row in stream.at(position):
                if row.get("position") == position and len(here) < MOST_HERE:
                    here.append(row)
                else:
                    comparison.one(None, row)
            if name not in expected:
                continue
            if here == expected[name]:
                comparison.count += len(here)
            else:
                comparison.all(expected[name], here)

    def _note(self, position: int, document: Document) -> None:
        self.history.take(position, document)
        data = document["data"]
        for table, row in fact_rows(document):
            self.expected[table].append(row)
        if document["type"] == "record_bound":
            self.bound[position] = {"noun": data["noun"], "digest": data["digest"], **data}
        if "rowDigest" in data and "batch" in data and "row" in data:
            row = {"batch": data["batch"], "row_number": data["row"], "position": position}
            digest = data["rowDigest"]
            self.imported.setdefault((data["batch"], data["row"]), {**row, "digest": digest, "content": digest})

    def _changing_tables(self, size: int) -> None:
        """Compare what later entries change with what it is after the leaves that were read."""
        expected: dict[str, Iterable[Row]] = {"tile": self._tile_rows()}
        if self.judging:
            expected["head"] = [self._head_row()]
            expected["account"] = (account.row() for account in self.book.accounts.values())
            expected["import_batch"] = self.book.batches.values()
            self._sums()
        for name, rows in expected.items():
            self.comparisons[name].all(rows, self.archive.rows(name))
        if size > self.tree.size and not self.missing:
            self.report.notes.append(("note_tail", str(self.tree.size)))

    def _tile_rows(self) -> Iterator[Row]:
        for level in range(len(self.tree.levels) // 8 + 1):
            for index, _ in tiles_at(level, self.tree.size):
                yield {"level": level, "number": index, "nodes": self.tree.tile(level, index).hex()}

    def _head_row(self) -> Row:
        size = self.tree.size
        last = self.tree.leaf(size - 1).hex() if size else NUL_HASH
        return {
            "size": size, "at": self.book.clock or None, "last": last, "root": self.tree.root(size).hex(),
            "frontier": [node.hex() for node in self.tree.edge(size)],
        }  # fmt: skip

    def _sums(self) -> None:
        for name, total in self.book.sums():
            if total:
                found = Finding(RULE, self.tree.size - 1, f"sum of {name}", "0", str(total), "account")
                self.report.add([found])

    def _lasting_tables(self) -> None:
        """Compare the tables whose rows are written once."""
        for name, stream in self.streams.items():
            self._surplus(name, stream.rest())
        for name, rows in self.expected.items():
            content = digested if name == "reference_list" else dict
            self.comparisons[name].all(rows, map(content, self._covered(name)))
        self.comparisons["import_row"].all(self.imported.values(), map(digested, self._covered("import_row")))
        if self.judging:
            self._commands()
        else:
            self.report.notes.append(("note_stopped", ""))
        self._lists()
        self._records()
        self._checkpoints()

    def _covered(self, table: str, rows: Iterable[Row] | None = None) -> Iterator[Row]:
        """The rows of a table, without those of entries that came after the last one that was read."""
        size, served = self.archive.size_of(table), self.archive.rows(table) if rows is None else rows
        for row in served:
            position = whole(row.get("position"))
            if position is None or position < self.tree.size or position >= size:
                yield row

    def _surplus(self, table: str, rows: Iterable[Row]) -> None:
        comparison = self.comparisons[table]
        for row in self._covered(table, rows):
            comparison.one(None, row)
            if comparison.wrong > MOST_WRONG:
                return

    def _commands(self) -> None:
        """Every command id with its entry; the ids that were met are used up, so that none is shown twice."""
        comparison, ids = self.comparisons["command"], self.book.commands
        for row in self._covered("command"):
            name = row.get("id")
            known = type(name) is str and _UUID.fullmatch(name) and packed(name) in ids
            comparison.one({"id": name, "position": ids.pop(packed(str(name)))} if known else None, row)
            if comparison.wrong > MOST_WRONG:
                return
        for key, position in ids.items():
            comparison.say(None, position, f"row ({key.hex()})", "present", "missing")

    def _lists(self) -> None:
        """Compare what lists are looked up by with the lists under the digests in leaves; no journal owns them."""
        contents: dict[str, str] = {}
        unjudged: set[tuple[str, object]] = set()
        for row in self.archive.rows("reference_list"):
            contents[str(digested(row).get("content"))] = str(row.get("content"))
            if (whole(row.get("position")) or 0) >= self.tree.size:
                unjudged |= {(table, shown(row.get("edition"))) for table in LISTS.get(str(row.get("name")), ())}
        expected: dict[str, list[Row]] = {table: [] for tables in LISTS.values() for table in tables}
        for loaded in self.expected["reference_list"]:
            tables = LISTS.get(loaded["name"], ())
            for table in tables:
                self.comparisons[table].editions[shown(loaded["edition"])] = loaded["position"]
                unjudged.discard((table, shown(loaded["edition"])))
            if tables and not self._list(loaded, contents, expected):
                unjudged |= {(table, shown(loaded["edition"])) for table in tables}
        for table, rows in expected.items():
            here = (row for row in self.archive.rows(table) if (table, shown(row.get("edition"))) not in unjudged)
            self.comparisons[table].all(rows, here)

    def _list(self, loaded: Row, contents: Mapping[str, str], expected: dict[str, list[Row]]) -> bool:
        """Gather the rows of a list that a leaf refers to; whether it is there (else another finding says so)."""
        if loaded["digest"] not in contents:
            return False
        comparison, position = self.comparisons["reference_list"], loaded["position"]
        try:
            content = json.loads(bytes.fromhex(contents[loaded["digest"]]).decode())
            if content["edition"] != loaded["edition"]:
                comparison.say(RULE, position, "edition", loaded["edition"], content["edition"])
                return False
            rows = list(list_rows(loaded["name"], content))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
            comparison.say(UNKNOWN, position, "content", "a list that is known here", repr(error))
            return False
        for table, row in rows:
            expected[table].append(row)
        return True

    # -- documents under their digests ---------------------------------------------------------------------------------

    def _records(self) -> None:
        """Compare records with the digests in leaves, and what is shown of each with its newest version."""
        comparison, snapshot = self.comparisons["record"], self.archive.size_of(CHANGING[0])
        newest: dict[tuple[str, str], list[tuple[str, Row]]] = {}
        versions: dict[tuple[str, str], int] = {}
        expected = {
            position: {"noun": data["noun"], "id": data.get("record"), "version": data.get("version"),
                       "position": position, "content": data["digest"], "digest": data["digest"]}
            for position, data in self.bound.items()
        }  # fmt: skip
        proven: list[tuple[int, Document, list[tuple[str, Row]]]] = []
        for row in self._covered("record"):
            position = whole(row.get("position"))
            wanted = expected.pop(position, None) if position is not None else None
            if wanted is not None and position is not None:
                self._record(position, row, wanted, proven)
            comparison.one(wanted, digested(row))
            if comparison.wrong > MOST_WRONG:
                break
        for wanted in expected.values():
            comparison.one(wanted, None)
        for position, content, rows in sorted(proven, key=lambda item: item[0]):
            key = content["noun"], content["id"]
            versions[key] = versions.get(key, 0) + 1
            if content["version"] != versions[key]:
                comparison.say(RULE, position, "version", versions[key], content["version"])
            if position < snapshot:
                newest[key] = rows
        self._nouns(newest.values())

    def _record(
        self, position: int, row: Row, wanted: Row, proven: list[tuple[int, Document, list[tuple[str, Row]]]]
    ) -> None:
        """A record whose content a leaf proves: what it says of itself is what its leaf and its row say."""
        data, comparison = self.bound[position], self.comparisons["record"]
        if digested(row).get("content") != data["digest"]:
            unnamed = {name: row.get(name) for name in ("id", "version") if wanted[name] is None}
            wanted.update(unnamed)  # it cannot be judged what a leaf does not name
            return
        try:
            text = bytes.fromhex(row["content"]).decode()
            content = json.loads(text)
            rows = list(noun_rows(content, position, text))
            facts = facts_of(content) if content["noun"] == "organization" else data.get("facts")
            noun, name, version = content["noun"], content["id"], content["version"]
            if type(name) is not str or type(version) is not int or type(noun) is not str:
                raise TypeError(name)  # noqa: TRY301 -- one place says what is wrong with a content
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            comparison.say(UNKNOWN, position, "content", "a record that is known here", repr(error))
            wanted.update({key: row.get(key) for key in ("id", "version") if wanted[key] is None})
            return
        wanted.update(id=data.get("record", name), version=data.get("version", version))
        says = (("noun", noun), ("record", name), ("version", version), ("facts", facts))
        for field, expected in says:
            if data.get(field, expected) != expected:
                self.report.add([Finding(RULE, position, f"data.{field}", shown(expected), shown(data[field]), "leaf")])
        proven.append((position, content, rows))

    def _nouns(self, newest: Iterable[list[tuple[str, Row]]]) -> None:
        expected: dict[str, list[Row]] = {name: [] for name in NOUNS}
        for rows in newest:
            for table, row in rows:
                expected[table].append(row)
        for table, wanted in expected.items():
            self.comparisons[table].all(wanted, self.archive.rows(table))

    def _checkpoints(self) -> None:
        """Every head that was published is signed, and its root is the one that the leaves had at its size."""
        comparison, size, newest = self.comparisons["checkpoint"], self.tree.size, 0
        journal = self.archive.size_of("checkpoint")
        for row in self.archive.rows("checkpoint"):
            at = whole(row.get("size")) or 0
            if 0 < at <= size:
                newest = max(newest, at)
                self._checkpoint(comparison, row, at)
            elif not size < at <= journal:
                comparison.one(None, row)
            if comparison.wrong > MOST_WRONG:
                return
        if newest < self.head.size <= size:
            root = self.tree.root(self.head.size).hex()
            comparison.one({"size": self.head.size, "root": root, "note": self.head.note}, None)

    def _checkpoint(self, comparison: Comparison, row: Row, size: int) -> None:
        root = self.tree.root(size)
        comparison.one({"size": size, "root": root.hex(), "note": row.get("note")}, row)
        try:
            head = read_head(str(row.get("note")).encode(), *self.history.in_force(size))
            problem = head.problem
        except (UndecidedError, ValueError) as error:
            head, problem = None, str(error)
        if problem is None and head is not None and (head.size, head.root) != (size, root):
            problem = f"a signed head of {head.size} entries with root {head.root.hex()}"
            self.report.forked = self.report.forked or (head.size == size and self.judging and not self.missing)
        elif problem is None and head is not None:
            self.history.follow(head)
        if problem is not None:
            expected = f"a signed head of {size} entries with root {root.hex()}"
            comparison.say(INCONSISTENT, size - 1, "note", expected, problem)


# ======================================================================================================================
# 11. The answer
# ======================================================================================================================

REPORT_SCHEMA = "mingzhang-audit/verify/1"
EXITS = {"verified": 0, "broken": 1, "forked": 1, "unreachable": 3, "rule-broken": 5}
USAGE, INTERRUPTED = 2, 130
WORST = (("broken", {INCONSISTENT}), ("rule-broken", {RULE, SERVED}), ("unreachable", {UNKNOWN}))

SENTENCES = {
    "en": {
        "verified": "Verified: all {entries} entries add up, and {rows} rows of {tables} tables are as they say.",
        "broken": "Broken: the evidence was altered. {first}",
        "forked": "Forked: the log's key signed a head that these entries do not have. {first}",
        "rule-broken": "The evidence is intact, but a rule is broken or a served figure is wrong. {first}",
        "unreachable": "Cannot decide, which is not to say that it is fine. {first}",
        "finding": "{where}: {field} of {source} should be {expected} and is {actual}.",
        "position": "Position {position}",
        "journal": "The journal",
        "head": "Signed head of {origin}: {size} entries, root {root}.",
        "more": "… and {count} more findings (all of them with --json).",
        "note_first_use": "The key was taken from the archive itself (trust on first use): compare it with the "
        "operator's by another way, then pin it with --key '{what}'.",
        "note_tail": "The tables show entries from position {what} on, which no signed head covers.",
        "note_key": "The journal's first entry does not name this key.",
        "note_stopped": "Balances, command ids and import batches were not compared, since the entries do not add up "
        "to the end.",
        "not_judged": "Not judged here: whether entries were allowed (restrictions, qualifications, regions, fee caps, "
        "which accounts a kind of entry may join, the values of facts), and who witnessed the head. "
        "`mingzhang-audit verify` does that.",
        "unread_file": "{what} cannot be read ({why}).",
        "bad_archive": "This is not an archive that can be read: {what} ({why}).",
        "unknown_version": "{what} has version {why}, which this file does not know.",
        "too_large": "{what} is larger than anything an archive holds ({why}).",
        "table_missing": "The manifest does not say at which size {what} was read.",
        "restless": "The tables were read at different sizes ({why}). Make the archive again at a quieter time.",
        "cut": "{what} ends inside a line.",
        "not_json": "{what} has a line that is not a row.",
        "bad_key": "{what} is not a verifier key ({why}).",
        "no_checkpoint": "The archive has no checkpoint that can be read ({why}).",
        "receipt_holds": "Entry {position} stands in the tree of {size} entries that {origin} signed; who else saw "
        "that tree was not asked. Leaf hash {leaf_hash}:\n{leaf}",
        "receipt_broken": "{what} proves nothing: {why}.",
        "bad_receipt": "{what} is no receipt that can be checked: {why}.",
        "fault": "This program failed itself ({why}). Please report it; nothing is decided.",
    },
    "zh": {
        "verified": "核验通过:全部 {entries} 条分录计算无误,{tables} 张表共 {rows} 行与分录一致。",
        "broken": "证据已被改动。{first}",
        "forked": "账簿分叉:日志密钥签署的头部与这些分录不符。{first}",
        "rule-broken": "证据完整,但有规则被违反,或所提供的数字有误。{first}",
        "unreachable": "无法判定(不等于没有问题)。{first}",
        "finding": "{where}:{source} 的 {field} 应为 {expected},实为 {actual}。",
        "position": "第 {position} 条",
        "journal": "整个账簿",
        "head": "{origin} 已签署的头部:{size} 条分录,根 {root}。",
        "more": "…… 另有 {count} 项发现(用 --json 查看全部)。",
        "note_first_use": "密钥取自档案本身(首次使用即信任):请通过其他途径与运营方核对,再用 --key '{what}' 固定。",
        "note_tail": "数据表显示了第 {what} 条起的分录,它们未被已签署的头部覆盖。",
        "note_key": "账簿的第一条分录没有列出此密钥。",
        "note_stopped": "分录未能计算到底,因此未比对余额、命令编号和导入批次。",
        "not_judged": "此处未判定:分录是否被允许(限定用途、资格、地区、管理费上限、各类分录可涉及的账户、事实的取值),"
        "以及见证情况。"
        "请用 `mingzhang-audit verify`。",
        "unread_file": "{what} 无法读取({why})。",
        "bad_archive": "这不是可读的档案:{what}({why})。",
        "unknown_version": "{what} 的版本 {why} 为本程序所不识。",
        "too_large": "{what} 大于档案中的任何内容({why})。",
        "table_missing": "清单没有说明 {what} 是在账簿多长时读取的。",
        "restless": "各表读取时账簿长度不同({why})。请在较空闲时重新制作档案。",
        "cut": "{what} 在一行中间结束。",
        "not_json": "{what} 有一行不是数据行。",
        "bad_key": "{what} 不是验证密钥({why})。",
        "no_checkpoint": "档案没有可读的检查点({why})。",
        "receipt_holds": "第 {position} 条在 {origin} 已签署的 {size} 条之树中；未询问他人是否见过同一棵树。"
        "叶子哈希 {leaf_hash}:\n{leaf}",
        "receipt_broken": "{what} 不能证明任何事:{why}。",
        "bad_receipt": "{what} 不是可核对的收据:{why}。",
        "fault": "本程序自身出错({why})。请报告此问题;未作任何判定。",
    },
}


def sentence(language: str, code: str, **facts: object) -> str:
    """A sentence with its facts filled in, in one pass, so that no fact is taken for a place to fill."""
    return re.sub("{([a-z]+)}", lambda match: shown(facts[match[1]]), SENTENCES[language][code])


def of_finding(finding: Finding, language: str) -> str:
    """A finding in one sentence."""
    if finding.position is None:
        where = sentence(language, "journal")
    else:
        where = sentence(language, "position", position=finding.position)
    return sentence(language, "finding", where=where, **finding._asdict())


def judged(report: Report) -> tuple[str, Finding | None]:
    """The verdict, and the first finding of the sort that decided it."""
    for verdict, categories in WORST:
        worst = [finding for finding in report.findings if finding.category in categories]
        if worst:
            first = min(worst, key=lambda f: (f.position is None, f.position or 0, f.source != "leaf"))
            return ("forked" if verdict == "broken" and report.forked else verdict), first
    return ("verified" if report.undecided is None else "unreachable"), None


def said(report: Report, language: str) -> str:
    """The verdict in one sentence."""
    verdict, first = judged(report)
    why = ""
    if first is not None:
        why = of_finding(first, language)
    elif report.undecided is not None:
        why = sentence(language, report.undecided.code, what=report.undecided.what, why=report.undecided.why)
    count = {"entries": report.entries, "rows": report.rows, "tables": report.tables}
    return sentence(language, verdict, first="{first}", **count).replace("{first}", why)


def notes_of(report: Report, language: str) -> list[str]:
    """What has to be known beside the verdict; always what was not judged."""
    notes = [sentence(language, code, what=what) for code, what in report.notes]
    return [*notes, sentence(language, "not_judged")]


def as_json(report: Report, language: str) -> dict[str, Any]:
    """The report in the schema of `mingzhang-audit verify --json`."""
    verdict, first = judged(report)
    ordered = sorted(report.findings, key=lambda f: (f.position is None, f.position or 0))
    head, last = report.head, report.entries - 1
    return {
        "schema": REPORT_SCHEMA, "ok": verdict == "verified", "verdict": verdict, "exit": EXITS[verdict],
        "sentence": said(report, language), "source": report.source, "origin": head.origin if head else None,
        "key": {"vkey": report.key, "trust": "pinned" if report.pinned else "first-use"},
        "checkpoint": {"size": head.size if head else None, "root": head.root.hex() if head else None},
        "witnesses": None,
        "checked": {
            "entries": report.entries, "from": 0 if report.entries else None, "to": last if report.entries else None,
            "rows": report.rows, "tables": report.tables,
        },
        "first_divergence": None if first is None else divergence(first),
        "findings": [
            {**divergence(finding), "category": finding.category, "sentence": of_finding(finding, language)}
            for finding in ordered[:MOST_FINDINGS]
        ],
        "finding_count": len(ordered),
        "undecided": None if report.undecided is None else report.undecided.code,
        "notes": notes_of(report, language),
    }  # fmt: skip


def divergence(finding: Finding) -> dict[str, Any]:
    """Where, which field, both values, and the source."""
    return {name: value for name, value in finding._asdict().items() if name != "category"}


def as_text(report: Report, language: str) -> str:
    """The report for a person: the verdict, the head, further findings, notes."""
    _, first = judged(report)
    lines, head = [said(report, language)], report.head
    if head is not None:
        lines.append(sentence(language, "head", origin=head.origin, size=head.size, root=head.root.hex()))
    further = [finding for finding in report.findings if finding is not first]
    lines += [f"  {of_finding(finding, language)}" for finding in further[:20]]
    if len(further) > 20:  # noqa: PLR2004 -- as many as a screen shows
        lines.append("  " + sentence(language, "more", count=len(further) - 20))
    return "\n".join(lines + notes_of(report, language))


def shown_progress(done: int, total: int) -> None:
    """How far it is, on one line of a terminal."""
    sys.stderr.write(f"\r{done:,} / {total:,}" + ("" if done < total - WIDTH else "\r\033[K"))
    sys.stderr.flush()


def checked_receipt(path: str, vkey: str, language: str, *, as_json: bool) -> int:
    """Check a receipt with the log's key; prints what it proves, and returns the exit code of `receipt verify`."""
    try:
        key = read_key(vkey)
    except ValueError as error:
        code, why = 3, sentence(language, "bad_key", what=vkey[:120], why=error)
    else:
        try:
            found = read_receipt(path, key)
            code, origin, size = 0, found.head.origin, found.head.size
            leaf = found.leaf.decode("utf-8", "replace")
            facts = {
                "position": found.position,
                "size": size,
                "origin": origin,
                "leaf_hash": leaf_hash(found.leaf).hex(),
            }
            why = sentence(language, "receipt_holds", leaf="{leaf}", **facts).replace("{leaf}", leaf)
        except UndecidedError as error:
            code, why = 3, sentence(language, error.code, what=error.what, why=error.why)
        except ValueError as error:
            code, why = 1, sentence(language, "receipt_broken", what=path, why=error)
    answer: dict[str, Any] = {"schema": "mingzhang-audit/receipt/1", "ok": not code, "exit": code, "sentence": why}
    if not code:
        answer.update(facts, leaf=leaf, root=found.head.root.hex())
    print(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else why)
    return code


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="verify.py", description="Check an archive of a Mingzhang journal, offline.")
    parser.add_argument("archive", help="what `mingzhang-audit bundle` wrote, or a receipt (.tlog-proof)")
    parser.add_argument("--key", help="the log's verifier key (vkey), known by another way; a receipt needs it")
    parser.add_argument("--json", action="store_true", dest="as_json", help="the report as JSON")
    parser.add_argument("--lang", choices=sorted(SENTENCES), default="en", help="language of sentences")
    options = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal of another encoding must not stop the answer
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    if is_receipt(options.archive):
        if options.key is None:
            parser.error("a receipt is checked with the log's --key")
        return checked_receipt(options.archive, options.key, options.lang, as_json=options.as_json)
    try:
        report = verify(options.archive, options.key, shown_progress if sys.stderr.isatty() else quiet)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 -- Python's own exit code would be 1, which means "proven inconsistent"
        report = Report(options.archive, pinned=options.key is not None)
        report.undecided = UndecidedError("fault", "", repr(error))
    if options.as_json:
        print(json.dumps(as_json(report, options.lang), ensure_ascii=False, indent=2))
    else:
        print(as_text(report, options.lang))
    return EXITS[judged(report)[0]]


def is_receipt(path: str) -> bool:
    """Whether a file is named or begins as a receipt."""
    if path.endswith(".tlog-proof"):
        return True
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- as above
            return file.read(len(PROOF)) == PROOF
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
