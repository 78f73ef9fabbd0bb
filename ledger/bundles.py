"""Proof bundles: leaves, lines of snapshots, and one signed head over all of them, in one file that is checked offline.

A bundle is canonical JSON in one line.  Its `claim` says what it is to show (`balance`, `statement`, `trace`); its
leaves are all that is believed, and only as far as one proof leads from all of them to the head (`multiproofs`).  Same
question, same head: same bytes.  What the claims mean is judged beside this module (`statements`, `proven_traces`).
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from ledger import canonical, checkpoints, merkle, multiproofs, snapshots
from ledger.checkpoints import CosignedCheckpoint
from ledger.entries import took_of, took_text
from ledger.errors import EvidenceError, LedgerError
from ledger.notes import Verifier
from ledger.snapshots import BalanceProofError, Line, LineProof, Node, Sealed

SCHEMA: Final = "mingzhang-proof/1"
KINDS: Final = ("balance", "statement", "trace")
MOST_BYTES: Final = 64 * 2**20

MALFORMED: Final = "malformed"
"""Not a bundle that can be read: nothing is decided."""
ALTERED: Final = "altered"
DROPPED: Final = "dropped"
REORDERED: Final = "reordered"
FOREIGN: Final = "foreign"
BALANCE: Final = "balance"
"""A line of a snapshot does not lead to its root, or does not say what the entries say."""
UNSIGNED: Final = "unsigned"
"""The head is not signed by the log that is asked about."""

Document = dict[str, Any]


class BundleError(EvidenceError):
    """A bundle does not show what it claims: `finding` names how, `position` where (None: nowhere in particular)."""

    def __init__(self, finding: str, why: str, position: int | None = None) -> None:
        super().__init__(why)
        self.finding = finding
        self.position = position


@dataclass(frozen=True, slots=True)
class Balance:
    """An account's line, the asset of its tree, the position of the snapshot's entry, and the path to its root."""

    line: Line
    asset: str
    snapshot: int
    proof: LineProof


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as read: nothing in it is to be believed before `check` has returned."""

    kind: str
    claim: Mapping[str, Any]
    checkpoint: str
    leaves: tuple[bytes, ...]
    hashes: tuple[bytes, ...]
    balances: tuple[Balance, ...] = ()

    def encode(self) -> bytes:
        """The file's bytes."""
        return canonical.canonical({
            "schema": SCHEMA, "kind": self.kind, "claim": dict(self.claim), "checkpoint": self.checkpoint,
            "leaves": [leaf.decode() for leaf in self.leaves],
            "hashes": [b64encode(hashed).decode() for hashed in self.hashes],
            "balances": [_written(balance) for balance in self.balances],
        }) + b"\n"  # fmt: skip

    @classmethod
    def parse(cls, body: bytes) -> "Bundle":
        """Read a file; raises `BundleError` (malformed) for anything that `encode` would not write."""
        if len(body) > MOST_BYTES:
            raise BundleError(MALFORMED, f"a bundle has at most {MOST_BYTES} bytes")
        try:
            found = orjson.loads(body)
            _check_form(found)
            bundle = cls(
                found["kind"], found["claim"], found["checkpoint"],
                tuple(leaf.encode() for leaf in found["leaves"]),
                tuple(b64decode(text, validate=True) for text in found["hashes"]),
                tuple(_read(item) for item in found["balances"]),
            )  # fmt: skip
            written = bundle.encode()
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, Base64Error) as error:
            raise BundleError(MALFORMED, f"not a bundle ({error!r:.120})") from None
        except BundleError:
            raise
        except LedgerError as error:
            raise BundleError(MALFORMED, str(error)) from None
        if written != body:
            raise BundleError(MALFORMED, "the bundle is not written as it would be printed")
        return bundle

    def documents(self) -> dict[int, Document]:
        """The leaves by position, in ascending order; raises `BundleError`."""
        found: dict[int, Document] = {}
        last = -1
        for n, leaf in enumerate(self.leaves):
            try:
                document = canonical.decode(leaf)
                position = document["seq"]
            except (LedgerError, KeyError) as error:
                raise BundleError(ALTERED, f"leaf {n} of the bundle is no entry ({error})") from None
            if type(position) is not int or position <= last:
                raise BundleError(REORDERED, f"entry {position} comes after entry {last}", last)
            found[position] = document
            last = position
        return found

    def check(self, keys: Sequence[Verifier], documents: Mapping[int, Document]) -> "Evidence":
        """That the log signed a head over all leaves, and that every line is a snapshot's; raises `BundleError`."""
        try:
            head = checkpoints.open_cosigned(self.checkpoint, keys)
        except EvidenceError as error:
            raise BundleError(UNSIGNED, str(error)) from None
        checkpoint = head.checkpoint
        hashed = {position: merkle.leaf_hash(leaf) for position, leaf in zip(documents, self.leaves, strict=True)}
        try:
            multiproofs.verify(hashed, checkpoint.size, self.hashes, checkpoint.root)
        except EvidenceError as error:
            raise BundleError(ALTERED, f"the leaves are not those of the signed head ({error})") from None
        return Evidence(head, {balance.line.account: self._stands(balance, documents) for balance in self.balances})

    def _stands(self, balance: Balance, documents: Mapping[int, Document]) -> "Proven":
        document = documents.get(balance.snapshot, {})
        if document.get("type") != "snapshot":
            raise BundleError(BALANCE, f"entry {balance.snapshot} is no snapshot in this bundle", balance.snapshot)
        sealed = [Sealed.of(item) for item in document["data"]["assets"] if item["asset"] == balance.asset]
        if not sealed:
            raise BundleError(BALANCE, f"the snapshot says nothing of {balance.asset}", balance.snapshot)
        try:
            snapshots.verify(sealed[0], balance.line, balance.proof)
        except BalanceProofError as error:
            raise BundleError(BALANCE, f"{balance.line.account}: {error}", balance.snapshot) from None
        return Proven(balance.line, balance.asset, document["data"]["through"], balance.snapshot)


@dataclass(frozen=True, slots=True)
class Proven:
    """A line that a snapshot of the signed tree commits to: what an account held after the entry at `through`."""

    line: Line
    asset: str
    through: int
    snapshot: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was shown: the head, and the lines by account."""

    head: CosignedCheckpoint
    balances: Mapping[str, Proven]


def _check_form(found: Mapping[str, Any]) -> None:
    if found["schema"] != SCHEMA or found["kind"] not in KINDS or not isinstance(found["claim"], dict):
        raise BundleError(MALFORMED, f"not a bundle of the form {SCHEMA}")


def snapshot_positions(bundle: Bundle) -> set[int]:
    """The entries that are there for the sake of balances."""
    return {balance.snapshot for balance in bundle.balances}


def prove_balance(bundle: Bundle, keys: Sequence[Verifier]) -> tuple[Evidence, Proven]:
    """Check a bundle that claims one account's balance; raises `BundleError`."""
    documents = bundle.documents()
    for position in documents.keys() - snapshot_positions(bundle):
        raise BundleError(FOREIGN, f"entry {position} is no part of the proof", position)
    evidence = bundle.check(keys, documents)
    account = str(bundle.claim.get("account"))
    if len(bundle.balances) != 1 or account not in evidence.balances:
        raise BundleError(BALANCE, f"the line of {account} is not in the bundle")
    return evidence, evidence.balances[account]


def _written(balance: Balance) -> dict[str, Any]:
    line = balance.line
    return {
        "account": line.account, "seq": line.seq, "in": str(line.into), "out": str(line.out), "held": str(line.held),
        "free": took_text(line.free), "asset": balance.asset, "snapshot": balance.snapshot,
        "index": balance.proof.index,
        "path": [[str(n.into), str(n.out), str(n.held), n.digest.hex()] for n in balance.proof.siblings],
    }  # fmt: skip


def _read(item: Mapping[str, Any]) -> Balance:
    line = Line(
        item["account"], item["seq"], int(item["in"]), int(item["out"]), int(item["held"]),
        took_of({"took": item["free"]}),
    )  # fmt: skip
    path = tuple(Node(int(a), int(b), int(c), bytes.fromhex(digest)) for a, b, c, digest in item["path"])
    return Balance(line, item["asset"], item["snapshot"], LineProof(item["index"], path))
