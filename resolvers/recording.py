"""What every use case that records shares: the request's head, amounts, and the way to the door.

A use case is a request (a frozen value that says everything) and an imperative function
(`record_donation(ctx, donation)`), whose first line asks `resolvers.policy`.  `compose` turns a request
into one command with its companion rows; `submit` hands it to the door.  Bulk (`resolvers/bulk.py`)
composes the same requests and hands over many.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol

from db import lookups
from db.journal import BusyError, Companion, CompanionError, DoorError, FullDiskError, Item, Outcome
from ledger import fields
from ledger.accounts import outside
from ledger.assets import MAX_UNITS, AmountError, Asset
from ledger.commands import INSTRUCTED, Command, Move, Origin
from ledger.decide import Accepted, Replayed
from ledger.identifiers import CitizenNumberError, citizen_number
from ledger.rejections import Rejection
from resolvers.attempts import attempted
from resolvers.context import Context
from resolvers.persons import Person, same_person
from resolvers.policy import require
from resolvers.refusals import Refusal, malformed
from resolvers.waiting import wait


@dataclass(frozen=True, slots=True)
class Money:
    """So many units (whole, of the smallest step) of an asset such as `CNY/2`."""

    asset: str
    units: int


@dataclass(frozen=True, slots=True)
class Use:
    """What money is spent on; the codes are those of the loaded lists, `region` is CODE@EDITION."""

    purpose: str | None = None
    region: str | None = None
    project: str | None = None
    category: str | None = None
    cost: str | None = None

    def as_facts(self) -> dict[str, str]:
        """As a leaf names it: only what is said."""
        named = {"purpose": self.purpose, "region": self.region, "project": self.project,
                 "category": self.category, "cost": self.cost}  # fmt: skip
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Part:
    """One leg of a movement: a fund account and an amount; spending says its use.

    `units` designates the very units to take, as (lo, hi) intervals of the account's inflow axis.
    """

    account: str
    amount: Money
    use: Use | None = None
    units: tuple[tuple[int, int], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The head of everything that can be asked of the journal.

    `id` is the caller's UUID, the idempotency key; `effective` the value date (ISO text, today when left
    out); `mode` says whether it is asked to happen or has happened; `source` holds what an importer adds
    to the entry's data (`batch`, `row`, `rowDigest`, `source`).
    """

    action: ClassVar[str] = "record-money"
    kind: ClassVar[str] = ""

    id: str
    organization: str
    effective: str | None = None
    mode: str = INSTRUCTED
    document_date: str | None = None
    voucher: Mapping[str, str] | None = None
    source: Mapping[str, Any] = field(default_factory=dict)

    async def compose(self, ctx: Context) -> "Prepared":
        """The command and what goes with it; raises `Refusal`."""
        raise NotImplementedError

    def prepared(
        self, command: Command, companions: tuple[Companion, ...] = (), person: Person | None = None
    ) -> "Prepared":
        """The composed request."""
        return Prepared(command, companions, person, undated=self.effective is None)

    def command(
        self,
        ctx: Context,
        data: Mapping[str, Any],
        fund: Iterable[Move] = (),
        custody: Iterable[Move] = (),
        kind: str | None = None,
    ) -> Command:
        """The command of this request; names with a None are left out of its data."""
        said = {name: value for name, value in {**self.source, **data}.items() if value is not None}
        refuse_persons(said)
        return Command(
            id=self.id, kind=kind or self.kind, mode=self.mode, actor=ctx.principal.key,
            effective=self.effective or str(ctx.today()), organization=self.organization, data=said,
            fund=tuple(fund), custody=tuple(custody), document_date=self.document_date, voucher=self.voucher,
        )  # fmt: skip

    def outside(self, klass: str, asset: str) -> str:
        """The organization's outside account of a class."""
        return outside(self.organization, klass, asset)


class Asked(Protocol):
    """Whatever can be asked to be recorded: a request, a hold of one, a version of a record."""

    @property
    def action(self) -> str:
        """The action that policy knows."""

    @property
    def organization(self) -> str:
        """For whom."""

    async def compose(self, ctx: Context) -> "Prepared":
        """The command and what goes with it; raises `Refusal`."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A composed request: its command, the rows to store with it, and the person that its `party` stands for.

    `undated` is set where the caller left the value date to us: sent again on a later day, it is the same;
    `held` where the person was compared with the hold's, whose commitment the command repeats.
    """

    command: Command
    companions: tuple[Companion, ...] = ()
    person: Person | None = None
    undated: bool = False
    held: bool = False

    def on(self, effective: str) -> "Prepared":
        """The same with another value date."""
        return replace(self, command=replace(self.command, effective=effective))


async def record(ctx: Context, request: Request) -> Outcome:
    """Authorize, compose and append one request; raises `ForbiddenError`, `Refusal` or `Rejection`."""
    require(ctx.principal, request.action, organization=request.organization)
    return await submit(ctx, await request.compose(ctx))


async def submit(ctx: Context, prepared: Prepared) -> Outcome:
    """Hand a composed request to the door; returns once it is durable.

    Raises `Refusal`, or `Rejection` where the ledger says no.  What needs a second officer waits for one:
    `AWAITING_APPROVAL`.  Any other no leaves a sealed trace.
    """
    try:
        outcome = await _append(ctx, prepared)
    except DoorError as error:
        raise refusal_of(error) from error
    except Rejection as rejection:
        if rejection.code == "APPROVAL_REQUIRED":
            again = prepared.command, prepared.companions
            raise await wait(ctx, *again, rejection, undated=prepared.undated) from rejection
        attempted(ctx, prepared.command, rejection)
        raise
    await settle(ctx, prepared, outcome)
    return outcome


async def _append(ctx: Context, prepared: Prepared) -> Outcome:
    """Append; a command that was accepted on another day, and says none itself, keeps that day."""
    assert ctx.door is not None, "the composition root gives every context that records a door"
    try:
        return await ctx.door.append(prepared.command, prepared.companions)
    except Rejection as rejection:
        if not (prepared.undated and rejection.code == OTHER_DAY):
            raise
        again = prepared.on(str(rejection.facts["stored"]))
        return await ctx.door.append(again.command, again.companions)


async def settle(ctx: Context, prepared: Prepared, outcome: Outcome) -> None:
    """For a command sent again: its personal data must be the same, which only the vault can tell."""
    if isinstance(outcome, Replayed) and not prepared.held:
        await same_person(ctx, prepared.person, outcome.position)


def refusal_of(error: DoorError) -> Refusal:
    """What a caller is told when the door could not answer."""
    match error:
        case FullDiskError():
            return Refusal("DISK_FULL", retryAfter=f"{error.retry_after:g}")
        case BusyError():
            return Refusal("BUSY", retryAfter=f"{error.retry_after:g}")
        case CompanionError() if error.companion.statement == "store_version":
            noun, record, version, *_ = error.companion.args
            return Refusal("VERSION_CONFLICT", noun=noun, record=record, current=version, asked=version - 1)
        case CompanionError() if error.companion.statement in _UNIQUE:
            what, position = _UNIQUE[error.companion.statement]
            return Refusal("ALREADY_EXISTS", what=what, id=error.companion.args[position])
        case CompanionError():
            return Refusal("NOT_STORED", what=f"{error.companion.noun}.{error.companion.statement}")
        case _:
            return Refusal("UNAVAILABLE")


OTHER_DAY = "EXISTS_WITH_DIFFERENT_EFFECTIVE"
_UNIQUE = {"store_organization": ("uscc", 2), "store_project": ("project code", 3)}
"""Companions that can meet a unique key of another record: what it is, and which argument holds it."""


def refuse_persons(value: object, path: str = "data") -> None:
    """Raise `PERSONAL_DATA_IN_CLEAR` for a citizen number in what a leaf would show."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            refuse_persons(item, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for n, item in enumerate(value):
            refuse_persons(item, f"{path}.{n}")
    elif isinstance(value, str) and _is_citizen(value):
        raise Refusal("PERSONAL_DATA_IN_CLEAR", ("input", *path.split(".")[1:]), field=path)


def _is_citizen(text: str) -> bool:
    try:
        citizen_number(text)
    except CitizenNumberError:
        return False
    return True


# ---------------------------------------------------------------- what requests are made of


def total(parts: Sequence[Part]) -> dict[str, int]:
    """The sum of the parts of every asset."""
    sums: dict[str, int] = {}
    for n, part in enumerate(parts):
        money(part.amount, f"parts.{n}.amount")
        sums[part.amount.asset] = sums.get(part.amount.asset, 0) + part.amount.units
    return sums


def money(amount: Money, path: str) -> Money:
    """The amount, if its asset is one and it has at least one unit; raises `MALFORMED`."""
    try:
        Asset.parse(amount.asset)
    except AmountError as error:
        raise malformed(f"{path}.asset", str(error)) from None
    if not 0 < amount.units <= MAX_UNITS:
        raise malformed(path, "must be from 1 to 2**63 - 1 units")
    return amount


async def paid(ctx: Context, of: tuple[int, int], amount: Money) -> tuple[str, str]:
    """Who paid and who was paid by a fund posting (entry, index), some of which comes back or is borne by others.

    Raises `POSTING_NOT_FOUND`, `ASSET_MISMATCH`, and as `money`.
    """
    found = await lookups.posting(ctx.reader, ctx.journal.id, *of)
    if found is None:
        raise Refusal("POSTING_NOT_FOUND", entry=of[0], posting=of[1])
    payer, payee, asset, _ = found
    money(amount, "amount")
    if amount.asset != asset:
        raise Refusal("ASSET_MISMATCH", account=payer, asset=asset, asked=amount.asset)
    return payer, payee


def spending(part: Part, target: str, of: Origin | None = None) -> Move:
    """A move out of a part's account."""
    return Move(
        part.account, target, part.amount.units, part.use.as_facts() if part.use else None, part.units, of
    )  # fmt: skip


def custody_in(request: Request, account: str, sums: Mapping[str, int]) -> tuple[Move, ...]:
    """Money that arrives where it will lie."""
    return tuple(Move(request.outside("custody", asset), account, units) for asset, units in sums.items())


def custody_out(request: Request, account: str, sums: Mapping[str, int]) -> tuple[Move, ...]:
    """Money that leaves where it lay."""
    return tuple(Move(account, request.outside("custody", asset), units) for asset, units in sums.items())


async def same_assets(ctx: Context, amounts: Iterable[tuple[str, Money]]) -> None:
    """Raise `ASSET_MISMATCH` where an account that is there holds another asset than the amount's."""
    wanted = [(account, amount.asset) for account, amount in amounts if fields.ident(account) is None]
    held = await lookups.assets(ctx.reader, ctx.journal.id, {account for account, _ in wanted})
    for account, asset in wanted:
        if held.get(account, asset) != asset:
            raise Refusal("ASSET_MISMATCH", account=account, asset=held[account], asked=asset)


async def uses_exist(ctx: Context, organization: str, uses: Iterable[Use | None]) -> None:
    """Raise where the use of spent money names a purpose or a project that is not there."""
    named = [use for use in uses if use is not None]
    await purposes_exist(ctx, [use.purpose for use in named if use.purpose])
    await projects_exist(ctx, organization, [use.project for use in named if use.project])


def well_formed(rule: fields.Check, names: Iterable[object], path: str) -> None:
    """Raise `MALFORMED` for a name that cannot be one, before anything is asked of the database."""
    for name in names:
        if why := rule(name):
            raise malformed(path, why)


async def purposes_exist(ctx: Context, codes: Sequence[str]) -> None:
    """Raise `PURPOSE_NOT_FOUND` for a code that no loaded list of focus areas has."""
    well_formed(fields.code, codes, "purpose")
    if codes:
        known = await lookups.purposes(ctx.reader, codes)
        missing = [code for code in codes if known is not None and code not in known]
        if missing:
            raise Refusal("PURPOSE_NOT_FOUND", purpose=missing[0])


async def projects_exist(ctx: Context, organization: str, names: Sequence[str]) -> None:
    """Raise `PROJECT_NOT_FOUND` for a project that the organization does not have."""
    well_formed(fields.ident, [organization], "organization")
    well_formed(fields.ident, names, "project")
    if names:
        known = await lookups.projects(ctx.reader, ctx.journal.id, organization, names)
        missing = [name for name in names if name not in known]
        if missing:
            raise Refusal("PROJECT_NOT_FOUND", project=missing[0], organization=organization)


async def subject_fits(ctx: Context, organization: str, position: int, kinds: frozenset[str] | None = None) -> None:
    """Raise unless an entry that is there belongs to the organization (or to nobody), and is of one of the kinds."""
    found = await lookups.entry_at(ctx.reader, ctx.journal.id, position)
    if found is None:
        return  # the ledger says so
    kind, owner = found
    if owner not in (None, organization):
        raise Refusal("NOT_THE_ORGANIZATIONS_ENTRY", entry=position, owner=owner, organization=organization)
    if kinds is not None and kind not in kinds:
        raise Refusal("NOT_A_PAYMENT", entry=position, kind=kind)


async def regions_exist(ctx: Context, names: Sequence[str | None]) -> None:
    """Raise `REGION_NOT_FOUND` for a region that no loaded list has."""
    wanted = [name for name in names if name]
    well_formed(fields.region, wanted, "region")
    if wanted:
        known = await lookups.regions(ctx.reader, wanted)
        missing = [name for name in wanted if name not in known]
        if missing:
            raise Refusal("REGION_NOT_FOUND", region=missing[0])


async def append(ctx: Context, items: Sequence[Item], wrote: Callable[[Iterable[int]], None]) -> list[int]:
    """Append linked commands and tell the new positions; raises `Refusal` when the journal does not answer."""
    assert ctx.door is not None, "the composition root gives every context that records a door"
    try:
        outcomes = await ctx.door.append_linked(items)
    except DoorError as error:
        raise refusal_of(error) from error
    wrote(outcome.position for outcome in outcomes if isinstance(outcome, Accepted))
    return [outcome.position for outcome in outcomes]
