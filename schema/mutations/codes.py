"""Enumerations of inputs; a member's value is the ledger's own code."""

from enum import Enum

import strawberry


@strawberry.enum
class InputMode(Enum):
    """Whether it is asked to happen, and can be refused, or has happened and is recorded, breaches and all."""

    INSTRUCTED = "instructed"
    OBSERVED = "observed"


@strawberry.enum
class DonorClass(Enum):
    """Who gave, as a class: natural persons, enterprises, institutions, the anonymous, the unreported."""

    NATURAL = "natural"
    ENTERPRISE = "enterprise"
    INSTITUTION = "institution"
    ANONYMOUS = "anonymous"
    UNREPORTED = "unreported"


@strawberry.enum
class Channel(Enum):
    """How it was given: public fundraising (公开募捐) online or offline, privately, by bank, or as observed."""

    PUBLIC_ONLINE = "public-online"
    PUBLIC_OFFLINE = "public-offline"
    PRIVATE = "private"
    BANK = "bank"
    OBSERVED = "observed"


@strawberry.enum
class IncomeSource(Enum):
    """Where income that is no donation comes from."""

    INTEREST = "interest"
    INVESTMENT = "investment"
    FEES = "fees"
    GOVERNMENT = "government"
    SERVICE = "service"
    SALE = "sale"


@strawberry.enum
class OpeningBasis(Enum):
    """What an opening balance rests on."""

    AUDITED = "audited"
    UNAUDITED = "unaudited"
    UNREPORTED = "unreported"


@strawberry.enum
class ValuationBasis(Enum):
    """What the value of goods rests on."""

    INVOICE = "invoice"
    CUSTOMS = "customs"
    MARKET = "market"
    APPRAISAL = "appraisal"


@strawberry.enum
class Payee(Enum):
    """Who is paid."""

    BENEFICIARIES = "beneficiaries"
    VENDORS = "vendors"
    PARTNERS = "partners"


@strawberry.enum
class SpentOn(Enum):
    """What an expense is for."""

    VENDORS = "vendors"
    STAFF = "staff"
    TAX = "tax"
    PARTNERS = "partners"


@strawberry.enum
class CostClass(Enum):
    """The law's cost class of spending (慈善法)."""

    ACTIVITY = "activity"
    MANAGEMENT = "management"
    FUNDRAISING = "fundraising"
    PAYROLL = "payroll"
    TAX = "tax"
    OTHER = "other"


@strawberry.enum
class FeeTaker(Enum):
    """Who takes a fee."""

    BANK = "bank"
    PLATFORM = "platform"


@strawberry.enum
class FeeBase(Enum):
    """What a management fee is counted on."""

    RECEIVED = "received"
    SPENT = "spent"


@strawberry.enum
class FeeMoment(Enum):
    """When a management fee is released."""

    RECEIPT = "receipt"
    SPENDING = "spending"
    PERIOD_END = "period-end"


@strawberry.enum
class GroundBasis(Enum):
    """Why money may leave its restriction."""

    DETERMINATION = "determination"
    DONOR_CONSENT = "donor-consent"
    FILING = "filing"
    LEFTOVER = "leftover"
    TIME_PASSED = "time-passed"


@strawberry.enum
class CorrectionReason(Enum):
    """Why an entry is reversed."""

    MISTAKEN = "mistaken"
    DUPLICATE = "duplicate"
    MISPOSTED = "misposted"
    OTHER = "other"


@strawberry.enum
class Balancing(Enum):
    """What limits a balancing move: what its source can pay, what its target (`overdrawn/…`) lacks, or both."""

    FROM = "from"
    TO = "to"
    BOTH = "both"


@strawberry.enum
class AdvancePayee(Enum):
    """Who is paid by an advance."""

    BENEFICIARIES = "beneficiaries"
    VENDORS = "vendors"
    PARTNERS = "partners"
    STAFF = "staff"
    TAX = "tax"


@strawberry.enum
class InvestmentTerm(Enum):
    """Whether restricted money may be invested (慈善法 55): not, unless it is permitted."""

    PERMITTED = "permitted"
    BARRED = "barred"


@strawberry.enum
class Matter(Enum):
    """What a resolution is about: a major matter (重大) takes two thirds, an ordinary one half."""

    MAJOR = "major"
    ORDINARY = "ordinary"


@strawberry.enum
class LossGround(Enum):
    """Why something is lost: expired, damaged, missing at a stock count (盘亏), stolen; not coming back."""

    EXPIRED = "expired"
    DAMAGED = "damaged"
    STOCKTAKE = "stocktake"
    STOLEN = "stolen"
    INVESTMENT = "investment"
    LOAN = "loan"


@strawberry.enum
class Unvalued(Enum):
    """Why goods cannot be valued: no invoice, no market, used, or passed on without being accepted."""

    NO_INVOICE = "no-invoice"
    NO_MARKET = "no-market"
    USED = "used"
    NOT_ACCEPTED = "not-accepted"


@strawberry.enum
class FreezeGround(Enum):
    """Why nothing may leave an account: a court, another authority, a dispute, an audit, the organization itself."""

    COURT = "court"
    AUTHORITY = "authority"
    DISPUTE = "dispute"
    AUDIT = "audit"
    INTERNAL = "internal"


@strawberry.enum
class UnfreezeGround(Enum):
    """Why money may leave a frozen account again."""

    LIFTED = "lifted"
    SETTLED = "settled"
    MISTAKEN = "mistaken"


@strawberry.enum
class ReopenGround(Enum):
    """Why a closed period is opened again."""

    AUDIT = "audit"
    AUTHORITY = "authority"
    MISTAKEN = "mistaken"
    DISPUTE = "dispute"


@strawberry.enum
class RevokeGround(Enum):
    """Why an officer's key is good for nothing more."""

    LOST = "lost"
    REPLACED = "replaced"
    LEFT = "left"
    COMPROMISED = "compromised"


@strawberry.enum
class AccountClass(Enum):
    """A fund account, one that holds money for others (受托代理), or where custody money lies."""

    FUND = "fund"
    AGENCY = "agency"
    BANK = "bank"
    PLATFORM = "platform"
    CASH = "cash"
    WAREHOUSE = "warehouse"


@strawberry.enum
class LegalFormCode(Enum):
    """The legal form of a social organization: 社会团体, 社会服务机构, 基金会."""

    ASSOCIATION = "association"
    SERVICE = "service"
    FOUNDATION = "foundation"


@strawberry.enum
class RegistrationLevel(Enum):
    """The level of registration."""

    NATIONAL = "national"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


@strawberry.enum
class ManagementMode(Enum):
    """How an organization is managed: 双重管理, 脱钩, 直接登记."""

    DUAL = "dual"
    DECOUPLED = "decoupled"
    DIRECT_REGISTRATION = "direct-registration"


@strawberry.enum
class ProjectStatus(Enum):
    """Where a project stands."""

    PLANNED = "planned"
    ACTIVE = "active"
    COMPLETED = "completed"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


@strawberry.enum
class BeneficiaryKind(Enum):
    """Who or what is helped."""

    PERSON = "person"
    HOUSEHOLD = "household"
    PLACE = "place"


@strawberry.enum
class DeliveryMethod(Enum):
    """How a delivery was made."""

    TRANSFER = "transfer"
    CASH = "cash"
    GOODS = "goods"
    SERVICE = "service"
    PROXY = "proxy"


@strawberry.enum
class Confirmation(Enum):
    """How a delivery was confirmed."""

    SIGNATURE = "signature"
    FINGERPRINT = "fingerprint"
    PHOTO = "photo"
    TELEPHONE = "telephone"
    VISIT = "visit"
    ONLINE = "online"


@strawberry.enum
class ErasureGround(Enum):
    """Why a person is forgotten (个人信息保护法 47)."""

    REQUEST = "request"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    PURPOSE_ENDED = "purpose-ended"
    UNLAWFUL = "unlawful"


@strawberry.enum
class TokenRole(Enum):
    """What the bearer of a token is to the platform."""

    ADMINISTRATOR = "administrator"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    INSPECTOR = "inspector"


@strawberry.enum
class ReferenceName(Enum):
    """Lists that can be loaded."""

    REGIONS = "regions"
    FOCUS_AREAS = "focus-areas"
    POVERTY_COUNTIES = "poverty-counties"
