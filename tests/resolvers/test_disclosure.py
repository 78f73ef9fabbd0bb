"""Public figures and balances are two ways of counting the same postings, so they must agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import pytest

from db.pools import Database
from ledger.commands import Command, Move
from ledger.decide import Accepted
from resolvers.accounts import Account, open_account
from resolvers.corrections import Correction, correct
from resolvers.demo import seed
from resolvers.disbursements import Disbursement, Expense, disburse, spend
from resolvers.disclosure import disclose
from resolvers.donations import record_donation
from resolvers.movements import Conversion, convert
from resolvers.recording import Money, Part
from resolvers.returns import Refund, ReturnedPayment, refund, return_payment
from tests.worlds import CHARITY, DAY, World, charity, cny, donation, new_id, opened, part

RICE = "GOODS:rice-10kg:LOT1/0"
FIGURES = ("donated", "income", "opened", "refunded", "granted", "costs", "converted", "acquired")
BANK = "hubei-bank"


@pytest.fixture
async def world(fresh_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """A journal with a charity that may keep rice, and 1,000 fen."""
    async with opened(fresh_database, tmp_path) as made:
        await charity(made)
        for name, book, klass in (("rice", "fund", "fund"), ("store", "custody", "warehouse")):
            await open_account(made.officer, Account(
                id=new_id(), organization=CHARITY, account=name, book=book, klass=klass, asset=RICE
            ))  # fmt: skip
        await record_donation(made.officer, donation(1_000))
        yield made


async def figures(world: World, asset: str = "CNY/2") -> dict[str, int]:
    """The figures of an asset that are not 0, over all rows."""
    found: Counter[str] = Counter()
    for row in (await disclose(world.context)).rows:
        if row.money.asset == asset:
            found.update({name: getattr(row.money, name) for name in FIGURES})
    return {name: units for name, units in found.items() if units}


async def held(world: World) -> dict[str, int]:
    """What the fund accounts of each asset hold, less what was paid without cover."""
    found: Counter[str] = Counter()
    for row in await world.rows("account"):
        if row["book"] == "fund" and not row["id"].startswith("outside/"):
            found[row["asset"]] += row["total_in"] - row["total_out"]
    return dict(found)


async def add_up(world: World) -> None:
    """The sum that every reader can do."""
    for asset, units in (await held(world)).items():
        f = Counter(await figures(world, asset))
        received = f["donated"] + f["income"] + f["opened"] + f["acquired"]
        assert received - f["granted"] - f["costs"] - f["converted"] - f["refunded"] == units, asset


async def position(doing: Awaitable[object]) -> int:
    """Where it was written."""
    outcome = await doing
    assert isinstance(outcome, Accepted)
    return outcome.position


async def corrected(world: World, entry: int) -> int:
    """Correct an entry; the correction's position."""
    made = Correction(id=new_id(), organization=CHARITY, of=entry, reason="mistaken")
    return await position(correct(world.officer, made))


def bought(units: int, bags: int) -> Conversion:
    """So many bags for so many fen."""
    return Conversion(
        id=new_id(), organization=CHARITY, paid=part("open", units), bought=Part("rice", Money(RICE, bags)),
        paid_from=BANK, kept_at="store",
    )  # fmt: skip


def paid(units: int) -> Disbursement:
    """So many fen to beneficiaries."""
    return Disbursement(id=new_id(), organization=CHARITY, parts=(part("open", units),), custody=BANK)


async def test_the_demos_figures_are_its_balances(fresh_database: Database, tmp_path: Path) -> None:
    async with opened(fresh_database, tmp_path) as world:
        await seed(world.administrator)
        await add_up(world)
        assert (await figures(world))["converted"] == 600_000
        assert await figures(world, RICE) == {"granted": 90, "acquired": 100}


async def test_bought_goods_are_neither_held_as_money_nor_spent(world: World) -> None:
    entry = await position(convert(world.officer, bought(300, 10)))
    assert await figures(world) == {"donated": 1_000, "converted": 300}
    assert await figures(world, RICE) == {"acquired": 10}
    await add_up(world)
    await corrected(world, entry)
    assert (await figures(world), await figures(world, RICE)) == ({"donated": 1_000}, {})
    await add_up(world)


async def test_a_return_that_was_corrected_never_came(world: World) -> None:
    pay = await position(disburse(world.officer, paid(400)))
    back = ReturnedPayment(id=new_id(), organization=CHARITY, of=(pay, 0), amount=cny(150), custody=BANK)
    returned = await position(return_payment(world.officer, back))
    assert (await figures(world))["granted"] == 250
    await add_up(world)
    await corrected(world, returned)
    assert (await figures(world))["granted"] == 400
    await add_up(world)


async def test_what_was_refunded_to_us_for_an_unknown_payment_is_no_refund_of_a_gift(world: World) -> None:
    cost = Expense(id=new_id(), organization=CHARITY, parts=(part("open", 70),), custody=BANK, spent_on="staff")
    await spend(world.officer, cost)
    door = world.context.door
    assert door is not None
    for payee, units in (("vendors", 20), ("staff", 30)):
        command = Command(
            new_id(), "refund", "observed", "test-officer", DAY, CHARITY, {"original": "unknown"},
            (Move(f"outside/{CHARITY}/{payee}/CNY/2", "hubei-open", units, None, None, None),),
            (Move(f"outside/{CHARITY}/custody/CNY/2", BANK, units, None, None, None),),
        )  # fmt: skip
        entry = await position(door.append(command))
    assert await figures(world) == {"donated": 1_000, "granted": -20, "costs": 40}
    await add_up(world)
    await corrected(world, entry)
    assert await figures(world) == {"donated": 1_000, "granted": -20, "costs": 70}
    await add_up(world)


async def test_a_refund_to_a_donor_and_its_correction(world: World) -> None:
    gift = await position(record_donation(world.officer, donation(100)))
    give = Refund(id=new_id(), organization=CHARITY, parts=(part("open", 60),), custody=BANK, of=(gift, 0))
    entry = await position(refund(world.officer, give))
    assert await figures(world) == {"donated": 1_100, "refunded": 60}
    await add_up(world)
    await corrected(world, entry)
    assert await figures(world) == {"donated": 1_100}
    await add_up(world)
