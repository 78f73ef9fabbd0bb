"""Traces that are read off proven leaves alone, without the rest of the journal.

Every step of a trace is an interval that a leaf names: what it took, where it landed.  So the leaves of all steps are
enough to follow the money again; a leaf that is missing would leave units lying where a snapshot says that they do not
lie any more.  What a snapshot does not reach yet is told, and not taken for shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any, Final

from ledger import bundles, flows
from ledger.bundles import ALTERED, DROPPED, FOREIGN, MALFORMED, Bundle, BundleError, Evidence
from ledger.flows import Flow, Piece, Slice, Slices
from ledger.intervals import size, within
from ledger.notes import Verifier
from ledger.projections import slices

RESTING: Final = "resting"
USED: Final = "used"
WITHHELD: Final = "withheld"
"""It moved on in an entry that whoever asked may not see."""


@dataclass(frozen=True, slots=True)
class ProvenEnd:
    """Where a part of the money is, in units of the donation.

    `through` is the position as of which a snapshot shows that it rests there; None where only its coming is shown.
    """

    state: str
    share: int
    account: str
    asset: str
    amount: int
    through: int | None
    path: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ProvenTrace:
    """A donation's whole way: `total` units, which the ends sum to; `documents` are the entries on the way."""

    entry: int
    as_of: int
    total: int
    asset: str
    ends: tuple[ProvenEnd, ...]
    slices: int
    documents: Mapping[int, Mapping[str, Any]]

    @property
    def complete(self) -> bool:
        """Whether every part is shown to be where it is said to be."""
        return all(end.state == USED or end.through is not None for end in self.ends)


def starts_of(found: Iterable[Slice], entry: int, posting: int | None) -> list[Slice]:
    """What an entry (or one posting of it) brought in from outside."""
    return [
        item
        for item in found
        if item.position == entry and flows.is_outside(item.source) and posting in (None, item.posting)
    ]


def prove(bundle: Bundle, keys: Sequence[Verifier]) -> tuple[Evidence, ProvenTrace]:
    """Check a bundle that claims a trace; raises `BundleError`."""
    entry, posting, as_of = _claimed(bundle)
    documents = bundle.documents()
    beside = bundles.snapshot_positions(bundle)
    found: list[Slice] = []
    for position, document in documents.items():
        try:
            mine = [] if position in beside else slices(document)
        except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
            raise BundleError(ALTERED, f"entry {position} has no shape ({error!r:.80})", position) from None
        if mine and position > as_of:
            raise BundleError(FOREIGN, f"entry {position} comes after the position that is asked about", position)
        found += mine
    evidence = bundle.check(keys, documents)
    starts = starts_of(found, entry, posting)
    if not starts:
        raise BundleError(DROPPED, f"entry {entry} is missing, or brought no money in", entry)
    flow = flows.forward(starts, Slices(found))
    met = {position for _, piece in flow.steps for position, _ in piece.path}
    for position in documents.keys() - met - beside:
        raise BundleError(FOREIGN, f"entry {position} is not on the way", position)
    return evidence, _proven(bundle, evidence, flow, starts, documents)


def _claimed(bundle: Bundle) -> tuple[int, int | None, int]:
    entry, posting, as_of = (bundle.claim.get(name) for name in ("entry", "posting", "asOf"))
    plain = type(entry) is int and type(as_of) is int and (posting is None or type(posting) is int)
    if bundle.kind != "trace" or not plain or not isinstance(bundle.claim.get("withheld", []), list):
        raise BundleError(MALFORMED, "the bundle does not say which entry it traces, as of which position")
    return entry, posting, as_of  # type: ignore[return-value]  # just asked


def _proven(
    bundle: Bundle, evidence: Evidence, flow: Flow, starts: Sequence[Slice], documents: Mapping[int, Mapping[str, Any]]
) -> ProvenTrace:  # fmt: skip
    total = sum(item.hi - item.lo for item in starts)
    assets = {_posting(documents, (item.position, item.posting))["asset"] for item in starts}
    if flow.total != total or len(assets) != 1:
        raise BundleError(ALTERED, f"the parts sum to {flow.total} of {total} units", starts[0].position)
    withheld = [tuple(item) for item in bundle.claim.get("withheld", [])]
    ends = tuple(_end(piece, evidence, documents, withheld) for piece in flow.ends)
    return ProvenTrace(
        bundle.claim["entry"], bundle.claim["asOf"], total, assets.pop(), ends, len(flow.steps), documents
    )  # fmt: skip


def _end(
    piece: Piece, evidence: Evidence, documents: Mapping[int, Mapping[str, Any]], withheld: Sequence[tuple[Any, ...]]
) -> ProvenEnd:  # fmt: skip
    posting = _posting(documents, piece.path[-1])
    account, asset = posting["to"]["account"], posting["asset"]
    amount = floor(piece.hi) - floor(piece.lo)
    if piece.axis.startswith("posting/"):
        return ProvenEnd(USED, piece.share, account, asset, amount, None, piece.path)
    lo, hi = floor(piece.lo), ceil(piece.hi)
    if (account, str(lo), str(hi)) in withheld:
        return ProvenEnd(WITHHELD, piece.share, account, asset, amount, None, piece.path)
    found = evidence.balances.get(account)
    if found is None or found.through < piece.path[-1][0]:
        return ProvenEnd(RESTING, piece.share, account, asset, amount, None, piece.path)
    if size(within(found.line.free, lo, hi)) != hi - lo:
        why = f"units [{lo}, {hi}) of {account} had left by entry {found.through}: the entry that took them is missing"
        raise BundleError(DROPPED, why, piece.path[-1][0])
    return ProvenEnd(RESTING, piece.share, account, asset, amount, found.through, piece.path)


def _posting(documents: Mapping[int, Mapping[str, Any]], hop: tuple[int, int]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = documents[hop[0]]["fund"][hop[1]]
    return found
