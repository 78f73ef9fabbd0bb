"""Which keys sign a journal's heads, as the journal itself says: the opening entry, then every `key_rotated`.

A key is rotated A → A+B → B: an entry names both, heads are signed by both while it is the newest, and another entry
names B alone.  A list counts for every head that covers its entry.  Whoever trusts A learns of B from a head that A
signed and that covers the entry: an entry that only B vouches for proves nothing.

A key is named by the 64 hex digits of its public key.  Journals of before may name it by its id, or not at all; then
the key that is known otherwise counts.  A post-quantum key signs beside those: it is named by the SHA-256 of its bytes
in `mldsa44`, so that whoever knows it otherwise sees that the journal means it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from ledger.errors import NoteError
from ledger.notes import ED25519, MLDSA44, Verifier

KINDS: Final = frozenset({"journal_opened", "key_rotated"})
_PUBLIC: Final = re.compile("[0-9a-f]{64}")


@dataclass(slots=True)
class KeyHistory:
    """The lists of keys, each with the position of its entry."""

    origin: str = ""
    positions: list[int] = field(default_factory=list)
    lists: list[tuple[str, ...]] = field(default_factory=list)
    digests: list[tuple[str, ...]] = field(default_factory=list)

    def take(self, position: int, document: Mapping[str, Any]) -> None:
        """Note what an entry says; entries come in their order.  Raises KeyError or TypeError for one without shape."""
        if document["type"] not in KINDS:
            return
        data = document["data"]
        self.origin = str(data.get("origin", self.origin))
        self.positions.append(position)
        self.lists.append(tuple(str(name) for name in data["keys"]))
        self.digests.append(tuple(str(digest) for digest in data.get("mldsa44", ())))

    def in_force(self, size: int, known: Sequence[Verifier]) -> list[Verifier]:
        """The keys that sign a head of `size` entries; `known` ones where the journal names none that can be used."""
        index = bisect_right(self.positions, size - 1) - 1
        if index < 0:
            return resolved(self.origin, (), known)
        beside = [key for key in known if key.kind == MLDSA44 and _digest(key) in self.digests[index]]
        return [*resolved(self.origin, self.lists[index], known), *beside]


def _digest(key: Verifier) -> str:
    return sha256(key.public).hexdigest()


def resolved(origin: str, names: Iterable[str], known: Sequence[Verifier]) -> list[Verifier]:
    """The keys that a list of names means, in its order; the `known` ones if it means none."""
    plain = [key for key in known if key.kind == ED25519]
    by_name = {name: key for key in plain for name in (key.public.hex(), key.key_id.hex())}
    found: list[Verifier] = []
    for name in names:
        key = by_name.get(name) or _named(origin, name)
        if key is not None:
            found.append(key)
    return found or plain


def _named(origin: str, name: str) -> Verifier | None:
    """The key that a public key in hex is."""
    if not _PUBLIC.fullmatch(name):
        return None
    try:
        return Verifier(origin, bytes.fromhex(name))
    except NoteError:
        return None
