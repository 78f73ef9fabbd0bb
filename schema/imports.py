"""Import batches, their rows, and donations that await a decision on their earmark."""

import strawberry

from schema.enums import DecisionState
from schema.nodes import Node
from schema.relations import connection, embedded, one
from schema.roots import every
from schema.scalars import BigInt, Hex, Json


@strawberry.type
class ImportBatch(Node):
    """A file that was imported."""

    key: str
    """Its plain id."""
    file_digest: Hex
    """SHA-256 of the file."""
    rows_digest: Hex
    """SHA-256 over the rows, by which a file is recognised when it comes again."""
    row_count: int
    """How many rows were taken."""
    opened: BigInt
    """The position of the entry that opened it."""
    closed: BigInt | None
    """The position of the entry that closed it."""
    organization_key: str
    """The plain id of the organization."""
    total = embedded("Amount")
    """The sum of the rows."""
    organization = one("Organization")
    """The organization."""
    rows = connection("ImportRow")
    """What the rows said, without persons."""
    decisions = connection("ImportDecision")
    """Rows that await, or had, a decision."""
    entry = one("Entry")
    """The entry that opened it."""


@strawberry.type
class ImportRow:
    """What a row of the source said, without persons."""

    number: int
    """Its number in the file."""
    digest: Hex
    """SHA-256 of the content, as it stands in the entry's leaf."""
    content: str | None
    """The canonical JSON."""
    batch = one("ImportBatch")
    """The file."""
    entry = one("Entry")
    """The entry that it became."""


@strawberry.type
class ImportDecision(Node):
    """An imported donation whose earmark could not be read surely."""

    position: BigInt
    """The position of the donation, booked as undetermined."""
    number: int
    """The row's number in the file."""
    reason: str
    """Why a person must decide."""
    suggestion: Json | None
    """What the reader of the file suggests."""
    resolved_position: BigInt | None
    """The position of the entry that settled it."""
    state: DecisionState
    """Whether it still waits."""
    batch = one("ImportBatch")
    """The file."""
    row = one("ImportRow")
    """The row."""
    entry = one("Entry")
    """The donation."""
    resolution = one("Entry")
    """The entry that settled it."""


@strawberry.type
class ImportQueries:
    """Imports."""

    import_batches = connection("ImportBatch", root=every("ImportBatch"))
    """All files that were imported."""
    import_decisions = connection("ImportDecision", root=every("ImportDecision"))
    """All donations that await, or had, a decision."""
