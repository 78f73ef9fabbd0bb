"""Entries: the document that a leaf is, its postings, and the command it came from.

`SPEC.md` section 4 holds the shape.  An entry's leaf holds all that `decide` was told and all that
it found; `command_of` takes the first part back out of it, so that a replay can decide again.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from ledger.accounts import OVERDRAWN
from ledger.commands import Approval, Command, Move, Origin
from ledger.intervals import Spans, Units

VERSION = 1


def axis_of(position: int, posting: int) -> str:
    """The axis of what a fund posting paid to an account that has none: units [0, amount)."""
    return f"posting/{position}/{posting}"


def clock_text(at: datetime) -> str:
    """A moment as leaves write it: `YYYY-MM-DDTHH:MM:SS.ffffffZ` (UTC)."""
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return utc.isoformat(timespec="microseconds")[:-6] + "Z"


def clock_of(text: str) -> datetime:
    """The moment that a leaf's clock text names; raises ValueError for any other form."""
    at = datetime.fromisoformat(text)
    if clock_text(at) != text:  # also every other form that `fromisoformat` reads
        raise ValueError(text)
    return at


def took_text(spans: Spans) -> list[list[str]]:
    """Taken spans as a leaf names them: [lo, hi], with the place as a third where it differs."""
    return [[str(lo), str(hi)] if place == lo else [str(lo), str(hi), str(place)] for place, lo, hi in spans]


def took_of(side: Mapping[str, Any]) -> Spans:
    """The spans that a posting's `from` side took, in order."""
    return tuple(
        (int(item[2]) if len(item) > 2 else int(item[0]), int(item[0]), int(item[1]))  # noqa: PLR2004 -- the third number is the place
        for item in side.get("took", ())
    )


def places_text(places: Units) -> list[list[str]]:
    """Restored places as a leaf names them: [place, length] in the order of the axis."""
    return [[str(place), str(length)] for place, length in places]


def places_of(side: Mapping[str, Any]) -> Units | None:
    """The (place, length) pairs of restored units on a posting's `to` side, or None."""
    found = side.get("places")
    return None if found is None else tuple((int(a), int(b)) for a, b in found)


def landed(posting: Mapping[str, Any]) -> tuple[int, int]:
    """The interval of the target's inflow axis where a posting's amount landed."""
    end = int(posting["to"]["in"])
    return end - int(posting["amount"]), end


def document_of(command: Command, position: int, prev: str, clock: str) -> dict[str, Any]:
    """The part of an entry's document that its command alone determines; `clock` as leaves write it."""
    document: dict[str, Any] = {
        "v": VERSION, "type": command.kind, "seq": position, "prev": prev, "at": clock,
        "id": command.id, "mode": command.mode, "actor": command.actor, "effective": command.effective,
        "data": dict(command.data),
    }  # fmt: skip
    if command.organization is not None:
        document["organization"] = command.organization
    if command.document_date is not None:
        document["documentDate"] = command.document_date
    if command.voucher is not None:
        document["voucher"] = dict(command.voucher)
    if command.approval is not None:
        document["approval"] = approval_text(command.approval)
    return document


def approval_text(approval: Approval) -> dict[str, str]:
    """An approval as a leaf holds it."""
    fields = (approval.approver, approval.approver_signature, approval.initiator_signature)
    named = zip(_APPROVAL, fields, strict=True)
    return {name: value for name, value in named if value is not None}


_APPROVAL = ("approver", "approverSignature", "initiatorSignature")


def approval_of(document: Mapping[str, Any]) -> Approval | None:
    """The approval that a leaf holds, if any; raises KeyError or TypeError for another shape."""
    found = document.get("approval")
    if found is None:
        return None
    if found.keys() - set(_APPROVAL):
        raise KeyError(*sorted(found))
    return Approval(found["approver"], found.get("approverSignature"), found.get("initiatorSignature"))


def command_of(document: Mapping[str, Any]) -> Command:
    """The command that an entry's document records; raises KeyError or ValueError for a shape unknown to us."""
    if document["type"] == "hold":
        return _hold_of(document)
    derived = document["type"] == "correction"
    return Command(
        id=document["id"], kind=document["type"], mode=document["mode"], actor=document["actor"],
        effective=document["effective"], organization=document.get("organization"), data=document["data"],
        fund=() if derived else _moves(document.get("fund", ())),
        custody=() if derived else _moves(document.get("custody", ())),
        document_date=document.get("documentDate"), voucher=document.get("voucher"),
        approval=approval_of(document),
    )  # fmt: skip


def _hold_of(document: Mapping[str, Any]) -> Command:
    """The command of a hold, whose moves are kept and not posted."""
    kept = document["holds"]
    fund, custody = (
        tuple(Move(m["from"], m["to"], int(m["amount"]), m.get("use"), units_of(m)) for m in kept.get(book, ()))
        for book in ("fund", "custody")
    )
    return Command(
        id=document["id"], kind="hold", mode=document["mode"], actor=document["actor"],
        effective=document["effective"], organization=document.get("organization"), data=document["data"],
        fund=fund, custody=custody, document_date=document.get("documentDate"), voucher=document.get("voucher"),
        approval=approval_of(document),
    )  # fmt: skip


def units_of(move: Mapping[str, Any]) -> Units | None:
    """The units that a kept move designates, or None."""
    found = move.get("units")
    return None if found is None else tuple((int(lo), int(hi)) for lo, hi in found)


def _moves(postings: Iterable[Mapping[str, Any]]) -> tuple[Move, ...]:
    """Postings back to moves: what a shortfall took from `overdrawn/…` belongs to the move before it."""
    moves: list[Move] = []
    for posting in postings:
        side, amount = posting["from"], int(posting["amount"])
        source, target = side["account"].removeprefix(OVERDRAWN), posting["to"]["account"]
        if side.get("rest"):
            before = moves.pop()
            whole = before.amount if before.balancing else before.amount + amount
            moves.append(Move(source, target, whole, before.use, before.units, before.of, before.balancing))
            continue
        origin = side.get("of")
        linked = Origin(origin["entry"], origin["posting"]) if origin and "entry" in origin else None
        most = int(posting.get("asked", amount))
        moves.append(
            Move(source, target, most, posting.get("use"), _designated(posting), linked, posting.get("balancing"))
        )
    return tuple(moves)


def _designated(posting: Mapping[str, Any]) -> Units | None:
    """The units a command designated: those taken, where the posting says that they were named."""
    if not posting["from"].get("named"):
        return None
    return tuple((lo, hi) for _, lo, hi in took_of(posting["from"]))
