"""The book that SPEC.md works through: a gift for wells, spent, returned, refunded, corrected, turned into pumps."""

from __future__ import annotations

from ledger.commands import Move, Origin
from tests.stories.pages import Small

CNY, PUMP = "CNY/2", "GOODS:pump/0"
BANK = "outside/water/custody/CNY/2"
ADA, FIRM = "outside/water/donors:natural:bank/CNY/2", "outside/water/donors:enterprise:bank/CNY/2"
VENDORS = "outside/water/vendors/CNY/2"
USE = {"purpose": "water.well", "cost": "activity"}


def opened() -> Small:
    """Entries 0 to 7: the journal, an organization, a restriction, four funds and two places where things lie."""
    book = Small()
    start = {"origin": "example.org/small", "specification": "1", "zone": "Asia/Shanghai", "keys": ["key-1"]}
    book.add("journal_opened", start, organization=None)
    record = {"noun": "organization", "record": "water", "version": 1, "digest": "0" * 64}
    book.add("record_bound", record | {"facts": {"type": "foundation"}}, organization=None)
    book.add(
        "restriction_declared", {"restriction": "wells", "purposes": ["water.well"], "categories": [], "feeCap": 1000}
    )
    for account, restriction, asset in (("wells", "wells", CNY), ("free", None, CNY), ("pumps", "wells", PUMP)):
        terms = {} if restriction is None else {"restriction": restriction}
        book.add("account_opened", {"account": account, "book": "fund", "class": "fund", "asset": asset} | terms)
    book.add("account_opened", {"account": "bank", "book": "custody", "class": "bank", "asset": CNY})
    book.add("account_opened", {"account": "store", "book": "custody", "class": "warehouse", "asset": PUMP})
    return book


def told() -> Small:
    """The whole story, entries 8 to 19."""
    book = opened()
    gift = {"channel": "bank"}
    book.add("donation", gift, Move(ADA, "wells", 300), Move(ADA, "free", 200), custody=(Move(BANK, "bank", 500),))  # 8
    book.add("donation", gift, Move(FIRM, "wells", 100), custody=(Move(BANK, "bank", 100),))  # 9
    book.add("allocation", {}, Move("free", "wells", 50))  # 10
    book.add("expense", {}, Move("wells", VENDORS, 320, USE), custody=(Move("bank", BANK, 320),))  # 11
    back = Move(VENDORS, "wells", 30, of=Origin(11, 0))
    book.add("returned_payment", {}, back, custody=(Move(BANK, "bank", 30),))  # 12
    book.add("expense", {}, Move("wells", VENDORS, 40, USE, ((400, 440),)), custody=(Move("bank", BANK, 40),))  # 13
    refund = Move("wells", FIRM, 20, of=Origin(9, 0))
    book.add("refund", {}, refund, custody=(Move("bank", BANK, 20),))  # 14
    bought = (
        Move("wells", "outside/water/conversion/CNY/2", 70),
        Move("outside/water/conversion/GOODS:pump/0", "pumps", 3),
    )
    lies = (Move("bank", BANK, 70), Move("outside/water/custody/GOODS:pump/0", "store", 3))
    book.add("conversion", {}, *bought, custody=lies)  # 15
    away = Move("pumps", "outside/water/beneficiaries:-/GOODS:pump/0", 2, USE)
    book.add("disbursement", {}, away, custody=(Move("store", "outside/water/custody/GOODS:pump/0", 2),))  # 16
    short = Move("wells", VENDORS, 45, USE)
    book.add("expense", {}, short, custody=(Move("bank", BANK, 45),), mode="observed")  # 17
    book.add("allocation", {}, Move("free", "overdrawn/wells", 15))  # 18
    book.add("correction", {"of": 11, "reason": "mistaken"})  # 19
    book.add("correction", {"of": 10, "reason": "misposted"})  # 20
    return book
