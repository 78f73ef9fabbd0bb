"""Named SQL statements, read from `db/queries/<noun>.sql`.

    -- name: lock_head
    -- Take the only row that allows an append; wait here if someone else holds it.
    select size, root from head for update;

`load("journal").lock_head` is then the statement's text, without its header and its final semicolon. Only comments
may stand before the first name. The reader is strict, since nobody reads a file of SQL twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

QUERIES = Path(__file__).parent / "queries"

_HEADER = re.compile(r"^-- name:(.*)$", re.MULTILINE)
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NOUN = re.compile(r"[a-z][a-z0-9_]*")


class StatementFileError(Exception):
    """A file of statements does not keep the form; `path` and `name` say where."""

    def __init__(self, path: Path, name: str, reason: str) -> None:
        super().__init__(f"{path.name}: {name or 'top'}: {reason}")
        self.path = path
        self.name = name
        self.reason = reason


class Statements:
    """The statements of one noun, as attributes; iterating yields their names in the file's order."""

    def __init__(self, noun: str, texts: dict[str, str]) -> None:
        self._noun = noun
        self._texts = texts

    def __getattr__(self, name: str) -> str:
        """Return the statement `name`; raises `AttributeError` that tells which there are."""
        try:
            return self._texts[name]
        except KeyError:
            known = ", ".join(self._texts)
            raise AttributeError(f"{self._noun}.sql has no statement {name!r}; it has {known}") from None

    def __iter__(self) -> Iterator[str]:
        """Yield the names in the file's order."""
        return iter(self._texts)

    def items(self) -> list[tuple[str, str]]:
        """Return the (name, text) pairs in the file's order."""
        return list(self._texts.items())


@cache
def load(noun: str, folder: Path = QUERIES) -> Statements:
    """Read `<folder>/<noun>.sql`; raises `StatementFileError` when it does not keep the form."""
    path = folder / f"{noun}.sql"
    if not _NOUN.fullmatch(noun) or not path.is_file():
        raise StatementFileError(path, "", f"no such file; the nouns are {', '.join(nouns(folder))}")
    return Statements(noun, parse(path.read_text(encoding="utf-8"), path))


def nouns(folder: Path = QUERIES) -> list[str]:
    """Return every noun that has a file of statements, sorted."""
    return sorted(path.stem for path in folder.glob("*.sql"))


def parse(text: str, path: Path) -> dict[str, str]:
    """Return the statements of a file by name; raises `StatementFileError`."""
    preamble, *parts = _HEADER.split(text)
    if any(line and not line.startswith("--") for line in map(str.strip, preamble.splitlines())):
        raise StatementFileError(path, "", "only comments may stand before the first `-- name:`")
    texts: dict[str, str] = {}
    for raw, body in zip(parts[::2], parts[1::2], strict=True):
        name = raw.strip()
        if not _NAME.fullmatch(name):
            raise StatementFileError(path, name, "a name is lower case letters, digits and underscores")
        if name in texts:
            raise StatementFileError(path, name, "the name stands twice")
        texts[name] = _statement(body, path, name)
    if not texts:
        raise StatementFileError(path, "", "the file holds no statement")
    return texts


def _statement(body: str, path: Path, name: str) -> str:
    """Split a part into its leading comment, which must say something, and its statement."""
    lines = body.strip().splitlines()
    comment = 0
    while comment < len(lines) and lines[comment].startswith("--"):
        comment += 1
    if not any(line.removeprefix("--").strip() for line in lines[:comment]):
        raise StatementFileError(path, name, "a comment must follow the name and say what the statement is for")
    statement = "\n".join(lines[comment:]).strip()
    if not statement:
        raise StatementFileError(path, name, "there is no statement")
    if not statement.endswith(";"):
        raise StatementFileError(path, name, "the statement does not end with a semicolon")
    return statement.removesuffix(";").rstrip()
