"""Which rows a statement reads: joins, what policy lays on a noun, filters, and codelists by date.

`Conditions` is the lower half of the planner (`db/planner.py`): it holds the
statement's parameters and aliases, and answers texts that follow a `where`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from db.cursors import read_id
from db.expressions import cast_of, comparison, conjunction, disjunction
from db.plans import (
    ALWAYS,
    Access,
    All,
    BadReadError,
    Column,
    Filter,
    Has,
    Journal,
    Many,
    Not,
    Noun,
    One,
    Pair,
    Some,
    Test,
    check_text,
)
from db.slots import derived

Row = Mapping[str, str]
"""What the names in a fragment stand for: `t` is the alias of the row at hand."""


@dataclass(slots=True)
class Conditions:
    """The statement in the making: its parameters and aliases so far."""

    nouns: Mapping[str, Noun]
    access: Access
    journal: Journal
    values: list[object] = field(default_factory=list)
    aliases: int = 0

    # ------------------------------------------------------------ small things

    def value(self, value: object, kind: str) -> str:
        """Add a parameter; answer its place in the text.

        Raises `BadReadError` for what no text of PostgreSQL can hold.
        """
        check_text(value)
        self.values.append(value)
        return f"${len(self.values)}::{cast_of(kind)}"

    def alias(self) -> str:
        """A name for a row that no other row has."""
        self.aliases += 1
        return f"t{self.aliases}"

    def this_journal(self) -> str:
        """The journal's number, as a literal: it is ours, and it keeps plans apart."""
        return str(int(self.journal.id))

    def rows(self, noun: Noun, alias: str, *conditions: str, match: Filter = ALWAYS) -> str:
        """`from … where …`: the rows of a noun that the principal may see, and that meet the conditions."""
        row = {"t": alias}
        parts = self.own(noun, alias)
        parts += [*conditions, self.filter(noun, row, self.access.of(noun.name), trusted=True)]
        parts.append(self.filter(noun, row, match, trusted=False))
        return f"from {noun.table} {alias} where {conjunction(parts)}"

    def own(self, noun: Noun, alias: str) -> list[str]:
        """What makes a row one of this noun, in this journal."""
        parts = [f"{alias}.journal = {self.this_journal()}"] if noun.keyed else []
        return parts if noun.only is None else [*parts, f"{alias}.noun = '{noun.only}'"]

    def joined(self, pairs: Sequence[Pair], row: Row, alias: str) -> list[str]:
        """How the row `alias` of another table belongs to this row."""
        texts = []
        for pair in pairs:
            own, other, comparison = (*pair, "=")[:3]
            left = own.format_map(row) if "{" in own or "'" in own else f"{row['t']}.{own}"
            texts.append(f"{left} {comparison} {alias}.{other}")
        return texts

    def filter(self, noun: Noun, row: Row, part: Filter, *, trusted: bool) -> str:
        """A filter as a condition; `trusted` ones come from policy and are not themselves filtered."""
        match part:
            case All(parts):
                texts = [self.filter(noun, row, item, trusted=trusted) for item in parts]
                return conjunction(texts)
            case Some(parts):
                return disjunction([self.filter(noun, row, item, trusted=trusted) for item in parts])
            case Not(inner):
                return f"(({self.filter(noun, row, inner, trusted=trusted)}) is not true)"
            case Has(relation, inner):
                return self.has(noun, row, relation, inner, trusted=trusted)
            case Test():
                return self.test(noun, row, part, trusted=trusted)

    def has(self, noun: Noun, row: Row, relation: str, inner: Filter, *, trusted: bool) -> str:
        """A related row exists for which the filter holds."""
        declared = noun.by_name[relation]
        assert isinstance(declared, One | Many), "declared as a relation"
        other, alias = self.nouns[declared.noun], self.alias()
        joined = self.joined(declared.on, row, alias)
        if not trusted:
            mask = self.filter(noun, row, self.access.on(noun.name, relation), trusted=True)
            return conjunction([mask, f"exists (select {self.rows(other, alias, *joined, match=inner)})"])
        condition = self.filter(other, {"t": alias}, inner, trusted=True)
        conditions = [*self.own(other, alias), *joined, condition]
        return f"exists (select from {other.table} {alias} where {' and '.join(conditions)})"

    def test(self, noun: Noun, row: Row, test: Test, *, trusted: bool) -> str:
        """A comparison of one column."""
        if test.field == "id":
            return self.test_id(noun, row, test)
        declared = noun.by_name[test.field]
        assert isinstance(declared, Column), "filters name columns"
        text = f"({declared.fragment.format_map(row)})"
        if test.operator == "within":
            text = f"{text} = any (array(select regions_below({self.value(test.value, 'text')})))"
        else:
            text = comparison(declared, text, test, self.value)
        if trusted:
            return text
        mask = self.filter(noun, row, self.access.on(noun.name, test.field), trusted=True)
        return text if mask == "true" else f"({mask} and {text})"

    def test_id(self, noun: Noun, row: Row, test: Test) -> str:
        """A comparison of the global id, by the columns of the key."""
        ids = cast("Sequence[str]", test.value if test.operator == "in" else [test.value])
        texts = []
        for given in ids:
            parts = []
            for at, (column, kind) in enumerate(noun.key):
                read = partial(self.key_part, noun, at)
                parts.append(f"{row['t']}.{column} = {self.value(derived(given, read(given), read), kind)}")
            texts.append(" and ".join(parts))
        return disjunction([f"({text})" for text in texts])

    def key_part(self, noun: Noun, at: int, given: object) -> object:
        """One part of the key that a global id of this noun names; raises `BadReadError`."""
        name, key = read_id(cast("str", given), self.nouns, self.journal)
        if name != noun.name:
            raise BadReadError("id", f"names no {noun.name}")
        return int(key[at]) if noun.key[at][1] in {"bigint", "integer"} else key[at]
