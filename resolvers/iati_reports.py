"""What an import of IATI files answers: what was booked, what was not and why, and what is doubtful."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from resolvers.iati_movements import PlannedMovement
from resolvers.iati_problems import Problem
from resolvers.import_reports import decimal


@dataclass(frozen=True, slots=True)
class Unbooked:
    """Something in a file that is in no entry: what it is, where, and why (a code)."""

    file: str
    line: int
    activity: str
    what: str
    reason: str
    value: str = ""

    def as_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {
            "file": self.file, "line": self.line, "activity": self.activity, "what": self.what, "reason": self.reason,
            "value": self.value,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Elements of one name in one file that the books have no place for."""

    file: str
    element: str
    count: int
    reason: str


@dataclass(slots=True)
class IatiReport:
    """The outcome of one call; sums by asset in minor units, positions of the first and the last new entry."""

    rows: int = 0
    amounts: Counter[str] = field(default_factory=Counter)
    before: int = 0
    openings: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    unknown_originals: list[Unbooked] = field(default_factory=list)
    organizations: int = 0
    projects: int = 0
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    unbooked: list[Unbooked] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    first: int | None = None
    last: int | None = None
    dry_run: bool = False

    @property
    def complete(self) -> bool:
        """Whether every file was read."""
        return not self.refused

    def wrote(self, positions: Iterable[int]) -> None:
        """Note the positions of new entries."""
        for position in positions:
            self.first = position if self.first is None else min(self.first, position)
            self.last = position if self.last is None else max(self.last, position)

    def booked(self, movement: PlannedMovement) -> None:
        """Count a movement that became an entry."""
        asset = f"{movement.currency}/{movement.scale}"
        self.flags.update(movement.flags)
        if movement.transactions:
            self.rows += len(movement.transactions)
            self.amounts[asset] += movement.transactions[0].amount.minor
        else:
            self.openings[asset] += movement.amount
        if "ORIGINAL_UNKNOWN" in movement.flags:
            published = movement.transactions[0]
            self.unknown_originals.append(
                Unbooked(
                    published.source.file, published.source.line, movement.activity, "refund", "ORIGINAL_UNKNOWN",
                    f"{published.amount.text} {published.amount.currency}",
                )
            )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """The report as `--json` prints it; amounts are decimal texts by currency."""
        return {
            "accepted": {"rows": self.rows, "amounts": _by_currency(self.amounts), "importedBefore": self.before},
            "refused": [{"file": f, "reason": r, "message": m} for f, r, m in self.refused],
            "decisions": [],
            "entries": {"from": self.first, "to": self.last},
            "organizations": self.organizations, "projects": self.projects,
            "incomeNotReported": _by_currency(self.openings),
            "flags": dict(sorted(self.flags.items())),
            "originalUnknown": [each.as_json() for each in self.unknown_originals],
            "notBooked": [each.as_json() for each in self.unbooked],
            "notRepresented": [
                {"file": each.file, "element": each.element, "count": each.count, "reason": each.reason}
                for each in self.left_out
            ],
            "problems": [
                {
                    "code": p.code, "file": p.source.file, "line": p.source.line, "path": p.source.path, "cell": p.text,
                    "why": p.why, "fix": p.fix, "severity": "error" if p.sets_aside else "notice",
                }
                for p in self.problems
            ],
            "dryRun": self.dry_run,
        }  # fmt: skip


def _by_currency(sums: Counter[str]) -> dict[str, str]:
    return {asset.partition("/")[0]: decimal(minor, asset) for asset, minor in sorted(sums.items())}
