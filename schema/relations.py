"""How object types declare what their rows point at, without importing one another.

A type is named, and found in `schema.types` when the contract is built; values
never exist as Python objects, since answers arrive as JSON (`schema/reading.py`).
"""

from datetime import date
from inspect import Parameter, Signature
from types import GenericAlias
from typing import Annotated, Any, ForwardRef, get_args

import strawberry

from schema.filters import ORDER, WHERE

PLANNED = "mingzhang.planned"
"""Marks a field that the one statement of its root answers."""
ROOT = "mingzhang.root"
"""Holds the `Lookup` of a root field."""
NEEDS = "mingzhang.needs"
"""Names the columns that a field's own resolver reads, under `$name` keys of its source."""

_FIRST = "At most so many from the start: 0 to 100; exactly one of first and last is required."
_ARGUMENTS: dict[str, tuple[Any, str]] = {
    "first": (int | None, _FIRST),
    "last": (int | None, "At most so many from the end."),
    "after": (str | None, "After this cursor."),
    "before": (str | None, "Before this cursor."),
}
_ON = "As of this civil date, first and last days included."


def lazy(name: str) -> Any:  # noqa: ANN401 - an annotation
    """A type of the contract by its name."""
    return Annotated[ForwardRef(name), strawberry.lazy("schema.types")]


def list_of(kind: Any) -> Any:  # noqa: ANN401 - an annotation
    """A list of a type that is known at run time only."""
    return GenericAlias(list, (kind,))


def _or_none(kind: Any) -> Any:  # noqa: ANN401 - an annotation
    return kind | None


def required(kind: Any) -> bool:  # noqa: ANN401 - an annotation
    """Whether an argument of this kind must be given."""
    return type(None) not in get_args(kind)


def _field(  # values never exist as Python objects
    answer: Any,  # noqa: ANN401 - an annotation or value known at run time only
    arguments: dict[str, tuple[Any, str]],
    *,
    name: str | None = None,
    root: object = None,
) -> Any:  # noqa: ANN401 - an annotation or value known at run time only
    """A field with arguments whose value is in the answer already."""
    parameters = [
        Parameter(
            argument,
            Parameter.KEYWORD_ONLY,
            default=Parameter.empty if required(kind) else strawberry.UNSET,
            annotation=Annotated[kind, strawberry.argument(description=description)],
        )
        for argument, (kind, description) in arguments.items()
    ]

    def resolver(**_: object) -> None:
        """Answered by the statement of the root field; replaced in `schema/reading.py`."""

    vars(resolver)["__signature__"] = Signature(parameters, return_annotation=answer)
    resolver.__doc__ = None
    return strawberry.field(name=name, resolver=resolver, metadata={PLANNED: True, ROOT: root})


def one(name: str, *, arguments: dict[str, tuple[Any, str]] | None = None, root: object = None) -> Any:  # noqa: ANN401 - an annotation or value known at run time only
    """The one object behind this field, or nothing."""
    return _field(_or_none(lazy(name)), arguments or {}, root=root)


def event(name: str, arguments: dict[str, tuple[Any, str]], *, null: bool = False) -> Any:  # noqa: ANN401 - values never exist as Python objects
    """What a subscription is told again and again; answered by `resolvers/events.py`."""
    return _field(_or_none(lazy(name)) if null else lazy(name), arguments)


def embedded(kind: str, *, name: str | None = None) -> Any:  # noqa: ANN401 - values never exist as Python objects
    """An object that is always there, such as an amount; `name` where Python's keyword is in the way."""
    return _field(lazy(kind), {}, name=name)


def embedded_or_none(kind: str) -> Any:  # noqa: ANN401 -- values never exist as Python objects
    """An object that may be nothing, such as an amount that was not said."""
    return _field(_or_none(lazy(kind)), {})


def listed(name: str, *, dated: bool = False, null: bool = False) -> Any:  # noqa: ANN401 - an annotation or value known at run time only
    """A short list without pages; `dated` ones can be asked for as of a date."""
    kind = list_of(lazy(name))
    return _field(_or_none(kind) if null else kind, {"on": (date | None, _ON)} if dated else {})


def page_arguments(noun: str) -> dict[str, tuple[Any, str]]:
    """The arguments of every connection of this noun."""
    arguments = dict(_ARGUMENTS)
    arguments["where"] = (WHERE[noun] | None, "Only these.")
    if ORDER[noun] is not None:
        arguments["order_by"] = (_or_none(list_of(ORDER[noun])), "In this order; the id breaks ties.")
    return arguments


def connection(noun: str, *, more: dict[str, tuple[Any, str]] | None = None, root: object = None) -> Any:  # noqa: ANN401 - an annotation or value known at run time only
    """A connection of a noun."""
    return _field(lazy(f"{noun}Connection"), page_arguments(noun) | (more or {}), root=root)


def flag(*, on: str) -> Any:  # noqa: ANN401 - values never exist as Python objects
    """A yes or no as of a date that must be given."""
    return _field(bool, {"on": (date, on)})


def many_nodes(root: object = None) -> Any:  # noqa: ANN401 - values never exist as Python objects
    """Objects of any type by their ids."""
    ids = {"ids": (list[strawberry.ID], "At most 100 ids.")}
    return _field(list_of(_or_none(lazy("Node"))), ids, root=root)
