"""What can be wrong with evidence, as one drawn tree.

LedgerError
└── EvidenceError        bytes that were to prove something do not
    ├── ProfileError     a value is outside the leaf profile, or a leaf is not as it would have been written
    ├── ChainError       an entry does not continue the one before it
    ├── ProofError       a Merkle proof does not lead to the root
    ├── NoteError        a signed note is malformed, or a known key did not sign it
    ├── CheckpointError  a note's text is not a checkpoint, or its log did not sign it
    ├── TileError        a tile, bundle or their path is not what the tree's size requires
    ├── RequestError     what was sent to a witness is not a request, or its answer is not one
    ├── PolicyError      a file that says whose cosignatures count is malformed
    └── ReceiptError     a receipt is malformed

`ProfileError` and `ChainError` carry where and what as attributes, since a verifier reports them as findings; every
message is one sentence for a person.
"""


class LedgerError(Exception):
    """The root of every error that this package raises on purpose."""


class EvidenceError(LedgerError):
    """Bytes that were to prove something do not."""


class ProfileError(EvidenceError):
    """A value is outside the leaf profile (SPEC.md section 1); `path` is like `$.postings[3].amount`."""

    def __init__(self, why: str, path: str = "$") -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why

    def under(self, step: str) -> "ProfileError":
        """Return the same error seen from one container further out; `step` is like `.amount` or `[3]`."""
        return ProfileError(self.why, f"${step}{self.path[1:]}")


class ChainError(EvidenceError):
    """The entry at `position` does not continue the chain: its `field` should be `expected` and is `found`."""

    def __init__(self, position: int, field: str, expected: object, found: object) -> None:
        super().__init__(f"entry {position}: {field} should be {expected!r} and is {found!r}")
        self.position = position
        self.field = field
        self.expected = expected
        self.found = found


class ProofError(EvidenceError):
    """A Merkle proof, or the numbers it is about, does not lead to the root."""


class NoteError(EvidenceError):
    """A signed note, key or signature is malformed, or a known key did not make the signature that bears its name."""


class CheckpointError(EvidenceError):
    """A text is not a checkpoint in the form that we write, or the log of that name did not sign it."""


class TileError(EvidenceError):
    """A tile, an entry bundle or a path of one is not what a tree of that size has."""


class RequestError(EvidenceError):
    """What was sent to a witness is no add-checkpoint request, or what came back is no answer to one."""


class PolicyError(EvidenceError):
    """A policy file is malformed; `line` is the number of the line that is wrong, from 1, or None for the whole."""

    def __init__(self, why: str, line: int | None = None) -> None:
        super().__init__(why if line is None else f"line {line}: {why}")
        self.line = line


class ReceiptError(EvidenceError):
    """A receipt is not a tlog-proof file in the form that we write."""
