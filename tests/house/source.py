"""What the rules of this house are read from: files, modules, functions, imports.

Everything here is a plain value, so that each rule (`rules`) can be shown a small bad example and be seen to fail.
"""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("schema", "resolvers", "db", "ledger", "clients")
_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "vendor"})


def expect_none(complaints: Iterable[str], rule: str) -> None:
    """Fail with the rule and one complaint a line, and nothing of ours around them."""
    found = list(complaints)
    if found:
        pytest.fail("\n  ".join([f"{rule}:", *found]), pytrace=False)


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: its path from the root, with forward slashes, and its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return _parse(self.text, self.path)

    @property
    def module(self) -> str:
        """The dotted name under which it is imported."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def is_package(self) -> bool:
        """Whether it is the `__init__.py` of a folder."""
        return self.path.endswith("__init__.py")


@dataclass(frozen=True, slots=True)
class Function:
    """One function or method, named as `path:outer.inner`, with its length in lines."""

    name: str
    lines: int


@cache
def _parse(text: str, path: str) -> ast.Module:
    return ast.parse(text, filename=path)


@cache
def tracked() -> tuple[str, ...]:
    """Every file that is, or is about to be, in the repository; walked when git cannot tell (an unpacked archive)."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        names = [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file()]
        return tuple(sorted(name for name in names if not _is_left_behind(name)))
    return tuple(sorted(name for name in set(done.stdout.split("\0")) if name and (ROOT / name).is_file()))


def _is_left_behind(name: str) -> bool:
    parts = name.split("/")
    return any(part in _SKIPPED_FOLDERS or part in {".git", ".venv"} or part.endswith("_cache") for part in parts)


def text_of(name: str) -> str | None:
    """The text of a tracked file, or None when it is not UTF-8 text."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def sources(*folders: str) -> list[Source]:
    """The Python files below the named top-level folders, vendored ones left out."""
    found = []
    for name in tracked():
        parts = name.split("/")
        if name.endswith(".py") and parts[0] in folders and not _SKIPPED_FOLDERS.intersection(parts):
            found.append(Source(name, (ROOT / name).read_text(encoding="utf-8")))
    return found


def functions(source: Source) -> Iterator[Function]:
    """Every function of a file, methods and inner functions included."""

    def walk(node: ast.AST, outer: str) -> Iterator[Function]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{outer}{child.name}"
                if not isinstance(child, ast.ClassDef):
                    yield Function(f"{source.path}:{name}", (child.end_lineno or child.lineno) - child.lineno + 1)
                yield from walk(child, f"{name}.")
            else:
                yield from walk(child, outer)

    return walk(source.tree, "")


def imports(source: Source) -> Iterator[tuple[str, int]]:
    """The dotted names a file imports, wherever in it, with their lines; `from a import b` gives `a.b`."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(source, node)
            for alias in node.names:
                yield f"{base}.{alias.name}" if base else alias.name, node.lineno


def _absolute(source: Source, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    here = source.module.split(".")
    keep = len(here) - node.level + (1 if source.is_package else 0)
    return ".".join([*here[:keep], *([node.module] if node.module else [])])


def import_graph(files: list[Source]) -> dict[str, set[str]]:
    """Which of the files' modules imports which other; an imported name leads to the module that holds it."""
    known = {source.module for source in files}

    def holder(name: str) -> str | None:
        while name and name not in known:
            name = name.rpartition(".")[0]
        return name or None

    graph: dict[str, set[str]] = {source.module: set() for source in files}
    for source in files:
        for name, _line in imports(source):
            target = holder(name)
            if target is not None and target != source.module:
                graph[source.module].add(target)
    return graph
