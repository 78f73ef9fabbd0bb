"""Recording beneficiaries, under pseudonyms."""

from uuid import UUID

import strawberry

from resolvers import beneficiaries
from resolvers.beneficiaries import Beneficiary
from schema.mutations.codes import BeneficiaryKind
from schema.mutations.inputs import PeriodInput, PersonInput, person
from schema.mutations.payloads import mutation, payload


@strawberry.input
class RecordBeneficiaryInput:
    """A version of a beneficiary's record."""

    id: UUID
    """The caller's own name for this command."""
    organization: str
    """The plain id of the organization that helps."""
    beneficiary: str | None = None
    """The pseudonym, a plain id that says nothing; the command's id when left out."""
    version: int = 0
    """The version that was read and is to be replaced; 0 for a new beneficiary."""
    kind: BeneficiaryKind = BeneficiaryKind.PERSON
    """A person, a household or a place."""
    region: str | None = None
    """The county, `code@edition`."""
    categories: list[PeriodInput] = strawberry.field(default_factory=list)
    """Categories by date, such as registered poor (建档立卡贫困人口)."""
    person: PersonInput | None = None
    """Who it is; kept in the vault."""

    def request(self) -> Beneficiary:
        """The use case's request."""
        return Beneficiary(
            id=str(self.id), organization=self.organization, beneficiary=self.beneficiary, version=self.version,
            kind=self.kind.value, region=self.region, categories=[line.period() for line in self.categories],
            person=person(self.person),
        )  # fmt: skip


@strawberry.type
class BeneficiaryMutations:
    """Recording beneficiaries."""

    record_beneficiary = mutation(
        beneficiaries.record_beneficiary, RecordBeneficiaryInput, payload("RecordBeneficiaryPayload")
    )
    """Record a beneficiary under a pseudonym, or the next version of one."""
