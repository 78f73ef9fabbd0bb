"""A row of a donation list -> one linked command with its companions.

What names a person goes to the vault: the donor of a natural person's gift with its note, and any note whose words are
not all known.  The leaf holds the vault's commitment and the digest of the row's public content.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from db import import_batches
from db.journal import Companion, Item
from ledger.accounts import outside
from ledger.canonical import canonical, check_profile
from ledger.commands import OBSERVED, Command, Move
from ledger.errors import ProfileError
from resolvers.context import Context
from resolvers.donation_rows import DonationRow
from resolvers.earmarks import Earmark
from resolvers.import_accounts import Accounts, derived
from resolvers.place_names import PlaceNames
from resolvers.public_notes import names_nobody

CHANNEL = "bank"
"""How listed gifts came: the lists say no more."""
_LONGEST = 10_000
"""Characters of a row's texts together."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What all rows of one file share."""

    id: str
    accounts: Accounts
    places: PlaceNames


@dataclass(frozen=True, slots=True)
class Booked:
    """A row with the number under which it is stored, and what is public of it."""

    number: int
    row: DonationRow
    content: Mapping[str, Any]
    personal: Mapping[str, str]


def numbered(rows: tuple[DonationRow, ...]) -> list[tuple[int, DonationRow]]:
    """Give every row a number of its own: the spreadsheet's, later sheets counted on from the earlier ones."""
    found: list[tuple[int, DonationRow]] = []
    base = last = 0
    sheet: str | None = None
    for row in rows:
        if sheet is not None and row.sheet != sheet:
            base = last
        sheet, last = row.sheet, base + row.row_number
        found.append((last, row))
    return found


def unstorable(row: DonationRow) -> str | None:
    """Why the row's texts have no canonical form, or None."""
    texts = [_text(text) for text in (row.sheet, row.donor_text, row.party or "", row.note)]
    if sum(map(len, texts)) > _LONGEST:
        return f"together longer than {_LONGEST}"
    try:
        check_profile(texts)
    except ProfileError as error:
        return error.why
    return None


def split(number: int, row: DonationRow, places: PlaceNames) -> Booked:
    """Part what a row says into what is public and what is personal."""
    content: dict[str, Any] = {
        "sheet": _text(row.sheet), "row": row.row_number, "date": row.date.isoformat(),
        "amount": str(row.amount_minor), "asset": row.asset, "donorClass": row.donor_class,
    }  # fmt: skip
    personal: dict[str, str] = {}
    if row.donor_text:
        content["donor"] = _text(row.donor_text)
    if row.party is not None:
        personal["name"] = _text(row.party)
    if row.note:
        private = bool(personal) or row.donor_class == "natural" or not names_nobody(row.note, places)
        (personal if private else content)["note"] = _text(row.note)
    return Booked(number, row, content, personal)


def _text(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def command_of(ctx: Context, batch: Batch, booked: Booked) -> Item:
    """The command of a row and its companions; its texts have a canonical form (`unstorable`)."""
    row, accounts = booked.row, batch.accounts
    content = canonical(dict(booked.content))
    digest = sha256(content)
    companions: list[Companion] = [import_batches.row_companion(batch.id, booked.number, content, digest.digest())]
    data: dict[str, Any] = {"batch": batch.id, "row": booked.number, "rowDigest": digest.hexdigest()}
    gift = row.amount_minor > 0
    if booked.personal:
        assert ctx.vault is not None, "the composition root gives every context that records a vault"
        sealed = ctx.vault.seal(ctx.journal.id, booked.personal)
        companions += sealed.companions
        if gift:
            data["party"] = sealed.commitment.hex()
    if gift and not row.earmarks.certain:
        companions.append(
            import_batches.decision_companion(batch.id, booked.number, row.earmarks.reason, suggested(row))
        )
    fund, custody = _moves(row, accounts)
    data |= {"channel": CHANNEL} if gift else {"original": "unknown"}
    command = Command(
        derived("row", batch.id, str(booked.number)), "donation" if gift else "refund", OBSERVED, ctx.principal.key,
        row.date.isoformat(), accounts.organization, data, fund, custody,
    )  # fmt: skip
    return command, companions


def _moves(row: DonationRow, accounts: Accounts) -> tuple[tuple[Move, ...], tuple[Move, ...]]:
    """The moves of a gift, one for each earmark; or of a refund that names no original, from unrestricted money."""
    donors = outside(accounts.organization, f"donors:{row.donor_class}:{CHANNEL}", accounts.asset)
    away = outside(accounts.organization, "custody", accounts.asset)
    amount = row.amount_minor
    if amount < 0:
        return (Move(accounts.unrestricted, donors, -amount),), (Move(accounts.bank, away, -amount),)
    custody = (Move(away, accounts.bank, amount),)
    reading = row.earmarks
    if reading.certain and reading.parts:
        return tuple(Move(donors, accounts.of(part), part.amount_minor) for part in reading.parts), custody
    target = accounts.unrestricted if reading.certain else accounts.undetermined
    return (Move(donors, target, amount),), custody


def suggested(row: DonationRow) -> list[dict[str, Any]]:
    """What an earmark might mean, without its words: amounts in minor units, regions, purposes."""
    return [_part(part) for part in row.earmarks.suggestion if part.region_code or part.purpose_code]


def _part(part: Earmark) -> dict[str, Any]:
    said = {"amount": str(part.amount_minor), "region": part.region_code, "purpose": part.purpose_code}
    return {name: value for name, value in said.items() if value is not None}
