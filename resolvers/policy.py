"""Who may see and do what: one table, read from top to bottom.

`NOUNS` says which rows of a noun each role sees, `FIELDS` narrows single fields,
`ACTIONS` says who may act.  What is in no line is refused.  For reads the table
becomes an `Access`, which the planner lays on every row, filter, order and count;
use cases that act begin with `require(principal, action, …)`.

ForbiddenError     the principal may not do this; `action` and `role` say what and as whom
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

from db.plans import ALWAYS, NEVER, Access, Filter, Has, Some, Test
from resolvers.context import Principal, Role

Rule = Callable[[Principal, tuple[str, ...]], Filter]
"""(principal, the relations that lead to the noun's owner) → the rows that may be seen."""


class ForbiddenError(Exception):
    """The principal may not do this."""

    def __init__(self, role: Role, action: str) -> None:
        super().__init__(f"{role.value} may not {action}")
        self.role = role
        self.action = action


# ---------------------------------------------------------------- rules


def everything(_principal: Principal, _path: tuple[str, ...]) -> Filter:
    """Every row."""
    return ALWAYS


def own(principal: Principal, path: tuple[str, ...]) -> Filter:
    """Rows of the principal's own organization."""
    if principal.organization is None:
        return NEVER
    return _behind(path, Test("organizationKey", "eq", principal.organization))


def area(principal: Principal, path: tuple[str, ...]) -> Filter:
    """Rows of organizations that are registered in the principal's region, or below it."""
    if principal.region is None:
        return NEVER
    return _behind((*path, "organization"), Test("regionCode", "within", principal.region))


def _behind(path: tuple[str, ...], part: Filter) -> Filter:
    for relation in reversed(path):
        part = Has(relation, part)
    return part


def fund(_principal: Principal, _path: tuple[str, ...]) -> Filter:
    """What serves a purpose; where money lies is not for everyone."""
    return Test("book", "eq", "fund")


def harmless(_principal: Principal, _path: tuple[str, ...]) -> Filter:
    """Entries whose leaf names no beneficiary and nobody's case; a gift's party is a commitment."""
    return Test("kind", "in", list(HARMLESS))


def public_records(_principal: Principal, _path: tuple[str, ...]) -> Filter:
    """Versions of records that are published anyway."""
    return Test("noun", "in", ["organization", "project", *PUBLIC_RECORDS])


PUBLIC_RECORDS = (
    "authority", "supervision", "standing", "member", "platform", "campaign", "special-fund", "trust", "budget",
    "activity", "indicator", "evaluation", "need", "offer", "match", "government-support", "incentive", "event",
    "training", "suggestion", "publication", "objection",
)  # fmt: skip
"""Domain records whose versions anyone may read, as the nouns themselves."""


def public_facts(_principal: Principal, _path: tuple[str, ...]) -> Filter:
    """What was filed, praised or drawn; no bank's statement."""
    return Test("kind", "in", list(PUBLIC_FACTS))


def either(*rules: Rule) -> Rule:
    """Rows that one of the rules opens."""
    return lambda principal, path: Some(tuple(rule(principal, path) for rule in rules))


HARMLESS = (
    "journal_opened",
    "key_rotated",
    "snapshot",
    "attestation",
    "reference_loaded",
    "account_opened",
    "restriction_declared",
    "goods_declared",
    "import_opened",
    "import_closed",
    "donation",
    "gift_in_kind",
    "restriction_changed",
    "restriction_released",
    "plan_filed",
    "report_filed",
    "publication_filed",
    "draw_committed",
    "inspection_draw",
)
"""Kinds of entry whose leaf anyone may read: the ledger's own, terms, what is filed in public, and gifts, whose leaf is
the donor's receipt."""
PUBLIC_FACTS = ("plan_filed", "report_filed", "publication_filed", "commendation", "draw_committed", "inspection_draw")
"""Facts that anyone may see; where money lies, which a bank's statement tells, is not for everyone."""

# ---------------------------------------------------------------- the table

_TRUSTED = (Role.ADMINISTRATOR, Role.AUDITOR, Role.INSPECTOR)


def _line(*, public: Rule | None, officer: Rule | None, supervisor: Rule | None) -> Mapping[Role, Rule]:
    rules = {Role.PUBLIC: public, Role.OFFICER: officer, Role.SUPERVISOR: supervisor}
    return {role: rule for role, rule in rules.items() if rule is not None} | dict.fromkeys(_TRUSTED, everything)


_OPEN = _line(public=everything, officer=everything, supervisor=everything)
_INTERNAL = _line(public=None, officer=own, supervisor=area)
_FUND = _line(public=fund, officer=either(fund, own), supervisor=either(fund, area))
_VERSIONS = _line(public=public_records, officer=public_records, supervisor=public_records)

NOUNS: Mapping[str, Mapping[Role, Rule]] = {
    "Organization": _OPEN,
    "OrganizationStatus": _OPEN,
    "RecordVersion": _VERSIONS,
    "Project": _OPEN,
    "Region": _OPEN,
    "RegionLink": _OPEN,
    "FocusArea": _OPEN,
    "Restriction": _OPEN,
    "Checkpoint": _OPEN,
    "Head": _OPEN,
    "Entry": _OPEN,
    "Breach": _OPEN,
    "Amount": _OPEN,
    "Asset": _OPEN,
    "PostingSide": _OPEN,
    "Account": _FUND,
    "Posting": _FUND,
    "StatementLine": _FUND,
    "Period": _OPEN,
    "RestrictionChange": _OPEN,
    "Fact": _line(public=public_facts, officer=either(public_facts, own), supervisor=either(public_facts, area)),
    "Hold": _INTERNAL,
    "HeldMove": _line(public=None, officer=everything, supervisor=everything),
    "Memorandum": _INTERNAL,
    "MemorandumStep": _line(public=None, officer=everything, supervisor=everything),
    "Agreement": _INTERNAL,
    "AgreementMilestone": _line(public=None, officer=everything, supervisor=everything),
    "Beneficiary": _INTERNAL,
    "BeneficiaryCategory": _line(public=None, officer=everything, supervisor=everything),
    "Evidence": _INTERNAL,
    "Delivery": _INTERNAL,
    "ImportBatch": _INTERNAL,
    "ImportRow": _INTERNAL,
    "ImportDecision": _INTERNAL,
    # domain records: what the law publishes, and what is between an organization and those who watch it
    **dict.fromkeys(
        (
            "Authority",
            "Supervision",
            "Standing",
            "Member",
            "Platform",
            "Campaign",
            "SpecialFund",
            "CharitableTrust",
            "Budget",
            "Activity",
            "Indicator",
            "Evaluation",
            "Need",
            "Offer",
            "Match",
            "GovernmentSupport",
            "Incentive",
            "CharityEvent",
            "Training",
            "Suggestion",
            "Publication",
            "Objection",
        ),
        _OPEN,
    ),
    **dict.fromkeys(
        (
            "RelatedParty",
            "Donor",
            "Volunteer",
            "Pairing",
            "Eligibility",
            "Contract",
            "Acceptance",
            "Invoice",
            "HelpTicket",
        ),
        _INTERNAL,
    ),
    **dict.fromkeys(
        (
            "BudgetLine",
            "IndicatorResult",
            "PairingAction",
            "MatchReason",
            "ContractPrice",
            "ContractQuote",
            "ContractMilestone",
            "EventWaiver",
            "PublishedFigure",
        ),
        _OPEN,  # reached through their record alone
    ),
}
"""Which rows each role sees; a role that is missing sees none, not even a count."""

FIELDS: Mapping[tuple[str, str], Mapping[Role, Rule]] = {
    ("Entry", "leaf"): _line(public=harmless, officer=either(harmless, own), supervisor=either(harmless, area)),
    ("Entry", "breaches"): _INTERNAL,
    ("Entry", "actor"): _INTERNAL,
    ("Entry", "command"): _line(public=None, officer=own, supervisor=None),
    ("Posting", "category"): _INTERNAL,
}
"""Fields that not everyone sees on every row: a missing role is refused, a rule leaves nothing elsewhere."""

OWNERS: Mapping[str, tuple[str, ...]] = {
    "Posting": ("entry",),
    "StatementLine": ("entry",),
    "Evidence": ("subject",),
    "Delivery": ("subject",),
    "ImportRow": ("batch",),
    "ImportDecision": ("batch",),
}
"""The relations that lead from a noun to what an organization answers for."""

ACTIONS: Mapping[str, tuple[Role, ...]] = {
    "record-organization": (Role.ADMINISTRATOR,),  # whose facts others rely on
    "record-project": (Role.OFFICER, Role.ADMINISTRATOR),  # store a version of a project
    "record-beneficiary": (Role.OFFICER, Role.ADMINISTRATOR),  # store a version of a beneficiary
    "record-domain": (Role.OFFICER, Role.ADMINISTRATOR),  # store a version of a domain record
    "record-register": (Role.ADMINISTRATOR,),  # authorities, platforms, standing: facts that others rely on
    "open-account": (Role.OFFICER, Role.ADMINISTRATOR),
    "freeze-account": (Role.OFFICER, Role.ADMINISTRATOR),
    "unfreeze-account": (Role.ADMINISTRATOR,),  # who froze it may be a court
    "close-account": (Role.OFFICER, Role.ADMINISTRATOR),
    "close-period": (Role.OFFICER, Role.ADMINISTRATOR),
    "reopen-period": (Role.ADMINISTRATOR,),
    "declare-restriction": (Role.OFFICER, Role.ADMINISTRATOR),
    "change-restriction": (Role.OFFICER, Role.ADMINISTRATOR),  # document that money may serve another purpose
    "record-memorandum": (Role.OFFICER, Role.ADMINISTRATOR),  # promises, help in selling, volunteer hours
    "bind-agreement": (Role.OFFICER, Role.ADMINISTRATOR),  # agreements and their milestones
    "file-fact": (Role.OFFICER, Role.ADMINISTRATOR),  # filings, statements, commendations, draws
    "record-money": (Role.OFFICER, Role.ADMINISTRATOR),  # every kind of entry that moves money
    "correct": (Role.OFFICER, Role.ADMINISTRATOR),  # reverse an entry
    "set-approval-threshold": (Role.OFFICER, Role.ADMINISTRATOR),  # raising it needs a second officer
    "name-approver": (Role.ADMINISTRATOR,),  # officers do not choose who checks them
    "enrol-key": (Role.OFFICER, Role.ADMINISTRATOR),  # officers their own
    "revoke-key": (Role.OFFICER, Role.ADMINISTRATOR),  # officers their own
    "read-proposals": (Role.OFFICER, Role.ADMINISTRATOR, Role.AUDITOR, Role.INSPECTOR),
    "decide-proposal": (Role.OFFICER, Role.ADMINISTRATOR),  # decline, withdraw, sign what one asked for
    "approve": (Role.OFFICER,),  # be the second officer
    "attach-evidence": (Role.OFFICER, Role.ADMINISTRATOR),
    "confirm-delivery": (Role.OFFICER, Role.ADMINISTRATOR),
    "import": (Role.OFFICER, Role.ADMINISTRATOR),  # import a file
    "decide-import": (Role.OFFICER, Role.ADMINISTRATOR),  # settle an import decision
    "load-reference": (Role.ADMINISTRATOR,),  # load a reference list
    "read-attempts": (Role.SUPERVISOR, Role.INSPECTOR),  # where refused commands are
    "open-attempts": (Role.SUPERVISOR, Role.INSPECTOR),  # read what they were, with a reason
    "reveal-personal-data": (Role.OFFICER, Role.INSPECTOR),  # read personal data, with a reason
    "start-verification": (Role.ADMINISTRATOR, Role.AUDITOR),  # start a replay
    "introspect": tuple(role for role in Role if role is not Role.PUBLIC),  # ask GraphQL for the contract
    "prove-roster-line": (Role.OFFICER, Role.INSPECTOR, Role.AUDITOR),  # one line of a roster, after a sealed entry
    "attest": (Role.AUDITOR,),  # record one's signed word about a head
    "read-leaves": (Role.ADMINISTRATOR, Role.AUDITOR, Role.INSPECTOR),  # entry bundles
    "read-projections": (Role.ADMINISTRATOR, Role.AUDITOR, Role.INSPECTOR),  # projections in bulk
    "export-statement": (Role.OFFICER, Role.ADMINISTRATOR, Role.AUDITOR, Role.INSPECTOR),  # an account's statement
    "trace-by-other-rules": tuple(role for role in Role if role is not Role.PUBLIC),  # beside the recorded rule
    "read-cover": (Role.OFFICER, Role.ADMINISTRATOR, Role.AUDITOR, Role.INSPECTOR),  # liquid custody less bound funds
    "read-metrics": (Role.ADMINISTRATOR, Role.AUDITOR),  # the operator's figures
    "read-access-log": (Role.AUDITOR, Role.INSPECTOR),  # who read personal data, with a reason
    "erase-personal-data": (Role.ADMINISTRATOR,),  # forget a person
    "hold-for-audit": (Role.AUDITOR, Role.INSPECTOR),  # nobody behind an organization's entries is erased meanwhile
    "hold-for-case": (Role.INSPECTOR,),  # the same for persons, and nobody is warned
    "manage-keys": (Role.ADMINISTRATOR,),  # rotate the log's key
    "manage-webhooks": (Role.OFFICER, Role.ADMINISTRATOR),  # register, list, replay and revoke webhooks
    "manage-tokens": (Role.ADMINISTRATOR,),  # make, list and revoke API tokens
}
"""Who may act; officers only for their own organization."""

READING = frozenset({"read-leaves", "read-projections", "export-statement", "read-metrics", "read-access-log"})
"""Actions that change nothing and write nothing down: what a read-only token may do, of what its role may."""


@lru_cache(maxsize=1024)
def access(principal: Principal) -> Access:
    """What a principal may read, for the planner."""
    role = principal.role
    rows = {noun: rules[role](principal, OWNERS.get(noun, ())) for noun, rules in NOUNS.items() if role in rules}
    fields = {
        (noun, name): rules[role](principal, OWNERS.get(noun, ())) if role in rules else None
        for (noun, name), rules in FIELDS.items()
    }
    return Access(rows, fields)


def require(principal: Principal, action: str, *, organization: str | None = None) -> None:
    """Refuse what the table does not allow; raises `ForbiddenError`.

    `organization` is whom the action is for: an officer acts for its own organization alone.  A scoped token may do
    what its scopes name and no more; what it reads is what its role reads.
    """
    if principal.role not in ACTIONS[action]:
        raise ForbiddenError(principal.role, action)
    if principal.scopes is not None and action not in principal.scopes:
        raise ForbiddenError(principal.role, action)
    if principal.role is Role.OFFICER and (organization is None or organization != principal.organization):
        raise ForbiddenError(principal.role, action)
