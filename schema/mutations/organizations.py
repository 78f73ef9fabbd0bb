"""Recording organizations."""

from uuid import UUID

import strawberry

from resolvers import organizations
from resolvers.organizations import Organization
from schema.mutations.codes import LegalFormCode, ManagementMode, RegistrationLevel
from schema.mutations.inputs import PeriodInput, code
from schema.mutations.payloads import mutation, payload


@strawberry.input
class RecordOrganizationInput:
    """A version of an organization's record."""

    id: UUID
    """The caller's own name for this command."""
    organization: str
    """Its plain id: small letters, digits and hyphens; it never changes."""
    version: int = 0
    """The version that was read and is to be replaced; 0 for a new organization."""
    name: str
    """Registered name."""
    name_en: str | None = None
    """Name in English."""
    kind: str = "social-organization"
    """What kind of organization it is; a `social-organization` (社会组织) must be registered to move money."""
    uscc: str | None = None
    """Unified social credit code (统一社会信用代码); its check character is checked, and its legal form."""
    legal_form: LegalFormCode | None = None
    """The legal form of a social organization."""
    level: RegistrationLevel | None = None
    """The level of its registration."""
    management_mode: ManagementMode | None = None
    """How it is managed."""
    registration_authority: str | None = None
    """The authority that registered it (登记管理机关)."""
    supervising_body: str | None = None
    """The body that supervises its work (业务主管单位)."""
    region: str | None = None
    """The region where it is registered, `code@edition`."""
    identifiers: list[str] = strawberry.field(default_factory=list)
    """Other identifiers, each with its scheme, such as `XI-IATI:…`."""
    status: list[PeriodInput] = strawberry.field(default_factory=list)
    """`registered`, `public-fundraising` (公开募捐资格), `tax-receipt` (税前扣除资格) … by date."""

    def request(self) -> Organization:
        """The use case's request."""
        return Organization(
            id=str(self.id), organization=self.organization, version=self.version, name=self.name,
            name_en=self.name_en, kind=self.kind, uscc=self.uscc, legal_form=code(self.legal_form),
            level=code(self.level), management_mode=code(self.management_mode),
            registration_authority=self.registration_authority, supervising_body=self.supervising_body,
            region=self.region, identifiers=self.identifiers, status=[line.period() for line in self.status],
        )  # fmt: skip


@strawberry.type
class OrganizationMutations:
    """Recording organizations."""

    record_organization = mutation(
        organizations.record_organization,
        RecordOrganizationInput,
        payload("RecordOrganizationPayload", organization="Organization"),
    )
    """Record an organization, or the next version of one."""
