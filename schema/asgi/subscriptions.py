"""`/graphql` as WebSocket: subscriptions by the protocol graphql-transport-ws, in text frames.

    → connection_init {authorization: "Bearer mz_…", language: "zh"}    ← connection_ack
    → subscribe {id, payload: {query, variables, operationName, documentId}}
    ← next {id, payload}, error {id, payload}, complete {id}            → complete {id}
    ↔ ping, pong

Strawberry's own handler sends what `encode_json` gives as binary frames and knows neither limits nor slow readers; this
one is small.  A page of a foreign origin is refused by the handshake; tokens come in `connection_init` alone, so that
no cookie speaks for anybody.

    4400 malformed      4401 not initialised     4403 token refused     4406 subprotocol     4408 no init in time
    4409 id in use      4429 second init         4430 too slow: go on behind the last event's `extensions.resume`
    1013 full, or the database is away: come again      4500 our fault
"""

import asyncio
import contextlib
import logging
import re
import time
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import structlog
from graphql import GraphQLError
from starlette.requests import Request
from starlette.websockets import WebSocket

from db.outages import is_outage
from db.plans import ReadError
from resolvers.context import Context
from resolvers.events import source_of, start_of
from resolvers.feed import Feed, Subscriber
from schema.asgi.answers import context_of
from schema.asgi.composition import Platform
from schema.asgi.graphql import AD_HOC, BadRequestError, asked_in, check_nesting
from schema.asgi.identity import UnknownTokenError, language_of
from schema.asgi.oidc import OidcError
from schema.asgi.oidc_keys import IssuerAwayError
from schema.errors import shown
from schema.limits import refused
from schema.rates import RateLimitedError
from schema.subscribing import InvalidError, as_json, subscribed

PROTOCOL: Final = "graphql-transport-ws"
LOCAL: Final = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.ASCII)
"""Pages of these origins may connect besides our own: a developer's own machine."""
_LONGEST_ID: Final = 128
_MOST_SAID: Final = 100
"""Messages besides events that wait to be sent before we read no further."""
_log = structlog.get_logger("mingzhang.subscriptions")


@dataclass(frozen=True, slots=True)
class Rules:
    """How long and how many: seconds for init, for a peer to read, between two looks at its token; and most of each."""

    init_seconds: float = 10.0
    stalled_seconds: float = 30.0
    recheck_seconds: float = 60.0
    most_subscriptions: int = 50
    most_connections: int = 2_000


class CloseError(Exception):
    """The connection ends with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason[:120]


GONE: Final = CloseError(1005, "")
"""The peer has closed the connection."""


async def subscriptions(socket: WebSocket) -> None:
    """Serve one connection."""
    rules: Rules = socket.app.state.rules
    connections: set[Connection] = socket.app.state.connections
    if not _is_ours(socket):
        await socket.close(1008)  # before the handshake is done: answered by 403
        return
    offered = PROTOCOL in socket.scope.get("subprotocols", ())
    await socket.accept(PROTOCOL if offered else None)
    connection, begun = Connection(socket, socket.app.state.platform, rules), time.monotonic()
    if not offered:
        ended = CloseError(4406, "Subprotocol not acceptable")
    elif len(connections) >= rules.most_connections:
        ended = CloseError(1013, "Too many connections")
    else:
        connections.add(connection)
        try:
            ended = await connection.served()
        finally:
            connections.discard(connection)
    if ended is not GONE:
        with contextlib.suppress(RuntimeError, OSError):
            await socket.close(ended.code, ended.reason)
    token = connection.context.principal.token if connection.context else None
    _log.info("subscriptions", code=ended.code, seconds=round(time.monotonic() - begun, 1), token=token)


def _is_ours(socket: WebSocket) -> bool:
    """Whether no page of a foreign origin connects; programs say no origin."""
    origin = socket.headers.get("origin")
    if origin is None or LOCAL.fullmatch(origin) or origin in socket.app.state.platform.settings.origins:
        return True
    with contextlib.suppress(ValueError):
        return urlsplit(origin).netloc == socket.headers.get("host")
    return False


class Connection:
    """One connection: reads messages one after another, and sends what waits, a turn for each subscription."""

    def __init__(self, socket: WebSocket, platform: Platform, rules: Rules) -> None:
        self.socket = socket
        self.platform = platform
        self.rules = rules
        self.context: Context | None = None
        self._authorization: str | None = None
        self._language: str | None = None
        self._said: deque[str] = deque()
        self._subscribers: dict[str, Subscriber] = {}
        self._turns: deque[str] = deque()
        self._woken = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    @property
    def _feed(self) -> Feed:
        return self.platform.feed

    async def served(self) -> CloseError:
        """Serve until it ends; returns why."""
        tasks = [asyncio.create_task(work) for work in (self._read(), self._write(), self._recheck())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return _reason(next(task.exception() for task in tasks if task in done))
        finally:
            for subscriber in self._subscribers.values():
                self._feed.unsubscribe(subscriber)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # ------------------------------------------------------------ reading

    async def _read(self) -> None:
        """Take messages for ever; raises `CloseError`."""
        deadline: float | None = asyncio.get_running_loop().time() + self.rules.init_seconds
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    message = await self._message()
            except TimeoutError:
                raise CloseError(4408, "Connection initialisation timeout") from None
            await self._take(message)
            deadline = None if self.context is not None else deadline
            await self._room.wait()

    async def _message(self) -> Mapping[str, Any]:
        """The next message, an object with a `type`; raises `CloseError`."""
        frame = await self.socket.receive()
        if frame["type"] == "websocket.disconnect":
            raise GONE
        text = frame.get("text")
        if text is None:
            raise CloseError(4400, "Messages are text frames")
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise CloseError(4400, "A message is JSON") from None
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise CloseError(4400, "A message is an object with a type")
        return message

    async def _take(self, message: Mapping[str, Any]) -> None:
        """Do what a message asks for; raises `CloseError`."""
        payload = message.get("payload")
        if payload is not None and not isinstance(payload, dict):
            raise CloseError(4400, "A payload is an object")
        match message["type"]:
            case "connection_init":
                await self._init(payload or {})
            case "ping":
                self._say({"type": "pong"} | ({} if payload is None else {"payload": payload}))
            case "pong":
                pass
            case "subscribe":
                await self._subscribe(_id_of(message), payload)
            case "complete":
                self._drop(_id_of(message))
            case _:
                raise CloseError(4400, "Messages of this type are not for a server")

    async def _init(self, payload: Mapping[str, Any]) -> None:
        """Recognise who connects."""
        if self.context is not None:
            raise CloseError(4429, "Too many initialisation requests")
        named = {name.lower(): value for name, value in payload.items()}
        given, language = named.get("authorization"), named.get("language")
        if not isinstance(given, str | None) or not isinstance(language, str | None):
            raise CloseError(4400, "authorization and language are texts")
        self._authorization, self._language = given, language
        self.context = await self._recognised()
        self._say({"type": "connection_ack"})

    async def _recognised(self) -> Context:
        """Who this is, by the same rules as every request; raises `CloseError`."""
        kept = [(name, value) for name, value in self.socket.scope["headers"] if name not in _OWN_HEADERS]
        if self._authorization is not None:
            kept.append((b"authorization", self._authorization.encode("latin-1", "replace")))
        if self._language is not None:
            kept.append((b"accept-language", self._language.encode("latin-1", "replace")))
        request = Request({**self.socket.scope, "type": "http", "method": "GET", "headers": kept, "state": {}})
        request.state.language = language_of(request)
        request.state.request_id = uuid.uuid4().hex
        try:
            return await context_of(request)
        except (UnknownTokenError, OidcError):
            raise CloseError(4403, "Forbidden: the token is unknown, expired or revoked") from None
        except IssuerAwayError:
            raise CloseError(1013, "The issuer of tokens is away: come again") from None

    async def _subscribe(self, name: str, payload: Mapping[str, Any] | None) -> None:
        """Begin to tell; what cannot be answered is told by an `error`."""
        if self.context is None:
            raise CloseError(4401, "Unauthorized")
        if payload is None:
            raise CloseError(4400, "subscribe has a payload")
        if name in self._subscribers:
            raise CloseError(4409, f"Subscriber for {name} already exists")
        try:
            self._subscribers[name] = await self._subscribed(self.context, name, payload)
        except InvalidError as invalid:
            self._error(name, invalid.errors)
        except RateLimitedError as limited:
            text = f"You ask for more than is left ({limited.limit}); come again in {limited.retry_after} seconds."
            self._error(name, [refused(text, "RATE_LIMITED", limit=limited.limit, retryAfter=limited.retry_after)])
        except BadRequestError as bad:
            self._error(name, [refused(bad.message, bad.code)])
        except ReadError as no:
            self._error(name, [shown(GraphQLError(str(no), original_error=no, path=["subscription"]),
                                     self.context.principal, language=self.context.language)])  # fmt: skip

    async def _subscribed(self, context: Context, name: str, payload: Mapping[str, Any]) -> Subscriber:
        """Join the feed; raises what is wrong with the request."""
        if len(self._subscribers) >= self.rules.most_subscriptions:
            text = f"A connection has at most {self.rules.most_subscriptions} subscriptions: end one, or open another."
            raise InvalidError([refused(text, "RATE_LIMITED")])
        state = self.socket.app.state
        asked = asked_in(payload, state.trusted)
        if not asked.trusted:
            if self.platform.settings.trusted_only and context.principal.role not in AD_HOC:
                raise BadRequestError(403, "send the documentId of a trusted document", "PERSISTED_QUERY_REQUIRED")
            check_nesting(asked.query)
        schema = state.schema._schema  # noqa: SLF001 - the built schema; Strawberry is pinned for it
        wanted = subscribed(schema, asked.query, asked.variables or {}, asked.operation, context.principal)
        host = self.socket.client.host if self.socket.client else None
        with self.platform.throttle.request(context.principal.token, host) as meter:
            meter.charge(wanted.cost)
        source = source_of(context, wanted.selection, wanted.key)
        after = start_of(wanted.selection, source, await self._feed.look())
        return self._feed.subscribe(source, after, lambda: self._turn(name))

    def _drop(self, name: str) -> None:
        """End a subscription, if it is there: it may have ended by itself meanwhile."""
        subscriber = self._subscribers.pop(name, None)
        if subscriber is not None:
            self._feed.unsubscribe(subscriber)

    async def _recheck(self) -> None:
        """See again and again whether the token still counts, and for the same principal; raises `CloseError`."""
        while True:
            await asyncio.sleep(self.rules.recheck_seconds)
            if self.context is not None:
                try:
                    found = await self._recognised()
                except Exception as fault:
                    if is_outage(fault):
                        continue
                    raise
                if found.principal != self.context.principal:
                    raise CloseError(4403, "Forbidden: the token speaks for somebody else now")

    # ------------------------------------------------------------ writing

    def _say(self, message: Mapping[str, object]) -> None:
        self._put(orjson.dumps(message).decode())

    def _error(self, name: str, errors: list[GraphQLError]) -> None:
        self._put(f'{{"id":{_quoted(name)},"type":"error","payload":{as_json(errors)}}}')

    def _put(self, text: str) -> None:
        """Send before any event; nothing more is read while too much of this waits."""
        self._said.append(text)
        if len(self._said) > _MOST_SAID:
            self._room.clear()
        self._woken.set()

    def _turn(self, name: str) -> None:
        """Something waits for this subscription."""
        if name not in self._turns:
            self._turns.append(name)
        self._woken.set()

    async def _write(self) -> None:
        """Send what waits for ever; raises `CloseError` when the peer does not read."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            sent = 0
            while (text := self._next()) is not None:
                try:
                    async with asyncio.timeout(self.rules.stalled_seconds):
                        await self.socket.send({"type": "websocket.send", "text": text})
                except TimeoutError:
                    raise CloseError(4430, "Too slow: connect again, and resume behind your last event") from None
                sent += 1
                if sent % 20 == 0:
                    await asyncio.sleep(0)

    def _next(self) -> str | None:
        """The next message to send, if one waits."""
        if self._said:
            self._room.set()
            return self._said.popleft()
        while self._turns:
            name = self._turns.popleft()
            subscriber = self._subscribers.get(name)
            if subscriber is None:
                continue
            event = subscriber.take()
            if event is not None:
                self._turns.append(name)
                return f'{{"id":{_quoted(name)},"type":"next","payload":{event.payload}}}'
            if subscriber.fault is not None:
                del self._subscribers[name]
                self._error(name, [_masked(subscriber.fault, self.context)])
                return self._said.popleft()
            if subscriber.done:
                del self._subscribers[name]
                return f'{{"id":{_quoted(name)},"type":"complete"}}'
        return None


_OWN_HEADERS: Final = frozenset({b"authorization", b"cookie"})
"""Headers of the handshake that say nothing of who this is: a page cannot set the one, and sends the other unasked."""


def _id_of(message: Mapping[str, Any]) -> str:
    """The id of a subscription; raises `CloseError`."""
    name = message.get("id")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_ID:
        raise CloseError(4400, f"An id is a text of 1 to {_LONGEST_ID} characters")
    return name


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()


def _masked(fault: Exception, context: Context | None) -> GraphQLError:
    error = GraphQLError(type(fault).__name__, path=["subscription"], original_error=fault)
    return shown(error, context.principal if context else None)


def _reason(fault: BaseException | None) -> CloseError:
    """Why a connection ends."""
    match fault:
        case CloseError():
            return fault
        case OSError() | None:
            return GONE
        case _ if is_outage(fault):
            return CloseError(1013, "The database is away: come again")
        case _:
            logging.getLogger(__name__).error("fault of a subscription", exc_info=fault)
            return CloseError(4500, "Internal server error")
