"""Domain records in the contract: a type, its lists and its references for every declared noun.

Made at import from `ledger/domain_nouns.py`, as filters are (`schema/filters.py`); Strawberry finds the classes under
their names in `schema/types.py`.
"""

from datetime import date
from typing import Any

import strawberry

from db.plans import snake
from ledger import domain
from ledger.domain import RecordNoun
from ledger.domain_nouns import RECORD_NOUNS, TYPES
from schema.enums import ENUMS
from schema.nodes import Node
from schema.relations import connection, embedded, list_of, listed, one
from schema.roots import by_key, every
from schema.scalars import BigInt, Hex, Rate

_AS_OF = "As the records stood after the entry at this position; as they stand now when left out."
_SCALARS: dict[str, Any] = {
    "day": date, "number": int, "flag": bool, "rate": Rate, "digest": Hex, "entry": BigInt,
}  # fmt: skip
"""How kinds that are no text are shown and given."""


def kind_of(owner: str, declared: domain.Field) -> Any:  # noqa: ANN401 - an annotation
    """The type of one value of a plain field of `owner`, a type of the contract."""
    if declared.kind == "choice":
        return ENUMS[f"{owner}.{declared.name}"]
    return _SCALARS.get(declared.kind, str)


def lower_first(name: str) -> str:
    """`CharitableTrust` as fields are called after it: `charitableTrust`."""
    return name[0].lower() + name[1:]


def _described(field: Any, text: str, name: str) -> Any:  # noqa: ANN401 - a field of the contract
    field.description, field.graphql_name = text, name
    return field


class _Body:
    """The body of a class in the making; names in Python end in `_`, which spares its keywords."""

    def __init__(self, doc: str) -> None:
        self.made: dict[str, Any] = {"__annotations__": {}, "__doc__": doc, "__module__": __name__}

    def value(self, name: str, kind: Any, text: str, *, null: bool) -> None:  # noqa: ANN401 - an annotation
        """Add a field that holds a value."""
        self.made["__annotations__"][f"{snake(name)}_"] = kind | None if null else kind
        self.made[f"{snake(name)}_"] = strawberry.field(name=name, description=text)

    def relation(self, name: str, field: Any, text: str) -> None:  # noqa: ANN401 - a field of the contract
        """Add a field that leads on."""
        self.made[f"{snake(name)}_"] = _described(field, text, name)

    def declared(self, owner: str, each: domain.Field, *, line: bool) -> None:
        """Add the fields by which one declared field is shown; the same names as in `db/domain.py`."""
        name, text, null = each.name, each.description, not each.needed
        if each.kind == "lines":
            self.relation(name, listed(each.line), text)
        elif each.kind == "amount":
            self.relation(name, one("Amount") if null else embedded("Amount"), text)
        elif each.many:
            self.value(name, list_of(kind_of(owner, each)), text, null=False)
        elif each.kind == "record" and not line:
            self.value(f"{name}Key", str, f"{text.removesuffix('.')}, by its plain id.", null=null)
            self.relation(name, one(TYPES[each.of]), text)
        elif each.kind == "region" and not line:
            self.value(f"{name}Code", str, text, null=null)
            self.relation(name, one("Region"), text)
        elif each.kind == "entry" and not line:
            self.value(f"{name}Position", BigInt, f"{text.removesuffix('.')}, by its position.", null=null)
            self.relation(name, one("Entry"), text)
        else:
            self.value(name, kind_of(owner, each), text, null=null)


def _line(each: domain.Field) -> Any:  # noqa: ANN401 - made at run time
    body = _Body(each.doc)
    for item in each.lines:
        body.declared(each.line, item, line=True)
    return strawberry.type(type(each.line, (), body.made), description=f"One of the {each.zh or each.name}: {each.doc}")


def _type(noun: RecordNoun) -> Any:  # noqa: ANN401 - made at run time
    body = _Body(noun.doc)
    body.value("key", str, "Its plain id, as it stands in leaves.", null=False)
    body.value("version", int, "The version of the record that is shown.", null=False)
    if noun.owned:
        body.value("organizationKey", str, "The plain id of the organization that answers for it.", null=False)
        body.relation("organization", one("Organization"), "The organization that answers for it.")
    if noun.of_project:
        body.value("projectKey", str, "The plain id of its project.", null=True)
        body.relation("project", one("Project"), "Its project.")
    for each in noun.fields:
        body.declared(noun.type, each, line=False)
    body.relation("history", connection("RecordVersion"), "Every version of its record.")
    body.relation("entry", one("Entry"), "The entry that binds the version shown.")
    return strawberry.type(type(noun.type, (Node,), body.made), description=noun.description)


def _ref(noun: RecordNoun) -> Any:  # noqa: ANN401 - made at run time
    body: dict[str, Any] = {
        "__annotations__": {"id": strawberry.ID | None, "key": str | None},
        "__module__": __name__,
        "id": strawberry.field(default=strawberry.UNSET, description="Its global id."),
        "key": strawberry.field(default=strawberry.UNSET, description="Its plain id."),
    }
    doc = f"Names a {noun.type}, by global id or by its plain id."
    return strawberry.input(type(f"{noun.type}Ref", (), body), one_of=True, description=doc)


def _lists(name: str, nouns: list[RecordNoun]) -> Any:  # noqa: ANN401 - made at run time
    body = _Body("Lists of domain records.")
    for noun in nouns:
        body.relation(noun.plural, connection(noun.type), f"Its {noun.plural} ({noun.zh}).")
    return strawberry.type(type(name, (), body.made))


def _queries() -> Any:  # noqa: ANN401 - made at run time
    body = _Body("Domain records.")
    as_of: dict[str, tuple[Any, str]] = {"as_of": (BigInt | None, _AS_OF)}
    for noun in RECORD_NOUNS.values():
        by = {"by": (REFS[noun.name], "Which one."), **as_of}
        one_of = one(noun.type, arguments=by, root=by_key(noun.type))
        body.relation(lower_first(noun.type), one_of, f"One {noun.type} ({noun.zh}).")
        every_one = connection(noun.type, more=as_of, root=every(noun.type))
        body.relation(noun.plural, every_one, f"All {noun.plural} ({noun.zh}).")
    return strawberry.type(type("DomainQueries", (), body.made))


LINES: dict[str, Any] = {
    each.line: _line(each) for noun in RECORD_NOUNS.values() for each in noun.fields if each.kind == "lines"
}
"""The types of lines, by name."""
DOMAIN_TYPES: dict[str, Any] = {noun.type: _type(noun) for noun in RECORD_NOUNS.values()}
"""The types of records, by name."""
REFS: dict[str, Any] = {noun.name: _ref(noun) for noun in RECORD_NOUNS.values()}
"""The input that names a record, by noun."""
OrganizationRecords: Any = _lists("OrganizationRecords", [noun for noun in RECORD_NOUNS.values() if noun.owned])
"""What an organization answers for."""
ProjectRecords: Any = _lists("ProjectRecords", [noun for noun in RECORD_NOUNS.values() if noun.of_project])
"""What belongs to a project."""
DomainQueries: Any = _queries()
"""The roots."""
