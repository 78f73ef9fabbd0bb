"""One acceptable command of every kind, and the book in which they are acceptable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.attestations import attest
from ledger.commands import Command, Move, Origin
from ledger.decide import Accepted, decide
from ledger.holds import unpinned
from ledger.notes import Signer, sign_ed25519
from ledger.regions import Region
from ledger.signing import possession_bytes
from ledger.snapshots import Balances
from tests.ledger.books import CNY, GOODS, NOW, Book, command, out
from tests.ledger.unmoved_samples import SAMPLES as UNMOVED

D = "d" * 64
GIVER = out("donors:natural:bank")
BANK = out("custody")
USE = {"purpose": "edu.school", "region": "420100@201904", "project": "p-1", "category": "poor", "cost": "activity"}


def prepared() -> Book:
    """The random books' world with money, goods, a list of regions, an open and a closed import."""
    book = Book(0, watched=False)
    book.state.regions.load(
        "201904", [Region("420000", "湖北省", "province", None), Region("420100", "武汉市", "city", "420000")]
    )
    for account in ("f1", "f2", "f3", "f4"):
        book.record(gift(account, 1000))
    moves = (Move("f1", out("conversion"), 100), Move(out("conversion", GOODS), "g1", 10))
    book.record(
        command("conversion", fund=moves, custody=(Move("b1", BANK, 100), Move(out("custody", GOODS), "w1", 10)))
    )
    opened = {"account": "f5", "book": "fund", "class": "fund", "asset": CNY}
    book.record(command("account_opened", opened))
    for batch, digest in (("open-1", "1" * 64), ("closed-1", "2" * 64)):
        book.record(command("import_opened", batch_data(batch, digest)))
        book.record(gift("f5", 50, {"batch": batch, "row": 1}))
    book.record(command("import_closed", {"batch": "closed-1"}))
    return book


def batch_data(batch: str, digest: str) -> dict[str, Any]:
    """The facts of an import of one row."""
    return {"batch": batch, "fileDigest": D, "rowsDigest": digest, "rows": 1, "total": "50", "asset": CNY}


def gift(account: str, amount: int, data: dict[str, Any] | None = None, **fields: Any) -> Command:  # noqa: ANN401 -- any field
    """A donation into `account` and bank `b1`."""
    facts = {"channel": "bank"} | (data or {})
    return command(
        "donation", facts, fund=(Move(GIVER, account, amount),), custody=(Move(BANK, "b1", amount),), **fields
    )


def spend(account: str, amount: int, use: dict[str, str] | None = None, **fields: Any) -> Command:  # noqa: ANN401 -- any field
    """An expense out of `account` and bank `b1`."""
    moves = (Move(account, out("vendors"), amount, use),)
    return command("expense", fund=moves, custody=(Move("b1", BANK, amount),), **fields)


def paid(book: Book, amount: int = 10) -> int:
    """The position of a fresh payment out of `f1`."""
    return book.record(spend("f1", amount)).position


def _money_in(kind: str, data: dict[str, Any], giver: str = GIVER) -> Callable[[Book], Command]:
    return lambda _: command(kind, data, fund=(Move(giver, "f1", 10),), custody=(Move(BANK, "b1", 10),))


def _money_out(
    kind: str, data: dict[str, Any], payee: str, use: dict[str, str] | None = None
) -> Callable[[Book], Command]:
    return lambda _: command(kind, data, fund=(Move("f1", out(payee), 10, use),), custody=(Move("b1", BANK, 10),))


def _returned(book: Book) -> Command:
    move = Move(out("vendors"), "f1", 4, of=Origin(paid(book), 0), units=((2, 4), (0, 2)))
    return command("returned_payment", fund=(move,), custody=(Move(BANK, "b1", 4),))


def _refund(book: Book) -> Command:
    of = Origin(book.record(gift("f1", 10)).position, 0)
    return command("refund", fund=(Move("f1", GIVER, 4, of=of),), custody=(Move("b1", BANK, 4),))


def _conversion(_: Book) -> Command:
    moves = (Move("f1", out("conversion"), 7), Move(out("conversion", GOODS), "g1", 3))
    return command("conversion", fund=moves, custody=(Move("b1", BANK, 7), Move(out("custody", GOODS), "w1", 3)))


def _frozen_before(book: Book) -> Command:
    if book.state.accounts["f4"].status == "open":
        book.record(command("account_frozen", {"account": "f4", "ground": "audit"}))
    return command("account_unfrozen", {"account": "f4", "ground": "lifted"})


def _closed_before(book: Book) -> Command:
    if book.state.periods.get("o1") is None:
        book.record(command("period_closed", {"through": "2026-06-30", "authority": "council"}))
    data = {"from": "2026-06-01", "authority": "civil-affairs", "ground": "audit", "reference": "A-7"}
    return command("period_reopened", data)


def _held(book: Book) -> Command:
    """Some units of `f1`, the later ones first, and some whichever."""
    _, lo, _ = max(unpinned(book.state.accounts["f1"]), key=lambda span: span[2] - span[1])
    units = ((lo + 5, lo + 8), (lo, lo + 2))
    moves = (Move("f1", out("vendors"), 5, USE, units), Move("f1", out("staff"), 2))
    return command("hold", {"for": "expense"}, fund=moves, custody=(Move("b1", BANK, 7),))


def _plain_hold(**data: str) -> Command:
    moves = (Move("f1", out("vendors"), 5),)
    return command("hold", {"for": "expense", **data}, fund=moves, custody=(Move("b1", BANK, 5),))


def _over(book: Book) -> Command:
    at = decide(book.state, _plain_hold(until="2026-11-24T02:00:10.000000Z"), NOW)
    assert isinstance(at, Accepted)
    book.leaves.append(at.leaf)
    later = command("evidence_attached", {**_EVIDENCE, "evidence": f"e-{at.position}"})
    done = decide(book.state, later, datetime(2026, 11, 24, 2, 1, tzinfo=UTC))
    assert isinstance(done, Accepted)
    book.leaves.append(done.leaf)
    return command("expire", {"hold": at.position})


def key_of(holder: str) -> tuple[bytes, str]:
    """An officer's secret and public key."""
    seed = sha256(holder.encode()).digest()
    return seed, Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


def enrolled(holder: str, organization: str = "o1", name: str | None = None) -> Command:
    """A key for an officer; `name` says whose secret it is, where not their own."""
    seed, key = key_of(name or holder)
    proof = sign_ed25519(seed, possession_bytes("mingzhang.test/book", organization, holder, key)).hex()
    data = {"holder": holder, "key": key, "proof": proof}
    return command("key_enrolled", data, organization=organization)


def _dismissed(book: Book) -> Command:
    if ("o2", "approver", "key-2") not in book.state.approvals:
        book.record(command("approver_named", {"approver": "key-2", "authority": "council"}, organization="o2"))
    return command("approver_dismissed", {"approver": "key-2", "authority": "council"}, organization="o2")


def _revoked(book: Book) -> Command:
    if ("o2", "key", "key-4") not in book.state.approvals:
        book.record(enrolled("key-4", "o2"))
    return command("key_revoked", {"holder": "key-4", "ground": "lost"}, organization="o2")


def agency(book: Book, recipient: str = out("partners")) -> str:
    """An account for one recipient, with 100 on it."""
    name = f"a-{book.state.head.size}"
    opened = {"account": name, "book": "fund", "class": "agency", "asset": CNY, "recipient": recipient}
    book.record(command("account_opened", opened))
    custody = (Move(BANK, "b1", 100),)
    book.record(command("agency_in", {"channel": "bank"}, fund=(Move(GIVER, name, 100),), custody=custody))
    return name


def pass_on(source: str, target: str = out("partners"), amount: int = 10, **fields: Any) -> Command:  # noqa: ANN401 -- any field
    """Agency money out of an account and bank `b1`."""
    return command("agency_out", fund=(Move(source, target, amount),), custody=(Move("b1", BANK, amount),), **fields)


def resolution(votes: int = 9, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- any fact
    """A council of twelve, ten of whom were present."""
    found = {"digest": D, "on": "2026-10-01", "matter": "major", "members": 12, "present": 10, "votes": votes}
    return found | more


def place(kind: str, source: str = "f1", amount: int = 50, votes: int = 9, **fields: Any) -> Command:  # noqa: ANN401 -- any field
    """An investment, or a loan for schools."""
    target, use = ("investments", None) if kind == "investment" else ("borrowers", USE)
    facts = {"resolution": resolution(votes)}
    moves = (Move(source, out(target), amount, use),)
    return command(kind, facts, fund=moves, custody=(Move("b1", BANK, amount),), **fields)


def placed_back(book: Book, kind: str = "investment", amount: int = 20) -> Command:
    """Some of the principal comes back."""
    of = Origin(book.record(place(kind)).position, 0)
    klass, name = ("investments", "investment_return") if kind == "investment" else ("borrowers", "loan_repayment")
    return command(name, fund=(Move(out(klass), "f1", amount, of=of),), custody=(Move(BANK, "b1", amount),))


def advance(book: Book, amount: int = 30, **fields: Any) -> Origin:  # noqa: ANN401 -- any field
    """Free money has paid for schools."""
    moves = (Move("f1", out("vendors"), amount, USE),)
    made = command("advance", fund=moves, custody=(Move("b1", BANK, amount),), **fields)
    return Origin(book.record(made).position, 0)


def bear(of: Origin, amount: int = 20, source: str = "f2", use: dict[str, str] | None = None) -> Command:
    """Restricted money bears what was advanced."""
    payee = out("vendors")
    moves = (Move(source, payee, amount, use or USE), Move(payee, "f1", amount, of=of))
    return command("advance_repayment", fund=moves)


def lose(source: str = "f1", amount: int = 5, ground: str = "stocktake", **fields: Any) -> Command:  # noqa: ANN401 -- any field
    """Something that is held is not there any more."""
    goods = source.startswith("g")
    asset, place_ = (GOODS, "w1") if goods else (CNY, "b1")
    return command(
        "loss", {"ground": ground, "reference": "P-1"}, fund=(Move(source, out("losses", asset), amount),),
        custody=(Move(place_, out("custody", asset), amount),), **fields,
    )  # fmt: skip


def lot(**more: Any) -> Command:  # noqa: ANN401 -- any fact
    """The random books' masks."""
    value = {"basis": "invoice", "value": "1000", "asset": CNY, "quantity": "300", "on": "2026-10-01", "valuer": "V-1"}
    return command("goods_declared", {"asset": GOODS, "expires": "2027-06-30", "valuation": value} | more)


_FEE = {"clause": "5.2", "base": "received", "rate": "5", "moment": "receipt"}
_RESTRICTION = {"restriction": "r9", "purposes": ["edu"], "categories": ["poor"], "region": "420000@201904",
                "project": "p-1", "from": "2026-01-01", "until": "2026-12-31", "feeCap": 500,
                "investment": "permitted"}  # fmt: skip
_DELIVERY = {"delivery": "d-1", "subject": 3, "method": "goods", "confirmation": "photo", "persons": 12,
             "region": "420100@201904", "category": "poor", "party": D}  # fmt: skip
_GROUND = {"basis": "filing", "on": "2026-10-01", "evidence": D, "reference": "filing-7"}
_ROSTER = {"count": 6, "total": "10", "root": D}
_VALUE = {"basis": "invoice", "value": "1000", "asset": CNY, "on": "2026-10-01"}
_GIFT = {"party": D, "campaign": "c-1", "platform": "tencent", "receipt": "R-1"}
_EVIDENCE = {"evidence": "e-1", "subject": 2, "digest": D, "size": 12, "mediaType": "image/jpeg"}

AUDITOR = Signer("auditor.example/firm", bytes(range(32)))


def sealed_balances(book: Book) -> Command:
    """The snapshot of a book as it stands."""
    balances = Balances()
    balances.step(0, book.state.accounts.values())
    [data] = balances.facts(book.state.head.size - 1)
    return command("snapshot", data, organization=None)


SAMPLES: dict[str, Callable[[Book], Command]] = {
    "reference_loaded": lambda _: command(
        "reference_loaded", {"name": "regions", "edition": "201905", "digest": D}, organization=None
    ),
    "key_rotated": lambda _: command("key_rotated", {"keys": ["a" * 64, "b" * 64]}, organization=None),
    "personal_data_erased": lambda _: command(
        "personal_data_erased", {"commitments": [D], "ground": "request"}, organization=None
    ),
    "sealed": lambda _: command("sealed", {"commitments": [f"{n:064x}" for n in range(8)]}, organization=None),
    "snapshot": sealed_balances,
    "attestation": lambda _: command(
        "attestation", attest(AUDITOR, {"origin": "mingzhang.test/book", "size": 3, "root": D, "verdict": "verified",
                                        "report": D}), organization=None
    ),
    "import_opened": lambda _: command("import_opened", batch_data("b-9", "9" * 64)),
    "record_bound": lambda _: command(
        "record_bound", {"noun": "project", "digest": D, "record": "p-1", "version": 1}, organization=None
    ),
    "evidence_attached": lambda _: command("evidence_attached", _EVIDENCE),
    "delivery_confirmed": lambda _: command("delivery_confirmed", _DELIVERY),
    "account_opened": lambda _: command(
        "account_opened",
        {"account": "f9", "book": "fund", "class": "fund", "asset": CNY, "restriction": "r1", "project": "p-1"},
    ),
    "account_frozen": lambda _: command(
        "account_frozen", {"account": "h1", "ground": "court", "reference": "c-1"}, organization="o2"
    ),
    "account_unfrozen": _frozen_before,
    "account_closed": lambda _: command("account_closed", {"account": "h2", "evidence": D}, organization="o2"),
    "period_closed": lambda _: command(
        "period_closed", {"through": "2026-06-30", "authority": "council"}, organization="o2"
    ),
    "period_reopened": _closed_before,
    "audit_hold_placed": lambda _: command("audit_hold_placed", {"authority": "auditor", "reference": "A-7"}),
    "audit_hold_lifted": lambda _: command("audit_hold_lifted", {"placed": 3, "evidence": D}),
    "restriction_declared": lambda _: command("restriction_declared", _RESTRICTION),
    "approval_threshold_set": lambda _: command(
        "approval_threshold_set", {"asset": "USD/2", "threshold": "5", "authority": "council", "reference": "t-1"}
    ),
    "approver_named": lambda _: command("approver_named", {"approver": "key-2", "authority": "council"}),
    "approver_dismissed": _dismissed,
    "key_enrolled": lambda _: enrolled("key-3"),
    "key_revoked": _revoked,
    "opening": _money_in("opening", {"basis": "audited", "auditor": "A-1"}, out("opening")),
    "donation": _money_in("donation", {"channel": "public-online"} | _GIFT),
    "gift_in_kind": _money_in("gift_in_kind", {"channel": "private", "valuation": _VALUE}),
    "income": _money_in("income", {"source": "interest"}, out("payers:interest")),
    "returned_payment": _returned,
    "allocation": lambda _: command(
        "allocation", {"ground": _GROUND}, fund=(Move("f2", "f1", 5, units=((501, 506),)),)
    ),
    "transfer": lambda _: command("transfer", fund=(Move("f1", "h1", 5),), custody=(Move("b1", "c1", 5),)),
    "fee_release": lambda _: command("fee_release", _FEE, fund=(Move("f2", "f1", 5),)),
    "disbursement": _money_out("disbursement", {"roster": _ROSTER, "party": D}, "beneficiaries:p-1", USE),
    "expense": _money_out("expense", {"batch": "open-1", "row": 2, "rowDigest": D, "source": "sheet"}, "staff", USE),
    "bank_fee": _money_out("bank_fee", {}, "fees"),
    "platform_fee": _money_out("platform_fee", {}, "fees"),
    "conversion": _conversion,
    "goods_declared": lambda _: lot(),
    "goods_noted": lambda _: command(
        "goods_noted", {"asset": "GOODS:clothes/0", "quantity": "30", "why": "used", "party": D, "reference": "N-1"}
    ),
    "agency_in": lambda book: command(
        "agency_in", {"channel": "private", "party": D}, fund=(Move(GIVER, agency(book), 10),),
        custody=(Move(BANK, "b1", 10),),
    ),
    "agency_out": lambda book: pass_on(agency(book)),
    "purchase": lambda _: command(
        "purchase", {"product": "rice", "region": "420100@201904", "quantity": "25", "unit": "kg", "price": "10",
                     "referencePrice": "12", "seller": "S-1"},
        fund=(Move("f1", out("vendors"), 10, USE),), custody=(Move("b1", BANK, 10),),
    ),
    "advance": lambda _: command(
        "advance", {"party": D}, fund=(Move("f1", out("vendors"), 10, USE),), custody=(Move("b1", BANK, 10),)
    ),
    "advance_repayment": lambda book: bear(advance(book)),
    "investment": lambda _: place("investment"),
    "investment_return": placed_back,
    "loan": lambda _: place("loan"),
    "loan_repayment": lambda book: placed_back(book, "loan"),
    "loss": lambda _: lose(),
    "refund": _refund,
    "correction": lambda book: command("correction", {"of": paid(book), "reason": "duplicate"}),
    "hold": _held,
    "void": lambda book: command("void", {"hold": book.record(_plain_hold()).position, "reference": "v-1"}),
    "expire": _over,
    "custody_move": lambda _: command("custody_move", custody=(Move("b1", "b2", 5),)),
    "import_closed": lambda _: command("import_closed", {"batch": "open-1"}),
    **UNMOVED,
}  # fmt: skip
