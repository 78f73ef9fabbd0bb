"""The whole application over a fresh database, asked in process."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from db.pools import Database
from resolvers.accounts import Account, open_account
from resolvers.binding import Period
from resolvers.context import Context, Role
from resolvers.disbursements import Disbursement, disburse
from resolvers.donations import Donation, record_donation
from resolvers.organizations import Organization, record_organization
from resolvers.recording import Money, Part
from resolvers.tokens import create_token
from schema import contract
from schema.asgi.application import application
from schema.asgi.composition import Platform, over
from schema.asgi.settings import Settings

_NAMESPACE = uuid.UUID("6d696e67-7a68-5fe6-988e-e8b4a6000001")
_ORGANIZATION = "hope"


@dataclass
class Site:
    """A served journal: its parts, a client, and a token per role."""

    platform: Platform
    client: httpx.AsyncClient
    tokens: dict[str, str]

    def headers(self, role: str | None) -> dict[str, str]:
        """The headers of a role; none for the public."""
        return {"authorization": f"Bearer {self.tokens[role]}"} if role else {}

    async def get(self, path: str, role: str | None = None, **headers: str) -> httpx.Response:
        """GET below the journal."""
        return await self.client.get(f"/journals/demo{path}", headers={**self.headers(role), **headers})

    async def ask(self, query: str, role: str | None = None, **variables: object) -> Any:  # noqa: ANN401 - an answer
        """Ask GraphQL; the whole answer."""
        body = {"query": query, "variables": variables}
        answer = await self.client.post("/graphql", json=body, headers=self.headers(role))
        return answer.json()

    async def data(self, query: str, role: str | None = None, **variables: object) -> Any:  # noqa: ANN401 - an answer
        """Ask GraphQL; the data of an answer without errors."""
        found = await self.ask(query, role, **variables)
        assert "errors" not in found, found
        return found["data"]


@cache
def built() -> contract.Contract:
    """The contract, built once a session."""
    return contract.build()


@asynccontextmanager
async def site(
    database: Database,
    data: Path,
    *,
    world: bool = True,
    publish: bool = True,
    **chosen: Any,  # noqa: ANN401 - more settings
) -> AsyncIterator[Site]:
    """Serve a demo journal."""
    settings = Settings(data, journal="demo", origin="mingzhang.test/demo", **chosen)
    async with over(database, settings, publish=publish) as platform:
        organization = await smallest_world(platform.context) if world else "hope"
        tokens = {}
        for role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.INSPECTOR):
            tokens[role.value] = (await create_token(platform.context, role=role, label="test")).token
        officer = await create_token(platform.context, role=Role.OFFICER, label="test", organization=organization)
        other = await create_token(platform.context, role=Role.OFFICER, label="test", organization="other")
        tokens |= {"officer": officer.token, "stranger": other.token}
        transport = httpx.ASGITransport(application(platform, built()), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://mingzhang.test") as client:
            yield Site(platform, client, tokens)


async def smallest_world(ctx: Context) -> str:
    """One organization, a restricted and a general fund, a donation and where it went."""
    status = (Period("registered", "2010-01-01"), Period("public-fundraising", "2017-01-01"))
    organization = Organization(
        id=_id("organization"), organization=_ORGANIZATION, name="希望基金会", name_en="Hope Foundation", status=status
    )
    await record_organization(ctx, organization)
    for account, book, klass in (("hope-general", "fund", "fund"), ("hope-bank", "custody", "bank")):
        opening = Account(id=_id(account), organization=_ORGANIZATION, account=account, book=book, klass=klass)
        await open_account(ctx, opening)
    for n, units in enumerate((500_000, 20_000)):
        part = Part("hope-general", Money("CNY/2", units))
        gift = Donation(
            id=_id(f"donation-{n}"), organization=_ORGANIZATION, parts=(part,), custody="hope-bank",
            donor="natural", channel="public-online", effective="2026-01-15",
        )  # fmt: skip
        await record_donation(ctx, gift)
    paid = Part("hope-general", Money("CNY/2", 120_000))
    payment = Disbursement(
        id=_id("disbursement"), organization=_ORGANIZATION, parts=(paid,), custody="hope-bank", effective="2026-02-20"
    )
    await disburse(ctx, payment)
    return _ORGANIZATION


def _id(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, name))
