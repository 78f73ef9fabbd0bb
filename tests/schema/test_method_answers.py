"""Tracing by other rules as the API answers it, over the smallest world: two gifts, and a payment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from db.pools import Database
from tests.schema.serving import Site, site

FIRST, SECOND, PAID = "4", "5", "6"
PLACES = "places { state account { key } amount { quantity } exact position lo hi path { position n } }"


@pytest.fixture
async def served(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """The smallest world."""
    async with site(fresh_database, tmp_path / "data", publish=False) as made:
        yield made


async def test_the_gift_by_every_rule(served: Site) -> None:
    query = f'query($m: TraceMethod!) {{ trace(from: "{FIRST}", method: $m) {{ method complete asOf {PLACES} }} }}'
    found = {}
    for method in ("FIFO", "LIFO", "PRO_RATA", "POISON"):
        answer = (await served.data(query, "auditor", m=method))["trace"]
        assert (answer["method"], answer["complete"], answer["asOf"]) == (method, True, "6")
        found[method] = {place["state"]: place["amount"]["quantity"] for place in answer["places"]}
    assert found == {
        "FIFO": {"USED": "1200.00", "RESTING": "3800.00"},
        "LIFO": {"USED": "1000.00", "RESTING": "4000.00"},  # the 200.00 of the second gift go first
        "PRO_RATA": {"USED": "1153.85", "RESTING": "3846.15"},  # 5,000 of 5,200
        "POISON": {"USED": "1200.00", "RESTING": "4000.00"},
    }


async def test_a_comparison_says_what_no_rule_can_change(served: Site) -> None:
    query = f"""{{ compareMethods(from: "{SECOND}", to: "{PAID}") {{
      amount {{ quantity }} payment {{ quantity }} least {{ quantity }} most {{ quantity }} sentence sentenceZh
      shares {{ method exact touched amount {{ quantity }} }} }} }}"""
    found = (await served.data(query, "inspector"))["compareMethods"]
    assert {share["method"]: share["exact"] for share in found["shares"]} == {
        "FIFO": "0", "LIFO": "20000", "PRO_RATA": "60000/13", "POISON": "120000",
    }  # fmt: skip
    assert (found["least"], found["most"]) == ({"quantity": "0.00"}, {"quantity": "200.00"})
    assert found["sentence"] == (
        "FIFO says ¥0.00, LIFO ¥200.00, pro rata ¥46.15, and between ¥0.00 and ¥200.00 of this ¥200.00 gift can be in "
        "this payment of ¥1200.00 under any rule."
    )
    assert found["sentenceZh"].startswith("先进先出为 ¥0.00，后进先出为 ¥200.00，按比例为 ¥46.15")
    first = (await served.data(query.replace(SECOND, FIRST, 1), "inspector"))["compareMethods"]
    assert (first["least"], first["most"]) == ({"quantity": "1000.00"}, {"quantity": "1200.00"})


async def test_who_funded_what_is_unspent_and_the_way_as_a_sentence(served: Site) -> None:
    funders = f"""query($m: TraceMethod!) {{ whoFunded(to: "{PAID}", method: $m) {{
      position account {{ key }} amount {{ quantity }} exact }} }}"""
    mixed = (await served.data(funders, "auditor", m="PRO_RATA"))["whoFunded"]
    assert [(f["position"], f["amount"]["quantity"]) for f in mixed] == [(FIRST, "1153.84"), (SECOND, "46.16")]
    public = (await served.data(funders, m="FIFO"))["whoFunded"]
    assert public == [
        {"position": None, "account": {"key": "donors:natural:public-online"}, "amount": {"quantity": "1200.00"},
         "exact": "120000"}
    ]  # fmt: skip
    left = f'{{ unspent(from: "{FIRST}") {{ amount {{ quantity }} least {{ quantity }} most {{ quantity }} }} }}'
    assert (await served.data(left, "auditor"))["unspent"] == {
        "amount": {"quantity": "3800.00"}, "least": {"quantity": "3800.00"}, "most": {"quantity": "4000.00"},
    }  # fmt: skip
    assert (await served.data(left))["unspent"] == {"amount": {"quantity": "3800.00"}, "least": None, "most": None}
    ways = f'{{ paths(from: "{FIRST}") {{ state sentence sentenceZh hops {{ position }} }} }}'
    assert (await served.data(ways))["paths"][0] == {
        "state": "USED",
        "sentence": (
            "1200.00 CNY went to hope-general (entry 4), then to beneficiaries:- (entry 6), and was used there."
        ),
        "sentenceZh": (
            "1200.00 CNY流至“hope-general”（第 4 号分录），再至“beneficiaries:-”（第 6 号分录），已在那里使用。"
        ),
        "hops": [{"position": "4"}, {"position": "6"}],
    }


async def test_stop_rules_and_a_saved_trace(served: Site) -> None:
    cut = '{ trace(from: "4", stopAt: ["hope-general"]) { complete saved places { state } } }'
    found = (await served.data(cut, "auditor"))["trace"]
    assert (found["complete"], found["places"]) == (False, [{"state": "STOPPED"}])
    again = "query($s: String!) { traceAgain(saved: $s) { identical reason trace { complete } } }"
    assert (await served.data(again, "auditor", s=found["saved"]))["traceAgain"] == {
        "identical": True, "reason": None, "trace": {"complete": False},
    }  # fmt: skip
    back = (await served.data('{ trace(to: "6") { saved } }', "auditor"))["trace"]["saved"]
    told = (await served.data(again, s=back))["traceAgain"]
    assert (told["identical"], told["reason"]) == (False, "VIEWER")


async def test_the_cover_of_an_organization(served: Site) -> None:
    query = """{ restrictedCover(organization: "hope") { lowest { quantity } days { on cover { quantity } }
      borrowings { since } } }"""
    found = (await served.data(query, "officer"))["restrictedCover"]
    assert found["days"] == [
        {"on": "2026-01-15", "cover": {"quantity": "5200.00"}}, {"on": "2026-02-20", "cover": {"quantity": "4000.00"}},
    ]  # fmt: skip
    assert (found["lowest"], found["borrowings"]) == ({"quantity": "4000.00"}, [])


@pytest.mark.parametrize(
    ("query", "role", "code"),
    [
        ('{trace(from: "4", method: LIFO) {complete}}', None, "UNAUTHENTICATED"),
        ('{trace(from: "4", method: LIFO) {complete}}', "stranger", "FORBIDDEN"),
        ('{compareMethods(from: "4", to: "6") {asOf}}', None, "UNAUTHENTICATED"),
        ('{restrictedCover(organization: "hope") {asOf}}', "stranger", "FORBIDDEN"),
        ("{trace {complete}}", "auditor", "BAD_USER_INPUT"),
        ('{trace(from: "6") {complete}}', "auditor", "BAD_USER_INPUT"),
        ('{trace(from: "4", direction: BACKWARD) {complete}}', "auditor", "BAD_USER_INPUT"),
        ('{traceAgain(saved: "x") {identical}}', "auditor", "BAD_USER_INPUT"),
        ("{restrictedCover {asOf}}", "auditor", "BAD_USER_INPUT"),
    ],
)  # fmt: skip
async def test_what_is_refused(served: Site, query: str, role: str | None, code: str) -> None:
    found = await served.ask(query, role)
    assert [error["extensions"]["code"] for error in found["errors"]] == [code]
