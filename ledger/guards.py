"""The guard ladder: what `decide` asks before money moves, in the order of the catalogue of rejections.

Every guard looks at the whole command before the next one is asked, so that the same command gets
the same first rejection however its moves are ordered.  A guard either returns or refuses.

Group 1 is `ledger/forms.py`, group 2 `ledger/repeats.py`, group 5 `ledger/rules.py`; group 6 is asked
while posting, move by move.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ledger.accounts import CUSTODY, CUSTODY_CLASSES, FUND, UNDETERMINED, Account, giver
from ledger.approvals import TERMS, term_is_new, terms_fit
from ledger.commands import INSTRUCTED, Command, Move
from ledger.draft import Draft, civil_day
from ledger.holds import hold_fits
from ledger.kinds import CORRECTABLE, LEAST_ROSTER, Pairs
from ledger.rejections import Rejection
from ledger.rules import rules_hold
from ledger.terms import STATUS, period_fits, status_fits


def names_exist(draft: Draft) -> None:
    """Group 3: the journal is open, and what the command names is there."""
    command, state = draft.command, draft.state
    if bool(state.head.size) == (command.kind == "journal_opened"):
        raise Rejection("JOURNAL_ALREADY_OPEN" if state.head.size else "JOURNAL_NOT_OPEN")
    if command.organization is not None and command.organization not in state.standings:
        raise Rejection("ORGANIZATION_NOT_FOUND", organization=command.organization)
    restriction = command.data.get("restriction") if command.kind == "account_opened" else None
    if restriction is not None and restriction != UNDETERMINED and restriction not in state.restrictions:
        raise Rejection("RESTRICTION_NOT_FOUND", restriction=restriction)
    for region in _regions(command):
        if state.regions.find(region) is None:
            raise Rejection("REGION_NOT_FOUND", region=region)
    if command.kind in STATUS:
        draft.account(command.data["account"])
    for move in (*command.fund, *command.custody):
        draft.account(move.source)
        draft.account(move.target)
    for position in _entries(command):
        draft.entry(position)
    _batch_is_there(draft)


def _batch_is_there(draft: Draft) -> None:
    name = draft.command.data.get("batch")
    if name is None or draft.command.kind == "import_opened":
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
    for move in command.fund:
        if move.of is not None:
            yield move.of.entry


def is_new(draft: Draft) -> None:
    """Group 3, last: what the command creates is not there yet, and a record's version is the next one."""
    command, state, data = draft.command, draft.state, draft.command.data
    match command.kind:
        case "account_opened":
            _not_taken("account", data["account"], taken=data["account"] in state.accounts)
        case "restriction_declared":
            name = data["restriction"]
            _not_taken("restriction", name, taken=name in state.restrictions or name == UNDETERMINED)
        case "import_opened":
            _not_taken("batch", data["batch"], taken=data["batch"] in state.batches)
        case "evidence_attached":
            _not_taken("evidence", data["evidence"], taken=("evidence", data["evidence"]) in state.named)
        case "delivery_confirmed":
            _not_taken("delivery", data["delivery"], taken=("delivery", data["delivery"]) in state.named)
        case "reference_loaded":
            key = (data["name"], data["edition"])
            _not_taken("reference", "@".join(key), taken=key in state.references)
        case kind if kind in TERMS:
            term_is_new(draft)
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


def parts_fit(draft: Draft) -> None:
    """Group 4: both sides of every move belong together and to the organization."""
    books = ((FUND, draft.command.fund, draft.kind.fund), (CUSTODY, draft.command.custody, draft.kind.custody))
    for check in (_two_accounts, _one_asset, _for_this_kind, _of_the_organization):
        for book, moves, pairs in books:
            for n, move in enumerate(moves):
                check(draft, draft.account(move.source), draft.account(move.target), _Place(book, pairs, n))
    _conversion_changes_the_asset(draft)
    _books_agree(draft)
    _returns_match(draft)
    _correction_fits(draft)
    _import_is_open(draft)
    roster = draft.command.data.get("roster")
    if roster is not None and roster["count"] < LEAST_ROSTER:
        raise Rejection("ROSTER_TOO_SMALL", least=LEAST_ROSTER, count=roster["count"])
    status_fits(draft)
    period_fits(draft)
    terms_fit(draft)
    hold_fits(draft)
    today = civil_day(draft.at).isoformat()
    if draft.command.effective > today:
        raise Rejection("EFFECTIVE_IN_FUTURE", asked=draft.command.effective, today=today)


class _Place:
    """Where a move stands: its book, the pairs of classes its kind allows there, its number."""

    __slots__ = ("book", "n", "pairs")

    def __init__(self, book: str, pairs: Pairs, n: int) -> None:
        self.book = book
        self.pairs = pairs
        self.n = n


def _two_accounts(_draft: Draft, source: Account, target: Account, _place: _Place) -> None:
    if source.id == target.id:
        raise Rejection("SAME_ACCOUNT", account=source.id)


def _one_asset(_draft: Draft, source: Account, target: Account, _place: _Place) -> None:
    if source.asset != target.asset:
        raise Rejection("ASSET_MISMATCH", account=target.id, asset=target.asset, asked=source.asset)


def _for_this_kind(draft: Draft, source: Account, target: Account, place: _Place) -> None:
    """The classes of both sides are a pair of the kind's, and both accounts are of the book that the move is in."""
    kind = draft.command.kind
    sources = {a for a, _ in place.pairs}
    if kind == "conversion" and place.book == FUND:  # what is bought comes after what was paid
        sources = {"conversion" if place.n % 2 else "fund"}
    for name, account, allowed in (
        ("from", source, source.book == place.book and _class(source) in sources),
        ("to", target, target.book == place.book and (_class(source), _class(target)) in place.pairs),
    ):
        if not allowed:
            raise Rejection("NOT_FOR_THIS_KIND", kind=kind, side=name, account=account.id, klass=account.klass)


def _class(account: Account) -> str:
    """The class as the table of kinds names it: any custody account that was opened is `held`."""
    return "held" if account.book == CUSTODY and account.klass in CUSTODY_CLASSES else account.klass


def _of_the_organization(draft: Draft, source: Account, target: Account, _place: _Place) -> None:
    organization = draft.command.organization
    for account in (source, target):
        crosses = draft.kind.crosses and account is target
        if account.organization != organization and not crosses:
            raise Rejection(
                "NOT_THE_ORGANIZATIONS_ACCOUNT", account=account.id, owner=account.organization,
                organization=str(organization),
            )  # fmt: skip


def _conversion_changes_the_asset(draft: Draft) -> None:
    """What is bought is not what was paid: else units could be made of nothing, or lost without a use."""
    if draft.command.kind != "conversion":
        return
    moves = [draft.account(move.target).asset for move in draft.command.fund]
    for paid, bought in zip(moves[::2], moves[1::2], strict=True):
        if paid == bought:
            raise Rejection("SAME_ASSET", asset=paid)


def _books_agree(draft: Draft) -> None:
    """For every organization and asset, both books change by the same amount."""
    changes: dict[tuple[str, str], list[int]] = {}
    for book, moves in enumerate((draft.command.fund, draft.command.custody)):
        for move in moves:
            for name, amount in ((move.source, -move.amount), (move.target, move.amount)):
                account = draft.account(name)
                if account.held:
                    changes.setdefault((account.organization, account.asset), [0, 0])[book] += amount
    for (organization, asset), (fund, custody) in sorted(changes.items()):
        if fund != custody:
            raise Rejection(
                "BOOKS_DIFFER", organization=organization, asset=asset, fund=str(fund), custody=str(custody)
            )


def _returns_match(draft: Draft) -> None:
    """A linked move names the posting that paid this very source from this very target, or a gift to its source.

    A gift is instructed to go back to its giver only; where it was seen to go is recorded.
    """
    for move in draft.command.fund:
        if move.of is None:
            continue
        fund = draft.entry(move.of.entry).get("fund", ())
        posting = fund[move.of.posting] if move.of.posting < len(fund) else None
        if posting is None or not _linked(draft, move, posting):
            raise Rejection("RETURN_MISMATCH", entry=move.of.entry, posting=move.of.posting, account=move.target)


def _linked(draft: Draft, move: Move, posting: Mapping[str, Any]) -> bool:
    paid, got = posting["from"]["account"], posting["to"]["account"]
    if got != move.source:
        return False
    if not draft.account(move.source).has_axis:
        return bool(paid == move.target)
    asked = draft.command.mode == INSTRUCTED and paid.startswith("outside/")
    return not asked or giver(paid) == giver(move.target)


def _correction_fits(draft: Draft) -> None:
    """What is corrected moved this organization's money, and was not corrected before."""
    command = draft.command
    if command.kind != "correction":
        return
    position: int = command.data["of"]
    document = draft.entry(position)
    why = None
    if document["type"] not in CORRECTABLE:
        why = "it moves no money"
    elif document.get("organization") != command.organization:
        why = "it belongs to another organization"
    if why is not None:
        raise Rejection("NOT_CORRECTABLE", entry=position, kind=document["type"], why=why)
    if (by := draft.state.corrected.get(position)) is not None:
        raise Rejection("ALREADY_CORRECTED", entry=position, by=by)


def _import_is_open(draft: Draft) -> None:
    """Rows come once, and only into a batch that is open."""
    command, state = draft.command, draft.state
    if command.kind == "import_opened":
        before = state.batch_of_rows.get((str(command.organization), command.data["rowsDigest"]))
        if before is not None:
            batch = state.batches[before]
            raise Rejection("IMPORTED_BEFORE", batch=before, rows=batch.rows, total=str(batch.total), asset=batch.asset)
    elif "batch" in command.data and state.batches[command.data["batch"]].closed is not None:
        raise Rejection("BATCH_CLOSED", batch=command.data["batch"])


LADDER: tuple[Callable[[Draft], None], ...] = (names_exist, is_new, parts_fit, rules_hold)
"""Groups 3 to 5 in their order; groups 1 and 2 come before a draft exists, group 6 while posting."""
