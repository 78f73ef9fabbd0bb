"""A mirror or archive of the journal, read for what a restored database may have lost: the erasures it tells of.

Nothing in it is believed before its entries add up to a head that this log signed, so that nobody has persons erased by
handing over a file.
"""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from ledger import canonical, checkpoints, merkle, tiles
from ledger.errors import LedgerError
from ledger.key_history import KINDS, KeyHistory
from ledger.merkle import Frontier
from ledger.notes import Verifier

ERASED: Final = "personal_data_erased"
_MARKS: Final = tuple(f'"type":"{kind}"'.encode() for kind in (*sorted(KINDS), ERASED))
_MOST_BUNDLE: Final = 32 * 2**20

Read = Callable[[str], bytes]
"""Reads one resource by its path; raises an `OSError` or a `KeyError` where there is none."""


class MirrorError(Exception):
    """What was named is no mirror of this journal; the message says why, and what to do."""


def erasures(place: Path, keys: Sequence[Verifier]) -> tuple[int, dict[bytes, str]]:
    """The size of a mirror (a folder) or archive (a file), and the ground of every commitment that it says is erased.

    `keys` are this log's own.  Raises `MirrorError`.
    """
    read = _zip(place) if place.is_file() else _folder(place)
    try:
        return _erasures(read, keys)
    except (LedgerError, ValueError, KeyError, TypeError, OSError, zipfile.BadZipFile) as fault:
        raise MirrorError(
            f"{place} is no mirror or archive of this journal: {fault}. Name what `mingzhang-audit mirror` or "
            "`mingzhang-audit bundle` made, from the server of this data directory."
        ) from fault


def _erasures(read: Read, keys: Sequence[Verifier]) -> tuple[int, dict[bytes, str]]:
    note = read("checkpoint")
    claimed = checkpoints.Checkpoint.parse(note.decode().split("\n\n", 1)[0] + "\n")
    history, frontier = KeyHistory(), Frontier()
    found: dict[bytes, str] = {}
    for start, leaves in _bundles(read, claimed.size):
        frontier = frontier.extend([merkle.leaf_hash(leaf) for leaf in leaves])
        for n, leaf in enumerate(leaves):
            if any(mark in leaf for mark in _MARKS):
                document = canonical.decode(leaf)
                history.take(start + n, document)
                if document["type"] == ERASED:
                    data = document["data"]
                    found |= {bytes.fromhex(name): str(data["ground"]) for name in data["commitments"]}
    ours = {key.public for key in keys}
    signing = [key for key in history.in_force(claimed.size, keys) if key.public in ours]
    signed = checkpoints.open_checkpoint(note, signing)
    if (signed.size, signed.root) != (frontier.size, frontier.root()):
        raise ValueError("its entries do not add up to its head")
    return signed.size, found


def _bundles(read: Read, size: int) -> Iterator[tuple[int, list[bytes]]]:
    """Every bundle of entries, with the position that it begins at."""
    for bundle in tiles.new_bundles(0, size):
        yield bundle.index * tiles.WIDTH, tiles.decode_bundle(read(str(bundle)), bundle.width)


def _folder(place: Path) -> Read:
    """Reads the resources of a mirror's folder."""
    return lambda path: (place / path).read_bytes()


def _zip(place: Path) -> Read:
    """Reads the members of an archive file."""

    def read(path: str) -> bytes:
        with zipfile.ZipFile(place) as archive, archive.open(path) as member:
            return member.read(_MOST_BUNDLE)

    return read
