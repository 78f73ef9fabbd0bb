"""What README.md promises, read so that it can be checked: its two commands, its map, its sections, the names it uses.

    python tests/house/readme.py main           (prints the command of the main job; `test`: that of all tests)

A command is the one line of the `sh` block below `<!-- command: NAME -->`.  The map is the part between
`<!-- map -->` and `<!-- /map -->`: under a heading that names a folder, each module of that folder stands in backticks.
This file uses the standard library only, so that `.ci/run` can call it from anywhere.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

_COMMAND = re.compile(r"<!-- command: (\w+) -->\n+```sh\n([^\n]+)\n```\n")
_MAP = re.compile(r"<!-- map -->\n(.*?)<!-- /map -->", re.DOTALL)
_HEADING = re.compile(r"^#+ .*`([a-z_/]+)/`", re.MULTILINE)
_ANY_HEADING = re.compile(r"^#+ ", re.MULTILINE)
_MODULE = re.compile(r"`([\w/]+\.py)`")
_SECTION = re.compile(r'^<a id="([a-z-]+)"></a>$', re.MULTILINE)
_OURS = re.compile(r"`((?:schema|resolvers|ledger|db|clients|tests)/[\w./-]*)`")

SECTIONS = (
    "what", "commands", "map", "walks", "words", "verify", "threats", "decisions", "figures",
)  # fmt: skip


def commands(text: str) -> dict[str, str]:
    """The named commands, each on one line."""
    return dict(_COMMAND.findall(text))


def missing_sections(text: str) -> list[str]:
    """The front door has all its sections, in their order; anchors name them in both languages."""
    found = _SECTION.findall(text)
    if found == list(SECTIONS):
        return []
    return [f"sections are {found}; they must be {list(SECTIONS)}"]


def mapped(text: str) -> dict[str, set[str]]:
    """The map as {folder: names of modules, relative to it}; a heading that names no folder ends the one before."""
    part = _MAP.search(text)
    if part is None:
        return {}
    starts = [match.start() for match in _ANY_HEADING.finditer(part[1])]
    found: dict[str, set[str]] = {}
    for start, end in zip(starts, [*starts[1:], len(part[1])], strict=True):
        block = part[1][start:end]
        heading = _HEADING.match(block)
        if heading is not None:
            found.setdefault(heading[1], set()).update(_MODULE.findall(block))
    return found


def faults_of_the_map(text: str, modules: Mapping[str, str]) -> list[str]:
    """The map names every module under its folder, and none that is not there; `modules` is {path: first line}."""
    shown = {f"{folder}/{name}" for folder, names in mapped(text).items() for name in names}
    absent = [f"the map lacks {path}: {first}" for path, first in modules.items() if path not in shown]
    return absent + [f"the map shows {path}, which is not there" for path in sorted(shown - set(modules))]


def dead_names(text: str, files: Mapping[str, str]) -> list[str]:
    """Every `folder/file`, `folder/` or `folder/module.name` that the text mentions exists; `files` is {path: text}."""
    return [f"`{name}` is not there" for name in sorted(set(_OURS.findall(text))) if not _lives(name, files)]


def _lives(name: str, files: Mapping[str, str]) -> bool:
    if name in files or f"{name}.py" in files:
        return True
    folder = name.rstrip("/") + "/"
    if any(path.startswith(folder) for path in files):
        return True
    module, _dot, attribute = name.rpartition(".")
    source = files.get(f"{module}.py", "")
    return re.search(rf"^\s*(?:(?:async )?def|class) {re.escape(attribute)}\b", source, re.MULTILINE) is not None


def dead_links(text: str, files: Iterable[str]) -> list[str]:
    """Every relative link leads to a file of the repository."""
    known = set(files)
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text)
    return [f"link to {target} leads nowhere" for target in targets if target not in known]


def main() -> None:
    """Print one command of README.md."""
    text = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    sys.stdout.write(commands(text)[sys.argv[1]] + "\n")


if __name__ == "__main__":
    main()
