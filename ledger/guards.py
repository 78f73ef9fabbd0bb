"""The guard ladder: what `decide` asks before money moves, in the order of the catalogue of rejections.

Every guard looks at the whole command before the next one is asked, so that the same command gets the same first
rejection however its moves are ordered.  A guard either returns or refuses.  The table at the end says which kinds it
has a say in; each kind's own ladder is made of it once.

Group 1 is `ledger/forms.py`, 2 `ledger/repeats.py`, 5 `ledger/rules.py`; 6 is asked while posting, move by move.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ledger.accounts import CUSTODY, CUSTODY_CLASSES, FUND, UNDETERMINED, Account, giver
from ledger.approvals import NAMING, term_is_new, terms_fit
from ledger.balancing import settle
from ledger.commands import INSTRUCTED, Command, Move
from ledger.draft import Draft, civil_day
from ledger.holds import hold_fits
from ledger.kinds import CORRECTABLE, EVERY, KINDS, LEAST_ROSTER, MOVING, PLACED_BY, RETURNING, SPENDING, carrying
from ledger.rates import follow
from ledger.rejections import Rejection
from ledger.rules import RULES
from ledger.stewardship import expiry_fits
from ledger.terms import PERIODS, STATUS, period_fits, snapshot_fits, status_fits
from ledger.unmoved import UNMOVED
from ledger.unmoved_guards import NAMED, PARTS, partner_is_there, unmoved_is_new
from ledger.unmoved_state import entries_of, restrictions_of

Guard = Callable[[Draft], None]


def journal_is_open(draft: Draft) -> None:
    """Group 3, its first: the journal has been opened, once."""
    size = draft.state.head.size
    if bool(size) == (draft.command.kind == "journal_opened"):
        raise Rejection("JOURNAL_ALREADY_OPEN" if size else "JOURNAL_NOT_OPEN")


def organization_is_there(draft: Draft) -> None:
    """The organization that the command is for has a record."""
    organization = draft.command.organization
    if organization is not None and organization not in draft.state.standings:
        raise Rejection("ORGANIZATION_NOT_FOUND", organization=organization)


def restriction_is_there(draft: Draft) -> None:
    """Every restriction that the command names has been declared; only an account's may be undetermined."""
    for restriction in sorted(restrictions_of(draft.command.data)):
        undetermined = restriction == UNDETERMINED and draft.command.kind == "account_opened"
        if not undetermined and restriction not in draft.state.restrictions:
            raise Rejection("RESTRICTION_NOT_FOUND", restriction=restriction)


def regions_are_there(draft: Draft) -> None:
    """Every region that the command names is in a loaded list."""
    for region in _regions(draft.command):
        if draft.state.regions.find(region) is None:
            raise Rejection("REGION_NOT_FOUND", region=region)


def recipient_is_there(draft: Draft) -> None:
    """The account that an agency account is opened for."""
    if "recipient" in draft.command.data:
        draft.account(draft.command.data["recipient"])


def account_is_there(draft: Draft) -> None:
    """The account whose status changes has been opened."""
    draft.account(draft.command.data["account"])


def sides_are_there(draft: Draft) -> None:
    """Both accounts of every move are there."""
    draft.look_up_sides()


def entries_are_there(draft: Draft) -> None:
    """Every earlier entry that the command names is there."""
    for position in _entries(draft.command):
        draft.entry(position)


def attested_is_there(draft: Draft) -> None:
    """The head that an auditor attests is no longer than the journal."""
    size = draft.command.data["size"]
    if size > draft.position:
        raise Rejection("ENTRY_NOT_FOUND", entry=size - 1)


def batch_is_there(draft: Draft) -> None:
    """Group 3, last but one: the import batch that the command names is the organization's."""
    name = draft.command.data.get("batch")
    if name is None:
        return
    batch = draft.state.batches.get(name)
    if batch is None or batch.organization != draft.command.organization:
        raise Rejection("BATCH_NOT_FOUND", batch=name)


def _regions(command: Command) -> Iterator[str]:
    """Every region that the command names."""
    if "region" in command.data:
        yield command.data["region"]
    for move in command.fund:
        if move.use and "region" in move.use:
            yield move.use["region"]


def _entries(command: Command) -> Iterator[int]:
    """Every earlier entry that the command names."""
    for name in ("subject", "of", "hold"):
        if name in command.data:
            yield command.data[name]
    yield from entries_of(command.data)
    for move in command.fund:
        if move.of is not None:
            yield move.of.entry


CREATING = frozenset(
    {
        "account_opened", "restriction_declared", "import_opened", "evidence_attached", "delivery_confirmed",
        "reference_loaded", "record_bound", "goods_declared",
    }
)  # fmt: skip


def is_new(draft: Draft) -> None:
    """Group 3, last: what the command creates is not there yet, and a record's version is the next one."""
    command, state, data = draft.command, draft.state, draft.command.data
    match command.kind:
        case "account_opened":
            _not_taken("account", data["account"], taken=data["account"] in state.accounts)
        case "restriction_declared":
            name = data["restriction"]
            _not_taken("restriction", name, taken=name in state.restrictions or name == UNDETERMINED)
        case "goods_declared":
            _not_taken("lot", data["asset"], taken=data["asset"] in state.lots)
        case "import_opened":
            _not_taken("batch", data["batch"], taken=data["batch"] in state.batches)
        case "evidence_attached":
            _not_taken("evidence", data["evidence"], taken=("evidence", data["evidence"]) in state.named)
        case "delivery_confirmed":
            _not_taken("delivery", data["delivery"], taken=("delivery", data["delivery"]) in state.named)
        case "reference_loaded":
            key = (data["name"], data["edition"])
            _not_taken("reference", "@".join(key), taken=key in state.references)
        case _:
            pass
    if command.kind == "record_bound" and "record" in data:
        current = state.versions.get((data["noun"], data["record"]), 0)
        if data["version"] != current + 1:
            raise Rejection(
                "VERSION_CONFLICT", noun=data["noun"], record=data["record"], current=current, asked=data["version"] - 1
            )


def _not_taken(what: str, name: str, *, taken: bool) -> None:
    if taken:
        raise Rejection("ALREADY_EXISTS", what=what, id=name)


def two_accounts(draft: Draft) -> None:
    """Group 4, its first: no move stays where it is."""
    for _, source, target in draft.sides:
        if source is target:
            raise Rejection("SAME_ACCOUNT", account=source.id)


def one_asset(draft: Draft) -> None:
    """Both sides of a move count the same asset."""
    for _, source, target in draft.sides:
        if source.asset != target.asset:
            raise Rejection("ASSET_MISMATCH", account=target.id, asset=target.asset, asked=source.asset)


def for_this_kind(draft: Draft) -> None:
    """The classes of both sides are a pair of the kind's, and both accounts are of the book that the move is in."""
    kind = draft.command.kind
    fund_sources, custody_sources = _SOURCES[kind]
    for book, sides, pairs, sources in (
        (FUND, draft.fund_sides, draft.kind.fund, fund_sources),
        (CUSTODY, draft.custody_sides, draft.kind.custody, custody_sources),
    ):
        for n, (_, source, target) in enumerate(sides):
            pair = (_class(source), _class(target))
            if draft.kind.paired and book == FUND:  # what is bought, or brought back, comes after what was paid
                sources = fund_sources - _OURS if n % 2 else _OURS  # noqa: PLW2901 -- the turn's own
            if source.book != book or pair[0] not in sources:
                raise _not_for_this_kind(kind, "from", source)
            if target.book != book or pair not in pairs:
                raise _not_for_this_kind(kind, "to", target)


def _not_for_this_kind(kind: str, side: str, account: Account) -> Rejection:
    return Rejection("NOT_FOR_THIS_KIND", kind=kind, side=side, account=account.id, klass=account.klass)


def _class(account: Account) -> str:
    """The class as the table of kinds names it: any custody account that was opened is `held`."""
    return "held" if account.book == CUSTODY and account.klass in CUSTODY_CLASSES else account.klass


def of_the_organization(draft: Draft) -> None:
    """Both accounts are the organization's; where the kind crosses, the target may be another's."""
    organization, crosses = draft.command.organization, draft.kind.crosses
    for _, source, target in draft.sides:
        if source.organization != organization:
            raise _not_the_organizations(source, organization)
        if target.organization != organization and not crosses:
            raise _not_the_organizations(target, organization)


def _not_the_organizations(account: Account, organization: str | None) -> Rejection:
    return Rejection(
        "NOT_THE_ORGANIZATIONS_ACCOUNT", account=account.id, owner=account.organization,
        organization=str(organization),
    )  # fmt: skip


def conversion_changes_the_asset(draft: Draft) -> None:
    """What is bought is not what was paid: else units could be made of nothing, or lost without a use."""
    assets = [target.asset for _, _, target in draft.fund_sides]
    for paid, bought in zip(assets[::2], assets[1::2], strict=True):
        if paid == bought:
            raise Rejection("SAME_ASSET", asset=paid)


def rate_fits(draft: Draft) -> None:
    """What was bought follows from the documented rate."""
    rate = draft.command.data.get("rate")
    if rate is not None:
        for (paid, one, _), (bought, _, other) in zip(draft.fund_sides[::2], draft.fund_sides[1::2], strict=True):
            follow(rate["value"], one.asset, paid.amount, other.asset, bought.amount)


def recipient_fits(draft: Draft) -> None:
    """Agency money is for another organization's fund account, or for an account outside, of the same asset."""
    data, organization = draft.command.data, draft.command.organization
    if "recipient" not in data:
        return
    account = draft.account(data["recipient"])
    if account.asset != data["asset"]:
        raise Rejection("ASSET_MISMATCH", account=account.id, asset=account.asset, asked=data["asset"])
    ours = account.organization == organization
    allowed = {"beneficiaries", "partners", "vendors"} if ours else {FUND}
    if account.book != FUND or account.klass not in allowed:
        raise _not_for_this_kind(draft.command.kind, "to", account)


def books_agree(draft: Draft) -> None:
    """For every organization and asset, both books change by the same amount."""
    changes: dict[tuple[str, str], list[int]] = {}
    for book, sides in enumerate((draft.fund_sides, draft.custody_sides)):
        for move, source, target in sides:
            for account, amount in ((source, -move.amount), (target, move.amount)):
                if account.held:
                    changes.setdefault((account.organization, account.asset), [0, 0])[book] += amount
    if all(fund == custody for fund, custody in changes.values()):
        return
    for (organization, asset), (fund, custody) in sorted(changes.items()):
        if fund != custody:
            raise Rejection(
                "BOOKS_DIFFER", organization=organization, asset=asset, fund=str(fund), custody=str(custody)
            )


def returns_match(draft: Draft) -> None:
    """A linked move names the posting that paid this very source from this very target, or a gift to its source.

    A gift is instructed to go back to its giver only; where it was seen to go is recorded.
    """
    kinds = PLACED_BY.get(draft.command.kind, EVERY)
    for n, move in enumerate(draft.command.fund):
        if move.of is None:
            continue
        document = draft.entry(move.of.entry)
        fund = document.get("fund", ())
        posting = fund[move.of.posting] if move.of.posting < len(fund) else None
        if posting is None or document["type"] not in kinds or not _linked(draft, n, move, posting):
            raise Rejection("RETURN_MISMATCH", entry=move.of.entry, posting=move.of.posting, account=move.target)


def _linked(draft: Draft, n: int, move: Move, posting: Mapping[str, Any]) -> bool:
    paid, got = posting["from"]["account"], posting["to"]["account"]
    if got != move.source:
        return False
    if draft.command.kind == "advance_repayment" and draft.command.fund[n - 1].use != posting.get("use"):
        return False  # what is borne is for the very use that was advanced
    if not draft.account(move.source).has_axis:
        return draft.command.kind == "loss" or bool(paid == move.target)
    asked = draft.command.mode == INSTRUCTED and paid.startswith("outside/")
    return not asked or giver(paid) == giver(move.target)


def correction_fits(draft: Draft) -> None:
    """What is corrected moved this organization's money, and was not corrected before."""
    command = draft.command
    position: int = command.data["of"]
    document = draft.entry(position)
    why = None
    if document["type"] not in CORRECTABLE:
        why = "it moves no money"
    elif document["type"] == "loss" and document["data"]["ground"] in ("investment", "loan"):
        why = "what comes back of it after all is income"
    elif document.get("organization") != command.organization:
        why = "it belongs to another organization"
    if why is not None:
        raise Rejection("NOT_CORRECTABLE", entry=position, kind=document["type"], why=why)
    if (by := draft.state.corrected.get(position)) is not None:
        raise Rejection("ALREADY_CORRECTED", entry=position, by=by)


def import_is_open(draft: Draft) -> None:
    """Rows come once, and only into a batch that is open."""
    command, state = draft.command, draft.state
    if command.kind == "import_opened":
        before = state.batch_of_rows.get((str(command.organization), command.data["rowsDigest"]))
        if before is not None:
            batch = state.batches[before]
            raise Rejection("IMPORTED_BEFORE", batch=before, rows=batch.rows, total=str(batch.total), asset=batch.asset)
    elif "batch" in command.data and state.batches[command.data["batch"]].closed is not None:
        raise Rejection("BATCH_CLOSED", batch=command.data["batch"])


def roster_is_large(draft: Draft) -> None:
    """No roster points at persons."""
    roster = draft.command.data.get("roster")
    if roster is not None and roster["count"] < LEAST_ROSTER:
        raise Rejection("ROSTER_TOO_SMALL", least=LEAST_ROSTER, count=roster["count"])


def effective_has_come(draft: Draft) -> None:
    """Group 4, its last: the effective date is not after today's in the journal's civil zone."""
    effective = draft.command.effective
    if effective <= draft.clock[:10]:
        return  # not after UTC's date, which the civil zone's is never behind
    today = civil_day(draft.at).isoformat()
    if effective > today:
        raise Rejection("EFFECTIVE_IN_FUTURE", asked=effective, today=today)


_SOURCES = {
    name: (frozenset(a for a, _ in kind.fund), frozenset(a for a, _ in kind.custody)) for name, kind in KINDS.items()
}
"""Classes that the moves of a kind may come from, by book."""
_OURS = frozenset({FUND})
"""Where the first of every two moves comes from in kinds whose moves come in pairs."""

_GUARDS: tuple[tuple[Guard, frozenset[str]], ...] = (
    # 3: what the command names is there, and what it creates is not
    (journal_is_open, EVERY),
    (organization_is_there, EVERY),
    (partner_is_there, carrying("partner")),
    (restriction_is_there, carrying("restriction") - {"restriction_declared"}),
    (regions_are_there, carrying("region") | SPENDING),
    (recipient_is_there, frozenset({"account_opened"})),
    (account_is_there, frozenset(STATUS) | {"statement_imported"}),
    (sides_are_there, MOVING),
    (entries_are_there, carrying("subject", "of", "hold", "payment", "change", "committed", "correction") | RETURNING),
    (attested_is_there, frozenset({"attestation"})),
    (batch_is_there, carrying("batch") - {"import_opened"}),
    *NAMED,
    (is_new, CREATING),
    (term_is_new, NAMING),
    (unmoved_is_new, frozenset(UNMOVED)),
    (settle, MOVING),
    # 4: both sides of every move belong together and to the organization
    (two_accounts, MOVING),
    (one_asset, MOVING),
    (for_this_kind, MOVING),
    (of_the_organization, MOVING),
    (recipient_fits, frozenset({"account_opened"})),
    (conversion_changes_the_asset, frozenset({"conversion"})),
    (rate_fits, frozenset({"conversion"})),
    (books_agree, MOVING),
    (returns_match, RETURNING),
    (correction_fits, frozenset({"correction"})),
    (import_is_open, carrying("batch")),
    (roster_is_large, carrying("roster")),
    (expiry_fits, frozenset({"loss"})),
    (status_fits, frozenset(STATUS)),
    (period_fits, PERIODS),
    (terms_fit, NAMING),
    (hold_fits, carrying("hold")),
    (snapshot_fits, frozenset({"snapshot"})),
    *PARTS,
    (effective_has_come, EVERY),
    # 5: rules that can break in life
    *RULES,
)
"""Groups 3 to 5 in their order, each guard with the kinds that it has a say in.

Groups 1 and 2 come before a draft exists, group 6 is asked while posting.
"""

LADDERS: dict[str, tuple[Guard, ...]] = {
    kind: tuple(guard for guard, kinds in _GUARDS if kind in kinds) for kind in KINDS
}
"""What each kind is asked, in order."""
