"""One line of a roster in one file: that this payment was on it, counted in full, in an entry of the journal.

A receipt (`receipts`) of the payment's entry, with the line and its path (`rosters`) before it:

    mingzhang/roster-line@v1
    line <index> <amount> <commitment>
    salt <hex>                          (only where the line is opened: who it is)
    data <base64 of the canonical JSON of what the commitment binds>
    sibling <total> <hash>              (from the bottom up)
                                        (an empty line, then the receipt)

Whoever holds the file of a line that is opened can show that it is theirs; of one that is not, that it is there.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from ledger import canonical, commitments, rosters
from ledger.checkpoints import CosignedCheckpoint
from ledger.errors import LedgerError, ReceiptError
from ledger.notes import Verifier
from ledger.receipts import Receipt
from ledger.rosters import Line, LineProof, Node, Roster, RosterProofError

VERSION: Final = "mingzhang/roster-line@v1"
_LINE: Final = re.compile("line (0|[1-9][0-9]{0,6}) ([1-9][0-9]{0,18}) ([0-9a-f]{64})")
_SIBLING: Final = re.compile("sibling ([1-9][0-9]{0,18}) ([0-9a-f]{64})")
_SALT: Final = re.compile("salt ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A line as read: nothing in it is to be believed before `verify` has returned."""

    line: Line
    proof: LineProof
    receipt: Receipt
    salt: bytes | None = None
    data: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        """Return the file's text."""
        lines = [VERSION, f"line {self.proof.index} {self.line.amount} {self.line.commitment.hex()}"]
        if self.salt is not None and self.data is not None:
            lines += [f"salt {self.salt.hex()}", f"data {b64encode(canonical.canonical(dict(self.data))).decode()}"]
        lines += [f"sibling {node.total} {node.digest.hex()}" for node in self.proof.siblings]
        return "\n".join(lines) + "\n\n" + str(self.receipt)

    @classmethod
    def parse(cls, body: bytes) -> "RosterLine":
        """Read a file; raises `ReceiptError` for anything that `str` would not print."""
        try:
            whole = body.decode()
            found = _read(whole)
        except (ValueError, TypeError, Base64Error) as error:
            raise ReceiptError(f"not a roster line ({error!r:.100})") from None
        except ReceiptError:
            raise
        except LedgerError as error:
            raise ReceiptError(str(error)) from None
        if str(found) != whole:
            raise ReceiptError("the file is not written as it would be printed")
        return found

    def verify(self, keys: Sequence[Verifier]) -> tuple[CosignedCheckpoint, Mapping[str, Any]]:
        """Return the head and the payment's entry; raises as `Receipt.verify`, and `RosterProofError`."""
        head = self.receipt.verify(keys)
        try:
            document = canonical.decode(self.receipt.extra or b"")
            said = document["data"]["roster"]
            roster = Roster(said["count"], int(said["total"]), bytes.fromhex(said["root"]))
        except (LedgerError, KeyError, TypeError, ValueError):
            raise RosterProofError("the entry pays no roster") from None
        rosters.verify(roster, self.line, self.proof)
        if self.salt is not None and self.data is not None:
            if commitments.commitment(self.salt, dict(self.data)) != self.line.commitment:
                raise RosterProofError("what is shown of the person is not what the line commits to")
            if self.data.get("units") != str(self.line.amount):
                raise RosterProofError("the person's own record says another amount")
        return head, document


def _read(whole: str) -> RosterLine:
    """The parts of a file; raises what their readers raise."""
    head, _, receipt = whole.partition("\n\n")
    version, first, *rest = head.split("\n")
    salt, data, rest = _opened(rest)
    line, siblings = _LINE.fullmatch(first), [_SIBLING.fullmatch(text) for text in rest]
    if version != VERSION or line is None or None in siblings:
        raise ReceiptError(f"a roster line begins with `{VERSION}`, and has a line and its siblings")
    return RosterLine(
        Line(int(line[2]), bytes.fromhex(line[3])),
        LineProof(int(line[1]), tuple(Node(int(m[1]), bytes.fromhex(m[2])) for m in siblings if m)),
        Receipt.parse(receipt.encode()), salt, data,
    )  # fmt: skip


def _opened(rest: list[str]) -> tuple[bytes | None, Mapping[str, Any] | None, list[str]]:
    """Salt and data, if the first two lines show them, and the other lines."""
    if not rest or not rest[0].startswith("salt "):
        return None, None, rest
    salt = _SALT.fullmatch(rest[0])
    if salt is None or len(rest) == 1 or not rest[1].startswith("data "):
        raise ReceiptError("a line is opened by `salt` and `data`, both")
    data = orjson.loads(b64decode(rest[1].removeprefix("data "), validate=True))
    if not isinstance(data, dict):
        raise ReceiptError("what a commitment binds is an object")
    return bytes.fromhex(salt[1]), data, rest[2:]
