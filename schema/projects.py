"""Projects."""

from datetime import date

import strawberry

from schema.domain import ProjectRecords
from schema.nodes import Node
from schema.relations import connection, one
from schema.roots import by_key, every


@strawberry.type
class Project(Node, ProjectRecords):  # type: ignore[misc]  # a base that is made at run time
    """A project of an organization."""

    key: str
    """Its plain id, as it stands in leaves."""
    version: int
    """The version of the record that is shown, the newest."""
    code: str
    """Its code, unique within the organization."""
    name: str
    """Its name."""
    name_en: str | None
    """Its name in English."""
    purpose: str | None
    """The purpose code that it serves."""
    region_code: str | None
    """Where it works, `code@edition`."""
    starts: date | None
    """The first day."""
    ends: date | None
    """The last day."""
    status: str
    """Where it stands."""
    identifiers: list[str]
    """Other identifiers, each with its scheme."""
    organization_key: str
    """The plain id of its organization."""
    organization = one("Organization")
    """Its organization."""
    region = one("Region")
    """Where it works."""
    accounts = connection("Account")
    """The accounts opened for it."""
    restrictions = connection("Restriction")
    """The restrictions that name it."""
    history = connection("RecordVersion")
    """Every version of its record."""
    entry = one("Entry")
    """The entry that binds the version shown."""


@strawberry.input
class ProjectCode:
    """A project's code, within its organization."""

    organization: str
    """The plain id of the organization."""
    code: str
    """The project's code."""


@strawberry.input(one_of=True)
class ProjectRef:
    """Names a project, by id or by its organization and code."""

    id: strawberry.ID | None = strawberry.UNSET
    """Its global id."""
    code: ProjectCode | None = strawberry.UNSET
    """Its organization and code."""


@strawberry.type
class ProjectQueries:
    """Projects."""

    project = one("Project", arguments={"by": (ProjectRef, "Which one.")}, root=by_key("Project"))
    """One project."""
    projects = connection("Project", root=every("Project"))
    """All projects."""
