"""Evidence: binding a document to the entry that it supports, by SHA-256, size and media type."""

from dataclasses import dataclass
from typing import ClassVar

from db.journal import Outcome
from resolvers.context import Context
from resolvers.policy import require
from resolvers.recording import Prepared, Request, subject_fits, submit


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Request):
    """A document: which entry it supports, its SHA-256 (hex), its size in bytes and its media type."""

    action: ClassVar[str] = "attach-evidence"
    kind: ClassVar[str] = "evidence_attached"

    subject: int
    digest: str
    size: int
    media_type: str
    evidence: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command; raises `NOT_THE_ORGANIZATIONS_ENTRY`."""
        await subject_fits(ctx, self.organization, self.subject)
        data = {
            "evidence": self.evidence or self.id, "subject": self.subject, "digest": self.digest,
            "size": self.size, "mediaType": self.media_type,
        }  # fmt: skip
        return self.prepared(self.command(ctx, data))


async def attach_evidence(ctx: Context, evidence: Evidence) -> Outcome:
    """Bind a document to an entry (附件, 凭证); raises `ENTRY_NOT_FOUND` or `ALREADY_EXISTS`."""
    require(ctx.principal, evidence.action, organization=evidence.organization)
    return await submit(ctx, await evidence.compose(ctx))
