"""The demo's regions: the home list and two prefectures' counties, as an edition of November 2017; poverty counties.

Codes and names are those of GB/T 2260.  Which counties are marked, and until when, is made up for the demo.
"""

from typing import Any

from resolvers import home_regions

EDITION = "201711"
_COUNTIES = (
    "421102 黄州区 421121 团风县 421122 红安县 421123 罗田县 421124 英山县 421125 浠水县 421126 蕲春县 421127 黄梅县 "
    "421181 麻城市 421182 武穴市 422802 利川市 422822 建始县 422823 巴东县 422825 宣恩县 422826 咸丰县 422827 来凤县 "
    "422828 鹤峰县"
)
_MARKED = {
    "421122": "2018-12-31", "421123": "2019-06-30", "421124": None, "421181": "2019-06-30", "422801": None,
    "422802": None, "422823": None, "422826": None, "422828": "2019-12-31",
}  # fmt: skip
_MARKED_SINCE = "2014-01-01"


def region(code: str) -> str:
    """A region of the demo's edition, `CODE@EDITION`."""
    return f"{code}@{EDITION}"


HUBEI = region("420000")


def regions() -> dict[str, Any]:
    """The list of regions, as `load_reference` takes it."""
    words = _COUNTIES.split()
    counties = [
        {"code": code, "name": name, "level": "county", "parent": f"{code[:4]}00"}
        for code, name in zip(words[::2], words[1::2], strict=True)
    ]
    return {"edition": EDITION, "items": [*home_regions.items(), *counties]}


def poverty_counties() -> dict[str, Any]:
    """The list of marked counties."""
    items = [
        {"code": code, "from": _MARKED_SINCE} | ({"until": until} if until else {}) for code, until in _MARKED.items()
    ]
    return {"edition": EDITION, "items": items}
