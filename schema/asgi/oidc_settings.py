"""Whose tokens count besides our own: one OpenID Connect issuer, and what its claims mean here.

    {"issuer": "https://login.example", "audience": "mingzhang",
     "claims": {"role": "realm_access.roles", "organization": "charity", "region": "region"},
     "roles": {"charity-clerk": "officer", "audit-office": "auditor"},
     "algorithms": ["RS256"], "skewSeconds": 30}

A claim may lie inside others (dots).  What an issuer calls a role counts only where `roles` says what it is here.

OidcSettingsError   the file cannot be read, or says something that is not safe; names the field
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from resolvers.context import Role

ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"}
)
"""Signatures by a key pair: never `none`, never a secret that both sides know (HS…)."""
_CLAIMS: Final = {"role": "role", "organization": "organization", "region": "region"}
_KNOWN: Final = frozenset({"issuer", "audience", "claims", "roles", "algorithms", "skewSeconds"})
_MOST_SKEW: Final = 300


class OidcSettingsError(Exception):
    """The settings of OpenID Connect are not usable."""

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(f"{file}: {why}. See `schema/asgi/oidc_settings.py` for its form.")


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """One issuer, whom its tokens are for, and what its claims mean; `skew` in seconds."""

    issuer: str
    audience: str
    roles: Mapping[str, Role]
    claims: Mapping[str, str]
    algorithms: frozenset[str]
    skew: int


def is_safe(address: object) -> bool:
    """Whether keys may be fetched there: by TLS, or from this machine."""
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return bool(host) and not parts.query and not parts.fragment
    try:
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
    return parts.scheme == "http" and local and not parts.query and not parts.fragment


def load(file: Path) -> OidcSettings:
    """Read the settings; raises `OidcSettingsError`."""
    try:
        found = orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise OidcSettingsError(file, f"it is no JSON file that can be read ({type(error).__name__})") from error
    if not isinstance(found, dict) or set(found) - _KNOWN:
        raise OidcSettingsError(file, f"it is one object of {', '.join(sorted(_KNOWN))}")
    if not is_safe(found.get("issuer")):
        raise OidcSettingsError(file, "`issuer` is an https address without a query (http on this machine alone)")
    if not isinstance(found.get("audience"), str) or not found["audience"]:
        raise OidcSettingsError(file, "`audience` names whom tokens are for")
    skew = found.get("skewSeconds", 30)
    if not isinstance(skew, int) or isinstance(skew, bool) or not 0 <= skew <= _MOST_SKEW:
        raise OidcSettingsError(file, f"`skewSeconds` is a whole number from 0 to {_MOST_SKEW}")
    return OidcSettings(
        found["issuer"], found["audience"], _roles(file, found.get("roles")), _claims(file, found.get("claims", {})),
        _algorithms(file, found.get("algorithms", ["RS256"])), skew,
    )  # fmt: skip


def _roles(file: Path, given: Any) -> Mapping[str, Role]:  # noqa: ANN401 - a value of the file
    names = {role.value: role for role in Role if role is not Role.PUBLIC}
    good = isinstance(given, dict) and given and all(isinstance(role, str) and role in names for role in given.values())
    if not good:
        raise OidcSettingsError(file, f"`roles` maps the issuer's names to {', '.join(sorted(names))}")
    return {name: names[role] for name, role in given.items()}


def _claims(file: Path, given: Any) -> Mapping[str, str]:  # noqa: ANN401 - a value of the file
    if (
        not isinstance(given, dict)
        or set(given) - set(_CLAIMS)
        or not all(isinstance(at, str) for at in given.values())
    ):
        raise OidcSettingsError(file, f"`claims` says where {', '.join(_CLAIMS)} are")
    return {**_CLAIMS, **given}


def _algorithms(file: Path, given: Any) -> frozenset[str]:  # noqa: ANN401 - a value of the file
    good = isinstance(given, list) and given and all(isinstance(name, str) and name in ALGORITHMS for name in given)
    if not good:
        raise OidcSettingsError(file, f"`algorithms` are some of {', '.join(sorted(ALGORITHMS))}")
    return frozenset(given)
