"""Commands: what a caller asks the journal to record, before anything is decided.

A command is named by its caller (a UUID; version 7 keeps indexes small) and carries its moves: what
the fund book and the custody book should change.  `decide` turns it into an entry or a rejection.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.intervals import Units

INSTRUCTED = "instructed"
OBSERVED = "observed"


@dataclass(frozen=True, slots=True)
class Origin:
    """The posting whose money a move brings back: entry position and index in its fund book."""

    entry: int
    posting: int


@dataclass(frozen=True, slots=True)
class Move:
    """One leg asked for: `amount` units from one account to another.

    `use` says what spent money is for; `units` designates the very units to take (of the source's
    inflow axis, or of the paying posting for a return); `of` links a return to its payment.
    `balancing` makes `amount` the most: no more than the source can pay (`from`), the target lacks (`to`), or `both`.
    """

    source: str
    target: str
    amount: int
    use: Mapping[str, str] | None = None
    units: Units | None = None
    of: Origin | None = None
    balancing: str | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """A second officer's yes to a command: who (a key id), and the Ed25519 signatures of those who have keys (hex)."""

    approver: str
    approver_signature: str | None = None
    initiator_signature: str | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to record.  Dates are ISO texts in the journal's civil zone; `actor` is a key id.

    `formed` notes that its form has been looked at (`ledger/forms.py`), so that the door need not ask twice.
    """

    id: str
    kind: str
    mode: str
    actor: str
    effective: str
    organization: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    fund: tuple[Move, ...] = ()
    custody: tuple[Move, ...] = ()
    document_date: str | None = None
    voucher: Mapping[str, Any] | None = None
    approval: Approval | None = None
    formed: bool = field(default=False, init=False, repr=False, compare=False)
