"""A server read a step ahead: while one answer is worked on, the one that will be asked for next is on its way.

The walk is sequential and so are its questions, so that a second connection, asking for the next page, tile or bundle,
hides the network's delay.  An answer that was fetched ahead is used once, and only for the question that it answers.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from clients.auditor.errors import UndecidableError
from clients.auditor.source import Page
from clients.auditor.web import Web
from ledger import tiles
from ledger.errors import TileError

MOST_WAITING: Final = 16
"""Answers that are kept for questions which may never come."""

Question = tuple[str, str | None]


class Ahead:
    """A source over `web` and a second connection to the same journal."""

    live: Final = True

    def __init__(self, web: Web) -> None:
        self._web = web
        self._twin: Web | None = None
        self._pool = ThreadPoolExecutor(1, "ahead")
        self._waiting: dict[Question, Future[Any]] = {}

    def checkpoint(self) -> bytes:
        """The newest signed note, never fetched ahead."""
        return self._web.checkpoint()

    def key(self) -> str:
        """The verifier key that the server states."""
        return self._web.key()

    def tables(self) -> list[str]:
        """The tables that the server serves."""
        return self._web.tables()

    def resource(self, path: str) -> bytes | None:
        """A tile or bundle; the one after a full one is fetched ahead."""
        found: bytes | None = self._taken((path, None), lambda: self._web.resource(path))
        following = _following(path) if found is not None else None
        if following is not None:
            self._fetch((following, None), lambda web: web.resource(following))
        return found

    def page(self, table: str, after: str | None) -> Page:
        """A page of rows; the next one is fetched ahead."""
        if after is None:
            for question in [q for q in self._waiting if q[0] == table]:
                self._waiting.pop(question).cancel()  # of an earlier reading
        page: Page = self._taken((table, after or ""), lambda: self._web.page(table, after))
        mark = page.next
        if mark is not None:
            self._fetch((table, mark), lambda web: web.page(table, mark))
        return page

    def close(self) -> None:
        """Give both connections back."""
        self._pool.shutdown(cancel_futures=True)
        self._web.close()
        if self._twin is not None:
            self._twin.close()

    def _taken(self, question: Question, ask: Callable[[], Any]) -> Any:  # noqa: ANN401 -- what was asked for
        waiting = self._waiting.pop(question, None)
        if waiting is not None:
            try:
                answer = waiting.result()
            except UndecidableError:
                return ask()
            if answer is not None:
                return answer
        return ask()

    def _fetch(self, question: Question, ask: Callable[[Web], Any]) -> None:
        if question in self._waiting or len(self._waiting) >= MOST_WAITING:
            return
        if self._twin is None:
            self._twin = self._web.twin()
        twin = self._twin
        self._waiting[question] = self._pool.submit(lambda: ask(twin))


def _following(path: str) -> str | None:
    """The tile or bundle after a full one, if it is full too; a partial one is the last."""
    try:
        found = tiles.parse_path(path)
        if found.width != tiles.WIDTH:
            return None
        if isinstance(found, tiles.Bundle):
            return str(tiles.Bundle(found.index + 1))
        return str(tiles.Tile(found.level, found.index + 1))
    except TileError:
        return None
