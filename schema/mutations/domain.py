"""Recording domain records: one mutation a noun, whose input is made from the noun's declaration."""

from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry

from db.plans import snake
from ledger import domain
from ledger.domain import RecordNoun
from ledger.domain_nouns import RECORD_NOUNS
from resolvers.domain import DomainRecord, record_domain
from schema.domain import kind_of, lower_first
from schema.mutations.inputs import AmountInput
from schema.mutations.payloads import mutation, payload
from schema.relations import list_of


def _given(value: object, declared: domain.Field, path: str) -> object:
    """One value of an input as the record's content holds it."""
    match value:
        case Enum():
            return str(value.value).lower()
        case date():
            return value.isoformat()
        case bytes():
            return value.hex()
        case AmountInput():
            money = value.money(path)
            return {"asset": money.asset, "units": str(money.units)}
        case list():
            return [_given(item, declared, f"{path}.{n}") for n, item in enumerate(value)]
        case _ if declared.kind == "lines":
            return _content(value, declared.lines, f"{path}.")
        case _:
            return value


def _content(given: object, fields: tuple[domain.Field, ...], path: str = "") -> dict[str, object]:
    """What an input says, under the names of the declaration; what was left out is absent."""
    values = {each: getattr(given, f"{snake(each.name)}_") for each in fields}
    return {
        each.name: _given(value, each, f"{path}{each.name}")
        for each, value in values.items()
        if value is not None and value is not strawberry.UNSET
    }


def _annotation(owner: str, each: domain.Field) -> Any:  # noqa: ANN401 - an annotation
    if each.kind == "lines":
        return list_of(_LINES[each.line])
    kind = AmountInput if each.kind == "amount" else kind_of(owner, each)
    return list_of(kind) if each.many else kind


def _fields(owner: str, fields: tuple[domain.Field, ...]) -> dict[str, Any]:
    body: dict[str, Any] = {"__annotations__": {}, "__module__": __name__}
    for each in sorted(fields, key=lambda item: not item.needed):
        name, kind = f"{snake(each.name)}_", _annotation(owner, each)
        body["__annotations__"][name] = kind if each.needed else kind | None
        default: dict[str, Any] = {} if each.needed else {"default": None}
        body[name] = strawberry.field(name=each.name, description=each.description, **default)
    return body


def _line(each: domain.Field) -> Any:  # noqa: ANN401 - made at run time
    made = type(f"{each.line}Input", (), _fields(each.line, each.lines))
    return strawberry.input(made, description=f"One line: {each.doc}")


_LINES: dict[str, Any] = {
    each.line: _line(each) for noun in RECORD_NOUNS.values() for each in noun.fields if each.kind == "lines"
}


def _input(noun: RecordNoun) -> Any:  # noqa: ANN401 - made at run time
    head: dict[str, tuple[Any, str]] = {"id": (UUID, "The caller's own name for this command.")}
    if noun.owned:
        head["organization"] = (str, "The plain id of the organization that answers for it.")
    tail: dict[str, tuple[Any, str, Any]] = {
        "record": (str | None, "Its plain id; the command's id when left out.", None),
        "version": (int, "The version that was read and is to be replaced; 0 for a new record.", 0),
    }
    if noun.of_project:
        tail["project"] = (str | None, "The plain id of its project.", None)
    fields = _fields(noun.type, noun.fields)
    needed = {f"{snake(each.name)}_": fields[f"{snake(each.name)}_"] for each in noun.fields if each.needed}
    body: dict[str, Any] = {"__module__": __name__, "__annotations__": {}, "request": _request(noun)}
    for name, (kind, text) in head.items():
        body["__annotations__"][name] = kind
        body[name] = strawberry.field(description=text)
    body["__annotations__"] |= {name: fields["__annotations__"][name] for name in needed}
    for name, (kind, text, default) in tail.items():
        body["__annotations__"][name] = kind
        body[name] = strawberry.field(default=default, description=text)
    body["__annotations__"] |= {n: k for n, k in fields["__annotations__"].items() if n not in needed}
    body |= {name: value for name, value in fields.items() if not name.startswith("__")}
    doc = f"A version of a record: {noun.description}"
    return strawberry.input(type(f"Record{noun.type}Input", (), body), description=doc)


def _request(noun: RecordNoun) -> Any:  # noqa: ANN401 - a method of an input
    def request(self: Any) -> DomainRecord:  # noqa: ANN401 - made at run time
        """The use case's request."""
        return DomainRecord(
            noun=noun.name, id=str(self.id), organization=getattr(self, "organization", None),
            project=getattr(self, "project", None), record=self.record, version=self.version,
            content=_content(self, noun.fields),
        )  # fmt: skip

    return request


def _payload(noun: RecordNoun) -> Any:  # noqa: ANN401 - made at run time
    answer = payload(f"Record{noun.type}Payload", **{snake(lower_first(noun.type)): noun.type})
    answer.shown = "record"
    return answer


def _mutations() -> Any:  # noqa: ANN401 - made at run time
    body: dict[str, Any] = {"__module__": __name__, "__doc__": "Recording domain records."}
    for noun in RECORD_NOUNS.values():
        field = mutation(record_domain, DOMAIN_INPUTS[noun.name], _payload(noun))
        field.description = f"Record a {noun.type} ({noun.zh}), or the next version of one."
        body[f"record_{snake(lower_first(noun.type))}"] = field
    return strawberry.type(type("DomainMutations", (), body))


DOMAIN_INPUTS: dict[str, Any] = {noun.name: _input(noun) for noun in RECORD_NOUNS.values()}
"""The input of each noun's mutation."""
DomainMutations: Any = _mutations()
"""One mutation a noun."""
