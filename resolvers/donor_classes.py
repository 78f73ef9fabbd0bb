"""Which kind of donor a name is, and whether the name is a person's.

The rule, in order; a published list tells no more than a name, so this is a reading, not a fact:

1. nothing, or 爱心人士 / 匿名 and the like           -> anonymous, no party
2. a mask (张**)                                     -> natural; the masked name is still personal data
3. 甲转来乙捐款 (甲 handed in what 乙 gave)            -> the class of 甲; personal unless both are organizations
4. ends in a word of business (公司, 厂, 店, LTD …)    -> enterprise
5. ends in a word of another body (会, 学校, 寺, 局 …)  -> institution
6. anything else                                     -> natural

When in doubt a name is a person's: calling a company a person hides a name that could be shown, the other way round
publishes one that must not be.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Literal, NamedTuple

DonorClass = Literal["natural", "enterprise", "institution", "anonymous"]

_ANONYMOUS = re.compile(
    r"(?:(?:一位|一名|各位|众多|广大|其他|零星|社会)?(?:爱心|热心|好心|匿名|无名)(?:人士|市民|群众|网友|捐赠人?|捐款人?|氏|者)?"
    r"|不(?:愿|留|具)名|未留名|佚名|无名|隐名|ANONYMOUS)"
)
_ENTERPRISE = re.compile(
    r"(?:公司|有限|集团|厂|店|铺|经营部|门市部|工作室|事务所|商行|[^支]行|合伙企业|企业|加油站|酒店|宾馆|超市|商场|农场|茶楼|"
    r"合作社|经销处|销售处|销售部|中介|个体户|药房|诊所|"
    r"LTD\.?|LIMITED|INC\.?|CORP\.?|LLC|GMBH|S\.?L\.|INTERNATIONALSA|PREDPRINIMATELEI|SIRKETI)"
    r"(?:[(][^()]*[)])?"
)
_INSTITUTION = re.compile(
    r"(?:会|分会|学校|大学|学院|中学|小学|初中|高中|幼儿园|医院|卫生院|局|厅|委|办|院|所|馆|台|站|政府|支队|大队|总队|部队|中心|"
    r"寺|观|庙|庵|堂|宫|教堂|清真寺|党支部|支部|总支|党委|团委|工委|工会|村委|社区|街道|联盟|总会|使馆|领事馆|专户|账户|办事处|"
    r"服务队|基金|专项基金|"
    r"ASSOCIATION|CHAMBEROFCOMMERCE|FOUNDATION|SECRETARIAT|UNIVERSITY|SOCIETY|CHURCH)"
    r"(?:[(][^()]*[)])?"
)
_WORD_WITHIN = re.compile(r"CONSULATE|EMBASSY|ASSOCIATION|CHAMBEROFCOMMERCE|FOUNDATION|VEREIN")
_HANDED_IN = re.compile(r"(?P<payer>.+?)(?:转来|转入|代转|转交)(?P<giver>.+)")
_SEVERAL = re.compile(
    r"全体|团队|师生|学员|员工们?|同仁|同学们|孩子们|[0-9一二三四五六七八九十百]{1,6}(?:[名位]|人(?!民))|等人|微信群|家人|众弟子|兄弟|、|爱心人士捐"
)


class Donor(NamedTuple):
    """A reading of a donor's name: `public` may be shown, `party` is personal and belongs in the vault."""

    donor_class: DonorClass
    public: str
    party: str | None
    several: bool = False


@lru_cache(maxsize=65_536)
def read_donor(text: str) -> Donor:
    """Read a cleaned donor cell by the rule of this module."""
    name = unicodedata.normalize("NFKC", text).replace(" ", "")
    if not name or _ANONYMOUS.fullmatch(name):
        return Donor("anonymous", "", None)
    if "*" in name:
        return Donor("natural", "", text)
    handed = _HANDED_IN.fullmatch(name)
    if handed is None:
        kind = class_of(name)
        return Donor("natural", "", text) if kind == "natural" else Donor(kind, text, None)
    payer, giver = class_of(handed["payer"]), class_of(re.sub(r"的?(?:捐款|捐赠|善款)$", "", handed["giver"]))
    several = _SEVERAL.search(handed["giver"]) is not None
    if "natural" in {payer, giver}:
        return Donor(payer, "", text, several)
    return Donor(payer, text, None, several)


def class_of(name: str) -> DonorClass:
    """Classify one name (half-width, without spaces) that is neither masked nor anonymous."""
    upper = name.upper()
    if re.search(rf"{_ENTERPRISE.pattern}$", upper):
        return "enterprise"
    if re.search(rf"{_INSTITUTION.pattern}$", upper) or _WORD_WITHIN.search(upper):
        return "institution"
    return "natural"
