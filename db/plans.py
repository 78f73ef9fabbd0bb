"""What a read is made of, as plain values: nouns, selections, filters, access.

A noun declares its columns and relations once, in `db/<noun>.py`; names agree
by convention (`nameEn` reads column `name_en`), so most fields need no mapping.
A declared fragment is an expression in which `{t}` stands for the row at hand;
an `Embedded` object binds further names for the fields of its own noun.  Only
`db/planner.py` puts fragments together to a statement.

ReadError
├── BadReadError      the caller asked for something malformed; `argument` says where
└── RefusedError      the principal may not see `noun`.`field`
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import Enum
from typing import Literal, Protocol

MOST_ROWS = 100
"""Most rows of one page; more is refused, not clamped."""
MOST_COUNTED = 100_000
"""`totalCount` is exact up to here; above, this number is answered."""
MOST_LISTED = 200
"""Rows of a plain list inside an object, such as the statuses of an organization."""
MOST_VALUES = 1_000
"""Values in one `in` list."""

Type = Literal[
    "text", "bigint", "integer", "date", "timestamptz", "boolean", "bytea", "uuid", "text[]", "json", "enum", "region"
]


class ReadError(Exception):
    """A read that cannot be answered as asked."""


class BadReadError(ReadError):
    """Something malformed, such as a cursor of another list."""

    def __init__(self, argument: str, message: str) -> None:
        super().__init__(f"{argument}: {message}")
        self.argument = argument


class RefusedError(ReadError):
    """The principal may not see this noun, or this field of it."""

    def __init__(self, noun: str, name: str | None = None) -> None:
        super().__init__(f"{noun}.{name} is not for you" if name else f"{noun} is not for you")
        self.noun = noun
        self.field = name


def check_text(value: object) -> object:
    """The value of a parameter; raises `BadReadError` for what no text of PostgreSQL can hold."""
    if any(isinstance(item, str) and "\0" in item for item in (value if isinstance(value, list) else [value])):
        raise BadReadError("text", "holds U+0000, which nothing here is written with")
    return value


def snake(name: str) -> str:
    """`nameEn` as `name_en`: how the contract's names become the tables'."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


# ---------------------------------------------------------------- declarations


@dataclass(frozen=True, slots=True)
class Column:
    """One value of a row; `sql` is its fragment, by convention the column of that name."""

    name: str
    type: Type = "text"
    sql: str = ""
    filter: bool = True
    order: bool = False
    null: bool = False

    @property
    def fragment(self) -> str:
        """The expression, with `{t}` for the row."""
        return self.sql or f"{{t}}.{snake(self.name)}"


Pair = tuple[str, str] | tuple[str, str, str]
"""Own column or fragment, other table's column, comparison (`=` by default)."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One value of the one row of another table, such as an entry's leaf."""

    name: str
    table: str
    on: tuple[Pair, ...]
    sql: str
    type: Type = "text"


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether another table has a row: `yes` or `no`; `during` names the date argument that it must hold on."""

    name: str
    table: str
    on: tuple[Pair, ...]
    yes: str = "true"
    no: str = "false"
    during: str | None = None
    keyed: bool = True


@dataclass(frozen=True, slots=True)
class Embedded:
    """An object without a table, such as an amount: its noun's fragments read the names bound here."""

    name: str
    noun: str
    bind: Mapping[str, str]
    unless_null: str | None = None


@dataclass(frozen=True, slots=True)
class Elements:
    """The elements of a JSON array, as objects whose noun's fragments read `{t}.value`.

    The array is `sql` of the one row of `table` that `on` leads to; without a table, of this row itself.
    """

    name: str
    noun: str
    table: str
    on: tuple[Pair, ...]
    sql: str


@dataclass(frozen=True, slots=True)
class One:
    """The one row of another noun that this row points at."""

    name: str
    noun: str
    on: tuple[Pair, ...]
    filter: bool = True


@dataclass(frozen=True, slots=True)
class Many:
    """Rows of another noun that point here: a connection, or a plain list when `plain`."""

    name: str
    noun: str
    on: tuple[Pair, ...]
    order: str | None = None
    plain: bool = False
    during: str | None = None


Field = Column | Lookup | Presence | Embedded | Elements | One | Many


@dataclass(frozen=True, slots=True)
class Noun:
    """A kind of object: its table, the columns of its key (without the journal), and its fields.

    `editions` is set for codelists by date: the newest edition with a row in force is the one that holds;
    `lapses` when rows carry `valid_until` besides `valid_from`.  `only` names the records that a table of several
    nouns holds of this one; these can be read as of an earlier position.
    """

    name: str
    table: str
    key: tuple[tuple[str, Type], ...]
    fields: tuple[Field, ...]
    keyed: bool = True
    node: bool = True
    editions: bool = False
    lapses: bool = False
    order: str | None = None
    only: str | None = None
    by_name: Mapping[str, Field] = dataclass_field(init=False)

    def __post_init__(self) -> None:
        """Index the fields."""
        object.__setattr__(self, "by_name", {item.name: item for item in self.fields})

    def columns(self) -> tuple[Column, ...]:
        """The plain columns."""
        return tuple(item for item in self.fields if isinstance(item, Column))


# ---------------------------------------------------------------- filters


@dataclass(frozen=True, slots=True)
class Test:
    """A column compared with a value; `operator` is one of the contract's (`eq`, `in`, `within` …)."""

    field: str
    operator: str
    value: object

    __test__ = False


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; no parts hold always."""

    parts: tuple["Filter", ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds; no parts never hold."""

    parts: tuple["Filter", ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold (a comparison with nothing does not hold)."""

    part: "Filter"


@dataclass(frozen=True, slots=True)
class Has:
    """A related row exists for which the part holds."""

    relation: str
    part: "Filter"


Filter = Test | All | Some | Not | Has
ALWAYS = All()
NEVER = Some()


@dataclass(frozen=True, slots=True)
class Order:
    """One term of an order."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """What one principal may see: which rows of a noun, and on which rows a field.

    A noun that is not in `rows` is refused; a field that is in `fields` with None is refused, with a
    filter is nothing on the rows where the filter does not hold, and without an entry is open.
    """

    rows: Mapping[str, Filter]
    fields: Mapping[tuple[str, str], Filter | None]

    def of(self, noun: str) -> Filter:
        """The rows of a noun that may be seen; raises `RefusedError`."""
        if noun not in self.rows:
            raise RefusedError(noun)
        return self.rows[noun]

    def on(self, noun: str, name: str) -> Filter:
        """The rows on which a field may be seen; raises `RefusedError`."""
        found = self.fields.get((noun, name), ALWAYS)
        if found is None:
            raise RefusedError(noun, name)
        return found


# ---------------------------------------------------------------- a read


@dataclass(frozen=True, slots=True)
class Selection:
    """One field of the answer: response key, field, arguments, and the children by concrete type."""

    key: str
    field: str
    arguments: Mapping[str, object] = dataclass_field(default_factory=dict)
    children: Mapping[str, Sequence["Selection"]] = dataclass_field(default_factory=dict)

    def of(self, type_name: str) -> Sequence["Selection"]:
        """What is asked of an object of this type."""
        return self.children.get(type_name, ())


class Shape(Enum):
    """What a root field answers with."""

    CONNECTION = "connection"
    ONE = "one"
    NODES = "nodes"


@dataclass(frozen=True, slots=True)
class Root:
    """A root field: its shape and noun; `match` narrows it; `ids` are those of `nodes`, or `node`'s `single` one."""

    shape: Shape
    noun: str = ""
    match: Filter = ALWAYS
    ids: Sequence[tuple[str, tuple[str, ...]] | None] = ()
    order: tuple[Order, ...] = ()
    single: bool = False


class Journal(Protocol):
    """Which journal is read (`db.journal.Journal` is one)."""

    @property
    def id(self) -> int:
        """Its number in the tables."""

    @property
    def name(self) -> str:
        """Its name in routes and ids."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement that answers one JSON text, and its arguments."""

    statement: str
    arguments: tuple[object, ...]
