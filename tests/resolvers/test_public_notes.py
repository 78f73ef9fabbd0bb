"""Notes that may stand in the open, and notes that might name a person."""

from __future__ import annotations

import pytest

from resolvers import home_regions
from resolvers.place_names import PlaceNames
from resolvers.public_notes import names_nobody

PLACES = PlaceNames.of(home_regions.EDITION, ((item["code"], item["name"]) for item in home_regions.items()))


@pytest.mark.parametrize(
    "note",
    [
        "定向捐赠武汉",
        "武汉中南医院55万,襄阳中心医院、一医院、中医院各15万",
        "用于疫情一线医务人员生活补贴",
        "湖北省妇女儿童发展基金会",
        "",
    ],
)
def test_words_that_nobody_is_called(note: str) -> None:
    assert names_nobody(note, PLACES)


@pytest.mark.parametrize(
    "note", ["转交张三", "给医生李四买口罩", "王和", "协和医院 赵六主任收", "武汉" * 150, "Dr. Li", "于医生", "陈"]
)
def test_anything_unknown_may_be_a_name(note: str) -> None:
    assert not names_nobody(note, PLACES)
