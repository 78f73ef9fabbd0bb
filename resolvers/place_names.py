"""Chinese place names -> administrative divisions (GB/T 2260) of one edition.

A name is found by its full form (武汉市) or its short one (武汉, 恩施州, 红安); districts have no short form, since
和平, 平安 and 新华 are words before they are districts.  `find` returns every division of a name; `surely` only the
one that can be meant: not one name of several (吉林), unless a wider place before it decides (湖北武汉), and no county
by its short form, since 公安 is the police before it is 公安县.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_ETHNIC = re.compile(
    r"(?:藏|回|维吾尔|蒙古|壮|苗|彝|布依|侗|瑶|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬"
    r"|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|鄂温克|德昂|保安|裕固|独龙|鄂伦春|朝鲜|满|白|各)族"
)
_SHORT = re.compile(r"(?:省|市|县|地区|盟|(?:壮族|回族|维吾尔)?自治区|特别行政区)$")
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Place:
    """One division: its code, its full name and the code of the division it lies in (None for a province)."""

    code: str
    name: str
    parent: str | None


@dataclass(slots=True)
class PlaceNames:
    """The names of one edition of the list, for looking up; `edition` is printed into every code given out."""

    edition: str
    places: dict[str, Place]
    _by_name: dict[str, list[Place]] = field(init=False, default_factory=dict)
    _longest: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        """Index every full and short form."""
        for place in self.places.values():
            for name in forms(place.name):
                self._by_name.setdefault(name, []).append(place)
        self._longest = max(map(len, self._by_name), default=0)

    @classmethod
    def of(cls, edition: str, rows: Iterable[tuple[str, str]]) -> "PlaceNames":
        """Build from (code, name) rows; the parent is the nearest wider code that the edition lists."""
        names = dict(rows)
        return cls(edition, {code: Place(code, name, _parent(code, names)) for code, name in names.items()})

    @classmethod
    def from_tsv(cls, text: str) -> "PlaceNames":
        """Read the list's own form: lines of source, revision, code, name, under one header line."""
        lines = [line.split("\t") for line in text.splitlines()[1:] if line]
        editions = {line[1] for line in lines}
        if len(editions) != 1:
            raise ValueError(f"one edition expected, not {sorted(editions)}")
        return cls.of(editions.pop(), ((line[2], line[3]) for line in lines))

    def longest_at(self, text: str, start: int) -> str:
        """Return the longest place name that begins at `start`, or an empty text."""
        for end in range(min(len(text), start + self._longest), start + 1, -1):
            if text[start:end] in self._by_name:
                return text[start:end]
        return ""

    def find(self, name: str, within: Place | None = None) -> list[Place]:
        """Return every division of that name, inside `within` when it is given."""
        found = self._by_name.get(name, [])
        return found if within is None else [place for place in found if self.lies_in(place, within)]

    def surely(self, name: str, within: Place | None = None) -> Place | None:
        """Return the one division that the name can mean, or None."""
        found = self.find(name, within)
        if len(found) != 1:
            return None
        place = found[0]
        wide = place.parent is None or place.code.endswith("00") or place.parent.endswith("0000")
        return place if wide or name == place.name else None

    def lies_in(self, place: Place, wider: Place) -> bool:
        """Tell whether `wider` is above `place`."""
        parent = place.parent
        while parent is not None and parent != wider.code:
            parent = self.places[parent].parent
        return parent is not None

    def coded(self, place: Place) -> str:
        """Print a place as code@edition, `420100@201904`."""
        return f"{place.code}@{self.edition}"


def forms(name: str) -> set[str]:
    """Return the ways a division is written: in full, and short where the short form is a name."""
    found = {name}
    if name.endswith(("自治州", "自治县", "自治旗")):
        short = _ETHNIC.sub("", name[:-3])
        # Mongol prefectures are named without 族.
        short = re.sub(r"(?:蒙古族?|哈萨克|柯尔克孜|朝鲜)+$", "", short)
        if len(short) >= _SHORTEST:
            found |= {short, short + name[-1]}
    elif not name.endswith("区") or name.endswith(("地区", "自治区", "特别行政区")):
        short = _SHORT.sub("", name)
        if len(short) >= _SHORTEST:
            found.add(short)
    return found


def _parent(code: str, names: dict[str, str]) -> str | None:
    """Return the nearest wider code listed: a county's city, else its province (仙桃 429004 has no city)."""
    for wider in (code[:4] + "00", code[:2] + "0000"):
        if wider != code and wider in names:
            return wider
    return None
