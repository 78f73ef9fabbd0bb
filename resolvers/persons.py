"""Persons on their way into the vault, and the same person sent again.

A request carries a `Person`; the leaf gets a commitment with a fresh salt, the vault gets the data, and
nothing else does: no message, no row and no log line of ours holds any of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db import lookups, vault
from db.journal import Companion
from ledger.errors import ProfileError
from ledger.identifiers import CitizenNumberError, read_citizen_number
from ledger.rejections import Rejection
from resolvers.context import Context
from resolvers.refusals import Refusal, malformed

_SEALED = "sealed"
_FIELDS = 16
_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """What is known of a person: texts by name (`name`, `citizenNumber`, `account` …).  It is not shown."""

    data: Mapping[str, Any]

    def __repr__(self) -> str:
        """Show no data."""
        return "Person()"

    def checked(self, path: str = "person") -> dict[str, str]:
        """The data in its one spelling; raises `MALFORMED` or `CITIZEN_NUMBER_INVALID`, without the data."""
        found = dict(self.data)
        if not found or len(found) > _FIELDS or not all(name.isascii() and name.isalnum() for name in found):
            raise malformed(path, f"must have 1 to {_FIELDS} fields with plain names")
        for value in found.values():
            if not isinstance(value, str) or not 0 < len(value) <= _CHARACTERS or "\0" in value:
                raise malformed(path, f"must hold texts of 1 to {_CHARACTERS} characters, and no U+0000")
        if "citizenNumber" in found:
            found["citizenNumber"] = _citizen(found["citizenNumber"], path)
        return found


def _citizen(text: str, path: str) -> str:
    try:
        return read_citizen_number(text)
    except CitizenNumberError as error:
        raise Refusal("CITIZEN_NUMBER_INVALID", ("input", *path.split(".")), why=error.reason) from None


def keeper(ctx: Context) -> Any:  # noqa: ANN401 - an asyncpg pool of the door's role
    """The connections that may see the vault."""
    assert ctx.keeper is not None, "the composition root gives every context that records a keeper's pool"
    return ctx.keeper


def number(ctx: Context) -> int:
    """The journal's number in the tables."""
    return ctx.journal.id


async def sealed(ctx: Context, person: Person | None) -> tuple[str | None, tuple[Companion, ...]]:
    """The commitment (hex) to a person, and the rows of the vault; nothing for nobody.

    Somebody whose citizen number the vault knows gets their further data under their own key.
    """
    if person is None:
        return None, ()
    found = await seal(ctx, person.checked())
    return found.commitment.hex(), found.companions


async def seal(
    ctx: Context, data: Mapping[str, Any], path: str = "person", met: dict[str, vault.Person] | None = None
) -> vault.Sealed:
    """Seal checked data, under the key of the person whom its citizen number finds.

    `met` remembers, within one command, persons whom the vault does not know yet.
    """
    assert ctx.vault is not None, "the composition root gives every context that records a vault"
    citizen, whose = data.get("citizenNumber"), None
    if citizen is not None:
        whose = met.get(citizen) if met else None
        whose = whose or await ctx.vault.find(keeper(ctx), number(ctx), citizen)
        whose = whose or ctx.vault.new_person(number(ctx), citizen_number=citizen)
        if met is not None:
            met[citizen] = whose
    try:
        return ctx.vault.seal(number(ctx), data, whose)
    except ProfileError as error:
        raise malformed(path, _without_data(error)) from None


def _without_data(error: ProfileError) -> str:
    """Why data has no canonical form; the profile's reasons name kinds of characters, never the text."""
    return error.why


async def same_person(ctx: Context, person: Person | None, position: int) -> None:
    """Raise `EXISTS_WITH_DIFFERENT_DATA` unless the entry's `party` is this very person.

    Data that was erased meanwhile cannot be compared: the entry stands as it is.
    """
    document = await lookups.document_at(ctx.reader, number(ctx), position)
    stored = None if document is None else facts_of(document).get("party")
    if stored is None and person is None:
        return
    same = stored is not None and person is not None
    if stored is not None and person is not None:
        same = await unchanged(ctx, bytes.fromhex(stored), person.checked())
    if not same:
        raise different(position, "data.party")


def facts_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an entry says of a payment: its data, or of a hold what it says of the payment that it is for."""
    data: Mapping[str, Any] = document["data"]
    return data.get("facts", {}) if document["type"] == "hold" else data


async def held_facts(ctx: Context, position: int | None) -> Mapping[str, Any]:
    """What the hold that a payment names says of it; nothing where it names none, or one that says nothing."""
    document = None if position is None else await lookups.document_at(ctx.reader, number(ctx), position)
    return {} if document is None or document["type"] != "hold" else facts_of(document)


async def sealed_again(
    ctx: Context, person: Person | None, held: Mapping[str, Any], position: int | None
) -> tuple[str | None, tuple[Companion, ...]]:
    """As `sealed`; but where a hold names whom it will pay, that very commitment, if this is the person behind it.

    Raises `HOLD_MISMATCH` for somebody else.  Whoever pays a hold need not name its person again.
    """
    stored: str | None = held.get("party")
    if stored is None:
        return await sealed(ctx, person)
    if person is not None and not await unchanged(ctx, bytes.fromhex(stored), person.checked()):
        raise Rejection("HOLD_MISMATCH", entry=position, field="data.party")
    return stored, ()


async def unchanged(ctx: Context, stored: bytes, data: Mapping[str, Any]) -> bool:
    """Whether `data` is what lies behind a commitment; yes if nothing lies there any more."""
    assert ctx.vault is not None, "as above"
    try:
        return await ctx.vault.compare(keeper(ctx), number(ctx), stored, data)
    except vault.ForgottenError:
        return True


def different(position: int, field: str) -> Rejection:
    """The rejection of a command sent again with other personal data; it says neither."""
    return Rejection("EXISTS_WITH_DIFFERENT_DATA", field=field, position=position, stored=_SEALED, asked=_SEALED)
