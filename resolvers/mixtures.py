"""Flows and mixtures as one kind of answer: movements with shares, and places where the money is or came from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from db.flows import Leg, Side
from ledger.flows import Flow, is_outside
from ledger.networks import Mixture, Network, kept
from resolvers.traces import GIVERS, Hop, State, Step, end_of, returned_by, shown

Key = tuple[int, int]
Legs = Mapping[Key, Leg]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part of the money rests, was used, came from, or was not followed.

    `share` counts in whole units of what is traced, all shares of an answer sum to its floor; `exact` is the share
    itself.  `hop` is the movement that brought or gave it, None for what rests in a pool or is pooled.  `lo` and `hi`
    are its units where a rule names them.
    """

    state: State
    side: Side
    share: int
    exact: str
    hop: Hop | None = None
    lo: str | None = None
    hi: str | None = None
    path: tuple[Hop, ...] = ()


def of_flow(flow: Flow, legs: Legs, direction: str) -> tuple[list[Step], list[Place]]:
    """The steps and places of units that were followed; a posting met several times is one step."""
    shares: dict[Key, tuple[Fraction, int]] = {}
    returning: set[Key] = set()
    for item, piece in flow.steps:
        key, width = (item.position, item.posting), Fraction(piece.origin_hi - piece.origin_lo)
        before, hop = shares.get(key, (Fraction(0), len(piece.path) - 1))
        shares[key] = before + width, min(hop, len(piece.path) - 1)
        if returned_by(item, legs[key]):
            returning.add(key)
    stopped = {id(piece) for piece in flow.stopped}
    places = []
    for piece in flow.ends:
        end = end_of(piece, dict(legs), direction, stopped=id(piece) in stopped)
        exact = str(Fraction(piece.origin_hi - piece.origin_lo))
        places.append(Place(end.state, end.side, end.share, exact, end.path[-1], end.lo, end.hi, end.path))
    return steps_of(shares, returning, legs, direction), places


def steps_of(shares: Mapping[Key, tuple[Fraction, int]], returning: set[Key], legs: Legs, direction: str) -> list[Step]:
    """One step for every posting, from the traced entry on."""
    sign = 1 if direction == "FORWARD" else -1
    order = sorted(shares, key=lambda key: (sign * key[0], sign * key[1]))
    return [Step(legs[key], floor(shares[key][0]), shares[key][1], key in returning) for key in order]


def of_mixture(
    network: Network, mixture: Mixture, legs: Legs, direction: str, *, poison: bool
) -> tuple[list[Step], list[Place]]:
    """The steps and places of money that was mixed, or (`poison`) of all that it can have touched."""
    shares: dict[Key, tuple[Fraction, int]] = {}
    returning: set[Key] = set()
    for n in sorted(mixture.hops):
        move = network.nodes[n].movement
        if move is not None:
            before, hop = shares.get(move.key, (Fraction(0), mixture.hops[n]))
            shares[move.key] = before + mixture.of(n), min(hop, mixture.hops[n])
            if move.restores:
                returning.add(move.key)
    amounts: dict[tuple[State, str, Key | None], Fraction] = {}
    for n in sorted(mixture.hops):
        found = _place(network, mixture, n, legs, direction, poison=poison)
        if found is not None:
            amounts[found[0]] = amounts.get(found[0], Fraction(0)) + found[1]
    return steps_of(shares, returning, legs, direction), _cut(amounts, _sides(legs.values()), legs, direction)


def _place(
    network: Network, mixture: Mixture, n: int, legs: Legs, direction: str, *, poison: bool
) -> tuple[tuple[State, str, Key | None], Fraction] | None:
    """What ends in a node: (state, account, movement) and how much; None for nothing."""
    node = network.nodes[n]
    move = node.movement
    key = None if move is None else move.key
    if n in mixture.stopped and move is not None:
        return ("STOPPED", move.source if direction == "BACKWARD" else move.target, key), mixture.of(n)
    if direction == "BACKWARD":
        if node.takes or move is None:
            return None
        state: State = "OVERDRAWN" if move.source.startswith("overdrawn/") else "SOURCE"
        return (state, legs[move.key].source.account, key), mixture.of(n)
    rest = Fraction(node.rest) if poison else kept(network, mixture, n)
    if not rest:
        return None
    if key is None or is_held(node.axis):
        return ("RESTING", node.axis, None), rest
    account = legs[key].target.account
    return ("RETURNED" if shown(account).startswith(GIVERS) else "USED", account, key), rest


def is_held(axis: str) -> bool:
    """Whether an axis is a held account."""
    return not is_outside(axis) and not axis.startswith("posting/")


def _sides(legs: Iterable[Leg]) -> dict[str, Side]:
    found: dict[str, Side] = {}
    for leg in legs:
        found[leg.source.account], found[leg.target.account] = leg.source, leg.target
    return found


def _cut(
    amounts: Mapping[tuple[State, str, Key | None], Fraction], sides: Mapping[str, Side], legs: Legs, direction: str
) -> list[Place]:
    """Places in order, their shares cut on whole units at cumulative floors, so that they sum to the whole."""
    found, at = [], Fraction(0)
    for state, account, key in sorted(amounts, key=lambda item: (item[2] or (-1, -1), item[0], item[1])):
        exact = amounts[state, account, key]
        side = sides.get(account)
        if side is None:  # a stopped movement of a posting's axis
            assert key is not None
            side = legs[key].source if direction == "BACKWARD" else legs[key].target
        share = floor(at + exact) - floor(at)
        at += exact
        found.append(Place(state, side, share, str(exact), None if key is None else Hop(*key)))
    return found


def pooled(places: Iterable[Place]) -> list[Place]:
    """Sources without single gifts: one place for each class."""
    found: dict[tuple[State, str], Place] = {}
    for place in places:
        key = (place.state, place.side.account)
        share = place.share + (found[key].share if key in found else 0)
        found[key] = Place(place.state, place.side, share, str(share))
    return list(found.values())
