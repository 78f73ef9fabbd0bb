"""Domain records as nouns of the planner, made from their declarations (`ledger/domain.py`).

All of them lie in one table, `domain_record`: the newest version of each, its organization and project as columns, its
content as JSON.  A field is read out of the content; a reference leads to the record that it names.
"""

from collections.abc import Iterator
from typing import Final

from db.amounts import amount
from db.organizations import ON_POSITION, history
from db.plans import Column, Elements, Field, Many, Noun, One, Type
from ledger import domain
from ledger.domain import RecordNoun
from ledger.domain_nouns import RECORD_NOUNS, TYPES

TABLE: Final = "domain_record"
_TYPES: Final[dict[str, Type]] = {
    "day": "date", "number": "integer", "flag": "boolean", "choice": "enum", "entry": "bigint",
}  # fmt: skip
"""Kinds of fields that are no text."""
_BODY: Final = "{t}.body"
_LINE: Final = "{t}.value"


def _sql(source: str, name: str, kind: Type) -> str:
    text = f"({source} ->> '{name}')"
    return text if kind in ("text", "enum", "region") else f"{text}::{kind}"


def _fields(declared: domain.Field, source: str, *, line: bool) -> Iterator[Field]:
    """The fields by which the contract shows one declared field."""
    name, null = declared.name, not declared.needed
    plain = declared.kind not in ("note", "flag") and not line
    if declared.kind == "lines":
        yield Elements(name, declared.line, "", (), f"{source} -> '{name}'")
    elif declared.kind == "amount":
        given = f"({source} -> '{name}' ->> 'units')::bigint"
        yield amount(name, given, f"({source} -> '{name}' ->> 'asset')")
    elif declared.many:
        each = "upper(v)" if declared.kind == "choice" else "v"
        values = f"array(select {each} from json_array_elements_text({source} -> '{name}') v)"  # noqa: S608 - a declared fragment
        yield Column(name, "text[]", sql=values, filter=False)
    elif declared.kind == "record" and not line:
        yield Column(f"{name}Key", sql=_sql(source, name, "text"), null=null)
        yield One(name, TYPES[declared.of], ((_sql(source, name, "text"), "id"),))
    elif declared.kind == "region" and not line:
        text = _sql(source, name, "text")
        yield Column(f"{name}Code", "region", sql=text, null=null)
        yield One(name, "Region", ((f"split_part({text}, '@', 1)", "code"), (f"split_part({text}, '@', 2)", "edition")),
                  filter=False)  # fmt: skip
    elif declared.kind == "entry" and not line:
        text = _sql(source, name, "bigint")
        yield Column(f"{name}Position", "bigint", sql=text, null=null)
        yield One(name, "Entry", ((text, "position"),), filter=False)
    else:
        kind = _TYPES.get(declared.kind, "text")
        ordered = plain and kind in ("date", "integer")
        yield Column(name, kind, sql=_sql(source, name, kind), filter=plain, null=null, order=ordered)


def _noun(declared: RecordNoun) -> Noun:
    owner: list[Field] = []
    if declared.owned:
        owner += [Column("organizationKey", sql="{t}.organization"), One("organization", "Organization", _OWNER)]
    if declared.of_project:
        owner += [Column("projectKey", sql="{t}.project", null=True), One("project", "Project", (("project", "id"),))]
    fields = [item for each in declared.fields for item in _fields(each, _BODY, line=False)]
    return Noun(
        declared.type, TABLE, (("id", "text"),),
        (
            Column("key", sql="{t}.id", order=True),
            Column("version", "integer", filter=False),
            *owner,
            *fields,
            history(declared.name),
            One("entry", "Entry", ON_POSITION, filter=False),
        ),
        only=declared.name,
    )  # fmt: skip


_OWNER: Final = (("organization", "id"),)


def _lines(declared: RecordNoun) -> Iterator[Noun]:
    for each in declared.fields:
        if each.kind == "lines":
            fields = tuple(item for line in each.lines for item in _fields(line, _LINE, line=True))
            yield Noun(each.line, "", (), fields, node=False)


NOUNS: Final = tuple(_noun(each) for each in RECORD_NOUNS.values())
"""One for each declaration."""
LINES: Final = tuple(line for each in RECORD_NOUNS.values() for line in _lines(each))
"""The lines of their lists."""


def of_organization() -> tuple[Many, ...]:
    """The lists by which an organization shows the records that it answers for."""
    return tuple(
        Many(each.plural, each.type, (("id", "organization"),)) for each in RECORD_NOUNS.values() if each.owned
    )


def of_project() -> tuple[Many, ...]:
    """The lists by which a project shows its records."""
    return tuple(
        Many(each.plural, each.type, (("id", "project"),)) for each in RECORD_NOUNS.values() if each.of_project
    )
