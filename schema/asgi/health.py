"""`/health`: this process lives.  `/ready`: it can read, append and publish, or says what it cannot."""

from starlette.requests import Request
from starlette.responses import Response

from db import trees
from schema.asgi.answers import json_answer, platform_of


async def health(_request: Request) -> Response:
    """Answer that the process runs."""
    return json_answer({"status": "ok"}, headers={"Cache-Control": "no-store"})


async def ready(request: Request) -> Response:
    """Answer what works; 503 when something does not."""
    platform = platform_of(request)
    trouble: list[str] = []
    size = None
    try:
        size, _ = await trees.head(platform.reader, platform.journal.id)
    except Exception as fault:  # noqa: BLE001 - whatever the database's driver raises means the same here
        trouble.append(f"the database does not answer ({type(fault).__name__})")
    if platform.starting is not None:
        trouble.append(f"not ready yet: {platform.starting}")
    if platform.door.disk_full:
        trouble.append("the disk is full: no entry is accepted until there is room again; nothing is lost")
    if platform.host is not None and platform.host.trouble:
        trouble.append(platform.host.trouble)
    if platform.publisher.trouble:
        trouble.append(platform.publisher.trouble)
    body = {
        "status": "trouble" if trouble else "ready",
        "server": platform.measurements.server,
        "journal": platform.journal.name,
        "size": size,
        "waiting": platform.door.waiting,
        "publisher": "here" if platform.publisher.leading else "elsewhere",
        "witnesses": {
            witness.key.name: {"size": standing.size, "trouble": standing.trouble}
            for witness in platform.cosigner.witnesses
            if (standing := platform.cosigner.standings.get(str(witness.key)))
        },
        "trouble": trouble,
        "fences": platform.gaps,
    }
    return json_answer(body, 503 if trouble else 200, {"Cache-Control": "no-store"})
