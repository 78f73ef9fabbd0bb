"""Around every request: its id, its language, one log line, security headers, and no fault that shows itself.

Log lines name the method, the route's path, the status, the time and the token's id; never a query, a body, an
address of the caller or a header.
"""

import contextlib
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from db.outages import is_outage
from resolvers.context import PUBLIC
from schema.asgi.answers import fault
from schema.asgi.identity import language_of
from schema.asgi.measurements import Measurements
from schema.asgi.spans import answered

_log = structlog.get_logger("mingzhang.http")

HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
}
"""On every answer, unless a route has set its own."""


class Outermost:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request, begun = Request(scope), time.perf_counter()
        state = scope.setdefault("state", {})
        state["request_id"] = request_id = uuid.uuid4().hex
        state["language"] = language_of(request)
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        measured: Measurements = scope["app"].state.platform.measurements
        spans = measured.spans
        with spans.request(request.headers) if spans else contextlib.nullcontext() as span:
            try:
                await self._answered(scope, receive, watched, lambda: status)
            finally:
                seconds = time.perf_counter() - begun
                measured.request(scope["method"], _route(scope), status, seconds)
                if span is not None:
                    answered(span, scope["method"], _route(scope), status, request_id)
                _log.info(
                    "request",
                    request=request_id,
                    method=scope["method"],
                    path=_route(scope),
                    status=status,
                    ms=round(seconds * 1000, 1),
                    token=getattr(state.get("principal", PUBLIC), "token", None),
                )

    async def _answered(self, scope: Scope, receive: Receive, send: Send, begun: Callable[[], int]) -> None:
        """Let the application answer; what it raises is logged under the request's id, and answered without a word."""
        state = scope["state"]
        request_id = state["request_id"]
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            away = is_outage(error)
            if away:
                _log.warning("unavailable", request=request_id, error_id=request_id, fault=type(error).__name__)
            else:
                _log.exception("fault", request=request_id, error_id=request_id)
            if begun():
                raise  # the answer had begun: cut it, so that nobody takes it for whole
            named = (503, "UNAVAILABLE") if away else (500, "INTERNAL_SERVER_ERROR")
            await fault(*named, language=state["language"], errorId=request_id)(scope, receive, send)


def _route(scope: Scope) -> str:
    """The route's pattern, not what was filled in."""
    found = scope.get("route")
    return str(getattr(found, "path", "-"))
