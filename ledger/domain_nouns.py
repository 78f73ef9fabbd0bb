"""Every domain record by its name in leaves: what `ledger/domain_parties.py` and `ledger/domain_work.py` declare."""

from collections.abc import Mapping
from typing import Final

from ledger.domain import RecordNoun
from ledger.domain_parties import PARTIES
from ledger.domain_work import WORK

RECORD_NOUNS: Final[Mapping[str, RecordNoun]] = {noun.name: noun for noun in (*PARTIES, *WORK)}
"""By name."""
TYPES: Final[Mapping[str, str]] = {
    "organization": "Organization",
    "project": "Project",
    "beneficiary": "Beneficiary",
    **{noun.name: noun.type for noun in RECORD_NOUNS.values()},
}
"""What each noun of a record is called in the contract."""
