"""The ASGI application over an opened installation."""

from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from schema import contract
from schema.asgi import (
    account_statements,
    bundles,
    graphql,
    health,
    metrics,
    pages,
    projections,
    subscriptions,
    tiles,
    trusted,
)
from schema.asgi.answers import fault
from schema.asgi.composition import Platform
from schema.asgi.compression import Compression
from schema.asgi.middleware import Outermost
from schema.documents import Documents
from schema.webhooks import reading

LOCAL = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?"
"""Pages of these origins may call the API: a developer's own machine."""


def application(platform: Platform, schema: Any = None) -> Starlette:  # noqa: ANN401 - a Strawberry schema
    """Put the routes together; `schema` is the built contract, built here when it is not given."""
    app = Starlette(
        routes=_routes(platform.journal.name),
        middleware=[
            Middleware(Outermost),
            Middleware(Compression),
            Middleware(
                CORSMiddleware,
                allow_origins=platform.settings.origins,
                allow_origin_regex=LOCAL,
                allow_methods=["GET", "POST"],
                allow_headers=["Authorization", "Content-Type", "Accept-Language"],
                expose_headers=["X-Request-Id", "X-Journal-Size", "X-Next-After", "Retry-After"],
            ),
        ],
        exception_handlers={404: _not_found, 405: _not_allowed},
    )
    app.state.platform = platform
    app.state.schema = schema or contract.build()
    app.state.documents = Documents(app.state.schema._schema)  # noqa: SLF001 - the built schema; Strawberry is pinned for it
    app.state.trusted = trusted.load(platform.settings.web, platform.settings.trusted)
    platform.deliverer.read = partial(reading, app.state.schema._schema)  # noqa: SLF001 - as above
    app.state.rules = subscriptions.Rules()
    app.state.connections = set()
    app.state.sdl = contract.text(app.state.schema)
    return app


def _routes(journal: str) -> list[BaseRoute]:
    """Every route, the most special first; the web application takes what is left."""
    return [
        Route("/graphql", graphql.graphql, methods=["GET", "POST"]),
        WebSocketRoute("/graphql", subscriptions.subscriptions),
        Route("/graphiql", pages.graphiql),
        Route("/graphiql.js", pages.graphiql_script),
        Route("/schema.graphql", pages.sdl),
        Route("/errors", pages.errors),
        Route("/errors.json", pages.errors_json),
        Route("/health", health.health),
        Route("/ready", health.ready),
        Route("/metrics", metrics.metrics),
        Mount(
            f"/journals/{journal}",
            routes=[
                Route("/checkpoint", tiles.checkpoint),
                Route("/checkpoint/witnessed", tiles.witnessed),
                Route("/key", tiles.key),
                Route("/key/mldsa44", tiles.mldsa44_key),
                Route("/tile/{path:path}", tiles.tile),
                Route("/projections", projections.tables),
                Route("/projections/{table}", projections.table),
                Route("/references/{list}/{edition}", projections.reference),
                Route("/accounts/{account:path}/balance.json", bundles.balance),
                Route("/accounts/{account:path}/statement.json", bundles.statement),
                Route("/entries/{position:int}/trace.json", bundles.trace),
                Route("/accounts/{account:path}/statement.csv", account_statements.statement),
            ],
        ),
        Route("/{path:path}", pages.web),
    ]


async def _not_found(request: Request, _fault: Exception) -> Response:
    return fault(404, "NOT_FOUND", language=getattr(request.state, "language", "en"))


async def _not_allowed(request: Request, _fault: Exception) -> Response:
    return fault(405, "METHOD_NOT_ALLOWED", language=getattr(request.state, "language", "en"))
