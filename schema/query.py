"""The roots of every query: one mixin a noun, and `node`."""

import strawberry

from schema.accounts import AccountQueries
from schema.agreements import AgreementQueries
from schema.attempts import RefusedCommandQueries
from schema.beneficiaries import BeneficiaryQueries
from schema.checkpoints import CheckpointQueries
from schema.deliveries import DeliveryQueries
from schema.disclosure import DisclosureQueries
from schema.domain import DomainQueries
from schema.entries import EntryQueries
from schema.evidence import EvidenceQueries
from schema.facts import FactQueries
from schema.focus_areas import FocusAreaQueries
from schema.holds import HoldQueries
from schema.imports import ImportQueries
from schema.memoranda import MemorandumQueries
from schema.methods import MethodQueries
from schema.organizations import OrganizationQueries
from schema.postings import PostingQueries
from schema.projects import ProjectQueries
from schema.proofs import ProofQueries
from schema.proposals import ProposalQueries
from schema.regions import RegionQueries
from schema.relations import many_nodes, one
from schema.restrictions import RestrictionQueries
from schema.roots import by_ids
from schema.tokens import ApiTokenQueries
from schema.traces import TraceQueries
from schema.verification import VerificationQueries
from schema.webhooks import WebhookQueries


@strawberry.type
class NodeQueries:
    """Objects by their ids."""

    node = one("Node", arguments={"id": (strawberry.ID, "Its id.")}, root=by_ids("id"))
    """An object by its id; authorized exactly as on every other path."""
    nodes = many_nodes(root=by_ids("ids"))
    """Up to 100 objects by their ids, in the order asked for; null where there is none that you may see."""


@strawberry.type
class Query(
    NodeQueries,
    OrganizationQueries,
    ProjectQueries,
    RegionQueries,
    FocusAreaQueries,
    BeneficiaryQueries,
    AccountQueries,
    RestrictionQueries,
    EntryQueries,
    PostingQueries,
    CheckpointQueries,
    ImportQueries,
    EvidenceQueries,
    DeliveryQueries,
    MemorandumQueries,
    AgreementQueries,
    FactQueries,
    HoldQueries,
    ApiTokenQueries,
    WebhookQueries,
    ProposalQueries,
    RefusedCommandQueries,
    ProofQueries,
    TraceQueries,
    MethodQueries,
    DisclosureQueries,
    VerificationQueries,
    DomainQueries,  # type: ignore[misc]  # made at run time
):
    """What can be read."""
