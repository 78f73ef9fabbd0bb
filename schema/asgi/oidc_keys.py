"""An issuer's public keys: found by discovery, remembered, and fetched again when a key is unknown.

Discovery must answer for the very issuer that is configured.  An unknown key is looked for once in ten seconds at the
most, however many tokens name one; while the issuer does not answer, the keys that are remembered count for a day.

IssuerAwayError   there are no keys, and the issuer does not answer as it should; `why` is for the log
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from resolvers.cosignatures import Answer
from schema.asgi.oidc_settings import is_safe

Key = RSAKey | ECKey | OKPKey
Ask = Callable[[str, bytes | None], Awaitable[Answer]]

FRESH_SECONDS: Final = 3600.0
"""After this the keys are fetched again, at the next token."""
STALE_SECONDS: Final = 86_400.0
"""After this keys count no more, unless they were fetched again."""
PAUSE_SECONDS: Final = 10.0
"""Between two fetches, whatever tokens say."""
_MOST_KEYS: Final = 100
_LEAST_RSA_BITS: Final = 2048
_OK: Final = 200
_KINDS: Final[Mapping[str, type[Key]]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
"""Kinds of key pair; a shared secret (`oct`) is none."""

_log = logging.getLogger(__name__)


class IssuerAwayError(Exception):
    """The issuer's keys are not to be had."""


@dataclass(slots=True)
class Keys:
    """The keys of one issuer; `clock` counts seconds."""

    issuer: str
    ask: Ask
    clock: Callable[[], float]
    fetches: int = 0
    _found: dict[str | None, Key] = field(default_factory=dict)
    _fetched: float | None = None
    _tried: float | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def key(self, name: str | None) -> Key | None:
        """The key of this name; without one, the only key there is.  Raises `IssuerAwayError`."""
        if self._due(name) or (self._turn.locked() and self._of(name) is None):
            async with self._turn:
                if self._due(name):  # whoever waited for the turn finds what was fetched meanwhile
                    await self._again()
        if self._fetched is None or self.clock() - self._fetched > STALE_SECONDS:
            raise IssuerAwayError
        return self._of(name)

    def _of(self, name: str | None) -> Key | None:
        if name is None and len(self._found) == 1:
            return next(iter(self._found.values()))
        return self._found.get(name)

    def _due(self, name: str | None) -> bool:
        now = self.clock()
        if self._tried is not None and now - self._tried < PAUSE_SECONDS:
            return False
        return self._fetched is None or now - self._fetched >= FRESH_SECONDS or self._of(name) is None

    async def _again(self) -> None:
        """Fetch once; what cannot be fetched leaves the keys as they are."""
        self._tried = self.clock()
        self.fetches += 1
        try:
            found = await self._read(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            self._found = keys_of(await self._read(self._address(found)))
            self._fetched = self._tried
        except (OSError, ValueError, TimeoutError) as fault:
            _log.warning("the keys of the OpenID Connect issuer could not be fetched: %s", fault)

    def _address(self, found: Mapping[str, Any]) -> str:
        """Where discovery says that the keys are; raises `ValueError`."""
        if found.get("issuer") != self.issuer:
            raise ValueError("its discovery answers for another issuer")
        address = found.get("jwks_uri")
        if not isinstance(address, str) or not is_safe(address):
            raise ValueError("its discovery names no safe jwks_uri")
        return address

    async def _read(self, address: str) -> Mapping[str, Any]:
        """JSON from the issuer; raises `OSError` or `ValueError`."""
        answer = await self.ask(address, None)
        found = orjson.loads(answer.body) if answer.status == _OK else None
        if not isinstance(found, dict):
            raise ValueError(f"it answers {answer.status}, or no JSON object")  # noqa: TRY004 - a value of another's
        return found


def keys_of(found: Mapping[str, Any]) -> dict[str | None, Key]:
    """The keys of a set that can sign; what is understood by nobody here is passed over.  Raises `ValueError`."""
    listed = found.get("keys")
    if not isinstance(listed, list):
        raise ValueError("it names no keys")  # noqa: TRY004 - a value of another's
    keys = {}
    for item in listed[:_MOST_KEYS]:
        if isinstance(item, dict) and (key := _key(item)) is not None:
            name = item.get("kid")
            keys[name if isinstance(name, str) else None] = key
    return keys


def _key(item: Mapping[str, Any]) -> Key | None:
    kind = _KINDS.get(str(item.get("kty")))
    if kind is None or item.get("use", "sig") != "sig":
        return None
    try:
        key = kind.import_key({name: value for name, value in item.items() if isinstance(value, str)})
    except (JoseError, ValueError, TypeError):
        return None
    if isinstance(key, RSAKey) and key.public_key.key_size < _LEAST_RSA_BITS:
        return None
    return key
