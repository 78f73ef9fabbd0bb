"""Traces as spans (OpenTelemetry): a request, its GraphQL operation, the statements below it, and the door's batches.

Off unless an operator asks for it: `--traces console` writes spans to stderr, `--traces otlp` sends them by OTLP over
HTTP to where OpenTelemetry's own environment variables say.  Attributes are routes, statuses, kinds, counts, names of
root fields of the contract and names of our statements: never what a caller sent, an argument, a header or a person.
"""

import contextlib
import sys
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from db.observing import Batch

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import Span

WAYS: Final = ("console", "otlp")
_NANO: Final = 1_000_000_000
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_SERVER_FAULT: Final = 500


class TracingError(Exception):
    """Spans were asked for and cannot be made; the message says what to install."""


class Spans:
    """The tracer of one server; told as `db.tracing.Tracer` of statements, and of the door's batches."""

    def __init__(self, processor: "SpanProcessor", server: str) -> None:
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - an extra, imported when it is asked for
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above

        resource = Resource.create({"service.name": "mingzhang", "service.instance.id": server})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("mingzhang")

    @contextlib.contextmanager
    def request(self, headers: Mapping[str, str]) -> Iterator["Span"]:
        """A request, below the span that its `traceparent` names, if it names one."""
        from opentelemetry.trace import SpanKind  # noqa: PLC0415 - as above
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415 - as above

        given = {"traceparent": headers["traceparent"]} if "traceparent" in headers else {}
        above = TraceContextTextMapPropagator().extract(given)
        with self._span("HTTP", kind=SpanKind.SERVER, context=above) as span:
            yield span

    @contextlib.contextmanager
    def operation(self, kind: str, fields: list[str]) -> Iterator["Span"]:
        """A GraphQL operation: its kind, and the root fields of the contract that it asks for."""
        with self._span(f"graphql {kind}") as span:
            span.set_attribute("graphql.operation.type", kind)
            span.set_attribute("graphql.root.fields", fields)
            yield span

    def batch(self, batch: Batch) -> None:
        """A batch was committed: a span of its own, since it serves many requests."""
        from opentelemetry.context import Context  # noqa: PLC0415 - as above

        span = self._past("door batch", batch.decide + batch.commit, Context())
        for name in ("commands", "appended", "replayed", "rejected"):
            span.set_attribute(f"door.{name}", getattr(batch, name))
        span.set_attribute("door.decide_seconds", batch.decide)
        span.set_attribute("door.commit_seconds", batch.commit)
        span.end()

    def statement(self, name: str, seconds: float, *, failed: bool) -> None:
        """A statement was answered."""
        from opentelemetry.trace import StatusCode  # noqa: PLC0415 - as above

        span = self._past(f"sql {name}", seconds)
        span.set_attribute("db.system.name", "postgresql")
        span.set_attribute("db.query.summary", name)
        if failed:
            span.set_status(StatusCode.ERROR)
        span.end()

    def close(self) -> None:
        """Send what is left, and end."""
        self._provider.shutdown()

    def _past(self, name: str, seconds: float, context: Any = None) -> "Span":  # noqa: ANN401 - OpenTelemetry's own
        """A span of something that is over."""
        now = time.time_ns()
        return self._tracer.start_span(name, context, start_time=now - round(seconds * _NANO))

    def _span(self, name: str, **more: Any) -> Any:  # noqa: ANN401 - OpenTelemetry's own
        """A span around a block; a fault's message is not ours to tell."""
        return self._tracer.start_as_current_span(
            name, record_exception=False, set_status_on_exception=False, **more
        )  # fmt: skip


def answered(span: "Span", method: str, route: str, status: int, request: str) -> None:
    """What a request's span says once it was answered; `route` is a route's pattern."""
    from opentelemetry.trace import StatusCode  # noqa: PLC0415 - an extra, imported when it is asked for

    shown = method if method in _METHODS else "_OTHER"
    span.update_name(f"{shown} {route}")
    span.set_attribute("http.request.method", shown)
    span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", status)
    span.set_attribute("mingzhang.request", request)
    if status >= _SERVER_FAULT:
        span.set_status(StatusCode.ERROR)


def spans_of(way: str | None, server: str) -> Spans | None:
    """The spans that an operator asked for; raises `TracingError` where their packages are absent."""
    if way is None:
        return None
    try:
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter  # noqa: PLC0415 - as above

        if way == "console":
            exporter: Any = ConsoleSpanExporter(out=sys.stderr, formatter=lambda span: span.to_json(indent=None) + "\n")
        else:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - as above

            exporter = OTLPSpanExporter()
    except ImportError as fault:
        advice = "pip install --require-hashes -r requirements.lock"
        raise TracingError(f"spans need packages that are not installed ({fault}): {advice}") from None
    return Spans(BatchSpanProcessor(exporter), server)
