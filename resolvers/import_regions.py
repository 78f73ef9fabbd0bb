"""Which list of regions an import reads places by: the operator's, else the one that the house brings along."""

import orjson

from db import lookups
from resolvers import home_regions
from resolvers.context import SYSTEM, Context
from resolvers.place_names import PlaceNames
from resolvers.references import load_reference


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


async def load_home_regions(ctx: Context) -> int:
    """Load the list that the house brings along, once; whoever imports needs it, so the house loads it."""
    outcome = await load_reference(ctx.as_principal(SYSTEM), home_regions.NAME, orjson.loads(home_regions.content()))
    return outcome.position
