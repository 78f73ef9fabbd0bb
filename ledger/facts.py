"""What the facts and moves of single kinds owe each other: a table of checks within group 1 of the ladder.

Each reads nothing but the command, whose fields have passed their own checks already; raises `MALFORMED`.
"""

from collections.abc import Callable

from ledger.accounts import OVERDRAWN
from ledger.assets import Asset
from ledger.commands import Command, Move
from ledger.kinds import Kind
from ledger.rejections import malformed

Check = Callable[[Command], None]


def _is_a_lot(command: Command) -> None:
    """Goods are declared by lot, and valued in a currency."""
    asset, value = Asset.parse(command.data["asset"]), command.data.get("valuation")
    if asset.kind != "GOODS" or asset.code.count(":") != 2:  # noqa: PLR2004 -- GOODS, item, lot
        raise malformed("data.asset", "must be goods with their lot: GOODS:item:LOT/0")
    if value is not None and (Asset.parse(value["asset"]).kind != "CURRENCY" or value["quantity"] == "0"):
        raise malformed("data.valuation", "is so much of a currency for at least one piece")


def _are_goods(command: Command) -> None:
    if Asset.parse(command.data["asset"]).kind != "GOODS" or command.data["quantity"] == "0":
        raise malformed("data.asset", "must be at least one piece of goods")


def _was_voted_on(command: Command) -> None:
    """Votes are of those present, who are of the members."""
    vote = command.data["resolution"]
    if not vote["votes"] <= vote["present"] <= vote["members"]:
        raise malformed("data.resolution", "votes are at most those present, and these at most the members")
    if vote["on"] > command.effective:
        raise malformed("data.resolution.on", "lies after the effective date")


def _was_bought_from(command: Command) -> None:
    """The price is what was paid, and the seller is named, or sealed."""
    if ("seller" in command.data) == ("party" in command.data):
        raise malformed("data.seller", "is named by its code, or sealed as party: one of both")
    paid = sum(move.amount for move in command.fund)
    if int(command.data["price"]) != paid:
        raise malformed("data.price", f"must be the {paid} units paid")


def _is_documented(command: Command) -> None:
    """A loss names its paper; what was placed outside is lost of a posting that placed it, what is held is not."""
    data = command.data
    if not ("evidence" in data or "reference" in data):
        raise malformed("data.reference", "a loss names its paper: evidence or reference")
    for n, move in enumerate(command.fund):
        placed = move.source.split("/")[0] == "outside"
        if placed != (move.of is not None) or placed != (data["ground"] in ("investment", "loan")):
            why = "names the posting that placed the money, of an investment or a loan; what is held names none"
            raise malformed(f"fund.{n}.of", why)


def _is_borne(command: Command) -> None:
    """Each pair: so much to the payee of the advance, for its use; and as much back from there, of the advance."""
    for n in range(0, len(command.fund), 2):
        borne, back = command.fund[n], command.fund[n + 1]
        if (borne.target, borne.amount) != (back.source, back.amount):
            raise malformed(f"fund.{n + 1}", "brings back what the move before it bears")
        if borne.of is not None or back.of is None:
            raise malformed(f"fund.{n + 1}.of", "is missing: which posting advanced this money?")
        if back.use is not None:
            raise malformed(f"fund.{n + 1}.use", "only spending has a use")


def unbalanced(move: Move, kind: Kind) -> str | None:
    """Why a move cannot be a balancing one, or None."""
    if move.balancing not in ("from", "to", "both"):
        return "must be one of from, to, both"
    if move.units is not None or move.of is not None or kind.paired:
        return "goes with neither units, nor a link, nor pairs of moves"
    if move.balancing != "to" and "/" in move.source:
        return "is of what an account holds that was opened"
    if move.balancing != "from" and not move.target.startswith(OVERDRAWN):
        return "is of what overdrawn/… lacks"
    return None


FACTS: dict[str, Check] = {
    "goods_declared": _is_a_lot,
    "goods_noted": _are_goods,
    "investment": _was_voted_on,
    "loan": _was_voted_on,
    "purchase": _was_bought_from,
    "loss": _is_documented,
    "advance_repayment": _is_borne,
}
