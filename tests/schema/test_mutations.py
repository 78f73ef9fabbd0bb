"""Mutations over a real journal: what they answer, read back through the one read path, and their named noes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import strawberry

from db.pools import Database
from resolvers.context import Context
from tests.worlds import CHARITY, World, charity, new_id, opened


@dataclass
class Counter:
    """Sends documents to the contract over a world."""

    schema: strawberry.Schema
    world: World

    async def ask(self, document: str, ctx: Context | None = None, **variables: object) -> Any:  # noqa: ANN401 - JSON
        """The result, errors and all."""
        return await self.schema.execute(document, variables, ctx or self.world.officer)

    async def data(self, document: str, ctx: Context | None = None, **variables: object) -> Any:  # noqa: ANN401 - JSON
        """The data of a request without errors."""
        result = await self.ask(document, ctx, **variables)
        assert result.errors is None, result.errors
        return result.data

    async def record(self, name: str, given: object, ctx: Context | None = None, fields: str = "") -> Any:  # noqa: ANN401 - JSON
        """The payload of one mutation."""
        kind = name[0].upper() + name[1:] + "Input"
        document = f"""
            mutation Do($input: {kind}!) {{ {name}(input: $input) {{
                position at leafHash state replayed errors {{ {ERRORS} }} {fields}
            }} }}"""
        return (await self.data(document, ctx, input=given))[name]


ERRORS = """
    __typename code message path
    ... on Malformed { field why }
    ... on RestrictionViolated { account dimension allowed askedFor: asked }
    ... on InsufficientFunds { account held units: asked }
    ... on ExistsWithDifferent { field stored text: asked at: position }
    ... on NotFound { what key }
    ... on Forbidden { action role }
    ... on Rejected { facts }
"""


@pytest.fixture
async def counter(fresh_database: Database, tmp_path: Path, built: strawberry.Schema) -> AsyncIterator[Counter]:
    """A counter over a world with a charity."""
    async with opened(fresh_database, tmp_path) as world:
        await charity(world)
        yield Counter(built, world)


def donation(quantity: str, to: str = "open", **more: object) -> dict[str, object]:
    """The input of a donation."""
    return {
        "id": new_id(), "organization": CHARITY, "donor": "NATURAL", "channel": "BANK", "custody": "hubei-bank",
        "parts": [{"account": f"hubei-{to}", "amount": {"quantity": quantity}}], **more,
    }  # fmt: skip


async def test_a_donation_is_recorded_read_back_and_sent_again(counter: Counter) -> None:
    given = donation("100.50")
    fields = "entry { kind position organizationKey postings(first: 5) { nodes { amount { quantity minorUnits } } } }"
    done = await counter.record("recordDonation", given, fields=fields)
    assert done["errors"] == []
    assert done["state"] == "RECORDED"
    assert not done["replayed"]
    assert done["entry"]["kind"] == "DONATION"
    assert done["entry"]["position"] == done["position"]
    assert {"amount": {"quantity": "100.50", "minorUnits": "10050"}} in done["entry"]["postings"]["nodes"]
    again = await counter.record("recordDonation", given, fields=fields)
    assert again == done | {"replayed": True}
    other = await counter.record("recordDonation", given | {"parts": donation("7")["parts"]})
    assert other["position"] is None
    (error,) = other["errors"]
    assert error["__typename"] == "ExistsWithDifferent"
    assert error["at"] == done["position"]
