"""Codes and numbers: the standards' examples, single errors, and legal forms."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.identifiers import (
    USCC_ALPHABET,
    CitizenNumberError,
    LegacyNumber,
    LegalForm,
    LegalFormError,
    OrganizationCodeError,
    UsccError,
    citizen_check,
    citizen_number,
    organization_code,
    party_number,
    read_citizen_number,
    uscc,
    uscc_check,
)

EXAMPLE = "91350100M000100Y43"
CITIZENS = ("11010519491231002X", "440524188001010014")

firsts = st.builds(
    "".join,
    st.tuples(
        st.text(USCC_ALPHABET, min_size=2, max_size=2),
        st.text("0123456789", min_size=6, max_size=6),
        st.text(USCC_ALPHABET, min_size=9, max_size=9),
    ),
)
citizens = st.builds(
    lambda region, born, serial: (first := f"{region}{born:%Y%m%d}{serial:03}") + citizen_check(first),
    st.integers(110000, 659999),
    st.dates(date(1900, 1, 1), date(2026, 12, 31)),
    st.integers(0, 999),
)


def test_the_example_of_the_standard() -> None:
    code = uscc(EXAMPLE)
    assert uscc_check("91350100M000100Y4") == "3"
    assert (code.region, code.organization_code, code.legal_form) == ("350100", "M000100Y4", None)
    assert organization_code(code.organization_code) == "M000100Y4"


@given(firsts, st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_one_wrong_character_is_found(first: str, place: int, mark: str) -> None:
    text = first + uscc_check(first)
    assert uscc(text).text == text
    wrong = text[:place] + mark + text[place + 1 :]
    if wrong != text:
        with pytest.raises(UsccError):
            uscc(wrong)


@pytest.mark.parametrize(
    "text", ["", EXAMPLE.lower(), EXAMPLE + " ", EXAMPLE[:-1], "9135010OM000100Y43", "９" + EXAMPLE[1:]]
)
def test_one_spelling_only(text: str) -> None:
    with pytest.raises(UsccError):
        uscc(text)


@pytest.mark.parametrize(
    ("prefix", "form"),
    [("51", LegalForm.ASSOCIATION), ("52", LegalForm.SERVICE), ("53", LegalForm.FOUNDATION), ("59", None)],
)
def test_the_second_character_fits_the_legal_form(prefix: str, form: LegalForm | None) -> None:
    first = f"{prefix}420000MJ0000000"
    code = uscc(first + uscc_check(first))
    assert code.legal_form is form
    for wanted in LegalForm:
        if wanted is form:
            code.require_form(wanted)
        else:
            with pytest.raises(LegalFormError) as caught:
                code.require_form(wanted)
            assert (caught.value.expected, caught.value.found) == (wanted, form)


@pytest.mark.parametrize("text", ["M000100Y5", "M000100Y", "m000100Y4", "M000100Y4 "])
def test_a_wrong_organization_code(text: str) -> None:
    with pytest.raises(OrganizationCodeError):
        organization_code(text)


def test_a_legacy_number_is_good_until_the_conversion() -> None:
    converted = date(2016, 6, 1)
    assert party_number("民证字第4001号", on=date(2015, 12, 31), converted=converted) == LegacyNumber("民证字第4001号")
    assert party_number(EXAMPLE, on=date(2015, 12, 31), converted=converted) == uscc(EXAMPLE)
    for text in ("民证字第4001号", "", " x"):
        with pytest.raises(UsccError):
            party_number(text, on=converted, converted=converted)


@pytest.mark.parametrize("number", CITIZENS)
def test_the_examples_of_the_citizen_number(number: str) -> None:
    assert citizen_number(number) == number


@given(citizens, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_digit_is_found(number: str, place: int, mark: str) -> None:
    assert citizen_number(number) == number
    wrong = number[:place] + mark + number[place + 1 :]
    if wrong != number:
        with pytest.raises(CitizenNumberError) as caught:
            citizen_number(wrong)
        assert wrong not in str(caught.value)
        assert wrong not in repr(vars(caught.value))


@given(citizens, st.integers(0, 16))
def test_two_digits_exchanged_are_found(number: str, place: int) -> None:
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if wrong != number:
        with pytest.raises(CitizenNumberError):
            citizen_number(wrong)


def test_what_people_type() -> None:
    assert read_citizen_number(" 110105 19491231 002x ") == CITIZENS[0]
    assert read_citizen_number("１１０１０５１９４９１２３１００２Ｘ") == CITIZENS[0]
    assert read_citizen_number("110105491231002") == CITIZENS[0]
    for text in ("110105491331002", "", "1101054912310020"):
        with pytest.raises(CitizenNumberError):
            read_citizen_number(text)
