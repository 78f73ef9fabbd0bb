"""A witness over HTTP (c2sp.org/tlog-witness): the standard library's server, with limits on time, size and number.

    POST /add-checkpoint                 a checkpoint and its consistency proof → cosignature lines
    GET  /<sha256(origin)>/checkpoint    the checkpoint that was cosigned last, for monitors
    GET  /                               the verifier keys of the witness and the origins that it follows

It holds no other secret than its key, and writes nothing but what it cosigned.  Put a proxy in front for TLS.
"""

import contextlib
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, cast

from clients.auditor.errors import UndecidableError
from clients.auditor.witnessing import Witness
from ledger.witnesses import MAX_REQUEST_BYTES, TEXT_TYPE

IDLE_SECONDS: Final = 30
"""How long a connection may say nothing, or trickle between two reads."""
MOST_CONNECTIONS: Final = 64
_LONGEST_DIGITS: Final = 7


class WitnessServer(ThreadingHTTPServer):
    """Answers for one witness; `quiet` logs nothing."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, witness: Witness, host: str, port: int, *, quiet: bool = False) -> None:
        self.witness, self.quiet = witness, quiet
        self._places = threading.BoundedSemaphore(MOST_CONNECTIONS)
        super().__init__((host, port), Handler)

    @property
    def address(self) -> str:
        """Where it answers."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 -- the base class's
        """Take a connection while there is a place; otherwise close it, which a log tries again later."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 -- as above
        """Answer a connection, then give its place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 -- as above
        """A connection that breaks is no event; anything else is shown as the base class shows it."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection, kept alive."""

    protocol_version = "HTTP/1.1"
    server_version = "mingzhang-audit"
    sys_version = ""
    timeout = IDLE_SECONDS

    @property
    def _witness(self) -> Witness:
        return cast("WitnessServer", self.server).witness

    def do_POST(self) -> None:
        """Answer add-checkpoint."""
        length = self.headers.get("Content-Length", "")
        if self.path != "/add-checkpoint":
            self._gone()
        elif self.headers.get("Transfer-Encoding") or not (length.isascii() and length.isdigit()):
            self._answer(HTTPStatus.LENGTH_REQUIRED, "state the length of the request\n", close=True)
        elif len(length) > _LONGEST_DIGITS or int(length) > MAX_REQUEST_BYTES:
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {MAX_REQUEST_BYTES} bytes\n", close=True)
        else:
            self._add(self.rfile.read(int(length)), int(length))

    def _add(self, body: bytes, length: int) -> None:
        if len(body) < length:
            self.close_connection = True
            return
        try:
            decision = self._witness.add(body)
        except (UndecidableError, OSError) as error:
            # A full disk or a lost memory: nothing was signed, and the operator has to look.
            self.log_error("cannot sign: %s", error)
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, "this witness cannot sign at the moment\n")
            return
        self._answer(HTTPStatus(decision.status), decision.body, decision.media_type)

    def do_GET(self) -> None:
        """Answer a monitor, or say who this is."""
        if self.path == "/":
            try:
                lines = [*self._witness.keys, *(log.origin for log in self._witness.followed())]
            except UndecidableError as error:
                self.log_error("%s", error)
                lines = self._witness.keys
            self._answer(HTTPStatus.OK, "".join(f"{line}\n" for line in lines))
            return
        name, separator, rest = self.path.removeprefix("/").partition("/")
        note = self._witness.monitored(name) if separator and rest == "checkpoint" else None
        if note is None:
            self._gone()
        else:
            self._answer(HTTPStatus.OK, note)

    def do_HEAD(self) -> None:
        """Answer as to GET, without the body."""
        self.do_GET()

    def _gone(self) -> None:
        self._answer(HTTPStatus.NOT_FOUND, "not here\n", close=self.command == "POST")

    def _answer(self, status: HTTPStatus, body: str, media_type: str = TEXT_TYPE, *, close: bool = False) -> None:
        raw = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        if close:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 -- the base class's names
        """Say on stderr what was asked and answered, and not by whom."""
        if not cast("WitnessServer", self.server).quiet:
            with contextlib.suppress(OSError):
                sys.stderr.write(f"{self.log_date_time_string()} {format % args}\n")
