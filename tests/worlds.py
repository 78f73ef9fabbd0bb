"""A real journal over a fresh database, and a small organization to try things on; for tests of every folder.

async with opened(fresh_database, tmp_path) as world:
    await charity(world)
    await record_donation(world.officer, donation(10_000))
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from db import vault, vault_keys
from db.journal import Door, open_journal
from db.pools import Database
from ledger.commands import Command
from resolvers.accounts import Account, open_account
from resolvers.binding import Period
from resolvers.context import PUBLIC, SYSTEM, Context, Principal, Role
from resolvers.donations import Donation
from resolvers.organizations import Organization, record_organization
from resolvers.recording import Money, Part, Use
from resolvers.restrictions import Restriction, declare_restriction

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
DAY = "2026-06-01"
CHARITY = "hubei"
OTHER = "hunan"
USCC = "53420000MJA000016R"


def new_id() -> str:
    """A fresh command id."""
    return str(uuid.uuid4())


@dataclass
class Clock:
    """A wall clock that stands still until told otherwise, so that a door never sees it jump."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        """The moment."""
        return self.at

    def forward(self, **by: float) -> None:
        """Go on by so much; under a minute, or the door closes."""
        self.at += timedelta(**by)


@dataclass
class World:
    """A journal with its contexts, one for each principal."""

    database: Database
    clock: Clock
    context: Context
    log: list[str] = field(default_factory=list)

    def as_(self, role: Role, organization: str | None = None, region: str | None = None) -> Context:
        """The context of a principal."""
        key = f"test-{role.value}"
        return self.context.as_principal(Principal(role, organization, region, key=key))

    @property
    def officer(self) -> Context:
        """An officer of the charity."""
        return self.as_(Role.OFFICER, CHARITY)

    @property
    def stranger(self) -> Context:
        """An officer of another organization."""
        return self.as_(Role.OFFICER, OTHER)

    @property
    def administrator(self) -> Context:
        """An administrator."""
        return self.context.as_principal(SYSTEM)

    @property
    def public(self) -> Context:
        """Anybody."""
        return self.context.as_principal(PUBLIC)

    async def rows(self, table: str) -> list[Mapping[str, Any]]:
        """Every row of a table, as the keeper of the database sees it."""
        async with self.database.pool("door", most=1) as pool:
            return [dict(row) for row in await pool.fetch(f"select * from {table}")]


@asynccontextmanager
async def opened(database: Database, data: Path, *, name: str = "main", at: datetime = NOW) -> AsyncIterator[World]:
    """Open a journal with position 0 over a database; `data` holds the vault's keys, `at` is what the clock says."""
    clock = Clock(at)
    async with database.pool("door", most=3) as pool, database.pool("reader", most=3) as reader:
        journal = await open_journal(pool, name, f"mingzhang.test/{name}")
        door = Door(pool, journal, clock)
        try:
            keys = vault_keys.open_keys(data, in_use=False)
            context = Context(
                principal=SYSTEM, journal=journal, reader=reader, now=clock, door=door, vault=vault.Vault(keys),
                keeper=pool, eraser=lambda: database.connect("eraser"),
            )  # fmt: skip
            facts = {"origin": journal.origin, "specification": "mingzhang/1", "zone": "Asia/Shanghai", "keys": []}
            await door.append(
                Command(new_id(), "journal_opened", "instructed", "system", str(context.today()), data=facts)
            )
            yield World(database, clock, context)
        finally:
            await door.close()


async def charity(world: World, organization: str = CHARITY, *, uscc: str | None = USCC) -> None:
    """A registered foundation with open fundraising, one restriction, and accounts.

    Fund: `<organization>-open` (unrestricted), `<organization>-bound` (education, fee cap 10 %),
    `<organization>-fee`.  Custody: `<organization>-bank`, `<organization>-cash`.
    """
    ctx = world.administrator
    await record_organization(ctx, Organization(
        id=new_id(), organization=organization, name="湖北省慈善基金会", kind="social-organization", uscc=uscc,
        legal_form="foundation" if uscc else None,
        status=[Period("registered", "2010-01-01"), Period("public-fundraising", "2017-01-01", "2027-12-31")],
    ))  # fmt: skip
    await declare_restriction(ctx, Restriction(
        id=new_id(), organization=organization, restriction=f"{organization}-school", purposes=["education"],
        fee_cap=1000,
    ))  # fmt: skip
    for suffix, book, klass, restriction in (
        ("open", "fund", "fund", None), ("bound", "fund", "fund", f"{organization}-school"),
        ("fee", "fund", "fund", None), ("bank", "custody", "bank", None), ("cash", "custody", "cash", None),
    ):  # fmt: skip
        await open_account(ctx, Account(
            id=new_id(), organization=organization, account=f"{organization}-{suffix}", book=book, klass=klass,
            restriction=restriction,
        ))  # fmt: skip


def cny(units: int) -> Money:
    """So many fen."""
    return Money("CNY/2", units)


def part(suffix: str, units: int, organization: str = CHARITY, **use: str) -> Part:
    """A part out of, or onto, one of the charity's fund accounts."""
    return Part(f"{organization}-{suffix}", cny(units), Use(**use) if use else None)


def donation(units: int, *, to: str = "open", organization: str = CHARITY, **more: Any) -> Donation:  # noqa: ANN401 - the fields of a donation
    """A donation by bank of so many fen to one of the charity's fund accounts."""
    facts: dict[str, Any] = {"id": new_id(), "donor": "natural", "channel": "bank", **more}
    return Donation(
        organization=organization, parts=(part(to, units, organization),), custody=f"{organization}-bank", **facts
    )
