"""Room on the disk that the embedded PostgreSQL writes to.

PostgreSQL loses nothing when its disk is full, but it stops whole when the log of its writes has no room.  So the door
keeps a reserve: it accepts nothing more while there is still room for checkpoints, for reading, and for orderly work.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

RESERVE: Final = 128 * 1024 * 1024
"""Bytes that stay free: some batches of the largest size, their log, and PostgreSQL's own checkpoint."""


@dataclass(frozen=True, slots=True)
class Disk:
    """The file system below `path`, of which `reserve` bytes are not given to new entries."""

    path: Path
    reserve: int = RESERVE

    def free(self) -> int:
        """Bytes that we may still write."""
        return shutil.disk_usage(self.path).free

    def has_room(self) -> bool:
        """Whether new entries may be written; what cannot be asked is left to the database to refuse."""
        try:
            return self.free() >= self.reserve
        except OSError:
            return True
