"""What an import answers: what was taken, what was refused, what awaits a decision, and what was seen on the way."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.assets import Asset, decimal_text
from resolvers.bilingual import Language
from resolvers.import_problems import Problem

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""

IN_THE_BOOKS = frozenset({"IMPORTED_BEFORE", "ROWS_CAME_BEFORE"})
"""Reasons of refusal after which every row of the file is in the books all the same."""


def silent(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def decimal(minor: int, asset: str = "CNY/2") -> str:
    """Minor units of an asset as a decimal text, `-0.05`."""
    return decimal_text(minor, Asset.parse(asset).scale)


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that was not taken, whole: `reason` is a problem's code; sums in minor units of CNY."""

    file: str
    reason: str
    rows: int
    amount: int


@dataclass(frozen=True, slots=True)
class Undecided:
    """A donation booked as `undetermined`, with its place in the file; `text` may name a person: for the officer."""

    file: str
    sheet: str
    row: int
    position: int | None
    amount: int
    reason: str
    text: str
    suggestion: tuple[Mapping[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {
            "file": self.file, "sheet": self.sheet, "row": self.row, "position": self.position,
            "amount": decimal(self.amount), "reason": self.reason, "text": self.text,
            "suggestion": [dict(part) for part in self.suggestion],
        }  # fmt: skip


@dataclass(slots=True)
class ImportReport:
    """The outcome of one call; positions of the first and the last new entry, None when nothing was written."""

    rows: int = 0
    amount: int = 0
    refused: list[RefusedFile] = field(default_factory=list)
    decisions: list[Undecided] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    first: int | None = None
    last: int | None = None
    dry_run: bool = False

    @property
    def complete(self) -> bool:
        """Whether every row of every file is in the books (or would be, in a dry run)."""
        return all(refused.reason in IN_THE_BOOKS for refused in self.refused)

    def wrote(self, positions: Iterable[int]) -> None:
        """Note the positions of new entries."""
        for position in positions:
            self.first = position if self.first is None else min(self.first, position)
            self.last = position if self.last is None else max(self.last, position)

    def as_json(self, language: Language = "en") -> dict[str, Any]:
        """The report as `--json` prints it; amounts are decimal texts."""
        return {
            "accepted": {"rows": self.rows, "amount": decimal(self.amount)},
            "refused": [
                {"file": each.file, "reason": each.reason, "rows": each.rows, "amount": decimal(each.amount)}
                for each in self.refused
            ],
            "decisions": [each.as_json() for each in self.decisions],
            "entries": {"from": self.first, "to": self.last},
            "problems": [said(problem, language) for problem in self.problems],
            "dryRun": self.dry_run,
        }  # fmt: skip


def said(problem: Problem, language: Language) -> dict[str, Any]:
    """A problem as JSON: its place, and its sentences."""
    return {
        "code": problem.code, "severity": problem.severity, "file": problem.file, "sheet": problem.sheet,
        "row": problem.row, "column": problem.column, "cell": problem.cell, "why": problem.why(language),
        "fix": problem.fix(language),
    }  # fmt: skip
