"""Money and goods that come in: donations, gifts in kind, openings, income.

The caller names the fund accounts (whose terms say what the money is for) and the custody account where
it lies; the outside accounts follow from who gave it and how.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from db import lookups
from db.journal import Outcome
from ledger.commands import INSTRUCTED, Move
from ledger.rejections import Rejection
from resolvers.context import Context
from resolvers.persons import Person, sealed
from resolvers.policy import require
from resolvers.recording import Money, Part, Prepared, Request, custody_in, money, submit, total
from resolvers.refusals import malformed

DONORS = ("natural", "enterprise", "institution", "anonymous", "unreported")
"""The classes of donors; an organization has one outside account for each class, channel and asset."""
CHANNELS = ("public-online", "public-offline", "private", "bank", "observed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming(Request):
    """What all money from outside has: its parts, each an earmark's fund account, and where it lies."""

    parts: tuple[Part, ...]
    custody: str

    def moves(self, klass: str) -> tuple[tuple[Move, ...], tuple[Move, ...]]:
        """The fund and custody moves of money that comes from an outside class."""
        if not self.parts:
            raise malformed("parts", "are missing")
        sums = total(self.parts)
        fund = tuple(
            Move(self.outside(klass, part.amount.asset), part.account, part.amount.units) for part in self.parts
        )
        return fund, custody_in(self, self.custody, sums)


@dataclass(frozen=True, slots=True, kw_only=True)
class Donation(Incoming):
    """A donation, gross.  Several earmarks are several parts.

    `person` is who gave, if a person is known: it goes to the vault, the leaf holds a commitment.
    """

    kind: ClassVar[str] = "donation"

    donor: str
    channel: str
    person: Person | None = None
    campaign: str | None = None
    platform: str | None = None
    receipt: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command, and the rows of the vault."""
        return await self.given(ctx, {})

    async def given(self, ctx: Context, more: Mapping[str, Any]) -> Prepared:
        """The command of a gift with further facts."""
        if self.donor not in DONORS:
            raise malformed("donor", f"must be one of {', '.join(DONORS)}")
        if self.channel not in CHANNELS:
            raise malformed("channel", f"must be one of {', '.join(CHANNELS)}")
        fund, custody = self.moves(f"donors:{self.donor}:{self.channel}")
        party, companions = await sealed(ctx, self.person)
        data = {
            "channel": self.channel, "party": party, "campaign": self.campaign, "platform": self.platform,
            "receipt": self.receipt, **more,
        }  # fmt: skip
        return self.prepared(self.command(ctx, data, fund, custody), companions, self.person)


@dataclass(frozen=True, slots=True)
class Valuation:
    """What a gift in kind is worth, on which basis (`invoice`, `customs`, `market`, `appraisal`) and day."""

    basis: str
    value: Money
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftInKind(Donation):
    """Goods, in their own unit and batch; `valuation` is left out where they cannot be valued."""

    kind: ClassVar[str] = "gift_in_kind"

    valuation: Valuation | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command, and the rows of the vault."""
        more: dict[str, Any] = {}
        if self.valuation is not None:
            value = money(self.valuation.value, "valuation.value")
            more["valuation"] = {
                "basis": self.valuation.basis, "value": str(value.units), "asset": value.asset, "on": self.valuation.on
            }  # fmt: skip
        elif self.mode == INSTRUCTED:
            await self._can_be_valued(ctx)
        return await self.given(ctx, more)

    async def _can_be_valued(self, ctx: Context) -> None:
        """Raise `NOT_VALUED` for goods that have no value here nor in their lot: they are a memorandum."""
        assets = {part.amount.asset for part in self.parts}
        missing = assets - await lookups.valued(ctx.reader, ctx.journal.id, assets)
        if missing:
            raise Rejection("NOT_VALUED", asset=min(missing))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening(Incoming):
    """What was held when the journal began; `basis` is `audited`, `unaudited` or `unreported`."""

    kind: ClassVar[str] = "opening"

    basis: str
    auditor: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        fund, custody = self.moves("opening")
        return self.prepared(self.command(ctx, {"basis": self.basis, "auditor": self.auditor}, fund, custody))


INCOMES = ("interest", "investment", "fees", "government", "service", "sale")


@dataclass(frozen=True, slots=True, kw_only=True)
class Income(Incoming):
    """Income that is no donation: `origin` is one of `INCOMES`."""

    kind: ClassVar[str] = "income"

    origin: str

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        if self.origin not in INCOMES:
            raise malformed("origin", f"must be one of {', '.join(INCOMES)}")
        fund, custody = self.moves(f"payers:{self.origin}")
        return self.prepared(self.command(ctx, {"source": self.origin}, fund, custody))


async def record_donation(ctx: Context, donation: Donation) -> Outcome:
    """Record a donation (捐赠), gross, one posting for each earmark.

    Raises `NOT_QUALIFIED` for public fundraising without the qualification, and the ledger's other noes.
    """
    require(ctx.principal, donation.action, organization=donation.organization)
    return await submit(ctx, await donation.compose(ctx))


async def record_gift_in_kind(ctx: Context, gift: GiftInKind) -> Outcome:
    """Record donated goods (实物捐赠) in their own unit."""
    require(ctx.principal, gift.action, organization=gift.organization)
    return await submit(ctx, await gift.compose(ctx))


async def record_opening(ctx: Context, opening: Opening) -> Outcome:
    """Record what was held when the journal began (期初结存)."""
    require(ctx.principal, opening.action, organization=opening.organization)
    return await submit(ctx, await opening.compose(ctx))


async def record_income(ctx: Context, income: Income) -> Outcome:
    """Record income that is no donation: interest, government support, sales and so on."""
    require(ctx.principal, income.action, organization=income.organization)
    return await submit(ctx, await income.compose(ctx))
