"""The web application's files, GraphiQL, and the contract as SDL.

Any page of the web application may be asked for by its own address: what is no file and wants HTML gets `index.html`.
"""

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from schema import error_table
from schema.asgi.answers import fault, json_answer, platform_of
from schema.asgi.web_files import served

_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".graphql": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
}
"""What is served; anything else below the folder is not for browsers."""

_FALLBACK: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Mingzhang 明账</title>
<h1>Mingzhang 明账</h1>
<p>The server runs. <a href="/graphiql">Ask it</a>, read <a href="/schema.graphql">its contract</a>,
or see whether it is <a href="/ready">ready</a>.</p>
<p lang="zh">服务已启动。</p>
</html>
"""

_GRAPHIQL: Final = Path(__file__).with_name("graphiql.html")
_GRAPHIQL_SCRIPT: Final = Path(__file__).with_name("graphiql.js")


async def web(request: Request) -> Response:
    """A file of the web application, or its first page for any address that is one of its own."""
    root = platform_of(request).settings.web
    path = request.path_params["path"]
    found = _file(root, path)
    if found is not None:
        return await served(request, found, _TYPES[found.suffix])
    if "text/html" not in request.headers.get("accept", "") and path:
        return fault(404, "NOT_FOUND", language=request.state.language)
    index = root / "index.html"
    if index.is_file():
        return await served(request, index, _TYPES[".html"])
    return HTMLResponse(_FALLBACK)


def _file(root: Path, path: str) -> Path | None:
    """The file at this path below `root`, if it is one to be served."""
    if not path or "\0" in path or any(part.startswith(".") for part in path.split("/")):
        return None
    found = (root / path).resolve()
    if not found.is_relative_to(root.resolve()) or found.suffix not in _TYPES or not found.is_file():
        return None
    return found


async def graphiql(request: Request) -> Response:
    """GraphiQL from the web application's vendored files, or a plain page with the same purpose."""
    vendored = _file(platform_of(request).settings.web, "graphiql.html")
    return await served(request, vendored or _GRAPHIQL, _TYPES[".html"])


async def graphiql_script(request: Request) -> Response:
    """The plain page's script."""
    return await served(request, _GRAPHIQL_SCRIPT, _TYPES[".js"])


async def errors(_request: Request) -> Response:
    """Every code that an answer can carry, as a page."""
    return HTMLResponse(error_table.page())


async def errors_json(_request: Request) -> Response:
    """The same for programs."""
    listed = [row._asdict() for row in error_table.rows()]
    return json_answer(listed, headers={"Access-Control-Allow-Origin": "*"})


async def sdl(request: Request) -> Response:
    """The contract."""
    return PlainTextResponse(request.app.state.sdl, headers={"Access-Control-Allow-Origin": "*"})
