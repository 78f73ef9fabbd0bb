"""Which list of regions an import reads places by: the operator's, else the one that the house brings along."""

from datetime import date
from hashlib import sha256

import orjson

from db import import_batches, lookups
from ledger.commands import OBSERVED, Command
from resolvers import home_regions
from resolvers.context import Context
from resolvers.import_accounts import derived
from resolvers.place_names import PlaceNames
from resolvers.policy import require


async def place_names(ctx: Context | None) -> tuple[PlaceNames, bool]:
    """The places of the newest loaded list, and whether one is loaded; else those of the home list."""
    editions = [] if ctx is None else await lookups.editions(ctx.reader, ctx.journal.id, home_regions.NAME)
    if ctx is None or not editions:
        return _names(home_regions.content()), False
    content = await lookups.reference_content(ctx.reader, ctx.journal.id, home_regions.NAME, editions[-1])
    assert content is not None, "the edition was listed a moment ago"
    return _names(content), True


def _names(content: bytes) -> PlaceNames:
    document = orjson.loads(content)
    return PlaceNames.of(str(document["edition"]), ((item["code"], item["name"]) for item in document["items"]))


async def load_regions(ctx: Context, content: bytes) -> int:
    """Load a list of regions (canonical JSON `{"edition", "items"}`); return the entry's position.

    Raises `Rejection` ALREADY_EXISTS for an edition that is loaded.
    """
    require(ctx.principal, "load-reference")
    assert ctx.door is not None, "the composition root gives every context that records a door"
    edition, digest = str(orjson.loads(content)["edition"]), sha256(content)
    data = {"name": home_regions.NAME, "edition": edition, "digest": digest.hexdigest()}
    command = Command(
        derived("reference", ctx.journal.name, home_regions.NAME, edition), "reference_loaded", OBSERVED,
        ctx.principal.key, f"{edition[:4]}-{edition[4:6]}-01", data=data,
    )  # fmt: skip
    since = date.fromisoformat(command.effective)
    rows = import_batches.region_companions(edition, content, digest.digest(), since)
    return (await ctx.door.append(command, rows)).position


async def load_home_regions(ctx: Context) -> int:
    """Load the list that the house brings along, once."""
    return await load_regions(ctx, home_regions.content())
