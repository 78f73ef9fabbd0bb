"""What a verifier answers: a verdict, an exit code, one sentence, and the whole as JSON.

The verdict is that of the worst finding: altered evidence (exit 1) before a broken rule or a wrong figure (5) before
what cannot be decided (3) before a policy that is not met (4) before what was left out on request (6).
"""

from dataclasses import dataclass, field
from typing import Any, Final

from clients.auditor import messages
from clients.auditor.standing import Counted
from ledger.replay import INCONSISTENT, RULE, SERVED, UNKNOWN, Finding

SCHEMA: Final = "mingzhang-audit/verify/1"

EXITS: Final = {
    "verified": 0, "broken": 1, "forked": 1, "unreachable": 3, "stale": 4, "unmet": 4, "rule-broken": 5, "partial": 6,
}  # fmt: skip
_WORST: Final = (
    ("broken", frozenset({INCONSISTENT})), ("rule-broken", frozenset({RULE, SERVED})),
    ("unreachable", frozenset({UNKNOWN})),
)  # fmt: skip
MOST_REPORTED: Final = 200


@dataclass(slots=True)
class Report:
    """All that was found.

    `keys` are the key that is believed and those that followed it, as the journal shows.
    `undecided` is (message, facts) of what kept the verifier from an answer, `counted` how the head stands with the
    witnesses that were asked for, `note` the signed head itself.
    """

    source: str
    origin: str | None = None
    key: str | None = None
    keys: list[str] = field(default_factory=list)
    pinned: bool = False
    size: int | None = None
    root: str | None = None
    entries: int = 0
    rows: int = 0
    tables: int = 0
    forked: bool = False
    partial: bool = False
    decided: bool = True
    since: int = 0
    undecided: tuple[str, dict[str, object]] | None = None
    note: str | None = None
    counted: Counted | None = None
    findings: list[Finding] = field(default_factory=list)
    notes: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def add(self, findings: list[Finding]) -> None:
        """Take in findings, each once."""
        known = {(f.position, f.field, f.source) for f in self.findings}
        for finding in findings:
            key = finding.position, finding.field, finding.source
            if key not in known:
                known.add(key)
                self.findings.append(finding)

    @property
    def verdict(self) -> str:
        """One of the words of `EXITS`."""
        for word, categories in _WORST:
            if any(finding.category in categories for finding in self.findings):
                return "forked" if word == "broken" and self.forked else word
        if self.undecided is not None:
            return "unreachable"
        if self.counted is not None and self.counted.verdict is not None:
            return self.counted.verdict
        return "partial" if self.partial else "verified"

    @property
    def exit(self) -> int:
        """The exit code of the verdict."""
        return EXITS[self.verdict]

    @property
    def first(self) -> Finding | None:
        """The first finding of the sort that decided the verdict: the lowest position, its leaf, then as found."""
        for _, categories in _WORST:
            worst = [finding for finding in self.findings if finding.category in categories]
            if worst:
                return min(worst, key=lambda f: (f.position is None, f.position or 0, f.source != "leaf"))
        return None

    def as_json(self, language: str) -> dict[str, Any]:
        """The report with its schema; findings in the order of positions."""
        first, ordered = self.first, sorted(self.findings, key=lambda f: (f.position is None, f.position or 0))
        return {
            "schema": SCHEMA,
            "ok": self.verdict == "verified",
            "verdict": self.verdict,
            "exit": self.exit,
            "sentence": self.sentence(language),
            "source": self.source,
            "origin": self.origin,
            "key": {"vkey": self.key, "trust": "pinned" if self.pinned else "first-use"},
            "checkpoint": {"size": self.size, "root": self.root},
            "witnesses": None if self.counted is None else {"met": self.counted.verdict is None, **self.counted.facts},
            "checked": {
                "entries": self.entries, "from": self.since if self.entries else None,
                "to": self.entries - 1 if self.entries else None, "rows": self.rows, "tables": self.tables,
            },
            "first_divergence": None if first is None else _divergence(first),
            "findings": [
                _divergence(f) | {"category": f.category, "sentence": messages.finding(f, language)}
                for f in ordered[:MOST_REPORTED]
            ],
            "finding_count": len(self.findings),
            "undecided": None if self.undecided is None else self.undecided[0],
            "notes": [messages.text(code, language, facts) for code, facts in self.notes],
        }  # fmt: skip

    def sentence(self, language: str) -> str:
        """The verdict in one sentence, with the first wrong position and field."""
        first = self.first
        if first is not None:
            return messages.text(
                f"verdict_{self.verdict.replace('-', '_')}", language, {"first": messages.finding(first, language)}
            )
        if self.undecided is not None:
            code, why = self.undecided
            return messages.text("verdict_unreachable", language, {"first": messages.text(code, language, why)})
        facts: dict[str, object] = {} if self.counted is None else dict(self.counted.facts)
        facts |= {"entries": self.entries, "rows": self.rows, "tables": self.tables, "last": self.entries - 1}
        code = f"verdict_{self.verdict}" if self.decided or self.verdict != "partial" else "verdict_partial_bytes"
        return messages.text(code, language, facts)

    def as_text(self, language: str) -> str:
        """The report for a person: the sentence, what was checked, further findings, notes."""
        lines = [self.sentence(language)]
        if self.size is not None:
            lines.append(messages.text("head", language, {"origin": self.origin, "size": self.size, "root": self.root}))
        further = [f for f in self.findings if f is not self.first]
        lines += [f"  {messages.finding(f, language)}" for f in further[:20]]
        if len(further) > 20:  # noqa: PLR2004 -- a screenful; all of them are in --json
            lines.append(messages.text("more", language, {"count": len(further) - 20}))
        if self.findings and self.undecided is not None:
            code, facts = self.undecided
            lines.append(messages.text(code, language, facts))
        lines += [messages.text(code, language, facts) for code, facts in self.notes]
        return "\n".join(lines)


def _divergence(finding: Finding) -> dict[str, Any]:
    return {
        "position": finding.position, "field": finding.field, "expected": finding.expected,
        "actual": finding.actual, "source": finding.source,
    }  # fmt: skip
