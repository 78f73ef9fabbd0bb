"""The address to listen at, taken before anything else is started."""

import socket

_BACKLOG = 1024


class PortError(Exception):
    """The address cannot be listened at."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"cannot listen at {host}:{port}: {reason}. Choose another port with --port (0 takes any free one)."
        )
        self.host = host
        self.port = port


def bound(host: str, port: int) -> socket.socket:
    """A listening socket; raises `PortError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listening.close()
        raise PortError(host, port, getattr(error, "strerror", None) or str(error)) from None
    listening.settimeout(0)
    return listening
