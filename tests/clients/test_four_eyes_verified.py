"""Both verifiers judge approvals: who may give them, what both officers signed, and what stands without one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from clients.auditor.archive import write
from tests.clients.book_kinds import four_eyes
from tests.clients.forging import by_one_file, by_replay, forged
from tests.clients.serving import Memory

Change = Callable[[dict[str, Any]], None]


def _first(kind: str, **fields: object) -> int:
    """The first entry of a kind that carries these fields."""
    documents = [orjson.loads(leaf) for leaf in four_eyes().leaves]
    return next(
        int(d["seq"]) for d in documents
        if d["type"] == kind and all((name in d) is wanted for name, wanted in fields.items())
    )  # fmt: skip


def test_both_verify_an_honest_book(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    write(Memory(four_eyes()), path, sleep=lambda _: None)
    assert (by_replay(path).exit, by_one_file(path)[0]) == (0, 0)


def _set(**fields: object) -> Change:
    return lambda d: d["approval"].update(fields)


def _without(name: str) -> Change:
    return lambda d: d["approval"].pop(name)


FORGERIES: list[tuple[str, dict[str, Any], Change]] = [
    ("expense", {"approval": True}, lambda d: d.pop("approval")),
    ("expense", {"approval": True}, _set(approver="key-1")),
    ("expense", {"approval": True}, _set(approver="key-3")),
    ("expense", {"approval": True}, _set(approverSignature="0" * 128)),
    ("hold", {"approval": True}, _without("approverSignature")),
    ("hold", {"approval": True}, _without("initiatorSignature")),
    ("hold", {"approval": True}, _set(initiatorSignature="0" * 128)),
    ("hold", {"approval": True}, _set(approverSignature="0" * 128)),
    ("hold", {"approval": True}, lambda d: d.pop("approval")),
    ("expense", {"breaches": True}, lambda d: d.pop("breaches")),
    ("approver_dismissed", {}, lambda d: d["data"].update(approver="key-9")),
    ("approver_named", {}, lambda d: d["data"].update(approver="key-1")),
    ("key_enrolled", {}, lambda d: d["data"].update(proof="0" * 128)),
    ("key_enrolled", {}, lambda d: d["data"].update(holder="key-7")),
    ("key_revoked", {}, lambda d: d["data"].update(holder="key-7")),
]


@pytest.mark.parametrize(("kind", "fields", "change"), FORGERIES)
def test_both_refuse_a_signed_forgery(kind: str, fields: dict[str, Any], change: Change, tmp_path: Path) -> None:
    """The chain is mended and the head signed anew: what is wrong is the approval alone."""
    at = _first(kind, **fields)
    book, path = four_eyes(), tmp_path / "forged.zip"
    document = orjson.loads(book.leaves[at])
    change(document)
    write(Memory(forged(book, at, document)), path, sleep=lambda _: None)
    assert by_replay(path).exit in {1, 5}
    assert by_one_file(path)[0] in {1, 5}
    first = by_replay(path).first
    assert first is not None
    assert first.position == at
