"""Projects: recording a version."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from db.journal import Outcome
from ledger import fields
from resolvers import binding
from resolvers.context import Context
from resolvers.policy import require
from resolvers.recording import Prepared, purposes_exist, regions_exist, submit
from resolvers.refusals import malformed

STATUSES = ("planned", "active", "completed", "suspended", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A version of a project's record; `version` is the one that was read, 0 for a new project.

    `purpose` is a code of the focus areas, `region` CODE@EDITION, dates are ISO texts.
    """

    action: ClassVar[str] = "record-project"

    id: str
    organization: str
    project: str | None = None
    version: int = 0
    code: str
    name: str
    name_en: str | None = None
    purpose: str | None = None
    region: str | None = None
    starts: str | None = None
    ends: str | None = None
    status: str = "active"
    identifiers: Sequence[str] = ()

    async def compose(self, ctx: Context) -> Prepared:
        """The command, and the rows of the record; raises `PURPOSE_NOT_FOUND`, `REGION_NOT_FOUND` and others."""
        self._check()
        await purposes_exist(ctx, [self.purpose] if self.purpose else [])
        await regions_exist(ctx, [self.region])
        content = {
            "noun": "project", "id": self.project or self.id, "version": self.version + 1,
            "organization": self.organization, "code": self.code, "name": self.name, "nameEn": self.name_en,
            "purpose": self.purpose, "region": self.region, "starts": self.starts, "ends": self.ends,
            "status": self.status, "identifiers": binding.identifiers(self.identifiers),
        }  # fmt: skip
        return binding.bound(ctx, self.id, content, self.organization)

    def _check(self) -> None:
        binding.check(fields.ident, self.project or self.id, "project")
        binding.check(fields.number(0, 999_999), self.version, "version")
        binding.check(fields.code, self.code, "code")
        binding.text(self.name, "name", needed=True)
        binding.text(self.name_en, "nameEn")
        for day, path in ((self.starts, "starts"), (self.ends, "ends")):
            if day is not None:
                binding.check(fields.day, day, path)
        if self.starts and self.ends and self.ends < self.starts:
            raise malformed("ends", "lies before its beginning")
        if self.status not in STATUSES:
            raise malformed("status", f"must be one of {', '.join(STATUSES)}")


async def record_project(ctx: Context, project: Project) -> Outcome:
    """Record a project, or the next version of one; raises `VERSION_CONFLICT` and others."""
    require(ctx.principal, project.action, organization=project.organization)
    return await submit(ctx, await project.compose(ctx))
