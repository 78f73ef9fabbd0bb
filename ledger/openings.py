"""What was sealed and is shown later: whether it is what the journal committed to.

A `sealed` entry has eight commitments, of which some are random: while nobody shows what lies behind one, that
is all anybody knows.  Whoever shows salt and data shows it to everybody (SPEC.md, "Commitment").
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from ledger.commitments import commitment
from ledger.errors import LedgerError


class Standing(Enum):
    """What is known of a commitment."""

    OPENED = "opened"
    """What was shown is what the entry committed to."""
    UNOPENED = "unopened"
    """The entry has it, and nothing was shown: it may be anything, or nothing."""
    WRONG = "wrong"
    """What was shown is not what the entry committed to."""
    ELSEWHERE = "elsewhere"
    """The entry has no such commitment."""


def judge(
    document: Mapping[str, Any], name: str, salt: bytes | None = None, data: Mapping[str, Any] | None = None
) -> Standing:
    """What is known of the commitment `name` (hex) of a sealed entry's document, given what was shown of it."""
    if document.get("type") != "sealed" or name not in document["data"]["commitments"]:
        return Standing.ELSEWHERE
    if salt is None or data is None:
        return Standing.UNOPENED
    try:
        found = commitment(salt, data).hex()
    except LedgerError:  # no salt has this length, or no data this form
        return Standing.WRONG
    return Standing.OPENED if found == name else Standing.WRONG
