"""The leaves of a journal, bundle by bundle, however badly they are served."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from clients.auditor.source import Source
from ledger import tiles
from ledger.errors import LedgerError

MOST_BUNDLES: Final = 64
"""Bundles at hand, a hundred kilobytes and more each: those that are read, and some that later entries refer to."""


class Bundles:
    """The bundles of a source, as wide as they are at a size that the journal is known to have."""

    def __init__(self, source: Source) -> None:
        self._source, self._size = source, 0
        self._kept: OrderedDict[int, list[bytes]] = OrderedDict()

    def reach(self, size: int) -> None:
        """From now on bundles are as wide as at `size` leaves."""
        self._size = size
        self._kept.clear()

    def at(self, index: int) -> list[bytes]:
        """The leaves of a bundle; what is not a bundle, or ends too soon, has the leaves that can be read."""
        found = self._kept.get(index)
        if found is None:
            found = self._kept[index] = self._read(index)
            if len(self._kept) > MOST_BUNDLES:
                self._kept.popitem(last=False)
        return found

    def _read(self, index: int) -> list[bytes]:
        bundle = tiles.Bundle(index, tiles.width_at(0, index, self._size))
        body = self._source.resource(str(bundle))
        if body is None:
            return self._narrower(bundle)
        try:
            return tiles.decode_bundle(body)[: bundle.width]
        except LedgerError:
            return _readable(body)

    def _narrower(self, bundle: tiles.Bundle) -> list[bytes]:
        """The widest bundle that is still served where one is missing: leaves were cut off the end."""
        low, high, found = 0, bundle.width, list[bytes]()
        while high - low > 1:
            middle = (low + high) // 2
            body = self._source.resource(str(tiles.Bundle(bundle.index, middle)))
            if body is None:
                high = middle
            else:
                low, found = middle, _readable(body)[:middle]
        return found


def _readable(body: bytes) -> list[bytes]:
    """The leaves of a bundle that is cut off or spoilt, as far as they are whole."""
    leaves: list[bytes] = []
    at = 0
    while at + 2 <= len(body) and len(leaves) < tiles.WIDTH:
        end = at + 2 + int.from_bytes(body[at : at + 2], "big")
        if end > len(body):
            break
        leaves.append(body[at + 2 : end])
        at = end
    return leaves
