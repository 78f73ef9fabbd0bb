"""What this process has measured since it started, as Prometheus counts it.

One object a server: it is the door's observer, the middleware tells it of requests, and what only a look at the
database can say is noted when somebody asks (`schema/asgi/metrics.py`).  No label ever holds what a caller sent.
"""

from collections.abc import Mapping
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from db.observing import Batch
from schema.asgi.spans import Spans
from schema.rates import CONCURRENCY, COST, REQUESTS

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2000)
_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Measurements:
    """The figures of one server; `pools` are its asyncpg pools by name."""

    def __init__(self, pools: Mapping[str, Any], server: str, spans: Spans | None = None) -> None:
        self._pools = pools
        self.registry = CollectorRegistry()
        self.server = server
        self.spans = spans
        self._gauge("server_info", "1, with the name that this process gave itself when it started.", "server").labels(
            self.server
        ).set(1)
        self.expired = Counter("mingzhang_holds_expired", "Holds that this process freed because their end had passed.",
                               registry=self.registry)  # fmt: skip
        self.holds = self._gauge("holds_with_end", "Open holds that have an end, as far as this process has looked.")
        self._door()
        self._requests = Histogram(
            "mingzhang_http_request_seconds", "HTTP requests by route and status.", ("method", "route", "status"),
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self._limited = Counter("mingzhang_rate_limited", "Requests that were refused by what ran out.", ("limit",),
                                registry=self.registry)  # fmt: skip
        for limit in (COST, REQUESTS, CONCURRENCY):
            self._limited.labels(limit)
        self.principals = self._gauge("rate_principals", "Principals whose use is remembered, of every sort.")
        self._connections = self._gauge("pool_connections", "Database connections by pool and what they do.",
                                        "pool", "state")  # fmt: skip
        self.size = self._gauge("journal_entries", "Entries in the journal.")
        self.signed = self._gauge("checkpoint_entries", "Entries that the newest published checkpoint covers.")
        self.unsigned = self._gauge("publication_lag_entries", "Entries that no published checkpoint covers.")
        self.lag = self._gauge("publication_lag_seconds", "Age of the oldest entry that no checkpoint covers.")
        self.witnessed = self._gauge("witnessed_entries", "Entries that the newest head that met the policy covers.")
        self.witness_lag = self._gauge("witness_lag_entries", "Signed entries that a witness has not cosigned yet.",
                                       "witness")  # fmt: skip
        self.witness_trouble = self._gauge("witness_trouble", "1 if a witness does not answer as it should.", "witness")
        self.queue = self._gauge("queue_commands", "Commands that wait for the door's answer.")
        self.disk_full = self._gauge("disk_full", "1 while the door refuses entries because the disk is full.")
        self.leading = self._gauge("publisher_leading", "1 if this process publishes checkpoints.")
        self.trouble = self._gauge("publisher_trouble", "1 if publication has stopped; /ready says why.")

    def _gauge(self, name: str, help_: str, *labels: str) -> Gauge:
        return Gauge(f"mingzhang_{name}", help_, labels, registry=self.registry)

    def _door(self) -> None:
        """What the door tells of its batches."""
        self._outcomes = Counter("mingzhang_commands", "Commands by what became of them.", ("outcome",),
                                 registry=self.registry)  # fmt: skip
        for outcome in ("appended", "replayed", "rejected", "busy", "failed"):
            self._outcomes.labels(outcome)  # so that a rate is there before the first of them
        self._attempts = Counter("mingzhang_refused_traces", "Traces of refused commands by what became of them.",
                                 ("outcome",), registry=self.registry)  # fmt: skip
        for outcome in ("kept", "sealed", "over-principal", "over-total", "unsealed"):
            self._attempts.labels(outcome)
        self._sizes = Histogram("mingzhang_batch_commands", "Commands in one transaction.", buckets=_SIZES,
                                registry=self.registry)  # fmt: skip
        self._decide = Histogram("mingzhang_decide_seconds", "Deciding the commands of one transaction.",
                                 buckets=_SECONDS, registry=self.registry)  # fmt: skip
        self._commit = Histogram("mingzhang_commit_seconds", "Writing and committing one transaction's rows.",
                                 buckets=_SECONDS, registry=self.registry)  # fmt: skip

    def batch(self, batch: Batch) -> None:
        """A batch was committed."""
        if self.spans is not None:
            self.spans.batch(batch)
        self._sizes.observe(batch.commands)
        self._decide.observe(batch.decide)
        if batch.appended:
            self._commit.observe(batch.commit)
        for outcome in ("appended", "replayed", "rejected"):
            self._outcomes.labels(outcome).inc(getattr(batch, outcome))

    def busy(self, commands: int) -> None:
        """Commands were turned away."""
        self._outcomes.labels("busy").inc(commands)

    def attempts(self, outcome: str, count: int = 1) -> None:
        """Traces of refused commands were kept, sealed, or dropped over a limit."""
        self._attempts.labels(outcome).inc(count)

    def failed(self, commands: int) -> None:
        """The database could not write commands."""
        self._outcomes.labels("failed").inc(commands)

    def limited(self, limit: str) -> None:
        """A request was refused because so much of something was used."""
        self._limited.labels(limit).inc()

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered; `route` is a route's pattern, never a path."""
        shown = method if method in _METHODS else "other"
        self._requests.labels(shown, route, str(status)).observe(seconds)

    def text(self) -> bytes:
        """Everything in Prometheus's text format."""
        for name, pool in self._pools.items():
            size, idle = pool.get_size(), pool.get_idle_size()
            self._connections.labels(name, "busy").set(size - idle)
            self._connections.labels(name, "idle").set(idle)
            self._connections.labels(name, "most").set(pool.get_max_size())
        return generate_latest(self.registry)
