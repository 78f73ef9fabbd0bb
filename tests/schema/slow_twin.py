"""The slow twin of the read path: plain loops, one query per object, policy as plain ifs.

It knows the tables and the contract, and nothing of the planner: every field is
resolved by graphql-core over `contract.graphql`, from rows fetched one list at a
time.  What it answers is what the one statement must answer.
"""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from inspect import isawaitable
from decimal import Decimal
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
from tests.schema.world import UNKEYED

TODAY = date(2020, 2, 1)
Raw = dict[str, Any]

TABLES = {
    "Organization": ("organization", ["id"]), "Project": ("project", ["id"]), "Region": ("region", ["edition", "code"]),
    "Beneficiary": ("beneficiary", ["id"]), "Account": ("account", ["id"]), "Restriction": ("restriction", ["id"]),
    "Entry": ("entry", ["position"]), "Posting": ("posting", ["position", "book", "n"]),
    "Checkpoint": ("checkpoint", ["size"]), "ImportBatch": ("import_batch", ["id"]),
    "ImportDecision": ("import_decision", ["position"]), "Evidence": ("evidence", ["id"]),
    "Delivery": ("delivery", ["id"]), "FocusArea": ("focus_area", ["edition", "code"]),
    "StatementLine": ("", ["seq"]), "RecordVersion": ("record", ["noun", "id", "version"]),
    "ImportRow": ("import_row", ["batch", "row_number"]),
}  # fmt: skip
"""Where each listed type lives, and its key."""
COLUMNS = {
    "key": "id", "regionCode": "region", "organizationKey": "organization", "projectKey": "project",
    "restrictionKey": "restriction", "assetKey": "asset", "subjectPosition": "subject", "parentCode": "parent",
    "breachCount": "breaches", "sequence": "seq", "otherKey": "other", "units": "amount", "fromKey": "from_account",
    "toKey": "to_account", "resolvedPosition": "resolved",
}  # fmt: skip
"""Fields whose column has another name."""
HARMLESS = {
    "journal_opened",
    "reference_loaded",
    "account_opened",
    "restriction_declared",
    "import_opened",
    "import_closed",
}
PUBLIC_NEVER = {
    "Beneficiary",
    "BeneficiaryCategory",
    "Evidence",
    "Delivery",
    "ImportBatch",
    "ImportRow",
    "ImportDecision",
}
PUBLIC_FIELDS_NEVER = {"Entry.breaches", "Entry.actor", "Entry.command", "Posting.category"}
SUPERVISOR_FIELDS_NEVER = {"Entry.command"}


def refused(principal: Principal, kind: str, field: str, target: str) -> bool:
    """Whether asking for a field is refused whatever the rows."""
    path = f"{kind}.{field}"
    if principal.role is Role.PUBLIC:
        target = target.removesuffix("Connection")
        return path in PUBLIC_FIELDS_NEVER or kind in PUBLIC_NEVER or target in PUBLIC_NEVER
    return principal.role is Role.SUPERVISOR and path in SUPERVISOR_FIELDS_NEVER


@dataclass
class Thing:
    """An object of the contract: its type, and what it is made from."""

    kind: str
    row: Raw


def snake(name: str) -> str:
    """`nameEn` as `name_en`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def camel(name: str) -> str:
    """`NAME_EN` as `nameEn`."""
    first, *rest = name.lower().split("_")
    return first + "".join(part.title() for part in rest)


def opaque(text: str) -> str:
    """Unpadded base64url."""
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def text_of(value: object) -> str | None:
    """A value as cursors write it."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return None if value is None else str(value)


class Twin:
    """Answers queries slowly."""

    def __init__(self, conn: asyncpg.Connection, principal: Principal) -> None:
        self.conn = conn
        self.principal = principal
        self.turn = asyncio.Lock()
        self.schema = build_schema(GOLDEN.read_text(encoding="utf-8"))
        for kind in self.schema.type_map.values():
            if isinstance(kind, GraphQLInterfaceType):
                kind.resolve_type = lambda value, *_: value.kind
            if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
                for field in kind.fields.values():
                    field.resolve = self.resolve

    async def answer(self, query: str, variables: Mapping[str, object]) -> Any:  # noqa: ANN401
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
            heirs = [
                x
                for x in links
                if (x["previous_code"], x["previous_edition"]) == (link["previous_code"], link["previous_edition"])
            ]
            if (link["code"], link["edition"]) == (code, edition) and len(heirs) == 1:
                wanted.append((link["previous_code"], link["previous_edition"]))
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

    async def owner(self, thing: Thing) -> str | None:
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
            return owner == principal.organization
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
        if thing.kind in PUBLIC_NEVER - {"BeneficiaryCategory"}:
            return await self.concerns(thing)
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

    async def resolve(self, source: Thing | Raw | None, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:  # noqa: ANN401
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
        if name in RELATIONS.get(kind, {}):
            found = await RELATIONS[kind][name](self, source.row, arguments)
            return (
                await self.page(found, target.removesuffix("Connection"), arguments, kind, name)
                if target.endswith("Connection")
                else found
            )
        return self.shown(self.value(source, name), target)

    def value(self, thing: Thing, name: str) -> Any:  # noqa: ANN401
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

    def shown(self, value: Any, target: str) -> Any:  # noqa: ANN401
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
            elif name in RELATIONS.get(thing.kind, {}):
                related = await RELATIONS[thing.kind][name](self, thing.row, {})
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
            elif not _compare(operator, own, given, enum=name in {"kind", "mode", "book", "state", "direction"}):
                return False
        return True

    async def page(
        self, found: list[Thing], kind: str, arguments: Mapping[str, Any], parent: str = "", field: str = ""
    ) -> Raw:
        """A page of a list."""
        where = arguments.get("where") or {}
        kept = [thing for thing in found if await self.holds(thing, where)]
        terms = [(camel(term["field"]), term.get("direction") == "DESC") for term in arguments.get("orderBy") or ()]
        default = DEFAULTS.get(f"{parent}.{field}", DEFAULTS.get(field))
        terms = terms or ([(default, False)] if default else [])
        columns = {COLUMNS.get(name, snake(name)) for name, _ in terms}
        columns |= {"row_number"} if any(name == "number" for name, _ in terms) else set()
        keys = [(column, False) for column in TABLES[kind][1] if column not in columns]
        for column, _ in reversed(keys):
            kept.sort(key=lambda thing: thing.row[column])
        for name, descending in reversed(terms):
            kept.sort(key=lambda thing: _sortable(self.value(thing, name)), reverse=descending)
        signature = ",".join(f"{name}{'-' if down else '+'}" for name, down in [*terms, *keys])

        def cursor(thing: Thing) -> str:
            values = [text_of(self.value(thing, name)) for name, _ in terms] + [
                text_of(thing.row[key]) for key, _ in keys
            ]
            return opaque(json.dumps([f"main/{kind}/{signature}", *values], ensure_ascii=False))

        edges = [{"cursor": cursor(thing), "node": thing} for thing in kept]
        return _slice(edges, arguments)

    # ------------------------------------------------------------ roots

    async def root(self, name: str, target: str, arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Resolve a root field."""
        if name in {"node", "nodes"}:
            found = [await self.by_id(given) for given in ([arguments["id"]] if name == "node" else arguments["ids"])]
            return found[0] if name == "node" else found
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
            found = _in_force(found, arguments.get("on"))
        if target.endswith("Connection"):
            return await self.page(found, kind, arguments, "", name)
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


def _in_force(found: list[Thing], on: str | None) -> list[Thing]:
    day = date.fromisoformat(on) if on else TODAY
    begun = [thing for thing in found if thing.row["valid_from"] <= day]
    newest = max(((thing.row["valid_from"], thing.row["edition"]) for thing in begun), default=(None, None))[1]
    return [thing for thing in begun if thing.row["edition"] == newest and _during(thing.row, day)]


def _during(row: Raw, day: date) -> bool:
    return row["valid_from"] <= day and (row.get("valid_until") is None or day <= row["valid_until"])


def _compare(operator: str, own: Any, given: Any, *, enum: bool) -> bool:  # noqa: ANN401
    def read(text: Any) -> Any:  # noqa: ANN401
        if isinstance(own, datetime):
            return datetime.fromisoformat(text)
        if isinstance(own, date):
            return date.fromisoformat(text)
        if isinstance(own, int):
            return int(text)
        return text.lower() if enum and isinstance(text, str) and text.isupper() else text

    if operator == "ne":
        return own is None or own != read(given)
    if own is None:
        return False
    tests: dict[str, Callable[[], bool]] = {
        "eq": lambda: own == read(given),
        "in": lambda: own in [read(item) for item in given],
        "lt": lambda: own < read(given),
        "lte": lambda: own <= read(given),
        "gt": lambda: own > read(given),
        "gte": lambda: own >= read(given),
        "startsWith": lambda: own.startswith(given),
        "contains": lambda: given in own,
    }
    return tests[operator]()


def _sortable(value: Any) -> Any:  # noqa: ANN401
    return (value is None, value if value is not None else 0)


def _slice(edges: list[Raw], arguments: Mapping[str, Any]) -> Raw:
    total = len(edges)
    cursors = [edge["cursor"] for edge in edges]
    low = cursors.index(arguments["after"]) + 1 if arguments.get("after") else 0
    high = cursors.index(arguments["before"]) if arguments.get("before") else total
    bounded = edges[low:high] if low <= high else []
    first, last = arguments.get("first"), arguments.get("last")
    picked = bounded[:first] if first is not None else bounded[max(len(bounded) - (last or 0), 0) :] if last else []
    more = len(bounded) > len(picked)
    info = {
        "hasNextPage": (first is not None and more) or high < total,
        "hasPreviousPage": (last is not None and more) or low > 0,
        "startCursor": picked[0]["cursor"] if picked else None,
        "endCursor": picked[-1]["cursor"] if picked else None,
    }
    return {"edges": picked, "nodes": [edge["node"] for edge in picked], "pageInfo": info, "totalCount": total}


# ---------------------------------------------------------------- what points at what

Relation = Callable[[Twin, Raw, Mapping[str, Any]], Any]
ENUMS = {"EntryKind", "Mode", "EntryState", "Book", "Flow", "AssetKind", "DecisionState"}
DEFAULTS = {
    "projects": None, "Organization.projects": "code", "Organization.entries": "position", "history": "version",
    "statement": "sequence", "children": "code", "regions": "code", "focusAreas": "code", "entries": "position",
    "checkpoints": "size", "importDecisions": "position", "decisions": "position", "rows": "number",
}  # fmt: skip


def _one(kind: str, **columns: str) -> Relation:
    async def find(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> Thing | None:
        return await twin.one(kind, **{theirs: row[ours] for theirs, ours in columns.items()})

    return find


def _many(kind: str, **columns: str) -> Relation:
    async def find(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> list[Thing]:
        return await twin.things(kind, **{theirs: row[ours] for theirs, ours in columns.items()})

    return find


async def _region(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> Thing | None:
    return await twin.region(row["region"])


def _amount(units: Callable[[Raw], int]) -> Relation:
    async def find(_twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> Thing:
        return Thing("Amount", {"units": units(row), "asset": row["asset"]})

    return find


def _plain(kind: str, table: str, mine: str, theirs: str, order: str) -> Relation:
    async def find(twin: Twin, row: Raw, arguments: Mapping[str, Any]) -> list[Thing]:
        rows = sorted(await twin.rows(table, **{theirs: row[mine]}), key=lambda found: found[order])
        day = arguments.get("on")
        return [Thing(kind, found) for found in rows if day is None or _during(found, date.fromisoformat(day))]

    return find


def _links(edition: str, code: str) -> Relation:
    async def find(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> list[Thing]:
        found = await twin.rows("region_predecessor", **{edition: row["edition"], code: row["code"]})
        order = ("edition", "code", "previous_edition", "previous_code")
        return [Thing("RegionLink", link) for link in sorted(found, key=lambda link: [link[name] for name in order])]

    return find


def _history(noun: str) -> Relation:
    async def find(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> list[Thing]:
        return await twin.things("RecordVersion", noun=noun, id=row["id"])

    return find


def _side(name: str) -> Relation:
    async def find(_twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> Thing:
        part = {key: row[f"{name}_{key}"] for key in ("account", "seq", "in", "out")}
        return Thing("PostingSide", {**part, "asset": row["asset"]})

    return find


async def _statement(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> list[Thing]:
    lines = []
    for way, side, other in (("in", "to", "from"), ("out", "from", "to")):
        lines += [
            Thing("StatementLine", {
                "seq": found[f"{side}_seq"], "direction": way, "position": found["position"], "book": found["book"],
                "n": found["n"], "asset": found["asset"], "amount": found["amount"], "total_in": found[f"{side}_in"],
                "total_out": found[f"{side}_out"], "other": found[f"{other}_account"],
            })
            for found in await twin.rows("posting", **{f"{side}_account": row["id"]})
        ]  # fmt: skip
    return [line for line in lines if await twin.sees(line)]


async def _leaf(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> str:
    return str((await twin.rows("leaf", position=row["position"]))[0]["leaf"].decode())


async def _leaf_hash(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> str:
    return str((await twin.rows("leaf", position=row["position"]))[0]["hash"].hex())


async def _breaches(twin: Twin, row: Raw, arguments: Mapping[str, Any]) -> list[Thing]:
    return [Thing("Breach", found) for found in json.loads(await _leaf(twin, row, arguments)).get("breaches", [])]


async def _state(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> str:
    covered = any(row["position"] < found["size"] for found in await twin.rows("checkpoint"))
    return "CHECKPOINTED" if covered else "RECORDED"


async def _poverty(twin: Twin, row: Raw, arguments: Mapping[str, Any]) -> bool:
    day = date.fromisoformat(arguments["on"])
    return any(_during(found, day) for found in await twin.rows("poverty_county", code=row["code"]))


_ENTRY = _one("Entry", position="position")
_ORGANIZATION = _one("Organization", id="organization")
_HELD = {"amount": _amount(lambda row: row["amount"]), "totalIn": _amount(lambda row: row["total_in"]),
         "totalOut": _amount(lambda row: row["total_out"]),
         "balance": _amount(lambda row: row["total_in"] - row["total_out"])}  # fmt: skip

RELATIONS: dict[str, dict[str, Relation]] = {
    "Organization": {
        "region": _region, "statuses": _plain("OrganizationStatus", "organization_status", "id", "organization", "n"),
        "history": _history("organization"), "entry": _ENTRY,
        **{field: _many(kind, organization="id") for field, kind in (
            ("projects", "Project"), ("accounts", "Account"), ("restrictions", "Restriction"), ("entries", "Entry"),
            ("beneficiaries", "Beneficiary"), ("importBatches", "ImportBatch"))},
    },
    "Project": {
        "organization": _ORGANIZATION, "region": _region, "accounts": _many("Account", project="id"),
        "restrictions": _many("Restriction", project="id"), "history": _history("project"), "entry": _ENTRY,
    },
    "Region": {
        "povertyCounty": _poverty, "parent": _one("Region", edition="edition", code="parent"),
        "children": _many("Region", edition="edition", parent="code"), "predecessors": _links("edition", "code"),
        "successors": _links("previous_edition", "previous_code"),
    },
    "RegionLink": {
        "region": _one("Region", edition="edition", code="code"),
        "previous": _one("Region", edition="previous_edition", code="previous_code"),
    },
    "FocusArea": {
        "parent": _one("FocusArea", edition="edition", code="parent"),
        "subActivities": _many("FocusArea", edition="edition", parent="code"),
    },
    "Beneficiary": {
        "organization": _ORGANIZATION, "region": _region, "history": _history("beneficiary"), "entry": _ENTRY,
        "categories": _plain("BeneficiaryCategory", "beneficiary_category", "id", "beneficiary", "n"),
    },
    "Account": {
        **_HELD, "received": _amount(lambda row: row["received"]), "fees": _amount(lambda row: row["fees"]),
        "organization": _ORGANIZATION, "restriction": _one("Restriction", id="restriction"),
        "project": _one("Project", id="project"), "statement": _statement, "entry": _ENTRY,
    },
    "StatementLine": {
        **_HELD, "other": _one("Account", id="other"), "entry": _ENTRY,
        "posting": _one("Posting", position="position", book="book", n="n"),
    },
    "Restriction": {
        "organization": _ORGANIZATION, "project": _one("Project", id="project"), "region": _region,
        "accounts": _many("Account", restriction="id"), "entry": _ENTRY,
    },
    "Entry": {
        "leaf": _leaf, "leafHash": _leaf_hash, "breaches": _breaches, "state": _state, "organization": _ORGANIZATION,
        "postings": _many("Posting", position="position"), "corrects": _one("Entry", position="corrects"),
        "correctedBy": _one("Entry", corrects="position"), "evidence": _many("Evidence", subject="position"),
        "deliveries": _many("Delivery", subject="position"),
    },
    "Posting": {
        "amount": _HELD["amount"], "from": _side("from"), "to": _side("to"), "region": _region,
        "project": _one("Project", id="project"), "entry": _ENTRY,
    },
    "PostingSide": {
        "totalIn": _amount(lambda row: row["in"]), "totalOut": _amount(lambda row: row["out"]),
        "account": _one("Account", id="account"),
    },
    "RecordVersion": {"entry": _ENTRY},
    "Amount": {"asset": lambda _twin, row, _arguments: _asset(row)},
    "ImportBatch": {
        "total": _amount(lambda row: row["total"]), "organization": _ORGANIZATION,
        "rows": _many("ImportRow", batch="id"), "decisions": _many("ImportDecision", batch="id"),
        "entry": _one("Entry", position="opened"),
    },
    "ImportRow": {"batch": _one("ImportBatch", id="batch"), "entry": _ENTRY},
    "ImportDecision": {
        "batch": _one("ImportBatch", id="batch"), "row": _one("ImportRow", batch="batch", row_number="row_number"),
        "entry": _ENTRY, "resolution": _one("Entry", position="resolved"),
    },
    "Evidence": {"subject": _one("Entry", position="subject"), "entry": _ENTRY},
    "Delivery": {"region": _region, "subject": _one("Entry", position="subject"), "entry": _ENTRY},
}  # fmt: skip
"""How each relation of the contract finds its objects."""


async def _asset(row: Raw) -> Thing:
    return Thing("Asset", {"asset": row["asset"]})
