"""What an operator is told, and with which exit code, when a fault is theirs to mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from schema.asgi.failures import CANNOT_START, explained


def test_a_folder_that_cannot_be_made_is_named_without_blaming_the_database(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Not a directory") as caught:
        (tmp_path / "file" / "data").mkdir()
    code, sentence = explained(caught.value) or (0, "")
    assert code == CANNOT_START
    assert sentence.startswith(f"{tmp_path / 'file' / 'data'}: Not a directory. ")
    assert "--data" in sentence
    assert "DATABASE_URL" not in sentence


def test_an_address_where_nobody_listens_blames_the_database() -> None:
    code, sentence = explained(ConnectionRefusedError(111, "Connection refused")) or (0, "")
    assert (code, "DATABASE_URL" in sentence) == (CANNOT_START, True)


def test_a_fault_of_ours_is_not_explained_away() -> None:
    assert explained(KeyError("x")) is None
