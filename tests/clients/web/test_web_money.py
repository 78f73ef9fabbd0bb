"""Amounts: exact at any size, in words as cheques write them, and read from what people type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.clients.web.conftest import Site

CAPITALS = {
    "0": "人民币零元整",
    "1": "人民币壹分",
    "10": "人民币壹角整",
    "12": "人民币壹角贰分",
    "100": "人民币壹元整",
    "101": "人民币壹元零壹分",
    "110": "人民币壹元壹角整",
    "1000": "人民币壹拾元整",
    "10100": "人民币壹佰零壹元整",
    "140950": "人民币壹仟肆佰零玖元伍角整",
    "600714": "人民币陆仟零柒元壹角肆分",
    "1680032": "人民币壹万陆仟捌佰元叁角贰分",
    "10700053": "人民币壹拾万零柒仟元伍角叁分",
    "1000000": "人民币壹万元整",
    "1000100": "人民币壹万零壹元整",
    "10000000000": "人民币壹亿元整",
    "10000000100": "人民币壹亿零壹元整",
    "10001000000": "人民币壹亿零壹万元整",
    "12345678901": "人民币壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元零壹分",
    "900719925474099301": "人民币玖仟零柒万亿壹仟玖佰玖拾贰亿伍仟肆佰柒拾肆万零玖佰玖拾叁元零壹分",
    "-500": "负人民币伍元整",
}
"""Fen, and the words of 支付结算办法 annex 1.

1409.50, 6007.14 and 107000.53 are its own examples (the last in the second of its two forms).
"""


@pytest.fixture(scope="module")
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """One page in which the module is asked."""
    page = browser.new_page()
    page.goto(f"{site.address}/journal?lang=en")
    page.wait_for_selector("h1")
    yield page
    page.close()


def asked(page: Page, expression: str, value: object) -> Any:  # noqa: ANN401 - JSON of any kind
    """What an expression over the module `m` and `x` gives, text for BigInt; `refused` for a RangeError."""
    script = f"""(x) => import('/code/money.js').then((m) => {{
        try {{ return String({expression}); }}
        catch (error) {{ return error instanceof RangeError ? 'refused' : String(error); }}
    }})"""
    return page.evaluate(script, value)


@pytest.mark.parametrize(("fen", "words"), CAPITALS.items())
def test_capitals(page: Page, fen: str, words: str) -> None:
    """大写金额."""
    assert asked(page, "m.capitals(x)", fen) == words


@pytest.mark.parametrize(
    ("units", "scale", "text"),
    [
        ("0", 2, "¥0.00"), ("5", 2, "¥0.05"), ("-1234567", 2, "-¥12,345.67"), ("7", 0, "¥7"),
        ("9007199254740993", 2, "¥90,071,992,547,409.93"), ("9223372036854775807", 2, "¥92,233,720,368,547,758.07"),
    ],
)  # fmt: skip
def test_money_is_shown_exactly(page: Page, units: str, scale: int, text: str) -> None:
    """Up to 2^63 - 1 fen, which no float holds."""
    assert asked(page, "m.money(x[0], x[1])", [units, scale]) == text


@pytest.mark.parametrize(
    ("typed", "units"),
    [
        ("1", "100"), ("0.1", "10"), ("1234.56", "123456"), ("90071992547409.93", "9007199254740993"),
        ("1.234", "refused"), ("", "refused"), ("1e3", "refused"), ("１", "refused"), ("1,000", "refused"),
        (".5", "refused"),
    ],
)  # fmt: skip
def test_what_is_typed_is_read_or_refused(page: Page, typed: str, units: str) -> None:
    """Never rounded, never guessed; the form itself takes commas away first."""
    assert asked(page, "m.minor(x, 2)", typed) == units
