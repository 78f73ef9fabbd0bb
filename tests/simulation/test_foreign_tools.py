"""Tools that others wrote read what we serve: litewitness cosigns our heads, Tessera's fsck walks our tiles."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from db.pools import Database
from tests.clients.books import SIGNER, Book, large, small
from tests.clients.serving import TOKEN, Memory, application, served
from tests.simulation.foreign import TESSERA, fsck, litewitness, tool
from tests.simulation.witnessed import journal, log_key


async def test_litewitness_cosigns_our_heads_and_our_log_keeps_them(fresh_database: Database, tmp_path: Path) -> None:
    """From the empty tree on, and then with a consistency proof for every growth."""
    with (
        tempfile.TemporaryDirectory(prefix="w") as short,  # a socket's path may not be long
        litewitness(Path(short) / "w", "lite.example", log_key(tmp_path)) as (key, given),
    ):
        async with journal(fresh_database, tmp_path, given) as log:
            for _ in range(3):
                size = await log.grow()
                found = await log.cosigned([key], size, 1)
                assert [verified.verifier for verified in found.cosignatures] == [key]
        # Started again, the log learns from a refusal how far this witness is.
        async with journal(fresh_database, tmp_path, given) as log:
            await log.cosigned([key], await log.grow(), 1)


@pytest.mark.parametrize("book", [small, partial(large, 600)])
def test_fsck_walks_our_tiles_clean(tmp_path: Path, book: Callable[[], Book]) -> None:
    tool("fsck", TESSERA)
    with served(application(Memory(book()))) as address:
        said = fsck(f"{address}/journals/main/", SIGNER.verifier, tmp_path, TOKEN)
    assert "Successfully fsck'd log" in said
    assert "failed" not in said


def test_fsck_sees_what_was_altered(tmp_path: Path) -> None:
    """So that its silence above means something."""
    tool("fsck", TESSERA)
    book: Book = small()
    book.leaves[7] = book.leaves[7].replace(b'"seq":7', b'"seq":8')
    with served(application(Memory(book))) as address:
        assert "fsck failed" in fsck(f"{address}/journals/main/", SIGNER.verifier, tmp_path, TOKEN)
