"""The words of which a donor's note is made, and their cutting.

A note is cut from the left into tokens: sums, place names (the longest that fits), and words of the vocabulary below.
What is in no vocabulary is `OTHER`, and a note with any `OTHER` in it is never read surely.
"""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from resolvers.place_names import PlaceNames


class Word(Enum):
    """What a token of a note says."""

    PLACE = "place"
    PURPOSE = "purpose"
    SUM = "sum"
    DIRECT = "direct"
    RELIEF = "relief"
    DISEASE = "disease"
    SUPPLY = "supply"
    WISH = "wish"
    CHEER = "cheer"
    PAYMENT = "payment"
    FILLER = "filler"
    MARK = "mark"
    OTHER = "other"


class Token(NamedTuple):
    """A stretch of a note; `minor` is the amount in fen of a `SUM`."""

    word: Word
    text: str
    minor: int = 0


_SUM = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)(亿元|万元|千元|亿|万|千|元)")
_POWERS = {"亿元": 8, "亿": 8, "万元": 4, "万": 4, "千元": 3, "千": 3, "元": 0}
_VOCABULARY: dict[Word, str] = {
    Word.DISEASE: "新型?冠状病毒(?:感染)?的?性?(?:肺炎)?|新冠(?:病毒)?(?:感染)?的?(?:肺炎)?|冠状病毒(?:肺炎)?|"
    "新型?肺炎|新型冠状肺炎|冠状肺炎|肺炎",
    Word.WISH: "希望|建议|最好|优先|尽量|如果|若有|可以的话",
    Word.DIRECT: "指定|定向|定捐|专项|专用|专门|专款专用|用于|用作|用在|支持|支援|援助|资助|捐赠给|捐给|捐助|捐献|转至|"
    "转交|转给|送给|给|为|请|向",
    Word.SUPPLY: "物资采购|所需物资|采购物资|购买物资|物资|采购|购买|购",
    Word.RELIEF: "疫情|防控|防治|防疫|防御|抗疫|抗击|战疫|治理|救助|救灾|赈灾|工作|应急",
    Word.CHEER: "中国|祖国|加油|平安|挺住|必胜|雄起|祝福|祝愿|祝|早日|渡过难关|众志成城|好人一生",
    Word.PAYMENT: "微信|支付宝|银联|银行|转账|汇款|汇入|现金|网银|扫码|二维码|POS机?|匿名|暂?无|"
    "第[0-9一二三四五六七八九十]+[笔次]|收据|票据|发票|电子票|已开|未开|个人|公益|[0-9]+",
    Word.FILLER: "爱心|捐款|捐赠|善款|专款|款项|资金|捐|款|的|之|开展|进行|地区",
    Word.MARK: r"[,.;:、。!?()\-/~+\"'“”]+",
}
_PATTERN = re.compile("|".join(f"(?P<{word.name}>{pattern})" for word, pattern in _VOCABULARY.items()))
_SIGNAL = re.compile(
    r"医|护|药|罩|疫|病|物资|购|买|采|消毒|学校|学生|学费|助学|儿童|妇女|老人|残疾|红十字|基金会|建设|援建|治疗|研究|研发|"
    r"专|转|帮|救|扶贫|贫困|贫|村|项目|奖|补助|慰问|资助|修|建"
)
NO_PURPOSES: Mapping[str, str] = {}


def half_width(note: str) -> str:
    """Return the note in half-width characters without spaces: the form that is cut."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", note))


def cut(text: str, places: PlaceNames, purposes: Mapping[str, str] = NO_PURPOSES) -> list[Token]:
    """Cut a half-width note into tokens; the tokens' texts joined are the note again."""
    tokens: list[Token] = []
    start = 0
    while start < len(text):
        token = _token_at(text, start, places, purposes)
        if token.word is Word.OTHER and tokens and tokens[-1].word is Word.OTHER:
            tokens[-1] = Token(Word.OTHER, tokens[-1].text + token.text)
        else:
            tokens.append(token)
        start += len(token.text)
    return tokens


def _token_at(text: str, start: int, places: PlaceNames, purposes: Mapping[str, str]) -> Token:
    if found := _SUM.match(text, start):
        minor = Decimal(found[1]).scaleb(_POWERS[found[2]] + 2)
        if minor == minor.to_integral_value():
            return Token(Word.SUM, found[0], int(minor))
    if purpose := max((word for word in purposes if text.startswith(word, start)), key=len, default=""):
        return Token(Word.PURPOSE, purpose)
    if place := places.longest_at(text, start):
        return Token(Word.PLACE, place)
    if (match := _PATTERN.match(text, start)) and match.lastgroup:
        return Token(Word[match.lastgroup], match[0])
    return Token(Word.OTHER, text[start])


def signals(tokens: list[Token]) -> bool:
    """Tell whether a note says anything about what the money is for."""
    telling = {Word.PLACE, Word.PURPOSE, Word.DIRECT, Word.RELIEF, Word.DISEASE, Word.SUPPLY, Word.WISH}
    return any(token.word in telling or (token.word is Word.OTHER and _SIGNAL.search(token.text)) for token in tokens)
