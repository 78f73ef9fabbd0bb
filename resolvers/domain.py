"""Domain records (登记事项): recording a version of one, whatever its noun.

What a noun is made of is declared in `ledger/domain_nouns.py`; who may record it is a line of `resolvers/policy.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from db import lookups
from db.journal import Outcome
from ledger import domain, fields
from ledger.domain import RecordNoun
from ledger.domain_nouns import RECORD_NOUNS
from resolvers import binding
from resolvers.context import Context
from resolvers.policy import require
from resolvers.recording import Prepared, projects_exist, purposes_exist, regions_exist, submit
from resolvers.refusals import Refusal, malformed

ACTIONS: Mapping[str, str] = {
    **dict.fromkeys(RECORD_NOUNS, "record-domain"),
    **dict.fromkeys(("authority", "platform", "standing", "supervision", "eligibility"), "record-register"),
}
"""The action that each noun's record is: registers hold facts that others rely on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRecord:
    """A version of a domain record: `content` are its fields as `ledger/domain.py` says; None is left out.

    `record` is its plain id (the command's own when left out), `version` the one that was read, 0 for a new record.
    """

    noun: str
    id: str
    organization: str | None = None
    project: str | None = None
    record: str | None = None
    version: int = 0
    content: Mapping[str, Any] = field(default_factory=dict)

    @property
    def action(self) -> str:
        """What the policy is asked."""
        return ACTIONS[self.noun]

    async def compose(self, ctx: Context) -> Prepared:
        """The command, and the rows of the record; raises `MALFORMED`, `RECORD_NOT_FOUND` and others."""
        declared = RECORD_NOUNS[self.noun]
        said = _said(self.content)
        self._check(declared)
        if found := domain.problem(declared, said):
            raise malformed(*found)
        if self.project is not None:
            await projects_exist(ctx, str(self.organization), [self.project])
        await _named_exist(ctx, declared, said)
        owner = {"organization": self.organization, "project": self.project}
        content = {
            "noun": self.noun, "id": self.record or self.id, "version": self.version + 1,
            **{name: value for name, value in owner.items() if value is not None}, **said,
        }  # fmt: skip
        return binding.bound(ctx, self.id, content, self.organization)

    def _check(self, declared: RecordNoun) -> None:
        binding.check(fields.ident, self.record or self.id, "record")
        binding.check(fields.number(0, 999_999), self.version, "version")
        if declared.owned:
            binding.check(fields.ident, self.organization or "", "organization")


async def record_domain(ctx: Context, request: DomainRecord) -> Outcome:
    """Record a domain record, or the next version of one; raises `VERSION_CONFLICT` and others."""
    require(ctx.principal, request.action, organization=request.organization)
    return await submit(ctx, await request.compose(ctx))


def _said(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The value without what was left out, in objects and lists."""
    if isinstance(value, Mapping):
        return {name: _said(item) for name, item in value.items() if item is not None}
    return [_said(item) for item in value] if isinstance(value, list | tuple) else value


async def _named_exist(ctx: Context, declared: RecordNoun, content: Mapping[str, Any]) -> None:
    """Raise where a record names a purpose, a region or another record that is not there."""
    await purposes_exist(ctx, [value for _, _, value in domain.named(declared, content, "purpose")])
    await regions_exist(ctx, [value for _, _, value in domain.named(declared, content, "region")])
    for path, each, value in domain.named(declared, content, "record"):
        if not await lookups.record_there(ctx.reader, ctx.journal.id, each.of, value):
            raise Refusal("RECORD_NOT_FOUND", ("input", *path.split(".")), noun=each.of, record=value)
