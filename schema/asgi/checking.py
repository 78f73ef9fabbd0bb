"""`mingzhang check` on a terminal: progress while the journal is replayed, then a line for every look."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from schema.asgi.checks import Progress, checked
from schema.asgi.composition import Platform


async def looked(platform: Platform, *, quick: bool) -> dict[str, Any]:
    """Look at an installation, beside a running server or without one."""
    with _progress() as progress:
        return await checked(platform, progress, quick=quick)


def written(found: dict[str, Any]) -> str:
    """The result for people."""
    lines = [f"journal {found['journal']} ({found['origin']}): {found['size']} entries, {found['published']} published"]
    for check in found["checks"]:
        lines.append(f"  {'ok     ' if check['ok'] else 'TROUBLE'}  {check['name']}")
        lines += [f"           {sentence}" for sentence in check["trouble"]]
    return "\n".join(lines)


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _done, _size: None
        return
    from rich.console import Console  # noqa: PLC0415 - drawn on a terminal alone
    from rich.progress import Progress as Bar  # noqa: PLC0415 - as above

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("replaying", total=None)
        yield lambda done, size: bar.update(task, completed=done, total=size)
