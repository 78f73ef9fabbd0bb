"""The guard ladder: what `decide` asks before money moves, in the order of the catalogue of rejections.

Every guard looks at the whole command before the next one is asked, so that the same command gets
the same first rejection however its moves are ordered.  A guard either returns or refuses.
"""

from collections.abc import Callable, Iterator, Mapping

from ledger import fields as f
from ledger.accounts import CUSTODY_CLASSES, UNDETERMINED, Account
from ledger.assets import MAX_UNITS
from ledger.commands import INSTRUCTED, OBSERVED, Command, Move
from ledger.draft import Draft, civil_day
from ledger.fields import Fields
from ledger.kinds import KINDS, LEAST_ROSTER, MOST_MOVES, USE, VOUCHER, Pairs
from ledger.postings import FEE_KINDS
from ledger.rejections import Rejection
from ledger.restrictions import BASIS_POINTS, breaks, wider_than

_HEAD = Fields(id=f.uuid, mode=f.one_of(INSTRUCTED, OBSERVED), actor=f.code, effective=f.day).optional(
    organization=f.ident, documentDate=f.day, voucher=VOUCHER
)
_SOCIAL = "social-organization"


def well_formed(command: Command) -> None:
    """Group 1: every field is one that this kind carries, in its one form; raises `MALFORMED`."""
    kind = KINDS.get(command.kind)
    if kind is None:
        raise Rejection("MALFORMED", field="kind", why=f"there is no kind {command.kind[:40]!r}")
    optional = {
        "organization": command.organization,
        "documentDate": command.document_date,
        "voucher": command.voucher,
    }
    head = {"id": command.id, "mode": command.mode, "actor": command.actor, "effective": command.effective}
    _fits(_HEAD, head | {name: value for name, value in optional.items() if value is not None}, "")
    _fits(kind.data, command.data, "data.")
    if kind.organization and command.organization is None:
        raise Rejection("MALFORMED", field="organization", why="is missing")
    _well_formed_moves(command)


def _fits(fields: Fields, value: object, prefix: str) -> None:
    if found := fields.problem(value):
        raise Rejection("MALFORMED", field=f"{prefix}{found[0]}", why=found[1])


def _well_formed_moves(command: Command) -> None:
    kind = KINDS[command.kind]
    for book, moves, pairs in (("fund", command.fund, kind.fund), ("custody", command.custody, kind.custody)):
        if moves and not pairs:
            raise Rejection("MALFORMED", field=book, why=f"{command.kind} has no {book} moves of its own")
        if len(moves) > MOST_MOVES:
            raise Rejection("MALFORMED", field=book, why=f"has at most {MOST_MOVES} moves")
        for n, move in enumerate(moves):
            _well_formed_move(command, move, f"{book}.{n}", book)
    if kind.fund and not command.fund:
        raise Rejection("MALFORMED", field="fund", why="is missing")
    if kind.moves and not kind.fund and not command.custody:
        raise Rejection("MALFORMED", field="custody", why="is missing")
    if command.kind == "conversion" and len(command.fund) % 2:
        raise Rejection("MALFORMED", field="fund", why="a conversion's moves come in pairs: paid, bought")


def _well_formed_move(command: Command, move: Move, path: str, book: str) -> None:
    kind = KINDS[command.kind]
    if type(move.amount) is not int or not 0 < move.amount <= MAX_UNITS:
        raise Rejection("MALFORMED", field=f"{path}.amount", why="must be from 1 to 2**63 - 1 units")
    if move.use is not None:
        if not kind.spends or book != "fund":
            raise Rejection("MALFORMED", field=f"{path}.use", why="only spending has a use")
        _fits(USE, move.use, f"{path}.use.")
    if move.units is not None:
        fits = book == "fund" and sum(hi - lo for lo, hi in move.units) == move.amount
        if not fits or not all(0 <= lo < hi <= MAX_UNITS for lo, hi in move.units):
            raise Rejection("MALFORMED", field=f"{path}.units", why="must be intervals that sum to the amount")
    linked = move.of is not None
    if linked and (book != "fund" or not (kind.of or command.kind == "refund")):
        raise Rejection("MALFORMED", field=f"{path}.of", why=f"{command.kind} brings nothing back")
    if book == "fund" and kind.of and not linked:
        raise Rejection("MALFORMED", field=f"{path}.of", why="is missing: which posting paid this money?")


def names_exist(draft: Draft) -> None:
    """Group 3: the journal is open, and what the command names is there."""
    command, state = draft.command, draft.state
    opening = command.kind == "journal_opened"
    if opening and state.head.size:
        raise Rejection("JOURNAL_ALREADY_OPEN")
    if not opening and not state.head.size:
        raise Rejection("JOURNAL_NOT_OPEN")
    if command.organization is not None and command.organization not in state.standings:
        raise Rejection("ORGANIZATION_NOT_FOUND", organization=command.organization)
    restriction = command.data.get("restriction") if command.kind == "account_opened" else None
    if restriction is not None and restriction != UNDETERMINED and restriction not in state.restrictions:
        raise Rejection("RESTRICTION_NOT_FOUND", restriction=restriction)
    for region in _regions(command):
        if state.regions.find(region) is None:
            raise Rejection("REGION_NOT_FOUND", region=region)
    for move in (*command.fund, *command.custody):
        draft.account(move.source)
        draft.account(move.target)
    if isinstance(subject := command.data.get("subject"), int):
        draft.entry(subject)
    if "batch" in command.data and command.kind != "import_opened":
        _batch_is_there(draft, command.data["batch"])


def _regions(command: Command) -> Iterator[str]:
    """Every region that the command names."""
    if "region" in command.data:
        yield command.data["region"]
    for move in command.fund:
        if move.use and "region" in move.use:
            yield move.use["region"]


def _batch_is_there(draft: Draft, name: str) -> None:
    batch = draft.state.batches.get(name)
    if batch is None or batch.organization != draft.command.organization:
        raise Rejection("BATCH_NOT_FOUND", batch=name)
    if batch.closed is not None:
        raise Rejection("BATCH_CLOSED", batch=name)


def is_new(draft: Draft) -> None:
    """Group 3, last: what the command creates is not there yet, and a record's version is the next one."""
    command, state, data = draft.command, draft.state, draft.command.data
    taken: dict[str, tuple[str, Mapping[str, object]]] = {
        "account_opened": ("account", state.accounts),
        "restriction_declared": ("restriction", state.restrictions),
        "import_opened": ("batch", state.batches),
    }
    if command.kind in taken:
        name, known = taken[command.kind]
        if data[name] in known or (name == "restriction" and data[name] == UNDETERMINED):
            raise Rejection("ALREADY_EXISTS", what=name, id=data[name])
    for name, kind in (("evidence", "evidence_attached"), ("delivery", "delivery_confirmed")):
        if command.kind == kind and (name, data[name]) in state.named:
            raise Rejection("ALREADY_EXISTS", what=name, id=data[name])
    if command.kind == "reference_loaded" and (data["name"], data["edition"]) in state.references:
        raise Rejection("ALREADY_EXISTS", what=data["name"], id=data["edition"])
    if command.kind == "record_bound" and "record" in data:
        current = state.versions.get((data["noun"], data["record"]), 0)
        if data.get("version") != current + 1:
            raise Rejection(
                "VERSION_CONFLICT", noun=data["noun"], record=data["record"], current=current,
                asked=data.get("version", 0) - 1,
            )  # fmt: skip
    if command.kind == "import_opened":
        before = state.batch_of_rows.get((str(command.organization), data["rowsDigest"]))
        if before is not None:
            batch = state.batches[before]
            raise Rejection("IMPORTED_BEFORE", batch=before, rows=batch.rows, total=str(batch.total), asset=batch.asset)


def parts_fit(draft: Draft) -> None:
    """Group 4: both sides of every move belong together and to the organization."""
    command, kind = draft.command, draft.kind
    if command.kind == "account_opened":
        _terms_fit(command)
    for moves, pairs in ((command.fund, kind.fund), (command.custody, kind.custody)):
        for move in moves:
            _sides_fit(draft, move, pairs)
    _conversion_fits(draft)
    _books_agree(draft)
    roster = command.data.get("roster")
    if roster is not None:
        paid = sum(move.amount for move in command.fund)
        if roster["count"] < LEAST_ROSTER:
            raise Rejection("ROSTER_TOO_SMALL", least=LEAST_ROSTER, count=roster["count"])
        if int(roster["total"]) != paid:
            raise Rejection("MALFORMED", field="data.roster.total", why=f"must be the {paid} units paid")
    today = civil_day(draft.at).isoformat()
    if command.effective > today:
        raise Rejection("EFFECTIVE_IN_FUTURE", asked=command.effective, today=today)


def _terms_fit(command: Command) -> None:
    """An account's class fits its book, and only fund accounts carry a restriction or a project."""
    data = command.data
    classes = {"fund"} if data["book"] == "fund" else CUSTODY_CLASSES
    if data["class"] not in classes:
        raise Rejection("MALFORMED", field="data.class", why=f"must be one of {', '.join(sorted(classes))}")
    if data["book"] == "custody" and ("restriction" in data or "project" in data):
        raise Rejection("MALFORMED", field="data.restriction", why="custody accounts carry no purpose")


def _sides_fit(draft: Draft, move: Move, pairs: Pairs) -> None:
    command, kind = draft.command, draft.kind
    source, target = draft.account(move.source), draft.account(move.target)
    if source.id == target.id:
        raise Rejection("SAME_ACCOUNT", account=source.id)
    if source.asset != target.asset:
        raise Rejection("ASSET_MISMATCH", account=target.id, asset=target.asset, asked=source.asset)
    allowed = {a for a, _ in pairs}
    if _class(source) not in allowed or source.klass == "overdrawn":
        raise Rejection("NOT_FOR_THIS_KIND", kind=command.kind, side="from", account=source.id, klass=source.klass)
    if (_class(source), _class(target)) not in pairs:
        raise Rejection("NOT_FOR_THIS_KIND", kind=command.kind, side="to", account=target.id, klass=target.klass)
    if (
        command.kind == "refund" and source.book == "fund" and not source.has_axis
        and command.data.get("original") != "unknown"
    ):  # fmt: skip
        raise Rejection(
            "MALFORMED", field="data.original", why="money back from an unnamed payment is marked 'unknown'"
        )
    for account in (source, target):
        foreign = account.organization != command.organization
        if foreign and not (kind.crosses and account is target):
            raise Rejection(
                "NOT_THE_ORGANIZATIONS_ACCOUNT", account=account.id, owner=account.organization,
                organization=str(command.organization),
            )  # fmt: skip


def _class(account: Account) -> str:
    """The class as the table of kinds names it: any custody account that was opened is `held`."""
    return "held" if account.book == "custody" and account.klass in CUSTODY_CLASSES else account.klass


def _conversion_fits(draft: Draft) -> None:
    if draft.command.kind != "conversion":
        return
    for n, move in enumerate(draft.command.fund):
        expected = "conversion" if n % 2 else "fund"
        if draft.account(move.source).klass != expected:
            raise Rejection(
                "NOT_FOR_THIS_KIND", kind="conversion", side="from", account=move.source,
                klass=draft.account(move.source).klass,
            )  # fmt: skip


def _books_agree(draft: Draft) -> None:
    """For every organization and asset, both books change by the same amount."""
    changes: dict[tuple[str, str], list[int]] = {}
    for book, moves in enumerate((draft.command.fund, draft.command.custody)):
        for move in moves:
            for name, amount in ((move.source, -move.amount), (move.target, move.amount)):
                account = draft.account(name)
                if account.held:
                    changes.setdefault((account.organization, account.asset), [0, 0])[book] += amount
    for (organization, asset), (fund, custody) in changes.items():
        if fund != custody:
            raise Rejection(
                "BOOKS_DIFFER", organization=organization, asset=asset, fund=str(fund), custody=str(custody)
            )


def rules_hold(draft: Draft) -> None:
    """Group 5: rules that can break in life; an observed command declares the breach and goes on."""
    for guard in (_registered, _qualified, _batches_closed, _restrictions_kept, _fees_capped):
        guard(draft)


def _registered(draft: Draft) -> None:
    command = draft.command
    if not draft.kind.moves or command.organization is None:
        return
    owners = {draft.account(name).organization for move in command.fund for name in (move.source, move.target)}
    for name in sorted(owners | {command.organization}):
        standing = draft.state.standings.get(name)
        if standing and standing.type == _SOCIAL and not standing.has("registered", command.effective):
            draft.refuse("NOT_REGISTERED", organization=name, on=command.effective)


def _qualified(draft: Draft) -> None:
    command = draft.command
    if not str(command.data.get("channel", "")).startswith("public"):
        return
    standing = draft.state.standings[str(command.organization)]
    if not standing.has("public-fundraising", command.effective):
        draft.refuse("NOT_QUALIFIED", organization=str(command.organization), on=command.effective)


def _batches_closed(draft: Draft) -> None:
    for move in draft.command.fund:
        source = draft.account(move.source)
        for batch in source.batches:
            if source.has_axis and draft.state.batches[batch].closed is None:
                draft.refuse("BATCH_OPEN", account=source.id, batch=batch)


def _restrictions_kept(draft: Draft) -> None:
    command, kind = draft.command, draft.kind
    for n, move in enumerate(command.fund):
        source, target = draft.account(move.source), draft.account(move.target)
        restriction = draft.restriction(source)
        violation = None
        if kind.spends:
            violation = breaks(restriction, move.use or {}, command.effective, draft.state.regions)
        elif command.kind == "conversion" and n % 2 == 0:
            goods = draft.account(command.fund[n + 1].target)
            violation = wider_than(draft.restriction(goods), restriction, draft.state.regions)
        elif _must_stay_narrow(command, source, target):
            violation = wider_than(draft.restriction(target), restriction, draft.state.regions)
        if violation:
            draft.refuse("RESTRICTION_VIOLATED", account=source.id, **violation.facts())


def _must_stay_narrow(command: Command, source: Account, target: Account) -> bool:
    """Whether money may move only to an account that is as narrow: no ground, and no fee, sets it free."""
    if command.kind == "fee_release":
        return target.restriction is not None
    return command.kind in ("allocation", "transfer") and not _has_ground(command, source)


def _has_ground(command: Command, source: Account) -> bool:
    """Whether a documented change, dated before the spending, lets money leave its restriction.

    `undetermined` money leaves by a determination of what the donor meant, and by nothing else.
    """
    ground = command.data.get("ground")
    if ground is None or ground["on"] > command.effective:
        return False
    determination: bool = ground["basis"] == "determination"
    return determination == (source.restriction == UNDETERMINED)


def _fees_capped(draft: Draft) -> None:
    """Fees out of restricted money stay, in sum, within the agreed rate of what the account received."""
    if draft.command.kind not in FEE_KINDS:
        return
    asked: dict[str, int] = {}
    for move in draft.command.fund:
        source = draft.account(move.source)
        restriction = draft.restriction(source)
        if restriction is None:
            continue
        asked[source.id] = asked.get(source.id, 0) + move.amount
        cap = source.received * (restriction.fee_cap or 0) // BASIS_POINTS
        total = source.fees + asked[source.id]
        if total > cap:
            draft.refuse("FEE_CAP_EXCEEDED", account=source.id, asked=str(move.amount), total=str(total), cap=str(cap))


LADDER: tuple[Callable[[Draft], None], ...] = (names_exist, is_new, parts_fit, rules_hold)
"""Groups 3 to 5 in their order; group 1 and 2 come before a draft exists, group 6 while posting."""
