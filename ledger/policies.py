"""Whose cosignatures make a checkpoint witnessed (c2sp.org/tlog-policy): read the file, count the cosignatures.

    log <vkey> [<url>]
    witness X1 <vkey> [<url>]
    witness X2 <vkey>
    group X any X1 X2          one organization's witnesses count once
    group both all X Y
    quorum both

A group counts its members, and each name is a member once, so that an organization which runs ten witnesses in one
group weighs what one witness weighs.  Names are octets: they are compared, never understood.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ledger.checkpoints import LOG_KINDS, WITNESS_KINDS, CosignedCheckpoint, open_cosigned
from ledger.errors import NoteError, PolicyError
from ledger.notes import Verifier

MAX_LINES: Final = 4096
NONE: Final = "none"

_ALLOWED: Final = re.compile(rb"[\x09\x0a\x20-\x7e\x80-\xff]*")
_THRESHOLD: Final = re.compile(r"[1-9][0-9]{0,4}")


@dataclass(frozen=True, slots=True)
class Party:
    """A log or a witness: its key, and where it answers, if that is said."""

    key: Verifier
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group of witnesses or groups, which witnesses when `threshold` of its members do."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a checkpoint stands: `have` of the `of` members that the quorum counts, of which `need` are asked for.

    For a quorum that is a group, its members are counted: organizations, where the policy makes each a group.
    """

    met: bool
    have: int
    need: int
    of: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as read; `quorum` is the name of a witness or group, or `none`."""

    quorum: str
    logs: tuple[Party, ...] = ()
    witnesses: Mapping[str, Party] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)

    @classmethod
    def parse(cls, body: bytes) -> "Policy":
        """Read a policy file; raises `PolicyError` with the line that is wrong."""
        return _Reader().read(body)

    @property
    def log_keys(self) -> list[Verifier]:
        """The keys of all logs."""
        return [log.key for log in self.logs]

    @property
    def witness_keys(self) -> list[Verifier]:
        """The keys of all witnesses."""
        return [witness.key for witness in self.witnesses.values()]

    def check_names(self, origin: str) -> None:
        """Raise `PolicyError` for a witness whose signature could be taken for that of the log `origin` itself."""
        if any(key.kind in LOG_KINDS and key.name == origin for key in self.witness_keys):
            raise PolicyError(f"a witness's key bears the name of the log {origin}")

    def standing(self, cosigned: Iterable[Verifier]) -> Standing:
        """Count the keys that cosigned, of whatever witnesses, as the quorum counts them."""
        keys = set(cosigned)
        if self.quorum == NONE:
            return Standing(met=True, have=0, need=0, of=0)
        group = self.groups.get(self.quorum, Group(1, (self.quorum,)))
        names = tuple(name for name in group.members if self._witnesses(name, keys))
        return Standing(len(names) >= group.threshold, len(names), group.threshold, len(group.members), names)

    def open(self, note: bytes | str) -> tuple[CosignedCheckpoint, Standing]:
        """Read a checkpoint that one of the policy's logs signed, and say how it stands.

        Raises `NoteError` or `CheckpointError` as `ledger.checkpoints.open_cosigned` does.
        """
        opened = open_cosigned(note, [*self.log_keys, *self.witness_keys])
        return opened, self.standing(verified.verifier for verified in opened.cosignatures)

    def _witnesses(self, name: str, keys: set[Verifier]) -> bool:
        """Whether a witness cosigned, or enough members of a group; definitions go backwards, so that this ends."""
        if name in self.witnesses:
            return self.witnesses[name].key in keys
        group = self.groups[name]
        return sum(self._witnesses(member, keys) for member in group.members) >= group.threshold


class _Reader:
    """One reading of a file."""

    def __init__(self) -> None:
        self._line = 0
        self._logs: list[Party] = []
        self._witnesses: dict[str, Party] = {}
        self._groups: dict[str, Group] = {}
        self._members: set[str] = set()
        self._quorum: str | None = None

    def read(self, body: bytes) -> Policy:
        if not _ALLOWED.fullmatch(body):
            raise PolicyError("a policy has no control characters but tab and newline")
        if body and not body.endswith(b"\n"):
            raise PolicyError("every line of a policy ends with a newline")
        lines = body.split(b"\n")[:-1]
        if len(lines) > MAX_LINES:
            raise PolicyError(f"a policy has at most {MAX_LINES} lines here")
        for self._line, line in enumerate(lines, 1):
            # Names are octets: what is not UTF-8 is carried through unread.
            words = [word.decode("utf-8", "surrogateescape") for word in re.split(rb"[ \t]+", line.strip(b" \t"))]
            if words[0] and not words[0].startswith("#"):
                self._statement(words[0], words[1:])
        if self._quorum is None:
            raise PolicyError("a policy has exactly one quorum line")
        policy = Policy(self._quorum, tuple(self._logs), self._witnesses, self._groups)
        for log in self._logs:
            policy.check_names(log.key.name)
        return policy

    def _statement(self, word: str, items: list[str]) -> None:
        match word, items:
            case "log", [vkey, *url] if len(url) <= 1:
                key = self._key(vkey, LOG_KINDS, (log.key for log in self._logs))
                self._logs.append(Party(key, *url))
            case "witness", [name, vkey, *url] if len(url) <= 1:
                self._new(name)
                known = (witness.key for witness in self._witnesses.values())
                self._witnesses[name] = Party(self._key(vkey, WITNESS_KINDS, known), *url)
            case "group", [name, threshold, *members] if members:
                self._new(name)
                self._group(name, threshold, members)
            case "quorum", [name]:
                self._quorum_is(name)
            case _:
                raise self._wrong(f"not a statement of a policy: {' '.join([word, *items])[:80]!r}")

    def _group(self, name: str, threshold: str, members: list[str]) -> None:
        for member in members:
            if not self._defined(member):
                raise self._wrong(f"{member!r} is no witness or group of an earlier line")
            if member in self._members:
                raise self._wrong(f"{member!r} is a member already, and a name counts once")
            self._members.add(member)
        count = {"any": 1, "all": len(members)}.get(threshold)
        if count is None and _THRESHOLD.fullmatch(threshold):
            count = int(threshold)
        if count is None or count > len(members):
            raise self._wrong(f"{threshold!r} of {len(members)} members cannot be asked for")
        self._groups[name] = Group(count, tuple(members))

    def _quorum_is(self, name: str) -> None:
        if self._quorum is not None:
            raise self._wrong("there is a quorum line already")
        if name != NONE and not self._defined(name):
            raise self._wrong(f"{name!r} is no witness or group of an earlier line")
        self._quorum = name

    def _key(self, vkey: str, kinds: Collection[int], known: Iterable[Verifier]) -> Verifier:
        try:
            key = Verifier.parse(vkey)
        except NoteError as error:
            raise self._wrong(f"not a verifier key: {error}") from None
        if key.kind not in kinds:
            wanted = " or ".join(f"{kind:#04x}" for kind in sorted(kinds))
            raise self._wrong(f"the key of {key.name!r} has signature type {key.kind:#04x} and should have {wanted}")
        if any(key.public == other.public for other in known):
            raise self._wrong(f"the key of {key.name!r} stands here twice")
        return key

    def _new(self, name: str) -> None:
        if name == NONE or self._defined(name):
            raise self._wrong(f"{name!r} is a name already")

    def _defined(self, name: str) -> bool:
        return name in self._witnesses or name in self._groups

    def _wrong(self, why: str) -> PolicyError:
        return PolicyError(why, self._line)
