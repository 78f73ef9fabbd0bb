"""Every named no is provoked once, with all its facts."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from ledger.decide import Accepted, decide
from ledger.kinds import KINDS
from ledger.rejections import BREACHES, CODES, LATE, Rejection, sentence
from ledger.state import State
from tests.ledger.books import NOW
from tests.ledger.refused import (
    CASES,
    rejected,
)
from tests.ledger.samples import SAMPLES, prepared


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_provoked(code: str) -> None:
    book = prepared()
    made = CASES[code](book)
    state = State(entries={}) if code == "JOURNAL_NOT_OPEN" else book.state
    refused = rejected(state, made)
    assert refused.code == code, refused.facts
    for language in ("en", "zh"):
        text = sentence(code, refused.facts, language)
        assert not re.search(r"{\w+}", text), text
    placeholders = set(re.findall(r"{(\w+)}", CODES[code][0]))
    assert placeholders == set(re.findall(r"{(\w+)}", CODES[code][1])) == set(refused.facts)


def test_every_case_has_its_code() -> None:
    assert CASES.keys() == CODES.keys()


@pytest.mark.parametrize("code", CODES)
def test_an_observed_command_declares_breaches_and_nothing_else(code: str) -> None:
    book = prepared()
    made = replace(CASES[code](book), mode="observed")
    state = State(entries={}) if code == "JOURNAL_NOT_OPEN" else book.state
    if code in BREACHES:
        accepted = decide(state, made, NOW)
        assert isinstance(accepted, Accepted)
        assert code in {breach["code"] for breach in accepted.document["breaches"]}
    elif code in LATE:
        accepted = decide(state, made, NOW)
        assert isinstance(accepted, Accepted)
        assert accepted.document["priorPeriod"] == "2026-06-30"
        assert "breaches" not in accepted.document
    elif code == "EXISTS_WITH_DIFFERENT_KIND":
        assert rejected(state, made).code == code
    elif code.startswith("EXISTS_WITH"):
        assert rejected(state, made).code == "EXISTS_WITH_DIFFERENT_MODE"
    elif made.approval is not None:  # goes with what is asked for
        assert rejected(state, made).code == "MALFORMED"
    else:
        assert rejected(state, made).code == code


def test_an_unknown_code_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        Rejection("NO_SUCH_CODE")


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_kind_has_an_acceptable_sample(kind: str) -> None:
    book = prepared()
    made = SAMPLES[kind](book)
    assert book.record(made).document["type"] == kind
    assert SAMPLES.keys() | {"journal_opened"} == KINDS.keys()
