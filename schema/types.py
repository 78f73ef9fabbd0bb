"""Every object type under its name, with the connection and the edge of each.

Relations name their type (`schema/relations.py`), and Strawberry finds it here.
"""

from typing import Any

import strawberry

from schema import relations
from schema.accounts import Account, StatementLine
from schema.agreements import Agreement, AgreementMilestone, RestrictionChange
from schema.amounts import Amount, Asset
from schema.beneficiaries import Beneficiary, BeneficiaryCategory
from schema.checkpoints import Checkpoint, Head
from schema.deliveries import Delivery
from schema.domain import DOMAIN_TYPES, LINES
from schema.entries import Breach, Entry
from schema.evidence import Evidence
from schema.facts import Fact
from schema.filters import LISTED
from schema.focus_areas import FocusArea
from schema.holds import HeldMove, Hold, Period
from schema.imports import ImportBatch, ImportDecision, ImportRow
from schema.memoranda import Memorandum, MemorandumStep
from schema.nodes import Node, PageInfo
from schema.organizations import Organization, OrganizationStatus, RecordVersion
from schema.postings import Posting, PostingSide
from schema.projects import Project
from schema.regions import Region, RegionLink
from schema.restrictions import Restriction

__all__ = [
    "Account",
    "Agreement",
    "AgreementMilestone",
    "Amount",
    "Asset",
    "Beneficiary",
    "BeneficiaryCategory",
    "Breach",
    "Checkpoint",
    "Delivery",
    "Entry",
    "Evidence",
    "Fact",
    "FocusArea",
    "Head",
    "HeldMove",
    "Hold",
    "ImportBatch",
    "ImportDecision",
    "ImportRow",
    "Memorandum",
    "MemorandumStep",
    "Node",
    "Organization",
    "OrganizationStatus",
    "PageInfo",
    "Period",
    "Posting",
    "PostingSide",
    "Project",
    "RecordVersion",
    "Region",
    "RegionLink",
    "Restriction",
    "RestrictionChange",
    "StatementLine",
]


globals().update(LINES | DOMAIN_TYPES)


def _made(name: str, doc: str, fields: dict[str, tuple[Any, str]]) -> Any:  # noqa: ANN401 - made at run time
    """Make an object type whose fields have an annotation and a description."""
    body: dict[str, Any] = {
        "__annotations__": {field: kind for field, (kind, _) in fields.items()},
        "__module__": __name__,
        **{field: strawberry.field(description=text) for field, (_, text) in fields.items()},
    }
    made = strawberry.type(type(name, (), body), description=doc)
    globals()[name] = made
    return made


def _connection(name: str) -> Any:  # noqa: ANN401 - made at run time
    lazy = relations.lazy
    _made(
        f"{name}Edge",
        f"A {name} object in its place in a list.",
        {"cursor": (str, "Where the list goes on from."), "node": (lazy(name), "The object.")},
    )
    edges = relations.list_of(lazy(f"{name}Edge"))
    return _made(
        f"{name}Connection",
        f"A page of a list of {name} objects.",
        {
            "edges": (edges, "The objects with their cursors."),
            "nodes": (relations.list_of(lazy(name)), "The objects."),
            "page_info": (PageInfo, "Where the page lies."),
            "total_count": (
                int,
                "How many there are in the whole list, exact up to 100,000, which then means as many or more.",
            ),
        },
    )


CONNECTIONS: dict[str, Any] = {noun.name: _connection(noun.name) for noun in LISTED}
"""The connection type of each noun."""
NODES: tuple[Any, ...] = (
    *(kind for name in __all__ if name != "Node" and issubclass(kind := globals()[name], Node)),
    *DOMAIN_TYPES.values(),
)
"""Every object type that `node` answers."""
