"""The reading of one file: where we are, what was counted, and what is wrong.

Every element passes through `Reading.read`, `set_aside` or `skip` exactly once;
that is what makes "never dropped silently" a sum that a test can check.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from typing import Final, TypeVar

from resolvers.iati_problems import Problem, Source, problem
from resolvers.iati_values import ElementTally, Narrative, Organization, Share, Texts
from resolvers.xml_files import Node

LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_DATE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T[0-9:.]+)?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
_PERCENTAGE: Final = re.compile(r"(?:100(?:\.0*)?|\d{1,2}(?:\.\d*)?|\.\d+)", re.ASCII)
_C1: Final = re.compile("[\x80-\x9f]")
Value = TypeVar("Value")


def tidy(text: str) -> str:
    """Return the text in NFC, runs of white space made one blank, control characters of 1252 made letters.

    Character references such as `&#x92;` mean the byte of Windows-1252 that
    their writer had (the rule of HTML 5, section 13.2.5.80).
    """
    if _C1.search(text):
        text = _C1.sub(lambda m: m[0].encode("latin-1").decode("cp1252", "replace"), text)
    return unicodedata.normalize("NFC", " ".join(text.split()))


class Reading:
    """One file in the course of being read."""

    def __init__(self, file: str, sha256: str) -> None:
        self.file = file
        self.sha256 = sha256
        self.language = ""
        self.problems: list[Problem] = []
        self._read: dict[str, int] = {}
        self._aside: dict[str, list[int]] = {}
        self._skipped: dict[str, tuple[str, list[int]]] = {}
        self._skipped_more: dict[str, int] = {}

    def source(self, node: Node, path: str) -> Source:
        """Say where an element stands."""
        return Source(self.file, self.sha256, node.line, path)

    def report(self, code: str, source: Source, text: str = "") -> None:
        """Note what is wrong."""
        self.problems.append(problem(code, source, text))

    def read(self, name: str) -> None:
        """Count an element that was read."""
        self._read[name] = self._read.get(name, 0) + 1

    def set_aside(self, name: str, line: int) -> None:
        """Count an element that was not taken, for a reported problem."""
        self._aside.setdefault(name, []).append(line)

    def skip(self, name: str, reason: str, lines: list[int], more: int = 0) -> None:
        """Count elements that nothing here can represent; `more` of them without their lines."""
        self._skipped.setdefault(name, (reason, []))[1].extend(lines)
        self._skipped_more[name] = self._skipped_more.get(name, 0) + more

    def tallies(self) -> tuple[ElementTally, ...]:
        """Sum up, by name."""
        names = sorted({*self._read, *self._aside, *self._skipped})
        return tuple(self._tally(name) for name in names)

    def _tally(self, name: str) -> ElementTally:
        read, aside = self._read.get(name, 0), self._aside.get(name, [])
        reason, skipped = self._skipped.get(name, ("", []))
        unrepresented = len(skipped) + self._skipped_more.get(name, 0)
        lines = tuple(sorted([*aside, *skipped]))
        found = read + len(aside) + unrepresented
        return ElementTally(name, found, read, len(aside), unrepresented, reason, lines)

    def texts(self, node: Node | None) -> Texts:
        """Return the narratives of version 2, or the element's own text as version 1 has it."""
        if node is None:
            return ()
        language = node.get(LANGUAGE) or self.language
        found = node.all("narrative") or [node]
        each = (Narrative((n.get(LANGUAGE) or language).lower(), tidy(n.text)) for n in found)
        return tuple(narrative for narrative in each if narrative.text)

    def date(self, node: Node | None, attribute: str, path: str) -> dt.date | None:
        """Read a date from an attribute, or from the text where version 1 put it; a wrong one is reported."""
        if node is None:
            return None
        written = node.get(attribute)
        text = written or ("" if attribute == "value-date" else node.text.strip())
        if not text:
            return None
        match = _DATE.fullmatch(text)
        try:
            if match:
                return dt.date.fromisoformat(match[1])
        except ValueError:
            pass  # a date of the right form that is in no calendar: 2019-02-30
        self.report("DATE_UNREADABLE", self.source(node, path), text)
        return None

    def organization(self, node: Node, path: str, *, role_word: str = "", role: int | None = None) -> Organization:
        """Read a mention of an organization, which may turn out to name nobody."""
        names = self.texts(node)
        mentioned = (node.get(k) for k in ("provider-activity-id", "receiver-activity-id", "activity-id"))
        activity = tidy(next((text for text in mentioned if text), ""))
        source = self.source(node, path)
        return Organization(tidy(node.get("ref")), names, node.get("type"), source, role, role_word, activity)

    def share(self, node: Node, path: str) -> Share | None:
        """Read a sector, country or region; None, reported, when it names nothing."""
        # Version 1.0 wrote `ref` and `vocab` where later versions have `code` and `vocabulary`.
        code = node.get("code") or node.get("ref")
        names = self.texts(node)
        source = self.source(node, path)
        if not code and not names:
            self.report("CODE_MISSING", source)
            return None
        percentage = node.get("percentage").removesuffix("%").strip()
        if percentage and not _PERCENTAGE.fullmatch(percentage):
            self.report("PERCENTAGE_UNREADABLE", source, percentage)
            percentage = ""
        return Share(code, node.get("vocabulary") or node.get("vocab"), percentage, names, source)


def each(
    reading: Reading,
    parent: Node,
    tag: str,
    prefix: str,
    path: str,
    read: Callable[[Node, str], Value | None],
) -> tuple[Value, ...]:
    """Read all children of a name, counting what was read and what was set aside."""
    values: list[Value] = []
    for number, node in enumerate(parent.all(tag), start=1):
        value = read(node, f"{path}/{tag}[{number}]")
        if value is None:
            reading.set_aside(prefix + tag, node.line)
        else:
            reading.read(prefix + tag)
            values.append(value)
    return tuple(values)
