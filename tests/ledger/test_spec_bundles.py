"""SPEC.md section 12: a statement of the small book in one bundle, worked out again."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from ledger import checkpoints, merkle, multiproofs, proven_statements
from ledger.bundles import Balance, Bundle
from ledger.checkpoints import Checkpoint
from ledger.merkle import leaf_hash
from ledger.notes import Signer
from ledger.snapshots import Balances, LineProof, line_node, line_of, siblings
from tests.stories.small_book import told

SPEC = Path(__file__).resolve().parents[2] / "ledger/SPEC.md"
SECTION = next(text for text in SPEC.read_text(encoding="utf-8").split("\n## ") if text.startswith("12 "))
WRITTEN: dict[str, str] = {
    name: body for _, name, body in re.findall(r"```(\w+) ([\w-]+)\n(.*?)\n```", SECTION, re.DOTALL)
}
LOG = Signer(
    "example.org/small", bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
)  # fmt: skip


def bundle() -> Bundle:
    """The statement of `pumps` in the small book, to which a snapshot was added as entry 21."""
    book = told()
    balances = Balances()
    balances.step(0, book.state.accounts.values())
    [facts] = balances.facts(len(book.leaves) - 1)
    book.add("snapshot", facts, organization=None)
    hashes = [leaf_hash(leaf) for leaf in book.leaves]

    def node(level: int, index: int) -> bytes:
        return merkle.root(hashes[index << level : (index + 1) << level])

    note = checkpoints.sign(Checkpoint(LOG.name, len(hashes), merkle.root(hashes)), LOG)
    lines = sorted(
        map(line_of, (a for a in book.state.accounts.values() if a.asset == "GOODS:pump/0")),
        key=lambda line: line.account.encode(),
    )
    index = next(n for n, line in enumerate(lines) if line.account == "pumps")
    path = siblings([line_node(line) for line in lines], index)
    wanted = [15, 16, 21]
    return Bundle(
        "statement", {"account": "pumps", "from": 0, "to": 20}, note, tuple(book.leaves[at] for at in wanted),
        tuple(multiproofs.prove(wanted, len(hashes), node)),
        (Balance(lines[index], "GOODS:pump/0", 21, LineProof(index, tuple(path))),),
    )  # fmt: skip


def worked() -> dict[str, str]:
    """Every block, from the code."""
    made = bundle()
    found = orjson.loads(made.encode())
    ranges = multiproofs.ranges([15, 16, 21], 22)
    return {
        "ranges": "\n".join(f"[{start}, {end})" for start, end in ranges),
        "claim": orjson.dumps(found["claim"], option=orjson.OPT_SORT_KEYS).decode(),
        "bundle-hashes": orjson.dumps(found["hashes"]).decode(),
        "bundle-balances": orjson.dumps(found["balances"], option=orjson.OPT_SORT_KEYS).decode(),
        "bundle-checkpoint": found["checkpoint"].removesuffix("\n"),
        "bundle-sha256": sha256(made.encode()).hexdigest(),
    }


@pytest.mark.parametrize("name", worked())
def test_every_block_is_what_the_code_says(name: str) -> None:
    assert WRITTEN[name] == worked()[name]


def test_every_block_is_worked_out() -> None:
    assert WRITTEN.keys() == worked().keys()


def test_it_shows_what_the_page_says() -> None:
    _, found = proven_statements.prove(Bundle.parse(bundle().encode()), [LOG.verifier])
    assert (found.complete, [line.position for line in found.lines], found.closing) == (True, [15, 16], 1)
