"""Books in memory of kinds that `small` does not hold: four eyes; money that is not free, and goods by lot."""

from __future__ import annotations

from ledger.commands import OBSERVED, Origin
from tests.clients.books import CNY, MASKS, Book, moves, opened, out


def four_eyes() -> Book:
    """A threshold, an approver, keys of both officers, and what they approved: a payment, a hold, an end."""
    book = opened()
    outside = out("custody")
    book.do("donation", channel="bank", fund=moves(out("donors:enterprise:bank"), "general", 9_000),
            custody=moves(outside, "bank", 9_000))  # fmt: skip
    book.do("custody_move", custody=moves("bank", "cash", 400))
    book.do("approval_threshold_set", asset=CNY, threshold="1000", authority="council")
    for name in ("key-2", "key-3"):
        book.do("approver_named", approver=name, authority="council")
    book.do("approver_dismissed", approver="key-3", authority="council")
    book.do("expense", second="key-2", fund=moves("general", out("vendors"), 1_000),
            custody=moves("bank", outside, 1_000))  # fmt: skip
    for name in ("key-1", "key-2", "key-3"):
        book.enrol(name)
    book.do("key_revoked", holder="key-3", ground="left")
    held = book.do("hold", for_="expense", second="key-2", fund=moves("general", out("staff"), 2_000),
                   custody=moves("bank", outside, 2_000))  # fmt: skip
    book.do("expense", hold=held, fund=moves("general", out("staff"), 1_500), custody=moves("bank", outside, 1_500))
    book.do("expense", mode=OBSERVED, fund=moves("general", out("tax"), 1_200), custody=moves("bank", outside, 1_200))
    book.do("approval_threshold_set", asset=CNY, authority="council", second="key-2")
    return book.publish()


def stewarded() -> Book:
    """A book of money that is not free: for others, advanced, placed outside and lost; goods by lot; a rate."""
    book = opened()
    outside, use = out("custody"), {"purpose": "health", "region": "420100@201904", "category": "poor"}
    for klass, account in (("donors:enterprise:bank", "relief"), ("donors:enterprise:bank", "general")):
        book.do("donation", channel="bank", fund=moves(out(klass), account, 900), custody=moves(outside, "bank", 900))
    worth = {"basis": "invoice", "value": "600", "asset": CNY, "quantity": "300", "on": "2020-01-02", "valuer": "V-1"}
    book.do("goods_declared", asset=MASKS, expires="2031-12-31", valuation=worth)
    book.do("goods_noted", asset="GOODS:clothes/0", quantity="12", why="used", reference="N-1")
    book.do("account_opened", account="passing", book="fund", class_="agency", asset=CNY, recipient="two-fund")
    book.do("agency_in", channel="bank", fund=moves(out("donors:natural:bank"), "passing", 900),
            custody=moves(outside, "bank", 900))  # fmt: skip
    book.do("agency_out", fund=moves("passing", "two-fund", 600), custody=moves("bank", "two-bank", 600))
    rate = {"value": "33", "source": "invoice-7", "on": "2020-01-02"}
    book.do("conversion", rate=rate,
            fund=(*moves("general", out("conversion"), 100), *moves(out("conversion", MASKS), "masks", 33)),
            custody=(*moves("bank", outside, 100), *moves(out("custody", MASKS), "store", 33)))  # fmt: skip
    book.do("purchase", product="rice", region="420100@201904", quantity="5", unit="kg", price="50",
            referencePrice="55", seller="S-1", fund=moves("general", out("vendors"), 50, use=use),
            custody=moves("bank", outside, 50))  # fmt: skip
    _placed(book, use)
    book.do("income", source="government", fund=moves(out("payers:government"), "general", 70),
            custody=moves(outside, "bank", 70))  # fmt: skip
    book.do("allocation", fund=moves("general", "other", 5))
    book.do("loss", ground="stocktake", reference="P-2", fund=moves("masks", out("losses", MASKS), 3),
            custody=moves("store", out("custody", MASKS), 3))  # fmt: skip
    return book.publish()


def _placed(book: Book, use: dict[str, str]) -> None:
    """An advance that is repaid, not so, and again; an investment and a loan that come back in part."""
    outside = out("custody")
    paid = book.do("advance", fund=moves("general", out("vendors"), 80, use=use), custody=moves("bank", outside, 80))
    borne = moves("relief", out("vendors"), 60, use=use)
    back = book.do("advance_repayment", fund=(*borne, *moves(out("vendors"), "general", 60, of=Origin(paid, 0))))
    again = book.do("correction", of=back, reason="mistaken")
    book.do("advance_repayment", fund=(*borne, *moves(out("vendors"), "general", 60, of=Origin(again, 0))))
    vote = {"digest": "e" * 64, "on": "2020-01-02", "matter": "major", "members": 9, "present": 8, "votes": 7}
    investment = "investment", "investments", "investment_return", None
    for kind, klass, returned, purpose in (investment, ("loan", "borrowers", "loan_repayment", use)):
        placed = book.do(kind, resolution=vote, fund=moves("general", out(klass), 100, use=purpose),
                         custody=moves("bank", outside, 100))  # fmt: skip
        of = Origin(placed, 0)
        book.do(returned, fund=moves(out(klass), "general", 90, of=of), custody=moves(outside, "bank", 90))
        book.do("loss", ground=kind, reference="P-1", fund=moves(out(klass), out("losses"), 10, of=of))
