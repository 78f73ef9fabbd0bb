"""Money that is spent: disbursements (to one payee, or to many by a roster), expenses, fees.

A person who is paid is in the vault, and the leaf holds a commitment.  Of a roster the leaf holds count,
total and the Merkle-sum root of its salted lines (`ledger/rosters.py`); its lines are in the vault.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from db import lookups, vault
from db.journal import Companion, Outcome
from ledger import fields, rosters
from ledger.rejections import Rejection
from resolvers.context import Context
from resolvers.persons import Person, different, facts_of, held_facts, number, seal, sealed_again
from resolvers.policy import require
from resolvers.recording import Money, Part, Prepared, Request, custody_out, money, spending, submit, total, uses_exist
from resolvers.refusals import malformed

PAYEES = ("beneficiaries", "vendors", "partners")
SPENT_ON = ("vendors", "staff", "tax", "partners")
FEES = {"bank": "bank_fee", "platform": "platform_fee"}
MOST_LINES = 5_000
"""Lines of one roster; more are paid by several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing(Request):
    """What all money to outside has: its parts, and the custody account that it leaves."""

    parts: tuple[Part, ...]
    custody: str

    async def spent(self, ctx: Context, klass: str) -> tuple[Any, Any]:
        """The fund and custody moves to an outside class; raises for uses that name nothing."""
        if not self.parts:
            raise malformed("parts", "are missing")
        sums = total(self.parts)
        await uses_exist(ctx, self.organization, [part.use for part in self.parts])
        fund = tuple(spending(part, self.outside(klass, part.amount.asset)) for part in self.parts)
        return fund, custody_out(self, self.custody, sums)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disbursement(Outgoing):
    """A payment to beneficiaries (of `project`, if they are of one), a vendor, or a partner organization."""

    kind: ClassVar[str] = "disbursement"

    payee: str = "beneficiaries"
    project: str | None = None
    person: Person | None = None

    def klass(self) -> str:
        """The outside class that is paid."""
        if self.payee not in PAYEES:
            raise malformed("payee", f"must be one of {', '.join(PAYEES)}")
        if self.project is not None and (why := fields.ident(self.project)):
            raise malformed("project", why)
        return f"beneficiaries:{self.project or '-'}" if self.payee == "beneficiaries" else self.payee

    async def compose(self, ctx: Context) -> Prepared:
        """The command, and the rows of the vault."""
        fund, custody = await self.spent(ctx, self.klass())
        hold = self.source.get("hold")
        held = await held_facts(ctx, hold)
        party, companions = await sealed_again(ctx, self.person, held, hold)
        made = self.prepared(self.command(ctx, {"party": party}, fund, custody), companions, self.person)
        return replace(made, held="party" in held)


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One line of a roster: who gets how many units."""

    person: Person
    units: int

    def __repr__(self) -> str:
        """Show no person."""
        return f"Line({self.units})"

    def checked(self, n: int) -> dict[str, str]:
        """What is sealed of the line: the person, and the amount; raises as `Person.checked`."""
        return {**self.person.checked(f"lines.{n}.person"), "units": str(self.units)}


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterDisbursement(Disbursement):
    """A payment to many persons at once; the sum of its lines is the sum of its parts."""

    lines: tuple[Line, ...]

    async def compose(self, ctx: Context) -> Prepared:
        """The command, and a row of the vault for every line."""
        fund, custody = await self.spent(ctx, self.klass())
        roster, companions = await sealed_roster(ctx, self.id, self._lines(), self.source.get("hold"))
        return self.prepared(self.command(ctx, {"roster": roster}, fund, custody), companions)

    def _lines(self) -> Sequence[Line]:
        for n, line in enumerate(self.lines):
            money(Money(self.parts[0].amount.asset, line.units), f"lines.{n}.amount")
        if sum(line.units for line in self.lines) != sum(part.amount.units for part in self.parts):
            raise malformed("lines", "must sum to the amount that is paid")
        return self.lines


async def sealed_roster(
    ctx: Context, command: str, lines: Sequence[Line], hold: int | None = None
) -> tuple[dict[str, Any], tuple[Companion, ...]]:
    """The roster of these lines and their rows of the vault.

    A command that was accepted before with these very lines has its roster again, and so has the payment of a hold
    that names them.  Raises `ROSTER_TOO_SMALL`, `EXISTS_WITH_DIFFERENT_DATA` or `HOLD_MISMATCH`.
    """
    if not rosters.LEAST_LINES <= len(lines) <= MOST_LINES:
        if len(lines) > MOST_LINES:
            raise malformed("lines", f"are at most {MOST_LINES}")
        raise Rejection("ROSTER_TOO_SMALL", least=rosters.LEAST_LINES, count=len(lines))
    found = [line.checked(n) for n, line in enumerate(lines)]
    held = await held_facts(ctx, hold)
    if hold is not None and "roster" in held:
        if not await _same_lines(ctx, await lookups.commitments(ctx.keeper, number(ctx), hold), found):
            raise Rejection("HOLD_MISMATCH", entry=hold, field="data.roster")
        return held["roster"], ()
    roster = await _stored(ctx, command, found)
    return (roster, ()) if roster is not None else await _roster(ctx, found)


async def _roster(ctx: Context, lines: Sequence[Mapping[str, str]]) -> tuple[dict[str, Any], tuple[Companion, ...]]:
    """Count, total and root of freshly salted lines, and their rows."""
    met: dict[str, vault.Person] = {}
    rows = [await seal(ctx, line, f"lines.{n}.person", met) for n, line in enumerate(lines)]
    summed = rosters.summarize(
        rosters.Line(int(line["units"]), row.commitment) for line, row in zip(lines, rows, strict=True)
    )
    facts = {"count": summed.count, "total": str(summed.total), "root": summed.root.hex()}
    return facts, tuple(companion for row in rows for companion in row.companions)


async def _stored(ctx: Context, command: str, lines: Sequence[Mapping[str, str]]) -> dict[str, Any] | None:
    """The roster of a command that was accepted before with these very lines; None if it was not.

    Raises `EXISTS_WITH_DIFFERENT_DATA` for other lines.  Salts are fresh for every use, so that only the
    vault can tell whether lines are the same.
    """
    if fields.uuid(command) is not None:
        return None
    found = await lookups.stored_entry(ctx.reader, number(ctx), command)
    if found is None or "roster" not in facts_of(found[1]):
        return None
    position, document = found
    commitments = await lookups.commitments(ctx.keeper, number(ctx), position)
    if not await _same_lines(ctx, commitments, lines):
        raise different(position, "data.roster")
    roster: dict[str, Any] = facts_of(document)["roster"]
    return roster


async def _same_lines(ctx: Context, commitments: Sequence[bytes], lines: Sequence[Mapping[str, str]]) -> bool:
    """Whether the sealed lines are these, whatever the order; yes if they were erased meanwhile."""
    assert ctx.vault is not None, "the composition root gives every context that records a vault"
    revealed = await ctx.vault.reveal(ctx.keeper, number(ctx), commitments)
    stored = sorted(tuple(sorted(item.data.items())) for item in revealed.values())
    asked = sorted(tuple(sorted(line.items())) for line in lines)
    if len(stored) == len(asked):
        return stored == asked
    return all(line in asked for line in stored)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expense(Outgoing):
    """An expense: for vendors, staff, tax or partners, with the law's cost class in each part's use."""

    kind: ClassVar[str] = "expense"

    spent_on: str

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        if self.spent_on not in SPENT_ON:
            raise malformed("spentOn", f"must be one of {', '.join(SPENT_ON)}")
        fund, custody = await self.spent(ctx, self.spent_on)
        return self.prepared(self.command(ctx, {}, fund, custody))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee(Outgoing):
    """What a bank or a platform takes."""

    taken_by: str

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        if self.taken_by not in FEES:
            raise malformed("takenBy", f"must be one of {', '.join(FEES)}")
        fund, custody = await self.spent(ctx, "fees")
        return self.prepared(self.command(ctx, {}, fund, custody, kind=FEES[self.taken_by]))


async def disburse(ctx: Context, disbursement: Disbursement) -> Outcome:
    """Pay one beneficiary, vendor or partner (拨付); raises `RESTRICTION_VIOLATED`, `INSUFFICIENT_FUNDS` and others."""
    require(ctx.principal, disbursement.action, organization=disbursement.organization)
    return await submit(ctx, await disbursement.compose(ctx))


async def disburse_roster(ctx: Context, disbursement: RosterDisbursement) -> Outcome:
    """Pay many persons by a roster (名册发放); raises `ROSTER_TOO_SMALL` under five lines."""
    require(ctx.principal, disbursement.action, organization=disbursement.organization)
    try:
        return await submit(ctx, await disbursement.compose(ctx))
    except Rejection as rejection:
        if rejection.facts.get("field") != "data.roster" or rejection.facts.get("stored") == "sealed":
            raise
    return await submit(ctx, await disbursement.compose(ctx))  # sent twice at once: now the first one is stored


async def spend(ctx: Context, expense: Expense) -> Outcome:
    """Record an expense (费用)."""
    require(ctx.principal, expense.action, organization=expense.organization)
    return await submit(ctx, await expense.compose(ctx))


async def pay_fee(ctx: Context, fee: Fee) -> Outcome:
    """Record a bank's or a platform's fee (手续费); raises `FEE_CAP_EXCEEDED`."""
    require(ctx.principal, fee.action, organization=fee.organization)
    return await submit(ctx, await fee.compose(ctx))
