"""Money that moves within the books: allocation, transfer, fee release, moves of custody, conversion."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from db.journal import Outcome
from ledger.commands import Move
from resolvers.context import Context
from resolvers.policy import require
from resolvers.recording import Money, Part, Prepared, Request, money, same_assets, submit
from resolvers.refusals import malformed


@dataclass(frozen=True, slots=True)
class Leg:
    """So much from one account to another; `units` designates the very units to take.

    `balancing` makes the amount the most: what the source can pay (`from`), the target lacks (`to`), or `both`.
    """

    source: str
    target: str
    amount: Money
    units: tuple[tuple[int, int], ...] | None = None
    balancing: str | None = None

    def move(self) -> Move:
        """As the ledger's move."""
        return Move(self.source, self.target, self.amount.units, units=self.units, balancing=self.balancing)


async def checked(ctx: Context, legs: tuple[Leg, ...], name: str) -> tuple[Move, ...]:
    """The moves of legs between held accounts; raises `MALFORMED` or `ASSET_MISMATCH`."""
    if not legs:
        raise malformed(name, "are missing")
    for n, leg in enumerate(legs):
        money(leg.amount, f"{name}.{n}.amount")
    await same_assets(ctx, [(account, leg.amount) for leg in legs for account in (leg.source, leg.target)])
    return tuple(leg.move() for leg in legs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation(Request):
    """Fund money to another fund account.

    `ground` lets money leave its restriction: `basis` (`determination`, `donor-consent`, `filing`,
    `leftover`, `time-passed`), the day `on`, and perhaps the digest `evidence` and a `reference`;
    or else `change` is the position of an entry that documented it before.
    """

    kind: ClassVar[str] = "allocation"

    legs: tuple[Leg, ...]
    ground: Mapping[str, str] | None = None
    change: int | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        data = {"ground": dict(self.ground) if self.ground is not None else None, "change": self.change}
        return self.prepared(self.command(ctx, data, await checked(ctx, self.legs, "legs")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Request):
    """Money to another organization: its fund account and its custody account beside one's own.

    `change` is the position of an entry that documented a change of what it may be used for.
    """

    kind: ClassVar[str] = "transfer"

    legs: tuple[Leg, ...]
    custody: tuple[Leg, ...]
    change: int | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        fund, custody = await checked(ctx, self.legs, "legs"), await checked(ctx, self.custody, "custody")
        return self.prepared(self.command(ctx, {"change": self.change}, fund, custody))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRelease(Request):
    """The agreed management fee, released by its clause: `base` is `received` or `spent`, `rate` a decimal text."""

    kind: ClassVar[str] = "fee_release"

    legs: tuple[Leg, ...]
    clause: str
    base: str
    rate: str
    moment: str
    agreement: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        data = {
            "clause": self.clause, "base": self.base, "rate": self.rate, "moment": self.moment,
            "agreement": self.agreement,
        }  # fmt: skip
        return self.prepared(self.command(ctx, data, await checked(ctx, self.legs, "legs")))


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyMove(Request):
    """Money from one place where it lies to another: between banks, to the cash box, from a platform."""

    kind: ClassVar[str] = "custody_move"

    legs: tuple[Leg, ...]

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        return self.prepared(self.command(ctx, {}, (), await checked(ctx, self.legs, "legs")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion(Request):
    """Procurement or exchange: what is paid from one fund account, and what is bought onto another.

    `rate` documents an exchange: `value` (of what is bought, for one of what is paid), `source` and the day `on`.
    """

    kind: ClassVar[str] = "conversion"

    paid: Part
    bought: Part
    paid_from: str
    kept_at: str
    rate: Mapping[str, str] | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command: both halves in the fund book, both in the custody book."""
        paid, bought = money(self.paid.amount, "paid.amount"), money(self.bought.amount, "bought.amount")
        fund = (
            Move(self.paid.account, self.outside("conversion", paid.asset), paid.units, units=self.paid.units),
            Move(self.outside("conversion", bought.asset), self.bought.account, bought.units),
        )
        custody = (
            Move(self.paid_from, self.outside("custody", paid.asset), paid.units),
            Move(self.outside("custody", bought.asset), self.kept_at, bought.units),
        )
        return self.prepared(self.command(ctx, {"rate": self.rate}, fund, custody))


async def allocate(ctx: Context, allocation: Allocation) -> Outcome:
    """Allocate fund money to another fund account (划拨); raises `RESTRICTION_VIOLATED` and its kin."""
    require(ctx.principal, allocation.action, organization=allocation.organization)
    return await submit(ctx, await allocation.compose(ctx))


async def transfer(ctx: Context, transfer: Transfer) -> Outcome:
    """Transfer money to another organization (转拨), in both books."""
    require(ctx.principal, transfer.action, organization=transfer.organization)
    return await submit(ctx, await transfer.compose(ctx))


async def release_fee(ctx: Context, release: FeeRelease) -> Outcome:
    """Release the agreed management fee (管理费); raises `FEE_CAP_EXCEEDED`."""
    require(ctx.principal, release.action, organization=release.organization)
    return await submit(ctx, await release.compose(ctx))


async def move_custody(ctx: Context, move: CustodyMove) -> Outcome:
    """Move money from one place where it lies to another; its purposes stay as they are."""
    require(ctx.principal, move.action, organization=move.organization)
    return await submit(ctx, await move.compose(ctx))


async def convert(ctx: Context, conversion: Conversion) -> Outcome:
    """Convert money to goods or another currency (采购, 兑换)."""
    require(ctx.principal, conversion.action, organization=conversion.organization)
    return await submit(ctx, await conversion.compose(ctx))
