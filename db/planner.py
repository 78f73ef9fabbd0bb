"""The one place that composes SQL: a selection tree becomes one statement that answers JSON.

Every object is built with `json_build_object` under the *response keys* of the
request, so that nothing has to be renamed on the way up.  An object that a row
points at is a scalar sub-select; a list is a sub-select that first picks the
rows of the page by key, then builds their objects.  Every value of the request
is a parameter; what stands in the text comes from declarations (`db/<noun>.py`)
and from response keys, which GraphQL limits to letters, digits and underscores.

Filters have two truth values: a comparison with nothing does not hold, and its
negation does.  What policy says (`Access`) is laid on every row and every field
that the text mentions: shown, filtered, ordered, or counted.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from db.conditions import Conditions, Row
from db.expressions import (
    Term,
    at_or_beyond,
    beyond,
    cast_of,
    in_force,
    key_terms,
    literal_key,
    opaque,
    order_by,
    shown,
)
from db.filters import read_page
from db.lists import Base, Listed, signature
from db.plans import (
    ALWAYS,
    MOST_COUNTED,
    MOST_LISTED,
    Access,
    All,
    Column,
    Elements,
    Embedded,
    Field,
    Filter,
    Journal,
    Lookup,
    Many,
    Noun,
    One,
    Order,
    Pair,
    Plan,
    Presence,
    RefusedError,
    Root,
    Selection,
    Shape,
)

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)


def plan(root: Root, selection: Selection, nouns: Mapping[str, Noun], access: Access, journal: Journal) -> Plan:
    """Compose the statement that answers one root field.

    Raises `BadReadError` for malformed arguments and `RefusedError` for what the principal may not see.
    """
    assert _NAME.fullmatch(journal.name), "names of journals are plain: they stand in ids and cursors"
    planner = _Planner(nouns, access, journal)
    return Plan(f"select ({planner.root(root, selection)})::text", tuple(planner.values))


def plan_whole(
    asked: Sequence[tuple[Root | str, Selection]], nouns: Mapping[str, Noun], access: Access, journal: Journal
) -> Plan:
    """Compose the one statement that answers a whole operation, as (UTF-8 bytes of its `data`, size of the journal).

    Every root field comes with its selection; a text stands for itself (`__typename`).  One statement reads one
    snapshot, so that all of the answer is of the size that comes with it.  Raises as `plan` does.
    """
    assert _NAME.fullmatch(journal.name), "names of journals are plain: they stand in ids and cursors"
    planner = _Planner(nouns, access, journal)
    pairs = [f"{literal_key(selection.key)}, {planner.whole_root(root, selection)}" for root, selection in asked]
    built = f"convert_to(json_build_object({', '.join(pairs)})::text, 'UTF8')"
    size = f"(select size from head where journal = {planner.this_journal()})"
    return Plan(f"select {built} as data, {size} as size", tuple(planner.values))


class _Planner(Conditions):
    """The statement in the making: objects, lists and roots."""

    def built(self, noun: Noun, row: Row, selections: Sequence[Selection]) -> str:
        """The JSON object of one row; over 50 fields (100 arguments) it is put together from several."""
        pairs = [f"{literal_key(item.key)}, {self.field(noun, row, item)}" for item in selections]
        texts = [f"json_build_object({', '.join(pairs[at : at + 50])})" for at in range(0, len(pairs) or 1, 50)]
        if len(texts) == 1:
            return texts[0]
        inner = " || ',' || ".join(f"left(right({text}::text, -1), -1)" for text in texts)
        return f"('{{' || {inner} || '}}')::json"

    def field(self, noun: Noun, row: Row, selection: Selection) -> str:
        """One value of an object, with what policy lays on it."""
        name = selection.field
        if name == "__typename":
            return f"'{noun.name}'::text"
        if name == "id" and noun.node:
            key = " || '/' || ".join(f"{row['t']}.{column}::text" for column, _ in noun.key)
            return opaque(f"'{noun.name}:{self.journal.name}:' || {key}")
        declared = noun.by_name[name]
        mask = self.filter(noun, row, self.access.on(noun.name, name), trusted=True)
        text = self.declared(declared, row, selection)
        return text if mask == "true" else f"case when {mask} then {text} end"

    def declared(self, declared: Field, row: Row, selection: Selection) -> str:
        """The expression of a declared field."""
        match declared:
            case Column():
                return shown(declared.type, declared.fragment.format_map(row))
            case Lookup():
                other = self.alias()
                text = shown(declared.type, declared.sql.format_map({"o": other}))
                return f"(select {text} {self.evidence(declared.table, declared.on, row, other)})"
            case Presence():
                return self.presence(declared, row, selection.arguments)
            case Embedded():
                noun = self.nouns[declared.noun]
                inner = {**row, **{name: text.format_map(row) for name, text in declared.bind.items()}}
                text = self.built(noun, inner, selection.of(noun.name))
                empty = declared.unless_null and declared.unless_null.format_map(row)
                return f"case when {empty} is not null then {text} end" if empty else text
            case Elements():
                return self.elements(declared, row, selection)
            case One():
                return self.one(declared, row, selection)
            case Many(plain=True):
                return self.plain(declared, row, selection)
            case Many():
                return self.related_page(declared, row, selection)

    def evidence(self, table: str, on: Sequence[Pair], row: Row, alias: str) -> str:
        """`from … where …` for a table that is no noun, such as the leaves."""
        parts = [f"{alias}.journal = {self.this_journal()}", *self.joined(on, row, alias)]
        return f"from {table} {alias} where {' and '.join(parts)}"

    def presence(self, declared: Presence, row: Row, arguments: Mapping[str, object]) -> str:
        """Whether a row exists, by date where declared."""
        other = self.alias()
        parts = [f"{other}.journal = {self.this_journal()}"] if declared.keyed else []
        parts += self.joined(declared.on, row, other)
        if declared.during:
            parts.append(in_force(other, self.value(arguments[declared.during], "date")))
        return (
            f"case when exists (select from {declared.table} {other} where {' and '.join(parts)}) "
            f"then {declared.yes} else {declared.no} end"
        )

    def edition(self, noun: Noun, alias: str, on: object) -> list[str]:
        """The rows of a codelist as it was on a day."""
        if not noun.editions or on is None:
            return []
        day = self.value(on, "date")
        known = f"select e.edition from {noun.table} e where e.valid_from <= {day}"
        newest = f"{alias}.edition = ({known} order by e.valid_from desc, e.edition desc limit 1)"
        return [newest, in_force(alias, day)] if noun.lapses else [newest]

    def elements(self, declared: Elements, row: Row, selection: Selection) -> str:
        """The elements of a JSON array as a list of objects."""
        noun, owner, item = self.nouns[declared.noun], self.alias(), self.alias()
        built = self.built(noun, {"t": item}, selection.of(noun.name))
        if not declared.table:
            array = declared.sql.format_map(row)
            return (
                f"(select coalesce(json_agg({built} order by {item}.at), '[]'::json) from "
                f"json_array_elements(coalesce({array}, '[]'::json)) with ordinality {item} (value, at))"
            )
        array = declared.sql.format_map({"o": owner})
        parts = [f"{owner}.journal = {self.this_journal()}", *self.joined(declared.on, row, owner)]
        return (
            f"(select coalesce(json_agg({built} order by {item}.at), '[]'::json) from {declared.table} {owner} "
            f"cross join lateral json_array_elements(coalesce({array}, '[]'::json)) "
            f"with ordinality {item} (value, at) where {' and '.join(parts)})"
        )

    def one(self, declared: One, row: Row, selection: Selection) -> str:
        """The one row that this row points at, or null."""
        noun, other = self.nouns[declared.noun], self.alias()
        source = self.rows(noun, other, *self.joined(declared.on, row, other))
        return f"(select {self.built(noun, {'t': other}, selection.of(noun.name))} {source} limit 1)"

    def plain(self, declared: Many, row: Row, selection: Selection) -> str:
        """A short list without pages."""
        noun, other = self.nouns[declared.noun], self.alias()
        conditions = self.joined(declared.on, row, other)
        if declared.during and selection.arguments.get(declared.during) is not None:
            conditions.append(in_force(other, self.value(selection.arguments[declared.during], "date")))
        order = ", ".join(f"{other}.{column}" for column, _ in noun.key)
        built = self.built(noun, {"t": other}, selection.of(noun.name))
        source = self.rows(noun, other, *conditions)
        return (
            f"(select coalesce(json_agg({other}.item order by {other}.at), '[]'::json) from ("
            f"select {built} as item, row_number() over (order by {order}) as at {source} "
            f"order by {order} limit {MOST_LISTED}) {other})"
        )

    # ------------------------------------------------------------ connections

    def related_page(self, declared: Many, row: Row, selection: Selection) -> str:
        """A page of the rows that point at this row."""
        noun = self.nouns[declared.noun]
        default = (Order(declared.order),) if declared.order else ()
        return self.page(noun, selection, lambda alias: self.joined(declared.on, row, alias), default)

    def page(
        self, noun: Noun, selection: Selection, base: Base, default: tuple[Order, ...], match: Filter = ALWAYS
    ) -> str:
        """A connection: the rows of the page are picked by key first, then their objects are built."""
        page = read_page(noun, selection.arguments, default, self.nouns)
        terms = self.terms(noun, page.order)
        listed = Listed(
            noun, base, All((match, page.where)), terms, page, signature(self.journal, noun, terms), self.alias()
        )
        fields = ", ".join(
            f"{literal_key(item.key)}, {self.connection_field(listed, item)}"
            for item in selection.of(f"{noun.name}Connection")
        )
        # Without an aggregate over the page's rows there must be no rows: one object is answered, not one each.
        # A cursor that is none is an error all the same; the arguments of what is left out go with it.
        used = len(self.values)
        picked = self.picked(listed)
        if f"{listed.alias}." not in fields:
            picked = ""
            del self.values[used:]
        return f"(select json_build_object({fields}) {picked})"

    def terms(self, noun: Noun, order: Sequence[Order]) -> list[Term]:
        """The order asked for, made total by the key; raises `RefusedError` for fields seen on some rows only."""
        terms = []
        for item in order:
            if self.access.on(noun.name, item.field) != ALWAYS:
                raise RefusedError(noun.name, item.field)
            terms.append(Term(cast("Column", noun.by_name[item.field]), item.descending))
        given = {term.column.fragment for term in terms}
        return terms + [term for term in key_terms(noun) if term.column.fragment not in given]

    def picked(self, listed: Listed) -> str:
        """`from (…) alias`: the rows of the page and one more, numbered from the cursor on."""
        noun, page, alias = listed.noun, listed.page, self.alias()
        source = self.rows(noun, alias, *listed.base(alias), *self.bounds(listed, alias), match=listed.match)
        order = order_by(listed.reading, alias)
        numbered = f"{alias}.*, row_number() over (order by {order}) as at_"
        return f"from (select {numbered} {source} order by {order} limit {page.size + 1}) {listed.alias}"

    def bounds(self, listed: Listed, alias: str) -> list[str]:
        """Where the page starts and where it must end, from the cursors."""
        page, terms = listed.page, listed.terms
        flipped = [term.flipped() for term in terms]
        parts = []
        if page.after is not None:
            parts.append(beyond(terms, listed.cursor(page.after, "after"), alias, self.value))
        if page.before is not None:
            parts.append(beyond(flipped, listed.cursor(page.before, "before"), alias, self.value))
        return parts

    def connection_field(self, listed: Listed, item: Selection) -> str:
        """One field of a connection."""
        noun, row = listed.noun, {"t": listed.alias}
        match item.field:
            case "__typename":
                return f"'{noun.name}Connection'::text"
            case "totalCount":
                return self.total(listed)
            case "pageInfo":
                return self.page_info(listed, item)
            case "nodes":
                return listed.gathered(self.built(noun, row, item.of(noun.name)))
            case _:
                fields = [
                    f"{literal_key(part.key)}, {self.edge_field(listed, part)}" for part in item.of(f"{noun.name}Edge")
                ]
                return listed.gathered(f"json_build_object({', '.join(fields)})")

    def edge_field(self, listed: Listed, item: Selection) -> str:
        """One field of an edge."""
        if item.field == "node":
            return self.built(listed.noun, {"t": listed.alias}, item.of(listed.noun.name))
        return f"'{listed.noun.name}Edge'::text" if item.field == "__typename" else listed.cursor_text()

    def total(self, listed: Listed) -> str:
        """How many rows the whole list has, counted up to a cap."""
        alias = self.alias()
        source = self.rows(listed.noun, alias, *listed.base(alias), match=listed.match)
        return f"(select count(*) from (select {source} limit {MOST_COUNTED}) counted)"

    def page_info(self, listed: Listed, item: Selection) -> str:
        """The page information, exact in both directions."""
        fields = [
            f"{literal_key(part.key)}, {self.page_info_field(listed, part.field)}" for part in item.of("PageInfo")
        ]
        return f"json_build_object({', '.join(fields)})"

    def page_info_field(self, listed: Listed, name: str) -> str:
        """One field of the page information."""
        match name:
            case "__typename":
                return "'PageInfo'::text"
            case "hasNextPage" | "hasPreviousPage":
                return self.more(listed, forward=name == "hasNextPage")
            case _:
                return listed.end_cursor(first=name == "startCursor")

    def more(self, listed: Listed, *, forward: bool) -> str:
        """Whether rows follow the page in this direction."""
        page = listed.page
        over = f"coalesce(max({listed.alias}.at_) > {page.size}, false)" if page.backward != forward else "false"
        cursor, name = (page.before, "before") if forward else (page.after, "after")
        if cursor is None:
            return over
        alias = self.alias()
        terms = listed.terms if forward else [term.flipped() for term in listed.terms]
        bound = at_or_beyond(terms, listed.cursor(cursor, name), alias, self.value)
        source = self.rows(listed.noun, alias, *listed.base(alias), bound, match=listed.match)
        return f"({over} or exists (select {source}))"

    # ------------------------------------------------------------ roots

    def whole_root(self, root: Root | str, selection: Selection) -> str:
        """The value of a root field as the answer shows it."""
        if isinstance(root, str):
            return f"'{root}'::text"
        text = f"({self.root(root, selection, typed=False)})"
        return f"({text} -> 0)" if root.shape is Shape.NODES and root.single else text

    def root(self, root: Root, selection: Selection, *, typed: bool = True) -> str:
        """The expression that answers a root field; `typed` objects of several nouns say theirs under `$type`."""
        if root.shape is Shape.NODES:
            return self.node_list(root, selection, typed=typed)
        noun, on = self.as_of(self.nouns[root.noun], selection.arguments.get("asOf")), selection.arguments.get("on")
        if root.shape is Shape.CONNECTION:
            return self.page(noun, selection, lambda alias: self.edition(noun, alias, on), root.order, root.match)
        alias = self.alias()
        order = order_by(self.terms(noun, root.order), alias)
        source = self.rows(noun, alias, *self.edition(noun, alias, on), match=root.match)
        built = self.built(noun, {"t": alias}, selection.of(noun.name))
        return f"select {built} {source} {f'order by {order}' if order else ''} limit 1"

    def as_of(self, noun: Noun, position: object) -> Noun:
        """The noun as its records stood at a position: the newest version of each that an entry had bound by then."""
        if noun.only is None or position is None:
            return noun
        versions = (
            "(select distinct on (r.id) r.journal, r.noun, r.id, r.version, r.position, b.body, "
            "b.body ->> 'organization' as organization, b.body ->> 'project' as project from record r "
            "cross join lateral (select convert_from(r.content, 'UTF8')::json as body) b "
            f"where r.journal = {self.this_journal()} and r.noun = '{noun.only}' "
            f"and r.position <= {self.value(position, 'bigint')} order by r.id, r.version desc)"
        )
        return replace(noun, table=versions)

    def node_list(self, root: Root, selection: Selection, *, typed: bool) -> str:
        """Objects of several nouns in the order of their ids; null where there is none that may be seen."""
        wanted = json.dumps([found and {"noun": found[0], "key": found[1]} for found in root.ids])
        cases = []
        for name in dict.fromkeys(found[0] for found in root.ids if found):
            noun, alias = self.nouns[name], self.alias()
            key = [
                f"{alias}.{column} = (wanted.value -> 'key' ->> {at})::{cast_of(kind)}"
                for at, (column, kind) in enumerate(noun.key)
            ]
            kind = [Selection("$type", "__typename")] if typed else []
            built = self.built(noun, {"t": alias}, [*kind, *selection.of(name)])
            cases.append(f"when '{name}' then (select {built} {self.rows(noun, alias, *key)} limit 1)")
        each = f"case wanted.value ->> 'noun' {' '.join(cases)} end" if cases else "null::json"
        given = f"json_array_elements({self.value(wanted, 'json')}) with ordinality wanted (value, at)"
        return f"select coalesce(json_agg({each} order by wanted.at), '[]'::json) from {given}"
