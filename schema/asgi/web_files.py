"""Files for browsers: compressed once in memory, and not sent again to a browser that has them.

A page is some twenty small files; over a slow line they arrive compressed the first time, and as `304` afterwards.
"""

import gzip
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

_LEAST: Final = 512
"""Smaller files are not worth compressing."""


async def served(request: Request, path: Path, media_type: str) -> Response:
    """The file, as small as the browser takes it; raises `OSError` when it is gone."""
    status = await run_in_threadpool(path.stat)
    plain, small, tag = await run_in_threadpool(_content, path, status.st_mtime_ns, status.st_size)
    headers = {"Cache-Control": "no-cache", "ETag": tag, "Vary": "Accept-Encoding"}
    if tag in (part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    if small is not None and "gzip" in request.headers.get("accept-encoding", ""):
        # The tag names the content, whatever form it is sent in: weak, as HTTP calls it.
        headers |= {"Content-Encoding": "gzip", "ETag": f"W/{tag}"}
        return Response(small, headers=headers, media_type=media_type)
    return Response(plain, headers=headers, media_type=media_type)


@lru_cache(maxsize=256)
def _content(path: Path, changed: int, size: int) -> tuple[bytes, bytes | None, str]:  # noqa: ARG001 - a changed file is read again
    """The bytes, the same compressed (or None), and a tag of them."""
    plain = path.read_bytes()
    small = gzip.compress(plain, 9, mtime=0) if len(plain) >= _LEAST else None
    return plain, small, f'"{sha256(plain).hexdigest()[:32]}"'
