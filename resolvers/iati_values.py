"""What an IATI activity file says, as values.

Nothing here is interpreted: a transaction is what the publisher wrote, in the
numbers of version 2.03, with its line.  `iati_plan` says what it means for the
books.  Codes that the standard leaves open stay texts; an empty text means that
nothing is said.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from resolvers.iati_amounts import Amount
from resolvers.iati_problems import Problem, Source

DateSource = Literal["value-date", "transaction-date"]


@dataclass(frozen=True, slots=True)
class Narrative:
    """A text and its language (lower case, as `en`; empty when not said)."""

    language: str
    text: str


Texts = tuple[Narrative, ...]


def best(texts: Texts, *languages: str) -> str:
    """Return the text in the first language that is there, else the first text, else nothing."""
    for language in languages:
        for narrative in texts:
            if narrative.language.split("-")[0] == language:
                return narrative.text
    return texts[0].text if texts else ""


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization as mentioned: `ref` and `names` may be empty, not both.

    `type` is OrganisationType as written; `role` is 1 funding, 2 accountable,
    3 extending, 4 implementing, and `role_word` what the file says; `activity`
    is the organization's own activity that the mention points to.
    """

    ref: str
    names: Texts
    type: str
    source: Source
    role: int | None = None
    role_word: str = ""
    activity: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A sector, country or region: `percentage` is the file's exact decimal text, or empty."""

    code: str
    vocabulary: str
    percentage: str
    names: Texts
    source: Source


@dataclass(frozen=True, slots=True)
class Location:
    """A place: `position` is latitude and longitude as written."""

    ref: str
    names: Texts
    position: str
    administrative: tuple[tuple[str, str, str], ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Identifier:
    """Another identifier of an activity, with its kind and its owner's reference or name."""

    ref: str
    type: str
    owner: str


@dataclass(frozen=True, slots=True)
class RelatedActivity:
    """Another activity: type 1 parent, 2 child, 3 sibling, 4 co-funded, 5 third party."""

    ref: str
    type: str


@dataclass(frozen=True, slots=True)
class Budget:
    """Planned money for a period; `kind` is 1 original, 2 revised."""

    kind: int | None
    start: dt.date
    end: dt.date
    amount: Amount
    source: Source


@dataclass(frozen=True, slots=True)
class PlannedDisbursement:
    """Money meant to be paid in a period."""

    start: dt.date
    end: dt.date | None
    amount: Amount
    provider: Organization | None
    receiver: Organization | None
    source: Source


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction as published; `type` is 1 to 13, `date` is the one named by `date_source`.

    `ordinal` counts all `transaction` elements of its activity from 1. Flow,
    finance, aid and tied types fall back to the activity's defaults.
    """

    type: int
    ref: str
    date: dt.date
    date_source: DateSource
    transaction_date: dt.date | None
    value_date: dt.date | None
    amount: Amount
    descriptions: Texts
    provider: Organization | None
    receiver: Organization | None
    sectors: tuple[Share, ...]
    countries: tuple[Share, ...]
    regions: tuple[Share, ...]
    channel: str
    flow_type: str
    finance_type: str
    aid_types: tuple[str, ...]
    tied_status: str
    humanitarian: bool | None
    ordinal: int
    source: Source


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity: in the books, a project of its reporting organization.

    `identifier` is never empty; `identifier_source` says what stands for it.
    `dates` maps 1 start planned, 2 start actual, 3 end planned, 4 end actual;
    `digest` is equal for equal content, however it is printed.
    """

    identifier: str
    identifier_source: Literal["iati-identifier", "other-identifier", "position"]
    version: str
    titles: Texts
    descriptions: Texts
    status: int | None
    reporter: Organization | None
    participants: tuple[Organization, ...]
    sectors: tuple[Share, ...]
    countries: tuple[Share, ...]
    regions: tuple[Share, ...]
    locations: tuple[Location, ...]
    dates: tuple[tuple[int, dt.date], ...]
    default_currency: str
    default_language: str
    hierarchy: str
    humanitarian: bool | None
    scope: str
    collaboration_type: str
    last_updated: str
    other_identifiers: tuple[Identifier, ...]
    related: tuple[RelatedActivity, ...]
    budgets: tuple[Budget, ...]
    planned_disbursements: tuple[PlannedDisbursement, ...]
    transactions: tuple[Transaction, ...]
    digest: str
    source: Source


@dataclass(frozen=True, slots=True)
class ElementTally:
    """How many elements of one name were met: `found == read + set_aside + not_represented`.

    `name` is `iati-activity`, `transaction/value` and the like; `lines` are
    those of elements that were not read; `reason` why they are not represented.
    """

    name: str
    found: int
    read: int
    set_aside: int
    not_represented: int
    reason: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class IatiFile:
    """One file: its activities, everything wrong with it, and a count of every element."""

    name: str
    sha256: str
    version: str
    generated: str
    activities: tuple[Activity, ...]
    problems: tuple[Problem, ...]
    elements: tuple[ElementTally, ...]
