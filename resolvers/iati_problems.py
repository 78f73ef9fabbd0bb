"""What can be wrong inside a readable IATI file, and what to do about each.

A problem never stops the reading: all are returned at once.  Where `sets_aside`
is true the element (a transaction, a budget) was not taken; otherwise it was,
with the doubt that the problem states.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Source:
    """Where something stands: file, its SHA-256, line from 1, and the path of elements."""

    file: str
    sha256: str
    line: int
    path: str

    def __str__(self) -> str:
        """Return what a person looks for."""
        return f"{self.file}, line {self.line} ({self.path})"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a stable code, the place, the file's own text, why, and how to mend it."""

    code: str
    source: Source
    text: str
    why: str
    fix: str
    sets_aside: bool


ASIDE: Final = {
    "VALUE_MISSING": ("no value is given", "give the amount as a plain decimal number"),
    "VALUE_UNREADABLE": (
        "the value is not a plain decimal number",
        "write it in ASCII digits with a point, without separators of thousands, symbols or exponents",
    ),
    "CURRENCY_MISSING": (
        "neither the value nor the activity names a currency",
        "give value/@currency or iati-activity/@default-currency",
    ),
    "CURRENCY_UNKNOWN": ("the currency has no known number of decimals", "use a currency code of ISO 4217"),
    "TOO_MANY_DECIMALS": (
        "the value has more decimals than its currency, and nothing is rounded",
        "give the value in whole minor units of the currency",
    ),
    "VALUE_TOO_LARGE": ("the value is larger than the ledger counts (2^63 minor units)", "check the value"),
    "DATE_MISSING": ("no date is given", "give transaction-date/@iso-date or value/@value-date"),
    "TYPE_UNKNOWN": ("the kind of transaction is not given or not known", "give a code of TransactionType"),
    "ORGANIZATION_EMPTY": (
        "neither a reference nor a name is given",
        "name the organization, or leave the element out",
    ),
    "PERIOD_UNREADABLE": ("the period has no start or no end", "give period-start and period-end with @iso-date"),
    "CODE_MISSING": ("neither a code nor a name is given", "give the code"),
}
"""Codes of problems that set their element aside."""

TAKEN: Final = {
    "DATE_UNREADABLE": ("the date is no calendar date of the form YYYY-MM-DD", "correct the date"),
    "DATES_DIFFER": (
        "transaction-date and value-date are different days, and only one can be the effective date",
        "check which is the day on which the money moved",
    ),
    "IDENTIFIER_MISSING": (
        "the activity has no iati-identifier; another identifier, or its place in the file, stands for it",
        "give iati-identifier",
    ),
    "REPORTER_MISSING": ("the activity does not say who reports it", "give reporting-org"),
    "ROLE_UNKNOWN": ("the organization's role is not one of the standard's four", "give a code of OrganisationRole"),
    "STATUS_UNKNOWN": ("the activity's status is not known", "give a code of ActivityStatus"),
    "DATE_TYPE_UNKNOWN": ("it is not known which date this is", "give a code of ActivityDateType"),
    "PERCENTAGE_UNREADABLE": ("the percentage is not a number from 0 to 100", "correct the percentage"),
}
"""Codes of problems whose element was read all the same."""


def problem(code: str, source: Source, text: str = "") -> Problem:
    """Make a problem of a known code."""
    sets_aside = code in ASIDE
    why, fix = ASIDE[code] if sets_aside else TAKEN[code]
    return Problem(code, source, text[:120], why, fix, sets_aside)
