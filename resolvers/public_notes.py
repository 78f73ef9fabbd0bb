"""Whether a donor's note may stand beside the vault: only if every word of it is one that nobody is called.

A note is free text and may name a person (转交张三).  Nothing tells a name from a word but the words that are known:
those of the earmark vocabulary, and those below for recipients, goods and groups of people.  One unknown stretch, and
the note lies in the vault.
"""

import re

from resolvers.earmark_words import Word, cut, half_width
from resolvers.place_names import PlaceNames

LONGEST = 200
"""Characters of a note that is looked at; a longer one is a letter."""

_COMMON = re.compile(
    r"(?:"
    # institutions and their parts
    r"医院|院区|病房|隔离|方舱|方仓|传染病|结核病|中心|人民|第?[一二三四五六七八九]|中医院|中医|中南|协和|同济|火神山|雷神山|金银潭|小汤山|定点|临时"
    r"|大学|学院|医学院|中学|小学|学校|附属|科技|师范|理工|红十字会|慈善|总会|基金会|妇联|卫健委|卫生|体育局|体育馆|协会|行业|单位|社区"
    # people in general
    r"|医护人员|医务人员|医护工作者|医护|医务|医生|护士|工作者|工作人员|志愿者|人员|患者|病人|妇女|儿童|学生|老人|孤儿|环卫|工人|市民|一线|前线"
    # goods and uses
    r"|口罩|防护服|护目镜|消毒液|消毒水|呼吸机|救护车|药品|器材|设备|用品|产品|物品|食品|图书|蔬菜|医疗|医用|防护|治疗|研究|研发|疫苗|建设|工程"
    r"|生活|补贴|补助|餐费|关爱|发展|助学|救治|购置|发放|免费|急需|紧急|急用|N95"
    # words between
    r"|其中|包括|以及|期间|各|家|及|和|等|内|用|买|的"
    r")+"
)


def names_nobody(note: str, places: PlaceNames) -> bool:
    """Whether every word of a note is known, so that none of it can be a person's name."""
    if len(note) > LONGEST:
        return False
    unknown = (token.text for token in cut(half_width(note), places) if token.word is Word.OTHER)
    return all(_COMMON.fullmatch(text) for text in unknown)
