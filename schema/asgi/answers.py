"""What every route answers with: JSON, one shape for what went wrong, and the context of a request."""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any, Final
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response

from resolvers.context import PUBLIC, Context
from resolvers.policy import ForbiddenError
from resolvers.refusals import CODES
from schema.asgi.composition import Platform
from schema.asgi.identity import UnknownTokenError, principal_of
from schema.rates import RateLimitedError

Endpoint = Callable[[Request], Awaitable[Response]]

MESSAGES: Mapping[str, tuple[str, str]] = {
    "UNAUTHENTICATED": (
        "This needs a token: send `Authorization: Bearer mz_…`. Yours is missing, unknown, expired or revoked.",
        "此处需要令牌：请发送 `Authorization: Bearer mz_…`。您的令牌缺失、未知、已过期或已撤销。",
    ),
    "FORBIDDEN": ("Your role does not allow this.", "您的角色无权进行此操作。"),
    "RATE_LIMITED": (
        "You ask more than this server answers you in this time; come again after the seconds in `Retry-After`.",
        "您的请求超出了单位时间内的限额；请在 `Retry-After` 所示秒数之后重试。",
    ),
    "NOT_FOUND": ("There is nothing here.", "此处没有内容。"),
    "METHOD_NOT_ALLOWED": ("This method is not allowed here.", "此处不允许使用该方法。"),
    "DEADLINE_EXCEEDED": (
        "This took too long and was given up. Ask for less; send a mutation again with the same id.",
        "处理超时，已放弃。请缩小查询范围；变更请以相同编号重发。",
    ),
    "UNAVAILABLE": CODES["UNAVAILABLE"],
    "INTERNAL_SERVER_ERROR": ("Something went wrong on our side.", "服务器内部出错。"),
}
"""English and Chinese sentence of each code that has no facts of its own."""

RETRY: Final = {"Retry-After": "1"}
"""With 503: PostgreSQL starts again within about a second."""

_HEADERS: Final[Mapping[int, Mapping[str, str]]] = {401: {"WWW-Authenticate": 'Bearer realm="mingzhang"'}, 503: RETRY}
"""What a status must say besides."""


def json_answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON body."""
    body = orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
    return Response(body, status, headers=headers, media_type="application/json")


def fault(status: int, code: str, message: str | None = None, *, language: str = "en", **facts: object) -> Response:
    """An error in the shape that GraphQL errors have, on every route."""
    sentence = message or MESSAGES[code][1 if language == "zh" else 0]
    body = {"errors": [{"message": sentence, "extensions": {"code": code, **facts}}]}
    return json_answer(body, status, _HEADERS.get(status))


def over_the_limit(over: RateLimitedError, language: str) -> Response:
    """429, with when to come again and what is left."""
    seconds = over.retry_after
    code = {"code": "RATE_LIMITED", "limit": over.limit, "retryAfterSeconds": seconds}
    error = {"message": MESSAGES["RATE_LIMITED"][1 if language == "zh" else 0], "extensions": code}
    body = {"errors": [error], "extensions": {"cost": over.meter.told()}}
    return json_answer(body, 429, {"Retry-After": str(seconds)})


def platform_of(request: Request) -> Platform:
    """The opened installation that serves this request."""
    found: Platform = request.app.state.platform
    return found


async def context_of(request: Request) -> Context:
    """The context of a request: its principal; raises `UnknownTokenError`."""
    platform = platform_of(request)
    principal = await principal_of(request, platform.reader, platform.context.now())
    request.state.principal = principal
    if principal.token is not None:
        platform.uses.note(UUID(principal.token), platform.context.now())
    return platform.context.as_principal(principal, request.state.language)


def guarded(endpoint: Endpoint) -> Endpoint:
    """Answer 401, 403 and 429 where an endpoint raises what identity, policy and rates refuse."""

    @wraps(endpoint)
    async def answer(request: Request) -> Response:
        language = request.state.language
        try:
            return await endpoint(request)
        except UnknownTokenError:
            return fault(401, "UNAUTHENTICATED", language=language)
        except ForbiddenError:
            if getattr(request.state, "principal", PUBLIC) is PUBLIC:
                return fault(401, "UNAUTHENTICATED", language=language)
            return fault(403, "FORBIDDEN", language=language)
        except RateLimitedError as over:
            return over_the_limit(over, language)

    return answer


def shared(value: Any) -> dict[str, str]:  # noqa: ANN401 - any header's value
    """Headers that let every web page read a public resource."""
    return (
        {"Access-Control-Allow-Origin": "*", "X-Journal-Size": str(value)}
        if value is not None
        else {"Access-Control-Allow-Origin": "*"}
    )
