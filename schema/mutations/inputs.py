"""What inputs are made of: the head of every entry, amounts, parts, uses, persons, dated lines.

Money comes in as an asset and either a decimal quantity or minor units, both texts; never a float.
"""

from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry

from ledger.assets import AmountError, Asset, parse_decimal
from resolvers.binding import Period
from resolvers.movements import Leg
from resolvers.persons import Person
from resolvers.recording import Money, Part, Use
from resolvers.refusals import malformed
from schema.mutations.codes import Balancing, CostClass, InputMode
from schema.scalars import BigInt, Rate


def day(value: date | None) -> str | None:
    """A date as its ISO text."""
    return None if value is None else value.isoformat()


def position(value: int | None) -> int | None:
    """An entry's position."""
    return None if value is None else int(value)


def code(value: Enum | None) -> Any:  # noqa: ANN401 - the ledger's text of any member, or None
    """The ledger's code of an enumeration's member."""
    return None if value is None else value.value


@strawberry.input
class VoucherInput:
    """The paper voucher (记账凭证) that an entry is booked under."""

    book: str
    """Which book."""
    period: str
    """Which period of it, such as 2026-06."""
    number: str
    """Its number."""


@strawberry.input
class EntryHead:
    """What everything that can be recorded says."""

    id: UUID
    """The caller's own name for this command: sent again with the same content, it answers the stored result."""
    organization: str
    """The plain id of the organization that answers for it."""
    effective: date | None = None
    """The value date; today in the journal's zone when left out."""
    mode: InputMode = InputMode.INSTRUCTED
    """Asked to happen, or happened."""
    document_date: date | None = None
    """The date of the paper behind it."""
    voucher: VoucherInput | None = None
    """The voucher behind it."""

    def head(self) -> dict[str, Any]:
        """As the head of a request."""
        voucher = self.voucher
        named = None if voucher is None else {
            "book": voucher.book, "period": voucher.period, "number": voucher.number
        }  # fmt: skip
        return {
            "id": str(self.id), "organization": self.organization, "effective": day(self.effective),
            "mode": self.mode.value, "document_date": day(self.document_date), "voucher": named,
        }  # fmt: skip


@strawberry.input
class PayingHead(EntryHead):
    """The head of what may pay a hold."""

    hold: BigInt | None = None
    """The position of the hold that it pays, whole or in part; its legs are then the hold's, without units."""

    def head(self) -> dict[str, Any]:
        """As the head of a request."""
        source = {} if self.hold is None else {"source": {"hold": int(self.hold)}}
        return EntryHead.head(self) | source


@strawberry.input
class AmountInput:
    """An amount of an asset: exactly one of `quantity` and `minorUnits`."""

    asset: str = "CNY/2"
    """Such as `CNY/2` or `GOODS:n95-mask:LOT7/0`; its scale says how many decimals a quantity may have."""
    quantity: Rate | None = None
    """In whole units with decimals, such as 1234.50; never rounded."""
    minor_units: BigInt | None = None
    """In minor units."""

    def money(self, path: str) -> Money:
        """As the ledger counts it; raises `MALFORMED`."""
        if (self.quantity is None) == (self.minor_units is None):
            raise malformed(path, "must have exactly one of quantity and minorUnits")
        try:
            asset = Asset.parse(self.asset)
            units = self.minor_units if self.quantity is None else parse_decimal(str(self.quantity), asset.scale)
        except AmountError as error:
            raise malformed(path, str(error)) from None
        assert units is not None, "one of the two was given"
        if units <= 0:
            raise malformed(path, "must be at least one minor unit; what goes back is a refund or a correction")
        return Money(self.asset, int(units))


@strawberry.input
class UseInput:
    """What money is spent on; restricted money must satisfy its restriction here."""

    purpose: str | None = None
    """A code of the focus areas."""
    region: str | None = None
    """Where, `code@edition`."""
    project: str | None = None
    """The plain id of the project."""
    category: str | None = None
    """The beneficiary category that it relies on."""
    cost: CostClass | None = None
    """The law's cost class."""

    def use(self) -> Use:
        """As the ledger knows it."""
        return Use(self.purpose, self.region, self.project, self.category, code(self.cost))


@strawberry.input
class UnitsInput:
    """Units of an account's inflow axis, from `lo` up to but not including `hi`."""

    lo: BigInt
    """The first unit."""
    hi: BigInt
    """The unit after the last."""


@strawberry.input
class PartInput:
    """One part: a fund account and an amount."""

    account: str
    """The plain id of the fund account."""
    amount: AmountInput
    """How much."""

    def part(self, path: str) -> Part:
        """As the ledger knows it."""
        return Part(self.account, self.amount.money(f"{path}.amount"))


@strawberry.input
class SpendingInput(PartInput):
    """One part of what is spent: a fund account, an amount, and what for."""

    use: UseInput | None = None
    """What for."""
    units: list[UnitsInput] | None = None
    """The very units to take; the oldest when left out."""

    def part(self, path: str) -> Part:
        """As the ledger knows it."""
        use = self.use.use() if self.use is not None else None
        return Part(self.account, self.amount.money(f"{path}.amount"), use, intervals(self.units))


@strawberry.input
class LegInput:
    """So much from one account to another."""

    source: str
    """The plain id of the account that it leaves."""
    target: str
    """The plain id of the account that it goes to."""
    amount: AmountInput
    """How much."""
    units: list[UnitsInput] | None = None
    """The very units to take, of a fund account; the oldest when left out."""
    balancing: Balancing | None = None
    """Makes the amount the most that is moved: no more than there is, or than is lacking."""

    def leg(self, path: str) -> Leg:
        """As the ledger knows it."""
        return Leg(
            self.source, self.target, self.amount.money(f"{path}.amount"), intervals(self.units), code(self.balancing)
        )


@strawberry.input
class PostingRef:
    """One fund posting of an entry."""

    position: BigInt
    """The entry's position."""
    posting: int = 0
    """The posting's index in the entry's fund book."""

    def origin(self) -> tuple[int, int]:
        """Entry and index."""
        return int(self.position), self.posting


@strawberry.input
class PersonInput:
    """A person.  All of it goes to the vault; the journal holds a commitment with a fresh salt."""

    name: str
    """The name."""
    citizen_number: str | None = None
    """The citizen number (公民身份号码); checked, and matched by a keyed hash."""
    phone: str | None = None
    """A telephone number."""
    account: str | None = None
    """A bank account or other number to pay to."""
    address: str | None = None
    """An address."""
    note: str | None = None
    """Anything else that must be kept."""

    def person(self) -> Person:
        """As the vault takes it."""
        named = {
            "name": self.name, "citizenNumber": self.citizen_number, "phone": self.phone, "account": self.account,
            "address": self.address, "note": self.note,
        }  # fmt: skip
        return Person({name: value for name, value in named.items() if value is not None})


@strawberry.input
class PeriodInput:
    """Something that holds from a day to a day, both included."""

    kind: str
    """What holds."""
    valid_from: date
    """The first day."""
    valid_until: date | None = None
    """The last day, or open."""

    def period(self) -> Period:
        """As a record holds it."""
        return Period(self.kind, self.valid_from.isoformat(), day(self.valid_until))


def person(given: PersonInput | None) -> Person | None:
    """The person, if one is given."""
    return None if given is None else given.person()


def intervals(units: list[UnitsInput] | None) -> tuple[tuple[int, int], ...] | None:
    """Designated units."""
    return None if units is None else tuple((int(unit.lo), int(unit.hi)) for unit in units)


def parts(given: list[PartInput] | list[SpendingInput]) -> tuple[Part, ...]:
    """Every part."""
    return tuple(item.part(f"parts.{n}") for n, item in enumerate(given))


def legs(given: list[LegInput], name: str = "legs") -> tuple[Leg, ...]:
    """Every leg."""
    return tuple(item.leg(f"{name}.{n}") for n, item in enumerate(given))
