"""The state machine: `decide(state, command, now)` gives an accepted entry, or a named rejection.

Pure and total: the same state, command and moment give the same bytes, at the door and in a replay.
The ladder of checks is `ledger/guards.py`; how units are taken is `ledger/postings.py`.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from ledger import canonical
from ledger.accounts import Account
from ledger.approvals import TERMS, four_eyes, taken
from ledger.commands import Command
from ledger.corrections import correct
from ledger.draft import Draft
from ledger.entries import document_of
from ledger.errors import ProfileError
from ledger.forms import well_formed
from ledger.guards import LADDERS
from ledger.holds import payment_of, reserve
from ledger.intervals import joined
from ledger.kinds import MOST_SLICES
from ledger.lots import lot_of
from ledger.merkle import leaf_hash
from ledger.postings import post_all
from ledger.rejections import Rejection, malformed
from ledger.repeats import same_or_reject
from ledger.restrictions import restriction_of
from ledger.state import Batch, Document, Head, Standing, State
from ledger.terms import PERIODS, STATUS, closed_through
from ledger.unmoved_guards import TAKING, unmoved_took

_ABSENT: Any = object()
_FOUND = ("fund", "custody", "holds", "breaches", "receivable")
"""What a decision found, under the names that its leaf gives it."""
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
        same_or_reject(command, state.entries[known], known)
        return Replayed(known)
    at = now if state.head.at is None else max(now, state.head.at + _STEP)
    draft = Draft(state, payment_of(command) if command.kind == "hold" else command, at)
    draft.until = command.data.get("until") if command.kind == "hold" else None
    for guard in LADDERS[draft.command.kind]:
        guard(draft)
    if command.kind == "correction":
        correct(draft)
    else:
        post_all(draft)
    four_eyes(draft, command)
    if command.kind == "hold":
        draft = Draft(state, command, at)  # the payment would stand: it is kept, not posted
        reserve(draft)
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
    slices = sum([len(posting["from"].get("took", ())) for posting in draft.fund])
    if slices > MOST_SLICES:
        raise Rejection("TOO_MANY_SLICES", slices=slices, most=MOST_SLICES)
    document = document_of(command, draft.position, state.head.prev, draft.clock)
    for name in _FOUND:
        if value := getattr(draft, name):
            document[name] = value
    if draft.prior is not None:
        document["priorPeriod"] = draft.prior
    try:
        leaf = canonical.of_plain_values(document)
    except ProfileError as error:  # a stranger's type inside `data`, such as a mapping that is no dict
        raise malformed(error.path, error.why) from None
    if len(leaf) > canonical.MAX_LEAF_BYTES:
        raise Rejection("LEAF_TOO_LARGE", bytes=len(leaf), most=canonical.MAX_LEAF_BYTES)
    hashed = leaf_hash(leaf)
    opened = (str(command.data["account"]),) if command.kind == "account_opened" else ()
    accepted = Accepted(draft.position, document, leaf, hashed, (*draft.accounts, *opened), before=state.head)
    _step(draft, accepted)
    return accepted


def _step(draft: Draft, accepted: Accepted) -> None:
    """Let the state take in the accepted entry, noting how to undo it."""
    state, command, log = draft.state, draft.command, accepted.undo
    accounts = state.accounts
    for name, account in draft.accounts.items():
        known = accounts.get(name, _ABSENT)
        if account.seq or known is not _ABSENT:
            log.append((accounts, name, known))
            accounts[name] = account
    for axis, units in draft.returned.items():
        _put(log, state.returned, axis, joined(units))
    _put(log, state.commands, command.id, draft.position)
    if type(state.entries) is dict or isinstance(state.entries, MutableMapping):
        _put(log, state.entries, draft.position, accepted.document)
    if "hold" in command.data:
        _put(log, state.resolved, command.data["hold"], draft.position)
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
        data.get("restriction"), data.get("project"), draft.position, recipient=data.get("recipient"),
    )  # fmt: skip
    _put(log, draft.state.accounts, account.id, account)


def _changed_status(draft: Draft, log: Log) -> None:
    account = draft.account(draft.command.data["account"])
    account.status = STATUS[draft.command.kind][1]
    _put(log, draft.state.accounts, account.id, account)


def _changed_period(draft: Draft, log: Log) -> None:
    through = closed_through(draft.command.kind, draft.command.data)
    _put(log, draft.state.periods, str(draft.command.organization), through)


def _changed_approvals(draft: Draft, log: Log) -> None:
    for key, value in taken(str(draft.command.organization), draft.command.kind, draft.command.data):
        _put(log, draft.state.approvals, key, value)


def _declared_restriction(draft: Draft, log: Log) -> None:
    restriction = restriction_of(draft.command.data, str(draft.command.organization), draft.position)
    _put(log, draft.state.restrictions, restriction.id, restriction)


def _bound_record(draft: Draft, log: Log) -> None:
    data, state = draft.command.data, draft.state
    if "record" not in data:
        return
    _put(log, state.versions, (data["noun"], data["record"]), data["version"])
    if data["noun"] == "organization":
        facts = data["facts"]
        status = tuple((s["kind"], s["from"], s.get("until")) for s in facts.get("status", ()))
        _put(log, state.standings, data["record"], Standing(facts["type"], status))


def _declared_goods(draft: Draft, log: Log) -> None:
    lot = lot_of(draft.command.data, str(draft.command.organization), draft.position)
    _put(log, draft.state.lots, lot.asset, lot)


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


def _attached(draft: Draft, log: Log) -> None:
    _put(log, draft.state.named, ("evidence", draft.command.data["evidence"]), draft.position)


def _delivered(draft: Draft, log: Log) -> None:
    _put(log, draft.state.named, ("delivery", draft.command.data["delivery"]), draft.position)


def _sealed_balances(draft: Draft, log: Log) -> None:
    _put(log, draft.state.snapshots, "through", draft.command.data["through"])


def _corrected(draft: Draft, log: Log) -> None:
    _put(log, draft.state.corrected, draft.command.data["of"], draft.position)
    _unmoved(draft, log)


def _unmoved(draft: Draft, log: Log) -> None:
    for mapping, key, value in unmoved_took(draft):
        _put(log, mapping, key, value)


_EFFECTS: dict[str, Any] = {
    **dict.fromkeys(TAKING, _unmoved),
    "account_opened": _opened_account,
    **dict.fromkeys(STATUS, _changed_status),
    **dict.fromkeys(PERIODS, _changed_period),
    **dict.fromkeys(TERMS, _changed_approvals),
    "restriction_declared": _declared_restriction,
    "goods_declared": _declared_goods,
    "record_bound": _bound_record,
    "reference_loaded": _loaded_reference,
    "import_opened": _opened_import,
    "import_closed": _closed_import,
    "evidence_attached": _attached,
    "delivery_confirmed": _delivered,
    "correction": _corrected,
    "snapshot": _sealed_balances,
}

EFFECTS = _EFFECTS
"""What accepting an entry of a kind changes besides accounts: `ledger/stated.py` lets leaves do it, too."""
