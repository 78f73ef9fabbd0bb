"""A decision in the making: working copies of what it touches, and the breaches it declares.

Nothing of a draft reaches the state until the command is accepted whole.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from typing import Any

from ledger.accounts import (
    CLOSED,
    FROZEN,
    OPEN,
    OVERDRAWN,
    UNDETERMINED,
    Account,
    implied,
    is_opened_id,
    overdrawn,
)
from ledger.assets import MAX_UNITS
from ledger.commands import OBSERVED, Command, Move
from ledger.entries import clock_text
from ledger.intervals import Units
from ledger.kinds import KINDS, Kind
from ledger.rejections import BREACHES, Rejection
from ledger.restrictions import Restriction
from ledger.state import Document, State

CIVIL_ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The journal's civil zone; China has kept +08:00 without daylight saving since 1991."""


def civil_day(at: datetime) -> date:
    """The date of a moment in the journal's civil zone."""
    return at.astimezone(CIVIL_ZONE).date()


Side = tuple[Move, Account, Account]
"""A move of the command with the working copies of its source and its target."""


class Draft:
    """The entry that `command` would become at `position` and `at`, posting by posting.

    `fund_sides` and `custody_sides`, together `sides`, are the command's moves with their accounts, looked up once,
    and `owners` are those whose fund money they touch, with the command's organization: the ladder's third group
    fills them in, everything after it reads them.  `clock` is `at` as leaves write it.
    """

    __slots__ = (
        "accounts", "asked", "at", "breaches", "clock", "command", "custody", "custody_sides", "fund", "fund_sides",
        "holds", "kind", "owners", "position", "prior", "receivable", "returned", "sides", "state", "until",
    )  # fmt: skip

    def __init__(self, state: State, command: Command, at: datetime) -> None:
        self.state = state
        self.command = command
        self.at = at
        self.clock = clock_text(at)
        self.position = state.head.size
        self.kind: Kind = KINDS[command.kind]
        self.accounts: dict[str, Account] = {}
        self.fund_sides: list[Side] = []
        self.custody_sides: list[Side] = []
        self.sides: list[Side] = []
        self.owners: set[str] = set()
        self.returned: dict[str, Units] = {}
        self.breaches: list[dict[str, Any]] = []
        self.fund: list[dict[str, Any]] = []
        self.custody: list[dict[str, Any]] = []
        self.receivable: list[dict[str, Any]] = []
        self.prior: str | None = None
        self.holds: dict[str, Any] = {}
        self.until: str | None = None
        self.asked: tuple[dict[int, Move], ...] = ()

    def account(self, name: str) -> Account:
        """A working copy of the account; raises `ACCOUNT_NOT_FOUND`."""
        found = self.accounts.get(name)
        if found is None:
            found = self.accounts[name] = self._load(name)
        return found

    def look_up_sides(self) -> None:
        """Look up the accounts of every move, fund book first; raises `ACCOUNT_NOT_FOUND`."""
        command, account = self.command, self.account
        self.fund_sides = [(move, account(move.source), account(move.target)) for move in command.fund]
        self.custody_sides = [(move, account(move.source), account(move.target)) for move in command.custody]
        self.sides = [*self.fund_sides, *self.custody_sides]
        self.owners = {str(command.organization)}
        for _, source, target in self.fund_sides:
            self.owners.add(source.organization)
            self.owners.add(target.organization)

    def _load(self, name: str) -> Account:
        known = self.state.accounts.get(name)
        if known is not None:
            return known.copy()
        if name.startswith(OVERDRAWN):
            base = name.removeprefix(OVERDRAWN)
            if not is_opened_id(base):
                raise Rejection("ACCOUNT_NOT_FOUND", account=name)
            return overdrawn(self.account(base), self.position)
        account = implied(name, self.position)
        if account is None:
            raise Rejection("ACCOUNT_NOT_FOUND", account=name)
        return account

    def base(self, account: Account) -> Account:
        """The account that an overdrawn account stands beside; any other is its own base."""
        return self.account(account.id.removeprefix(OVERDRAWN)) if account.klass == "overdrawn" else account

    def restriction(self, account: Account) -> Restriction | None:
        """The restriction of an account's money; None when it is unrestricted."""
        if account.restriction is None:
            return None
        if account.restriction == UNDETERMINED:
            return Restriction(UNDETERMINED, account.organization)
        return self.state.restrictions[account.restriction]

    def entry(self, position: int) -> Document:
        """An earlier entry's document; raises `ENTRY_NOT_FOUND`."""
        if not 0 <= position < self.position:
            raise Rejection("ENTRY_NOT_FOUND", entry=position)
        return self.state.entries[position]

    def returned_of(self, axis: str) -> Units:
        """What earlier entries and this draft brought back from a paying posting's axis."""
        found = self.returned.get(axis)
        return self.state.returned.get(axis, ()) if found is None else found

    def refuse(self, code: str, **facts: object) -> None:
        """Reject; or, for money that has already moved, declare the breach and go on."""
        if self.command.mode != OBSERVED or code not in BREACHES:
            raise Rejection(code, **facts)
        breach = {"code": code, "facts": facts}
        if breach not in self.breaches:
            self.breaches.append(breach)

    def ask_open(self, sides: Iterable[tuple[Account, Account]]) -> None:
        """Refuse what would enter or leave a closed account, then what would leave a frozen one."""
        pairs = [(self.base(source), self.base(target)) for source, target in sides]
        if all(source.status == target.status == OPEN for source, target in pairs):
            return
        for account in (account for pair in pairs for account in pair):
            if account.status == CLOSED:
                self.refuse("ACCOUNT_CLOSED", account=account.id)
        for source, _ in pairs:
            if source.status == FROZEN:
                self.refuse("ACCOUNT_FROZEN", account=source.id)

    def count(self, source: Account, target: Account, amount: int) -> None:
        """Step both accounts' totals; raises `REPAYS_TOO_MUCH` or `OVERFLOW`.

        Which accounts a correction touches is only known here: so their status is asked here too.
        """
        if self.command.kind == "correction":
            self.ask_open([(source, target)])
        if target.klass == "overdrawn" and target.balance + amount > 0:
            raise Rejection("REPAYS_TOO_MUCH", account=target.id, short=str(-target.balance), asked=str(amount))
        source.seq += 1
        source.total_out += amount
        target.seq += 1
        target.total_in += amount
        if source.total_out > MAX_UNITS or target.total_in > MAX_UNITS:
            raise Rejection("OVERFLOW", account=source.id if source.total_out > MAX_UNITS else target.id)


def side(account: Account) -> dict[str, Any]:
    """One side of a posting: the account's own sequence number and totals after it."""
    return {"account": account.id, "seq": account.seq, "in": str(account.total_in), "out": str(account.total_out)}
