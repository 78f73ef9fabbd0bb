"""Whether a fault means that PostgreSQL cannot be reached at the moment, rather than that a statement was wrong.

Whoever asked may ask again: nothing is known of what became of a transaction, and nothing is wrong with the question.
"""

from __future__ import annotations

import asyncpg

_GONE = (
    asyncpg.PostgresConnectionError,  # class 08, and a connection that ended in the middle
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.PostgresSystemError,  # class 58: files of the data directory that are gone or cannot be read
    asyncpg.InternalClientError,  # what asyncpg says of a connection that broke between two messages
)


def is_outage(fault: BaseException) -> bool:
    """Tell whether asyncpg raised `fault` since the server is down, starting, stopping or out of reach.

    A fault of the operating system counts when it names no file: then a socket or a timer raised it.
    """
    if isinstance(fault, _GONE):
        return True
    if isinstance(fault, OSError):
        return fault.filename is None
    # A closed pool or connection has no class of its own, and misuse of one has the same.
    return type(fault) is asyncpg.InterfaceError and "clos" in str(fault)
