"""What can be wrong with a file from outside, as values and as a drawn tree.

A file that cannot be read as a table at all is refused by raising; everything that is wrong inside a readable table
is a `Problem`, so that an officer sees all of them at once.

file_errors.FileRejected
└── SheetRejected
    ├── UnreadableFile   the bytes are no table: empty, truncated, NUL bytes, another format
    ├── HostileFile      reading on would cost more than a table may: bombs, a million columns
    └── LayoutRejected   a table, but its columns cannot be told apart; a mapping file settles it

Each carries `code` (a key of `import_messages`), `facts` and the file's name; the sentence comes from the catalogue in
either language and says what to do next.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from resolvers.bilingual import Language
from resolvers.file_errors import FileRejected
from resolvers.import_messages import fix_of, why_of

Severity = Literal["error", "notice"]
"""`error`: the row (or file) is not taken as it stands. `notice`: it is taken, and this was seen."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing seen in a file, with its place, its text, why it matters and how to mend it.

    `row` counts from 1 as the spreadsheet shows it, `column` is the letter; both are None when the whole sheet or file
    is meant.  `cell` is the text as found and may name a person: it is for the officer, never for a public page.
    """

    code: str
    severity: Severity
    file: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    cell: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    def why(self, language: Language = "en") -> str:
        """Say what is wrong."""
        return why_of(self.code, self.facts, language)

    def fix(self, language: Language = "en") -> str:
        """Say what to do about it."""
        return fix_of(self.code, self.facts, language)

    def place(self) -> str:
        """Name file, sheet and cell in one string, as `a.xlsx!Sheet1!D17`."""
        cell = f"{self.column or ''}{self.row or ''}"
        return "!".join(part for part in (self.file, self.sheet, cell) if part)


class SheetRejected(FileRejected):
    """A table file cannot be taken at all; the message says what to do, in English; `problem()` in either language."""

    def __init__(self, code: str, file: str, **facts: str) -> None:
        super().__init__(code, facts, f"{file}: {why_of(code, facts, 'en')} {fix_of(code, facts, 'en')}")
        self.file = file

    def problem(self) -> Problem:
        """Return the same as a value, to stand in a list beside other files' problems."""
        return Problem(self.code, "error", self.file, facts={key: str(value) for key, value in self.facts.items()})


class UnreadableFile(SheetRejected):
    """The bytes are no table."""


class HostileFile(SheetRejected):
    """Reading on would cost more than a table may."""


class LayoutRejected(SheetRejected):
    """A table whose columns cannot be told apart."""
