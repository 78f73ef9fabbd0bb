"""SPEC.md sections 4 to 9: every named block is worked out again from the code and the small book."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ledger.kinds import KINDS, LEAST_ROSTER, MOST_MOVES, MOST_SLICES, SEALED_WIDTH
from ledger.merkle import leaf_hash
from ledger.rejections import BREACHES, CODES, LATE
from tests.stories.small_book import told

SPEC = Path(__file__).resolve().parents[2] / "ledger/SPEC.md"
SECTIONS = SPEC.read_text(encoding="utf-8").split("\n## ")
WRITTEN = {
    name: body
    for section in SECTIONS
    if re.match(r"[4-9] ", section)
    for _, name, body in re.findall(r"```(\w+) ([\w-]+)\n(.*?)\n```", section, re.DOTALL)
}
FIRST = {
    "MALFORMED": 1, "EXISTS_WITH_DIFFERENT_KIND": 2, "JOURNAL_NOT_OPEN": 3, "SAME_ACCOUNT": 4, "PERIOD_CLOSED": 5,
    "UNITS_NOT_FREE": 6, "APPROVAL_REQUIRED": 7, "TOO_MANY_SLICES": 8,
}  # fmt: skip
"""Where each group of the ladder begins."""


def kinds_table() -> str:
    """A line a kind: its facts (`?` may be absent), then the pairs of each book."""
    lines = []
    for name, kind in KINDS.items():
        facts = " ".join(f"{field}{'' if needed else '?'}" for field, needed in kind.data.names())
        pairs = [" ".join(sorted(f"{a}>{b}" for a, b in pairs)) for pairs in (kind.fund, kind.custody)]
        lines.append(f"{name}: {facts}")
        lines += [f"    {book} {text}" for book, text in zip(("fund", "custody"), pairs, strict=True) if text]
    return "\n".join(lines)


def ladder() -> str:
    """The codes by group, in their order; `*` marks what is a breach of an observed command, `+` what makes it late."""
    groups: list[list[str]] = []
    for code in CODES:
        if code in FIRST:
            groups.append([])
        groups[-1].append(code + ("*" if code in BREACHES else "+" if code in LATE else ""))
    return "\n".join(f"{n}  {' '.join(codes)}" for n, codes in enumerate(groups, 1))


def worked() -> dict[str, str]:
    """Every block, from the code."""
    book = told()
    return {
        "entry-8": book.leaves[8].decode(),
        "entry-12": book.leaves[12].decode(),
        "entry-17": book.leaves[17].decode(),
        "entry-17-hash": leaf_hash(book.leaves[17]).hex(),
        "page": book.page(8),
        "queues": "\n".join(f"{name:<6} {book.free(name)}" for name in ("wells", "free", "pumps")),
        "kinds": kinds_table(),
        "ladder": ladder(),
        "limits": f"moves {MOST_MOVES}\nintervals {MOST_SLICES}\nroster {LEAST_ROSTER}\nsealed {SEALED_WIDTH}",
        "fee-base": "\n".join(
            f"{name:<6} received {account.received} fees {account.fees}"
            for name in ("wells", "free") for account in [book.state.accounts[name]]
        ),
        "forward-8": book.forward(8),
        "forward-8-as-of-11": book.forward(8, as_of=11),
        "backward-16": book.backward(16),
        "slices-15": "\n".join(
            f"{s.source} [{s.lo},{s.hi}) -> {s.target} [{s.landed},{s.landed_hi})" for s in book.landings(15)
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", worked())
def test_every_block_is_what_the_code_says(name: str) -> None:
    assert WRITTEN[name] == worked()[name]


def test_every_block_is_worked_out() -> None:
    assert WRITTEN.keys() == worked().keys()
