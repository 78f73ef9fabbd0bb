"""The roots of every mutation: one mixin a noun."""

import strawberry

from schema.attempts import RefusedCommandMutations
from schema.mutations.accounts import AccountMutations
from schema.mutations.agreements import AgreementMutations
from schema.mutations.approvals import ApprovalMutations
from schema.mutations.attestations import AttestationMutations
from schema.mutations.beneficiaries import BeneficiaryMutations
from schema.mutations.disbursements import DisbursementMutations
from schema.mutations.domain import DomainMutations
from schema.mutations.donations import DonationMutations
from schema.mutations.entries import EntryMutations
from schema.mutations.evidence import EvidenceMutations
from schema.mutations.filings import FilingMutations
from schema.mutations.goods import GoodsMutations
from schema.mutations.holds import HoldMutations
from schema.mutations.imports import ImportMutations
from schema.mutations.memoranda import MemorandumMutations
from schema.mutations.movements import MovementMutations
from schema.mutations.organizations import OrganizationMutations
from schema.mutations.periods import PeriodMutations
from schema.mutations.personal import PersonalMutations
from schema.mutations.placements import PlacementMutations
from schema.mutations.projects import ProjectMutations
from schema.mutations.references import ReferenceMutations
from schema.mutations.restrictions import RestrictionMutations
from schema.mutations.returns import ReturnMutations
from schema.mutations.rosters import RosterMutations
from schema.mutations.tokens import TokenMutations
from schema.mutations.webhooks import WebhookMutations
from schema.verification import VerificationMutations


@strawberry.type
class Mutation(
    OrganizationMutations,
    ProjectMutations,
    BeneficiaryMutations,
    AccountMutations,
    PeriodMutations,
    RestrictionMutations,
    DonationMutations,
    MovementMutations,
    DisbursementMutations,
    GoodsMutations,
    PlacementMutations,
    HoldMutations,
    ApprovalMutations,
    ReturnMutations,
    EvidenceMutations,
    MemorandumMutations,
    AgreementMutations,
    FilingMutations,
    ImportMutations,
    EntryMutations,
    PersonalMutations,
    RefusedCommandMutations,
    ReferenceMutations,
    TokenMutations,
    WebhookMutations,
    VerificationMutations,
    AttestationMutations,
    RosterMutations,
    DomainMutations,  # type: ignore[misc]  # made at run time
):
    """What can be recorded.  Every mutation takes one `input`, and answers named errors instead of failing."""
