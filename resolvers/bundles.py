"""Proof bundles: a balance, a statement, a donation's way, each in one file that is checked without this server.

The head is the newest one that enough witnesses cosigned, where it covers what is asked; else the newest.  A bundle
shows the leaves that policy allows whoever asks, and lines of snapshots to the entitled alone (of the account beside it
a line's path shows the totals, though not whose).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil, floor
from typing import Any, Final

from db import flows as recorded
from db import snapshots, trees
from db.plans import BadReadError
from ledger import canonical, flows, merkle, multiproofs, tiles
from ledger.bundles import Balance, Bundle
from ledger.checkpoints import Checkpoint
from ledger.flows import Slices
from ledger.proven_traces import starts_of
from resolvers.context import CIVIL, Context, Principal, Role
from resolvers.policy import HARMLESS, require
from resolvers.traces import MOST_SLICES, MOST_STEPS, TraceTooLongError

MOST_ENTRIES: Final = 5_000
"""Entries in one bundle: a longer statement comes in parts that follow each other."""
_TRUSTED: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.INSPECTOR})

Document = Mapping[str, Any]


class NotProvenError(Exception):
    """What is asked for cannot be shown yet: no head is published, no snapshot reaches it, or it is not there."""


@dataclass(frozen=True, slots=True)
class _Head:
    """A published head."""

    note: str
    size: int


async def prove_balance(ctx: Context, *, account: str, organization: str, asset: str) -> Bundle:
    """An account's line in the newest snapshot that a head covers; raises `NotProvenError`."""
    require(ctx.principal, "export-statement", organization=organization)
    head = await _head(ctx, 0)
    balance = await _balance(ctx, head, account, asset, head.size - 1)
    if balance is None:
        raise NotProvenError(f"no snapshot below {head.size} has a line of {account}")
    return await _assembled(ctx, head, "balance", {"account": account}, set(), [balance])


async def prove_statement(
    ctx: Context, *, account: str, organization: str, asset: str, start: int = 0, end: int | None = None
) -> Bundle:
    """An account's entries from `start` to `end` (else as far as a snapshot reaches), with what shows that it is all.

    Raises `NotProvenError`, and `BadReadError` for too many entries.
    """
    require(ctx.principal, "export-statement", organization=organization)
    head = await _head(ctx, 0)
    balance = await _balance(ctx, head, account, asset, head.size - 1 if end is None else max(end, start))
    reaches = None if balance is None else await _through(ctx, balance)
    if end is None:
        end = head.size - 1 if reaches is None or reaches < start else reaches
    if not 0 <= start <= end < head.size:
        raise BadReadError("from", f"and to must be positions from 0 to {head.size - 1}, in order")
    found = await snapshots.touching(ctx.reader, ctx.journal.id, account, start, end, head.size, MOST_ENTRIES + 1)
    if len(found) > MOST_ENTRIES:
        raise BadReadError("from", f"and to hold more than {MOST_ENTRIES} entries: ask in parts that follow each other")
    if any(position > end for position in found):
        balance = None  # the entry after the last one closes it already
    claim = {"account": account, "from": start, "to": end}
    return await _assembled(ctx, head, "statement", claim, set(found), [] if balance is None else [balance])


async def prove_trace(ctx: Context, *, entry: int, posting: int | None = None, as_of: int | None = None) -> Bundle:
    """The way of a donation with exactly the leaves that show it; as of the newest snapshot unless said otherwise.

    Raises `NotProvenError`, `BadReadError` and `TraceTooLongError`.
    """
    head = await _head(ctx, entry)
    if not 0 <= entry < head.size:
        raise BadReadError("position", f"the published head covers positions 0 to {head.size - 1}")
    if as_of is None:
        newest = await snapshots.reach(ctx.reader, ctx.journal.id, head.size)
        as_of = head.size - 1 if newest is None or newest < entry else newest
    if not entry <= as_of < head.size:
        raise BadReadError("asOf", f"must be from {entry} to {head.size - 1}")
    found = set(await recorded.forward(ctx.reader, ctx.journal.id, entry, posting, as_of, MOST_SLICES + 1))
    if len(found) > MOST_SLICES:
        raise TraceTooLongError(MOST_SLICES)
    starts = sorted(starts_of(found, entry, posting), key=lambda item: (item.posting, item.n))
    if not starts:
        raise BadReadError("position", "the entry brought no money in from outside")
    leaves = await snapshots.leaves(ctx.reader, ctx.journal.id, {item.position for item in found})
    shown = {at for at, leaf in leaves.items() if may_see(ctx.principal, canonical.decode(leaf))}
    if entry not in shown:
        raise NotProvenError(f"the leaf of entry {entry} is not for everyone")
    flow = flows.forward(starts, Slices(item for item in found if item.position in shown))
    if len(flow.steps) > MOST_STEPS:
        raise TraceTooLongError(MOST_STEPS)
    claim: dict[str, Any] = {"entry": entry, "asOf": as_of} | ({} if posting is None else {"posting": posting})
    rests = [piece for piece in flow.ends if not piece.axis.startswith("posting/")]
    everything = Slices(found)
    moved = {
        (piece.axis, str(floor(piece.lo)), str(ceil(piece.hi)))
        for piece in rests
        if next(everything.leaving(piece.axis, piece.lo, piece.hi), None) is not None
    }
    if moved:
        claim["withheld"] = [list(item) for item in sorted(moved)]
    still = [piece for piece in rests if (piece.axis, str(floor(piece.lo)), str(ceil(piece.hi))) not in moved]
    balances = await _resting(ctx, head, [(piece.axis, piece.path[-1]) for piece in still], leaves, as_of)
    positions = {position for _, piece in flow.steps for position, _ in piece.path}
    return await _assembled(ctx, head, "trace", claim, positions, balances)


def may_see(principal: Principal, document: Document) -> bool:
    """Whether policy shows this leaf: `resolvers/policy.py` says the same of `Entry.leaf` to the planner."""
    if principal.role in _TRUSTED or document["type"] in HARMLESS:
        return True
    own = document.get("organization")
    return principal.role is Role.OFFICER and own is not None and own == principal.organization


async def position_of(ctx: Context, text: str, *, end: bool) -> int:
    """A position as it is written, or the first entry recorded on a civil day (`end`: the last one)."""
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        day = date.fromisoformat(text)
        moment = datetime.combine(day + timedelta(days=int(end)), time(), CIVIL)
    except (ValueError, OverflowError):
        raise BadReadError("to" if end else "from", "is a position or a date YYYY-MM-DD") from None
    return await snapshots.first_at(ctx.reader, ctx.journal.id, moment) - int(end)


async def _resting(
    ctx: Context, head: _Head, rests: Iterable[tuple[str, tuple[int, int]]], leaves: Mapping[int, bytes], as_of: int
) -> list[Balance]:
    """Lines of the accounts in which something rests, for the entitled, as far as a snapshot reaches them."""
    if ctx.principal.role not in _TRUSTED and ctx.principal.role is not Role.OFFICER:
        return []
    found: dict[str, Balance | None] = {}
    for account, (position, posting) in rests:
        if account not in found:
            asset = canonical.decode(leaves[position])["fund"][posting]["asset"]
            found[account] = await _balance(ctx, head, account, asset, as_of)
    return [balance for _, balance in sorted(found.items()) if balance is not None]


async def _balance(ctx: Context, head: _Head, account: str, asset: str, most: int) -> Balance | None:
    """An account's line in the newest snapshot of balances up to position `most` that the head covers."""
    newest = await snapshots.newest(ctx.reader, ctx.journal.id, head.size, asset, most)
    if newest is None:
        return None
    position, leaf, sealed = newest
    through = canonical.decode(leaf)["data"]["through"]
    proven = await snapshots.prove(ctx.reader, ctx.journal.id, through, asset, account)
    return None if proven is None else Balance(proven[0], sealed.asset, position, proven[1])


async def _through(ctx: Context, balance: Balance) -> int:
    leaf = (await snapshots.leaves(ctx.reader, ctx.journal.id, {balance.snapshot}))[balance.snapshot]
    through: int = canonical.decode(leaf)["data"]["through"]
    return through


async def _head(ctx: Context, position: int) -> _Head:
    """The newest head that enough witnesses cosigned, if it covers a position; else the newest."""
    for witnessed in (True, False):
        found = await trees.newest_cosigned(ctx.reader, ctx.journal.id, witnessed=witnessed)
        if found is not None and found[0].size > position:
            note = found[0].note + "".join(f"{line}\n" for line in found[1])
            return _Head(note, Checkpoint.parse(note.partition("\n\n")[0] + "\n").size)
    raise NotProvenError(f"no published head covers entry {position} yet")


async def _assembled(
    ctx: Context, head: _Head, kind: str, claim: Mapping[str, Any], positions: set[int], balances: Sequence[Balance]
) -> Bundle:  # fmt: skip
    """The leaves, one proof for all of them, and the head."""
    wanted = sorted(positions | {balance.snapshot for balance in balances})
    if not wanted:
        raise NotProvenError("the account has no entry and no line in a snapshot")
    leaves = await snapshots.leaves(ctx.reader, ctx.journal.id, wanted)
    nodes = merkle.needed_nodes(multiproofs.ranges(wanted, head.size))
    reader = tiles.node_reader(await trees.tiles(ctx.reader, ctx.journal.id, tiles.tiles_for(nodes, head.size)))
    hashes = multiproofs.prove(wanted, head.size, reader)
    return Bundle(kind, claim, head.note, tuple(leaves[at] for at in wanted), tuple(hashes), tuple(balances))
