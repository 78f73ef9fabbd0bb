"""The region list that a fresh installation begins with: the provinces, and Hubei down to its prefectures.

It lets a donor's "for Wuhan" be read on the first day.  An operator who loads the whole list (GB/T 2260) has that one
used instead.  Codes and names are those in force in December 2019.  Three more divisions stand here because they
share a short name with a wider one (吉林, 海南, 恩施): without them such a name would look sure.
"""

from typing import Any

from ledger.canonical import canonical

NAME = "regions"
EDITION = "201912"
"""Year and month for which the list holds."""

_PROVINCES = (
    "110000 北京市 120000 天津市 130000 河北省 140000 山西省 150000 内蒙古自治区 210000 辽宁省 220000 吉林省 "
    "230000 黑龙江省 310000 上海市 320000 江苏省 330000 浙江省 340000 安徽省 350000 福建省 360000 江西省 370000 山东省 "
    "410000 河南省 420000 湖北省 430000 湖南省 440000 广东省 450000 广西壮族自治区 460000 海南省 500000 重庆市 "
    "510000 四川省 520000 贵州省 530000 云南省 540000 西藏自治区 610000 陕西省 620000 甘肃省 630000 青海省 "
    "640000 宁夏回族自治区 650000 新疆维吾尔自治区 710000 台湾省 810000 香港特别行政区 820000 澳门特别行政区"
)
_CITIES = (
    "420100 武汉市 420200 黄石市 420300 十堰市 420500 宜昌市 420600 襄阳市 420700 鄂州市 420800 荆门市 420900 孝感市 "
    "421000 荆州市 421100 黄冈市 421200 咸宁市 421300 随州市 422800 恩施土家族苗族自治州 "
    "220200 吉林市 632500 海南藏族自治州"
)
_COUNTIES = "429004 仙桃市 429005 潜江市 429006 天门市 429021 神农架林区 422801 恩施市"


def _pairs(text: str) -> list[tuple[str, str]]:
    words = text.split()
    return list(zip(words[::2], words[1::2], strict=True))


def items() -> list[dict[str, Any]]:
    """The lines of the list, as a reference list holds them: code, name, level, parent."""
    provinces = [{"code": code, "name": name, "level": "province"} for code, name in _pairs(_PROVINCES)]
    cities = [
        {"code": code, "name": name, "level": "city", "parent": f"{code[:2]}0000"} for code, name in _pairs(_CITIES)
    ]
    listed = {city["code"] for city in cities}
    counties = [
        {"code": code, "name": name, "level": "county", "parent": _above(code, listed)}
        for code, name in _pairs(_COUNTIES)
    ]
    return [*provinces, *cities, *counties]


def _above(code: str, listed: set[str]) -> str:
    """A county's city, or its province where it is administered directly (省直辖)."""
    return f"{code[:4]}00" if f"{code[:4]}00" in listed else f"{code[:2]}0000"


def content() -> bytes:
    """The list's canonical JSON, whose digest the journal holds."""
    return canonical({"edition": EDITION, "items": items()})
