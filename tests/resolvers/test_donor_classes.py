"""Which names are persons, and therefore never public."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.donation_files import DonationFile
from resolvers.donor_classes import read_donor


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("张**", "natural"),
        ("吾***", "natural"),
        ("班旦次仁", "natural"),
        ("TANCHINHUAT", "natural"),
        ("米日班古丽·图荪", "natural"),
        ("江苏省南通市海安市仁桥小学王宏", "natural"),
        ("泗县金通物流有限公司赵海", "natural"),
        ("武汉奇致激光技术股份有限公司", "enterprise"),
        ("新沂蔡徐坤影视文化工作室", "enterprise"),
        ("T.C.PHARMACEUTICALINDUSTRIESCO.,LTD.", "enterprise"),
        ("某某农商行", "enterprise"),
        ("绵阳市安州区金达加油站", "enterprise"),
        ("广东省红十字会", "institution"),
        ("福鼎昭明寺", "institution"),
        ("大理市孝敬小学", "institution"),
        ("CANADACHINACHAMBEROFCOMMERCE", "institution"),
        ("某某银行党支部", "institution"),
        ("宁波市红十字会爱心账户", "institution"),
        ("爱心人士", "anonymous"),
        ("匿名", "anonymous"),
        ("", "anonymous"),
        ("无名氏", "anonymous"),
        ("一位爱心市民", "anonymous"),
    ],
)
def test_classes(name: str, kind: str) -> None:
    donor = read_donor(name)
    assert donor.donor_class == kind
    assert bool(donor.party) == (kind == "natural")
    assert donor.public == (name if kind in {"enterprise", "institution"} else "")


@pytest.mark.parametrize(
    ("name", "kind", "personal", "several"),
    [
        ("李玉保转来运鸿集团股份有限公司捐款", "natural", True, False),
        ("宁德时代新能源科技股份有限公司转来林雪丽捐款", "enterprise", True, False),
        ("佛山市红十字会转来佛山市吉利贸易有限公司捐款", "institution", False, False),
        ("王新跃转来北京市师达中学全体师生捐款", "natural", True, True),
        ("上海远扬金属材料有限公司转来广水市第一人民医院", "enterprise", False, False),
    ],
)
def test_money_handed_in_for_others(name: str, kind: str, personal: bool, several: bool) -> None:  # noqa: FBT001 (a case of the table)
    donor = read_donor(name)
    assert (donor.donor_class, donor.party is not None, donor.several) == (kind, personal, several)


@given(st.text(max_size=20))
def test_a_name_is_public_or_personal_never_both(name: str) -> None:
    donor = read_donor(name)
    assert not (donor.public and donor.party)
    assert donor.donor_class != "natural" or donor.public == ""


def test_no_masked_name_of_the_published_lists_is_public(hubei: tuple[DonationFile, ...]) -> None:
    rows = [row for file in hubei for row in file.rows]
    assert not [row for row in rows if "*" in row.donor_text]
    assert sum("*" in (row.party or "") for row in rows) == 35_948
