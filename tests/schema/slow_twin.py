"""The slow twin of the read path: plain loops, one query per object, policy as plain ifs.

It knows the tables and the contract, and nothing of the planner: every field is
resolved by graphql-core over `contract.graphql`, from rows fetched one list at a
time.  What it answers is what the one statement must answer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from inspect import isawaitable
from typing import Any

import asyncpg
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    build_schema,
    execute,
    get_named_type,
    parse,
)

from resolvers.context import Principal, Role
from schema.contract import GOLDEN
from tests.schema.twin_values import (
    COLUMNS,
    DEFAULTS,
    ENUMS,
    HARMLESS,
    PARTS,
    PUBLIC_FIELDS_NEVER,
    PUBLIC_NEVER,
    TABLES,
    Raw,
    Thing,
    camel,
    compare,
    in_force,
    opaque,
    part,
    snake,
    sortable,
    text_of,
)
from tests.schema.world import UNKEYED

Relations = Mapping[str, Mapping[str, Any]]
"""How each relation of each type is found (`twin_links.py`)."""


class Twin:
    """Answers queries slowly."""

    def __init__(
        self, conn: asyncpg.Connection, principal: Principal, relations: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self.conn = conn
        self.principal = principal
        self.relations = relations
        self.turn = asyncio.Lock()
        self.schema = build_schema(GOLDEN.read_text(encoding="utf-8"))
        for kind in self.schema.type_map.values():
            if isinstance(kind, GraphQLInterfaceType):
                kind.resolve_type = lambda value, *_: value.kind
            if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
                for field in kind.fields.values():
                    field.resolve = self.resolve

    async def answer(self, query: str, variables: Mapping[str, object]) -> Any:  # noqa: ANN401 - values of any type
        """Answer data and errors."""
        result: Any = execute(self.schema, parse(query), variable_values=dict(variables))
        return await result if isawaitable(result) else result

    # ------------------------------------------------------------ rows

    async def rows(self, table: str, **equal: object) -> list[Raw]:
        """All rows of a table with these values."""
        if any(value is None for value in equal.values()):
            return []
        if table not in UNKEYED:
            equal["journal"] = 1
        tests = " and ".join(f"{name} = ${at}" for at, name in enumerate(equal, start=1)) or "true"
        async with self.turn:
            found = await self.conn.fetch(f"select * from {table} where {tests}", *equal.values())
        return [dict(row) for row in found]

    async def things(self, kind: str, **equal: object) -> list[Thing]:
        """The objects of a type with these values that the principal may see."""
        found = [Thing(kind, row) for row in await self.rows(TABLES[kind][0], **equal)]
        return [thing for thing in found if await self.sees(thing)]

    async def one(self, kind: str, **equal: object) -> Thing | None:
        """The one object with these values."""
        found = await self.things(kind, **equal)
        return found[0] if found else None

    async def region(self, text: str | None) -> Thing | None:
        """The region that `code@edition` names."""
        code, _, edition = (text or "").partition("@")
        return await self.one("Region", code=code, edition=edition)

    async def below(self, outside: str) -> set[str]:
        """A region and all below it, by the lists' links."""
        lines, links = await self.rows("region"), await self.rows("region_predecessor")
        code, _, edition = outside.partition("@")
        wanted = [(code, edition)]
        for link in links:
            earlier = (link["previous_code"], link["previous_edition"])
            heirs = [other for other in links if (other["previous_code"], other["previous_edition"]) == earlier]
            if (link["code"], link["edition"]) == (code, edition) and len(heirs) == 1:
                wanted.append(earlier)
        found: set[tuple[str, str]] = set()
        while wanted:
            at = wanted.pop()
            if at in found:
                continue
            found.add(at)
            wanted += [(x["code"], x["edition"]) for x in lines if (x["parent"], x["edition"]) == at]
            wanted += [(x["code"], x["edition"]) for x in links if (x["previous_code"], x["previous_edition"]) == at]
        return {"@".join(pair) for pair in found}

    # ------------------------------------------------------------ policy

    async def owner(self, thing: Thing) -> Any:  # noqa: ANN401 - a column's value
        """The organization that a thing belongs to."""
        row = thing.row
        match thing.kind:
            case "Posting" | "StatementLine":
                return (await self.rows("entry", position=row["position"]))[0]["organization"]
            case "Evidence" | "Delivery":
                return (await self.rows("entry", position=row["subject"]))[0]["organization"]
            case "ImportRow" | "ImportDecision":
                return (await self.rows("import_batch", id=row["batch"]))[0]["organization"]
            case _:
                return row.get("organization")

    async def concerns(self, thing: Thing) -> bool:
        """Whether a thing is the officer's own, or lies in the supervisor's region."""
        principal = self.principal
        if principal.role in {Role.ADMINISTRATOR, Role.AUDITOR, Role.INSPECTOR}:
            return True
        owner = await self.owner(thing)
        if principal.role is Role.OFFICER:
            return bool(owner == principal.organization)
        found = await self.rows("organization", id=owner)
        return (
            principal.role is Role.SUPERVISOR
            and bool(found)
            and found[0]["region"] in await self.below(str(principal.region))
        )

    async def sees(self, thing: Thing) -> bool:
        """Whether the principal sees an object."""
        if thing.kind in {"Account", "Posting", "StatementLine"}:
            return thing.row["book"] == "fund" or await self.concerns(thing)
        if thing.kind in PUBLIC_NEVER - PARTS:
            return await self.concerns(thing)
        if thing.kind == "Fact":
            return thing.row["kind"] != "statement_imported" or await self.concerns(thing)
        if thing.kind == "RecordVersion":
            role = self.principal.role
            return thing.row["noun"] in {"organization", "project"} or role not in {
                Role.OFFICER,
                Role.SUPERVISOR,
                Role.PUBLIC,
            }
        return True

    async def sees_field(self, thing: Thing, field: str) -> bool:
        """Whether the principal sees a field of an object that it sees."""
        path = f"{thing.kind}.{field}"
        if path == "Entry.leaf":
            return thing.row["kind"] in HARMLESS or await self.concerns(thing)
        return path not in PUBLIC_FIELDS_NEVER or await self.concerns(thing)

    # ------------------------------------------------------------ fields

    async def resolve(self, source: Thing | Raw | None, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:  # noqa: ANN401 - values of any type
        """Resolve any field of the contract."""
        kind, name = info.parent_type.name, info.field_name
        target = get_named_type(info.return_type).name
        if kind == "Query":
            return await self.root(name, target, arguments)
        if isinstance(source, dict):
            return source[name]
        assert source is not None
        if not await self.sees_field(source, name):
            return None
        if name in self.relations.get(kind, {}):
            found = await self.relations[kind][name](self, source.row, arguments)
            if not target.endswith("Connection"):
                return found
            return await self.page(found, target.removesuffix("Connection"), arguments, f"{kind}.{name}")
        return self.shown(self.value(source, name), target)

    def value(self, thing: Thing, name: str) -> Any:  # noqa: ANN401, C901 - values of any type, one case a line
        """The value of a plain field, as Python has it."""
        row = thing.row
        match thing.kind, name:
            case _, "id":
                _, key = TABLES[thing.kind]
                return opaque(f"{thing.kind}:main:{'/'.join(str(row[column]) for column in key)}")
            case "Region", "key":
                return f"{row['code']}@{row['edition']}"
            case (("ImportRow" | "ImportDecision"), "number"):
                return row["row_number"]
            case (("ImportRow" | "RecordVersion"), "content"):
                return row["content"].decode()
            case "Restriction", "feeCap":
                return None if row["fee_cap"] is None else f"{Decimal(row['fee_cap']) / 10000:.4f}"
            case "ImportDecision", "state":
                return "open" if row["resolved"] is None else "resolved"
            case "ImportDecision", "suggestion":
                return None if row["suggestion"] is None else json.loads(row["suggestion"])
            case "Amount", "quantity":
                return f"{Decimal(row['units']).scaleb(-int(row['asset'].rpartition('/')[2])):f}"
            case "Amount", "minorUnits":
                return row["units"]
            case "Asset", _:
                code, _, scale = row["asset"].rpartition("/")
                kind = "goods" if code.startswith("GOODS:") else "currency"
                return {"key": row["asset"], "code": code, "scale": int(scale), "kind": kind}[name]
            case "PostingSide", "key":
                return row["account"]
            case _:
                column = COLUMNS.get(name, snake(name))
                return row[column if column in row else snake(name)]

    def shown(self, value: Any, target: str) -> Any:  # noqa: ANN401 - values of any type
        """A value as the contract shows it."""
        match value:
            case datetime():
                return text_of(value)
            case date():
                return value.isoformat()
            case bytes():
                return value.hex()
            case int() if target == "BigInt":
                return str(value)
            case str() if target in ENUMS:
                return value.upper()
            case _ if target == "String" and value is not None and not isinstance(value, list):
                return str(value)
            case _:
                return value

    # ------------------------------------------------------------ lists

    async def holds(self, thing: Thing, where: Mapping[str, Any]) -> bool:
        """Whether a `where` holds, of an object."""
        for name, value in where.items():
            if name == "and":
                good = all([await self.holds(thing, part) for part in value])
            elif name == "or":
                good = any([await self.holds(thing, part) for part in value])
            elif name == "not":
                good = not await self.holds(thing, value)
            elif name in self.relations.get(thing.kind, {}):
                related = await self.relations[thing.kind][name](self, thing.row, {})
                good = related is not None and await self.holds(related, value)
            else:
                good = await self.sees_field(thing, name) and await self.compares(thing, name, value)
            if not good:
                return False
        return True

    async def compares(self, thing: Thing, name: str, operators: Mapping[str, Any]) -> bool:
        """Whether all comparisons of a field hold."""
        found = self.value(thing, name)
        own = found.hex() if isinstance(found, bytes) else found
        if not isinstance(own, (int, str, date, type(None))):
            own = str(own)
        for operator, given in operators.items():
            if operator == "isNull":
                if (own is None) != given:
                    return False
            elif operator == "within":
                if own not in await self.below(given):
                    return False
            elif not compare(
                operator, own, given, enum=name in {"kind", "mode", "book", "state", "status", "step", "direction"}
            ):
                return False
        return True

    async def page(self, found: list[Thing], kind: str, arguments: Mapping[str, Any], path: str) -> Raw:
        """A page of a list."""
        where = arguments.get("where") or {}
        kept = [thing for thing in found if await self.holds(thing, where)]
        terms = [(camel(term["field"]), term.get("direction") == "DESC") for term in arguments.get("orderBy") or ()]
        default = DEFAULTS.get(path, DEFAULTS.get(path.partition(".")[2]))
        terms = terms or ([(default, False)] if default else [])
        columns = {COLUMNS.get(name, snake(name)) for name, _ in terms}
        columns |= {"row_number"} if any(name == "number" for name, _ in terms) else set()
        keys = [(column, False) for column in TABLES[kind][1] if column not in columns]
        for column, _ in reversed(keys):
            kept.sort(key=lambda thing: thing.row[column])
        for name, descending in reversed(terms):
            kept.sort(key=lambda thing: sortable(self.value(thing, name)), reverse=descending)
        signature = ",".join(f"{name}{'-' if down else '+'}" for name, down in [*terms, *keys])

        def cursor(thing: Thing) -> str:
            values = [text_of(self.value(thing, name)) for name, _ in terms] + [
                text_of(thing.row[key]) for key, _ in keys
            ]
            return opaque(json.dumps([f"main/{kind}/{signature}", *values], ensure_ascii=False))

        edges = [{"cursor": cursor(thing), "node": thing} for thing in kept]
        return part(edges, arguments)

    # ------------------------------------------------------------ roots

    async def root(self, name: str, target: str, arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401 - values of any type
        """Resolve a root field."""
        if name in {"node", "nodes"}:
            ids = [arguments["id"]] if name == "node" else arguments["ids"]
            nodes = [await self.by_id(given) for given in ids]
            return nodes[0] if name == "node" else nodes
        if name == "head":
            return Thing("Head", (await self.rows("head"))[0])
        if name == "entry":
            return await self.one("Entry", position=int(arguments["position"]))
        if name == "checkpoint":
            wanted = arguments.get("size")
            sizes = [
                row["size"] for row in await self.rows("checkpoint") if wanted is None or row["size"] == int(wanted)
            ]
            return await self.one("Checkpoint", size=max(sizes, default=None))
        kind = target.removesuffix("Connection")
        found = await self.things(kind)
        if kind in {"Region", "FocusArea"} and "id" not in arguments.get("by", {}):
            found = in_force(found, arguments.get("on"))
        if target.endswith("Connection"):
            return await self.page(found, kind, arguments, f"Query.{name}")
        ((key, value),) = arguments["by"].items()
        if isinstance(value, dict):
            return next(
                (x for x in found if (x.row["code"], x.row["organization"]) == (value["code"], value["organization"])),
                None,
            )
        return next((x for x in found if self.value(x, key) == value), None)

    async def by_id(self, given: str) -> Thing | None:
        """The object of a global id, by looking at all of them."""
        for kind in TABLES:
            if kind not in {"StatementLine", "RecordVersion", "ImportRow"}:
                for row in await self.rows(TABLES[kind][0]):
                    thing = Thing(kind, row)
                    if self.value(thing, "id") == given:
                        return thing if await self.sees(thing) else None
        return None
