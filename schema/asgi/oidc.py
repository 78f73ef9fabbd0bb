"""Tokens of an OpenID Connect issuer: whose signature, issuer, audience and times are checked before a claim is read.

Who asks is known here by a pseudonym of issuer and subject, so that neither a log line nor an entry names a person.

OidcError   a token is refused; its `reason` is told to the bearer
"""

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError

from ledger import fields
from resolvers.context import Principal, Role
from schema.asgi.oidc_keys import Key, Keys
from schema.asgi.oidc_settings import OidcSettings

MOST_CHARACTERS: Final = 8_192

REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "TOKEN_MALFORMED": ("It is no signed JSON Web Token.", "它不是签名的 JSON Web Token。"),
    "TOKEN_ALGORITHM": ("Its algorithm is not allowed here.", "此处不允许其签名算法。"),
    "TOKEN_KEY": ("The issuer has no such key.", "签发方没有这把密钥。"),
    "TOKEN_SIGNATURE": ("Its signature is wrong.", "其签名不对。"),
    "TOKEN_ISSUER": ("It is of another issuer.", "它出自另一签发方。"),
    "TOKEN_AUDIENCE": ("It is for another audience.", "它面向另一受众。"),
    "TOKEN_EXPIRED": ("It has expired; sign in again.", "它已过期；请重新登录。"),
    "TOKEN_NOT_YET": ("It does not count yet.", "它尚未生效。"),
    "TOKEN_CLAIMS": ("It lacks a claim that is needed.", "它缺少所需的声明。"),
    "TOKEN_ROLE": ("It names no one role, or not whom it is for.", "它没有指明一个角色，或没有指明为谁。"),
}  # fmt: skip
"""Why a token is refused, in English and Chinese."""
_CLAIMS: Final = {"iss": "TOKEN_ISSUER", "aud": "TOKEN_AUDIENCE", "nbf": "TOKEN_NOT_YET", "iat": "TOKEN_NOT_YET"}


class OidcError(Exception):
    """A token is refused, for one of `REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_token(text: str) -> bool:
    """Whether it has the shape of a signed JSON Web Token."""
    return text.count(".") == 2  # noqa: PLR2004 - header, claims, signature


@dataclass(slots=True)
class Oidc:
    """Recognises the tokens of one issuer."""

    settings: OidcSettings
    keys: Keys

    async def principal(self, token: str, now: datetime) -> Principal:
        """Whose token it is; raises `OidcError`, and `oidc_keys.IssuerAwayError` where nobody can say."""
        algorithm, name = _header(token)
        if algorithm not in self.settings.algorithms:
            raise OidcError("TOKEN_ALGORITHM")
        key = await self.keys.key(name)
        if key is None:
            raise OidcError("TOKEN_KEY")
        return self._principal(self._claims(token, key, algorithm, now))

    def _claims(self, token: str, key: Key, algorithm: str, now: datetime) -> Mapping[str, Any]:
        """The claims of a token whose signature, issuer, audience and times are right."""
        chosen = self.settings
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()), leeway=chosen.skew,
            iss={"essential": True, "value": chosen.issuer}, aud={"essential": True, "value": chosen.audience},
            exp={"essential": True}, sub={"essential": True},
        )  # fmt: skip
        try:
            found = jwt.decode(token, key, algorithms=[algorithm])
        except (JoseError, ValueError) as error:
            raise OidcError("TOKEN_SIGNATURE") from error
        try:
            registry.validate(found.claims)
        except ExpiredTokenError as error:
            raise OidcError("TOKEN_EXPIRED") from error
        except MissingClaimError as error:
            raise OidcError("TOKEN_CLAIMS") from error
        except InvalidClaimError as error:
            raise OidcError(_CLAIMS.get(error.claim, "TOKEN_CLAIMS")) from error
        return found.claims

    def _principal(self, claims: Mapping[str, Any]) -> Principal:
        """What the claims mean here: one role, and whom it is for."""
        where = self.settings.claims
        named = _at(claims, where["role"])
        names = [named] if isinstance(named, str) else named if isinstance(named, list) else []
        roles = {self.settings.roles[name] for name in names if isinstance(name, str) and name in self.settings.roles}
        if len(roles) != 1:
            raise OidcError("TOKEN_ROLE")
        role = roles.pop()
        organization = _whom(claims, where["organization"], fields.ident) if role is Role.OFFICER else None
        region = _whom(claims, where["region"], fields.region) if role is Role.SUPERVISOR else None
        name = pseudonym(self.settings.issuer, str(claims["sub"]))
        return Principal(role, organization, region, token=name, key=f"oidc:{name}")


def pseudonym(issuer: str, subject: str) -> str:
    """What a subject is called here, a UUID: the same person is the same principal, and is not named."""
    return str(UUID(bytes=sha256(f"{issuer}\n{subject}".encode()).digest()[:16]))


def _header(token: str) -> tuple[str, str | None]:
    """The algorithm and the key's name; raises `OidcError`."""
    if len(token) > MOST_CHARACTERS or not token.isascii():
        raise OidcError("TOKEN_MALFORMED")
    part = token.partition(".")[0]
    try:
        found = orjson.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, orjson.JSONDecodeError) as error:
        raise OidcError("TOKEN_MALFORMED") from error
    name = found.get("kid") if isinstance(found, dict) else 0
    if not isinstance(found, dict) or not isinstance(found.get("alg"), str) or not isinstance(name, str | None):
        raise OidcError("TOKEN_MALFORMED")
    return found["alg"], name


def _at(claims: Mapping[str, Any], path: str) -> object:
    """The claim at a path of names; nothing where there is none."""
    found: object = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _whom(claims: Mapping[str, Any], path: str, rule: fields.Check) -> str:
    """The organization or region that a claim names; raises `OidcError`."""
    found = _at(claims, path)
    if not isinstance(found, str) or rule(found):
        raise OidcError("TOKEN_ROLE")
    return found
