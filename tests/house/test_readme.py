"""README.md is the front door, and every claim in it that a program can check is checked, in both languages."""

from __future__ import annotations

import ast

import pytest

from tests.house import readme
from tests.house.source import PACKAGES, ROOT, expect_none, sources, text_of, tracked

BOTH = pytest.mark.parametrize("name", ["README.md", "README.zh.md"])


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _modules() -> dict[str, str]:
    found = [source for source in sources(*PACKAGES) if not source.is_package]
    return {source.path: (ast.get_docstring(source.tree) or "?").partition("\n")[0] for source in found}


def _files() -> dict[str, str]:
    return {name: (text_of(name) or "") if name.endswith(".py") else "" for name in tracked()}


@BOTH
def test_the_sections_are_all_there(name: str) -> None:
    expect_none(readme.missing_sections(_read(name)), f"{name} has all its sections")


@BOTH
def test_the_map_names_every_module(name: str) -> None:
    expect_none(readme.faults_of_the_map(_read(name), _modules()), f"{name}: the map names every module")


@BOTH
def test_what_the_text_names_exists(name: str) -> None:
    complaints = readme.dead_names(_read(name), _files()) + readme.dead_links(_read(name), tracked())
    expect_none(complaints, f"{name}: what it names exists")


def test_two_commands_do_everything() -> None:
    found = readme.commands(_read("README.md"))
    assert set(found) == {"main", "test"}
    assert found == readme.commands(_read("README.zh.md"))
    for command in found.values():
        steps = [step.split()[0] for step in command.split(" && ")]
        assert steps[:1] == ["python3"]
        assert {step.removeprefix(".venv/bin/") for step in steps[1:]} <= {"pip", "mingzhang", "pytest"}


# ---------------------------------------------------------------- each rule, seen to fail

_TEXT = """
<a id="what"></a>
<!-- command: main -->

```sh
python3 -m venv .venv && x
```
<!-- map -->
### `ledger/`: pure
| `money.py` | amounts |
### And others
`stray.py`
### `schema/asgi/`: the root
`command.py`
<!-- /map -->
"""


def test_a_command_is_read() -> None:
    assert readme.commands(_TEXT) == {"main": "python3 -m venv .venv && x"}


def test_a_missing_section_is_seen() -> None:
    assert readme.missing_sections(_TEXT)


def test_a_gap_in_the_map_is_seen() -> None:
    assert readme.mapped(_TEXT) == {"ledger": {"money.py"}, "schema/asgi": {"command.py"}}
    whole = {"ledger/money.py": "Money.", "schema/asgi/command.py": "Commands."}
    assert readme.faults_of_the_map(_TEXT, whole) == []
    assert readme.faults_of_the_map(_TEXT, {**whole, "db/money.py": "Rows."}) == ["the map lacks db/money.py: Rows."]
    assert len(readme.faults_of_the_map(_TEXT, {"ledger/money.py": "Money."})) == 1


def test_a_dead_name_is_seen() -> None:
    files = {"db/journal.py": "class Door: ...\n    async def append(self): ...\n", "db/queries/x.sql": ""}
    text = "`db/journal.py` `db/journal` `db/queries/` `db/queries/x.sql` `db/journal.append` `db/journal.Door`"
    assert readme.dead_names(text, files) == []
    assert len(readme.dead_names("`db/gone.py` `db/journal.gone` `ledger/`", files)) == 3


def test_a_dead_link_is_seen() -> None:
    assert readme.dead_links("[a](gone.md) [b](#x) [c](https://c2sp.org/x) [d](README.md)", ["README.md"])
    assert readme.dead_links("[b](#x) [d](README.md#x)", ["README.md"]) == []
