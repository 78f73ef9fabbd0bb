"""IATI's codes, from both generations of the standard, as data.

Version 1 wrote letters and words where version 2 writes numbers; publishers
mix them.  Everything is brought to the numbers of version 2.03.  Sources: the
codelists TransactionType, OrganisationRole, ActivityDateType, ActivityStatus,
RelatedActivityType and BudgetType at iatistandard.org, in versions 1.05 and 2.03.
"""

from typing import Final

INCOMING: Final = 1
OUTGOING_COMMITMENT: Final = 2
DISBURSEMENT: Final = 3
EXPENDITURE: Final = 4
INTEREST: Final = 5
REIMBURSEMENT: Final = 7

TRANSACTION_TYPES: Final = {
    1: "incoming funds",
    2: "outgoing commitment",
    3: "disbursement",
    4: "expenditure",
    5: "interest payment",
    6: "loan repayment",
    7: "reimbursement",
    8: "purchase of equity",
    9: "sale of equity",
    10: "credit guarantee",
    11: "incoming commitment",
    12: "outgoing pledge",
    13: "incoming pledge",
}

_TRANSACTION_WORDS: Final = {
    **{word: number for number, word in TRANSACTION_TYPES.items()},
    **{str(number): number for number in TRANSACTION_TYPES},
    "if": 1,
    "c": 2,
    "d": 3,
    "e": 4,
    "ir": 5,
    "lr": 6,
    "r": 7,
    "qp": 8,
    "qs": 9,
    "cg": 10,
    "incoming fund": 1,
    "commitment": 2,
    "expense": 4,
    "interest repayment": 5,
    "interest": 5,
    "disbursment": 3,  # so spelled in files of version 1.0
}

ROLES: Final = {1: "funding", 2: "accountable", 3: "extending", 4: "implementing"}

_ROLE_WORDS: Final = {
    **{word: number for number, word in ROLES.items()},
    **{str(number): number for number in ROLES},
    "donor": 1,  # so named in files of version 1.0
}

DATE_TYPES: Final = {1: "start-planned", 2: "start-actual", 3: "end-planned", 4: "end-actual"}

_DATE_WORDS: Final = {
    **{word: number for number, word in DATE_TYPES.items()},
    **{str(number): number for number in DATE_TYPES},
}

STATUSES: Final = {
    1: "pipeline/identification",
    2: "implementation",
    3: "finalisation",
    4: "closed",
    5: "cancelled",
    6: "suspended",
}

_STATUS_WORDS: Final = {
    **{word: number for number, word in STATUSES.items()},
    **{str(number): number for number in STATUSES},
    "pipeline": 1,
    "completion": 3,
    "post-completion": 4,
}

_BUDGET_WORDS: Final = {"1": 1, "2": 2, "original": 1, "revised": 2}

_TRUE: Final = {"1": True, "true": True, "0": False, "false": False}

NOT_REPRESENTED: Final = {
    "contact-info": "names and addresses of persons are not taken into public books",
    "activity-website": "links are not represented yet",
    "document-link": "documents are evidence, which is attached by hand",
    "policy-marker": "policy markers are not represented yet",
    "tag": "tags are not represented yet",
    "humanitarian-scope": "emergencies and appeals are not represented yet",
    "country-budget-items": "a recipient government's budget lines are not represented yet",
    "capital-spend": "the share of capital spending is not represented yet",
    "conditions": "conditions are not represented yet",
    "result": "results and indicators are not represented yet",
    "legacy-data": "a publisher's own older fields have no agreed meaning",
    "crs-add": "fields of the creditor reporting system are not represented yet",
    "fss": "forward spending surveys are not represented yet",
    "total-cost": "no element of any published version of the standard",
    "finance-type": "no element of an activity in any published version of the standard",
    "registry-record": "a registry's record of the file, not of its activities",
}
"""Elements that are counted and reported, with the reason why they are not read."""

UNKNOWN_ELEMENT: Final = "no element of this standard at this place"


def _number(words: dict[str, int], candidates: tuple[str, ...]) -> int | None:
    for candidate in candidates:
        found = words.get(" ".join(candidate.split()).casefold())
        if found is not None:
            return found
    return None


def transaction_type(*candidates: str) -> int | None:
    """Return the number 1 to 13 that the first understood code, letter or word means."""
    return _number(_TRANSACTION_WORDS, candidates)


def role(word: str) -> int | None:
    """Return the number 1 to 4 of a participating organization's role."""
    return _number(_ROLE_WORDS, (word,))


def date_type(word: str) -> int | None:
    """Return the number 1 to 4 of an activity's date."""
    return _number(_DATE_WORDS, (word,))


def status(*candidates: str) -> int | None:
    """Return the number 1 to 6 of an activity's status."""
    return _number(_STATUS_WORDS, candidates)


def budget_type(word: str) -> int | None:
    """Return 1 for an original and 2 for a revised budget; the standard's default is 1."""
    return _number(_BUDGET_WORDS, (word or "1",))


def boolean(text: str) -> bool | None:
    """Read xsd:boolean; nothing said is None."""
    return _TRUE.get(text.strip().casefold())
