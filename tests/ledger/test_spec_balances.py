"""SPEC.md section 11: the balances after the small book, and an auditor's word about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ledger.attestations import attest, text_of
from ledger.canonical import canonical
from ledger.merkle import leaf_hash, root
from ledger.notes import Signer
from ledger.snapshots import Balances, free_digest, levels, line_node, line_of, siblings
from tests.stories.small_book import told

SPEC = Path(__file__).resolve().parents[2] / "ledger/SPEC.md"
SECTION = next(text for text in SPEC.read_text(encoding="utf-8").split("\n## ") if text.startswith("11 "))
WRITTEN: dict[str, str] = {
    name: body for _, name, body in re.findall(r"```(\w+) ([\w-]+)\n(.*?)\n```", SECTION, re.DOTALL)
}
AUDITOR = Signer("auditor.example", bytes.fromhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"))
"""The published secret of RFC 8032 section 7.1, test 3."""


def worked() -> dict[str, str]:
    """Every block, from the code."""
    book = told()
    balances = Balances()
    balances.step(0, book.state.accounts.values())
    [facts] = balances.facts(len(book.leaves) - 1)
    lines = sorted(map(line_of, (a for a in book.state.accounts.values() if a.asset == "CNY/2")),
                   key=lambda line: line.account.encode())  # fmt: skip
    nodes = [line_node(line) for line in lines]
    wells = next(n for n, line in enumerate(lines) if line.account == "wells")
    head = {
        "origin": "example.org/small", "size": len(book.leaves), "verdict": "verified", "report": "0" * 64,
        "root": root([leaf_hash(leaf) for leaf in book.leaves]).hex(),
    }  # fmt: skip
    attested = attest(AUDITOR, head)
    return {
        "lines": "\n".join(
            f"{n:>2}  {line.account:<46} {line.seq:>2} {line.into:>5} {line.out:>5} {line.held:>3}"
            for n, line in enumerate(lines)
        ),
        "free-wells": free_digest(lines[wells].free).hex(),
        "line-wells": nodes[wells].digest.hex(),
        "top": levels(nodes)[-1][0].digest.hex(),
        "snapshot": canonical(facts).decode(),
        "path-wells": "\n".join(
            f"{n.into:>5} {n.out:>5} {n.held:>3}  {n.digest.hex()}" for n in siblings(nodes, wells)
        ),
        "attested": text_of(attested).removesuffix("\n"),
        "attestation": canonical(attested).decode(),
    }


@pytest.mark.parametrize("name", worked())
def test_every_block_is_what_the_code_says(name: str) -> None:
    assert WRITTEN[name] == worked()[name]


def test_every_block_is_worked_out() -> None:
    assert WRITTEN.keys() == worked().keys()
