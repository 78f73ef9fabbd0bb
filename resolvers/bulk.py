"""Many requests at once: each for itself, or all of them or none.

Every item is authorized and composed as it would be alone.  Each for itself, items go to the door side by
side, in their order; all or none, they are linked, and one refusal takes all of them back.  What needs a second
officer waits for one alone; among linked ones it is refused (`APPROVAL_REQUIRED`).
"""

import asyncio
from collections.abc import Sequence

from db import lookups
from db.journal import DoorError, Outcome
from ledger.rejections import Rejection
from resolvers.attempts import attempted
from resolvers.context import Context
from resolvers.policy import ForbiddenError, require
from resolvers.recording import OTHER_DAY, Asked, Prepared, refusal_of, settle, submit
from resolvers.refusals import Refusal

MOST_ITEMS = 2_000
"""Items of one request: as many as the door writes in one transaction."""

No = Refusal | Rejection | ForbiddenError
Answer = Outcome | No
"""What became of an item."""


async def record_all(ctx: Context, items: Sequence[Asked | No], *, atomic: bool) -> list[Answer]:
    """Record requests in their order; an item that was refused before it became a request stands as its refusal.

    Raises nothing for what is wrong with an item: the answer at its place says it.
    """
    assert len(items) <= MOST_ITEMS, "the caller refuses more"
    composed = [await _composed(ctx, item) for item in items]
    if atomic:
        return await _linked(ctx, composed)
    return list(await asyncio.gather(*(_alone(ctx, item) for item in composed)))


async def _composed(ctx: Context, item: Asked | No) -> Prepared | No:
    if isinstance(item, No):
        return item
    try:
        require(ctx.principal, item.action, organization=item.organization)
        return await item.compose(ctx)
    except (Refusal, Rejection, ForbiddenError) as no:
        return no


async def _alone(ctx: Context, item: Prepared | No) -> Answer:
    if not isinstance(item, Prepared):
        return item
    try:
        return await submit(ctx, item)
    except (Refusal, Rejection) as no:
        return no


async def _linked(ctx: Context, items: Sequence[Prepared | No]) -> list[Answer]:
    """All or none: where one is refused, the others answer `NOT_TRIED`."""
    refused = {n: item for n, item in enumerate(items) if not isinstance(item, Prepared)}
    if refused:
        return _untried(len(items), refused)
    prepared = [item for item in items if isinstance(item, Prepared)]
    try:
        outcomes = await _append_linked(ctx, prepared)
    except Rejection as rejection:
        refused_item = rejection.item or 0
        attempted(ctx, prepared[refused_item].command, rejection)
        return _untried(len(items), {refused_item: rejection})
    except DoorError as error:
        no = refusal_of(error)
        return [no for _ in items]
    return [await _settled(ctx, item, outcome) for item, outcome in zip(prepared, outcomes, strict=True)]


async def _append_linked(ctx: Context, items: Sequence[Prepared]) -> list[Outcome]:
    """Append; commands that were accepted on another day, and say none themselves, keep that day."""
    assert ctx.door is not None, "the composition root gives every context that records a door"
    try:
        return await ctx.door.append_linked([(item.command, item.companions) for item in items])
    except Rejection as rejection:
        if rejection.code != OTHER_DAY or not items[rejection.item or 0].undated:
            raise
        days = await lookups.effectives(ctx.reader, ctx.journal.id, [item.command.id for item in items])
        again = [item.on(days[item.command.id]) if item.undated and item.command.id in days else item for item in items]
        return await ctx.door.append_linked([(item.command, item.companions) for item in again])


async def _settled(ctx: Context, item: Prepared, outcome: Outcome) -> Answer:
    try:
        await settle(ctx, item, outcome)
    except (Refusal, Rejection) as no:
        return no
    return outcome


def _untried(count: int, refused: dict[int, No]) -> list[Answer]:
    return [refused.get(n) or Refusal("NOT_TRIED") for n in range(count)]
