"""The web application's files as tests see them, and what stands in them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
WEB = ROOT / "clients" / "web"
MANIFEST = WEB / "documents" / "manifest.json"
PUBLIC_PAGES = ("home", "donation", "entry", "account", "journal")

_KEY = re.compile(r"""\bt\(\s*"([^"]+)"\s*(,\s*(?P<values>\{[^{}]*\}|\{.*?\}|\w+))?\s*\)""", re.DOTALL)
_CALL = re.compile(r"\b(t|word)\(\s*([^\s,)]+)")
_GROUP = re.compile(r'\bword\(\s*"([^"]+)"')


def scripts() -> list[Path]:
    """Every script of ours."""
    return sorted((WEB / "code").rglob("*.js"))


def catalogue(language: str) -> dict[str, str]:
    """The messages of a language."""
    found: dict[str, str] = json.loads((WEB / "catalogue" / f"{language}.json").read_text("utf-8"))
    return found


def placeholders(text: str) -> set[str]:
    """The names that a message wants filled in."""
    return set(re.findall(r"\{(\w+)\}", text))


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a message: where, its key, and the names that are given (None where they are not written there)."""

    where: str
    key: str
    given: frozenset[str] | None


def uses() -> list[Use]:
    """Every `t("key", {names})` of our scripts."""
    return [
        Use(path.relative_to(WEB).as_posix(), match[1], _given(match["values"]))
        for path in scripts()
        for match in _KEY.finditer(path.read_text("utf-8"))
    ]


def _given(values: str | None) -> frozenset[str] | None:
    """The names of an object literal; nothing for a variable or a spread, whose names are elsewhere."""
    if values is None:
        return frozenset()
    if not values.startswith("{") or "..." in values:
        return None
    depth, start, names = 0, True, set()
    for token in re.findall(r"[A-Za-z_]\w*|\S", values[1:-1]):
        if start and token.isidentifier() and depth == 0:
            names.add(token)
        depth += token in "([{"
        depth -= token in ")]}"
        start = depth == 0 and token == ","
    return frozenset(names)


def groups() -> set[str]:
    """The groups of `word("group", value)`."""
    return {group for path in scripts() for group in _GROUP.findall(path.read_text("utf-8"))}


def unliteral() -> list[str]:
    """Uses of `t` or `word` whose key is not written out, which no test could follow."""
    return [
        f"{path.name}: {match[0]}"
        for path in scripts()
        if path.name != "i18n.js"
        for match in _CALL.finditer(path.read_text("utf-8"))
        if not match[2].startswith('"')
    ]


def manifest() -> dict[str, Any]:
    """The trusted documents, by the digest under which a server would know them."""
    return {
        f"sha256:{sha256(path.read_bytes()).hexdigest()}": path.stem
        for path in sorted((WEB / "documents").glob("*.graphql"))
    }


def imports(path: Path) -> list[str]:
    """What a script imports, statically or when it is needed."""
    text = path.read_text("utf-8")
    return re.findall(r'^(?:import|export)\b[^;]*?\bfrom\s*"([^"]+)"', text, re.MULTILINE) + re.findall(
        r'\bimport\(\s*"([^"]+)"\s*\)', text
    )


if __name__ == "__main__":
    MANIFEST.write_text(json.dumps(manifest(), indent=2) + "\n", "utf-8")
