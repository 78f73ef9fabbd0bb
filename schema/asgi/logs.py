"""Diagnostics as key/value events on stderr: for people on a terminal, as JSON lines otherwise.

A fault is logged by its type and by where it was raised, never by its message: what a driver or a parser says about a
value repeats the value, and that may be somebody's name.
"""

import asyncio
import logging
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_MOST_FRAMES = 12


def configure(level: int = logging.INFO) -> None:
    """Set up logging for a server process; repeatable."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_messages,
    ]
    terminal = sys.stderr.isatty()
    renderer: Processor = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("mingzhang").setLevel(level)
    # Strawberry would write every error out, with what a caller sent; ours are logged by schema/errors.py.
    logging.getLogger("strawberry.execution").disabled = True
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def without_messages(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put types and places of faults into an event, and none of their words."""
    found = event.pop("exc_info", None)
    record = event.get("_record")
    if record is not None and record.exc_info:
        found, record.exc_info, record.exc_text = record.exc_info, None, None
    if not found:
        return event
    fault = found[1] if isinstance(found, tuple) else found if isinstance(found, BaseException) else sys.exception()
    if fault is not None:
        event["faults"] = [{"type": _type(one), "at": _places(one.__traceback__)} for one in _chain(fault)]
    return event


def quiet(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What the event loop has to tell of a fault that nobody waited for: its type and place."""
    fault = context.get("exception")
    name = "a task or callback failed, and nobody waited for it"
    logging.getLogger("mingzhang.loop").error(name, exc_info=fault or False)


def _chain(fault: BaseException) -> Iterator[BaseException]:
    """A fault and those that it came from."""
    seen: set[int] = set()
    current: BaseException | None = fault
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _type(fault: BaseException) -> str:
    return f"{type(fault).__module__}.{type(fault).__qualname__}"


def _places(trace: TracebackType | None) -> list[str]:
    """The innermost places, as file, line and function."""
    frames = traceback.extract_tb(trace)[-_MOST_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
