"""The files of the web application: vendored ones unchanged, messages complete, documents valid, scripts small."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, parse, validate

from tests.clients.web.web_files import (
    MANIFEST,
    PUBLIC_PAGES,
    ROOT,
    WEB,
    catalogue,
    groups,
    imports,
    manifest,
    placeholders,
    scripts,
    unliteral,
    uses,
)

LOCKS = (WEB / "vendor" / "LOCK.json", Path(__file__).parent / "vendor" / "LOCK.json")
LICENCES = {"MIT", "ISC", "BSD-3-Clause", "Apache-2.0", "MPL-2.0"}


def _locked(lock: Path) -> list[dict[str, Any]]:
    packages: list[dict[str, Any]] = json.loads(lock.read_text("utf-8"))["packages"]
    return packages


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parts[-5])
def test_vendored_files_are_what_the_lock_says(lock: Path) -> None:
    """A swapped library is visible: each file has its hash, and there is no file without one."""
    files = {row["path"]: row["sha256"] for package in _locked(lock) for row in package["files"]}
    found = {
        path.relative_to(lock.parent).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in lock.parent.rglob("*")
        if path.is_file() and path.name != "LOCK.json" and not path.name.endswith(".d.ts")
    }
    assert found == files


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parts[-5])
def test_vendored_packages_carry_their_licence(lock: Path) -> None:
    """Name, version, licence and its text; a changed file says what was changed and what the published one was."""
    for package in _locked(lock):
        assert package["licence"] in LICENCES
        assert package["version"]
        assert any("LICENSE" in row["path"] for row in package["files"])
        assert all(("changed" in row) == ("published_sha256" in row) for row in package["files"])


def test_both_catalogues_have_the_same_messages() -> None:
    """No message is missing in a language, and both fill in the same names."""
    chinese, english = catalogue("zh"), catalogue("en")
    assert chinese.keys() == english.keys()
    differing = {key for key in chinese if placeholders(chinese[key]) != placeholders(english[key])}
    assert not differing


def test_every_message_that_is_used_is_there_and_filled_in() -> None:
    """A key without a message, or a name left open, would show on a page."""
    english = catalogue("en")
    missing = {f"{use.where}: {use.key}" for use in uses() if use.key not in english}
    assert not missing
    wrong = {
        f"{use.where}: {use.key}: {sorted(use.given)}"
        for use in uses()
        if use.given is not None and use.given != placeholders(english[use.key])
    }
    assert not wrong


def test_no_message_is_unused() -> None:
    """What nobody says is deleted; keys are written out, so that this can be seen."""
    assert not unliteral()
    said = {use.key for use in uses()} | {
        key for path in scripts() for key in catalogue("en") if f'"{key}"' in path.read_text("utf-8")
    }
    grouped = groups()
    assert not {key for key in catalogue("en") if key not in said and key.partition(".")[0] not in grouped}


@pytest.mark.parametrize("path", sorted((WEB / "documents").glob("*.graphql")), ids=lambda path: path.stem)
def test_documents_fit_the_contract(path: Path) -> None:
    """Each is one valid operation of the contract."""
    contract = build_schema((ROOT / "schema" / "contract.graphql").read_text("utf-8"))
    assert [error.message for error in validate(contract, parse(path.read_text("utf-8")))] == []


def test_the_manifest_is_made_of_the_documents() -> None:
    """Run `python -m tests.clients.web.web_files` after a change."""
    assert json.loads(MANIFEST.read_text("utf-8")) == manifest()


def test_scripts_import_by_relative_paths_that_exist() -> None:
    """No build step, no import map, no other origin."""
    broken = [
        f"{path.relative_to(WEB)}: {name}"
        for path in [*scripts(), *(WEB / "vendor").rglob("*.js")]
        if "graphiql" not in path.parts
        for name in imports(path)
        if not (name.startswith(".") and (path.parent / name).is_file()) and not _example(path, name)
    ]
    assert not broken


def _example(path: Path, name: str) -> bool:
    """Documentation comments of a library show how others would import it."""
    return "vendor" in path.parts and name.startswith("@noble/")


def test_no_script_holds_markup_that_a_policy_would_refuse() -> None:
    """Pages have no inline script and no inline style; nothing is evaluated."""
    for page in WEB.glob("*.html"):
        text = page.read_text("utf-8")
        assert "<script>" not in text
        assert " style=" not in text
    for path in scripts():
        text = path.read_text("utf-8")
        assert "innerHTML" not in text
        assert "eval(" not in text


def _closure(*starts: Path) -> set[Path]:
    """The scripts that these lead to; the application's own list of pages is not followed."""
    found: set[Path] = set()
    todo = [path.resolve() for path in starts]
    while todo:
        path = todo.pop()
        if path not in found:
            found.add(path)
            todo += [
                (path.parent / name).resolve()
                for name in imports(path)
                if name.startswith(".") and not name.startswith("./pages/")
            ]
    return found


@pytest.mark.parametrize("page", PUBLIC_PAGES)
def test_the_scripts_of_a_public_page_are_small(page: str) -> None:
    """At most 60 KiB gz of JavaScript, even with the cryptography that only plain-http intranets fetch."""
    needed = _closure(WEB / "code" / "app.js", WEB / "code" / "pages" / f"{page}.js")
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in needed}
    assert sum(sizes.values()) <= 60 * 1024, sizes


def test_types_check() -> None:
    """The JSDoc types hold under `tsc --checkJs --strict`."""
    npx = shutil.which("npx")
    if npx is None:
        pytest.skip("the types of the web application are checked with node's npx, which is not here")
    tsc = [npx, "--yes", "--package", "typescript@5.9.3", "tsc", "-p", str(WEB / "tsconfig.json")]
    there = subprocess.run([*tsc, "--version"], capture_output=True, text=True, check=False)
    if there.returncode != 0:
        pytest.skip("the types of the web application are checked with typescript, which npx cannot fetch here")
    done = subprocess.run(tsc, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
