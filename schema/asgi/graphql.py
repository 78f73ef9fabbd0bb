"""`/graphql`: GraphQL over HTTP, with the bodies that no client sends answered by 4xx.

Strawberry's own view answers 500 to `null`, `5`, `"x"`, bad UTF-8 and deep nesting, and takes `application/json-foo`
for JSON (API.md, traps); this one reads the request itself and hands Strawberry a document.

A form of another site can send a body without a preflight, but never as `application/json`: so this type is demanded
exactly, and GET answers queries only.
"""

import asyncio
import math
import re
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Any, Final, cast

import orjson
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from strawberry.exceptions import StrawberryGraphQLError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from db.answers import snapshot
from db.plans import ReadError
from resolvers.context import PUBLIC, Context, Role
from resolvers.policy import require
from schema.asgi.answers import RETRY, context_of, fault, guarded, platform_of
from schema.asgi.trusted import is_id
from schema.documents import Documents
from schema.errors import UNAVAILABLE, shown
from schema.limits import introspects, is_ambiguous, is_query, outline
from schema.mutations.errors import PRESSURE, Pressure
from schema.rates import Meter, RateLimitedError

MOST_BYTES: Final = 128 * 1024
MOST_BULK_BYTES: Final = 8 * 1024 * 1024
"""Officers and administrators send bulk mutations."""
MOST_SECONDS = 30.0
"""For a body to arrive."""
MOST_NESTING: Final = 64
"""Brackets inside brackets in a document: the parser calls itself for each."""
_JSON_TYPE: Final = re.compile(r'application/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?', re.ASCII | re.IGNORECASE)
_VARY: Final = {"Vary": "Accept, Accept-Language, Authorization"}
_RESPONSE: Final = "application/graphql-response+json"
AD_HOC: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.INSPECTOR})
"""Who may send documents of its own where others may send trusted ones only."""
_QUERY_ONLY: Final = frozenset({OperationType.QUERY})
_READ_WRITE: Final = frozenset({OperationType.QUERY, OperationType.MUTATION})
_STRINGS: Final = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*')


@dataclass(frozen=True, slots=True)
class BadRequestError(Exception):
    """The request is no GraphQL request; `status` and `message` say why."""

    status: int
    message: str
    code: str = "BAD_USER_INPUT"


@dataclass(frozen=True, slots=True)
class Asked:
    """A document and what comes with it."""

    query: str
    variables: dict[str, Any] | None
    operation: str | None
    trusted: bool = False


@guarded
async def graphql(request: Request) -> Response:
    """Answer one GraphQL request."""
    if request.method == "GET" and "query" not in request.query_params and "text/html" in _accepted(request):
        return RedirectResponse("graphiql", 307)
    context = await context_of(request)
    host = request.client.host if request.client else None
    with platform_of(request).throttle.request(context.principal.token, host) as meter:
        return await _admitted(request, context, meter)


async def _admitted(request: Request, context: Context, meter: Meter) -> Response:
    """Answer a request of somebody who may ask now; raises `RateLimitedError` where it costs more than is left."""
    try:
        media = _media_type(request)
        asked, kinds = await _read(request, context)
    except BadRequestError as bad:
        return fault(bad.status, bad.code, bad.message)
    spans, schema = platform_of(request).measurements.spans, request.app.state.schema
    named = outline(asked.query, asked.operation, schema._schema) if spans else ()  # noqa: SLF001 - Strawberry is pinned for it
    seconds = platform_of(request).settings.deadline
    try:
        async with asyncio.timeout(seconds):
            with spans.operation(*named) if spans else nullcontext():
                return await _traced(request, context, asked, kinds, media, meter)
    except TimeoutError:
        return fault(504, "DEADLINE_EXCEEDED", language=context.language, seconds=seconds)


async def _traced(
    request: Request, context: Context, asked: Asked, kinds: frozenset[OperationType], media: str, meter: Meter
) -> Response:
    """Answer a request whose shape is good."""
    if (whole := await _whole(request, context, asked, media, meter)) is not None:
        return whole
    pressure = Pressure()
    PRESSURE.set(pressure)
    try:
        result = await _executed(request.app.state.schema, context, asked, kinds)
    except InvalidOperationTypeError:
        if request.method == "GET":
            return fault(405, "METHOD_NOT_ALLOWED", "GET answers queries only; send mutations by POST.")
        return fault(400, "BAD_USER_INPUT", "The document has no operation that can be answered here.")
    except CannotGetOperationTypeError as error:
        return fault(400, "BAD_USER_INPUT", error.as_http_error_reason())
    except StrawberryGraphQLError as error:
        return fault(400, "BAD_USER_INPUT", str(error))
    return _answer(result, media, pressure, meter)


async def _whole(request: Request, context: Context, asked: Asked, media: str, meter: Meter) -> Response | None:
    """The answer of one statement, as the database made it; what is refused is left to Strawberry to tell."""
    documents: Documents = request.app.state.documents
    try:
        answer = await documents.answer(context, asked.query, asked.variables, asked.operation)
    except ReadError:
        return None
    except RateLimitedError:
        raise
    except Exception as fault:  # noqa: BLE001 - masked, and logged under its `errorId`, as every fault is
        error = GraphQLError(type(fault).__name__, path=[asked.operation or "query"], original_error=fault)
        masked = shown(error, context.principal, language=context.language)
        return _answer(ExecutionResult(data=None, errors=[masked]), media, Pressure(), meter)
    if answer is None:
        return None
    meter.settle(answer.data.count(b"{"))
    told = orjson.dumps({"cost": meter.told()} | _reflected(context, answer.size))
    body = b"".join((b'{"data":', answer.data, b',"extensions":', told, b"}"))
    headers = dict(_VARY)
    if request.method == "GET" and asked.trusted and context.principal is PUBLIC:
        # The tag is of the data alone: an answer that says the same as of a newer position need not be sent again.
        tag = f'W/"{sha256(answer.data).hexdigest()[:32]}"'
        headers |= {"ETag": tag, "Cache-Control": "public, no-cache"}
        if tag in (part.strip() for part in request.headers.get("if-none-match", "").split(",")):
            return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=f"{media}; charset=utf-8")


def _reflected(context: Context, size: int | None) -> dict[str, object]:
    """The position of the newest entry that an answer reflects; null before the first."""
    if size is None:
        return {}
    return {"journal": {"name": context.journal.name, "position": str(size - 1) if size else None}}


async def _executed(
    schema: Any,  # noqa: ANN401 - a Strawberry schema
    context: Context,
    asked: Asked,
    kinds: frozenset[OperationType],
) -> ExecutionResult:
    """Let Strawberry execute: a query on one snapshot, so that all of its answer is of one size of the journal."""
    execute = partial(
        schema.execute, asked.query, asked.variables, operation_name=asked.operation, allowed_operation_types=kinds
    )
    if not is_query(asked.query, asked.operation):
        return cast("ExecutionResult", await execute(context_value=context))
    async with snapshot(context.reader, context.journal.id) as reader:
        result = cast("ExecutionResult", await execute(context_value=replace(context, reader=reader)))
        result.extensions = (result.extensions or {}) | _reflected(context, reader.size)
        return result


async def _read(request: Request, context: Context) -> tuple[Asked, frozenset[OperationType]]:
    """What is asked, and which kinds of operation may answer; raises `BadRequestError`."""
    known: Mapping[str, str] = request.app.state.trusted
    if request.method == "GET":
        asked, kinds = asked_in(_from_address(request), known), _QUERY_ONLY
    else:
        bulk = context.principal.role in (Role.OFFICER, Role.ADMINISTRATOR)
        body = await _body(request, MOST_BULK_BYTES if bulk else MOST_BYTES)
        asked, kinds = asked_in(_parsed(body), known), _READ_WRITE
    if not asked.trusted:
        if platform_of(request).settings.trusted_only and context.principal.role not in AD_HOC:
            raise BadRequestError(403, "send the documentId of a trusted document", "PERSISTED_QUERY_REQUIRED")
        check_nesting(asked.query)
        check_introspection(context, asked.query, public=platform_of(request).settings.public_introspection)
    check_operation(asked)
    return asked, kinds


def _answer(result: ExecutionResult, media: str, pressure: Pressure, meter: Meter) -> Response:
    """Write a result out; a request that was not executed is 400 where the client knows GraphQL's own media type.

    Whoever was told *busy* reads in a header when to come again; the status says so where nothing was recorded.
    Raises `RateLimitedError` where that is why nothing was executed.
    """
    if meter.refused is not None:
        raise meter.refused
    body: dict[str, object] = {}
    errors = [error.formatted for error in result.errors or ()]
    executed = result.data is not None or any(error.get("path") for error in errors)
    if executed or not errors:
        encoded = orjson.dumps(result.data, default=str, option=orjson.OPT_NON_STR_KEYS)
        body["data"] = orjson.Fragment(encoded)
        meter.settle(encoded.count(b"{"))
    if errors:
        body["errors"] = errors
    body["extensions"] = (result.extensions or {}) | {"cost": meter.told()}
    status, headers = 200, dict(_VARY)
    if not executed and errors and media == _RESPONSE:
        status = 400
    if _is_unavailable(result):
        status, headers = 503, headers | RETRY
    if pressure.retry_after:
        status = status if pressure.recorded else 503
        headers |= {"Retry-After": str(math.ceil(pressure.retry_after))}
    encoded = orjson.dumps(body, default=str, option=orjson.OPT_NON_STR_KEYS)
    return Response(encoded, status, headers=headers, media_type=f"{media}; charset=utf-8")


def _is_unavailable(result: ExecutionResult) -> bool:
    """Whether the database was out of reach and nothing was answered; what was answered in part is 200."""
    away = any((error.extensions or {}).get("code") == UNAVAILABLE for error in result.errors or ())
    return away and not any(value is not None for value in (result.data or {}).values())


def _accepted(request: Request) -> list[str]:
    return [part.split(";")[0].strip().lower() for part in request.headers.get("accept", "*/*").split(",")]


def _media_type(request: Request) -> str:
    """The best type that the client takes; raises `BadRequestError` 406."""
    for kind in _accepted(request):
        if kind == _RESPONSE:
            return _RESPONSE
        if kind in ("application/json", "*/*", "application/*", ""):
            return "application/json"
    raise BadRequestError(406, f"answers are {_RESPONSE} or application/json")


async def _body(request: Request, most: int) -> bytes:
    """The body, at most `most` bytes of it; raises `BadRequestError`."""
    kind = request.headers.get("content-type", "")
    if not _JSON_TYPE.fullmatch(kind.strip()):
        raise BadRequestError(415, "the content type must be exactly application/json, in UTF-8")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise BadRequestError(415, "the body must be sent as it is, not compressed")
    size, parts = 0, []
    try:
        async with asyncio.timeout(MOST_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise BadRequestError(413, f"the body is longer than {most} bytes")
                parts.append(part)
    except TimeoutError:
        raise BadRequestError(408, f"the body did not arrive within {MOST_SECONDS:g} seconds") from None
    except ClientDisconnect:
        raise BadRequestError(400, "the body ended early") from None
    return b"".join(parts)


def _parsed(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequestError(400, "the body is not JSON in UTF-8") from None


def _from_address(request: Request) -> dict[str, object]:
    """The parameters of a GET; `variables` and `extensions` are JSON."""
    found: dict[str, object] = dict(request.query_params)
    for name in ("variables", "extensions"):
        text = found.get(name)
        if isinstance(text, str):
            try:
                found[name] = orjson.loads(text)
            except orjson.JSONDecodeError:
                raise BadRequestError(400, f"`{name}` is not JSON") from None
    return found


def asked_in(value: object, trusted: Mapping[str, str]) -> Asked:
    """Check the shape of a request, and look up a trusted document; raises `BadRequestError`."""
    if isinstance(value, list):
        raise BadRequestError(400, "batches are not answered: send one request at a time")
    if not isinstance(value, dict):
        raise BadRequestError(400, "the body must be a JSON object with `query`")
    variables, operation = value.get("variables"), value.get("operationName")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequestError(400, "`variables` must be an object")
    if operation is not None and not isinstance(operation, str):
        raise BadRequestError(400, "`operationName` must be text")
    if value.get("extensions") is not None and not isinstance(value["extensions"], Mapping):
        raise BadRequestError(400, "`extensions` must be an object")
    if value.get("documentId") is not None:
        return Asked(_trusted(value, trusted), variables, operation or None, trusted=True)
    query = value.get("query")
    if not isinstance(query, str) or not query.strip():
        raise BadRequestError(400, "`query` must be a document as text")
    if not _encodable(query):
        raise BadRequestError(400, "`query` is not Unicode text")
    return Asked(query, variables, operation or None)


def _trusted(value: Mapping[str, object], known: Mapping[str, str]) -> str:
    """The document that `documentId` names; raises `BadRequestError`."""
    name = value["documentId"]
    if not isinstance(name, str) or not is_id(name):
        raise BadRequestError(400, "`documentId` is `sha256:` and 64 hexadecimal digits")
    if value.get("query") is not None:
        raise BadRequestError(400, "send `documentId` or `query`, not both")
    if name not in known:
        raise BadRequestError(404, "this server trusts no document of this id: reload, or send it as `query`",
                              "PERSISTED_QUERY_NOT_FOUND")  # fmt: skip
    return known[name]


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def check_introspection(context: Context, query: str, *, public: bool) -> None:
    """Refuse a question for the contract to whom policy does not allow it; raises `ForbiddenError`."""
    if not public and introspects(query):
        require(context.principal, "introspect", organization=context.principal.organization)


def check_operation(asked: Asked) -> None:
    """Refuse to guess which of several operations is meant, as Strawberry would; raises `BadRequestError`."""
    if asked.operation is None and is_ambiguous(asked.query):
        raise BadRequestError(400, "the document has several operations: name one in `operationName`")


def check_nesting(query: str) -> None:
    """Refuse a document whose brackets stand deeper than any answerable one's; raises `BadRequestError`."""
    depth = 0
    for letter in _STRINGS.sub("", query):
        if letter in "{[(":
            depth += 1
            if depth > MOST_NESTING:
                raise BadRequestError(400, f"the document is nested deeper than {MOST_NESTING}")
        elif letter in "}])":
            depth -= 1
