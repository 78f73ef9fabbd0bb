"""Well-formed commands: group 1 of the ladder, which reads nothing but the command itself.

A command may come from anywhere, so every value is looked at before it is used, by its exact type:
whatever is wrong is `MALFORMED` with the field's path, never a Python exception.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from ledger import attestations
from ledger import fields as f
from ledger.accounts import AGENCY, CUSTODY_CLASSES, FUND_CLASSES
from ledger.assets import MAX_UNITS
from ledger.commands import INSTRUCTED, OBSERVED, Approval, Command, Move, Origin
from ledger.entries import approval_text
from ledger.facts import FACTS, unbalanced
from ledger.fields import Fields
from ledger.kinds import APPROVABLE, KINDS, MOST_MOVES, USE, VOUCHER, Kind
from ledger.rejections import malformed
from ledger.unmoved import UNMOVED, problem

_APPROVAL = Fields(approver=f.code).optional(approverSignature=f.signature, initiatorSignature=f.signature)
_HEAD = (
    ("mode", f.one_of(INSTRUCTED, OBSERVED)), ("actor", f.code), ("effective", f.day),
    ("organization", f.perhaps(f.ident)), ("documentDate", f.perhaps(f.day)),
)  # fmt: skip
_PAPERS = frozenset({"donor-consent", "filing", "leftover"})
"""Grounds that someone else gave: the paper that shows it is named."""
_MOST_UNITS = 512
"""Intervals that one move may designate."""


def well_formed(command: Command) -> None:
    """Group 1: every field is one that this kind carries, in its one form; raises `MALFORMED`."""
    if command.formed:
        return
    kind = KINDS.get(command.kind) if type(command.kind) is str else None
    if kind is None:
        raise malformed("kind", f"there is no kind {f.shown(command.kind)}")
    _head_fits(command)
    _fits(kind.data, command.data, "data.")
    if kind.organization and command.organization is None:
        raise malformed("organization", "is missing")
    _approval_fits(command)
    _facts_fit(command)
    _unmoved_fits(command)
    _words_fit(command)
    _moves_fit(command, KINDS[command.data["for"]] if command.kind == "hold" else kind)
    _sums_fit(command)
    object.__setattr__(command, "formed", True)  # the one thing about a command that becomes known later


def _head_fits(command: Command) -> None:
    """What every kind carries; the last three may be absent."""
    if why := f.uuid(command.id):
        raise malformed("id", why)
    rest = (command.mode, command.actor, command.effective, command.organization, command.document_date)
    for (name, check), value in zip(_HEAD, rest, strict=True):
        if why := check(value):
            raise malformed(name, why)
    if command.voucher is not None and (found := VOUCHER.problem(command.voucher)):
        raise malformed("voucher", f"{found[0]} {found[1]}")


def _fits(fields: Fields, value: object, prefix: str) -> None:
    if found := fields.problem(value):
        raise malformed(f"{prefix}{found[0]}", found[1])


def _approval_fits(command: Command) -> None:
    """An approval goes with what is asked for and can pay out, or changes from which amount on one is needed."""
    if command.kind == "approval_threshold_set" and command.mode == OBSERVED:
        raise malformed("mode", "terms are set; nothing has moved yet")
    if command.approval is None:
        return
    if type(command.approval) is not Approval:
        raise malformed("approval", "must be an approval")
    if command.mode == OBSERVED or command.kind not in APPROVABLE:
        raise malformed("approval", "nothing here asks for one")
    _fits(_APPROVAL, approval_text(command.approval), "approval.")


def _facts_fit(command: Command) -> None:
    """What a kind's facts owe each other."""
    data = command.data
    match command.kind:
        case "account_opened":
            _terms_fit(data)
        case "restriction_declared":
            if data.get("until", "9999-12-31") < data.get("from", "0001-01-01"):
                raise malformed("data.until", "lies before data.from")
        case "record_bound":
            if ("record" in data) != ("version" in data):
                raise malformed("data.version", "goes with data.record: both, or neither")
            if ("facts" in data) != (data["noun"] == "organization" and "record" in data):
                raise malformed("data.facts", "goes with an organization's record, and with nothing else")
        case "allocation" if data.get("ground", {}).get("basis") in _PAPERS:
            _names_its_paper(data["ground"], "data.ground", data["ground"]["basis"])
        case "period_reopened":
            _names_its_paper(data, "data.reference", data["ground"])
        case _:
            pass


def _unmoved_fits(command: Command) -> None:
    """What memoranda, terms, facts and holds owe themselves, and money that relies on a ground or a change."""
    data = command.data
    if command.kind in UNMOVED and (found := problem(command.kind, data, command.effective)):
        raise malformed(*found)
    if "ground" in data and "change" in data:
        raise malformed("data.ground", "or data.change says why money may leave its restriction: one of both")
    if command.kind == "hold" and "facts" in data:
        facts = data["facts"]
        _fits(KINDS[data["for"]].data, facts, "data.facts.")
        if "hold" in facts or not facts:
            raise malformed("data.facts", "are the facts of the payment, without a hold; absent where it has none")


def _words_fit(command: Command) -> None:
    """What is said about the journal itself: an auditor has signed it, or its numbers fit each other."""
    if command.kind == "attestation" and (why := attestations.problem(command.data)) is not None:
        raise malformed("data.signature", f"must be of this text by this key: {why}")
    if command.kind == "snapshot":
        _snapshot_fits(command.data)


def _snapshot_fits(data: Mapping[str, Any]) -> None:
    """Parts are counted, assets come in order, and the totals of every asset cancel."""
    if data["part"] > data["parts"]:
        raise malformed("data.part", f"is one of {data['parts']}")
    names = [item["asset"].encode() for item in data["assets"]]
    if any(a >= b for a, b in pairwise(names)):
        raise malformed("data.assets", "are in the order of their names")
    for n, item in enumerate(data["assets"]):
        if item["in"] != item["out"]:
            raise malformed(f"data.assets.{n}.out", f"must be the {item['in']} units that came in")


def _names_its_paper(ground: Mapping[str, Any], path: str, basis: str) -> None:
    if not ("evidence" in ground or "reference" in ground):
        raise malformed(path, f"{basis} names its paper: evidence or reference")


def _terms_fit(data: Mapping[str, Any]) -> None:
    """An account's class fits its book, and only fund accounts carry a restriction or a project."""
    classes = FUND_CLASSES if data["book"] == "fund" else CUSTODY_CLASSES
    if data["class"] not in classes:
        raise malformed("data.class", f"must be one of {', '.join(sorted(classes))}")
    if data["book"] == "custody" and ("restriction" in data or "project" in data):
        raise malformed("data.restriction", "custody accounts carry no purpose")
    if (data["class"] == AGENCY) != ("recipient" in data):
        raise malformed("data.recipient", "goes with an agency account, and with nothing else")
    if data["class"] == AGENCY and "restriction" in data:
        raise malformed("data.restriction", "agency money is for its recipient, and has no other terms")


def _moves_fit(command: Command, kind: Kind) -> None:
    for book, moves, pairs in (("fund", command.fund, kind.fund), ("custody", command.custody, kind.custody)):
        if type(moves) is not tuple or any(type(move) is not Move for move in moves):
            raise malformed(book, "must be a tuple of moves")
        if moves and not pairs:
            raise malformed(book, f"{command.kind} has no {book} moves of its own")
        if len(moves) > MOST_MOVES:
            raise malformed(book, f"has at most {MOST_MOVES} moves")
        for n, move in enumerate(moves):
            _move_fits(move, kind, f"{book}.{n}", book)
    if kind.fund and not command.fund:
        raise malformed("fund", "is missing")
    if kind.moves and not kind.fund and not command.custody:
        raise malformed("custody", "is missing")
    if kind.paired and len(command.fund) % 2:
        raise malformed("fund", f"the moves of {command.kind} come in pairs: paid, and then bought or brought back")


def _move_fits(move: Move, kind: Kind, path: str, book: str) -> None:
    for end, name in (("from", move.source), ("to", move.target)):
        if f.account_name(name):
            raise malformed(f"{path}.{end}", "must be the name of an account")
    if type(move.amount) is not int or not 0 < move.amount <= MAX_UNITS:
        raise malformed(f"{path}.amount", "must be from 1 to 2**63 - 1 units")
    if move.use is not None:
        if not kind.spends or book != "fund":
            raise malformed(f"{path}.use", "only spending has a use")
        _fits(USE, move.use, f"{path}.use.")
    if move.balancing is not None and (why := unbalanced(move, kind)):
        raise malformed(f"{path}.balancing", why)
    if move.units is not None and (book != "fund" or not _designate(move.units, move.amount)):
        raise malformed(f"{path}.units", "must be intervals of fund units that sum to the amount")
    if move.of is not None or kind.of:
        _link_fits(move, kind, path, book)


def _link_fits(move: Move, kind: Kind, path: str, book: str) -> None:
    if move.of is not None:
        if book != "fund" or not (kind.of or kind.links):
            raise malformed(f"{path}.of", "this move brings nothing back")
        if not _is_origin(move.of):
            raise malformed(f"{path}.of", "must name an entry's position and a posting of it")
    elif book == "fund" and kind.of:
        raise malformed(f"{path}.of", "is missing: which posting paid this money?")


def _designate(units: object, amount: int) -> bool:
    """Whether `units` are non-empty half-open intervals of an axis, `amount` units together."""
    if type(units) is not tuple or len(units) > _MOST_UNITS:
        return False
    for pair in units:
        if type(pair) is not tuple or [type(end) for end in pair] != [int, int]:
            return False
    return all(0 <= lo < hi <= MAX_UNITS for lo, hi in units) and sum(hi - lo for lo, hi in units) == amount


def _is_origin(of: object) -> bool:
    if type(of) is not Origin or type(of.entry) is not int or type(of.posting) is not int:
        return False
    return 0 <= of.entry <= MAX_UNITS and 0 <= of.posting <= MAX_UNITS


def _holds_so_much(command: Command) -> None:
    """What a hold and its payment do not say."""
    pays = "hold" in command.data
    if (pays or command.kind == "hold") and any(move.balancing for move in (*command.fund, *command.custody)):
        raise malformed("fund.0.balancing", "a hold keeps so much, and its payment says how much of it")
    if pays and any(move.units is not None for move in command.fund):
        raise malformed("fund.0.units", "the hold has named them, or nobody has")


def _sums_fit(command: Command) -> None:
    """What a kind's facts and its moves owe each other."""
    data = command.data
    if (check := FACTS.get(command.kind)) is not None:
        check(command)
    if command.kind == "hold" and command.mode == OBSERVED:
        raise malformed("mode", "a hold is asked for; nothing has moved yet")
    _holds_so_much(command)
    if command.kind == "hold":
        data = data.get("facts", {})
    if "roster" in data and command.fund:
        paid = sum(move.amount for move in command.fund)
        if int(data["roster"]["total"]) != paid:
            raise malformed("data.roster.total", f"must be the {paid} units paid")
    if command.kind == "refund":
        unknown = data.get("original") == "unknown"
        if unknown and command.mode != OBSERVED:
            raise malformed("data.original", "is unknown only of money that was observed to move")
        for n, move in enumerate(command.fund):
            if unknown == (move.of is not None):
                why = "names the posting that gave the money, or data.original says unknown: one of both"
                raise malformed(f"fund.{n}.of", why)
