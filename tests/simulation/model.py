"""The state machine told again, without intervals, bytes or proofs: balances, holds, ids, and the verdict on a command.

It shares no code with `ledger`.  It knows the few kinds that the simulation sends, and what each must answer.
"""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ledger.commands import Command, Move
from tests.db.books import DONORS, VENDORS, WORLD, command

FUNDS = ("f1", "f2")
DAY = "2026-01-01"
OK, AGAIN = "accepted", "replayed"


@dataclass(frozen=True)
class Hold:
    """Money that is kept: of which account, how much, until when."""

    account: str
    amount: int
    until: str | None


@dataclass
class Model:
    """What the journal must be after its entries."""

    size: int
    at: datetime
    balances: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*FUNDS, "b1"), 0))
    holds: dict[int, Hold] = field(default_factory=dict)
    resolved: set[int] = field(default_factory=set)
    ids: dict[str, tuple[int, int]] = field(default_factory=dict)

    def copy(self) -> Model:
        """The same, to be tried out."""
        return replace(
            self, balances=dict(self.balances), holds=dict(self.holds), resolved=set(self.resolved), ids=dict(self.ids)
        )

    def reserved(self, account: str) -> int:
        """What open holds keep of an account; the bank keeps all of them."""
        kept = (hold for position, hold in self.holds.items() if position not in self.resolved)
        return sum(hold.amount for hold in kept if account in {hold.account, "b1"})

    def step(self, made: Command, now: datetime) -> str:
        """The verdict on a command: `accepted`, `replayed` or the code of a rejection; if accepted, it has happened."""
        amount = made.fund[0].amount if made.fund else 0
        if made.id in self.ids:
            return AGAIN if self.ids[made.id][1] == amount else "EXISTS_WITH_DIFFERENT_AMOUNT"
        at = max(now, self.at + timedelta(microseconds=1))
        verdict = self._verdict(made, amount, at)
        if verdict == OK:
            self._happen(made, amount)
            self.ids[made.id] = self.size, amount
            self.size, self.at = self.size + 1, at
        return verdict

    def _verdict(self, made: Command, amount: int, at: datetime) -> str:
        clock = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        until = made.data.get("until")
        if until is not None and until <= clock:
            return "HOLD_EXPIRED"
        freed = 0
        if "hold" in made.data:
            if (problem := self._held(made, amount, clock)) is not None:
                return problem
            freed = self.holds[made.data["hold"]].amount
        if made.kind in {"expense", "hold", "allocation"}:
            payer = made.fund[0].source
            if amount > self.balances[payer] - self.reserved(payer) + freed:
                return "INSUFFICIENT_FUNDS"
        return OK

    def _held(self, made: Command, amount: int, clock: str) -> str | None:
        """Why a command may not pay, void or expire the hold that it names."""
        position = made.data["hold"]
        if position >= self.size:
            return "ENTRY_NOT_FOUND"
        hold = self.holds.get(position)
        if hold is None:
            return "NOT_A_HOLD"
        if made.kind == "expense" and (made.fund[0].source != hold.account or amount > hold.amount):
            return "HOLD_MISMATCH" if made.fund[0].source != hold.account else "HOLD_EXCEEDED"
        if position in self.resolved:
            return "HOLD_RESOLVED"
        over = hold.until is not None and hold.until <= clock
        if over != (made.kind == "expire"):
            return "HOLD_EXPIRED" if over else "HOLD_NOT_EXPIRED"
        return None

    def _happen(self, made: Command, amount: int) -> None:
        if "hold" in made.data:
            self.resolved.add(made.data["hold"])
        if made.kind == "hold":
            self.holds[self.size] = Hold(made.fund[0].source, amount, made.data.get("until"))
            return
        for move in made.fund:
            for account, sign in ((move.source, -1), (move.target, 1)):
                if account in self.balances:
                    self.balances[account] += sign * amount
        if made.kind in {"donation", "expense"}:
            self.balances["b1"] += amount if made.kind == "donation" else -amount


class Proposer:
    """Random commands of which many, and not all, will be accepted."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._sent: list[Command] = []

    def propose(self, model: Model, now: datetime) -> Command:
        """The next command of some client, who sees the journal as it stands now."""
        chance = self._chance
        if self._sent and chance.random() < 0.1:
            return self._again()
        holds = [position for position in model.holds if position not in model.resolved or chance.random() < 0.1]
        kinds = ["donation", "donation", "expense", "expense", "allocation", "hold"] + [
            "post",
            "void",
            "expire",
        ] * bool(holds)
        made = self._made(chance.choice(kinds), holds, model, now)
        made = replace(made, id=str(uuid.UUID(int=chance.getrandbits(128), version=4)), effective=DAY)
        self._sent.append(made)
        return made

    def _again(self) -> Command:
        """One that was sent before, as it was or with another amount."""
        made = self._chance.choice(self._sent)
        if made.kind != "donation" or self._chance.random() < 0.5:
            return made
        move, bank = made.fund[0], made.custody[0]
        return replace(
            made, fund=(replace(move, amount=move.amount + 1),), custody=(replace(bank, amount=bank.amount + 1),)
        )

    def _made(self, kind: str, holds: list[int], model: Model, now: datetime) -> Command:
        chance, amount = self._chance, self._chance.randint(1, 12)
        fund, other = chance.sample(FUNDS, 2)
        out = ([Move(fund, VENDORS, amount)], [Move("b1", WORLD, amount)])
        if kind == "donation":
            moves = ([Move(DONORS, fund, amount)], [Move(WORLD, "b1", amount)])
            return command("donation", {"channel": "bank"}, *moves)
        if kind == "allocation":
            return command("allocation", {}, [Move(fund, other, amount)])
        if kind == "hold":
            until = now + timedelta(seconds=chance.uniform(-0.5, 4))
            data = {"until": until.strftime("%Y-%m-%dT%H:%M:%S.%fZ")} if chance.random() < 0.7 else {}
            return command("hold", {"for": "expense", **data}, *out)
        if kind == "post":
            position = chance.choice(holds)
            hold = model.holds[position]
            amount = max(1, hold.amount + chance.choice([-2, -1, 0, 0, 1]))
            return command(
                "expense", {"hold": position}, [Move(hold.account, VENDORS, amount)], [Move("b1", WORLD, amount)]
            )
        if kind in {"void", "expire"}:
            return command(kind, {"hold": chance.choice(holds)})
        return command("expense", {}, *out)
