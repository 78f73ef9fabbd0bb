"""The small world of the random books: two organizations, their accounts, and the entries that open them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from ledger.commands import Command

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
GOODS = "GOODS:mask:LOT1/0"
CNY = "CNY/2"
FUND_ACCOUNTS = (
    ("f1", "o1", CNY, None), ("f2", "o1", CNY, "r1"), ("f3", "o1", CNY, "r2"), ("f4", "o1", CNY, "undetermined"),
    ("g1", "o1", GOODS, None), ("g2", "o1", GOODS, "r1"), ("h1", "o2", CNY, None), ("h2", "o2", CNY, "r1"),
)  # fmt: skip
CUSTODY_ACCOUNTS = (
    ("b1", "o1", "bank", CNY), ("b2", "o1", "platform", CNY), ("w1", "o1", "warehouse", GOODS),
    ("c1", "o2", "bank", CNY),
)  # fmt: skip
FUNDS = ("f1", "f2", "f3", "f4")
AGENCY_ACCOUNTS = (("a1", "outside/o1/partners/CNY/2"), ("a2", "h1"))
"""Money for others, and for whom."""
USE = {"purpose": "edu.school", "cost": "activity"}
VOTE = {"digest": "0" * 64, "on": "2026-10-01", "matter": "major", "members": 9, "present": 9, "votes": 6}
DONORS = ("donors:natural:bank", "donors:enterprise:online")


def out(klass: str, asset: str = CNY, organization: str = "o1") -> str:
    """An outside account's id."""
    return f"outside/{organization}/{klass}/{asset}"


def command(kind: str, data: dict[str, Any] | None = None, **fields: Any) -> Command:  # noqa: ANN401 -- any field
    """A command with the fields that most tests do not care about."""
    known: dict[str, Any] = {
        "id": str(uuid.uuid4()), "mode": "instructed", "actor": "key-1", "effective": "2026-11-01",
        "organization": "o1",
    }  # fmt: skip
    return Command(kind=kind, data=data or {}, **(known | fields))


def world() -> list[Command]:
    """The entries that every random book begins with."""
    status = [{"kind": "registered", "from": "2000-01-01"}, {"kind": "public-fundraising", "from": "2016-09-01"}]
    opened = {"origin": "mingzhang.test/book", "specification": "1", "zone": "Asia/Shanghai", "keys": ["key-1"]}
    found = [command("journal_opened", opened, organization=None)]
    for name in ("o1", "o2"):
        facts = {"type": "social-organization", "status": status}
        record = {"noun": "organization", "record": name, "version": 1, "digest": "0" * 64, "facts": facts}
        found.append(command("record_bound", record, organization=None))
    terms: list[tuple[str, list[str], int]] = [("r1", ["edu"], 5000), ("r2", ["edu.school"], 0)]
    for restriction, purposes, cap in terms:
        data = {"restriction": restriction, "purposes": purposes, "categories": [], "feeCap": cap}
        found.append(command("restriction_declared", data))
    for account, organization, asset, restriction_ in FUND_ACCOUNTS:
        data = {"account": account, "book": "fund", "class": "fund", "asset": asset}
        if restriction_:
            data["restriction"] = restriction_
        found.append(command("account_opened", data, organization=organization))
    for account, recipient in AGENCY_ACCOUNTS:
        data = {"account": account, "book": "fund", "class": "agency", "asset": CNY, "recipient": recipient}
        found.append(command("account_opened", data))
    for account, organization, klass, asset in CUSTODY_ACCOUNTS:
        data = {"account": account, "book": "custody", "class": klass, "asset": asset}
        found.append(command("account_opened", data, organization=organization))
    return found
