"""Organizations: recording a version, with dated status and qualifications that `decide` relies on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from db import lookups
from db.journal import Outcome
from ledger import fields, identifiers, records
from ledger.identifiers import LegalForm, LegalFormError, UsccError
from resolvers import binding
from resolvers.binding import Period
from resolvers.context import Context
from resolvers.persons import number
from resolvers.policy import require
from resolvers.recording import Prepared, regions_exist, submit
from resolvers.refusals import Refusal, malformed

SOCIAL = "social-organization"
"""The kind of those registered by civil affairs (社会组织): they must be registered to move money."""
FORMS = tuple(form.value for form in LegalForm)
LEVELS = ("national", "province", "city", "county")
MODES = ("dual", "decoupled", "direct-registration")


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """A version of an organization's record; `version` is the one that was read, 0 for a new organization.

    `status` holds `registered`, `public-fundraising` (公开募捐资格), `tax-receipt` … by date.
    """

    action: ClassVar[str] = "record-organization"

    id: str
    organization: str
    version: int = 0
    name: str
    name_en: str | None = None
    kind: str = SOCIAL
    uscc: str | None = None
    legal_form: str | None = None
    level: str | None = None
    management_mode: str | None = None
    registration_authority: str | None = None
    supervising_body: str | None = None
    region: str | None = None
    identifiers: Sequence[str] = ()
    status: Sequence[Period] = ()

    async def compose(self, ctx: Context) -> Prepared:
        """The command, and the rows of the record; raises `USCC_INVALID`, `LEGAL_FORM_MISMATCH` and others."""
        self._check()
        await regions_exist(ctx, [self.region])
        if self.uscc is not None:
            holder = await lookups.uscc_holder(ctx.reader, number(ctx), self.uscc)
            if holder not in (None, self.organization):
                raise Refusal("ALREADY_EXISTS", ("input", "uscc"), what="uscc", id=self.uscc)
        content = {
            "noun": "organization", "id": self.organization, "version": self.version + 1, "name": self.name,
            "nameEn": self.name_en, "kind": self.kind, "uscc": self.uscc, "legalForm": self.legal_form,
            "level": self.level, "managementMode": self.management_mode,
            "registrationAuthority": self.registration_authority, "supervisingBody": self.supervising_body,
            "region": self.region, "identifiers": binding.identifiers(self.identifiers),
            "status": binding.periods(self.status, "kind", "status"),
        }  # fmt: skip
        return binding.bound(ctx, self.id, content, None, records.facts(content))

    def _check(self) -> None:
        binding.check(fields.ident, self.organization, "organization")
        binding.check(fields.number(0, 999_999), self.version, "version")
        binding.check(fields.code, self.kind, "kind")
        binding.text(self.name, "name", needed=True)
        binding.text(self.name_en, "nameEn")
        binding.text(self.registration_authority, "registrationAuthority")
        binding.text(self.supervising_body, "supervisingBody")
        for value, allowed, path in (
            (self.legal_form, FORMS, "legalForm"), (self.level, LEVELS, "level"),
            (self.management_mode, MODES, "managementMode"),
        ):  # fmt: skip
            if value is not None and value not in allowed:
                raise malformed(path, f"must be one of {', '.join(allowed)}")
        _check_uscc(self.uscc, self.legal_form)


def _check_uscc(uscc: str | None, form: str | None) -> None:
    """Raise unless the code is one, and says the legal form that the record says."""
    if uscc is None:
        return
    try:
        found = identifiers.uscc(uscc)
        if form is not None:
            found.require_form(LegalForm(form))
    except UsccError as error:
        raise Refusal("USCC_INVALID", ("input", "uscc"), uscc=uscc[:40], why=error.reason) from None
    except LegalFormError as error:
        said = error.found.value if error.found else "none of them"
        raise Refusal("LEGAL_FORM_MISMATCH", ("input", "legalForm"), uscc=uscc, found=said, asked=form) from None


async def record_organization(ctx: Context, organization: Organization) -> Outcome:
    """Record an organization, or the next version of one; raises `VERSION_CONFLICT`, `USCC_INVALID` and others."""
    require(ctx.principal, organization.action, organization=organization.organization)
    return await submit(ctx, await organization.compose(ctx))
