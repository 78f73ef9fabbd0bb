"""Who asks: a bearer token becomes a principal; no token is the public.

    Authorization: Bearer mz_…       the platform's own
    Authorization: Bearer eyJ…       of the OpenID Connect issuer, where one is configured (`schema/asgi/oidc.py`)

Tokens are random and stored as their SHA-256 alone.  A token that is unknown, revoked or expired is refused rather
than taken for the public, so that its bearer learns of it.
"""

from datetime import datetime
from hashlib import sha256

from starlette.requests import Request

from db.identities import Known
from resolvers.context import PUBLIC, Principal, Role
from resolvers.tokens import PREFIX
from schema.asgi.oidc import Oidc, is_token
from schema.asgi.recognition import Recognition
from schema.rates import Throttle

_LONGEST = 200


class UnknownTokenError(Exception):
    """The token is malformed, unknown, revoked or expired; which one is not told."""


def digest_of(token: str) -> bytes:
    """What is stored of a token."""
    return sha256(token.encode("utf-8", "surrogateescape")).digest()


async def principal_of(
    request: Request, tokens: Recognition, oidc: Oidc | None, throttle: Throttle | None, now: datetime
) -> Principal:
    """The principal of a request; raises `UnknownTokenError`, and `RateLimitedError` for guessing at tokens.

    A token of the issuer raises `oidc.OidcError`, and `oidc_keys.IssuerAwayError` where nobody can say.
    """
    header = request.headers.get("authorization")
    if header is None:
        return PUBLIC
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() == "bearer" and oidc is not None and is_token(token):
        return await _of_issuer(request, token, oidc, throttle, now)
    if scheme.lower() != "bearer" or not token.startswith(PREFIX) or len(token) > _LONGEST:
        raise UnknownTokenError
    known = await _known(request, digest_of(token), tokens, throttle)
    if known is None or not known.counts(now):
        raise UnknownTokenError
    name = str(known.id)
    return Principal(
        Role(known.role), known.organization, known.region, token=name, key=f"token:{name}", scopes=known.scopes
    )


async def _of_issuer(request: Request, token: str, oidc: Oidc, throttle: Throttle | None, now: datetime) -> Principal:
    """The principal of a token of the issuer; with a throttle, a wrong one is charged to the caller's address."""
    if throttle is None:
        return await oidc.principal(token, now)
    with throttle.guess(host_of(request)) as right:
        found = await oidc.principal(token, now)
        right()
    return found


async def _known(request: Request, digest: bytes, tokens: Recognition, throttle: Throttle | None) -> Known | None:
    """What is known of a token; with a throttle, one that is not there is charged to the caller's address."""
    found = tokens.remembered(digest)
    if found is not None:
        return found
    if throttle is None:
        return await tokens.looked_up(digest)
    with throttle.guess(host_of(request)) as right:
        found = await tokens.looked_up(digest)
        if found is not None and found.revoked is None:
            right()
    return found


def host_of(request: Request) -> str | None:
    """The address that a request comes from, as the server or a proxy of this machine says."""
    return request.client.host if request.client else None


def language_of(request: Request) -> str:
    """`zh` if the request prefers Chinese, else `en`."""
    best, weight = "en", 0.0
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        name, _, quality = part.strip().partition(";q=")
        language = name.split("-")[0].lower()
        worth = _quality(quality)
        if language in ("zh", "en") and worth > weight:
            best, weight = language, worth
    return best


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
