"""The rules about code, each a function from sources to complaints; an empty list is a pass.

The rule is stated in the docstring, the complaint says where and what to do.  Every rule here is shown a bad example
in the test module that uses it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping

from tests.house.source import Function, Source, imports

FUNCTION_LINES = 70
FILE_LINES = 400

TOP_LEVEL = frozenset(
    {
        "pyproject.toml", "README.md", "README.zh.md", "LICENSE", "requirements.lock",
        "schema", "resolvers", "ledger", "db", "tests", "clients",
    }
)  # fmt: skip

LEDGER_MAY_IMPORT = frozenset(
    {
        "__future__", "abc", "array", "base64", "binascii", "bisect", "collections", "contextlib", "copy",
        "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "hashlib", "heapq", "hmac", "itertools",
        "json", "math", "numbers", "operator", "re", "string", "struct", "textwrap", "types", "typing", "unicodedata",
        "cryptography", "orjson", "ledger",
    }
)  # fmt: skip
_IMPURE_CALLS = frozenset({"open", "input", "print", "exec", "eval", "compile", "__import__", "breakpoint", "float"})
_CLOCK_METHODS = frozenset({"now", "utcnow", "today"})

# In one case only: prose begins with a capital ("Select a file"), SQL in this house with none (or with all).
_SQL = re.compile(
    r"""\s*(
        select\s+\S | select\s*$ | insert\s+into\b | update\s+\S+\s+(as\s+\w+\s+)?set\b | delete\s+from\b
      | merge\s+into\b
      | with\s+(recursive\s+)?\w+\s*(\([^)]*\)\s*)?as\b
      | (create|alter|drop)\s+(or\s+replace\s+|unique\s+|temp\s+|temporary\s+|unlogged\s+)*
        (table|index|schema|role|user|database|function|procedure|trigger|extension|view|materialized|type|domain|sequence
         |policy|publication|subscription|system|default|server)\b
      | truncate\s+\S | grant\s+\S+.*\s(to|on)\b | revoke\s+\S | copy\s+\S+.*\s(from|to)\b | lock\s+table\b
      | (un)?listen\s+\w+\s*$ | notify\s+\w+\b.*$ | set\s+(local|session|role|transaction)\b | vacuum\b | analyze\b
      | begin\s*; | commit\s*; | rollback\s*;
    )""",
    re.VERBOSE | re.DOTALL,
)

_SHOUTED = re.compile(r"\s*[A-Z]{4,}\b")

_SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore|ruff:\s*noqa|pragma:\s*no cover|fmt:\s*off)(?P<rest>.*)$")


def top_level(names: Iterable[str]) -> list[str]:
    """The top level is fixed; anything else there is a dot-file."""
    tops = {name.split("/")[0] for name in names}
    return [f"{top}: not one of the fixed top-level names" for top in sorted(tops - TOP_LEVEL) if top[0] != "."]


def inits_under_tests(names: Iterable[str]) -> list[str]:
    """No `__init__.py` under tests/: `tests/ledger/__init__.py` would shadow `ledger` itself."""
    return [
        f"{name}: delete it; it shadows a package"
        for name in names
        if name.startswith("tests/") and name.endswith("__init__.py")
    ]


def long_functions(found: Iterable[Function], allowed: Mapping[str, str]) -> list[str]:
    """No function is longer than a screen (70 lines), but for those listed with a reason."""
    return [
        f"{function.name}: {function.lines} lines, {FUNCTION_LINES} is the limit; split it, or give ALLOWED a reason"
        for function in found
        if function.lines > FUNCTION_LINES and function.name not in allowed
    ]


def long_as_a_whole(lines: list[int]) -> list[str]:
    """Of all functions, half are at most 8 lines long, nine in ten at most 30, 99 in a hundred at most 60."""
    ordered = sorted(lines)
    return [
        f"{words} are at most {reached} lines long; the limit is {limit}"
        for share, limit, words in ((50, 8, "half"), (90, 30, "nine in ten"), (99, 60, "99 in a hundred"))
        if ordered and (reached := ordered[max(0, -(-len(ordered) * share // 100) - 1)]) > limit
    ]


def long_files(found: Iterable[Source], allowed: Mapping[str, str]) -> list[str]:
    """No file is longer than 400 lines, but for those listed with a reason."""
    counted = [(source.path, source.text.count("\n")) for source in found]
    return [
        f"{path}: {lines} lines, {FILE_LINES} is the limit; split it, or give ALLOWED a reason"
        for path, lines in counted
        if lines > FILE_LINES and path not in allowed
    ]


def stale_allowances(allowed: Mapping[str, str], existing: Iterable[str]) -> list[str]:
    """An exception names something that exists and gives its reason; else it is deleted."""
    names = set(existing)
    gone = [f"{name}: allowed, but no longer there" for name in allowed if name not in names]
    return gone + [f"{name}: allowed without a reason" for name, reason in allowed.items() if len(reason) < 15]


def undocumented(source: Source) -> list[str]:
    """Every public module, class, function and method has a docstring."""
    complaints = []
    if ast.get_docstring(source.tree) is None:
        complaints.append(f"{source.path}: the module has no docstring")

    def walk(body: list[ast.stmt], outer: str) -> None:
        for node in body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            if node.name.startswith("_") or _is_overload(node):
                continue
            if ast.get_docstring(node) is None:
                complaints.append(f"{source.path}:{node.lineno}: {outer}{node.name} has no docstring")
            if isinstance(node, ast.ClassDef):
                walk(node.body, f"{node.name}.")

    walk(source.tree.body, "")
    return complaints


def _is_overload(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    names = {ast.unparse(decorator) for decorator in node.decorator_list}
    return bool(names & {"overload", "typing.overload"}) or any(name.endswith(".setter") for name in names)


def cycles(graph: Mapping[str, set[str]]) -> list[str]:
    """Imports make a tree: no module reaches itself, not even within one package, nor for the type checker only."""
    return [
        f"{' -> '.join([*loop, loop[0]])}: import each other; move what both need below both" for loop in _loops(graph)
    ]


def _loops(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The strongly connected components of two modules or more (Tarjan's algorithm, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    loops: list[list[str]] = []
    for start in sorted(graph):
        work = [] if start in index else [(start, iter(sorted(graph[start])))]
        while work:
            node, targets = work[-1]
            if node not in index:
                index[node] = low[node] = len(index)
                stack.append(node)
            for target in targets:
                if target not in index:
                    work.append((target, iter(sorted(graph[target]))))
                    break
                if target in stack:
                    low[node] = min(low[node], low[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    loop = stack[stack.index(node) :]
                    del stack[stack.index(node) :]
                    if len(loop) > 1:
                        loops.append(loop)
    return loops


def composed_sql(source: Source) -> list[str]:
    """SQL stands in `.sql` files; no string of Python begins like a statement (docstrings are prose)."""
    prose = _docstrings(source.tree)
    inside = {id(part) for node in ast.walk(source.tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    complaints = []
    for node in ast.walk(source.tree):
        text = None if id(node) in prose or id(node) in inside else _literal(node)
        if text is not None and _SQL.match(text.lower() if _SHOUTED.match(text) else text):
            complaints.append(f"{source.path}:{getattr(node, 'lineno', 0)}: SQL in Python: {text.strip()[:50]!r}")
    return complaints


def _literal(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
    return None


def _docstrings(tree: ast.Module) -> set[int]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)
    }


def impurities(source: Source) -> list[str]:
    """The ledger reads no clock, chance, file, socket or environment, and never meets a float."""
    complaints = [
        f"{source.path}:{line}: imports {name}; time, chance, keys and bytes are arguments here"
        for name, line in imports(source)
        if name.split(".")[0] not in LEDGER_MAY_IMPORT
    ]
    for node in ast.walk(source.tree):
        what = _impure(node)
        if what:
            complaints.append(f"{source.path}:{getattr(node, 'lineno', 0)}: {what}")
    return complaints


def _impure(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call):
        called = node.func
        if isinstance(called, ast.Name) and called.id in _IMPURE_CALLS:
            return f"calls {called.id}()"
        if isinstance(called, ast.Attribute) and called.attr in _CLOCK_METHODS:
            return f"reads a clock: {ast.unparse(called)}()"
    if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
        return f"a float: {node.value}; money is whole minor units"
    if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div) and not _of_a_fraction(node):
        return "true division makes a float; use // and say who gets the remainder"
    if isinstance(node, ast.Global):
        return f"global {', '.join(node.names)}: the ledger keeps no state"
    if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
        return "asynchronous code; the ledger waits for nothing"
    return None


def _of_a_fraction(node: ast.AST) -> bool:
    """Whether a product or quotient begins with `Fraction(…)`, which keeps it exact."""
    while isinstance(node, ast.BinOp):
        node = node.left
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Fraction"


def imports_of(source: Source, forbidden: Iterable[str]) -> list[str]:
    """A folder does not import what another folder alone may know."""
    roots = set(forbidden)
    return [f"{source.path}:{line}: imports {name}" for name, line in imports(source) if name.split(".")[0] in roots]


def mocks(source: Source) -> list[str]:
    """Tests use the real parts: no `unittest.mock`."""
    return [
        f"{source.path}:{line}: imports {name}; use the real part, or a fake of what is not ours"
        for name, line in imports(source)
        if name.startswith(("unittest.mock", "mock.", "pytest_mock")) or name == "mock"
    ]


def bare_suppressions(path: str, text: str) -> list[str]:
    """Every suppressed complaint says which one, and why, on the same line."""
    complaints = []
    for number, line in enumerate(text.splitlines(), 1):
        match = _SUPPRESSION.search(line)
        if match is None:
            continue
        words = re.findall(r"[A-Za-z一-鿿]{2,}", re.sub(r"\[[^\]]*\]|\b[A-Z]+[0-9]+\b", "", match["rest"]))
        if len(words) < 2:  # a reason is at least two words
            complaints.append(f"{path}:{number}: `{match[0].strip()}` gives no reason; write it after the code")
    return complaints
