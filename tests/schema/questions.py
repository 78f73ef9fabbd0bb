"""Makes up queries over the whole contract: aliases, fragments, directives, variables, filters, orders, cursors."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_list_type,
)
from graphql.type.definition import get_nullable_type

from ledger.domain_nouns import RECORD_NOUNS
from resolvers.context import Principal
from tests.schema.twin_values import COMPUTED, refused

DOMAIN = frozenset(noun.type for noun in RECORD_NOUNS.values())
"""Types that have a twin of their own (`test_domain_records.py`)."""
DATES = ("2016-09-01", "2018-06-30", "2018-12-31", "2019-03-31", "2020-02-01", "2020-06-30")
TEXTS = (
    "org1", "a1-1", "Red Cross", "爱", "湖北省慈善总会", "p2-0", "fund", "1.1", "420102@201904", "key1",
    "charity", "", "%",
)  # fmt: skip
REGIONS = ("420000@201904", "420100@201711", "110000@201904", "420115@201904")


@dataclass
class Question:
    """One query in the making."""

    schema: GraphQLSchema
    principal: Principal
    chance: random.Random
    ids: list[str]
    fragments: list[str] = field(default_factory=list)
    variables: dict[str, tuple[str, Any]] = field(default_factory=dict)
    names: int = 0

    def make(self) -> tuple[str, dict[str, Any]]:
        """The text and the variables."""
        root = self.schema.query_type
        assert root is not None
        body = self.selections(root, 5, 1 + self.chance.randrange(3))
        declared = ", ".join(f"${name}: {kind}" for name, (kind, _) in self.variables.items())
        head = f"query Q({declared})" if declared else "query Q"
        return f"{head} {body}\n" + "\n".join(self.fragments), {
            name: value for name, (_, value) in self.variables.items()
        }

    def variable(self, kind: str, value: object) -> str:
        """Name a variable."""
        name = f"v{len(self.variables)}"
        self.variables[name] = (kind, value)
        return f"${name}"

    def name(self) -> str:
        """A fresh name."""
        self.names += 1
        return f"n{self.names}"

    def selections(self, kind: GraphQLObjectType, depth: int, most: int) -> str:
        """What is asked of an object."""
        chance = self.chance
        fields = [
            (name, item) for name, item in kind.fields.items()
            if not refused(self.principal, kind.name, name, get_named_type(item.type).name)
            and get_named_type(item.type).name.removesuffix("Connection") not in DOMAIN
            and not (kind.name == "Query" and name in COMPUTED)
            and (depth > 1 or not is_composite_type(get_named_type(item.type)))
        ]  # fmt: skip
        if not fields:
            return "{ __typename }"
        parts = [self.field(*chance.choice(fields), depth=depth) for _ in range(most)]
        if chance.random() < 0.2:
            parts.append("__typename" if chance.random() < 0.5 else f"{self.name()}: __typename")
        return "{ " + " ".join(self.wrapped(kind, part) for part in parts) + " }"

    def wrapped(self, kind: GraphQLObjectType, part: str) -> str:
        """A field, perhaps inside a fragment, perhaps left out."""
        chance = self.chance.random()
        if chance < 0.08:
            return f"... on {kind.name} {{ {part} }}"
        if chance < 0.12 and kind.name != "Query":
            return (
                f"... on Node {{ id }} {part}"
                if "Node" in [each.name for each in kind.interfaces]
                else f"... {{ {part} }}"
            )
        if chance < 0.18:
            name = self.name()
            self.fragments.append(f"fragment {name} on {kind.name} {{ {part} }}")
            return f"...{name}"
        if chance < 0.26:
            word, value = self.chance.choice(["include", "skip"]), self.chance.random() < 0.5
            given = self.variable("Boolean!", value) if self.chance.random() < 0.5 else json.dumps(value)
            return f"... @{word}(if: {given}) {{ {part} }}"
        return part

    def field(self, name: str, item: GraphQLField, *, depth: int) -> str:
        """One field with its arguments; merged fields have the same arguments only when they have none."""
        kind = get_named_type(item.type)
        arguments = self.arguments(name, item)
        alias = f"{self.name()}: " if arguments or self.chance.random() < 0.2 else ""
        if not is_composite_type(kind):
            return f"{alias}{name}{arguments}"
        if not isinstance(kind, GraphQLObjectType):
            return f"{alias}{name}{arguments} {self.node_selections()}"
        paged = kind.name.endswith(("Connection", "Edge"))
        inner = self.selections(kind, depth if paged else depth - 1, 1 + self.chance.randrange(2 if paged else 4))
        return f"{alias}{name}{arguments} {inner}"

    def node_selections(self) -> str:
        """What is asked of any node."""
        kinds = [
            kind for kind in self.schema.get_possible_types(self.schema.type_map["Node"])  # type: ignore[arg-type]  # an interface
            if not refused(self.principal, kind.name, "id", kind.name) and kind.name not in DOMAIN
        ]  # fmt: skip
        chosen = self.chance.sample(kinds, 3)
        parts = [f"... on {kind.name} {self.selections(kind, 2, 2)}" for kind in chosen]
        return "{ __typename id " + " ".join(parts) + " }"

    def arguments(self, name: str, item: GraphQLField) -> str:
        """Arguments of a field."""
        chance, given = self.chance, {}
        if "first" in item.args:
            size = chance.choice([0, 1, 2, 3, 5])
            way = "first" if chance.random() < 0.7 else "last"
            given[way] = self.variable("Int", size) if chance.random() < 0.3 else str(size)
            if chance.random() < 0.5:
                where = get_named_type(item.args["where"].type)
                assert isinstance(where, GraphQLInputObjectType)
                given["where"] = self.where(where, 2)
            if "orderBy" in item.args and chance.random() < 0.5:
                given["orderBy"] = self.order(item)
        if "on" in item.args and (name == "povertyCounty" or chance.random() < 0.6):
            given["on"] = json.dumps(chance.choice(DATES))
        if "by" in item.args:
            given["by"] = self.reference(item)
        if "position" in item.args:
            given["position"] = json.dumps(str(chance.randrange(70)))
        if "size" in item.args and chance.random() < 0.5:
            given["size"] = json.dumps(chance.choice(["1", "7", "8"]))
        if "id" in item.args:
            given["id"] = self.variable("ID!", chance.choice(self.ids))
        if "ids" in item.args:
            given["ids"] = self.variable("[ID!]!", chance.sample(self.ids, 4))
        return f"({', '.join(f'{key}: {value}' for key, value in given.items())})" if given else ""

    def reference(self, item: GraphQLField) -> str:
        """A `by` argument."""
        kind = get_named_type(item.args["by"].type)
        assert isinstance(kind, GraphQLInputObjectType)
        key = next(name for name in kind.fields if name != "id")
        value = self.chance.choice(["53420000MJX000000", "a1-0", "a2-2", "420115", "420116", "1.1", "2.1"])
        if kind.name == "ProjectRef":
            return f'{{code: {{organization: "org{self.chance.randrange(6)}", code: "C9"}}}}'
        return f"{{{key}: {json.dumps(value)}}}"

    def order(self, item: GraphQLField) -> str:
        """An `orderBy` argument."""
        kind = get_named_type(item.args["orderBy"].type)
        assert isinstance(kind, GraphQLInputObjectType)
        enum: Any = get_named_type(kind.fields["field"].type)
        names: list[str] = list(enum.values)
        chosen = self.chance.sample(names, self.chance.randint(1, len(names)))
        terms = [
            f"{{field: {name}{self.chance.choice(['', ', direction: DESC', ', direction: ASC'])}}}" for name in chosen
        ]
        return f"[{', '.join(terms)}]"

    def where(self, kind: GraphQLInputObjectType, depth: int) -> str:
        """A `where` argument."""
        chance, parts = self.chance, []
        noun = kind.name.removesuffix("Where")
        names = [name for name in kind.fields if not self.closed(noun, name, kind)]
        for name in chance.sample(names, min(len(names), chance.randint(1, 2))):
            inner = get_named_type(kind.fields[name].type)
            if name in {"and", "or", "not"} or inner.name.endswith("Where"):
                if depth and isinstance(inner, GraphQLInputObjectType):
                    some = self.where(inner, depth - 1)
                    several = is_list_type(get_nullable_type(kind.fields[name].type))
                    parts.append(f"{name}: [{some}, {self.where(inner, 0)}]" if several else f"{name}: {some}")
            elif isinstance(inner, GraphQLInputObjectType):
                parts.append(f"{name}: {self.operators(inner)}")
        return "{" + ", ".join(parts) + "}"

    def closed(self, noun: str, name: str, kind: GraphQLInputObjectType) -> bool:
        """Whether the principal may not filter by this."""
        target = get_named_type(kind.fields[name].type).name
        if name in {"and", "or", "not", "id"}:
            return False
        return refused(self.principal, noun, name, target.removesuffix("Where"))

    def operators(self, kind: GraphQLInputObjectType) -> str:
        """The comparisons of one field."""
        operator = self.chance.choice(list(kind.fields))
        if operator == "isNull":
            return f"{{isNull: {self.chance.choice(['true', 'false'])}}}"
        several = operator == "in"
        values = [self.operand(kind.name, operator) for _ in range(2 if several else 1)]
        return f"{{{operator}: [{', '.join(values)}]}}" if several else f"{{{operator}: {values[0]}}}"

    def operand(self, kind: str, operator: str) -> str:
        """A value to compare with."""
        chance = self.chance
        match kind:
            case "IntFilter":
                return str(chance.randrange(5))
            case "BigIntFilter":
                return json.dumps(str(chance.randrange(60)))
            case "DateFilter":
                return json.dumps(chance.choice(DATES))
            case "DateTimeFilter":
                return json.dumps(f"{chance.choice(DATES[-2:])}T08:00:00.000005+08:00")
            case "IdFilter":
                return json.dumps(chance.choice(self.ids))
            case "HexFilter":
                return json.dumps(chance.choice(["", "00ff"]))
            case "UuidFilter":
                return json.dumps(f"00000000-0000-0000-0000-0000000000{chance.randrange(10, 40)}")
            case "RegionFilter" if operator == "within":
                return json.dumps(chance.choice(REGIONS))
            case "TextFilter" | "RegionFilter":
                return (
                    self.variable("String!", chance.choice(TEXTS))
                    if chance.random() < 0.3
                    else json.dumps(chance.choice(TEXTS))
                )
            case _:
                enum: Any = self.schema.type_map[kind.removesuffix("Filter")]
                return str(chance.choice(list(enum.values)))
