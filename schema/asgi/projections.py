"""What queries are served from, in bulk, for auditors: they have no database, and compare it with the leaves.

    /journals/{name}/projections                     the tables
    /journals/{name}/projections/{table}?after&limit rows of one as JSON lines, in the order of its key
    /journals/{name}/references/{list}/{edition}     a loaded list, byte for byte

The contract is written down in `clients/auditor/source.py`.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from db import projections
from resolvers.policy import require
from schema.asgi.answers import context_of, fault, guarded, json_answer, platform_of

VERSION: Final = 1
_NO_STORE: Final = {"Cache-Control": "no-store"}


@guarded
async def tables(request: Request) -> Response:
    """The names of the served tables."""
    context = await context_of(request)
    require(context.principal, "read-projections")
    return json_answer({"version": VERSION, "tables": list(projections.KEYS)}, headers=_NO_STORE)


@guarded
async def table(request: Request) -> Response:
    """Rows of one table."""
    context = await context_of(request)
    require(context.principal, "read-projections")
    name = request.path_params["table"]
    if name not in projections.KEYS:
        return fault(404, "NOT_FOUND", "There is no such table; /projections lists them.")
    limit = _limit(request.query_params.get("limit", "5000"))
    if limit is None:
        return fault(400, "BAD_USER_INPUT", f"`limit` is a whole number from 1 to {projections.MOST_ROWS}.")
    platform = platform_of(request)
    try:
        page = await projections.page(
            platform.reader, platform.journal.id, name, request.query_params.get("after"), limit
        )
    except projections.MarkError:
        return fault(400, "BAD_USER_INPUT", "`after` is no mark of this table.")
    headers = {"X-Journal-Size": str(page.size), **_NO_STORE}
    if page.next is not None:
        headers["X-Next-After"] = _header(page.next)
    return Response(page.body, headers=headers, media_type="application/jsonl")


def _limit(text: str) -> int | None:
    if not text.isascii() or not text.isdecimal() or len(text) > len(str(projections.MOST_ROWS)):
        return None
    return number if 1 <= (number := int(text)) <= projections.MOST_ROWS else None


def _header(mark: str) -> str:
    """A mark as a header can carry it: JSON with everything outside ASCII escaped."""
    return "".join(letter if letter.isascii() else _escaped(letter) for letter in mark)


def _escaped(letter: str) -> str:
    units = letter.encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


@guarded
async def reference(request: Request) -> Response:
    """A loaded list; public, since what it says is public."""
    platform = platform_of(request)
    found = await projections.reference(
        platform.reader, platform.journal.id, request.path_params["list"], request.path_params["edition"]
    )
    if found is None:
        return fault(404, "NOT_FOUND", language=request.state.language)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Access-Control-Allow-Origin": "*"}
    return Response(found, headers=headers, media_type="application/json")
