"""One message in two languages: why something is a problem, and what to do about it."""

from typing import Literal, NamedTuple

Language = Literal["en", "zh"]


class Message(NamedTuple):
    """One problem's sentences."""

    why_en: str
    fix_en: str
    why_zh: str
    fix_zh: str
