"""What is installed and what is committed."""

from __future__ import annotations

import importlib.metadata
import tomllib

import pytest

from tests.house import packaging
from tests.house.source import PACKAGES, ROOT, expect_none, text_of, tracked

PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")

# A file that may hold what looks like an address or a secret -> why.
ADDRESSES_ALLOWED: dict[str, str] = {}
SECRETS_ALLOWED: dict[str, str] = {}
PUBLIC_VECTORS = "tests/vectors/"  # published test keys; they protect nothing


def _requirements() -> list[str]:
    project = tomllib.loads(PYPROJECT)["project"]
    extras = [one for extra in project["optional-dependencies"].values() for one in extra]
    return [*project["dependencies"], *extras]


def _texts() -> list[tuple[str, str]]:
    return [(name, text) for name in tracked() if (text := text_of(name)) is not None]


def test_the_lock_holds_hashes_and_no_address() -> None:
    expect_none(packaging.faults_of_the_lock(LOCK), "requirements.lock holds hashes and no address")


def test_the_pins_are_exact_and_agree_with_the_lock() -> None:
    expect_none(packaging.faults_of_the_pins(_requirements(), LOCK), "pins are exact and agree with the lock")


def test_every_pin_and_every_ignored_rule_gives_its_reason() -> None:
    expect_none(packaging.unreasoned(PYPROJECT), "every pin and every ignored rule gives its reason")


def test_no_other_distribution_owns_our_names() -> None:
    owners = importlib.metadata.packages_distributions()
    expect_none(packaging.claimed(owners, [*PACKAGES, "tests"], "mingzhang"), "our names are ours alone")


def test_no_file_names_a_registry_or_a_machine() -> None:
    found = [(name, text) for name, text in _texts() if name not in ADDRESSES_ALLOWED]
    expect_none(
        (complaint for name, text in found for complaint in packaging.addresses(name, text)),
        "no registry, no machine path",
    )


def test_no_file_holds_a_secret() -> None:
    found = [(n, text) for n, text in _texts() if n not in SECRETS_ALLOWED and not n.startswith(PUBLIC_VECTORS)]
    expect_none((complaint for name, text in found for complaint in packaging.secrets(name, text)), "no secret")


# ---------------------------------------------------------------- each rule, seen to fail

_HASH = "    --hash=sha256:" + "0" * 64


@pytest.mark.parametrize(
    "lock",
    [
        "a==1\n",
        f"a>=1 \\\n{_HASH}\n",
        f"-f x\na==1 \\\n{_HASH}\n",
        f"a==1 \\\n{_HASH}\n# from https://x.example\n",
    ],
)
def test_a_faulty_lock_is_seen(lock: str) -> None:
    assert packaging.faults_of_the_lock(lock)


def test_a_sound_lock_passes() -> None:
    lock = f"# made so\na==1 ; x == 'y' \\\n{_HASH} \\\n{_HASH}\n    # via b\n"
    assert packaging.faults_of_the_lock(lock) == []
    assert packaging.locked(lock) == {"a": ("1", 2)}


@pytest.mark.parametrize("requirement", ["a", "a>=1", "a==2", "b==1"])
def test_a_loose_or_stray_pin_is_seen(requirement: str) -> None:
    assert packaging.faults_of_the_pins([requirement], f"a==1 \\\n{_HASH}\n")


def test_a_pin_without_a_reason_is_seen() -> None:
    text = 'dependencies = [\n    "a==1", # what it is for\n    "b==1",\n]\nignore = [\n    "D203", # x\n]\n'
    assert len(packaging.unreasoned(text)) == 2


def test_an_owner_of_our_names_is_seen() -> None:
    assert packaging.claimed({"db": ["dbutils"], "schema": ["mingzhang"]}, PACKAGES, "mingzhang")
    assert packaging.claimed({"schema": ["mingzhang"]}, PACKAGES, "mingzhang") == []


@pytest.mark.parametrize(
    "text",
    [
        "see /wo" + "rk/x",
        "open('/ho" + "me/ada/x')",
        "https://pypi" + ".org/simple",
        "pip --index-url" + " x",
        "/Us" + "ers/ada",
    ],
)
def test_an_address_is_seen(text: str) -> None:
    assert packaging.addresses("x", text)


@pytest.mark.parametrize("text", ["/usr/bin/chromium", "/network/x", "files/home/x", "https://c2sp.example/x"])
def test_a_harmless_path_passes(text: str) -> None:
    assert packaging.addresses("x", text) == []


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PRIVATE" + " KEY-----",
        "PRIVATE" + "+KEY+example+0123abcd+" + "A" * 44,
        "AKIA" + "A" * 16,
        "ghp_" + "a" * 36,
        "postgresql://ada" + ":secret@db.example/x",
    ],
)
def test_a_secret_is_seen(text: str) -> None:
    assert packaging.secrets("x", text)
    assert packaging.secrets("x", "postgresql://ada:$PASSWORD@db/x and postgresql:///x") == []
