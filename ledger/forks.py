"""Two signed heads held together: proof that one continues the other, or that their log forked, for a third person.

    {"schema": "mingzhang-audit/fork/1", "origin": …, "keys": [vkey…], "first": note, "second": note,
     "first_root_in_second": hex, "proof": [hex…]}

Nothing else is needed to judge it: both notes bear signatures of the log's own keys, and the consistency proof leads
from the smaller head (or, in a fork, from what the larger tree has instead of it) to the larger head's root.  Of two
sizes that are the same, two roots are the proof.  `first_root_in_second` is null when there is nothing to show instead.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from ledger import merkle
from ledger.checkpoints import Checkpoint, open_checkpoint
from ledger.errors import EvidenceError, RequestError
from ledger.notes import Verifier

FORK: Final = "mingzhang-audit/fork/1"
CONSISTENCY: Final = "mingzhang-audit/consistency/1"
MAX_BYTES: Final = 2_100_000
"""Of a file: two notes of a million bytes."""
_HASH: Final = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two notes of one log, the first not the larger; `other` is the root that the second tree has at the first size.

    `other` is None when the second tree continues the first, and for two heads of one size.
    """

    keys: tuple[Verifier, ...]
    first: str
    second: str
    proof: tuple[bytes, ...] = ()
    other: bytes | None = None

    def heads(self) -> tuple[Checkpoint, Checkpoint]:
        """Both heads; raises `EvidenceError` unless the log's own keys signed them, in this order."""
        first, second = (open_checkpoint(note, self.keys) for note in (self.first, self.second))
        if first.origin != second.origin:
            raise RequestError("the two heads are of two logs")
        if first.size > second.size:
            raise RequestError("the first head is not the larger one")
        return first, second

    @property
    def forked(self) -> bool:
        """Whether the heads contradict each other; raises `EvidenceError` when what is here shows neither."""
        first, second = self.heads()
        if first.size == second.size:
            return first.root != second.root
        there = first.root if self.other is None else self.other
        if first.size:
            merkle.verify_consistency(first.size, second.size, there, second.root, self.proof)
        elif self.proof:
            raise RequestError("nothing is to be proven from the empty tree")
        return there != first.root

    def file(self) -> bytes:
        """The file for a third person."""
        first, _ = self.heads()
        document = {
            "schema": FORK if self.forked else CONSISTENCY, "origin": first.origin, "key": str(self.keys[0]),
            "keys": [str(key) for key in self.keys], "first": self.first, "second": self.second,
            "first_root_in_second": None if self.other is None else self.other.hex(),
            "proof": [hashed.hex() for hashed in self.proof],
        }  # fmt: skip
        return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def read(body: bytes, trusted: Sequence[Verifier] = ()) -> Pair:
    """Read a file; raises `RequestError` for what is none, and for keys that are not among `trusted`, if any are given.

    Without `trusted` keys, the file's own are believed: then it says that *some* key signed two histories.
    """
    if len(body) > MAX_BYTES:
        raise RequestError(f"such a file has at most {MAX_BYTES} bytes, this one {len(body)}")
    try:
        document = orjson.loads(body)
        pair = _pair(document)
        schema, origin = document["schema"], document["origin"]
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise RequestError(f"this is no proof about two heads: {error!r}") from None
    if trusted and not set(pair.keys) <= set(trusted):
        raise RequestError("the file's keys are not the log's keys as you know them")
    if any(key.name != origin for key in pair.keys):
        raise RequestError("the file's keys are not of its origin")
    if schema not in {FORK, CONSISTENCY}:
        raise RequestError(f"{str(schema)[:80]!r} is not known here")
    if pair.forked != (schema == FORK):
        raise RequestError("the file says that it proves one thing, and proves the other")
    return pair


def _pair(document: Mapping[str, Any]) -> Pair:
    keys = document.get("keys", [document["key"]])
    other = document["first_root_in_second"]
    hashes = [*document["proof"], *([] if other is None else [other])]
    if not keys or not all(_HASH.fullmatch(hashed) for hashed in hashes):
        raise ValueError("keys or hashes")
    first, second = document["first"], document["second"]
    if not isinstance(first, str) or not isinstance(second, str):
        raise TypeError("notes")
    try:
        parsed = tuple(Verifier.parse(key) for key in keys)
    except EvidenceError as error:
        raise ValueError(str(error)) from None
    proof = tuple(bytes.fromhex(hashed) for hashed in document["proof"])
    return Pair(parsed, first, second, proof, None if other is None else bytes.fromhex(other))
