"""A way of money as a sentence, in both languages, with the entries that prove it."""

from collections.abc import Mapping
from dataclasses import dataclass

from db import flows as recorded
from db.flows import Leg, Side
from ledger.assets import Asset, decimal_text
from resolvers.context import Context
from resolvers.methods import MethodTrace, Question, trace
from resolvers.mixtures import Place
from resolvers.traces import Hop, shown

_ENDED = {
    "RESTING": ("and rests there", "，至今停留在那里"),
    "USED": ("and was used there", "，已在那里使用"),
    "RETURNED": ("and was given back", "，已退回"),
    "SOURCE": ("which is where it came from", "，这就是来源"),
    "OVERDRAWN": ("which did not have it", "，而那里当时并没有这笔钱"),
    "STOPPED": ("and was not followed further", "，未再往下追踪"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Path:
    """One way: how much took it, its movements, and the sentence in English and Chinese."""

    place: Place
    hops: tuple[Hop, ...]
    en: str
    zh: str


async def paths(ctx: Context, question: Question) -> tuple[MethodTrace, list[Path]]:
    """The ways of a trace that follows units; a rule that mixes, or a pooled answer, has none.

    Raises what `trace` raises.
    """
    found = await trace(ctx, question)
    places = [place for place in found.places if place.path]
    positions = {hop.entry for place in places for hop in place.path}
    legs = {(leg.position, leg.posting): leg for leg in await recorded.legs(ctx.reader, ctx.journal.id, positions)}
    return found, [_path(place, found, legs) for place in places]


def _path(place: Place, found: MethodTrace, legs: Mapping[tuple[int, int], Leg]) -> Path:
    way = [legs[hop.entry, hop.posting] for hop in place.path]
    scale = Asset.parse(found.asset).scale
    amount = f"{decimal_text(place.share, scale)} {found.asset.rpartition('/')[0]}"
    forth = found.direction == "FORWARD"
    ended_en, ended_zh = _ENDED[place.state]
    steps_en = [f"to {_name(leg.target, 'en')} (entry {leg.position})" for leg in way]
    steps_zh = [f"至“{_name(leg.target, 'zh')}”（第 {leg.position} 号分录）" for leg in way]
    if not forth:
        steps_en = [f"from {_name(leg.source, 'en')} (entry {leg.position})" for leg in way]
        steps_zh = [f"来自“{_name(leg.source, 'zh')}”（第 {leg.position} 号分录）" for leg in way]
    verb_en, verb_zh = ("went", "流") if forth else ("came", "")
    return Path(
        place, place.path, f"{amount} {verb_en} {', then '.join(steps_en)}, {ended_en}.",
        f"{amount}{verb_zh}{'，再'.join(steps_zh)}{ended_zh}。",
    )  # fmt: skip


def _name(side: Side, language: str) -> str:
    """An account by its project's name, or its plain id or class."""
    project = side.project_en or side.project if language == "en" else side.project
    key = shown(side.account)
    return f"{project} ({key})" if project else key
