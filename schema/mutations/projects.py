"""Recording projects."""

from datetime import date
from uuid import UUID

import strawberry

from resolvers import projects
from resolvers.projects import Project
from schema.mutations.codes import ProjectStatus
from schema.mutations.inputs import day
from schema.mutations.payloads import mutation, payload


@strawberry.input
class RecordProjectInput:
    """A version of a project's record."""

    id: UUID
    """The caller's own name for this command."""
    organization: str
    """The plain id of its organization."""
    project: str | None = None
    """Its plain id; the command's id when left out."""
    version: int = 0
    """The version that was read and is to be replaced; 0 for a new project."""
    code: str
    """Its code, unique within the organization."""
    name: str
    """Its name."""
    name_en: str | None = None
    """Its name in English."""
    purpose: str | None = None
    """A code of the focus areas."""
    region: str | None = None
    """Where it works, `code@edition`."""
    starts: date | None = None
    """The first day."""
    ends: date | None = None
    """The last day."""
    status: ProjectStatus = ProjectStatus.ACTIVE
    """Where it stands."""
    identifiers: list[str] = strawberry.field(default_factory=list)
    """Other identifiers, each with its scheme."""

    def request(self) -> Project:
        """The use case's request."""
        return Project(
            id=str(self.id), organization=self.organization, project=self.project, version=self.version,
            code=self.code, name=self.name, name_en=self.name_en, purpose=self.purpose, region=self.region,
            starts=day(self.starts), ends=day(self.ends), status=self.status.value, identifiers=self.identifiers,
        )  # fmt: skip


@strawberry.type
class ProjectMutations:
    """Recording projects."""

    record_project = mutation(
        projects.record_project, RecordProjectInput, payload("RecordProjectPayload", project="Project")
    )
    """Record a project, or the next version of one."""
