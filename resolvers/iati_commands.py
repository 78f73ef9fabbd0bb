"""A planned movement of IATI files -> one command with its companions.

    opening of unreported income   donors:unreported -> fund          opening, basis unreported
    opening from the reporter      opening -> fund                    opening, basis unaudited
    donation                       donors:<class> -> fund
    income                         payers:interest -> fund
    disbursement                   fund -> partners
    expense                        fund -> vendors
    transfer                       fund -> fund; between organizations bank -> bank too
    refund                         the same accounts the other way; a transfer's is a transfer back

What the file says of the transaction is stored beside the entry and bound by its digest.  The name of a counterpart
without a reference may be a person's: it goes to the vault.
"""

import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from db import import_batches
from db.journal import Companion, Item
from ledger.accounts import outside
from ledger.canonical import canonical
from ledger.commands import OBSERVED, Command, Move, Origin
from resolvers.context import Context
from resolvers.iati_movements import PlannedMovement
from resolvers.iati_records import Books, name_of
from resolvers.import_accounts import derived

CHANNEL = "observed"
_ENTERPRISE = "7"
"""OrganisationType: 70 to 73 are the private sector."""
_WITH_PARTY = frozenset({"donation", "disbursement"})


@dataclass(frozen=True, slots=True)
class Filed:
    """Where a movement stands in its batch: None for organizations that trade with others of the same files."""

    batch: str | None
    row: int


def command_id(movement: PlannedMovement) -> str:
    """The movement's id, the same at every import of the same files."""
    return derived("iati", *movement.identity)


def organization_of(movement: PlannedMovement, books: Books) -> str:
    """Who answers for the entry: who pays, if known, else who is paid."""
    return books.organization(movement.payer or movement.payee or movement.activity)


def command_of(ctx: Context, books: Books, movement: PlannedMovement, filed: Filed, original: int | None) -> Item:
    """The command and its companions; `original` is the position of the payment that a refund names."""
    organization, kind = organization_of(movement, books), _kind(movement)
    data, companions = _data(ctx, movement, kind, filed)
    of = Origin(original, 0) if original is not None and kind == "refund" else None
    if kind == "refund" and of is None:
        data["original"] = "unknown"
    fund, custody = _moves(books, movement, organization, of)
    command = Command(
        command_id(movement), kind, OBSERVED, ctx.principal.key, movement.date.isoformat(), organization, data, fund,
        custody,
    )  # fmt: skip
    return command, companions


def _kind(movement: PlannedMovement) -> str:
    if movement.payer is not None and movement.payee is not None:
        return "transfer"
    return movement.kind


def _moves(
    books: Books, movement: PlannedMovement, organization: str, of: Origin | None
) -> tuple[tuple[Move, ...], tuple[Move, ...]]:
    asset, amount = f"{movement.currency}/{movement.scale}", movement.amount
    bank, away = books.bank(organization, asset), outside(organization, "custody", asset)
    if movement.payer is not None and movement.payee is not None:
        other = books.bank(books.organization(movement.payee), asset)
        fund = Move(books.fund(movement.payer, asset), books.fund(movement.payee, asset), amount)
        return (fund,), () if other == bank else (Move(bank, other, amount),)
    beyond = outside(organization, _beyond(movement), asset)
    if movement.payer is None:
        held = books.fund(movement.payee or movement.activity, asset)
        return (Move(beyond, held, amount, of=of),), (Move(away, bank, amount),)
    use = None if movement.kind == "refund" else {"project": books.project(movement.payer), "cost": "activity"}
    return (Move(books.fund(movement.payer, asset), beyond, amount, use, of=of),), (Move(bank, away, amount),)


def _beyond(movement: PlannedMovement) -> str:
    """The class of the outside account."""
    match movement.reverses or movement.kind:
        case "opening":
            reported = "INTERNAL_SOURCE" in movement.flags and movement.kind == "opening"
            return "opening" if reported else f"donors:unreported:{CHANNEL}"
        case "donation":
            return f"donors:{_donor(movement)}:{CHANNEL}"
        case "income":
            return "payers:interest"
        case "expense":
            return "vendors"
        case _:
            return "partners"


def _donor(movement: PlannedMovement) -> str:
    if movement.counterpart is None:
        return "unreported"
    return "enterprise" if movement.counterpart.type.strip().startswith(_ENTERPRISE) else "institution"


def _data(
    ctx: Context, movement: PlannedMovement, kind: str, filed: Filed
) -> tuple[dict[str, Any], tuple[Companion, ...]]:
    """The entry's facts, and the rows that go with it."""
    data: dict[str, Any] = {}
    match kind:
        case "opening":
            data["basis"] = "unaudited" if movement.transactions else "unreported"
        case "donation":
            data["channel"] = CHANNEL
        case "income":
            data["source"] = "interest"
    companions: tuple[Companion, ...] = ()
    party = movement.counterpart
    name = name_of(party)
    private = bool(name) and party is not None and not party.ref.strip()
    if private:
        assert ctx.vault is not None, "the composition root gives every context that records a vault"
        sealed = ctx.vault.seal(ctx.journal.id, {"name": name})
        companions = sealed.companions
        if kind in _WITH_PARTY:
            data["party"] = sealed.commitment.hex()
    if filed.batch is not None:
        content = canonical(said(movement, private=private))
        digest = sha256(content)
        companions += (import_batches.row_companion(filed.batch, filed.row, content, digest.digest()),)
        data |= {"batch": filed.batch, "row": filed.row, "rowDigest": digest.hexdigest()}
    return data, companions


def said(movement: PlannedMovement, *, private: bool) -> dict[str, Any]:
    """What was published of a movement, as the journal keeps it: codes, texts as written, and where they stand."""
    party = movement.counterpart
    content: dict[str, Any] = {
        "kind": movement.kind, "activity": movement.activity, "flags": list(movement.flags),
        "published": [
            {
                "file": each.source.file, "sha256": each.source.sha256, "line": each.source.line,
                "path": each.source.path, "type": each.type, "ref": each.ref, "value": each.amount.text,
                "currency": each.amount.currency, "transactionDate": _day(each.transaction_date),
                "valueDate": _day(each.value_date),
            }
            for each in movement.transactions
        ],
    }  # fmt: skip
    named = {
        "payer": movement.payer, "payee": movement.payee, "reverses": movement.reverses,
        "counterpart": party.ref.strip() if party else "", "counterpartName": "" if private else name_of(party),
        "counterpartActivity": party.activity if party else "",
    }  # fmt: skip
    content |= {name: text for name, text in named.items() if text}
    return {name: _composed(item) for name, item in content.items()}


def _day(day: object) -> str:
    return "" if day is None else str(day)


def _composed(value: Any) -> Any:  # noqa: ANN401 - JSON in, JSON out
    """The same with every text in Unicode normalization form C."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {name: _composed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_composed(item) for item in value]
    return value
