"""A server that is slow, cut off, or something else altogether gives no verdict."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from clients.auditor.errors import UndecidableError
from clients.auditor.web import TRIES, Web


@contextmanager
def answering(*answers: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that gives one raw answer for each connection, and closes it; the last one again and again."""
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def run() -> None:
            left = list(answers)
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    seen.append(connection.recv(65536))
                    connection.sendall(left[0])
                    if len(left) > 1:
                        left.pop(0)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}", seen
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def answer(status: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    """An HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


OK = answer("200 OK", b"note", "Content-Type: text/plain", "Connection: close")


@contextmanager
def web(address: str, timeout: float = 5) -> Iterator[Web]:
    """A client that does not wait between tries."""
    with closing(Web(address, "main", "mz_t", sleep=lambda _: None, timeout=timeout)) as client:
        yield client


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (answer("200 OK", b"abc", length=10), "unreachable"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "unreachable"),
        (b"HTTP/1.1 200 OK\r\n\r\nabc", "no_length"),
        (b"SSH-2.0-OpenSSH\r\n", "unreachable"),
        (b"", "unreachable"),
        (answer("200 OK", b"<!DOCTYPE html>", "Content-Type: text/html"), "web_page"),
        (answer("200 OK", b"  <html>", "Content-Type: text/plain"), "web_page"),
        (answer("302 Found", b"", "Location: https://elsewhere.example/"), "moved"),
        (answer("401 Unauthorized", b"{}"), "token_refused"),
        (answer("404 Not Found", b"{}"), "not_there"),
        (answer("418 Teapot", b"{}"), "unreachable"),
        (answer("500 Oops", b"{}", "Connection: close"), "unreachable"),
    ],
)
def test_what_is_no_answer(raw: bytes, code: str) -> None:
    with answering(raw) as (address, _), web(address) as client, pytest.raises(UndecidableError) as caught:
        client.checkpoint()
    assert caught.value.code == code


def test_what_may_pass_is_tried_again() -> None:
    busy = answer("503 Busy", b"{}", "Connection: close")
    with answering(busy, answer("200 OK", b"abc", length=10), OK) as (address, seen), web(address) as client:
        assert client.checkpoint() == b"note"
    assert len(seen) == 3


def test_it_gives_up_in_the_end() -> None:
    with answering(b"") as (address, seen), web(address) as client, pytest.raises(UndecidableError):
        client.checkpoint()
    assert len(seen) == TRIES


def test_a_token_goes_to_the_server_that_was_named_and_nowhere_else() -> None:
    with answering(OK) as (other, seen_there), answering(
        answer("307 Moved", b"", f"Location: {other}/journals/main/checkpoint")
    ) as (address, seen), web(address) as client, pytest.raises(UndecidableError):  # fmt: skip
        client.checkpoint()
    assert b"Authorization: Bearer mz_t" in seen[0]
    assert not seen_there


def test_a_silent_server_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        with web(address, 0.05) as client, pytest.raises(UndecidableError) as caught:
            client.checkpoint()
    assert caught.value.code == "unreachable"
