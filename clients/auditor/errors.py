"""What keeps a verifier from deciding, as one drawn tree.

AuditError
├── UndecidableError    nothing is proven either way: network, missing data, unknown version (exit 3)
└── ArchiveExistsError  the file to be written is there already (exit 2)
"""


class AuditError(Exception):
    """The root of every error that this package raises on purpose."""


class UndecidableError(AuditError):
    """The verifier cannot decide: `code` names a sentence of `messages`, `facts` fills it."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(f"{code}: {facts}")
        self.code = code
        self.facts = facts


class ArchiveExistsError(AuditError):
    """The archive's path exists and `--force` was not given."""
