"""Tokens of an OpenID Connect issuer, a real server with real keys: who is let in as whom, and who is not and why."""

from __future__ import annotations

import asyncio
import hmac
import json
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from db.pools import Database
from resolvers.context import Role
from schema.asgi import oidc_settings
from schema.asgi.command import main
from schema.asgi.failures import CANNOT_START
from schema.asgi.oidc import pseudonym
from schema.asgi.oidc_keys import PAUSE_SECONDS, STALE_SECONDS
from schema.asgi.oidc_settings import OidcSettingsError
from tests.schema.serving import Site, site

AUDIENCE = "mingzhang"
WHO = "{ apiTokens { id } }"


@dataclass
class Issuer:
    """An issuer that serves its discovery and its keys over HTTP."""

    server: ThreadingHTTPServer
    keys: list[Any] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answers_for: str | None = None
    away: bool = False

    @property
    def address(self) -> str:
        """Its name, which is where it is."""
        return f"http://127.0.0.1:{self.server.server_port}/realm"

    def answer(self, path: str) -> object:
        """What it serves at a path."""
        self.asked.append(path)
        if path == "/realm/.well-known/openid-configuration":
            return {"issuer": self.answers_for or self.address, "jwks_uri": f"{self.address}/keys"}
        return {"keys": [{**key.as_dict(private=False), "use": "sig"} for key in self.keys]}

    def token(self, key: Any = None, header: Any = None, **claims: object) -> str:  # noqa: ANN401 - any key, any header
        """A token, right in every claim that is not given."""
        now, signer = int(time.time()), key or self.keys[0]
        body = {
            "iss": self.address, "aud": AUDIENCE, "sub": "u-7", "iat": now, "exp": now + 300,
            "realm": {"roles": ["everyone", "clerk"]}, "charity": "hope", **claims,
        }  # fmt: skip
        algorithm = {"RSA": "RS256", "EC": "ES256"}[signer.key_type]
        kept = {name: value for name, value in body.items() if value is not None}
        return jwt.encode(
            {"alg": algorithm, "kid": signer.kid, **(header or {})},
            kept,
            signer,
            algorithms=["RS256", "ES256", "HS256"],
        )


@pytest.fixture(scope="module")
def pairs() -> list[Any]:
    """Key pairs: two of RSA, one of an elliptic curve."""
    made = [RSAKey.generate_key(2048, {"kid": f"rsa-{n}"}) for n in (1, 2)]
    return [*made, ECKey.generate_key("P-256", {"kid": "ec"})]


@pytest.fixture
def issuer(pairs: list[Any]) -> Iterator[Issuer]:
    """An issuer that serves."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(made.answer(self.path)).encode()
            self.send_response(503 if made.away else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Issuer(server, [pairs[0], pairs[2]])
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield made
        server.shutdown()
        thread.join()


def settings(server: Issuer, folder: Path, **more: object) -> Path:
    """A file that names an issuer."""
    file = folder / "oidc.json"
    chosen = {
        "issuer": server.address, "audience": AUDIENCE, "algorithms": ["RS256", "ES256"], "skewSeconds": 5,
        "claims": {"role": "realm.roles", "organization": "charity", "region": "place"},
        "roles": {"clerk": "officer", "boss": "administrator", "auditors": "auditor", "bureau": "supervisor"},
        **more,
    }  # fmt: skip
    file.write_text(json.dumps(chosen))
    return file


class Clock:
    """A clock that is moved by hand."""

    now = 50.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest.fixture
async def desk(fresh_database: Database, tmp_path: Path, issuer: Issuer) -> AsyncIterator[Site]:
    """A served journal that takes the issuer's tokens."""
    file = settings(issuer, tmp_path)
    async with site(fresh_database, tmp_path / "data", world=False, publish=False, oidc=file) as made:
        assert made.platform.oidc is not None
        made.platform.oidc.keys.clock = Clock()
        yield made


async def ask(desk: Site, token: str, query: str = WHO, **headers: str) -> httpx.Response:
    """Ask with a token."""
    return await desk.client.post(
        "/graphql", json={"query": query}, headers={"authorization": f"Bearer {token}", **headers}
    )


async def reason(desk: Site, token: str) -> str:
    """Why a token is refused."""
    answer = await ask(desk, token)
    found = answer.json()["errors"][0]["extensions"]
    assert (answer.status_code, found["code"]) == (401, "UNAUTHENTICATED"), answer.text
    return str(found["reason"])


async def test_claims_become_a_principal(desk: Site, issuer: Issuer, pairs: list[Any]) -> None:
    oidc, now = desk.platform.oidc, desk.platform.context.now()
    assert oidc is not None
    for claims, role, organization, region in (
        ({}, Role.OFFICER, "hope", None),
        ({"realm": {"roles": "auditors"}}, Role.AUDITOR, None, None),
        ({"realm": {"roles": ["bureau"]}, "place": "420000@201912"}, Role.SUPERVISOR, None, "420000@201912"),
        ({"aud": ["other", AUDIENCE], "realm": {"roles": ["boss"]}}, Role.ADMINISTRATOR, None, None),
    ):
        for key in (pairs[0], pairs[2]):
            found = await oidc.principal(issuer.token(key, **claims), now)
            assert (found.role, found.organization, found.region) == (role, organization, region)
            assert found.token == pseudonym(issuer.address, "u-7")
            assert "u-7" not in repr(found), "the subject is not named"
    assert oidc.keys.fetches == 1


async def test_over_http(desk: Site, issuer: Issuer) -> None:
    assert (await ask(desk, issuer.token(realm={"roles": ["boss"]}))).json()["data"]["apiTokens"]
    answer = await ask(desk, issuer.token())
    assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN", "an officer lists no tokens"
    answer = await desk.get(
        "/tile/entries/000.p/1", None, authorization=f"Bearer {issuer.token(realm={'roles': ['auditors']})}"
    )
    assert answer.status_code == 200
    assert (await ask(desk, desk.tokens["administrator"])).json()["data"]["apiTokens"], "ours still count"


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"exp": 1_000}, "TOKEN_EXPIRED"), ({"exp": int(time.time()) - 6}, "TOKEN_EXPIRED"),
        ({"exp": None}, "TOKEN_CLAIMS"),
        ({"exp": "soon"}, "TOKEN_CLAIMS"),
        ({"nbf": int(time.time()) + 600}, "TOKEN_NOT_YET"), ({"iat": int(time.time()) + 600}, "TOKEN_NOT_YET"),
        ({"aud": "another"}, "TOKEN_AUDIENCE"), ({"aud": ["another"]}, "TOKEN_AUDIENCE"),
        ({"aud": None}, "TOKEN_CLAIMS"),
        ({"iss": "http://127.0.0.1:1/realm"}, "TOKEN_ISSUER"), ({"iss": None}, "TOKEN_CLAIMS"),
        ({"sub": None}, "TOKEN_CLAIMS"),
        ({"realm": {"roles": ["everyone"]}}, "TOKEN_ROLE"), ({"realm": None}, "TOKEN_ROLE"),
        ({"realm": "clerk"}, "TOKEN_ROLE"),
        ({"realm": {"roles": ["clerk", "boss"]}}, "TOKEN_ROLE"), ({"charity": None}, "TOKEN_ROLE"),
        ({"charity": "No Such"}, "TOKEN_ROLE"), ({"realm": {"roles": ["bureau"]}, "place": "Hubei"}, "TOKEN_ROLE"),
    ],
)  # fmt: skip
async def test_wrong_claims(desk: Site, issuer: Issuer, claims: dict[str, object], why: str) -> None:
    assert await reason(desk, issuer.token(**claims)) == why


async def test_clocks_may_differ_a_little(desk: Site, issuer: Issuer) -> None:
    now = int(time.time())
    assert (
        await ask(desk, issuer.token(exp=now - 2, nbf=now + 2, iat=now + 2, realm={"roles": ["boss"]}))
    ).status_code == 200


def part(value: object) -> str:
    """JSON as a part of a token."""
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def test_forged_tokens(desk: Site, issuer: Issuer, pairs: list[Any]) -> None:
    good = issuer.token()
    header, claims, signature = good.split(".")
    told = json.loads(urlsafe_b64decode(claims + "=="))
    boss = part({**told, "realm": {"roles": ["boss"]}})
    signing = f"{part({'alg': 'HS256', 'kid': 'rsa-1'})}.{boss}"
    secret = hmac.digest(pairs[0].as_pem(private=False), signing.encode(), "sha256")
    confused = f"{signing}.{urlsafe_b64encode(secret).rstrip(b'=').decode()}"
    stranger = RSAKey.generate_key(2048, {"kid": "rsa-1"})
    for forged, why in (
        (f"{header}.{boss}.{signature}", "TOKEN_SIGNATURE"),
        (f"{header}.{claims}.{signature[:-6]}AAAAAA", "TOKEN_SIGNATURE"),
        (f"{header}.{claims}.", "TOKEN_SIGNATURE"),
        (f"{part({'alg': 'none'})}.{boss}.", "TOKEN_ALGORITHM"),
        (f"{part({'alg': 'None', 'kid': 'rsa-1'})}.{boss}.", "TOKEN_ALGORITHM"),
        (confused, "TOKEN_ALGORITHM"),
        (f"{part({'alg': 'RS512', 'kid': 'rsa-1'})}.{claims}.{signature}", "TOKEN_ALGORITHM"),
        (f"{part({'alg': 'ES256', 'kid': 'rsa-1'})}.{claims}.{signature}", "TOKEN_SIGNATURE"),
        (issuer.token(stranger), "TOKEN_SIGNATURE"),
        (issuer.token(stranger, {"jwk": stranger.as_dict(private=False)}), "TOKEN_SIGNATURE"),
        (issuer.token(stranger, {"kid": "nobody"}), "TOKEN_KEY"),
        (f"{part({'alg': 'RS256', 'kid': 5})}.{claims}.{signature}", "TOKEN_MALFORMED"),
        (f"{part([])}.{claims}.{signature}", "TOKEN_MALFORMED"),
        ("a.b.c", "TOKEN_MALFORMED"), ("..", "TOKEN_MALFORMED"), ("\x7f.b.c", "TOKEN_MALFORMED"),
        (f"{header}.{'a' * 9_000}.{signature}", "TOKEN_MALFORMED"),
    ):  # fmt: skip
        assert await reason(desk, forged) == why, forged[:60]


async def test_keys_change(desk: Site, issuer: Issuer, pairs: list[Any]) -> None:
    keys = desk.platform.oidc.keys if desk.platform.oidc else None
    assert keys is not None
    clock = keys.clock = Clock()
    boss = {"realm": {"roles": ["boss"]}}
    assert (await ask(desk, issuer.token(**boss))).status_code == 200
    issuer.keys = [pairs[1]]
    new = issuer.token(**boss)
    assert await reason(desk, new) == "TOKEN_KEY", "it was asked just now"
    for n in range(20):
        assert await reason(desk, issuer.token(pairs[1], {"kid": f"guess-{n}"})) == "TOKEN_KEY"
    assert keys.fetches == 1, "however many keys tokens name"
    clock.now += PAUSE_SECONDS
    answers = await asyncio.gather(*(ask(desk, new) for _ in range(10)))
    assert ({answer.status_code for answer in answers}, keys.fetches) == ({200}, 2), "one fetch for all that wait"
    assert await reason(desk, issuer.token(pairs[0])) == "TOKEN_KEY", "the old key is gone"


async def test_an_issuer_that_is_away(desk: Site, issuer: Issuer) -> None:
    keys = desk.platform.oidc.keys if desk.platform.oidc else None
    assert keys is not None
    clock = keys.clock = Clock()
    token = issuer.token(realm={"roles": ["boss"]})
    issuer.away = True
    answer = await ask(desk, token)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    issuer.away, clock.now = False, clock.now + PAUSE_SECONDS
    assert (await ask(desk, token)).status_code == 200
    issuer.away, clock.now = True, clock.now + STALE_SECONDS - 1
    assert (await ask(desk, token)).status_code == 200, "its keys are remembered"
    clock.now += PAUSE_SECONDS
    assert (await ask(desk, token)).status_code == 503
    assert (await ask(desk, desk.tokens["administrator"])).status_code == 200


async def test_an_issuer_that_answers_for_another(desk: Site, issuer: Issuer) -> None:
    issuer.answers_for = "https://elsewhere.example"
    assert (await ask(desk, issuer.token())).status_code == 503


async def test_off_unless_configured(fresh_database: Database, tmp_path: Path, issuer: Issuer) -> None:
    async with site(fresh_database, tmp_path / "data", world=False, publish=False) as made:
        assert (await ask(made, issuer.token())).status_code == 401
    assert issuer.asked == []


@pytest.mark.parametrize(
    "more",
    [
        {"algorithms": ["none"]}, {"algorithms": ["HS256"]}, {"algorithms": []}, {"issuer": "http://login.example"},
        {"issuer": "https://login.example?x"}, {"issuer": "ftp://127.0.0.1"}, {"audience": ""}, {"roles": {}},
        {"roles": {"x": "public"}}, {"claims": {"name": "x"}}, {"skewSeconds": 301}, {"skewSeconds": True}, {"more": 1},
    ],
)  # fmt: skip
def test_settings_that_are_not_safe(tmp_path: Path, issuer: Issuer, more: dict[str, object]) -> None:
    with pytest.raises(OidcSettingsError):
        oidc_settings.load(settings(issuer, tmp_path, **more))


def test_a_server_does_not_start_with_settings_that_are_not_safe(tmp_path: Path, issuer: Issuer) -> None:
    for file, code in ((settings(issuer, tmp_path, algorithms=["HS256"]), CANNOT_START), (tmp_path / "none.json", 2)):
        done = CliRunner().invoke(main, ["serve", "--data", str(tmp_path / "data"), "--port", "0", "--oidc", str(file)])
        assert done.exit_code == code, done.output
    assert not (tmp_path / "data").exists(), "nothing was begun"
