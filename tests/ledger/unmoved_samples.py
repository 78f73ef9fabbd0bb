"""An acceptable command of every kind that moves no held money, and a command for every named no of theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.commands import Command, Move
from ledger.filings import commitment_to
from tests.ledger.books import CNY, Book, command, out

D = "d" * 64
SEED = "5e" * 32
BANK = out("custody")
GIVER = out("donors:natural:bank")
Make = Callable[[Book], Command]

PAPER = {"evidence": D, "reference": "paper-7"}
PROMISED = {"asset": CNY, "amount": "50", "with": "enterprise", "party": D, "due": "2026-12-01", "restriction": "r1",
            "project": "p-1"} | PAPER  # fmt: skip
SALE = {"asset": CNY, "amount": "900", "seller": "91420000MA4KYXXXX0", "sale": "order-77", "with": "institution",
        "party": D, "product": "tea", "region": "420100@201904", "project": "p-1"} | PAPER  # fmt: skip
SPAN = {"from": "2026-01-01", "until": "2026-10-31"}
FILED = {"body": "civil-affairs", "digest": D, "number": "N-1"}
FEE = {"clause": "5.2", "base": "received", "rate": "0.05", "moment": "receipt"}
MILESTONES = [
    {"milestone": "built", "due": "2026-06-30", "amount": "300"},
    {"milestone": "handed-over", "due": "2026-12-31"},
]
AGREED = {"agreement": "a-1", "digest": D, "with": "enterprise", "party": D, "partner": "o2", "restriction": "r1",
          "asset": CNY, "amount": "900", **SPAN, "milestones": MILESTONES, "fee": FEE | {"cap": "30"}}  # fmt: skip
STATEMENT = {"account": "b1", **SPAN, "opening": "100", "incoming": "50", "outgoing": "30", "closing": "120",
             "lines": 4, "root": D, "digest": D}  # fmt: skip


def memo(kind: str, name: str, **data: Any) -> Command:  # noqa: ANN401 -- any fact
    """A plain promise of 50."""
    return command(kind, {"memorandum": name, "asset": CNY, "amount": "50"} | data)


def at(book: Book, made: Command) -> int:
    """Record it; its position."""
    return book.record(made).position


def promised(book: Book, kind: str, **data: Any) -> str:  # noqa: ANN401 -- any fact
    """A fresh promise."""
    name = f"m-{book.state.head.size}"
    at(book, memo(kind, name, **data))
    return name


def given(book: Book, amount: int = 30, account: str = "f1") -> int:
    """A fresh gift."""
    return at(book, command(
        "donation", {"channel": "bank"}, fund=(Move(GIVER, account, amount),), custody=(Move(BANK, "b1", amount),)
    ))  # fmt: skip


def spent(book: Book, amount: int = 30) -> int:
    """A fresh payment."""
    moves = (Move("f2", out("vendors"), amount, {"purpose": "edu"}),)
    return at(book, command("expense", fund=moves, custody=(Move("b1", BANK, amount),)))


def settling(memorandum: str, payment: int, amount: int, **fields: Any) -> Command:  # noqa: ANN401 -- any field
    """A settlement."""
    data = {"memorandum": memorandum, "payment": payment, "amount": str(amount)}
    return command("memorandum_settled", data, **fields)


def settled(book: Book, amount: int = 30) -> tuple[str, int]:
    """A pledge that a gift has settled in part."""
    name, gift = promised(book, "pledge"), given(book, amount)
    at(book, settling(name, gift, amount))
    return name, gift


def withdrawing(memorandum: str, payment: int) -> Command:
    """A settlement that was none."""
    data = {"memorandum": memorandum, "payment": payment, "ground": "mistaken"}
    return command("settlement_withdrawn", data | PAPER)


def changed(book: Book, amount: int = 20, to: str | None = None, **fields: Any) -> int:  # noqa: ANN401 -- any field
    """A change of money under `r1`: released, or to another restriction."""
    data = {"restriction": "r1", "asset": CNY, "amount": str(amount), "basis": "donor-consent", "reference": "letter"}
    return at(book, command("restriction_changed" if to else "restriction_released",
                            data | ({"to": to} if to else {}), **fields))  # fmt: skip


def relying(change: int, amount: int, source: str = "f2", target: str = "f1", **fields: Any) -> Command:  # noqa: ANN401 -- any field
    """An allocation that relies on a change."""
    return command("allocation", {"change": change}, fund=(Move(source, target, amount),), **fields)


def agreed(book: Book, name: str = "a-2", **data: Any) -> str:  # noqa: ANN401 -- any fact
    """An agreement with its fee."""
    at(book, command("agreement_bound", {"agreement": name, "digest": D, "fee": FEE} | data))
    return name


def fee(agreement: str, amount: int, **data: str) -> Command:
    """A fee under an agreement."""
    return command("fee_release", FEE | {"agreement": agreement} | data, fund=(Move("f2", "f1", amount),))


def committed(book: Book) -> int:
    """A commitment to a draw."""
    data = {"fact": f"c-{book.state.head.size}", "commitment": commitment_to(bytes.fromhex(SEED)), "population": 9,
            "digest": D}  # fmt: skip
    return at(book, command("draw_committed", data))


def drawing(book: Book, **data: Any) -> Command:  # noqa: ANN401 -- any fact
    """A draw."""
    facts = {"fact": "d-1", "seed": SEED, "drawn": 3, "digest": D}
    return command("inspection_draw", facts | {"committed": data.pop("committed", None) or committed(book)} | data)


def owed(book: Book) -> int:
    """A correction that could not bring 40 back."""
    gift = given(book, 40, "f3")
    book.record(command("expense", fund=(Move("f3", out("vendors"), 1040, {"purpose": "edu.school"}),),
                        custody=(Move("b1", BANK, 1040),)))  # fmt: skip
    return at(book, command("correction", {"of": gift, "reason": "mistaken"}))


def hours(minutes: int, name: str = "h-1", **data: Any) -> Command:  # noqa: ANN401 -- any fact
    """Minutes of one volunteer."""
    facts = {"memorandum": name, "minutes": minutes, "region": "420100@201904"}
    return command("volunteer_hours", facts | ({} if "roster" in data else {"party": D}) | data)


def _fact(kind: str, facts: dict[str, Any], topic: str | None = None) -> Make:
    data = {"fact": kind.replace("_", "-")} | facts | ({} if topic is None else {"topic": topic})
    return lambda _: command(kind, data)


SAMPLES: dict[str, Make] = {
    "pledge": lambda _: command("pledge", {"memorandum": "m-1", "campaign": "c-1"} | PROMISED),
    "commitment": lambda _: command("commitment", {"memorandum": "m-2"} | PROMISED),
    "receivable": lambda book: command(
        "receivable",
        {"memorandum": "m-3"} | PROMISED | {"amount": "40", "correction": {"entry": owed(book), "posting": 0}},
    ),
    "payable": lambda _: command("payable", {"memorandum": "m-4"} | PROMISED),
    "memorandum_settled": lambda book: settling(promised(book, "payable"), spent(book), 30),
    "settlement_withdrawn": lambda book: withdrawing(*settled(book)),
    "memorandum_closed": lambda book: command(
        "memorandum_closed", {"memorandum": promised(book, "receivable"), "ground": "written-off"} | PAPER
    ),
    "assisted_sale": lambda _: command("assisted_sale", {"memorandum": "m-5"} | SALE),
    "volunteer_hours": lambda _: hours(
        900, "m-6", roster={"count": 6, "total": "900", "root": D}, project="p-1", purpose="edu", **PAPER
    ),
    "restriction_changed": lambda _: command(
        "restriction_changed",
        {"restriction": "r2", "to": "r1", "asset": CNY, "amount": "70", "basis": "filing"} | PAPER,
    ),
    "restriction_released": lambda _: command(
        "restriction_released", {"restriction": "r1", "asset": CNY, "amount": "70", "basis": "leftover"} | PAPER
    ),
    "agreement_bound": lambda _: command("agreement_bound", AGREED),
    "milestone_reached": lambda book: command(
        "milestone_reached", {"agreement": agreed(book, asset=CNY, milestones=MILESTONES), "milestone": "built"} | PAPER
    ),
    "plan_filed": _fact("plan_filed", FILED | SPAN, "annual"),
    "report_filed": _fact("report_filed", FILED | SPAN, "implementation"),
    "publication_filed": _fact("publication_filed", FILED | SPAN | {"size": 9, "root": D}, "statistics"),
    "statement_imported": _fact("statement_imported", STATEMENT),
    "commendation": _fact("commendation", FILED | {"party": D}, "advanced-unit"),
    "draw_committed": _fact("draw_committed", {"commitment": D, "population": 9, "digest": D}),
    "inspection_draw": drawing,
}  # fmt: skip


def _claimed(book: Book) -> Command:
    book.record(command("assisted_sale", {"memorandum": "s-1"} | SALE))
    return command("assisted_sale", {"memorandum": "s-2"} | SALE, organization="o2")


def _closed_before(book: Book) -> Command:
    name = promised(book, "pledge")
    book.record(command("memorandum_closed", {"memorandum": name, "ground": "cancelled"}))
    return settling(name, given(book), 30)


def _nothing_left(book: Book) -> Command:
    return command("memorandum_closed", {"memorandum": settled(book, 50)[0], "ground": "cancelled"})


def _twice(book: Book) -> Command:
    _, gift = settled(book)
    return settling(promised(book, "pledge"), gift, 30)


def _too_long(book: Book) -> Command:
    book.record(hours(900))
    return hours(541, "h-2")


CASES: dict[str, Make] = {
    "MEMORANDUM_NOT_FOUND": lambda book: settling("none", spent(book), 1),
    "AGREEMENT_NOT_FOUND": lambda _: fee("none", 1),
    "MILESTONE_NOT_FOUND": lambda book: command(
        "milestone_reached", {"agreement": agreed(book), "milestone": "built", "reference": "x"}
    ),
    "MEMORANDUM_MISMATCH": lambda book: settling(promised(book, "payable"), spent(book), 1, organization="o2"),
    "MEMORANDUM_CLOSED": _closed_before,
    "NOTHING_OPEN": _nothing_left,
    "PAYMENT_MISMATCH": lambda book: settling(promised(book, "pledge"), spent(book), 30),
    "SETTLED_BEFORE": _twice,
    "NOT_SETTLED": lambda book: command(
        "settlement_withdrawn",
        {"memorandum": promised(book, "pledge"), "payment": given(book), "ground": "mistaken"},
    ),
    "SETTLES_TOO_MUCH": lambda book: settling(promised(book, "pledge"), given(book, 60), 51),
    "RECEIVABLE_MISMATCH": lambda book: memo("receivable", "x", correction={"entry": owed(book), "posting": 0}),
    "SALE_CLAIMED": _claimed,
    "TOO_MANY_MINUTES": _too_long,
    "TIME_NOT_PASSED": lambda _: command(
        "restriction_released", {"restriction": "r1", "asset": CNY, "amount": "1", "basis": "time-passed"}
    ),
    "NOT_A_CHANGE": lambda _: relying(0, 1),
    "AGREEMENT_MISMATCH": lambda book: fee(agreed(book), 1, rate="0.06"),
    "DRAW_MISMATCH": lambda book: drawing(book, seed=D),
    "CHANGE_EXCEEDED": lambda book: relying(changed(book, 20), 21),
    "AGREED_FEE_EXCEEDED": lambda book: fee(agreed(book), 51),
}  # fmt: skip
