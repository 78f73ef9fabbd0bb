"""What a donor's note (备注) says the money is for, read surely or not at all.

A restriction that is too wide lets money go where its donor did not send it; one that is wrong stops help.  So a note
is read surely in these cases only:

`ONE_PLACE`           every word is known, there is one place, and the rest only says *direct it* or *for the epidemic*
                      (定向捐赠武汉; 用于湖北武汉疫情防控): the whole row is restricted to that division
`AMOUNTS_FOR_PLACES`  sums for places that add up to the row to the cent: one part for each
                      (指定武汉300万元、宜昌200万元, in a row of 5,000,000.00)
`ONE_PURPOSE`         the same for a purpose whose word the caller's codelist knows, with or without one place

Everything else that says what the money is for is `undetermined`: booked, not spendable, listed for a decision, with a
reason and, where one can be made, a suggestion.  In particular what a region cannot say: hospitals, other recipients,
goods (口罩), people (医护人员), treatment; wishes (希望, 建议); a name that several divisions share; a bare city before
the disease (武汉肺炎 was the disease's name, too); sums that do not add up.  Words of epidemic relief narrow nothing in
a list of gifts for that epidemic; they are kept in `purpose_text`.

No note, or one that says nothing about use (微信转账, 武汉加油), leaves the row unrestricted.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal, NamedTuple

from resolvers.earmark_words import NO_PURPOSES, Token, Word, cut, half_width, signals
from resolvers.place_names import Place, PlaceNames

Reason = Literal[
    "NO_NOTE", "NO_EARMARK", "ONE_PLACE", "ONE_PURPOSE", "AMOUNTS_FOR_PLACES", "WISH", "NO_PLACE", "PLACE_ONLY",
    "PLACE_UNSURE", "SEVERAL_PLACES", "PLACE_OR_DISEASE", "MORE_THAN_A_PLACE", "AMOUNTS_UNCLEAR",
]  # fmt: skip

REASONS: dict[Reason, tuple[str, str]] = {
    "NO_NOTE": ("There is no note.", "没有备注。"),
    "NO_EARMARK": ("The note says nothing about use.", "备注未涉及用途。"),
    "ONE_PLACE": ("The note names one place and nothing narrower.", "备注只指明一个地区，没有更窄的限定。"),
    "ONE_PURPOSE": ("The note names one purpose of the codelist.", "备注只指明一个用途代码。"),
    "AMOUNTS_FOR_PLACES": (
        "The note gives sums for places that add up to the row.",
        "备注为各地区列明金额，合计与本行相等。",
    ),
    "WISH": ("The note is a wish; whether it binds must be decided.", "备注是希望或建议，是否构成限定需裁定。"),
    "NO_PLACE": ("The note directs the money, but names no place or purpose.", "备注有定向意思，但未指明地区或用途。"),
    "PLACE_ONLY": ("The note is only a place; it may be where the donor is.", "备注只有地名，可能是捐赠人所在地。"),
    "PLACE_UNSURE": ("The place's name can mean several divisions.", "地名可能指多个行政区划。"),
    "SEVERAL_PLACES": ("Several places are named without a sum for each.", "指明多个地区而未列明各自金额。"),
    "PLACE_OR_DISEASE": (
        "The place may be part of the disease's name.",
        "地名可能是疾病名称的一部分。",
    ),
    "MORE_THAN_A_PLACE": (
        "The note names a recipient, goods, people or a use that a region cannot say.",
        "备注指明了受助单位、物品、人群或用途，地区无法表达。",
    ),
    "AMOUNTS_UNCLEAR": (
        "The note names sums that cannot be read as parts of the row for places.",
        "备注中的金额无法读作本行按地区的拆分。",
    ),
}


@dataclass(frozen=True, slots=True)
class Earmark:
    """One part of a gift and what it is for; all None but text and amount means: not known.

    `amount_minor` in fen; `region_code` as code@edition; `project_text` names a recipient, `purpose_text` repeats the
    donor's words.  Both texts are from outside and may name a person: never for a public leaf.
    """

    text: str
    amount_minor: int
    region_code: str | None = None
    project_text: str | None = None
    purpose_text: str | None = None
    purpose_code: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class EarmarkReading:
    """A row's earmarks.  `parts` sum to the row; empty when the row is unrestricted.

    `certain` is False for `undetermined`: `parts` is then one part without terms, `suggestion` what it might mean.
    """

    parts: tuple[Earmark, ...]
    certain: bool
    reason: Reason
    suggestion: tuple[Earmark, ...] = ()

    @property
    def restriction(self) -> Literal["unrestricted", "restricted", "undetermined"]:
        """How the row is to be booked."""
        if not self.certain:
            return "undetermined"
        return "restricted" if self.parts else "unrestricted"


LONGEST_NOTE = 500
"""Characters of a note; a longer one is a letter, for a person to read."""
UNRESTRICTED = EarmarkReading((), certain=True, reason="NO_NOTE")


def read_earmarks(
    note: str, amount_minor: int, places: PlaceNames, purposes: Mapping[str, str] = NO_PURPOSES
) -> EarmarkReading:
    """Read a row's note by the rule of this module. `purposes` maps words of a codelist to their codes."""
    text = half_width(note)
    if not text:
        return UNRESTRICTED
    row = _Row(note, amount_minor, places, purposes)
    if len(text) > LONGEST_NOTE:
        return _undetermined(row, "MORE_THAN_A_PLACE", [])
    tokens = cut(text, places, purposes)
    words = {token.word for token in tokens}
    if not signals(tokens) or _is_cheer(words):
        return replace(UNRESTRICTED, reason="NO_EARMARK")
    if Word.WISH in words:
        return _undetermined(row, "WISH", tokens)
    if Word.SUM in words:
        return _read_sums(row, tokens)
    return _read_whole(row, tokens)


class _Row(NamedTuple):
    note: str
    amount: int
    places: PlaceNames
    purposes: Mapping[str, str]


_HARMLESS = {Word.PLACE, Word.CHEER, Word.FILLER, Word.MARK, Word.PAYMENT}
_CONNECTING = {Word.DIRECT, Word.RELIEF, Word.DISEASE, Word.FILLER, Word.MARK}


def _is_cheer(words: set[Word]) -> bool:
    return Word.CHEER in words and words <= _HARMLESS


def _read_whole(row: _Row, tokens: list[Token]) -> EarmarkReading:
    """Read a note without sums: the whole row has one restriction."""
    words = {token.word for token in tokens}
    groups = place_groups(tokens, row.places)
    if not words <= _CONNECTING | {Word.PLACE, Word.PURPOSE}:
        return _undetermined(row, "MORE_THAN_A_PLACE", tokens)
    purpose = [token.text for token in tokens if token.word is Word.PURPOSE]
    if len(groups) > 1 or len(purpose) > 1:
        return _undetermined(row, "SEVERAL_PLACES", tokens)
    if not groups and not purpose:
        return _undetermined(row, "NO_PLACE", tokens)
    if groups and groups[0].place is None:
        return _undetermined(row, "PLACE_UNSURE", tokens)
    if groups and groups[0].before_disease:
        return _undetermined(row, "PLACE_OR_DISEASE", tokens)
    if not words & {Word.DIRECT, Word.RELIEF, Word.PURPOSE}:
        return _undetermined(row, "PLACE_ONLY", tokens)
    part = Earmark(
        row.note,
        row.amount,
        region_code=_code(row, groups[0].place) if groups else None,
        purpose_text=_purpose_text(tokens),
        purpose_code=row.purposes[purpose[0]] if purpose else None,
    )
    return EarmarkReading((part,), certain=True, reason="ONE_PURPOSE" if purpose else "ONE_PLACE")


class PlaceGroup(NamedTuple):
    """Places written one after the other from wide to narrow; `place` is the narrowest, None when not sure."""

    text: str
    place: Place | None
    before_disease: bool


def place_groups(tokens: list[Token], places: PlaceNames) -> list[PlaceGroup]:
    """Group neighbouring place names, each lying in the one before it, and resolve each group."""
    groups: list[PlaceGroup] = []
    runs = [(word, list(run)) for word, run in groupby(tokens, key=lambda token: token.word)]
    for index, (word, run) in enumerate(runs):
        if word is not Word.PLACE:
            continue
        place = places.surely(run[0].text)
        for token in run[1:]:
            place = places.surely(token.text, place) if place is not None else None
        bare = len(run) == 1 and place is not None and run[0].text != place.name
        disease = index + 1 < len(runs) and runs[index + 1][0] is Word.DISEASE
        groups.append(PlaceGroup("".join(token.text for token in run), place, bare and disease))
    return groups


def _code(row: _Row, place: Place | None) -> str | None:
    return row.places.coded(place) if place is not None else None


def _purpose_text(tokens: list[Token]) -> str | None:
    said = "".join(token.text for token in tokens if token.word in {Word.RELIEF, Word.DISEASE, Word.SUPPLY})
    return said or None


def _read_sums(row: _Row, tokens: list[Token]) -> EarmarkReading:
    """Read a note with sums: surely when each sum follows one sure place, and they add up to the row."""
    heading, rest = _heading(tokens)
    parts: list[Earmark] = []
    segment: list[Token] = []
    for token in rest:
        if token.word is not Word.SUM:
            segment.append(token)
            continue
        groups = place_groups(segment, row.places)
        words = {each.word for each in segment}
        sure = len(groups) == 1 and groups[0].place is not None and not groups[0].before_disease
        if not sure or not words <= _CONNECTING | {Word.PLACE}:
            return _undetermined(row, "AMOUNTS_UNCLEAR", tokens)
        text = "".join(each.text for each in segment).strip(",.;、。") + token.text
        purpose = _purpose_text(heading + segment)
        parts.append(Earmark(text, token.minor, _code(row, groups[0].place), purpose_text=purpose))
        segment = []
    amounts = [part.amount_minor for part in parts]
    if any(token.word is not Word.MARK for token in segment) or sum(amounts) != row.amount or min(amounts) <= 0:
        return _undetermined(row, "AMOUNTS_UNCLEAR", tokens)
    return EarmarkReading(tuple(parts), certain=True, reason="AMOUNTS_FOR_PLACES")


def _heading(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """Split off what stands before a colon, when it says only what the supplies or the relief are for."""
    for index, token in enumerate(tokens):
        if token.word is Word.MARK and ":" in token.text:
            heading = tokens[:index]
            if {each.word for each in heading} <= _CONNECTING | {Word.SUPPLY}:
                return heading, tokens[index + 1 :]
            break
    return [], tokens


def _undetermined(row: _Row, reason: Reason, tokens: list[Token]) -> EarmarkReading:
    part = Earmark(row.note, row.amount)
    return EarmarkReading((part,), certain=False, reason=reason, suggestion=_suggest(row, tokens))


_SHARED = re.compile(r"(?P<names>[^0-9:,;各]+)(?P<each>各)?$")
_RECIPIENT = re.compile(r".*(?:医院|院区|红十字会|基金?会|妇联|协会|委|中心|大学|学校|会)")


def _suggest(row: _Row, tokens: list[Token]) -> tuple[Earmark, ...]:
    """Make what sense can be made: parts when sums add up, a part and the rest, or one region or recipient."""
    if any(token.word is Word.SUM for token in tokens):
        parts = _suggest_sums(row, tokens)
        rest = row.amount - sum(part.amount_minor for part in parts)
        if rest == 0:
            return tuple(parts)
        if rest > 0 and len(parts) == 1 and (parts[0].region_code or parts[0].project_text):
            return (parts[0], Earmark("", rest))
        return ()
    groups = place_groups(tokens, row.places)
    place = groups[0].place if len(groups) == 1 else None
    aim = [token for token in tokens if token.word not in {Word.DIRECT, Word.FILLER}]
    recipient = _RECIPIENT.match("".join(token.text for token in aim).lstrip(",:"))
    if place is None and recipient is None:
        return ()
    name = recipient[0] if recipient else None
    return (Earmark(row.note, row.amount, _code(row, place), project_text=name, purpose_text=_purpose_text(tokens)),)


def _suggest_sums(row: _Row, tokens: list[Token]) -> list[Earmark]:
    if len(tokens) > 1 and tokens[0].text == "其中" and tokens[1].word is Word.SUM:
        # "Of it, so much for …": the sum stands before what it is for.
        return [_suggested(row, "".join(token.text for token in tokens[2:] if _tells(token)), tokens[1].minor)]
    parts: list[Earmark] = []
    before: list[Token] = []
    for token in tokens:
        if token.word is not Word.SUM:
            before.append(token)
            continue
        kept = "".join(each.text for each in before if _tells(each))
        match = _SHARED.search(kept)
        names = match["names"].strip("、,.()") if match else ""
        each = re.split("[、和]", names) if match and match["each"] else [names]
        parts.extend(_suggested(row, name, token.minor) for name in each if name)
        before = []
    return parts


def _tells(token: Token) -> bool:
    return token.word not in {Word.DIRECT, Word.RELIEF}


def _suggested(row: _Row, name: str, minor: int) -> Earmark:
    groups = place_groups(cut(name, row.places), row.places)
    place = groups[0].place if len(groups) == 1 else None
    whole = place is not None and groups[0].text == name
    return Earmark(name, minor, _code(row, place), project_text=None if whole else name or None)
