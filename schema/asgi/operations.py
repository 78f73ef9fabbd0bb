"""What `mingzhang check` looks at."""

from typing import Any

from db import trees
from ledger import tiles
from resolvers.checkpoints import ForkRiskError, tiles_to_check
from resolvers.checkpoints import checked as continues
from resolvers.keys import KeyFileError
from schema.asgi.composition import Platform


async def checked(platform: Platform) -> dict[str, Any]:
    """The journal's size, and everything that is not as it should be, a sentence each."""
    trouble = list(platform.gaps)
    size, root = await trees.head(platform.reader, platform.journal.id)
    try:
        last = platform.publisher.store.last()
        found = await trees.tiles(platform.reader, platform.journal.id, tiles_to_check(last, size))
        if size:
            continues(last, size, root, tiles.node_reader(found))
    except (ForkRiskError, KeyFileError) as fault:
        trouble.append(str(fault))
    newest = await trees.newest(platform.reader, platform.journal.id)
    return {
        "journal": platform.journal.name,
        "origin": platform.journal.origin,
        "size": size,
        "published": newest.size if newest else None,
        "ok": not trouble,
        "trouble": trouble,
    }
