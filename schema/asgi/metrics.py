"""`/metrics`: the operator's figures in Prometheus's text format, for administrators' and auditors' tokens.

A token is asked for from this machine too: behind a reverse proxy every request comes from it.  Prometheus sends one
with `authorization: {credentials_file: …}` in its scrape configuration.
"""

from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response

from db import trees
from resolvers.policy import require
from schema.asgi.answers import context_of, guarded, platform_of
from schema.asgi.composition import Platform

_NO_STORE: Final = {"Cache-Control": "no-store"}


@guarded
async def metrics(request: Request) -> Response:
    """All figures; what only the database knows is asked for now."""
    context = await context_of(request)
    require(context.principal, "read-metrics")
    platform = platform_of(request)
    await _look(platform)
    return Response(platform.measurements.text(), headers=_NO_STORE, media_type=CONTENT_TYPE_LATEST)


async def _look(platform: Platform) -> None:
    """Note what is true at this moment."""
    figures = platform.measurements
    found = await trees.publication(platform.reader, platform.journal.id)
    since = found.waiting_since
    figures.size.set(found.size)
    figures.signed.set(found.signed)
    figures.unsigned.set(max(0, found.size - found.signed))
    figures.lag.set(max(0.0, (platform.context.now() - since).total_seconds()) if since else 0.0)
    await _witnesses(platform, found.signed)
    figures.holds.set(len(platform.expirer.open))
    figures.principals.set(platform.throttle.kept)
    figures.queue.set(platform.door.waiting)
    figures.disk_full.set(platform.door.disk_full)
    figures.leading.set(platform.publisher.leading)
    figures.trouble.set(platform.publisher.trouble is not None)


async def _witnesses(platform: Platform, signed: int) -> None:
    """How far each witness is behind, as the database knows; its trouble, as the process that asks it knows."""
    figures, cosigner = platform.measurements, platform.cosigner
    if not cosigner.witnesses:
        return
    figures.witnessed.set(await trees.witnessed_size(platform.reader, platform.journal.id))
    sizes = await trees.cosigned_sizes(platform.reader, platform.journal.id)
    for witness in cosigner.witnesses:
        standing = cosigner.standings.get(str(witness.key))
        figures.witness_lag.labels(witness.key.name).set(max(0, signed - sizes.get(str(witness.key), 0)))
        figures.witness_trouble.labels(witness.key.name).set(standing is not None and standing.trouble is not None)
