"""One log, served honestly, grown, and forked under its own key; with witnesses' cosignatures on its heads."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from click.testing import CliRunner, Result

from clients.auditor import command
from ledger import checkpoints, merkle, notes
from ledger.checkpoints import Checkpoint
from tests.clients.books import ORIGIN, SIGNER, Book, small

KEY = str(SIGNER.verifier)


def run(*arguments: object) -> Result:
    """The command line, in this process."""
    return CliRunner().invoke(command.cli, [*map(str, arguments), "--lang", "en"])


def witness(name: str) -> notes.Signer:
    """A witness of this name."""
    return notes.Signer(f"{name}.example", sha256(name.encode()).digest(), notes.COSIGNATURE_V1)


def cosigned(book: Book, time: int, *names: str) -> Book:
    """The book, its head cosigned at a time."""
    made = [checkpoints.cosign(book.note, [SIGNER.verifier], witness(name), time) for name in names]
    book.note = checkpoints.add_cosignatures(book.note, made)
    return book


def policy(folder: Path, need: int, *names: str) -> Path:
    """A policy file: so many of these witnesses."""
    lines = [f"log {KEY}", *(f"witness {name} {witness(name).verifier}" for name in names)]
    lines += [f"group all-of-them {need} {' '.join(names)}", "quorum all-of-them", ""]
    path = folder / f"policy-{need}-{'-'.join(names)}"
    path.write_text("\n".join(lines))
    return path


def grown() -> Book:
    """The small book, with entries more."""
    book = small()
    book.do("account_opened", account="later", book="fund", asset="CNY/2", class_="fund")
    return book.publish()


def head_of(hashes: list[bytes]) -> str:
    """A head that the log's key signs over any leaf hashes."""
    return checkpoints.sign(Checkpoint(ORIGIN, len(hashes), merkle.root(hashes)), SIGNER)


def hashes_of(book: Book) -> list[bytes]:
    """The leaf hashes of a book."""
    return [merkle.leaf_hash(leaf) for leaf in book.leaves]
