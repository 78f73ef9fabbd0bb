"""Books made with the ledger alone, and the tables that a server would keep of them."""

from __future__ import annotations

import copy
import json
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from ledger import checkpoints, notes, projections, records, references
from ledger.commands import INSTRUCTED, OBSERVED, Approval, Command, Move, Origin
from ledger.decide import Accepted, decide
from ledger.entries import clock_text
from ledger.filings import commitment_to
from ledger.merkle import Frontier
from ledger.notes import sign_ed25519
from ledger.regions import regions_of
from ledger.signing import approval_bytes, possession_bytes
from ledger.state import State
from ledger.tiles import all_tiles

ORIGIN = "mingzhang.test/main"
SIGNER = notes.Signer(ORIGIN, sha256(b"a key of the tests").digest())
START = datetime(2020, 1, 31, 1, 0, tzinfo=UTC)
REGIONS = {
    "edition": "201904",
    "items": [
        {"code": "420000", "name": "湖北省", "level": "province", "predecessors": [["201711", "420000"]]},
        {"code": "420100", "name": "武汉市", "level": "city", "parent": "420000"},
    ],
}
COUNTIES = {
    "edition": "201404",
    "items": [
        {"code": "421122", "from": "2014-01-01", "until": "2018-12-31"},
        {"code": "421124", "from": "2014-01-01"},
    ],
}
AREAS = {
    "edition": "201711",
    "items": [
        {"code": "health", "name": "健康", "nameEn": "Health", "from": "2017-11-22"},
        {"code": "clinics", "parent": "health", "name": "诊所", "nameEn": "Clinics", "from": "2017-11-22",
         "until": "2024-09-05"},
    ],
}  # fmt: skip
CNY, MASKS = "CNY/2", "GOODS:n95-mask:LOT7/0"
STREAM = ("fund", "custody")


def secret_of(holder: str) -> tuple[bytes, str]:
    """An officer's secret and public key."""
    secret = sha256(holder.encode()).digest()
    return secret, notes.Signer(ORIGIN, secret).verifier.public.hex()


@dataclass
class Book:
    """A journal in memory: its leaves, and every table as the server keeps it (bytea as hex)."""

    state: State = field(default_factory=State)
    leaves: list[bytes] = field(default_factory=list)
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    frontier: Frontier = field(default_factory=Frontier)
    key: str = str(SIGNER.verifier)
    note: str = ""
    count: int = 0

    def do(
        self, kind: str, *, by: str | None = "one", fund: tuple[Move, ...] = (), custody: tuple[Move, ...] = (),
        mode: str = INSTRUCTED, effective: str = "2020-01-31", second: str | None = None, **data: object,
    ) -> int:  # fmt: skip
        """Decide a command and keep its rows; return its position."""
        self.count += 1
        renamed = {name.rstrip("_"): value for name, value in data.items()}
        command = Command(
            f"00000000-0000-7000-8000-{(self.count * 7919) % 10**12:012d}", kind, mode, "key-1", effective,
            by, renamed, fund, custody,
        )  # fmt: skip
        if second is not None:
            command = replace(command, approval=self._approval(command, second))
        accepted = decide(self.state, command, START + timedelta(seconds=self.count))
        assert isinstance(accepted, Accepted)
        self.leaves.append(accepted.leaf)
        self.frontier = self.frontier.append(accepted.hash)
        self._keep("leaf", {"position": accepted.position, "hash": accepted.hash.hex()})
        for name, rows in projections.rows(json.loads(accepted.leaf)).items():
            for row in rows:
                self._keep(name, row)
        return accepted.position

    def _approval(self, command: Command, approver: str) -> Approval:
        """An approval that both officers signed, as far as they have keys."""
        signed = {
            role: sign_ed25519(secret_of(who)[0], approval_bytes(ORIGIN, role, who, command)).hex()
            if ("one", "key", who) in self.state.approvals else None
            for role, who in (("approver", approver), ("initiator", command.actor))
        }  # fmt: skip
        return Approval(approver, signed["approver"], signed["initiator"])

    def enrol(self, holder: str) -> None:
        """Enrol a key for an officer."""
        secret, key = secret_of(holder)
        proof = sign_ed25519(secret, possession_bytes(ORIGIN, "one", holder, key)).hex()
        self.do("key_enrolled", holder=holder, key=key, proof=proof)

    def _keep(self, table: str, row: dict[str, Any]) -> None:
        self.tables.setdefault(table, []).append(row)

    def record(self, noun: str, record: str, *, version: int = 1, **content: object) -> int:
        """Bind a version of a record; a beneficiary's leaf does not name it."""
        document = {"noun": noun, "id": record, "version": version} | content
        body, digest = records.encode(document)
        data: dict[str, Any] = {"noun": noun, "digest": digest}
        if noun != "beneficiary":
            data |= {"record": record, "version": version}
        if noun == "organization":
            data["facts"] = records.facts(document)
        position = self.do("record_bound", by=None, **data)
        self._keep(
            "record",
            {"noun": noun, "id": record, "version": version, "position": position, "content": body.hex(),
             "digest": digest},
        )  # fmt: skip
        for name in records.rows(document, position):
            key = {"organization_status": "organization", "beneficiary_category": "beneficiary"}.get(name, "id")
            self.tables[name] = [row for row in self.tables.get(name, []) if row[key] != record]
            self.tables[name] += records.rows(document, position)[name]
        return position

    def reference(self, name: str, content: dict[str, Any]) -> None:
        """Load a reference list."""
        body = json.dumps(content, ensure_ascii=False).encode()
        digest = sha256(body).hexdigest()
        position = self.do("reference_loaded", by=None, name=name, edition=content["edition"], digest=digest)
        self._keep(
            "reference_list",
            {"name": name, "edition": content["edition"], "position": position, "content": body.hex(),
             "digest": digest},
        )  # fmt: skip
        for table, rows in references.rows(name, content).items():
            self.tables.setdefault(table, []).extend(rows)
        if name == "regions":
            self.state.regions.load(*regions_of(content))

    def import_row(self, batch: str, number: int, account: str, bank: str, amount: int) -> None:
        """Record a donation that came from a row of a file."""
        body = json.dumps({"row": number, "amount": str(amount)}).encode()
        digest = sha256(body).hexdigest()
        donors = "outside/one/donors:natural:observed/CNY/2"
        position = self.do(
            "donation", mode=OBSERVED, channel="observed", batch=batch, row=number, rowDigest=digest,
            fund=(Move(donors, account, amount),), custody=(Move("outside/one/custody/CNY/2", bank, amount),),
        )  # fmt: skip
        self._keep(
            "import_row",
            {"batch": batch, "row_number": number, "position": position, "content": body.hex(), "digest": digest},
        )

    def publish(self) -> Book:
        """Sign the head, and bring the tables that change up to it."""
        root = self.frontier.root()
        self.note = checkpoints.sign(checkpoints.Checkpoint(ORIGIN, len(self.leaves), root), SIGNER)
        self._keep("checkpoint", {"size": len(self.leaves), "root": root.hex(), "note": self.note})
        self.settle()
        return self

    def settle(self) -> None:
        """Bring the tables that change up to the head, signed or not."""
        state = self.state
        hashes = b"".join(bytes.fromhex(row["hash"]) for row in self.tables["leaf"])
        self.tables["tile"] = [
            {"level": level, "number": index, "nodes": data.hex()}
            for (level, index), data in sorted(all_tiles(hashes).items())
        ]
        self.tables["account"] = [projections.account_row(state.accounts[name]) for name in sorted(state.accounts)]
        self.tables["import_batch"] = [projections.batch_row(state.batches[name]) for name in sorted(state.batches)]
        assert state.head.at is not None
        self.tables["head"] = [
            {"size": state.head.size, "at": clock_text(state.head.at), "last": state.head.prev,
             "root": self.frontier.root().hex(), "frontier": [node.hex() for node in self.frontier.nodes]}
        ]  # fmt: skip

    def copy(self) -> Book:
        """A copy of what is served, to be spoilt."""
        return Book(State(), list(self.leaves), copy.deepcopy(self.tables), key=self.key, note=self.note)


def opened(book: Book | None = None) -> Book:
    """A journal with its region list, two organizations and their accounts."""
    book = book or Book()
    book.do(
        "journal_opened", by=None, origin=ORIGIN, specification="1", zone="Asia/Shanghai",
        keys=[SIGNER.verifier.public.hex()],
    )  # fmt: skip
    book.reference("regions", REGIONS)
    status = [{"kind": "registered", "from": "2010-01-01"}, {"kind": "public-fundraising", "from": "2018-01-01"}]
    for name in ("one", "two"):
        book.record(
            "organization", name, name=f"慈善总会{name}", kind="social-organization", status=status,
            region="420000@201904", identifiers=["CN-1"],
        )  # fmt: skip
    book.record(
        "organization", "one", version=2, name="慈善总会", kind="social-organization", status=status, nameEn="One"
    )
    book.do("restriction_declared", restriction="relief", purposes=["health"], categories=["poor"],
            region="420000@201904", from_="2020-01-01", until="2020-12-31", feeCap=500)  # fmt: skip
    for name, restriction in (("general", None), ("relief", "relief"), ("other", None)):
        more: dict[str, Any] = {} if restriction is None else {"restriction": restriction}
        book.do("account_opened", account=name, book="fund", class_="fund", asset=CNY, **more)
    book.do("account_opened", account="masks", book="fund", class_="fund", asset=MASKS)
    for name, klass, asset in (("bank", "bank", CNY), ("cash", "cash", CNY), ("store", "warehouse", MASKS)):
        book.do("account_opened", account=name, book="custody", class_=klass, asset=asset)
    for name, kind in (("two-fund", "fund"), ("two-bank", "custody")):
        klass = "fund" if kind == "fund" else "bank"
        book.do("account_opened", by="two", account=name, book=kind, class_=klass, asset=CNY)
    return book


def out(klass: str, asset: str = CNY, by: str = "one") -> str:
    """An outside account."""
    return f"outside/{by}/{klass}/{asset}"


def moves(
    source: str, target: str, amount: int, of: Origin | None = None, use: dict[str, str] | None = None
) -> tuple[Move, ...]:
    """One move."""
    return (Move(source, target, amount, of=of, use=use),)


def small() -> Book:
    """A book in which every kind of entry and every table occurs."""
    book = opened()
    outside = out("custody")
    book.record("project", "well", organization="one", code="W-1", name="水井", status="running", identifiers=[])
    book.record("beneficiary", "b-1", organization="one", kind="household", region="420100@201904",
                categories=[{"category": "poor", "from": "2019-01-01"}])  # fmt: skip
    book.record("need", "n-1", organization="one", project="well", title="水泵", quantity=3, urgency="high")
    book.do("import_opened", batch="b1", fileDigest="a" * 64, rowsDigest="b" * 64, rows=1, total="300", asset=CNY)
    book.import_row("b1", 1, "general", "bank", 300)
    book.reference("poverty-counties", COUNTIES)
    book.do("import_closed", batch="b1")
    for kind, klass, account, amount, data in (
        ("opening", "opening", "general", 10_000, {"basis": "audited"}),
        ("donation", "donors:enterprise:bank", "relief", 50_000, {"channel": "bank", "party": "c" * 64}),
        ("income", "payers:interest", "general", 123, {"source": "interest"}),
    ):
        book.do(kind, fund=moves(out(klass), account, amount), custody=moves(outside, "bank", amount), **data)
    book.do("gift_in_kind", channel="private", fund=moves(out("donors:natural:private", MASKS), "masks", 90),
            custody=moves(out("custody", MASKS), "store", 90))  # fmt: skip
    use = {"purpose": "health", "region": "420100@201904", "category": "poor"}
    paid = book.do("disbursement", fund=moves("relief", out("beneficiaries:well"), 20_000, use=use),
                   custody=moves("bank", outside, 20_000))  # fmt: skip
    book.do("allocation", fund=moves("general", "other", 3_000))
    book.do("transfer", fund=moves("general", "two-fund", 500), custody=moves("bank", "two-bank", 500))
    book.reference("focus-areas", AREAS)
    book.do("period_closed", through="2020-01-30", authority="council")
    book.do("platform_fee", fund=moves("relief", out("fees"), 6), custody=moves("bank", outside, 6))
    book.do("fee_release", clause="c-1", base="received", rate="0.01", moment="receipt",
            fund=moves("relief", "other", 100))  # fmt: skip
    book.do(
        "conversion",
        fund=(*moves("other", out("conversion"), 1_000), *moves(out("conversion", MASKS), "masks", 33)),
        custody=(*moves("bank", outside, 1_000), *moves(out("custody", MASKS), "store", 33)),
    )
    book.do("returned_payment", fund=moves(out("beneficiaries:well"), "relief", 7_000, of=Origin(paid, 0)),
            custody=moves(outside, "bank", 7_000))  # fmt: skip
    book.do("refund", mode=OBSERVED, original="unknown", fund=moves("general", out("donors:natural:bank"), 50),
            custody=moves("bank", outside, 50))  # fmt: skip
    wrong = book.do("expense", fund=moves("other", out("vendors"), 77, use={"cost": "management"}),
                    custody=moves("bank", outside, 77))  # fmt: skip
    book.do("correction", of=wrong, reason="mistaken")
    book.do("expense", mode=OBSERVED, fund=moves("other", out("staff"), 90_000), custody=moves("cash", outside, 90_000))
    book.do("approval_threshold_set", asset="USD/2", threshold="1000", authority="council")
    book.do("evidence_attached", evidence="e-1", subject=paid, digest="d" * 64, size=10, mediaType="image/png")
    book.do("delivery_confirmed", delivery="d-1", subject=paid, method="cash", confirmation="signature", persons=3,
            region="420100@201904", category="poor")  # fmt: skip
    undertakings(book, paid)
    book.publish()
    book.do("sealed", by=None, commitments=[f"{n:064x}" for n in range(8)])
    return book.publish()


def undertakings(book: Book, paid: int) -> None:
    """Memoranda, a change of a restriction and what relies on it, an agreement and its fee, facts."""
    paper: dict[str, Any] = {"evidence": "e" * 64, "reference": "P-1"}
    promised: dict[str, Any] = {
        "asset": CNY, "with_": "vendors", "party": "c" * 64, "due": "2020-12-31", "restriction": "relief",
    }  # fmt: skip
    book.do("payable", memorandum="m-1", amount="900", project="well", **promised, **paper)
    book.do("memorandum_settled", memorandum="m-1", payment=paid, amount="300")
    book.do("settlement_withdrawn", memorandum="m-1", payment=paid, ground="mistaken", **paper)
    book.do("memorandum_settled", memorandum="m-1", payment=paid, amount="400")
    book.do("memorandum_closed", memorandum="m-1", ground="written-off", **paper)
    book.do("pledge", memorandum="m-2", asset=CNY, amount="70", campaign="c-1")
    book.do("assisted_sale", memorandum="m-3", asset=CNY, amount="80", seller="coop", sale="S-1", product="tea",
            region="420100@201904")  # fmt: skip
    book.do("volunteer_hours", memorandum="m-4", minutes=600, region="420100@201904", party="c" * 64, purpose="health")
    book.do("restriction_declared", restriction="relief-2", purposes=["health"], categories=[])
    change = book.do("restriction_released", restriction="relief", asset=CNY, amount="500", basis="leftover", **paper)
    book.do("restriction_changed", restriction="relief", to="relief-2", asset=CNY, amount="5", basis="filing", **paper)
    book.do("allocation", change=change, fund=moves("relief", "other", 60))
    fee: dict[str, Any] = {"clause": "3", "base": "received", "rate": "0.01", "moment": "receipt"}
    book.do("agreement_bound", agreement="a-1", digest="f" * 64, with_="enterprise", partner="two",
            restriction="relief", asset=CNY, amount="9000", from_="2020-01-01", until="2020-12-31",
            fee=fee | {"cap": "400"},
            milestones=[{"milestone": "built", "due": "2020-06-30", "amount": "10"}])  # fmt: skip
    book.do("milestone_reached", agreement="a-1", milestone="built", **paper)
    book.do("fee_release", agreement="a-1", fund=moves("relief", "other", 20), **fee)
    filed: dict[str, Any] = {"digest": "f" * 64, "from_": "2020-01-01", "until": "2020-01-31"}
    worth = {"basis": "invoice", "value": "600", "asset": CNY, "quantity": "300", "on": "2020-01-02", "valuer": "V-1"}
    book.do("goods_declared", asset=MASKS, expires="2031-12-31", valuation=worth)
    book.do("publication_filed", fact="f-2", topic="annual", body="site", number="N-1", size=9, root="a" * 64,
            digest="f" * 64)  # fmt: skip
    book.do("statement_imported", fact="f-3", account="bank", opening="9", incoming="5", outgoing="3", closing="11",
            lines=2, root="a" * 64, **filed)  # fmt: skip
    seed = "5e" * 32
    drawn = book.do("draw_committed", fact="f-4", commitment=commitment_to(bytes.fromhex(seed)), population=9,
                    digest="f" * 64)  # fmt: skip
    book.do("inspection_draw", fact="f-5", committed=drawn, seed=seed, drawn=3, digest="f" * 64)


def large(count: int, seed: int = 1) -> Book:
    """A book of about `count` entries: gifts, payments and moves between accounts."""
    book, chance = opened(), random.Random(seed)
    outside = out("custody")
    while len(book.leaves) < count:
        pick = chance.random()
        amount = chance.randint(1, 100_000)
        if pick < 0.7 or book.state.accounts["general"].balance < amount:
            book.do("donation", channel="bank", fund=moves(out("donors:natural:bank"), "general", amount),
                    custody=moves(outside, "bank", amount))  # fmt: skip
        elif pick < 0.85:
            book.do("allocation", fund=moves("general", "other", amount))
        else:
            book.do("disbursement", fund=moves("general", out("beneficiaries:well"), amount),
                    custody=moves("bank", outside, amount))  # fmt: skip
    return book.publish()
