"""Accounts: where money rests, in two books.

*Fund* accounts say whose purpose held money serves; *custody* accounts say where it lies (bank,
payment platform, cash box, warehouse).  Both are *held*: opened by an entry, never below zero.
*Outside* accounts are one per organization, class and asset; they need no opening and have no axis.
`overdrawn/<account>` is opened by an observed shortfall; it may be negative and has no axis either.
An opened account is `open`, `frozen` (nothing leaves it) or `closed` (nothing enters it either).
"""

import re
from dataclasses import dataclass, field

from ledger.assets import is_asset
from ledger.intervals import Spans, Units

FUND = "fund"
CUSTODY = "custody"
AGENCY = "agency"
"""The class of fund accounts that hold money for one recipient (受托代理): a liability."""
FUND_CLASSES = frozenset({FUND, AGENCY})
CUSTODY_CLASSES = frozenset({"bank", "platform", "cash", "warehouse"})
OUTSIDE_CLASSES = {
    "opening": r"",
    "donors": r":(natural|enterprise|institution|anonymous|unreported):[a-z0-9][a-z0-9-]{0,31}",
    "payers": r":(interest|investment|fees|government|service|sale)",
    "vendors": r"",
    "partners": r"",
    "staff": r"",
    "tax": r"",
    "fees": r"",
    "beneficiaries": r":([a-z0-9][a-z0-9-]{0,63}|-)",
    "conversion": r"",
    "investments": r"",
    "borrowers": r"",
    "losses": r"",
    "custody": r"",
}
"""Classes of outside accounts, with what follows the class in an id: never a person, only a kind of person."""
GOVERNMENT = "payers:government"
"""Who pays government money, which may not be invested (慈善法 55)."""
OPEN = "open"
FROZEN = "frozen"
CLOSED = "closed"
UNDETERMINED = "undetermined"
"""The built-in restriction of money whose purpose could not be read surely: it cannot be spent."""

_OPENED = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)
_OUTSIDE = re.compile(
    r"outside/(?P<organization>[a-z0-9][a-z0-9-]{0,63})/(?P<class>[a-z]+)(?P<rest>[a-z0-9:-]*)/(?P<asset>.+)",
    re.ASCII,
)
OVERDRAWN = "overdrawn/"


@dataclass(slots=True)
class Account:
    """Terms and running state of one account; totals in units, `free` in queue order.

    `received` counts what came from outside as income, less what was refunded or corrected (the base
    of a fee cap; it may go below zero), `fees` what the fee cap has released; `batches` are import
    batches that landed here and may still be open; `reserved` counts what holds keep, `pinned` the very
    units that some of them name.  `held`: the organization holds this money (opened and overdrawn accounts,
    not outside ones); `has_axis`: units on this account have names (held fund accounts that an entry opened).
    `recipient` is the account that agency money is for; `government` the entry by which government money first
    came here, itself or from an account where it had.
    """

    id: str
    book: str
    klass: str
    organization: str
    asset: str
    restriction: str | None = None
    project: str | None = None
    position: int = 0
    seq: int = 0
    total_in: int = 0
    total_out: int = 0
    received: int = 0
    fees: int = 0
    free: Spans = ()
    batches: tuple[str, ...] = field(default=())
    status: str = OPEN
    reserved: int = 0
    pinned: Units = ()
    recipient: str | None = None
    government: int | None = None
    held: bool = field(init=False, repr=False, compare=False)
    has_axis: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Say once what the id and the book tell, since every decision asks."""
        self.held = not self.id.startswith("outside/")
        self.has_axis = self.book == FUND and "/" not in self.id

    @property
    def balance(self) -> int:
        """Units in minus units out; negative only outside and overdrawn."""
        return self.total_in - self.total_out

    def copy(self) -> "Account":
        """A working copy, for a decision that may still be refused (field by field: it is the hottest of all)."""
        twin = Account.__new__(Account)
        twin.id = self.id
        twin.book = self.book
        twin.klass = self.klass
        twin.organization = self.organization
        twin.asset = self.asset
        twin.restriction = self.restriction
        twin.project = self.project
        twin.position = self.position
        twin.seq = self.seq
        twin.total_in = self.total_in
        twin.total_out = self.total_out
        twin.received = self.received
        twin.fees = self.fees
        twin.free = self.free
        twin.batches = self.batches
        twin.status = self.status
        twin.reserved = self.reserved
        twin.pinned = self.pinned
        twin.recipient = self.recipient
        twin.government = self.government
        twin.held = self.held
        twin.has_axis = self.has_axis
        return twin


def outside(organization: str, klass: str, asset: str) -> str:
    """The id of an outside account: one per organization, class and asset."""
    return f"outside/{organization}/{klass}/{asset}"


def is_opened_id(text: str) -> bool:
    """Whether `text` is the form of an account that an entry opens."""
    return _OPENED.fullmatch(text) is not None


def implied(account: str, position: int) -> Account | None:
    """The outside account that `account` names, unused so far; None if it names none."""
    match = _OUTSIDE.fullmatch(account)
    if match is None or match["class"] not in OUTSIDE_CLASSES or not is_asset(match["asset"]):
        return None
    if re.fullmatch(OUTSIDE_CLASSES[match["class"]], match["rest"], re.ASCII) is None:
        return None
    book = CUSTODY if match["class"] == "custody" else FUND
    return Account(account, book, match["class"], match["organization"], match["asset"], position=position)


def giver(account: str) -> str:
    """The outside account without the channel: who gave, however it came (a refund may take another way)."""
    return ":".join(account.split("/")[2].split(":")[:2])


def overdrawn(base: Account, position: int) -> Account:
    """The overdrawn account beside `base`, unused so far."""
    return Account(
        OVERDRAWN + base.id, base.book, "overdrawn", base.organization, base.asset, base.restriction,
        base.project, position,
    )  # fmt: skip
