"""How far a verification came, kept beside the pin.

What was killed goes on there, and what was verified is not decided again (`verify --since-pin`, unless `--full`).

A state is believed only where it was made: by the very same code (a digest of it is kept), of the same origin, and of a
journal whose signed tree begins with every leaf hash that was kept.  Of a journal that was changed nothing is believed;
the verification then begins with the first entry and names the place.  A file that cannot be read is none.
"""

from __future__ import annotations

import io
import os
import pickle
import tempfile
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import clients.auditor
import ledger
from clients.auditor.walk import Walk
from ledger.merkle import HASH_BYTES
from ledger.stated import copied

FILE: Final = "verified.state"
_PARTS: Final = (
    "collected", "bound", "imported", "references", "first", "history", "loaded", "marks", "comparisons",
)  # fmt: skip
"""What a walk has gathered besides the state, the hashes and the ids."""
_BUILTINS: Final = frozenset({"bytearray", "set", "frozenset"})
_MODULES: Final = ("ledger.", "clients.auditor.rows")


class _Careful(pickle.Unpickler):
    """Reads values and our own records of them, and nothing that acts."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 -- pickle's own signature
        """A plain type, or a class of ours; raises `UnpicklingError` for anything else."""
        plain = (module == "builtins" and name in _BUILTINS) or (module == "datetime" and "." not in name)
        ours = module.startswith(_MODULES) and "." not in name and name[:1].isupper()
        if not plain and not ours and (module, name) != ("clients.auditor.rows", "by_position"):
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


@cache
def _code() -> str:
    """The digest of the code that decides and compares."""
    digest = sha256()
    for package in (ledger, clients.auditor):
        for path in sorted(Path(str(package.__file__)).parent.glob("*.py")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def save(walk: Walk, folder: Path, origin: str) -> None:
    """Keep how far a walk came without a finding, whole or not at all."""
    if walk.findings or not walk.replaying or any(c.findings for c in walk.comparisons.values()):
        return
    state = copied(walk.worker.state, {})
    found = {
        "code": _code(), "origin": origin, "tables": sorted(walk.streams), "state": state,
        "hashes": bytes(walk.tree.computed), "ids": b"".join(walk.ids.all()),
        **{name: getattr(walk, name) for name in _PARTS},
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=f".{FILE}.", delete=False) as file:
        try:
            pickle.dump(found, file, protocol=5)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(folder / FILE)
        finally:
            Path(file.name).unlink(missing_ok=True)


def restore(walk: Walk, folder: Path, origin: str, most: int) -> int:
    """Let a walk that has not begun go on where a kept one came to, of no more than `most` entries.

    Returns the position: 0 when nothing is believed.
    """
    found = _read(folder / FILE)
    if found is None or (found["code"], found["origin"], found["tables"]) != (_code(), origin, sorted(walk.streams)):
        return 0
    hashes: bytes = found["hashes"]
    if not walk.tree.authentic or not 0 < len(hashes) // HASH_BYTES <= most:
        return 0
    if bytes(walk.tree.stated[: len(hashes)]) != hashes:
        return 0
    walk.tree.computed += hashes
    walk.worker.begin(found["state"])
    walk.worker.state.head = found["state"].head
    walk.worker.earlier.size = walk.size
    walk.ids.add(found["ids"])
    for name in _PARTS:
        setattr(walk, name, found[name])
    for digest in walk.loaded:
        walk.worker.know(digest)
    for name, stream in walk.streams.items():
        stream.resume(walk.marks.get(name), walk.size)
    return walk.size


def _read(path: Path) -> dict[str, Any] | None:
    try:
        body = path.read_bytes()
        found = _Careful(io.BytesIO(body)).load()
    except Exception:  # noqa: BLE001 -- whatever is wrong with the file, it is not believed
        return None
    return found if isinstance(found, dict) and {"code", "origin", "state", "hashes", *_PARTS} <= found.keys() else None
