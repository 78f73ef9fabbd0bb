"""Whatever stands in a command's fields, the answer is an entry or a named rejection, never a Python exception."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from enum import IntEnum
from functools import cache
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import canonical
from ledger.commands import Command, Move, Origin
from ledger.decide import Accepted, Replayed, decide, undo
from ledger.entries import clock_of, command_of
from ledger.errors import ProfileError
from ledger.kinds import KINDS
from ledger.rejections import Rejection, sentence
from ledger.state import Needs, needs
from tests.ledger.books import NOW, Book, command
from tests.ledger.samples import SAMPLES, prepared, spend


class Odd(IntEnum):
    """A number that is not quite one."""

    ONE = 1


class Huge(int):
    """A number that Python refuses to print, and a test's report must not; see `put`."""

    def __repr__(self) -> str:
        """Print what Python would not."""
        return "10**5000"


class Word(str):
    """A text that is not quite one."""

    __slots__ = ()


STRANGE: list[object] = [
    -1, 0, 1, 2**53, 2**63 - 1, 2**63, "0", "-1", "01", "1e3", "٤٢", "😀", "\ud800", "é", "e\u0301",
    "2026-02-30", "2026-W01-1", "20260101", "f1", "outside/o1/vendors/CNY/2", "outside/o1/vendors/张三",
    "outside/o1/donors:zhang-san:bank/CNY/2", "overdrawn/f1", "overdrawn/overdrawn/f1",
    "overdrawn/outside/o1/vendors/CNY/2", Odd.ONE, Word("f1"), Word("bank"), object(), NOW,
    MappingProxyType({"count": 6, "total": "10", "root": "d" * 64}), Move("f1", "f2", 1), Origin(0, 0), Origin(-1, 0),
    ((0, 1),), [[0, 1]], ((1, 0),), ((0, 5), (3, 8)), {1: 2}, {None: 1}, {"\ud800": 1},
]  # fmt: skip
ATOMS: st.SearchStrategy[object] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.binary(max_size=4),
    st.sampled_from(STRANGE),
    st.integers(5000, 5001).map(lambda n: Huge(10**n)),
    st.just("a" * 70000),
)
JUNK = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@cache
def bases() -> tuple[Book, dict[str, Command]]:
    """One book, and an acceptable command of every kind in it."""
    book = prepared()
    return book, {kind: make(book) for kind, make in SAMPLES.items()}


def paths(value: Any, prefix: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 -- any part of a command
    """Every place in a command where something stands."""
    yield prefix
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for item in (found for found in dataclasses.fields(value) if found.init):
            yield from paths(getattr(value, item.name), (*prefix, item.name))
    elif isinstance(value, Mapping):
        for key in value:
            yield from paths(value[key], (*prefix, key))
    elif isinstance(value, (tuple, list)):
        for n in range(len(value)):
            yield from paths(value[n], (*prefix, n))


def put(value: Any, path: tuple[Any, ...], junk: Any) -> Any:  # noqa: ANN401 -- any part of a command
    """The command with `junk` at `path`."""
    if not path:
        return int(junk) + 0 if isinstance(junk, Huge) else junk
    head, rest = path[0], path[1:]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(value, **{head: put(getattr(value, head), rest, junk)})
    if isinstance(value, Mapping):
        return {**value, head: put(value[head], rest, junk)}
    items = list(value)
    items[head] = put(items[head], rest, junk)
    return type(value)(items)


def answered(made: Command) -> str:
    """Decide, and check that the answer is one of those that there are; the book stays as it was."""
    book, _ = bases()
    try:
        accepted = decide(book.state, made, NOW)
    except Rejection as rejection:
        return shortly(rejection)
    assert isinstance(accepted, Accepted)
    undo(book.state, accepted)
    document = canonical.decode(accepted.leaf)
    again = decide(book.state, command_of(document), clock_of(document["at"]))
    assert isinstance(again, Accepted)
    undo(book.state, again)
    assert again.leaf == accepted.leaf
    return "accepted"


def shortly(rejection: Rejection) -> str:
    """The code, having seen that the rejection can be told: a message does not repeat all that was sent."""
    for language in ("en", "zh"):
        assert len(sentence(rejection.code, rejection.facts, language)) < 2000
    return rejection.code


@pytest.mark.parametrize("kind", SAMPLES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_junk_anywhere_is_refused_by_name(kind: str, data: st.DataObject) -> None:
    made = bases()[1][kind]
    for _ in range(data.draw(st.integers(1, 2))):
        places = [path for path in paths(made) if path]
        made = put(made, data.draw(st.sampled_from(places)), data.draw(JUNK))
    answered(made)


@pytest.mark.parametrize("kind", SAMPLES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_field_too_many_or_too_few_is_refused(kind: str, data: st.DataObject) -> None:
    made = bases()[1][kind]
    facts = dict(made.data)
    if data.draw(st.booleans()) and facts:
        facts.pop(data.draw(st.sampled_from(sorted(facts))))
    else:
        facts[data.draw(st.sampled_from(["memo", "名", "of", "batch", "", "a" * 9000]) | st.text(max_size=5))] = (
            data.draw(JUNK)
        )
    answered(dataclasses.replace(made, data=facts))


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_fact_that_must_be_there_is_missed_by_name(kind: str) -> None:
    made = bases()[1][kind]
    for name in made.data:
        fewer = {key: value for key, value in made.data.items() if key != name}
        first = [answered(dataclasses.replace(made, data=fewer)) for _ in range(2)]
        assert first[0] == first[1], "the same command meets the same answer"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", True), ("amount", "10"), ("amount", 10.0), ("amount", 0), ("amount", -10), ("amount", 2**63),
        ("units", ((0, 4), (2, 8))), ("units", ((10, 0),)), ("units", [(0, 10)]), ("units", (("0", "10"),)),
        ("units", ((True, 11),)), ("source", 1), ("source", ""), ("source", "账"), ("target", None),
        ("use", {"memo": "x"}), ("use", "edu"), ("of", 3), ("of", Origin(0, 0)), ("source", "a" * 201),
    ],
)  # fmt: skip
def test_a_move_has_one_form(field: str, value: Any) -> None:  # noqa: ANN401 -- wrong types are the point
    made = spend("f1", 10)
    made = dataclasses.replace(made, fund=(dataclasses.replace(made.fund[0], **{field: value}),))
    assert answered(made) == ("UNITS_NOT_FREE" if value == ((0, 4), (2, 8)) else "MALFORMED")


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        ("account_opened", {"account": "x", "book": "fund", "class": "bank", "asset": "CNY/2"}, "data.class"),
        ("account_opened", {"account": "x", "book": "custody", "class": "fund", "asset": "CNY/2"}, "data.class"),
        ("account_opened", {"account": "x", "book": "custody", "class": "bank", "asset": "CNY/2", "restriction": "r1"},
         "data.restriction"),
        ("account_opened", {"account": "x", "book": "fund", "class": "fund", "asset": "CNY"}, "data.asset"),
        ("restriction_declared", {"restriction": "x", "purposes": [], "categories": [], "from": "2026-02-01",
                                  "until": "2026-01-31"}, "data.until"),
        ("restriction_declared", {"restriction": "x", "purposes": ["a", "a"], "categories": []}, "data.purposes"),
        ("record_bound", {"noun": "project", "digest": "d" * 64, "record": "p"}, "data.version"),
        ("record_bound", {"noun": "organization", "digest": "d" * 64, "record": "o1", "version": 2}, "data.facts"),
        ("record_bound", {"noun": "project", "digest": "d" * 64, "facts": {"type": "x"}}, "data.facts"),
        ("correction", {"of": True, "reason": "mistaken"}, "data.of"),
        ("correction", {"of": "3", "reason": "mistaken"}, "data.of"),
        ("import_opened", {"batch": "x", "fileDigest": "d" * 64, "rowsDigest": "d" * 64, "rows": 1, "total": 50,
                           "asset": "CNY/2"}, "data.total"),
    ],
)  # fmt: skip
def test_facts_owe_each_other_their_form(kind: str, data: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejection) as caught:
        decide(bases()[0].state, command(kind, data), NOW)
    assert (caught.value.code, caught.value.facts["field"]) == ("MALFORMED", field)


@pytest.mark.parametrize("kind", ["allocation", "donation", "conversion", "custody_move", "sealed", "refund"])
def test_moves_are_there_where_they_belong_and_only_there(kind: str) -> None:
    made = bases()[1][kind]
    assert answered(dataclasses.replace(made, fund=(), custody=())) == ("accepted" if kind == "sealed" else "MALFORMED")
    assert answered(dataclasses.replace(made, fund=made.fund * 65, custody=made.custody * 65)) in (
        "MALFORMED", "accepted",
    )  # fmt: skip
    assert answered(dataclasses.replace(made, fund=[*made.fund])) == "MALFORMED"  # type: ignore[arg-type]  # the point
    stray = spend("f1", 1)
    if not KINDS[kind].custody:
        assert answered(dataclasses.replace(made, custody=stray.custody)) == "MALFORMED"
    if kind == "conversion":
        assert answered(dataclasses.replace(made, fund=made.fund[:1])) == "MALFORMED"


def test_a_mapping_that_is_no_object_of_json_is_malformed() -> None:
    made = bases()[1]["disbursement"]
    roster = MappingProxyType(dict(made.data["roster"]))
    assert answered(dataclasses.replace(made, data={**made.data, "roster": roster})) == "MALFORMED"


@settings(max_examples=200, deadline=None)
@given(kind=st.sampled_from(sorted(SAMPLES)), data=st.data())
def test_the_reader_accepts_what_the_writer_writes_and_nothing_near_it(kind: str, data: st.DataObject) -> None:
    leaf = accepted_leaf(kind)
    assert canonical.encode(canonical.decode(leaf)) == leaf
    changed = mutated(leaf, data)
    try:
        document = canonical.decode(changed)
    except ProfileError:
        return
    assert canonical.encode(document) == changed, "what is read would have been written so"
    assert changed == leaf or document != canonical.decode(leaf), "two spellings of one document"


@cache
def accepted_leaf(kind: str) -> bytes:
    """The leaf of the sample of a kind."""
    book, made = bases()
    accepted = decide(book.state, made[kind], NOW)
    assert not isinstance(accepted, Replayed)
    undo(book.state, accepted)
    return accepted.leaf


def mutated(leaf: bytes, data: st.DataObject) -> bytes:
    """The leaf with one stretch replaced, repeated, dropped, or swapped with its neighbour."""
    at = data.draw(st.integers(0, len(leaf) - 1))
    end = min(len(leaf), at + data.draw(st.integers(0, 3)))
    way = data.draw(st.sampled_from(["replace", "repeat", "drop", "swap", "space"]))
    if way == "replace":
        return leaf[:at] + data.draw(st.binary(max_size=3)) + leaf[end:]
    if way == "repeat":
        return leaf[:end] + leaf[at:]
    if way == "drop":
        return leaf[:at] + leaf[end:]
    if way == "swap":
        return leaf[:at] + leaf[at + 1 : at + 2] + leaf[at : at + 1] + leaf[at + 2 :]
    return leaf[:at] + b" " + leaf[at:]


def test_a_malformed_command_needs_nothing() -> None:
    """The door asks what a batch needs before it decides: a malformed command must not spoil it for the others."""
    for made in bases()[1].values():
        assert needs(made) != Needs()
        for path in paths(made):
            if path:
                junk = put(made, path, 10**5000)
                assert answered(junk) == "MALFORMED"
                assert needs(junk) == Needs()
