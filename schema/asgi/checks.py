"""What `mingzhang check` looks at, one look a function: each answers what it saw, and what is not as it should be.

catalog       fences and grants of the database are those of this version
projections   every served table is what the leaves say, every published head is theirs, and signed; the vault has
              what they commit to, unless an entry says that it was erased
publication   the head continues what was signed last, by this machine's own memory
disk          there is room for entries
clock         this machine, the database and the journal's last entry agree about the time
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, Final

from db import catalog, trees
from db.disk import Disk
from ledger import tiles
from resolvers import verification
from resolvers.checkpoints import ForkRiskError, tiles_to_check
from resolvers.checkpoints import checked as continues
from resolvers.keys import KeyFileError
from schema.asgi.composition import Platform

TOLERANCE: Final = timedelta(seconds=60)
"""By which clocks may differ; the door's own."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Check:
    """One look: what was seen, and a sentence for everything that is wrong."""

    name: str
    seen: dict[str, Any]
    trouble: list[str] = field(default_factory=list)


async def checked(platform: Platform, progress: Progress, *, quick: bool = False) -> dict[str, Any]:
    """Every look; `quick` leaves out the replay of the whole journal."""
    looks: list[Callable[[Platform], Awaitable[Check]]] = [_catalog, _publication, _disk, _clock]
    found = [await look(platform) for look in looks]
    if not quick:
        found.insert(1, await _projections(platform, progress))
    trouble = [sentence for check in found for sentence in check.trouble]
    seen = {name: value for check in found for name, value in check.seen.items()}
    return {
        "journal": platform.journal.name,
        "origin": platform.journal.origin,
        "size": seen["size"],
        "published": seen["published"],
        "ok": not trouble,
        "checks": [asdict(check) | {"ok": not check.trouble} for check in found],
        "trouble": trouble,
    }


async def _catalog(platform: Platform) -> Check:
    async with platform.reader.acquire() as conn:
        findings = [str(finding) for finding in await catalog.audit(conn)]
    return Check("catalog", {"findings": len(findings)}, [f"a fence is down: {one}" for one in findings])


async def _projections(platform: Platform, progress: Progress) -> Check:
    keys = platform.context.verifier.keys
    done = await verification.replayed(
        platform.reader, platform.journal.id, platform.context.now, keys=keys, progress=progress, vault=platform.context
    )
    seen = {"verdict": done.verdict, "replayed": done.size, "findings": done.findings}
    return Check("projections", seen, [_sentence(finding) for finding in done.findings])


def _sentence(finding: dict[str, Any]) -> str:
    where = "journal" if finding["position"] is None else f"position {finding['position']}"
    words = f"{finding['field']} of {finding['source']} should be {finding['expected']} and is {finding['actual']}"
    return f"{where}: {words}"


async def _publication(platform: Platform) -> Check:
    size, root = await trees.head(platform.reader, platform.journal.id)
    newest = await trees.newest(platform.reader, platform.journal.id)
    seen = {"size": size, "published": newest.size if newest else None}
    try:
        last = platform.publisher.store.last()
        found = await trees.tiles(platform.reader, platform.journal.id, tiles_to_check(last, size))
        if size:
            continues(last, size, root, tiles.node_reader(found))
    except (ForkRiskError, KeyFileError) as fault:
        return Check("publication", seen, [str(fault)])
    return Check("publication", seen)


async def _disk(platform: Platform) -> Check:
    disk = Disk(platform.settings.data, platform.settings.reserve)
    free = await asyncio.to_thread(disk.free)
    trouble = [] if disk.has_room() else [f"{free} bytes are free, and the door keeps {disk.reserve}: make room"]
    return Check("disk", {"free": free, "reserve": disk.reserve}, trouble)


async def _clock(platform: Platform) -> Check:
    now = platform.context.now()
    there = await trees.clock(platform.reader)
    _, last = await trees.reached(platform.reader, platform.journal.id)
    trouble = []
    if abs(there - now) > TOLERANCE:
        trouble.append(f"the database's clock is {(there - now).total_seconds():+.0f} s away from this machine's")
    if last - now > TOLERANCE:
        trouble.append(f"the last entry was written at {last.isoformat()}, after this machine's {now.isoformat()}")
    return Check("clock", {"now": now.isoformat(), "database": there.isoformat(), "last": last.isoformat()}, trouble)
