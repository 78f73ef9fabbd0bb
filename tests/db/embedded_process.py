"""A process that starts the embedded server, says where, and waits: `python embedded_process.py DATA [SETTING=VALUE…]`.

It prints one line of JSON, ends cleanly at end of input or at Ctrl-C, and exits 1 with the error's name otherwise.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from db.embedded import Server
from db.embedded_errors import EmbeddedError


def main(data: str, *settings: str) -> int:
    """Start, tell, wait."""
    try:
        server = Server.start(Path(data), settings=dict(setting.split("=", 1) for setting in settings))
    except EmbeddedError as fault:
        print(json.dumps({"error": type(fault).__name__, "message": str(fault)}), flush=True)  # noqa: T201  its only way to be heard
        return 1
    try:
        with server:
            told = {"is_parent": server.is_parent, "pid": server.address.pid, "dsn": server.dsn()}
            print(json.dumps(told), flush=True)  # noqa: T201  its only way to be heard
            sys.stdin.read()
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
