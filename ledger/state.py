"""The state that `decide` reads: all of it in a replay, only what a batch needs at the door.

A `State` is plain values.  The door loads the parts that `needs` names; a replay grows the whole.
Both then run the same `decide`, so a verifier's verdict is the door's own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ledger.accounts import OVERDRAWN, Account
from ledger.commands import Command
from ledger.entries import axis_of
from ledger.forms import well_formed
from ledger.intervals import Units
from ledger.lots import GOODS, Lot
from ledger.regions import Regions
from ledger.rejections import Rejection
from ledger.restrictions import Restriction
from ledger.unmoved_state import (
    Unmoved,
    UnmovedNeeds,
    changed_restrictions,
    entries_of,
    facts_of,
    restrictions_of,
    unmoved_needs,
)

Document = dict[str, Any]
"""A decoded leaf."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the journal: how many entries, the last leaf hash (hex; zeros at first), the last clock."""

    size: int = 0
    prev: str = "0" * 64
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What `decide` reads of an organization: its type and effective-dated status records."""

    type: str
    status: tuple[tuple[str, str, str | None], ...] = ()

    def has(self, kind: str, on: str) -> bool:
        """Whether a status record of `kind` covers the date `on` (both ends included)."""
        return any(k == kind and a <= on and (b is None or on <= b) for k, a, b in self.status)


@dataclass(frozen=True, slots=True)
class Batch:
    """An import batch: whose rows, how many, their total, and whether it is closed (the closing position)."""

    id: str
    organization: str
    file_digest: str
    rows_digest: str
    rows: int
    total: int
    asset: str
    opened: int
    closed: int | None = None


@dataclass(slots=True)
class State:
    """Everything a decision may read.  `entries` maps positions to documents that commands refer to.

    `returned` maps the axis of a payment to the units that came back, `named` the ids of evidence and
    deliveries to where they were first used, `periods` an organization to the day its books are closed through,
    `approvals` (organization, what, subject) to what four eyes ask of it (`ledger/approvals.py`);
    `snapshots` has, as `through`, the position of the newest snapshot's balances.
    """

    head: Head = field(default_factory=Head)
    accounts: dict[str, Account] = field(default_factory=dict)
    restrictions: dict[str, Restriction] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    references: dict[tuple[str, str], str] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    batch_of_rows: dict[tuple[str, str], str] = field(default_factory=dict)
    commands: dict[str, int] = field(default_factory=dict)
    entries: Mapping[int, Document] = field(default_factory=dict)
    returned: dict[str, Units] = field(default_factory=dict)
    corrected: dict[int, int] = field(default_factory=dict)
    resolved: dict[int, int] = field(default_factory=dict)
    named: dict[tuple[str, str], int] = field(default_factory=dict)
    periods: dict[str, str | None] = field(default_factory=dict)
    unmoved: Unmoved = field(default_factory=Unmoved)
    lots: dict[str, Lot] = field(default_factory=dict)
    regions: Regions = field(default_factory=Regions)
    approvals: dict[tuple[str, str, str], str | None] = field(default_factory=dict)
    snapshots: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Needs:
    """The keys that deciding a command reads.  `axes` are paying postings whose returns count."""

    commands: set[str] = field(default_factory=set)
    entries: set[int] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    axes: set[str] = field(default_factory=set)
    restrictions: set[str] = field(default_factory=set)
    organizations: set[str] = field(default_factory=set)
    batches: set[str] = field(default_factory=set)
    rows: set[tuple[str, str]] = field(default_factory=set)
    versions: set[tuple[str, str]] = field(default_factory=set)
    named: set[tuple[str, str]] = field(default_factory=set)
    unmoved: UnmovedNeeds = field(default_factory=UnmovedNeeds)
    snapshots: set[str] = field(default_factory=set)
    lots: set[str] = field(default_factory=set)

    def merge(self, other: "Needs") -> None:
        """Take in what `other` names."""
        for name in Needs.__slots__:
            getattr(self, name).update(getattr(other, name))


def needs(command: Command, found: Needs | None = None) -> Needs:
    """What `decide` will read for `command` by name; entries and accounts may lead to more (`more_needs`).

    It is added to `found` where that is given.  A malformed command needs nothing: it will be refused by name,
    whatever the state.
    """
    found = Needs() if found is None else found
    try:
        well_formed(command)
    except Rejection:
        return found
    found.commands.add(command.id)
    if command.organization:
        found.organizations.add(command.organization)
    for move in (*command.fund, *command.custody):
        _account(found, move.source)
        _account(found, move.target)
        if move.of is not None:
            found.entries.add(move.of.entry)
            found.axes.add(axis_of(move.of.entry, move.of.posting))
    if command.approval is not None or command.kind == "key_enrolled":
        found.entries.add(0)  # the origin, to which signatures are bound
    _data_needs(found, command)
    if command.kind == "snapshot":
        found.snapshots.add("through")
    return found


def _data_needs(found: Needs, command: Command) -> None:
    """What the kind's own facts name."""
    data = facts_of(command)
    found.entries.update(data[name] for name in ("of", "subject", "hold") if name in data)
    found.entries.update(entries_of(data))
    found.unmoved.update(unmoved_needs(command))
    found.restrictions |= restrictions_of(data)
    if "partner" in data:
        found.organizations.add(data["partner"])
    if "account" in data:
        _account(found, data["account"])
    if "recipient" in data:
        _account(found, data["recipient"])
    if "batch" in data:
        found.batches.add(data["batch"])
    match command.kind:
        case "goods_declared":
            found.lots.add(data["asset"])
        case "import_opened":
            found.rows.add((str(command.organization), data["rowsDigest"]))
        case "record_bound" if "record" in data:
            found.versions.add((data["noun"], data["record"]))
        case "evidence_attached":
            found.named.add(("evidence", data["evidence"]))
        case "delivery_confirmed":
            found.named.add(("delivery", data["delivery"]))
        case _:
            pass


def more_needs(found: Needs, entries: Iterable[Document], accounts: Iterable[Account]) -> Needs:
    """What follows from loaded entries (a correction's accounts and axes) and accounts (their terms)."""
    more = Needs()
    for document in entries:
        for book in ("fund", "custody"):
            for posting in document.get(book, ()):
                _account(more, posting["from"]["account"])
                _account(more, posting["to"]["account"])
        for moves in document.get("holds", {}).values():
            for move in moves:
                _account(more, move["from"])
        more.restrictions |= changed_restrictions(document)
        more.axes |= {axis_of(document["seq"], n) for n in range(len(document.get("fund", ())))}
    for account in accounts:
        if account.restriction is not None:
            more.restrictions.add(account.restriction)
        more.batches |= set(account.batches)
        if account.asset.startswith(GOODS):
            more.lots.add(account.asset)
        more.organizations.add(account.organization)
    for name in ("accounts", "axes", "restrictions", "batches", "organizations", "lots"):
        getattr(more, name).difference_update(getattr(found, name))
    return more


def _account(found: Needs, account: str) -> None:
    """An account and, for a held one, the overdrawn account beside it (a shortfall may open it)."""
    found.accounts.add(account)
    if account.startswith(OVERDRAWN):
        found.accounts.add(account.removeprefix(OVERDRAWN))
    elif "/" not in account:
        found.accounts.add(OVERDRAWN + account)
