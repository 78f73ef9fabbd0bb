"""A witness that dies the moment its memory is durable, before it can answer; or after `SPARED` such moments."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from clients.auditor.witness_server import WitnessServer
from clients.auditor.witnessing import Witness
from ledger.witnesses import Latest


class Dying(Witness):
    """Kills its own process with SIGKILL."""

    spared = 0

    def keep(self, origin: str, latest: Latest) -> None:
        """Keep, then die."""
        super().keep(origin, latest)
        if not self.spared:
            os.kill(os.getpid(), signal.SIGKILL)
        self.spared -= 1


if __name__ == "__main__":
    witness = Dying(Path(sys.argv[1]))
    witness.spared = int(sys.argv[2])
    with WitnessServer(witness, "127.0.0.1", 0, quiet=True) as server:
        print(server.address, flush=True)  # noqa: T201 -- the test reads it
        server.serve_forever(poll_interval=0.05)
