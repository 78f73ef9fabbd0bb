"""The one read path: a selection, what policy lays on it, one statement, its answer."""

from db.answers import answer
from db.nouns import NOUNS
from db.planner import plan
from db.plans import Root, Selection
from resolvers.context import Context
from resolvers.policy import access


async def read(ctx: Context, root: Root, selection: Selection) -> object:
    """Answer one root field as JSON under the request's response keys.

    Raises `db.plans.BadReadError` for malformed arguments and `db.plans.RefusedError` for what the
    principal may not see.
    """
    return await answer(ctx.reader, plan(root, selection, NOUNS, access(ctx.principal), ctx.journal))
