"""Whether a verified head has the witnesses that a policy asks for, and recently enough (exit 4 when not).

The policy is a tlog-policy file (`ledger.policies`), the auditor's own and never the server's.  Cosignatures whose time
is still to come do not count: a witness that is believed has a clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from clients.auditor.errors import UndecidableError
from ledger.checkpoints import open_cosigned
from ledger.errors import PolicyError
from ledger.notes import Verifier
from ledger.policies import Policy

AHEAD_SECONDS: Final = 300
"""How far two honest clocks may be apart."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked of a head: a policy, and how old its cosignatures may be (seconds, None: any age)."""

    policy: Policy
    max_age: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How a head stands: `verdict` is None (met), `unmet` or `stale`; facts are for a sentence and for programs."""

    verdict: str | None
    facts: Mapping[str, object]


def read_policy(path: Path) -> Policy:
    """The policy in a file; raises `UndecidableError`."""
    try:
        return Policy.parse(path.read_bytes())
    except OSError as error:
        raise UndecidableError("unread_file", path=path, why=error.strerror) from None
    except PolicyError as error:
        raise UndecidableError("bad_policy", path=path, why=error) from None


def log_key(policy: Policy) -> str | None:
    """The verifier key of the policy's only log, if it has exactly one."""
    return str(policy.logs[0].key) if len(policy.logs) == 1 else None


def count(note: str, keys: Sequence[Verifier], demand: Demand, now: float) -> Counted:
    """Count the cosignatures of a head that one of `keys` signed; raises `EvidenceError` for a false one."""
    policy = demand.policy
    for key in keys:
        policy.check_names(key.name)
    opened = open_cosigned(note, [*keys, *policy.witness_keys])
    made = {found.verifier: found.time or 0 for found in opened.cosignatures}
    timely = {key: time for key, time in made.items() if time <= now + AHEAD_SECONDS}
    standing = policy.standing(timely)
    newest = max(timely.values(), default=None)
    facts: dict[str, object] = {
        "have": standing.have, "need": standing.need, "of": standing.of,
        "names": ", ".join(standing.names), "newest": None if newest is None else moment(newest),
    }  # fmt: skip
    if policy.logs and not set(keys) & set(policy.log_keys):
        return Counted("unmet", facts)
    if not standing.met:
        return Counted("unmet", facts)
    if demand.max_age is not None:
        since = int(now) - demand.max_age
        fresh = policy.standing(key for key, time in timely.items() if time >= since)
        facts |= {"fresh": fresh.have, "since": moment(since)}
        if not fresh.met or not made:
            return Counted("stale", facts)
    return Counted(None, facts)


def moment(time: int) -> str:
    """POSIX seconds as a moment; one that no calendar has stays a number."""
    try:
        return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return str(time)
