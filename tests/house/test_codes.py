"""Every named no of the house is raised by a test, said in both languages, and has its place.

Codes of the ledger have one case each in `tests/ledger/refused.py` and a place in SPEC.md's ladder; codes of use cases
are named by a test that meets them.  A code that somebody adds is asked for here, whoever adds it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ledger.rejections import BREACHES, LATE
from ledger.rejections import CODES as LEDGER
from ledger.state import State
from resolvers.refusals import CODES as USE_CASES
from resolvers.refusals import Refusal, sentence
from schema.mutations.errors import error_of
from tests.ledger.refused import CASES, rejected
from tests.ledger.samples import prepared

TESTS = Path(__file__).resolve().parents[1]
SPEC = TESTS.parent / "ledger/SPEC.md"
ALL = {**LEDGER, **USE_CASES}
_FACTS = {
    "proposal": "00000000-0000-7000-8000-000000000001",
    "digest": "0" * 64,
    "expires": "2026-06-08T04:00:00+00:00",
}
_MORE = {"AWAITING_APPROVAL": {"asset": "CNY/2", "threshold": "1", "asked": "1"}}
"""What a member of the contract shows besides the sentence's facts."""


def placeholders(text: str) -> set[str]:
    """The facts that a sentence names."""
    return set(re.findall(r"{(\w+)}", text))


@cache
def said_by_tests() -> str:
    """What all tests say, but for these."""
    return "\n".join(
        path.read_text(encoding="utf-8") for path in sorted(TESTS.rglob("*.py")) if path.parent.name != "house"
    )


def test_no_code_means_two_things() -> None:
    assert not LEDGER.keys() & USE_CASES.keys()
    assert all(re.fullmatch("[A-Z][A-Z_]+[A-Z]", code) for code in ALL)
    assert LEDGER.keys() >= BREACHES | LATE


@pytest.mark.parametrize("code", ALL)
def test_it_is_said_in_both_languages_with_the_same_facts(code: str) -> None:
    english, chinese = ALL[code]
    assert placeholders(english) == placeholders(chinese)
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert english.endswith(".")
    assert chinese.endswith("。")


@pytest.mark.parametrize("code", LEDGER)
def test_a_case_of_the_ledger_raises_it_and_the_contract_says_it(code: str) -> None:
    book = prepared()
    made = CASES[code](book)
    refused = rejected(State(entries={}) if code == "JOURNAL_NOT_OPEN" else book.state, made)
    assert refused.code == code
    for language in ("en", "zh"):
        said = error_of(refused, language)
        assert (said.code, placeholders(said.message)) == (code, set())


def test_each_code_of_the_ledger_has_its_place() -> None:
    ladder = SPEC.read_text(encoding="utf-8").split("```text ladder\n")[1].split("\n```")[0]
    placed = [word.rstrip("*+") for word in ladder.split() if not word.isdigit()]
    assert placed == list(LEDGER)


@pytest.mark.parametrize("code", USE_CASES)
def test_a_test_meets_each_code_of_a_use_case(code: str) -> None:
    assert f'"{code}"' in said_by_tests(), f"no test names {code}: write the one that raises it"


@pytest.mark.parametrize("code", USE_CASES)
def test_the_contract_says_it(code: str) -> None:
    names = placeholders(USE_CASES[code][0])
    facts: dict[str, Any] = {name: _FACTS.get(name, "1") for name in names} | dict(_MORE.get(code, {}))
    for language in ("en", "zh"):
        if code == "FORBIDDEN":
            assert not placeholders(sentence(code, facts, language))
            continue
        said = error_of(Refusal(code, **facts), language)
        assert (said.code, placeholders(said.message)) == (code, set())


def test_an_unknown_code_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        Refusal("NO_SUCH_CODE")
