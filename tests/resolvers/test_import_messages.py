"""Every problem has words in both languages, and no words are left over."""

import re
import string
from pathlib import Path

import pytest

from resolvers.import_messages import MESSAGES

RESOLVERS = Path(__file__).resolve().parents[2] / "resolvers"
READERS = ("annotations", "cells", "donation_files", "donation_rows", "mappings", "sheets", "workbooks")


def test_every_code_in_the_readers_has_words_and_every_word_is_used() -> None:
    text = "".join((RESOLVERS / f"{name}.py").read_text(encoding="utf-8") for name in READERS)
    used = {code for code in MESSAGES if f'"{code}"' in text}
    assert used == set(MESSAGES)
    unknown = set(re.findall(r'"([A-Z]+(?:_[A-Z0-9]+)+)"', text)) - used
    assert unknown == set()


@pytest.mark.parametrize("code", MESSAGES)
def test_both_languages_tell_the_same_facts(code: str) -> None:
    message = MESSAGES[code]

    def facts(*templates: str) -> set[str]:
        return {name for template in templates for _, name, _, _ in string.Formatter().parse(template) if name}

    assert facts(message.why_en, message.fix_en) == facts(message.why_zh, message.fix_zh)
    assert all(message)
