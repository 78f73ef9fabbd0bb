"""A journal read again: honest leaves pass, and whatever is altered is a finding, never a Python exception."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import records
from ledger.approvals import TERMS
from ledger.merkle import Frontier, leaf_hash
from ledger.projections import account_row, rows, slices
from ledger.records import encode, facts
from ledger.replay import INCONSISTENT, RULE, UNKNOWN, Divergence, Replay, first_difference
from ledger.unmoved_rows import unmoved_rows
from tests.ledger.books import Book, command
from tests.ledger.samples import SAMPLES, prepared, spend


@cache
def journal() -> tuple[bytes, ...]:
    """Every kind once, and a few corrections."""
    book = prepared()
    for make in SAMPLES.values():
        book.record(make(book))
    book.record(spend("f1", 5000, mode="observed"))
    return tuple(book.leaves)


def replayed(leaves: tuple[bytes, ...]) -> Replay:
    """A replay that knows the regions which the book knows."""
    replay = Replay()
    replay.state.regions = prepared().state.regions
    for leaf in leaves:
        replay.step(leaf)
    return replay


def test_an_honest_journal_passes() -> None:
    leaves = journal()
    replay = replayed(leaves)
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.append(leaf_hash(leaf))
    assert (replay.size, replay.frontier) == (len(leaves), frontier)
    final = replay.final_rows()
    assert {row["id"] for row in final["account"]} == set(replay.state.accounts)
    assert {row["id"] for row in final["import_batch"]} == {"open-1", "closed-1", "b-9"}
    assert replay.touched_rows(("f1", "nowhere"))["account"] == [account_row(replay.state.accounts["f1"])]
    assert replay.account("f1") is replay.state.accounts["f1"]


@pytest.mark.parametrize("seed", range(3))
def test_random_books_pass(seed: int) -> None:
    book = Book(seed)
    for _ in range(40):
        book.step()
    replay = replayed(tuple(book.leaves))
    assert replay.state.accounts == book.state.accounts


def test_every_leaf_has_its_rows() -> None:
    leaves = journal()
    replay = Replay()
    replay.state.regions = prepared().state.regions
    for leaf in leaves:
        document, touched = replay.step(leaf)
        found = rows(document)
        assert found == rows(orjson.loads(leaf))
        assert found["entry"][0]["position"] == document["seq"]
        count = sum(len(document.get(book, ())) for book in ("fund", "custody"))
        assert len(found["posting"]) == count
        assert len(found["slice"]) == len(slices(document))
        moved = {
            p[side]["account"] for b in ("fund", "custody") for p in document.get(b, ()) for side in ("from", "to")
        }
        assert moved <= set(touched)
        extra = {
            "restriction_declared": "restriction",
            "goods_declared": "lot",
            "period_closed": "period",
            "period_reopened": "period",
            **dict.fromkeys(TERMS, "approval_term"),
            "evidence_attached": "evidence",
            "delivery_confirmed": "delivery",
        }
        assert set(found) == {"entry", "command", "posting", "slice"} | (
            {extra[document["type"]]} if document["type"] in extra else unmoved_rows(document).keys()
        )


# ---------------------------------------------------------------- altered


@cache
def at_the_end() -> tuple[Replay, int]:
    """A replay just before the leaves of every kind."""
    first = len(prepared().leaves)
    return replayed(journal()[:first]), first


def places(value: Any, prefix: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 -- any JSON
    """Every path in a document."""
    if prefix:
        yield prefix
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*prefix, key))


def altered(document: Any, path: tuple[Any, ...], junk: Any) -> Any:  # noqa: ANN401 -- any JSON
    """A copy with something else at `path`; `...` leaves it out."""
    made = copy.deepcopy(document)
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    if junk is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = junk
    return made


STRANGE: list[object] = [
    "0", "00", "-1", " 1", "9" * 5000, "0001-01-01T00:00:00.000000+23:59", "2026-11-24T02:00:00.000000", "correction",
    "overdrawn/f1", "outside/o1/vendors/CNY/2", [["0", "1"]], [["0", "1", "2", "3"]], [[]], [[0]], {"entry": 1}, 2**53,
]  # fmt: skip
JUNK = st.one_of(
    st.just(...),
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.lists(st.integers(0, 9), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(0, 9), max_size=2),
    st.sampled_from(STRANGE),
)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_anything_altered_is_a_finding(data: st.DataObject) -> None:
    ready, first = at_the_end()
    # Only the next leaf can be asked of a replay that stands there; each kind follows the ones before it.
    leaf = journal()[first]
    document = orjson.loads(leaf)
    path = data.draw(st.sampled_from(list(places(document))))
    changed = orjson.dumps(altered(document, path, data.draw(JUNK)), option=orjson.OPT_SORT_KEYS)
    _asked(ready, changed, leaf)


@pytest.mark.parametrize("offset", range(len(SAMPLES)))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_anything_altered_in_any_kind_is_a_finding(offset: int, data: st.DataObject) -> None:
    ready, leaf = before(offset)
    document = orjson.loads(leaf)
    path = data.draw(st.sampled_from(list(places(document))))
    changed = orjson.dumps(altered(document, path, data.draw(JUNK)), option=orjson.OPT_SORT_KEYS)
    _asked(ready, changed, leaf)


@cache
def before(offset: int) -> tuple[Replay, bytes]:
    """The replay just before a leaf near the end, and that leaf."""
    leaves = journal()
    at = len(leaves) - 1 - offset
    return replayed(leaves[:at]), leaves[at]


def _asked(ready: Replay, changed: bytes, leaf: bytes) -> None:
    replay = copy.copy(ready)
    replay.state = copy.deepcopy(ready.state)
    try:
        replay.step(changed)
    except Divergence as divergence:
        finding = divergence.finding
        assert changed != leaf, "an honest leaf is a finding"
        assert finding.category in (INCONSISTENT, RULE, UNKNOWN)
        assert finding.position == ready.size
        return
    # What passes is an honest leaf of another command: only what the caller chose may differ.
    assert changed == leaf or orjson.loads(changed).keys() >= {"v", "type", "seq", "prev", "at", "id"}


@pytest.mark.parametrize(
    ("field", "value", "category"),
    [
        ("v", 2, UNKNOWN),
        ("type", "gamble", UNKNOWN),
        ("type", [], UNKNOWN),
        ("type", {}, UNKNOWN),
        ("seq", 999, INCONSISTENT),
        ("prev", "f" * 64, INCONSISTENT),
        ("at", "0001-01-01T00:00:00.000000+23:59", INCONSISTENT),
        ("at", "9999-12-31T23:59:59.999999-23:59", INCONSISTENT),
        ("at", 7, INCONSISTENT),
        ("fund", [{"from": {"account": "f1", "rest": True}}], INCONSISTENT),
        ("effective", "2027-01-01", RULE),
        ("organization", "o9", RULE),
    ],
)
def test_findings_say_what_kind_of_wrong_it_is(field: str, value: object, category: str) -> None:
    ready, leaf = before(0)
    changed = orjson.dumps(orjson.loads(leaf) | {field: value}, option=orjson.OPT_SORT_KEYS)
    replay = copy.copy(ready)
    replay.state = copy.deepcopy(ready.state)
    with pytest.raises(Divergence) as caught:
        replay.step(changed)
    assert caught.value.finding.category == category
    assert f"position {ready.size}" in caught.value.finding.sentence()


@pytest.mark.parametrize("leaf", [b"", b"[]", b"{", b'{"a": 1}', b"\xff"])
def test_what_is_no_leaf_is_a_finding(leaf: bytes) -> None:
    with pytest.raises(Divergence) as caught:
        Replay().step(leaf)
    assert (caught.value.finding.category, caught.value.finding.field) == (INCONSISTENT, "bytes")


def test_an_id_that_was_used_is_a_finding() -> None:
    leaves = journal()
    again = orjson.loads(leaves[-1])
    replay = replayed(leaves)
    again |= {"seq": len(leaves), "prev": replay.state.head.prev}
    with pytest.raises(Divergence) as caught:
        replay.step(orjson.dumps(again, option=orjson.OPT_SORT_KEYS))
    assert (caught.value.finding.category, caught.value.finding.field) == (RULE, "id")


def test_the_first_difference_has_a_path() -> None:
    assert first_difference({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}) == ("a.1.b", "2", "3")
    assert first_difference({"a": (1, 2)}, {"a": [1]}) == ("a.1", "2", "None")
    assert first_difference({}, {}) == ("bytes", "{}", "{}")


# ---------------------------------------------------------------- records

STATUS = [
    {"kind": "registered", "from": "2000-01-01"},
    {"kind": "public-fundraising", "from": "2016-09-01", "until": "2030-01-01"},
]
_HEAD = {"version": 1, "organization": "o1"}
RECORDS: dict[str, dict[str, Any]] = {
    "organization": {"noun": "organization", "id": "o1", "version": 1, "name": "示例基金会", "status": STATUS,
                     "kind": "social-organization", "identifiers": ["x"]},
    "project": _HEAD | {"noun": "project", "id": "p1", "code": "P-1", "name": "书屋", "status": "open"},
    "beneficiary": _HEAD | {"noun": "beneficiary", "id": "b1", "kind": "household",
                            "categories": [{"category": "poor", "from": "2014-01-01"}]},
}  # fmt: skip


@pytest.mark.parametrize("noun", RECORDS)
def test_records_give_their_rows(noun: str) -> None:
    content = RECORDS[noun]
    found = records.rows(content, 7)
    assert found[noun][0]["id"] == content["id"]
    assert found[noun][0]["position"] == 7
    body, digest = encode(content)
    assert orjson.loads(body) == content
    assert len(digest) == 64
    if noun == "organization":
        assert [row["n"] for row in found["organization_status"]] == [0, 1]
        assert facts(content) == {"type": "social-organization", "status": STATUS}
        assert facts({"kind": "company"}) == {"type": "company"}
        bound = {"noun": noun, "record": "o7", "version": 1, "digest": digest, "facts": facts(content)}
        prepared().record(command("record_bound", bound, organization=None))
    if noun == "beneficiary":
        assert found["beneficiary_category"][0]["category"] == "poor"
