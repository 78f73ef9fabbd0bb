"""Key files: made once, private, whole; and named errors for everything else."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from db.vault_keys import (
    KeyLengthError,
    KeyMissingError,
    Keys,
    KeyTooOpenError,
    WrongKeyError,
    begin_rotation,
    finish_rotation,
    open_keys,
)


def test_keys_are_made_once_and_private(tmp_path: Path) -> None:
    keys = open_keys(tmp_path, in_use=False)
    assert open_keys(tmp_path, in_use=True) == keys
    assert len({*keys.wrapping, keys.matching}) == 2
    for name in ("kek", "matching"):
        assert stat.S_IMODE((tmp_path / "keys" / name).stat().st_mode) == 0o600
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["kek", "matching"]
    assert keys.wrapping[0].hex() not in repr(keys)


def test_several_processes_make_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: open_keys(tmp_path, in_use=False), range(1)))
        made += list(pool.map(lambda _: open_keys(tmp_path, in_use=False), range(8)))
    assert len({keys.wrapping for keys in made}) == 1


@pytest.mark.parametrize("name", ["kek", "matching"])
def test_a_key_missing_from_a_vault_in_use(tmp_path: Path, name: str) -> None:
    open_keys(tmp_path, in_use=False)
    (tmp_path / "keys" / name).unlink()
    with pytest.raises(KeyMissingError, match="restore the file") as caught:
        open_keys(tmp_path, in_use=True)
    assert caught.value.path == tmp_path / "keys" / name
    assert not (tmp_path / "keys" / name).exists()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_key_that_others_may_read(tmp_path: Path, mode: int) -> None:
    open_keys(tmp_path, in_use=False)
    (tmp_path / "keys" / "kek").chmod(mode)
    with pytest.raises(KeyTooOpenError, match="chmod 0600") as caught:
        open_keys(tmp_path, in_use=True)
    assert caught.value.mode == mode


def test_a_folder_into_which_others_may_write(tmp_path: Path) -> None:
    open_keys(tmp_path, in_use=False)
    (tmp_path / "keys").chmod(0o770)
    with pytest.raises(KeyTooOpenError, match="chmod 0700"):
        open_keys(tmp_path, in_use=True)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_key_of_the_wrong_length(tmp_path: Path, length: int) -> None:
    open_keys(tmp_path, in_use=False)
    (tmp_path / "keys" / "kek").write_bytes(bytes(length))
    with pytest.raises(KeyLengthError) as caught:
        open_keys(tmp_path, in_use=True)
    assert caught.value.found == length


def test_rotation_needs_both_keys_and_then_one(tmp_path: Path) -> None:
    old = open_keys(tmp_path, in_use=False)
    wrapped = old.wrap(b"k" * 32, bytes(12), b"person")
    both = begin_rotation(tmp_path)
    assert begin_rotation(tmp_path) == both, "an interrupted rotation goes on with the same key"
    assert both.wrapping[1:] == old.wrapping
    assert both.unwrap(wrapped, b"person") == b"k" * 32
    finish_rotation(tmp_path)
    new = open_keys(tmp_path, in_use=True)
    assert new.wrapping == both.wrapping[:1]
    assert new.unwrap(both.wrap(b"k" * 32, bytes(12), b"person"), b"person") == b"k" * 32
    with pytest.raises(WrongKeyError) as caught:
        new.unwrap(wrapped, b"person")
    assert caught.value.wanted == old.name.hex()


def test_names_say_nothing_about_keys() -> None:
    keys = Keys((bytes(32),), bytes(32))
    assert len(keys.name) == 8
    assert keys.name != bytes(8)
