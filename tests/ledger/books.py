"""Random books: a small world of two organizations, and commands that may happen in it.

A `Book` decides each command, keeps the oracle in step, and remembers every document.  The same seed
gives the same book.
"""

from __future__ import annotations

import copy
import random
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ledger.commands import Command, Move, Origin
from ledger.decide import Accepted, decide
from ledger.entries import command_of
from ledger.flows import Slice
from ledger.intervals import size
from ledger.kinds import CORRECTABLE
from ledger.projections import slices
from ledger.rejections import Rejection
from ledger.state import State
from tests.ledger.oracle import Leg, Oracle
from tests.ledger.small_world import (
    AGENCY_ACCOUNTS,
    CNY,
    DONORS,
    FUNDS,
    GOODS,
    NOW,
    USE,
    VOTE,
    command,
    out,
    world,
)

__all__ = ["CNY", "GOODS", "NOW", "Book", "command", "out"]


class Book:
    """A journal in the making, its oracle beside it."""

    def __init__(self, seed: int = 0, *, watched: bool = True) -> None:
        self.watched = watched
        self.chance = random.Random(seed)
        self.state = State(entries={})
        self.oracle = Oracle()
        self.leaves: list[bytes] = []
        self.slices: list[Slice] = []
        self.refused: list[str] = []
        for made in world():
            self.record(made)

    def record(self, made: Command) -> Accepted:
        """Decide a command that must be accepted, and step the oracle."""
        accepted = decide(self.state, made, NOW)
        assert isinstance(accepted, Accepted)
        self.leaves.append(accepted.leaf)
        self.slices += slices(accepted.document)
        if self.watched:
            self.oracle.apply(accepted.position, made)
        return accepted

    def document(self, position: int) -> dict[str, Any]:
        """An earlier entry."""
        return self.state.entries[position]

    def step(self) -> Accepted | None:
        """One random command: its entry, or None when it was refused (which must change nothing)."""
        made = self.propose()
        watched = self.chance.random() < 0.1
        before = copy.deepcopy(self.state) if watched else None
        try:
            return self.record(made)
        except Rejection as rejection:
            self.refused.append(rejection.code)
            assert not watched or self.state == before, "a refused command changed the state"
            return None

    # ------------------------------------------------------------ what may happen

    def propose(self) -> Command:
        """A random command that is mostly acceptable."""
        makers: list[tuple[int, Callable[[], Command]]] = [
            (5, self._gift), (4, self._allocation), (2, self._transfer), (4, self._payment), (1, self._fee),
            (3, self._return), (2, self._refund), (4, self._correction), (2, self._purchase), (1, self._sale),
            (1, self._delivery), (2, self._repayment), (1, self._custody), (2, self._status), (1, self._period),
            (3, self._hold), (3, self._resolve), (2, self._agency), (3, self._advance), (2, self._placement),
            (1, self._loss),
        ]  # fmt: skip
        total = self.chance.choices([m for _, m in makers], [w for w, _ in makers])[0]
        return total()

    def _make(self, kind: str, data: dict[str, Any], fund: list[Move], custody: list[Move], **more: Any) -> Command:  # noqa: ANN401 -- any field
        mode = "observed" if self.chance.random() < 0.35 else "instructed"
        fields = {"id": str(uuid.UUID(int=self.chance.getrandbits(128))), "mode": mode} | more
        return command(kind, data, fund=tuple(fund), custody=tuple(custody), **fields)

    def _amount(self, account: str | None = None) -> int:
        """A small amount, mostly one that the account can pay."""
        have = 12
        if account:
            have = size(self.state.accounts[account].free) - self.state.accounts[account].reserved
        top = have if have and self.chance.random() < 0.85 else 12
        return self.chance.randint(1, min(top, 12))

    def _units(self, account: str, amount: int) -> tuple[tuple[int, int], ...] | None:
        """Sometimes the very units to take, in any order."""
        spots = [spot for _, lo, hi in self.state.accounts[account].free for spot in range(lo, hi)]
        if self.chance.random() < 0.7 or len(spots) < amount:
            return None
        if self.chance.random() < 0.5:
            first = self.chance.randrange(len(spots) - amount + 1)
            chosen = spots[first : first + amount]
        else:
            chosen = self.chance.sample(spots, amount)
        return runs(chosen)

    def _gift(self) -> Command:
        funds = self.chance.sample(FUNDS, self.chance.choice((1, 1, 1, 2, 3)))
        donor, bank = self.chance.choice(DONORS), self.chance.choice(("b1", "b2"))
        moves = [Move(out(donor), fund, self._amount()) for fund in funds]
        total = sum(move.amount for move in moves)
        return self._make("donation", {"channel": "bank"}, moves, [Move(out("custody"), bank, total)])

    def _allocation(self) -> Command:
        source, target = self.chance.choice((("f1", "f2"), ("f2", "f3"), ("f1", "f3"), ("f4", "f2"), ("f3", "f1")))
        amount = self._amount(source)
        data: dict[str, Any] = {}
        if source == "f4" and self.chance.random() < 0.8:
            data["ground"] = {"basis": "determination", "on": "2026-10-01"}
        if source == "f3" and self.chance.random() < 0.8:
            data["ground"] = {"basis": "donor-consent", "on": "2026-10-01", "reference": "letter-1"}
        moves = [Move(source, target, amount, units=self._units(source, amount))]
        if self.chance.random() < 0.2:
            moves.append(Move("f2", "f3", self._amount("f2")))
        if self.chance.random() < 0.3:  # at most so much
            moves[0] = Move(source, target, self.chance.randint(1, 200), balancing="from")
        return self._make("allocation", data, moves, [])

    def _transfer(self) -> Command:
        source, target = self.chance.choice((("f1", "h1"), ("f2", "h2"), ("f1", "h2"), ("h1", "f1"), ("h2", "f2")))
        amount = self._amount(source)
        ours = source.startswith("f")
        banks = [Move("b1", "c1", amount)] if ours else [Move("c1", "b1", amount)]
        moves = [Move(source, target, amount, units=self._units(source, amount))]
        return self._make("transfer", {}, moves, banks, organization="o1" if ours else "o2")

    def _payment(self) -> Command:
        source = self.chance.choice(("f1", "f2", "f3", "f2"))
        use = {"purpose": "edu.school", "cost": "activity"}
        kind, klass = self.chance.choice((("expense", "vendors"), ("disbursement", "beneficiaries:p-1")))
        moves = []
        for _ in range(self.chance.choice((1, 1, 2))):
            amount = self._amount(source)
            moves.append(Move(source, out(klass), amount, use, self._units(source, amount)))
        return self._make(kind, {}, moves, self._out_of_custody(sum(move.amount for move in moves)))

    def _out_of_custody(self, amount: int) -> list[Move]:
        """From one bank, or from two."""
        if amount > 1 and self.chance.random() < 0.3:
            part = self.chance.randint(1, amount - 1)
            return [Move("b1", out("custody"), part), Move("b2", out("custody"), amount - part)]
        return [Move(self.chance.choice(("b1", "b2")), out("custody"), amount)]

    def _fee(self) -> Command:
        source = self.chance.choice(("f2", "f1"))
        amount = min(self._amount(source), 4)
        if self.chance.random() < 0.5:
            data = {"clause": "5.2", "base": "received", "rate": "50", "moment": "receipt"}
            return self._make("fee_release", data, [Move("f2", "f1", amount)], [])
        return self._make("bank_fee", {}, [Move(source, out("fees"), amount)], self._out_of_custody(amount))

    def _payments(self) -> list[tuple[Origin, str, str, int]]:
        """Every posting that paid to the outside: (it, who paid, whom, how much)."""
        return [
            (Origin(*key), leg.source, leg.target, len(leg.units))
            for key, leg in self.oracle.legs.items()
            if leg.target.startswith("outside/o1/") and not leg.source.startswith("outside/")
        ]

    def _return(self) -> Command:
        paid = [p for p in self._payments() if any(k in p[2] for k in ("vendors", "beneficiaries", "fees"))]
        if not paid:
            return self._gift()
        of, source, target, amount = self.chance.choice(paid)
        left = [i for i in range(amount) if i not in self.oracle.legs[(of.entry, of.posting)].gone]
        back = self.chance.randint(1, max(1, len(left)))
        units = None
        if left and self.chance.random() < 0.3:
            units = runs(self.chance.sample(left, back))
        base = source.removeprefix("overdrawn/")
        move = Move(target, source if self.chance.random() < 0.95 else base, back, units=units, of=of)
        return self._make("returned_payment", {}, [move], [Move(out("custody"), "b1", back)])

    def _refund(self) -> Command:
        source = self.chance.choice(FUNDS)
        gifts = [(k, leg) for k, leg in self.oracle.legs.items() if leg.target == source and len(leg.landed) > 0]
        amount = self._amount(source)
        if not gifts or self.chance.random() < 0.2:
            custody = self._out_of_custody(amount)
            moves = [Move(source, out(DONORS[0]), amount, units=self._units(source, amount))]
            return self._make("refund", {"original": "unknown"}, moves, custody, mode="observed")
        key, leg = self.chance.choice(gifts)
        there = [u.spot for u, p in zip(leg.units, leg.landed, strict=True) if u.home == source and u.place == p]
        amount = self.chance.randint(1, max(1, len(there)))
        units = runs(self.chance.sample(there, amount)) if there and self.chance.random() < 0.3 else None
        donor = leg.source if leg.source.startswith("outside/o1/donors") else out(DONORS[0])
        move = Move(source, donor, amount, units=units, of=Origin(*key))
        return self._make("refund", {}, [move], self._out_of_custody(amount))

    def _correction(self) -> Command:
        old = [
            p for p, d in self.state.entries.items()
            if d["type"] in CORRECTABLE and (p not in self.state.corrected or self.chance.random() < 0.05)
        ]  # fmt: skip
        if not old:
            return self._gift()
        position = self.chance.choice(old[-12:])
        organization = self.document(position)["organization"]
        return self._make("correction", {"of": position, "reason": "mistaken"}, [], [], organization=organization)

    def _purchase(self) -> Command:
        source, goods = self.chance.choice((("f1", "g1"), ("f2", "g2"), ("f1", "g2")))
        paid, bought = self._amount(source), self.chance.randint(1, 12)
        moves = [Move(source, out("conversion"), paid, units=self._units(source, paid)),
                 Move(out("conversion", GOODS), goods, bought)]  # fmt: skip
        return self._make(
            "conversion", {}, moves, [*self._out_of_custody(paid), Move(out("custody", GOODS), "w1", bought)]
        )

    def _sale(self) -> Command:
        goods, fund = self.chance.choice((("g1", "f1"), ("g2", "f2")))
        sold, got = self._amount(goods), self.chance.randint(1, 12)
        moves = [Move(goods, out("conversion", GOODS), sold), Move(out("conversion"), fund, got)]
        return self._make(
            "conversion", {}, moves, [Move("w1", out("custody", GOODS), sold), Move(out("custody"), "b1", got)]
        )

    def _delivery(self) -> Command:
        goods = self.chance.choice(("g1", "g2"))
        amount = self._amount(goods)
        moves = [Move(goods, out("beneficiaries:-", GOODS), amount, {"purpose": "edu"}, self._units(goods, amount))]
        return self._make("disbursement", {}, moves, [Move("w1", out("custody", GOODS), amount)])

    def _repayment(self) -> Command:
        short = [
            a for a in self.state.accounts.values() if a.klass == "overdrawn" and a.balance and a.organization == "o1"
        ]
        if not short:
            return self._payment()
        hole = self.chance.choice(short)
        amount = min(-hole.balance, 12) if self.chance.random() < 0.7 else self.chance.randint(1, 12)
        if hole.book == "custody":
            other = {"b1": "b2", "b2": "b1"}.get(hole.id.removeprefix("overdrawn/"), "w1")
            return self._make("custody_move", {}, [], [Move(other, hole.id, amount)])
        source = self.chance.choice(("f1", hole.id.removeprefix("overdrawn/")))
        how = self.chance.choice((None, None, "to", "both"))
        if how is not None:
            amount = self.chance.randint(1, 30)
        return self._make("allocation", {}, [Move(source, hole.id, amount, balancing=how)], [])

    def _status(self) -> Command:
        """Freeze an account, or rather unfreeze the one that is frozen; sometimes close one that may be empty."""
        frozen = [a for a in self.state.accounts.values() if a.status == "frozen"]
        if frozen and self.chance.random() < 0.8:
            data = {"account": frozen[0].id, "ground": "lifted"}
            return self._make("account_unfrozen", data, [], [], organization=frozen[0].organization)
        if self.chance.random() < 0.2:
            return self._make("account_closed", {"account": self.chance.choice(("g2", "b2", "f4"))}, [], [])
        account = self.chance.choice(("f2", "f4", "b2", "g1"))
        return self._make("account_frozen", {"account": account, "ground": "audit"}, [], [])

    def _period(self) -> Command:
        """Close the books through a day that most commands lie after or before; rather reopen them."""
        data: dict[str, Any] = {"authority": "council"}
        if self.state.periods.get("o1") and self.chance.random() < 0.9:
            data |= {"from": "2026-06-01", "ground": "audit", "reference": "A-1"}
            return self._make("period_reopened", data, [], [])
        data["through"] = self.chance.choice(("2026-10-30", "2026-10-31", "2026-11-01"))
        return self._make("period_closed", data, [], [])

    def _hold(self) -> Command:
        """A hold of money for an expense or an allocation, sometimes of the very units, sometimes with an end."""
        source = self.chance.choice(("f1", "f2"))
        kind = self.chance.choice(("expense", "allocation"))
        target = out("vendors") if kind == "expense" else "f3"
        use = {"purpose": "edu.school"} if kind == "expense" else None
        moves = []
        for _ in range(self.chance.choice((1, 1, 2))):
            amount = self._amount(source)
            moves.append(Move(source, target, amount, use, self._units(source, amount)))
        data: dict[str, Any] = {"for": kind}
        if self.chance.random() < 0.4:
            end = NOW + timedelta(microseconds=self.state.head.size + self.chance.randint(0, 12))
            data["until"] = end.isoformat(timespec="microseconds").replace("+00:00", "Z")
        custody = [Move("b1", out("custody"), sum(move.amount for move in moves))] if kind == "expense" else []
        return self._make("hold", data, moves, custody, mode="instructed")

    def _resolve(self) -> Command:
        """Pay a hold whole or in part, void it, or let it expire; mostly one that is open."""
        held = [
            document for p, document in self.state.entries.items()
            if document["type"] == "hold" and (p not in self.state.resolved or self.chance.random() < 0.05)
        ]  # fmt: skip
        if not held:
            return self._hold()
        document = self.chance.choice(held[-6:])
        data, kind = {"hold": document["seq"]}, self.chance.choice(("pay", "pay", "void", "expire"))
        if kind != "pay":
            return self._make(kind, data, [], [])
        moves = []
        for move in command_of(document).fund:
            paid = move.amount if self.chance.random() < 0.5 else self.chance.randint(1, move.amount)
            moves.append(replace(move, amount=paid, units=None))
        kind = document["data"]["for"]
        custody = [Move("b1", out("custody"), sum(move.amount for move in moves))] if kind == "expense" else []
        return self._make(kind, data, moves, custody)

    def _agency(self) -> Command:
        """Money for others comes in, or goes to whom it is for, mostly."""
        account, recipient = self.chance.choice(AGENCY_ACCOUNTS)
        amount = self._amount(account)
        if not self.state.accounts[account].balance or self.chance.random() < 0.4:
            moves = [Move(out(self.chance.choice(DONORS)), account, amount)]
            return self._make("agency_in", {"channel": "bank"}, moves, [Move(out("custody"), "b1", amount)])
        target = recipient if self.chance.random() < 0.9 else out("vendors")
        custody = [Move("b1", "c1", amount)] if target == "h1" else self._out_of_custody(amount)
        return self._make(
            "agency_out", {}, [Move(account, target, amount, units=self._units(account, amount))], custody
        )

    def _placed(self, *kinds: str) -> list[tuple[Origin, Leg, int]]:
        """The postings of such entries (and of their corrections), and what of them has not come back."""
        found = []
        for key, leg in self.oracle.legs.items():
            document = self.state.entries[key[0]]
            if document["type"] in (*kinds, "correction") and leg.target.startswith("outside/o1/"):
                found.append((Origin(*key), leg, len(leg.units) - len(leg.gone)))
        return found

    def _advance(self) -> Command:
        """Free money is spent for schools, and borne by money for schools later."""
        made = [p for p in self._placed("advance") if p[1].target == out("vendors") and p[1].source == "f1"]
        if not made or self.chance.random() < 0.4:
            amount = self._amount("f1")
            moves = [Move("f1", out("vendors"), amount, USE, self._units("f1", amount))]
            return self._make("advance", {}, moves, self._out_of_custody(amount))
        of, leg, left = self.chance.choice(made)
        amount = self.chance.randint(1, max(1, left))
        source = self.chance.choice(("f2", "f2", "f3"))
        moves = [Move(source, leg.target, amount, USE), Move(leg.target, leg.source, amount, of=of)]
        return self._make("advance_repayment", {}, moves, [])

    def _placement(self) -> Command:
        """An investment or a loan, what comes back of it, and what is lost of it."""
        kind, klass, back = self.chance.choice(
            (("investment", "investments", "investment_return"), ("loan", "borrowers", "loan_repayment"))
        )
        made = [p for p in self._placed(kind) if p[1].target == out(klass)]
        if not made or self.chance.random() < 0.4:
            source = self.chance.choice(("f1", "f1", "f2"))
            amount = self._amount(source)
            use = USE if kind == "loan" else None
            moves = [Move(source, out(klass), amount, use, self._units(source, amount))]
            return self._make(kind, {"resolution": VOTE}, moves, self._out_of_custody(amount))
        of, leg, left = self.chance.choice(made)
        amount = self.chance.randint(1, max(1, left))
        if self.chance.random() < 0.2:
            data = {"ground": kind, "reference": "P-1"}
            return self._make("loss", data, [Move(out(klass), out("losses"), amount, of=of)], [])
        moves = [Move(out(klass), leg.source, amount, of=of)]
        return self._make(back, {}, moves, [Move(out("custody"), "b1", amount)])

    def _loss(self) -> Command:
        source, asset, place = self.chance.choice((("f1", CNY, "b1"), ("g1", GOODS, "w1")))
        amount = self._amount(source)
        moves = [Move(source, out("losses", asset), amount, units=self._units(source, amount))]
        data = {"ground": "stocktake", "evidence": "e" * 64}
        return self._make("loss", data, moves, [Move(place, out("custody", asset), amount)])

    def _custody(self) -> Command:
        return self._make("custody_move", {}, [], [Move("b1", "b2", self._amount())])


def runs(spots: list[int]) -> tuple[tuple[int, int], ...]:
    """Coordinates in their order as half-open intervals."""
    out_: list[tuple[int, int]] = []
    for spot in spots:
        if out_ and out_[-1][1] == spot:
            out_[-1] = (out_[-1][0], spot + 1)
        else:
            out_.append((spot, spot + 1))
    return tuple(out_)
