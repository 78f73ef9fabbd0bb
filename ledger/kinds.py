"""The kinds of entry, as one table: which data each carries and between which accounts it moves.

`fund` and `custody` list the allowed (from class, to class) pairs.  `fund` stands for a held fund
account and `held` for a held custody account (bank, platform, cash, warehouse); other names are the
classes of outside accounts (`ledger/accounts.py`).  Kinds without pairs move nothing.
"""

from dataclasses import dataclass

from ledger import fields as f
from ledger.accounts import OUTSIDE_CLASSES
from ledger.attestations import VERDICTS
from ledger.fields import Fields
from ledger.unmoved import UNMOVED

Pairs = frozenset[tuple[str, str]]

MOST_MOVES = 64
"""Moves per book in one command: more belong into linked commands."""
MOST_SLICES = 512
"""Intervals that one entry may take."""
SEALED_WIDTH = 8
"""Commitments in a sealed entry; always as many, so that their number says nothing."""
MOST_ERASED = 500
"""Commitments that one entry says are erased; the rest of a person's follow in linked entries."""
SNAPSHOT_ASSETS = 200
"""Assets in one snapshot entry; a snapshot of more is several linked entries."""
MOST_BEHIND = 100_000
"""Entries by which a snapshot may be late: so many a verifier keeps in mind."""
LEAST_ROSTER = 5
"""Lines under which a roster would point at persons."""

USE = Fields().optional(purpose=f.code, region=f.region, project=f.ident, category=f.code, cost=f.one_of(
    "activity", "management", "fundraising", "payroll", "tax", "other"))  # fmt: skip
VOUCHER = Fields(book=f.code, period=f.code, number=f.code)
FEE_KINDS = frozenset({"fee_release", "bank_fee", "platform_fee"})
"""Kinds that a fee cap counts."""
INCOME_KINDS = frozenset({"opening", "donation", "gift_in_kind", "income"})
"""Kinds whose landings are the base of a fee cap (what came from outside, gross)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of entry carries and moves.

    `spends`: fund money leaves for a use that must satisfy its restriction.  `crosses`: the target
    may belong to another organization.  `of`: its moves bring back money of a payment they name; `links`: some
    may.  `paired`: its fund moves come in pairs, out of an account and then back from outside.
    """

    data: Fields
    fund: Pairs = frozenset()
    custody: Pairs = frozenset()
    organization: bool = True
    spends: bool = False
    crosses: bool = False
    of: bool = False
    links: bool = False
    paired: bool = False

    @property
    def moves(self) -> bool:
        """Whether commands of this kind carry moves."""
        return bool(self.fund or self.custody)


def _pairs(*pairs: str) -> Pairs:
    """`"a>b"` as ("a", "b")."""
    return frozenset((a, b) for a, b in (pair.split(">") for pair in pairs))


_IN = _pairs("custody>held")
_OUT = _pairs("held>custody")
_BACK = _pairs(
    "beneficiaries>fund", "vendors>fund", "partners>fund", "staff>fund", "tax>fund",
    "beneficiaries>overdrawn", "vendors>overdrawn", "partners>overdrawn", "staff>overdrawn", "tax>overdrawn",
)  # fmt: skip
_PAID = _pairs("fund>beneficiaries", "fund>vendors", "fund>partners", "fund>staff", "fund>tax")
_TOOK_BACK = _pairs("beneficiaries>fund", "vendors>fund", "partners>fund", "staff>fund", "tax>fund")
_CHANNEL = f.one_of("public-online", "public-offline", "private", "bank", "observed")
_VALUATION = Fields(basis=f.one_of("invoice", "customs", "market", "appraisal"), value=f.units, asset=f.asset, on=f.day)
_LOT_VALUE = Fields(
    basis=f.one_of("invoice", "customs", "market", "appraisal"), value=f.units, asset=f.asset, quantity=f.units,
    on=f.day,
).optional(valuer=f.code)  # fmt: skip
_RESOLUTION = Fields(
    digest=f.digest, on=f.day, matter=f.one_of("major", "ordinary"), members=f.number(1, 1_000),
    present=f.number(1, 1_000), votes=f.number(1, 1_000),
)  # fmt: skip
_GROUND = Fields(
    basis=f.one_of("determination", "donor-consent", "filing", "leftover", "time-passed"), on=f.day
).optional(evidence=f.digest, reference=f.code)
_RATE = Fields(value=f.factor, source=f.code, on=f.day)
_HOLD = {"hold": f.number(0, 2**53 - 1)}
_CHANGE = {"change": f.number(0, 2**53 - 1)}
_PAPER = {"evidence": f.digest, "reference": f.code}
_FACTS = Fields(type=f.code).optional(status=f.many(Fields(kind=f.code, from_=f.day).optional(until=f.day), 64))
_GIFT = {"party": f.digest, "campaign": f.ident, "platform": f.code, "receipt": f.code}
_SEALED = Fields(
    asset=f.asset, accounts=f.number(1, 2**53 - 1), in_=f.wide, out=f.wide, held=f.wide, root=f.digest
)  # fmt: skip
_SOURCE = {"batch": f.ident, "row": f.number(1, 10_000_000), "rowDigest": f.digest, "source": f.code}

KINDS: dict[str, Kind] = {
    # the ledger's own
    "journal_opened": Kind(
        Fields(origin=f.code, specification=f.code, zone=f.one_of("Asia/Shanghai"), keys=f.many(f.code, 8)).optional(
            after=Fields(origin=f.code, size=f.number(1, 2**53 - 1), root=f.digest)
        ),
        organization=False,
    ),
    "key_rotated": Kind(
        Fields(keys=f.many(f.digest, 8, least=1)).optional(mldsa44=f.many(f.digest, 8, least=1)), organization=False
    ),
    "personal_data_erased": Kind(
        Fields(
            commitments=f.many(f.digest, MOST_ERASED, least=1),
            ground=f.one_of("request", "consent-withdrawn", "purpose-ended", "unlawful"),
        ),
        organization=False,
    ),
    "reference_loaded": Kind(Fields(name=f.code, edition=f.edition, digest=f.digest), organization=False),
    "sealed": Kind(Fields(commitments=f.many(f.digest, SEALED_WIDTH, least=SEALED_WIDTH)), organization=False),
    "snapshot": Kind(
        Fields(through=f.number(0, 2**53 - 1), part=f.number(1, 10_000), parts=f.number(1, 10_000),
               assets=f.many(_SEALED, SNAPSHOT_ASSETS, least=1)),
        organization=False,
    ),
    "attestation": Kind(
        Fields(auditor=f.code, key=f.digest, origin=f.code, size=f.number(1, 2**53 - 1), root=f.digest,
               verdict=f.one_of(*VERDICTS), report=f.digest, signature=f.signature),
        organization=False,
    ),
    "import_opened": Kind(
        Fields(batch=f.ident, fileDigest=f.digest, rowsDigest=f.digest, rows=f.number(1, 10_000_000),
               total=f.units, asset=f.asset)
    ),
    "import_closed": Kind(Fields(batch=f.ident)),
    # facts that people could later deny
    "record_bound": Kind(
        Fields(noun=f.code, digest=f.digest).optional(
            record=f.ident, version=f.number(1, 1_000_000), facts=_FACTS
        ),
        organization=False,
    ),
    "evidence_attached": Kind(
        Fields(evidence=f.ident, subject=f.number(0, 2**53 - 1), digest=f.digest,
               size=f.number(0, 2**53 - 1), mediaType=f.media_type)
    ),
    "delivery_confirmed": Kind(
        Fields(
            delivery=f.ident, subject=f.number(0, 2**53 - 1),
            method=f.one_of("transfer", "cash", "goods", "service", "proxy"),
            confirmation=f.one_of("signature", "fingerprint", "photo", "telephone", "visit", "online"),
            persons=f.number(1, 1_000_000),
        ).optional(region=f.region, category=f.code, party=f.digest)
    ),
    # terms
    "account_opened": Kind(
        Fields(account=f.ident, book=f.one_of("fund", "custody"), class_=f.code, asset=f.asset).optional(
            restriction=f.ident, project=f.ident, recipient=f.account
        )
    ),
    "account_frozen": Kind(
        Fields(account=f.ident, ground=f.one_of("court", "authority", "dispute", "audit", "internal")).optional(
            **_PAPER
        )
    ),
    "account_unfrozen": Kind(
        Fields(account=f.ident, ground=f.one_of("lifted", "settled", "mistaken")).optional(**_PAPER)
    ),
    "account_closed": Kind(Fields(account=f.ident).optional(**_PAPER)),
    "period_closed": Kind(Fields(through=f.day, authority=f.code).optional(**_PAPER)),
    "period_reopened": Kind(
        Fields(from_=f.day, authority=f.code, ground=f.one_of("audit", "authority", "mistaken", "dispute")).optional(
            **_PAPER
        )
    ),
    # while one lasts, nobody behind the organization's entries is erased; which last is read off these entries
    "audit_hold_placed": Kind(Fields(authority=f.code).optional(**_PAPER)),
    "audit_hold_lifted": Kind(Fields(placed=f.number(0, 2**53 - 1)).optional(**_PAPER)),
    "restriction_declared": Kind(
        Fields(restriction=f.ident, purposes=f.many(f.code, 64), categories=f.many(f.code, 32)).optional(
            region=f.region, project=f.ident, from_=f.day, until=f.day, feeCap=f.number(0, 10_000),
            investment=f.one_of("permitted", "barred"),
        )
    ),
    # four eyes: from which amount on a second officer approves, who may, and with which keys they sign
    "approval_threshold_set": Kind(Fields(asset=f.asset, authority=f.code).optional(threshold=f.units, **_PAPER)),
    "approver_named": Kind(Fields(approver=f.code, authority=f.code).optional(**_PAPER)),
    "approver_dismissed": Kind(Fields(approver=f.code, authority=f.code).optional(**_PAPER)),
    "key_enrolled": Kind(Fields(holder=f.code, key=f.digest, proof=f.signature)),
    "key_revoked": Kind(Fields(holder=f.code, ground=f.one_of("lost", "replaced", "left", "compromised"))),
    # goods by lot: declared once; what cannot be valued is a memorandum
    "goods_declared": Kind(Fields(asset=f.asset).optional(expires=f.day, valuation=_LOT_VALUE)),
    "goods_noted": Kind(
        Fields(asset=f.asset, quantity=f.units, why=f.one_of("no-invoice", "no-market", "used", "not-accepted"))
        .optional(party=f.digest, **_PAPER)
    ),
    # money in
    "opening": Kind(
        Fields(basis=f.one_of("audited", "unaudited", "unreported")).optional(auditor=f.code, **_SOURCE),
        _pairs("opening>fund", "donors>fund"), _IN,
    ),
    "donation": Kind(Fields(channel=_CHANNEL).optional(**_GIFT, **_SOURCE), _pairs("donors>fund"), _IN),
    "gift_in_kind": Kind(
        Fields(channel=_CHANNEL).optional(valuation=_VALUATION, **_GIFT, **_SOURCE), _pairs("donors>fund"), _IN
    ),
    "income": Kind(
        Fields(
            source=f.one_of("interest", "investment", "fees", "government", "service", "sale")
        ).optional(**{k: v for k, v in _SOURCE.items() if k != "source"}),
        _pairs("payers>fund"), _IN,
    ),
    # for others: a liability of an account that was opened for one recipient (受托代理)
    "agency_in": Kind(Fields(channel=_CHANNEL).optional(**_GIFT, **_SOURCE), _pairs("donors>agency"), _IN),
    "agency_out": Kind(
        Fields().optional(party=f.digest, **_SOURCE),
        _pairs("agency>fund", "agency>beneficiaries", "agency>vendors", "agency>partners"),
        _OUT | _pairs("held>held"), crosses=True,
    ),
    "returned_payment": Kind(
        Fields().optional(**_SOURCE),
        _BACK | _pairs("fees>fund", "fees>overdrawn", "beneficiaries>agency", "vendors>agency", "partners>agency"),
        _IN | _pairs("custody>overdrawn"), of=True,
    ),
    # money through and out
    "allocation": Kind(
        Fields().optional(ground=_GROUND, **_CHANGE, **_HOLD, **_SOURCE), _pairs("fund>fund", "fund>overdrawn")
    ),
    "transfer": Kind(
        Fields().optional(**_CHANGE, **_HOLD, **_SOURCE), _pairs("fund>fund"), _pairs("held>held"), crosses=True
    ),
    "fee_release": Kind(
        Fields(clause=f.code, base=f.one_of("received", "spent"), rate=f.rate,
               moment=f.one_of("receipt", "spending", "period-end")).optional(agreement=f.ident),
        _pairs("fund>fund"),
    ),
    "disbursement": Kind(
        Fields().optional(
            party=f.digest,
            roster=Fields(count=f.number(1, 1_000_000), total=f.units, root=f.digest), **_HOLD, **_SOURCE,
        ),
        _pairs("fund>beneficiaries", "fund>vendors", "fund>partners"), _OUT, spends=True,
    ),
    "expense": Kind(
        Fields().optional(**_HOLD, **_SOURCE),
        _pairs("fund>vendors", "fund>staff", "fund>tax", "fund>partners"), _OUT, spends=True,
    ),
    "purchase": Kind(
        Fields(product=f.code, region=f.region, quantity=f.units, unit=f.code, price=f.units, referencePrice=f.units)
        .optional(seller=f.code, party=f.digest, **_SOURCE),
        _pairs("fund>vendors"), _OUT, spends=True,
    ),
    # paid out of unrestricted money for a use that restricted money then bears (垫付)
    "advance": Kind(Fields().optional(party=f.digest, **_SOURCE), _PAID, _OUT, spends=True),
    "advance_repayment": Kind(
        Fields().optional(**_SOURCE), _PAID | _TOOK_BACK, spends=True, links=True, paired=True,
    ),
    # placed outside, to come back: the principal restores the units, what is more is income, what is less a loss
    "investment": Kind(
        Fields(resolution=_RESOLUTION).optional(instrument=f.code, **_SOURCE), _pairs("fund>investments"), _OUT
    ),
    "investment_return": Kind(
        Fields().optional(**_SOURCE), _pairs("investments>fund", "investments>overdrawn"),
        _IN | _pairs("custody>overdrawn"), of=True,
    ),
    "loan": Kind(
        Fields(resolution=_RESOLUTION).optional(party=f.digest, due=f.day, **_SOURCE), _pairs("fund>borrowers"), _OUT,
        spends=True,
    ),
    "loan_repayment": Kind(
        Fields().optional(**_SOURCE), _pairs("borrowers>fund", "borrowers>overdrawn"),
        _IN | _pairs("custody>overdrawn"), of=True,
    ),
    "loss": Kind(
        Fields(ground=f.one_of("expired", "damaged", "stocktake", "stolen", "investment", "loan"))
        .optional(**_PAPER, **_SOURCE),
        _pairs("fund>losses", "investments>losses", "borrowers>losses"), _OUT, links=True,
    ),
    "bank_fee": Kind(Fields().optional(**_SOURCE), _pairs("fund>fees"), _OUT),
    "platform_fee": Kind(Fields().optional(**_SOURCE), _pairs("fund>fees"), _OUT),
    "conversion": Kind(
        Fields().optional(rate=_RATE, **_SOURCE), _pairs("fund>conversion", "conversion>fund"), _IN | _OUT, paired=True
    ),
    "refund": Kind(
        Fields().optional(original=f.one_of("unknown"), **_SOURCE),
        _BACK | _pairs("fund>donors", "fund>payers", "agency>donors"), _IN | _OUT | _pairs("custody>overdrawn"),
        links=True,
    ),
    "correction": Kind(
        Fields(of=f.number(0, 2**53 - 1), reason=f.one_of("mistaken", "duplicate", "misposted", "other"))
    ),
    # in two phases: reserved, then paid (an entry that names its hold), voided or expired
    "hold": Kind(
        Fields(for_=f.one_of("allocation", "transfer", "disbursement", "expense")).optional(
            until=f.moment, facts=f.thing
        )
    ),
    "void": Kind(Fields(hold=f.number(0, 2**53 - 1)).optional(**_PAPER)),
    "expire": Kind(Fields(hold=f.number(0, 2**53 - 1))),
    "custody_move": Kind(Fields().optional(**_SOURCE), custody=_pairs("held>held", "held>overdrawn")),
    # memoranda, terms and facts that move nothing
    **{name: Kind(data) for name, data in UNMOVED.items()},
}  # fmt: skip

FREEING = frozenset({"fee_release", "correction"})
"""Kinds after which government money is so no longer: an earned fee, and a mistake that was turned round."""
CORRECTABLE = frozenset(
    {
        "opening", "donation", "gift_in_kind", "income", "returned_payment", "allocation", "transfer",
        "fee_release", "disbursement", "expense", "bank_fee", "platform_fee", "conversion", "refund",
        "custody_move", "agency_in", "agency_out", "purchase", "advance", "advance_repayment", "investment",
        "investment_return", "loan", "loan_repayment", "loss",
    }
)  # fmt: skip

PLACED_BY = {
    "advance_repayment": frozenset({"advance", "correction"}),
    "investment_return": frozenset({"investment", "correction"}),
    "loan_repayment": frozenset({"loan", "correction"}),
    "loss": frozenset({"investment", "loan", "correction"}),
}
"""Which entries may have placed the money that such a kind names; a correction of a return has placed it again."""

EVERY = frozenset(KINDS)
MOVING = frozenset(name for name, kind in KINDS.items() if kind.moves)
"""Kinds whose commands carry moves."""
SPENDING = frozenset(name for name, kind in KINDS.items() if kind.spends)
RETURNING = frozenset(name for name, kind in KINDS.items() if kind.of or kind.links)
"""Kinds whose moves may bring back money of an entry that they name."""
PAYING = frozenset(
    name for name, kind in KINDS.items()
    if kind.crosses or any(a not in OUTSIDE_CLASSES and b in OUTSIDE_CLASSES for a, b in kind.fund)
) | {"fee_release", "correction"}  # fmt: skip
"""Kinds that can pay out: held money leaves for outside or for another organization, or is freed as a fee."""
APPROVABLE = PAYING | {"hold", "approval_threshold_set"}
"""Kinds whose commands may carry a second officer's approval."""


def carrying(*fields: str) -> frozenset[str]:
    """The kinds whose data may carry one of these fields."""
    return frozenset(
        kind for kind, terms in KINDS.items() if not {name for name, _ in terms.data.names()}.isdisjoint(fields)
    )
