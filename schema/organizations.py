"""Organizations, their statuses and qualifications by date, and the versions of records."""

from datetime import date

import strawberry

from schema.domain import OrganizationRecords
from schema.nodes import Node
from schema.relations import connection, listed, one
from schema.roots import by_key, every
from schema.scalars import Hex


@strawberry.type
class Organization(Node, OrganizationRecords):  # type: ignore[misc]  # a base that is made at run time
    """An organization: a charity (慈善组织), an authority, an enterprise and others."""

    key: str
    """Its plain id, as it stands in leaves."""
    version: int
    """The version of the record that is shown, the newest."""
    uscc: str | None
    """Unified social credit code (统一社会信用代码)."""
    name: str
    """Registered name."""
    name_en: str | None
    """Name in English."""
    kind: str
    """What kind of organization it is."""
    legal_form: str | None
    """Foundation (基金会), association (社会团体), social service organization (社会服务机构) …"""
    level: str | None
    """The level of its registration: national, province, city, county."""
    management_mode: str | None
    """How it is managed (双重管理 or 直接登记)."""
    registration_authority: str | None
    """The authority that registered it (登记管理机关)."""
    supervising_body: str | None
    """The body that supervises its work (业务主管单位)."""
    region_code: str | None
    """The region where it is registered, `code@edition`."""
    identifiers: list[str]
    """Other identifiers, each with its scheme."""
    region = one("Region")
    """The region where it is registered."""
    statuses = listed("OrganizationStatus", dated=True)
    """Status and qualifications, all or as of a date."""
    projects = connection("Project")
    """Its projects."""
    accounts = connection("Account")
    """Its accounts."""
    restrictions = connection("Restriction")
    """The restrictions that it declared."""
    beneficiaries = connection("Beneficiary")
    """Its beneficiaries, under pseudonyms."""
    entries = connection("Entry")
    """The entries that it answers for."""
    import_batches = connection("ImportBatch")
    """The files that it imported."""
    closed_through: date | None
    """The day through which its books are closed (结账); nothing when all periods are open."""
    periods = connection("Period")
    """The closings and reopenings of its books."""
    holds = connection("Hold")
    """What it reserved for payments, and what became of it."""
    memoranda = connection("Memorandum")
    """Its promises, its help in selling, the hours of its volunteers."""
    agreements = connection("Agreement")
    """Its agreements."""
    restriction_changes = connection("RestrictionChange")
    """Documented changes of what its money may be used for."""
    facts = connection("Fact")
    """What it filed, what was drawn, and other facts that could be denied."""
    history = connection("RecordVersion")
    """Every version of its record."""
    entry = one("Entry")
    """The entry that binds the version shown."""


@strawberry.type
class OrganizationStatus:
    """A status or qualification during a period."""

    kind: str
    """`registered`, `public-fundraising` (公开募捐资格), `tax-receipt` (公益性捐赠税前扣除资格) …"""
    valid_from: date
    """The first day."""
    valid_until: date | None
    """The last day, or open."""


@strawberry.type
class RecordVersion:
    """One version of a record, whose digest an entry holds."""

    noun: str
    """What it is a record of."""
    key: str
    """The plain id of what it is a record of."""
    version: int
    """Counted from 1."""
    digest: Hex
    """SHA-256 of the content, as it stands in the entry's leaf."""
    content: str | None
    """The canonical JSON."""
    entry = one("Entry")
    """The entry that binds it."""


@strawberry.input(one_of=True)
class OrganizationRef:
    """Names an organization, by id or by its unified social credit code."""

    id: strawberry.ID | None = strawberry.UNSET
    """Its global id."""
    uscc: str | None = strawberry.UNSET
    """Its unified social credit code."""


@strawberry.type
class OrganizationQueries:
    """Organizations."""

    organization = one("Organization", arguments={"by": (OrganizationRef, "Which one.")}, root=by_key("Organization"))
    """One organization."""
    organizations = connection("Organization", root=every("Organization"))
    """All organizations."""
