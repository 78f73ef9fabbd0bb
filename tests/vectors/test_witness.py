"""The nine requests that torchwood's litewitness is tested with, in order, with the answers of the specification."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger import notes, witnesses
from ledger.errors import RequestError
from ledger.witnesses import Latest, Request

WITNESS = notes.Signer("example.com/witness", bytes(range(32)), notes.COSIGNATURE_V1)

EXPECTED: list[tuple[int, str]] = [
    (200, "— example.com/witness"),  # the first head of a known log
    (403, "invalid signature"),  # a digit of the signature was changed
    (404, "unknown log"),  # litewitness: 403; the specification wants 404 for an unknown origin
    (422, "consistency proof"),  # no proof where one is needed
    (422, "consistency proof"),  # a wrong proof
    (200, "— example.com/witness"),  # 1 → 3
    (409, "3\n"),  # from 1, when 3 was cosigned
    (200, "— example.com/witness"),  # 3 → 5
    (409, "5\n"),  # from 0, when 5 was cosigned
]


def test_the_nine_requests(vectors: Path) -> None:
    table = json.loads((vectors / "tlog-witness/litewitness-requests.json").read_text())
    origin = table["requests"][0]["body"].split("\n")[2]
    logs = {origin: [notes.Verifier(origin, bytes.fromhex(table["log_ed25519_public_key_hex"]))]}
    latest: Latest | None = None
    answers = []
    for asked in table["requests"]:
        decision = witnesses.decide(Request.parse(asked["body"].encode()), logs, latest, WITNESS, 1_700_000_000)
        latest = decision.latest or latest
        answers.append((int(decision.status), decision.body))
    assert len(answers) == len(EXPECTED) == 9
    for n, ((status, body), (wanted, part)) in enumerate(zip(answers, EXPECTED, strict=True)):
        assert (n, status) == (n, wanted), body
        assert part in body
    assert [answers[n][1] for n in (6, 8)] == ["3\n", "5\n"]


def test_requests_are_read_as_they_are_printed(vectors: Path) -> None:
    table = json.loads((vectors / "tlog-witness/litewitness-requests.json").read_text())
    for asked in table["requests"]:
        assert str(Request.parse(asked["body"].encode())) == asked["body"]
        with pytest.raises(RequestError):
            Request.parse(b" " + asked["body"].encode())
