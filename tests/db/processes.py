"""Other processes that start, or join, the server of a data directory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]


class Starter:
    """Another process (`embedded_process.py`) that has started, or joined, the server of a data directory."""

    def __init__(self, data: Path, *settings: str, prefix: tuple[str, ...] = ()) -> None:
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-W", "error", str(HERE / "embedded_process.py"), str(data), *settings],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            cwd=CHECKOUT,
        )

    def told(self) -> dict[str, Any]:
        """Return what it prints once the server answers, or the error that kept it from that."""
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def finish(self, number: signal.Signals | None = None) -> int:
        """Let it end, by a signal or at its end of input; return its exit code."""
        if number is not None:
            self.process.send_signal(number)
            self.process.wait(20)
        self.process.communicate(timeout=20)
        return self.process.returncode

    def kill(self) -> None:
        """`kill -9`."""
        self.process.kill()
        self.process.communicate(timeout=20)


Starters = Callable[..., Starter]
"""What the fixture `starter` gives: `starter(data, *settings, prefix=())`."""
