"""How much one principal may ask: buckets of requests and of cost, filled again continuously, and calls at once.

A `Throttle` keeps what each principal has left: of tokens by their id, of the public by the client's address.  Both are
bounded, and apart from each other, so that a flood of addresses never forgets what a token has used.  A request holds
a `Meter` while it is answered; `METER` hands it to whoever knows the cost, before anything is executed.

RateLimitedError   a bucket does not hold what is asked for; `seconds` says when it will
"""

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

LEAST_CAPACITY: Final = 20_000
"""What one request may cost (`schema/limits.py`): a smaller bucket would refuse it for ever."""
LEAST_SHARE: Final = 10
"""At least a tenth of the estimate is charged: looking for what is not there is work as well."""
MOST_KEPT: Final = 10_000
"""Principals that are remembered, of each sort; who was not seen for longest is forgotten, and then as good as new."""
COST, REQUESTS, CONCURRENCY = "cost", "requests", "concurrency"


@dataclass(frozen=True, slots=True)
class Rates:
    """What each principal may ask of one process; raises `ValueError` where a request could never be answered.

    `capacity` and `refill` are objects and objects a second; `burst` and `requests` requests and requests a second.
    """

    capacity: int = 1_000_000
    refill: int = 100_000
    burst: int = 5_000
    requests: int = 1_000
    concurrent: int = 256

    def __post_init__(self) -> None:
        """Refuse rates under which nothing can be asked."""
        if self.capacity < LEAST_CAPACITY or min(self.refill, self.burst, self.requests, self.concurrent) < 1:
            message = f"a bucket holds at least {LEAST_CAPACITY} objects and one request, and is filled again"
            raise ValueError(message)


class RateLimitedError(Exception):
    """More is asked for than is left: `limit` is cost, requests or concurrency; `seconds` when to come again."""

    def __init__(self, limit: str, seconds: float, meter: "Meter") -> None:
        super().__init__(f"over the limit of {limit}; come again in {seconds:.3f} s")
        self.limit = limit
        self.seconds = seconds
        self.meter = meter

    @property
    def retry_after(self) -> int:
        """Whole seconds, at least one, as `Retry-After` counts."""
        return max(1, math.ceil(self.seconds))


@dataclass(slots=True)
class Bucket:
    """`capacity` units that run out and come back, `refill` of them a second; `at` is when `level` was true."""

    capacity: float
    refill: float
    level: float
    at: float

    def available(self, now: float) -> float:
        """What is in it now; a clock that goes back fills nothing."""
        if now > self.at:
            self.level = min(self.capacity, self.level + (now - self.at) * self.refill)
            self.at = now
        return self.level

    def take(self, units: float, now: float) -> float:
        """Take units and answer 0, or take nothing and answer the seconds until they are there."""
        lacking = units - self.available(now)
        if lacking > 0:
            return lacking / self.refill
        self.level -= units
        return 0.0

    def give(self, units: float, now: float) -> None:
        """Put units back that were not needed."""
        self.level = min(self.capacity, self.available(now) + units)


@dataclass(slots=True)
class Account:
    """What one principal has left."""

    cost: Bucket
    requests: Bucket
    running: int = 0


@dataclass(slots=True)
class Meter:
    """One request's charge: what it was estimated at, and afterwards what it was."""

    account: Account
    clock: Callable[[], float]
    requested: int = 0
    actual: int | None = None
    charged: bool = False
    refused: "RateLimitedError | None" = None

    def charge(self, cost: int) -> None:
        """Charge the estimate, once, before anything is executed; raises `RateLimitedError`."""
        if self.charged:
            return
        self.charged, self.requested = True, cost
        seconds = self.account.cost.take(cost, self.clock())
        if seconds:
            self.refused = RateLimitedError(COST, seconds, self)
            raise self.refused

    def settle(self, objects: int) -> None:
        """Put back what the answer did not need: it held so many objects."""
        if self.refused is not None or self.actual is not None:
            return
        self.actual = min(self.requested, max(objects, math.ceil(self.requested / LEAST_SHARE)))
        self.account.cost.give(self.requested - self.actual, self.clock())

    def told(self) -> dict[str, object]:
        """`extensions.cost`, as GraphQL answers say it."""
        bucket = self.account.cost
        return {
            "requested": self.requested,
            "actual": 0 if self.refused is not None else self.requested if self.actual is None else self.actual,
            "bucket": {
                "capacity": int(bucket.capacity),
                "available": int(bucket.available(self.clock())),
                "refillPerSecond": int(bucket.refill),
            },
        }


METER: ContextVar[Meter | None] = ContextVar("METER", default=None)
"""The meter of the request that is answered; none where nobody counts (tests, the command line)."""


def charge(cost: int) -> None:
    """Charge this request's principal; raises `RateLimitedError`."""
    meter = METER.get()
    if meter is not None:
        meter.charge(cost)


@lru_cache(maxsize=4096)
def address_key(host: str | None) -> str:
    """What the public is told apart by: an IPv4 address, or the /64 that an IPv6 address lies in."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return "nowhere"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)


@dataclass(slots=True, eq=False)
class Throttle:
    """The accounts of all principals of one process; `clock` counts seconds and never goes back."""

    rates: Rates
    clock: Callable[[], float]
    most: int = MOST_KEPT
    refused: Callable[[str], None] = lambda _limit: None
    """Told of each refusal."""
    _known: OrderedDict[str, Account] = field(default_factory=OrderedDict)
    _public: OrderedDict[str, Account] = field(default_factory=OrderedDict)

    @property
    def kept(self) -> int:
        """Principals that are remembered."""
        return len(self._known) + len(self._public)

    @contextmanager
    def request(self, token: str | None, host: str | None) -> Iterator[Meter]:
        """Admit a request for as long as the block lasts; raises `RateLimitedError`."""
        account = self.account(token, host)
        meter = Meter(account, self.clock)
        if account.running >= self.rates.concurrent:
            raise self.told(RateLimitedError(CONCURRENCY, 1.0, meter))
        if seconds := account.requests.take(1, self.clock()):
            raise self.told(RateLimitedError(REQUESTS, seconds, meter))
        account.running += 1
        held = METER.set(meter)
        try:
            yield meter
        finally:
            METER.reset(held)
            account.running -= 1
            if meter.refused is not None:
                self.told(meter.refused)

    @contextmanager
    def guess(self, host: str | None) -> Iterator[Callable[[], None]]:
        """Charge a look for a token to an address; whoever calls what is yielded says that it was there."""
        account = self._of(self._public, f"token at {address_key(host)}")  # apart from what is asked without one
        if seconds := account.requests.take(1, self.clock()):
            raise self.told(RateLimitedError(REQUESTS, seconds, Meter(account, self.clock)))
        yield lambda: account.requests.give(1, self.clock())

    def account(self, token: str | None, host: str | None) -> Account:
        """What a token has left, or the public at an address."""
        return self._of(self._public, address_key(host)) if token is None else self._of(self._known, token)

    def _of(self, kept: OrderedDict[str, Account], key: str) -> Account:
        found = kept.get(key)
        if found is None:
            rates, now = self.rates, self.clock()
            found = kept[key] = Account(
                Bucket(rates.capacity, rates.refill, rates.capacity, now),
                Bucket(rates.burst, rates.requests, rates.burst, now),
            )
            if len(kept) > self.most:
                kept.popitem(last=False)
        else:
            kept.move_to_end(key)
        return found

    def told(self, refusal: RateLimitedError) -> RateLimitedError:
        """Tell of a refusal, and hand it on."""
        self.refused(refusal.limit)
        return refusal
