"""Versions of records, bound to the journal by digest: what organizations, projects and beneficiaries share.

A record's content is canonical JSON; the leaf holds its digest, and the rows that queries serve are
derived from it.  A version is made for the one that the caller has read: the next one, or a conflict.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db import records
from ledger import fields
from ledger.commands import INSTRUCTED, Command
from ledger.errors import ProfileError
from resolvers.context import Context
from resolvers.recording import Prepared, refuse_persons
from resolvers.refusals import malformed

MOST_TEXT = 200
MOST_LINES = 64


@dataclass(frozen=True, slots=True)
class Period:
    """Something that holds from a day to a day, both included; open without an end.  Days are ISO texts."""

    kind: str
    valid_from: str
    valid_until: str | None = None

    def as_content(self, name: str, path: str) -> dict[str, str]:
        """As a record holds it; raises `MALFORMED`."""
        check(fields.code, self.kind, f"{path}.{name}")
        check(fields.day, self.valid_from, f"{path}.validFrom")
        line = {name: self.kind, "from": self.valid_from}
        if self.valid_until is not None:
            check(fields.day, self.valid_until, f"{path}.validUntil")
            if self.valid_until < self.valid_from:
                raise malformed(f"{path}.validUntil", "lies before its beginning")
            line["until"] = self.valid_until
        return line


def check(rule: fields.Check, value: object, path: str) -> None:
    """Raise `MALFORMED` where a value does not fit its rule."""
    if why := rule(value):
        raise malformed(path, why)


def text(value: str | None, path: str, *, needed: bool = False) -> str | None:
    """A name or title: short, of one line; raises `MALFORMED`."""
    if value is None and not needed:
        return None
    fits = isinstance(value, str) and 0 < len(value.strip()) == len(value) <= MOST_TEXT and value.isprintable()
    if not fits:
        raise malformed(path, f"must be 1 to {MOST_TEXT} printable characters without space at the ends")
    return value


def periods(lines: Sequence[Period], name: str, path: str) -> list[dict[str, str]]:
    """Dated lines as a record holds them; raises `MALFORMED`."""
    if len(lines) > MOST_LINES:
        raise malformed(path, f"are at most {MOST_LINES}")
    return [line.as_content(name, f"{path}.{n}") for n, line in enumerate(lines)]


def identifiers(values: Iterable[str]) -> list[str]:
    """Identifiers of other schemes, as codes; raises `MALFORMED`."""
    found = list(values)
    for n, value in enumerate(found):
        check(fields.code, value, f"identifiers.{n}")
    return found


def bound(
    ctx: Context,
    command: str,
    content: Mapping[str, Any],
    organization: str | None,
    facts: Mapping[str, Any] | None = None,
) -> Prepared:
    """The command that binds a version, and its rows; raises `MALFORMED` for text without a canonical form."""
    said = {name: value for name, value in content.items() if value is not None}
    refuse_persons(said, "record")
    try:
        rows, digest = records.companions(said)
    except ProfileError as error:
        raise malformed(error.path.removeprefix("$.") or "record", error.why) from None
    data: dict[str, Any] = {"noun": said["noun"], "digest": digest, "record": said["id"], "version": said["version"]}
    if facts is not None:
        data["facts"] = dict(facts)
    made = Command(
        id=command, kind="record_bound", mode=INSTRUCTED, actor=ctx.principal.key, effective=str(ctx.today()),
        organization=organization, data=data,
    )  # fmt: skip
    return Prepared(made, rows, undated=True)
