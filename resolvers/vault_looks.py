"""The vault beside the journal: behind every commitment lies its data, or an entry says that it was erased.

Only the operator can look: whoever has no vault trusts the entries.  A row that somebody deleted by hand is a finding
where the journal binds it: parties, persons of beneficiaries' records, lines of rosters (by their number), acts of
sealed entries, the marks that such acts set, and which of them are refused commands.  Not bound, and so not missed:
what an import keeps beside a row that has no party (a refund's note), and one of several acts that one sealed entry
tells of.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from db import attempts, erasures
from db.vault import ForgottenError
from db.vault_keys import VaultError
from ledger.replay import SERVED
from resolvers import acts
from resolvers.attempts import ACT as REFUSED
from resolvers.context import Context
from resolvers.persons import keeper, number

_SET = {
    acts.PLACE_CASE_HOLD: erasures.CASE_HOLD, acts.LIFT_CASE_HOLD: erasures.LIFTED, acts.RESTRICT: erasures.STORAGE_ONLY
}  # fmt: skip
"""Which mark an act sets."""
_PAGE = 500
_WANTED = "sealed data, or an entry of its erasure"


class Say(Protocol):
    """Notes a finding."""

    def __call__(
        self, category: str, position: int | None, name: str, expected: str, actual: str, source: str, /
    ) -> None:
        """(category, position, field, expected, actual, source)."""


@dataclass(slots=True)
class Committed:
    """What the leaves, and the records that they bind, say lies in the vault."""

    parties: dict[bytes, int] = field(default_factory=dict)
    rosters: dict[int, int] = field(default_factory=dict)
    sealed: dict[int, list[bytes]] = field(default_factory=dict)

    def take(self, position: int, document: Mapping[str, Any]) -> None:
        """Note an entry."""
        data = document["data"]
        if "party" in data:
            self.parties[bytes.fromhex(data["party"])] = position
        if "roster" in data:
            self.rosters[position] = data["roster"]["count"]
        if document["type"] == "sealed":
            self.sealed[position] = [bytes.fromhex(name) for name in data["commitments"]]

    def take_record(self, position: int, content: Mapping[str, Any]) -> None:
        """Note the content of a record."""
        person = content.get("person")
        if isinstance(person, str):
            self.parties.setdefault(bytes.fromhex(person), position)


async def compare(committed: Committed, ctx: Context, say: Say) -> None:
    """Say what is missing, what is still there although an entry says that it was erased, and marks nobody set."""
    where = keeper(ctx), number(ctx)
    gone = await erasures.erased(*where)
    there = await _in_place(committed, ctx)
    for commitment, position in committed.parties.items():
        if commitment not in there and commitment not in gone:
            say(SERVED, position, "party", _WANTED, "missing", "vault")
    for position, commitments in committed.sealed.items():
        if not there.union(gone).intersection(commitments):
            say(SERVED, position, "act", _WANTED, "missing", "vault")
    await _rosters(committed, ctx, gone, say)
    for commitment in await erasures.present(*where, gone):
        say(SERVED, committed.parties.get(commitment), "party", "erased, as an entry says", "still there", "vault")
    if not await _altered(committed, ctx, sorted(there), say):
        await _acts(ctx, say)


async def _in_place(committed: Committed, ctx: Context) -> set[bytes]:
    """Every commitment behind which something lies, for the very entry that it stands in."""
    wanted = {**{one: at for at, many in committed.sealed.items() for one in many}, **committed.parties}
    lines = await erasures.lines(keeper(ctx), number(ctx), set(wanted.values()))
    return {one for at, many in lines.items() for one in many if wanted.get(one) == at}


async def _altered(committed: Committed, ctx: Context, there: Sequence[bytes], say: Say) -> bool:
    """Whether an act does not open; whatever does not open is said."""
    assert ctx.vault is not None, "who looks into the vault has its keys"
    acted = {one: position for position, many in committed.sealed.items() for one in many}
    altered = False
    for start in range(0, len(there), _PAGE):
        page = there[start : start + _PAGE]
        found = await ctx.vault.examined(keeper(ctx), number(ctx), page)
        for commitment in page:
            fault = found.get(commitment, ForgottenError(number(ctx), commitment))
            if fault is not None:
                position = committed.parties.get(commitment, acted.get(commitment))
                say(SERVED, position, "sealed data", "what opens the commitment", type(fault).__name__, "vault")
                altered = altered or commitment in acted
        await asyncio.sleep(0)
    return altered


async def _rosters(committed: Committed, ctx: Context, gone: set[bytes], say: Say) -> None:
    """A roster's leaf binds its lines by one root: as many lie there as it counts, less those that were erased."""
    known = {*committed.parties, *(one for many in committed.sealed.values() for one in many)}
    erased_lines = len(gone - known)
    lines = await erasures.lines(keeper(ctx), number(ctx), committed.rosters)
    for position, count in committed.rosters.items():
        found = len(lines.get(position, set()) - committed.parties.keys())
        erased_lines -= count - found
        if erased_lines < 0 and found < count:
            say(SERVED, position, "roster", f"{count} lines, or entries of their erasure", str(found), "vault")
            erased_lines = 0


async def _acts(ctx: Context, say: Say) -> None:
    """What the sealed acts say, beside the tables that repeat it: marks, and where traces of refused commands are."""
    acted: dict[tuple[int, str], set[bytes]] = {}
    lifts: dict[int, int] = {}
    refused: dict[bytes, int] = {}
    try:
        async for act in acts.opened(ctx):
            name = _SET.get(str(act.data.get("act")))
            if name is not None:
                acted.setdefault((act.position, name), set()).update(map(bytes.fromhex, act.data["commitments"]))
            if name == erasures.LIFTED:
                lifts[act.position] = act.data["placed"]
            if act.data.get("act") == REFUSED:
                refused[act.commitment] = act.position
    except VaultError as fault:
        say(SERVED, None, "act", "what opens its commitment", type(fault).__name__, "vault")
        return
    await _marks(ctx, acted, lifts, say)
    served = await attempts.every(keeper(ctx), number(ctx))
    for commitment in sorted(refused.keys() | served.keys()):
        expected, actual = refused.get(commitment), served.get(commitment)
        if expected != actual:
            at = actual if expected is None else expected
            say(SERVED, at, "position", _place(expected), _place(actual), "attempt")


def _place(position: int | None) -> str:
    return "no refused command" if position is None else f"a refused command in entry {position}"


async def _marks(ctx: Context, acted: Mapping[tuple[int, str], set[bytes]], lifts: Mapping[int, int], say: Say) -> None:
    """Every mark is set by a sealed act on these persons, and every such act has set it."""
    placed = await erasures.every_mark(keeper(ctx), number(ctx))
    for mark in placed:
        about = acted.get((mark.position, mark.mark))
        if mark.placed is not None and lifts.get(mark.position) == mark.placed:
            about = acted.get((mark.placed, erasures.CASE_HOLD))
        if not about or not about.intersection(mark.commitments) or mark.placed != lifts.get(mark.position):
            say(SERVED, mark.position, mark.mark, "a sealed act on this person", "none", "person_mark")
    for (position, name), commitments in acted.items():
        marked = {one for mark in placed if (mark.position, mark.mark) == (position, name) for one in mark.commitments}
        unmarked = await erasures.present(keeper(ctx), number(ctx), commitments - marked)
        if unmarked:
            say(SERVED, position, name, "a mark on all whom the act names", f"{len(unmarked)} without", "person_mark")
