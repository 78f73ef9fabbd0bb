"""What went wrong, told to an operator in one sentence that ends with what to do next.

Exit codes of `mingzhang`:

    0  done
    1  the work itself failed or was refused; what was said on stderr or by --json says why
    2  usage
    3  it could not start: port, data directory, keys, database, PostgreSQL's binaries
    130  stopped by Ctrl-C
"""

from db.embedded_errors import EmbeddedError
from db.journal import DoorError
from db.migrations import MigrationError
from db.pools import UnfitDatabaseError
from db.roles import RolesError
from db.vault_keys import VaultError
from ledger.errors import CheckpointError, NoteError, PolicyError
from ledger.rejections import Rejection
from resolvers.checkpoints import ForkRiskError
from resolvers.keys import KeyFileError
from resolvers.mirrors import MirrorError
from resolvers.policy import ForbiddenError
from resolvers.refusals import Refusal
from resolvers.rotation import RotationError
from resolvers.succession import SuccessionError
from schema.asgi.oidc_settings import OidcSettingsError
from schema.asgi.ports import PortError
from schema.asgi.spans import TracingError
from schema.asgi.trusted import TrustedError

FAILED = 1
CANNOT_START = 3

_STARTING = (
    EmbeddedError,
    MigrationError,
    UnfitDatabaseError,
    RolesError,
    VaultError,
    KeyFileError,
    ForkRiskError,
    PortError,
    TracingError,
    TrustedError,
    OidcSettingsError,
)


_REFUSED = (Refusal, Rejection, ForbiddenError, DoorError, RotationError, SuccessionError, MirrorError)


def explained(fault: Exception) -> tuple[int, str] | None:
    """Exit code and sentence for a fault that is an operator's to mend, or None for a fault of ours."""
    if isinstance(fault, _STARTING):
        return CANNOT_START, str(fault)
    if isinstance(fault, PolicyError):
        return CANNOT_START, f"witnesses.policy in the data directory, or --witness: {fault}"
    if isinstance(fault, (NoteError, CheckpointError)):
        return FAILED, f"{fault}. Give a signed head of the old log, and its own verifier key."
    if isinstance(fault, _REFUSED):
        return FAILED, str(fault)
    if isinstance(fault, OSError) and fault.filename is not None:
        advice = "Make it usable for this user, or name another data directory with --data."
        return CANNOT_START, f"{fault.filename}: {fault.strerror}. {advice}"
    if isinstance(fault, OSError):
        return CANNOT_START, f"{fault}. If DATABASE_URL is set, see that this server runs and can be reached."
    if type(fault).__module__.startswith("asyncpg"):
        advice = "See that DATABASE_URL names a database that this login may use."
        return CANNOT_START, f"PostgreSQL refused: {fault}. {advice}"
    if isinstance(fault, ValueError) and "origin" in str(fault):
        return CANNOT_START, f"{fault}. Name the same --origin, or another --data."
    return None
