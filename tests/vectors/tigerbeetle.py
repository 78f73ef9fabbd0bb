"""TigerBeetle's tables in this ledger's words: what of them can be asked here, and what means something else.

An account (`ledger` is its asset, `code` a project) is an `account_opened`; a transfer is an `allocation`
between fund accounts of one organization, its own ledger and code standing in `data.source`.  Accounts
without limit may owe in TigerBeetle and may not here, so they begin with a great deal of money.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.assets import MAX_UNITS
from ledger.commands import Command, Move
from ledger.decide import Accepted, decide, undo
from ledger.entries import clock_text
from ledger.rejections import Rejection
from ledger.state import State

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SEED = 10**12

ANSWERS = {
    "created": "created", "exists": "exists", "linked_event_failed": "undone",
    "id_must_not_be_zero": "MALFORMED", "ledger_must_not_be_zero": "MALFORMED", "code_must_not_be_zero": "MALFORMED",
    "debit_account_id_must_not_be_zero": "MALFORMED", "credit_account_id_must_not_be_zero": "MALFORMED",
    "exists_with_different_ledger": "EXISTS_WITH_DIFFERENT_DATA",
    "exists_with_different_code": "EXISTS_WITH_DIFFERENT_DATA",
    "exists_with_different_debit_account_id": "EXISTS_WITH_DIFFERENT_ACCOUNT",
    "exists_with_different_credit_account_id": "EXISTS_WITH_DIFFERENT_ACCOUNT",
    "exists_with_different_amount": "EXISTS_WITH_DIFFERENT_AMOUNT",
    "debit_account_not_found": "ACCOUNT_NOT_FOUND", "credit_account_not_found": "ACCOUNT_NOT_FOUND",
    "accounts_must_be_different": "SAME_ACCOUNT", "accounts_must_have_the_same_ledger": "ASSET_MISMATCH",
    "exceeds_credits": "INSUFFICIENT_FUNDS", "overflows_debits": "OVERFLOW", "overflows_credits": "OVERFLOW",
    "overflows_debits_posted": "OVERFLOW", "overflows_credits_posted": "OVERFLOW",
    "exists_with_different_pending_id": "EXISTS_WITH_DIFFERENT_DATA",
    "pending_transfer_not_found": "ENTRY_NOT_FOUND", "pending_transfer_not_pending": "NOT_A_HOLD",
    "exceeds_pending_transfer_amount": "HOLD_EXCEEDED", "pending_transfer_already_posted": "HOLD_RESOLVED",
    "pending_transfer_already_voided": "HOLD_RESOLVED", "pending_transfer_expired": "HOLD_EXPIRED",
}  # fmt: skip
"""TigerBeetle's status -> this ledger's answer."""

IMPORTED = "the ledger's clock is the only one, and strictly increasing: nothing is imported with a time of its own"
CLOSING = "an account is closed by an entry of its own, empty and for ever"
ABOVE = "what is held has no limit from above: only overdrawn/... owes, and no more than its shortfall comes back"
BALANCING = "a move balances what an opened account holds, or what overdrawn/... lacks"
HELD = "a hold keeps so much: it balances nothing"
SLOW = "the clock of a test is set, not slowed down"
READS = "reads are GraphQL's, outside of the state machine"
BUILDS = "the row builds on a row above that means something else here"
FLAGS = {
    "imported": IMPORTED, "timestamp": IMPORTED, "closing_debit": CLOSING, "closing_credit": CLOSING,
    "closed": CLOSING, "balancing_credit": BALANCING, "credits_must_not_exceed_debits": ABOVE,
    "reserved": "an entry has no reserved bits", "padding": "an entry has no reserved bits",
}  # fmt: skip
"""A field or flag of a row that has no counterpart -> why."""
STATUSES = {
    "credit_account_already_closed": CLOSING, "debit_account_already_closed": CLOSING, "exceeds_debits": ABOVE,
    "imported_event_expected": IMPORTED, "linked_event_chain_open": "linked commands come in one call, which ends them",
    "overflows_credits_pending": "what holds keep is part of the balance: no total of theirs can overflow",
    "overflows_debits_pending": "what holds keep is part of the balance: no total of theirs can overflow",
    "transfer_must_have_the_same_ledger_as_accounts": "an amount's asset is its accounts'",
    **dict.fromkeys(
        ("credits_pending_must_be_zero", "credits_posted_must_be_zero", "debits_pending_must_be_zero",
         "debits_posted_must_be_zero"), "an account is opened without totals of its own"),
}  # fmt: skip
"""A status that nothing here answers -> why."""


PHASES = ("pending", "post_pending_transfer", "void_pending_transfer")
OTHERWISE = {
    "flags_are_mutually_exclusive": "a hold, its payment and its void are kinds, not flags",
    "exists_with_different_flags": "a hold, its payment and its void are kinds, not flags",
    "timeout_reserved_for_pending_transfer": "a hold, its payment and its void are kinds, not flags",
    "pending_id_must_be_zero": "a hold, its payment and its void are kinds, not flags",
    "pending_id_must_not_be_zero": "a hold is named by the position of its entry",
    "pending_id_must_be_different": "a hold is named by the position of its entry",
    "pending_transfer_has_different_ledger": "a hold's asset is its accounts'",
    "pending_transfer_has_different_code": "a hold's asset is its accounts'",
    "exists_with_different_timeout": "a hold's end is a moment in its data",
    "overflows_timeout": "a hold's end is a moment in its data",
}  # fmt: skip


BESIDE = {"pending_transfer_expired": "HOLD_RESOLVED"}
"""What is answered once an `expire` entry stands in the journal."""


def is_set(row: Mapping[str, Any], name: str) -> bool:
    """Whether a row has a field or flag."""
    return row.get(name) not in (None, "", "0", "_")


def later(row: Mapping[str, Any]) -> str | None:
    """Why this ledger means something else than a row; None where it means the same."""
    status = row["status"]
    answer = ANSWERS.get(status, "")
    for name, why in FLAGS.items():
        asked = answer not in ("MALFORMED", "ACCOUNT_NOT_FOUND", "SAME_ACCOUNT") and not answer.startswith("EXISTS")
        if asked and row.get(name) not in (None, "", "0", "_"):
            return f"differs: {why}"
    if is_set(row, "balancing_debit") and any(is_set(row, name) for name in PHASES):
        return f"differs: {HELD}"
    if status == "id_already_failed":
        return "differs: only an accepted command consumes its id"
    if row["op"] == "transfer" and row.get("amount") == "0" and not _is_emptied(row):
        return "differs: an amount is positive"
    if status == "accounts_must_be_different" and "0" in (row["ledger"][1:], row["code"][1:]):
        return "differs: the form of a command is asked before its accounts"
    if (meant := _meant(row, status, answer)) is not None:
        return f"differs: {meant}"
    return None if status in ANSWERS else f"differs: {STATUSES[status]}"


def _meant(row: Mapping[str, Any], status: str, answer: str) -> str | None:
    """Why this ledger means something else, in the row's terms."""
    if status in OTHERWISE:
        return OTHERWISE[status]
    void = is_set(row, "void_pending_transfer")
    if void and status.startswith(("pending_transfer_has_different", "exceeds_pending")):
        return "a void names its hold and nothing else"
    if row.get("amount") == "-0" and not is_set(row, "post_pending_transfer") and answer == "created":
        return "no account begins with 2**63 - 1 units"
    if "user_data" in status:
        return "an entry's data is compared field by field, without user data"
    return "ids are names and UUIDs, not integers" if "int_max" in status else None


def _is_emptied(row: Mapping[str, Any]) -> bool:
    """A hold that is posted with nothing: here it is voided."""
    return is_set(row, "post_pending_transfer") and row["status"] == "created"


Chain = list[tuple[Mapping[str, Any], str, Accepted | None]]
"""Linked rows, each with its answer and its entry."""
SKIPPED = "skipped"


@dataclass
class Table:
    """One table being played: its state, what came of every row, and which accounts it cannot follow any more."""

    state: State = field(init=False)
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lost: set[str] = field(init=False)
    chain: Chain = field(default_factory=list)
    now: datetime = NOW
    emptied: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Open the journal and an organization."""
        self.state = State(entries={})
        self.lost = set()
        opened = {"origin": "t/t", "specification": "1", "zone": "Asia/Shanghai", "keys": []}
        self.ask(_command("journal_opened", opened, organization=None))
        record = {"noun": "organization", "record": "o1", "version": 1, "digest": "0" * 64, "facts": {"type": "x"}}
        self.ask(_command("record_bound", record, organization=None))

    def ask(self, made: Command) -> tuple[str, Accepted | None]:
        """The answer to a command in one word, and the entry."""
        try:
            found = decide(self.state, made, self.now)
        except Rejection as rejection:
            return rejection.code, None
        return ("created", found) if isinstance(found, Accepted) else ("exists", None)

    def play(self, actions: Iterable[Mapping[str, Any]]) -> None:
        """Play a table row by row."""
        for row in actions:
            if row["op"] == "account" and row["status"] == "created" and row["id"].lower() in self.state.accounts:
                self.__post_init__()  # the table holds a second test, which begins anew
            match row["op"]:
                case "account" | "transfer":
                    self._event(row)
                case "setup":
                    self._setup(row["args"])
                case "lookup_account":
                    self._look_up_account(row["args"])
                case "lookup_transfer":
                    self._look_up_transfer(row["args"])
                case "tick" if row["args"][1] == "seconds":
                    self._tick(int(row["args"][0]))
                case "commit":
                    self._close_chain()
                case _:
                    self.outcomes[f"differs: {SLOW if row['op'] == 'tick' else READS}"] += 1

    def _event(self, row: Mapping[str, Any]) -> None:
        row = {"amount": "0", **row} if row["op"] == "transfer" else row
        if any(entry is None for _, _, entry in self.chain):
            answer, entry = "undone", None  # a chain ends with its first refusal
        elif later(row) or self._cannot_follow(row):
            answer, entry = SKIPPED, None
        else:
            answer, entry = self.ask(account(row) if row["op"] == "account" else self._transfer(row))
        self.chain.append((row, answer, entry))
        if not row.get("linked"):
            self._close_chain()

    def _cannot_follow(self, row: Mapping[str, Any]) -> str | None:
        """A row that builds on one that could not be played."""
        if row["id"] in self.emptied and row.get("amount") != "0":
            return "differs: an amount is positive"
        if is_set(row, "balancing_debit") and not self._balances(row):
            return f"differs: {BALANCING}"
        names = {row.get(k) for k in ("id", "pending_id", "debit_account_id", "credit_account_id")} & self.lost
        return f"differs: {BUILDS}" if names else None

    def _balances(self, row: Mapping[str, Any]) -> bool:
        """Whether a balancing row can be played: of an account with a limit, with something on it, the first time."""
        known = uuid_of(row["id"]) in self.state.commands
        held = self.state.accounts.get(row["debit_account_id"].lower())
        return not known and held is not None and held.total_in < SEED and held.balance > held.reserved

    def _tick(self, seconds: int) -> None:
        """The clock goes on, and whoever sweeps lets holds expire."""
        self.outcomes["run"] += 1
        self.now += timedelta(seconds=seconds)
        for position, document in list(self.state.entries.items()):
            over = document["type"] == "hold" and document["data"].get("until", "Z") <= clock_text(self.now)
            if over and position not in self.state.resolved:
                self.ask(_command("expire", {"hold": position}))

    def _transfer(self, row: Mapping[str, Any]) -> Command:
        """A plain transfer, a hold, or what resolves one."""
        phases = [name for name in PHASES if is_set(row, name)]
        plain = ANSWERS[row["status"]] in ("MALFORMED", "ACCOUNT_NOT_FOUND", "SAME_ACCOUNT", "ASSET_MISMATCH")
        if plain or not phases:
            return transfer(row)
        if phases == ["pending"]:
            data = {"for": "allocation"}
            if is_set(row, "timeout"):
                data["until"] = clock_text(self.now + timedelta(seconds=int(row["timeout"])))
            return replace(transfer(row), kind="hold", data=data)
        position = self.state.commands.get(uuid_of(row["pending_id"]), 10**6)
        if _is_emptied(row) and row["amount"] == "0":
            self.emptied.add(row["id"])
        if phases == ["void_pending_transfer"] or row["id"] in self.emptied:
            return _command("void", {"hold": position}, name=row["id"])
        move = self._held_by(position, row)
        return _command("allocation", {"hold": position}, (move,), name=row["id"])

    def _held_by(self, position: int, row: Mapping[str, Any]) -> Move:
        """What a payment takes of its hold: accounts and amounts that the row leaves out are the hold's."""
        holds = self.state.entries.get(position, {}).get("holds")
        if holds is None:
            return transfer(row).fund[0]
        kept = holds["fund"][0]
        amount = int(kept["amount"]) if row["amount"] == "-0" else transfer(row).fund[0].amount
        source, target = (row[f"{end}_account_id"].lower() for end in ("debit", "credit"))
        return Move(kept["from"] if source == "a0" else source, kept["to"] if target == "a0" else target, amount)

    def _close_chain(self) -> None:
        """Linked events stand together or not at all; then every one is compared."""
        chain, self.chain = self.chain, []
        failed = any(entry is None for _, _, entry in chain)
        skipped = any(answer == SKIPPED for _, answer, _ in chain)
        for row, answer, entry in reversed(chain):
            word = answer
            if failed and len(chain) > 1 and entry is not None:
                undo(self.state, entry)
                word = "undone"
            if skipped:
                self._skip(row, chain)
                continue
            if word == "created" and row["op"] == "account":
                self._fill(row)
            self.outcomes["run"] += 1
            if word not in (ANSWERS[row["status"]], BESIDE.get(row["status"])):
                self.wrong.append(f"{row}: {word}")

    def _skip(self, row: Mapping[str, Any], chain: Chain) -> None:
        """Count a row that cannot be played; what it made in TigerBeetle is not there."""
        why = later(row) or self._cannot_follow(row)
        self.outcomes[why or next(w for r, _, _ in chain if (w := later(r) or self._cannot_follow(r)))] += 1
        if row["status"] == "created":
            self.lost.add(row["id"])
            if row.get("amount") != "0":
                self.lost |= {row[end] for end in ("debit_account_id", "credit_account_id") if end in row}

    def _fill(self, row: Mapping[str, Any]) -> None:
        """An account without limit begins with a great deal of money."""
        if not row.get("debits_must_not_exceed_credits"):
            self._give(row["id"], SEED)

    def _give(self, name: str, amount: int) -> None:
        held = self.state.accounts[name.lower()]
        bank = f"bank-{held.asset[:3].lower()}"
        if bank not in self.state.accounts:
            self.ask(
                _command("account_opened", {"account": bank, "book": "custody", "class": "bank", "asset": held.asset})
            )
        moves = (Move(f"outside/o1/donors:unreported:bank/{held.asset}", held.id, amount),)
        custody = (Move(f"outside/o1/custody/{held.asset}", bank, amount),)
        answer, _ = self.ask(_command("donation", {"channel": "bank"}, moves, custody))
        assert answer == "created"

    def _setup(self, args: list[str]) -> None:
        name, *amounts = args
        if name in self.lost or any(amount.startswith("-") for amount in amounts) or {amounts[0], amounts[2]} != {"0"}:
            self.outcomes["differs: nothing is reserved but by a hold, nor held but by money that came in"] += 1
            self.lost.add(name)
            return
        debits, credits_ = int(amounts[1]), int(amounts[3])
        if debits > credits_ and self.state.accounts[name.lower()].total_in < SEED:
            self.outcomes[f"differs: {ABOVE}"] += 1
            self.lost.add(name)
            return
        self.outcomes["run"] += 1
        if credits_:
            self._give(name, credits_)
        held = self.state.accounts[name.lower()]
        if debits:
            self.ask(_command(
                "expense", {}, (Move(held.id, f"outside/o1/vendors/{held.asset}", debits),),
                (Move(f"bank-{held.asset[:3].lower()}", f"outside/o1/custody/{held.asset}", debits),),
            ))  # fmt: skip

    def _look_up_account(self, args: list[str]) -> None:
        name, *totals = args
        if name in self.lost:
            self.outcomes[f"differs: {BUILDS}"] += 1
            return
        self.outcomes["run"] += 1
        held = self.state.accounts.get(name.lower())
        if totals == ["_"]:
            if held is not None:
                self.wrong.append(f"{name} is there")
            return
        if held is None:
            self.wrong.append(f"{name} is not there")
            return
        seed = SEED if held.total_in >= SEED else 0
        found = [str(held.reserved), str(held.total_out), str(held.total_in - seed)]
        if [totals[0], totals[1], totals[3]] != found:
            self.wrong.append(f"{name}: {totals} but {found}")

    def _look_up_transfer(self, args: list[str]) -> None:
        name, what, *values = args
        if name in self.lost or what != "exists":
            self.outcomes[f"differs: {BUILDS}"] += 1
            return
        self.outcomes["run"] += 1
        if (uuid_of(name) in self.state.commands) != (values == ["true"]):
            self.wrong.append(f"{name}: {args}")


def uuid_of(name: str) -> str:
    """The id of the command that creates what TigerBeetle calls so; none for zero."""
    kind, number = (name[0], int(name[1:])) if name[0].isalpha() else ("Z", 0)
    return "" if number == 0 and kind != "Z" else f"00000000-0000-7000-8{ord(kind):03d}-{number:012d}"


def _asset(ledger: str) -> str:
    return (
        ""
        if ledger == "L0"
        else f"L{chr(64 + int(ledger[1:]) // 26)}{chr(65 + int(ledger[1:]) % 26)}/0".replace("@", "Z")
    )


def account(row: Mapping[str, Any]) -> Command:
    """The command that opens the account of a row."""
    data = {"account": row["id"].lower(), "book": "fund", "class": "fund", "asset": _asset(row["ledger"])}
    data["project"] = "" if row["code"] == "C0" else row["code"].lower()
    return _command("account_opened", data, name=row["id"])


def transfer(row: Mapping[str, Any]) -> Command:
    """The command that moves the money of a row."""
    amount = row["amount"]
    units = MAX_UNITS - int(amount[1:]) if amount.startswith("-") else int(amount)
    source, target = ("" if row[end] == "A0" else row[end].lower() for end in ("debit_account_id", "credit_account_id"))
    data = {"source": "" if row["ledger"] == "L0" or row["code"] == "C0" else f"{row['ledger']}-{row['code']}"}
    balancing = "from" if is_set(row, "balancing_debit") and source else None
    return _command("allocation", data, (Move(source, target, units, balancing=balancing),), name=row["id"])


_COUNT = iter(range(10**9))


def _command(  # a short way to say the same fields each time
    kind: str,
    data: dict[str, Any],
    fund: tuple[Move, ...] = (),
    custody: tuple[Move, ...] = (),
    *,
    name: str | None = None,
    organization: str | None = "o1",
) -> Command:
    made = f"00000000-0000-7000-8000-{next(_COUNT):012d}" if name is None else uuid_of(name)
    return Command(made, kind, "instructed", "key-1", "2026-11-01", organization, data, fund, custody)
