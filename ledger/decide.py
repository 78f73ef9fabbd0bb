"""The state machine: `decide(state, command, now)` gives an accepted entry, or a named rejection.

Pure and total: the same state, command and moment give the same bytes, at the door and in a replay.
The ladder of checks is `ledger/guards.py`; how units are taken is `ledger/postings.py`.
"""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from ledger import canonical
from ledger.accounts import Account
from ledger.commands import Command, Move
from ledger.corrections import correct
from ledger.draft import Draft
from ledger.entries import command_of, document_of
from ledger.errors import ProfileError
from ledger.guards import LADDER, well_formed
from ledger.intervals import Units, joined
from ledger.kinds import MOST_SLICES
from ledger.merkle import leaf_hash
from ledger.postings import post_all
from ledger.rejections import Rejection
from ledger.restrictions import restriction_of
from ledger.state import Batch, Document, Head, Standing, State

_ABSENT: Any = object()
_STEP = timedelta(microseconds=1)


@dataclass(slots=True)
class Accepted:
    """An accepted command: its entry's document, leaf and leaf hash, and the accounts that it touched."""

    position: int
    document: Document
    leaf: bytes
    hash: bytes
    touched: tuple[str, ...]
    undo: list[tuple[MutableMapping[Any, Any], Any, Any]] = field(default_factory=list, repr=False)
    before: Head = field(default_factory=Head, repr=False)


@dataclass(frozen=True, slots=True)
class Replayed:
    """The same command again: it is the entry at `position`, and nothing was written."""

    position: int


def decide(state: State, command: Command, now: datetime) -> Accepted | Replayed:
    """Accept `command` at the end of `state` (which steps on), recognise it, or raise `Rejection`.

    `now` is an aware moment; the entry's clock is `max(now, last + 1 µs)`.
    """
    well_formed(command)
    known = state.commands.get(command.id)
    if known is not None:
        _same_or_reject(command, state.entries[known], known)
        return Replayed(known)
    at = now if state.head.at is None else max(now, state.head.at + _STEP)
    draft = Draft(state, command, at)
    for guard in LADDER:
        guard(draft)
    if command.kind == "correction":
        correct(draft)
    else:
        post_all(draft)
    return _accept(draft)


def undo(state: State, accepted: Accepted) -> None:
    """Take the last accepted entry back out of the state (of linked commands one of which was refused)."""
    for mapping, key, old in reversed(accepted.undo):
        if old is _ABSENT:
            del mapping[key]
        else:
            mapping[key] = old
    state.head = accepted.before


def _accept(draft: Draft) -> Accepted:
    """Write the leaf and let the state step on; raises `TOO_MANY_SLICES` or `LEAF_TOO_LARGE`."""
    state, command = draft.state, draft.command
    slices = sum(len(posting["from"].get("took", ())) for posting in draft.fund)
    if slices > MOST_SLICES:
        raise Rejection("TOO_MANY_SLICES", slices=slices, most=MOST_SLICES)
    document = document_of(command, draft.position, state.head.prev, draft.at)
    for name, value in (
        ("fund", draft.fund), ("custody", draft.custody), ("breaches", draft.breaches),
        ("receivable", draft.receivable),
    ):  # fmt: skip
        if value:
            document[name] = value
    try:
        leaf = canonical.encode(document)
    except ProfileError as error:
        if "bytes" in error.why:
            raise Rejection("LEAF_TOO_LARGE", bytes=error.why, most=canonical.MAX_LEAF_BYTES) from None
        raise Rejection("MALFORMED", field=error.path, why=error.why) from None
    hashed = leaf_hash(leaf)
    accepted = Accepted(draft.position, document, leaf, hashed, tuple(draft.accounts), before=state.head)
    _step(draft, accepted)
    return accepted


def _step(draft: Draft, accepted: Accepted) -> None:
    """Let the state take in the accepted entry, noting how to undo it."""
    state, command, log = draft.state, draft.command, accepted.undo
    for name, account in draft.accounts.items():
        if account.seq:
            _put(log, state.accounts, name, account)
    for axis, units in draft.returned.items():
        _put(log, state.returned, axis, joined(units))
    _put(log, state.commands, command.id, draft.position)
    if isinstance(state.entries, MutableMapping):
        _put(log, state.entries, draft.position, accepted.document)
    effect = _EFFECTS.get(command.kind)
    if effect is not None:
        effect(draft, log)
    state.head = Head(draft.position + 1, accepted.hash.hex(), draft.at)


Log = list[tuple[MutableMapping[Any, Any], Any, Any]]


def _put(log: Log, mapping: MutableMapping[Any, Any], key: object, value: object) -> None:
    log.append((mapping, key, mapping.get(key, _ABSENT)))
    mapping[key] = value


def _opened_account(draft: Draft, log: Log) -> None:
    data = draft.command.data
    account = Account(
        data["account"], data["book"], data["class"], str(draft.command.organization), data["asset"],
        data.get("restriction"), data.get("project"), draft.position,
    )  # fmt: skip
    _put(log, draft.state.accounts, account.id, account)


def _declared_restriction(draft: Draft, log: Log) -> None:
    restriction = restriction_of(draft.command.data, str(draft.command.organization), draft.position)
    _put(log, draft.state.restrictions, restriction.id, restriction)


def _bound_record(draft: Draft, log: Log) -> None:
    data, state = draft.command.data, draft.state
    if "record" not in data:
        return
    _put(log, state.versions, (data["noun"], data["record"]), data["version"])
    if data["noun"] == "organization":
        facts = data.get("facts", {"type": "unknown"})
        status = tuple((s["kind"], s["from"], s.get("until")) for s in facts.get("status", ()))
        _put(log, state.standings, data["record"], Standing(facts["type"], status))


def _loaded_reference(draft: Draft, log: Log) -> None:
    data = draft.command.data
    _put(log, draft.state.references, (data["name"], data["edition"]), data["digest"])


def _opened_import(draft: Draft, log: Log) -> None:
    data, organization = draft.command.data, str(draft.command.organization)
    batch = Batch(
        data["batch"], organization, data["fileDigest"], data["rowsDigest"], data["rows"], int(data["total"]),
        data["asset"], draft.position,
    )  # fmt: skip
    _put(log, draft.state.batches, batch.id, batch)
    _put(log, draft.state.batch_of_rows, (organization, batch.rows_digest), batch.id)


def _closed_import(draft: Draft, log: Log) -> None:
    name = draft.command.data["batch"]
    _put(log, draft.state.batches, name, replace(draft.state.batches[name], closed=draft.position))


def _corrected(draft: Draft, log: Log) -> None:
    _put(log, draft.state.corrected, draft.command.data["of"], draft.position)


_EFFECTS: dict[str, Any] = {
    "account_opened": _opened_account,
    "restriction_declared": _declared_restriction,
    "record_bound": _bound_record,
    "reference_loaded": _loaded_reference,
    "import_opened": _opened_import,
    "import_closed": _closed_import,
    "correction": _corrected,
}


def _same_or_reject(command: Command, stored: Document, position: int) -> None:
    """Return if the stored entry records this very command; else name the first field that differs.

    Personal fields (`party`) are commitments with fresh salts: they are compared in the vault.
    """
    before = command_of(stored)
    for code, a, b in (
        ("KIND", before.kind, command.kind),
        ("MODE", before.mode, command.mode),
        ("ORGANIZATION", before.organization, command.organization),
        ("EFFECTIVE", before.effective, command.effective),
    ):
        if a != b:
            raise Rejection(f"EXISTS_WITH_DIFFERENT_{code}", position=position, stored=str(a), asked=str(b))
    for old, new in ((before.fund, command.fund), (before.custody, command.custody)):
        _same_moves(old, new, position)
    plain: list[tuple[str, object, object]] = [("documentDate", before.document_date, command.document_date)]
    plain.append(("voucher", _plain(before.voucher), _plain(command.voucher)))
    plain.extend(
        (f"data.{name}", _plain(before.data.get(name)), _plain(command.data.get(name)))
        for name in sorted({*before.data, *command.data} - {"party"})
    )
    for name, old_value, value in plain:
        if old_value != value:
            raise Rejection(
                "EXISTS_WITH_DIFFERENT_DATA", field=name, position=position, stored=str(old_value), asked=str(value)
            )


def _same_moves(old: tuple[Move, ...], new: tuple[Move, ...], position: int) -> None:
    if len(old) != len(new):
        raise Rejection(
            "EXISTS_WITH_DIFFERENT_AMOUNT", position=position, stored=f"{len(old)} moves", asked=f"{len(new)} moves"
        )
    for a, b in zip(old, new, strict=True):
        for code, x, y in (
            ("ACCOUNT", (a.source, a.target), (b.source, b.target)),
            ("AMOUNT", a.amount, b.amount),
            ("USE", _plain(a.use) or {}, _plain(b.use) or {}),
            ("UNITS", (_units(a.units), a.of), (_units(b.units), b.of)),
        ):
            if x != y:
                raise Rejection(f"EXISTS_WITH_DIFFERENT_{code}", position=position, stored=str(x), asked=str(y))


def _units(units: Units | None) -> Units | None:
    """Designated units with neighbours made one, as a leaf would name them."""
    out: list[tuple[int, int]] = []
    for lo, hi in units or ():
        if out and out[-1][1] == lo:
            out[-1] = (out[-1][0], hi)
        else:
            out.append((lo, hi))
    return tuple(out) if units is not None else None


def _plain(value: object) -> object:
    """Tuples as lists, mappings as dicts: the shape that a decoded leaf has."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value
