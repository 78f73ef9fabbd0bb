"""Enumerations of inputs about memoranda, changes, agreements and filings; a value is the ledger's own code."""

from enum import Enum

import strawberry


@strawberry.enum
class PromiseKind(Enum):
    """A gift that is promised, a payment that is promised, what is owed to the organization, what it owes."""

    PLEDGE = "pledge"
    COMMITMENT = "commitment"
    RECEIVABLE = "receivable"
    PAYABLE = "payable"


@strawberry.enum
class Counterparty(Enum):
    """The class of the other side of a promise or an agreement."""

    NATURAL = "natural"
    ENTERPRISE = "enterprise"
    INSTITUTION = "institution"
    GOVERNMENT = "government"
    PARTNERS = "partners"
    VENDORS = "vendors"
    STAFF = "staff"
    BENEFICIARIES = "beneficiaries"
    ANONYMOUS = "anonymous"


@strawberry.enum
class MemorandumGround(Enum):
    """Why a memorandum ends."""

    CANCELLED = "cancelled"
    WRITTEN_OFF = "written-off"
    MISTAKEN = "mistaken"
    WITHDRAWN = "withdrawn"


@strawberry.enum
class WithdrawalGround(Enum):
    """Why a settlement was none."""

    MISTAKEN = "mistaken"
    RETURNED = "returned"


@strawberry.enum
class ChangeBasis(Enum):
    """What a change of a restriction rests on: consent, a filing, leftovers (慈善法 58), or time that has passed."""

    DONOR_CONSENT = "donor-consent"
    FILING = "filing"
    LEFTOVER = "leftover"
    TIME_PASSED = "time-passed"


@strawberry.enum
class FilingKind(Enum):
    """What is filed."""

    PLAN = "plan"
    REPORT = "report"
    PUBLICATION = "publication"


@strawberry.enum
class FilingTopic(Enum):
    """What a plan, a report or a publication is on; not each fits each of them."""

    PROGRAMME = "programme"
    ANNUAL = "annual"
    CAMPAIGN = "campaign"
    IMPLEMENTATION = "implementation"
    FINANCIAL = "financial"
    PROJECT = "project"
    STATISTICS = "statistics"
    MAJOR_TRANSACTION = "major-transaction"
    RELATED_PARTIES = "related-parties"
    CORRECTION_NOTE = "correction-note"
