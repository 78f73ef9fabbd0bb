"""What every mutation answers: the entry with its receipt, the object it is about, and named errors.

Objects are read back through the one read path, after the entry is durable.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from inspect import Parameter, Signature
from typing import Annotated, Any, Protocol

import strawberry

from db import lookups
from db.journal import Outcome
from db.plans import Root, Shape, Test
from ledger.decide import Accepted
from resolvers.context import Context
from resolvers.reading import read
from schema.enums import EntryState
from schema.mutations.errors import CAUGHT, PRESSURE, Problem, error_of
from schema.relations import lazy
from schema.scalars import BigInt, Hex
from schema.selections import selection_of

WHAT: Any = strawberry.argument(description="What to record.")
UseCase = Callable[[Context, Any], Awaitable[Outcome]]


class Input(Protocol):
    """An input type of a mutation."""

    def request(self) -> Any:  # noqa: ANN401 - each input makes the request of its own use case
        """The request of its use case; raises `Refusal` for what does not fit."""


async def read_back(info: strawberry.Info, noun: str, column: str, value: object) -> object:
    """One object of a payload as its selection asks, or None when it is not there for this principal."""
    if value is None:
        return None
    ctx: Context = info.context
    root = Root(Shape.ONE, noun, match=Test(column, "eq", value))
    return await read(ctx, root, selection_of(info._raw_info))  # noqa: SLF001 - Strawberry is pinned for it


@strawberry.type
class Payload:
    """The entry that was recorded and where it stands; or, with errors, nothing."""

    position: BigInt | None = None
    """The entry's position in the journal."""
    at: datetime | None = None
    """The ledger's clock when it was accepted."""
    leaf_hash: Hex | None = None
    """SHA-256(0x00 ‖ leaf): what a proof of inclusion leads from."""
    state: EntryState | None = None
    """How far it is secured."""
    replayed: bool = False
    """Whether the same command had been accepted before, and this is its stored result."""
    errors: list[Problem] = strawberry.field(default_factory=list)
    """Why nothing was recorded; empty when it was."""
    key: strawberry.Private[str | None] = None

    @strawberry.field
    async def entry(self, info: strawberry.Info) -> lazy("Entry") | None:  # type: ignore[valid-type]  # found by its name when the contract is built
        """The entry."""
        return await read_back(info, "Entry", "position", self.position)


def about(noun: str) -> Any:  # noqa: ANN401 - values never exist as Python objects
    """A payload's object, found by the plain id that the input named."""

    async def resolver(self: Payload, info: strawberry.Info) -> Any:  # noqa: ANN401 - JSON of the one read path
        return await read_back(info, noun, "key", self.key)

    resolver.__annotations__["return"] = lazy(noun) | None
    return strawberry.field(resolver=resolver, description=f"The {noun} as it stands now.")


def payload(name: str, doc: str = "What was recorded.", **objects: str) -> Any:  # noqa: ANN401 - made at run time
    """Make the payload type of one mutation.

    `objects` maps a field to the noun that it shows, found by what the request says under the field's name,
    or else by the request's id.
    """
    body: dict[str, Any] = {"__module__": __name__, "__doc__": doc, "__annotations__": {}}
    body |= {field: about(noun) for field, noun in objects.items()}
    made: Any = strawberry.type(type(name, (Payload,), body), description=doc)
    made.shown = next(iter(objects), "")
    globals()[name] = made
    return made


def mutation(use_case: UseCase, kind: type, answer: Any) -> Any:  # noqa: ANN401 - a field of the contract
    """A mutation with one `input`, whose use case answers an entry."""

    async def resolver(info: strawberry.Info, **arguments: Input) -> Any:  # noqa: ANN401 - the payload
        return await _run(info.context, use_case, arguments["input"], answer)

    parameters = [
        Parameter("info", Parameter.POSITIONAL_OR_KEYWORD, annotation=strawberry.Info),
        Parameter("input", Parameter.KEYWORD_ONLY, annotation=Annotated[kind, WHAT]),
    ]
    vars(resolver)["__signature__"] = Signature(parameters, return_annotation=answer)
    resolver.__annotations__ = {"info": strawberry.Info, "input": Annotated[kind, WHAT], "return": answer}
    return strawberry.field(resolver=resolver)


async def _run(ctx: Context, use_case: UseCase, given: Input, answer: Any) -> Any:  # noqa: ANN401 - made at run time
    """Run a use case and make its payload."""
    try:
        request = given.request()
        outcome = await use_case(ctx, request)
    except CAUGHT as caught:
        return answer(errors=[error_of(caught, ctx.language)])
    key = getattr(request, answer.shown, None) if answer.shown else None
    return answer(key=key or request.id, **await receipt(ctx, outcome))


async def receipt(ctx: Context, outcome: Outcome) -> dict[str, Any]:
    """Where an entry stands, as the fields of a payload."""
    if (pressure := PRESSURE.get()) is not None:
        pressure.recorded = True
    if isinstance(outcome, Accepted):
        return {
            "position": outcome.position, "at": outcome.document["at"], "leaf_hash": outcome.hash,
            "state": EntryState.RECORDED,
        }  # fmt: skip
    found = await lookups.receipts(ctx.reader, ctx.journal.id, [outcome.position])
    return replayed(found[outcome.position])


def replayed(found: lookups.Receipt) -> dict[str, Any]:
    """The receipt of an entry that was there before."""
    return {
        "position": found.position, "at": found.at, "leaf_hash": found.leaf_hash, "replayed": True,
        "state": EntryState[found.state],
    }  # fmt: skip
