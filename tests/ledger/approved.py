"""An organization with a threshold and officers, and commands with the approval that they need."""

from __future__ import annotations

from dataclasses import replace

from ledger.commands import Approval, Command
from ledger.notes import sign_ed25519
from ledger.signing import approval_bytes
from tests.ledger.books import CNY, Book, command
from tests.ledger.samples import enrolled, key_of, prepared

ORIGIN = "mingzhang.test/book"
LIMIT = 100


def terms(book: Book) -> Book:
    """From 100 fen on `o1` needs a second officer: `key-2` or `key-3`, of whom `key-3` signs."""
    if ("o1", "threshold", CNY) in book.state.approvals:
        return book
    book.record(threshold(str(LIMIT)))
    for name in ("key-2", "key-3"):
        book.record(command("approver_named", {"approver": name, "authority": "council"}))
    book.record(enrolled("key-3"))
    return book


def threshold(units: str | None, **fields: object) -> Command:
    """The entry that sets a threshold in fen, or that ends it."""
    data = {"asset": CNY, "authority": "council"} | ({} if units is None else {"threshold": units})
    return command("approval_threshold_set", data, **fields)


def guarded() -> Book:
    """The prepared book under four eyes."""
    return terms(prepared())


def signature(role: str, signer: str, made: Command, secret: str | None = None) -> str:
    """What an officer signs; `secret` names whose key is used, where not their own."""
    return sign_ed25519(key_of(secret or signer)[0], approval_bytes(ORIGIN, role, signer, made)).hex()


def approved(made: Command, approver: str = "key-2", *, signed: bool = False, initiator: bool = False) -> Command:
    """The command with an approval, signed by the approver and the initiator where asked."""
    return replace(made, approval=Approval(
        approver,
        signature("approver", approver, made) if signed else None,
        signature("initiator", made.actor, made) if initiator else None,
    ))  # fmt: skip
