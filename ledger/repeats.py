"""Repeated commands: group 2 of the ladder.

An accepted command's id is used for ever.  The same content again is the stored result; other
content is a rejection that names the first field that differs.
"""

from collections.abc import Mapping

from ledger.commands import Command, Move
from ledger.entries import command_of
from ledger.intervals import Units
from ledger.rejections import Rejection
from ledger.state import Document


def same_or_reject(command: Command, stored: Document, position: int) -> None:
    """Return if the stored entry records this very command; else name the first field that differs.

    Personal fields (`party`) are commitments with fresh salts: they are compared in the vault.  So is
    who sent it again: an actor's keys change.
    """
    before = command_of(stored)
    for code, old, new in (
        ("KIND", before.kind, command.kind),
        ("MODE", before.mode, command.mode),
        ("ORGANIZATION", before.organization, command.organization),
        ("EFFECTIVE", before.effective, command.effective),
    ):
        if old != new:
            raise Rejection(f"EXISTS_WITH_DIFFERENT_{code}", position=position, stored=str(old), asked=str(new))
    _same_moves((*before.fund, *before.custody), (*command.fund, *command.custody), position)
    _same_moves(before.fund, command.fund, position)
    _same_facts(before, command, position)


def _same_moves(old: tuple[Move, ...], new: tuple[Move, ...], position: int) -> None:
    """Compare field by field over all moves: accounts first, then amounts, uses, and units with their links."""
    sides = [[_fields(move) for move in moves] for moves in (old, new)]
    for n, code in enumerate(("ACCOUNT", "AMOUNT", "USE", "UNITS")):
        for a, b in zip(*sides, strict=False):
            if a[n] != b[n]:
                raise Rejection(
                    f"EXISTS_WITH_DIFFERENT_{code}", position=position, stored=_text(a[n]), asked=_text(b[n])
                )
        if code == "ACCOUNT" and len(old) != len(new):
            count = (f"{len(old)} moves", f"{len(new)} moves")
            raise Rejection("EXISTS_WITH_DIFFERENT_ACCOUNT", position=position, stored=count[0], asked=count[1])


def _fields(move: Move) -> tuple[object, ...]:
    of = () if move.of is None else (move.of.entry, move.of.posting)
    asked = move.amount if move.balancing is None else f"at most {move.amount}, balancing {move.balancing}"
    return ((move.source, move.target), asked, plain(move.use or {}), (runs(move.units), of))


def _same_facts(before: Command, command: Command, position: int) -> None:
    """Compare what is left, field by field in the order of the alphabet."""
    old: dict[str, object] = {"documentDate": before.document_date, "voucher": before.voucher}
    new: dict[str, object] = {"documentDate": command.document_date, "voucher": command.voucher}
    old |= _said(before)
    new |= _said(command)
    for name in sorted({*old, *new}):
        a, b = plain(old.get(name)), plain(new.get(name))
        if a != b:
            raise Rejection(
                "EXISTS_WITH_DIFFERENT_DATA", field=name, position=position, stored=_text(a), asked=_text(b)
            )


def _said(command: Command) -> dict[str, object]:
    """The facts by their paths, without persons; those of a hold's payment each for itself."""
    found = {f"data.{name}": value for name, value in command.data.items() if name != "party"}
    if command.kind == "hold":
        found.pop("data.facts", None)
        facts = command.data.get("facts", {})
        found |= {f"data.facts.{name}": value for name, value in facts.items() if name != "party"}
    return found


def runs(units: Units | None) -> Units | None:
    """Designated units with neighbours made one, as a leaf would name them."""
    if units is None:
        return None
    out: list[tuple[int, int]] = []
    for lo, hi in units:
        if out and out[-1][1] == lo:
            out[-1] = (out[-1][0], hi)
        else:
            out.append((lo, hi))
    return tuple(out)


def _text(value: object) -> str:
    return "nothing" if value in (None, {}) else str(value)


def plain(value: object) -> object:
    """Tuples as lists, mappings as dicts: the shape that a decoded leaf has."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return value
