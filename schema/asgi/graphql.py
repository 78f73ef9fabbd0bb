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
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from strawberry.exceptions import StrawberryGraphQLError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from resolvers.context import Role
from schema.asgi.answers import RETRY, context_of, fault, guarded
from schema.errors import UNAVAILABLE
from schema.limits import is_ambiguous
from schema.mutations.errors import PRESSURE, Pressure

MOST_BYTES: Final = 128 * 1024
MOST_BULK_BYTES: Final = 8 * 1024 * 1024
"""Officers and administrators send bulk mutations."""
MOST_SECONDS = 30.0
"""For a body to arrive."""
MOST_NESTING: Final = 64
"""Brackets inside brackets in a document: the parser calls itself for each."""
_JSON_TYPE: Final = re.compile(r'application/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?', re.ASCII | re.IGNORECASE)
_RESPONSE: Final = "application/graphql-response+json"
_QUERY_ONLY: Final = frozenset({OperationType.QUERY})
_READ_WRITE: Final = frozenset({OperationType.QUERY, OperationType.MUTATION})
_STRINGS: Final = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*')


@dataclass(frozen=True, slots=True)
class BadRequestError(Exception):
    """The request is no GraphQL request; `status` and `message` say why."""

    status: int
    message: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A document and what comes with it."""

    query: str
    variables: dict[str, Any] | None
    operation: str | None


@guarded
async def graphql(request: Request) -> Response:
    """Answer one GraphQL request."""
    if request.method == "GET" and "query" not in request.query_params and "text/html" in _accepted(request):
        return RedirectResponse("graphiql", 307)
    context = await context_of(request)
    try:
        media = _media_type(request)
        if request.method == "GET":
            asked, kinds = _asked(_from_address(request)), _QUERY_ONLY
        else:
            bulk = context.principal.role in (Role.OFFICER, Role.ADMINISTRATOR)
            asked = _asked(_parsed(await _body(request, MOST_BULK_BYTES if bulk else MOST_BYTES)))
            kinds = _READ_WRITE
        _check_nesting(asked.query)
        _check_operation(asked)
    except BadRequestError as bad:
        return fault(bad.status, "BAD_USER_INPUT", bad.message)
    pressure = Pressure()
    PRESSURE.set(pressure)
    try:
        result = await request.app.state.schema.execute(
            asked.query, asked.variables, context, operation_name=asked.operation, allowed_operation_types=kinds
        )
    except InvalidOperationTypeError:
        if request.method == "GET":
            return fault(405, "METHOD_NOT_ALLOWED", "GET answers queries only; send mutations by POST.")
        return fault(400, "BAD_USER_INPUT", "The document has no operation that can be answered here.")
    except CannotGetOperationTypeError as error:
        return fault(400, "BAD_USER_INPUT", error.as_http_error_reason())
    except StrawberryGraphQLError as error:
        return fault(400, "BAD_USER_INPUT", str(error))
    return _answer(result, media, pressure)


def _answer(result: ExecutionResult, media: str, pressure: Pressure) -> Response:
    """Write a result out; a request that was not executed is 400 where the client knows GraphQL's own media type.

    Whoever was told *busy* reads in a header when to come again; the status says so where nothing was recorded.
    """
    body: dict[str, object] = {}
    errors = [error.formatted for error in result.errors or ()]
    executed = result.data is not None or any(error.get("path") for error in errors)
    if executed or not errors:
        body["data"] = result.data
    if errors:
        body["errors"] = errors
    if result.extensions:
        body["extensions"] = result.extensions
    status, headers = 200, {"Vary": "Accept, Accept-Language"}
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


def _asked(value: object) -> Asked:
    """Check the shape of a request; raises `BadRequestError`."""
    if isinstance(value, list):
        raise BadRequestError(400, "batches are not answered: send one request at a time")
    if not isinstance(value, dict):
        raise BadRequestError(400, "the body must be a JSON object with `query`")
    query, variables, operation = value.get("query"), value.get("variables"), value.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise BadRequestError(400, "`query` must be a document as text")
    if not _encodable(query):
        raise BadRequestError(400, "`query` is not Unicode text")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequestError(400, "`variables` must be an object")
    if operation is not None and not isinstance(operation, str):
        raise BadRequestError(400, "`operationName` must be text")
    if value.get("extensions") is not None and not isinstance(value["extensions"], Mapping):
        raise BadRequestError(400, "`extensions` must be an object")
    return Asked(query, variables, operation or None)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_operation(asked: Asked) -> None:
    """Refuse to guess which of several operations is meant, as Strawberry would; raises `BadRequestError`."""
    if asked.operation is None and is_ambiguous(asked.query):
        raise BadRequestError(400, "the document has several operations: name one in `operationName`")


def _check_nesting(query: str) -> None:
    """Refuse a document whose brackets stand deeper than any answerable one's; raises `BadRequestError`."""
    depth = 0
    for letter in _STRINGS.sub("", query):
        if letter in "{[(":
            depth += 1
            if depth > MOST_NESTING:
                raise BadRequestError(400, f"the document is nested deeper than {MOST_NESTING}")
        elif letter in "}])":
            depth -= 1
