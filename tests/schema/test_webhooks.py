"""Webhooks, delivered to a real HTTP server that takes them, fails, dawdles, redirects, or has gone."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from db.pools import Database
from resolvers.deliverer import Deliverer, Patience
from schema.asgi.posting import AddressError, Poster, is_public
from tests.schema.serving import Site, site
from tests.schema.test_subscriptions import give
from tests.worlds import new_id

QUICK = Patience(first=0.02, longest=0.1, lease=2, look=0.02, failures=4)
WEBHOOK = "webhook { id position state reason failures attempts { position status trouble } }"
REGISTER = f"""mutation M($input: RegisterWebhookInput!) {{
  registerWebhook(input: $input) {{ {WEBHOOK} secret errors {{ code message }} }} }}"""
LIST = """{ webhooks { id label address organizationKey query position state reason failures
  attempts { position status trouble } } }"""


@dataclass
class Receiver:
    """A server of receivers; `answer` makes the bytes of an answer from how many requests came before."""

    answer: Callable[[int], bytes] = lambda _: b"HTTP/1.1 204 No Content\r\n\r\n"
    slow: float = 0.0
    port: int = 0
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    serving: list[asyncio.Task[Any]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request; whoever is answered late is let go when the test is over."""
        task = asyncio.current_task()
        assert task is not None
        self.serving.append(task)
        try:
            await self._serve(reader, writer)
        finally:
            writer.close()

    async def close(self) -> None:
        """Let go of everybody."""
        for task in self.serving:
            task.cancel()
        await asyncio.gather(*self.serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[1:-2]
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.heard.append((headers, body))
        await asyncio.sleep(self.slow)
        with contextlib.suppress(OSError):
            writer.write(self.answer(len(self.heard) - 1))
            await writer.drain()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook?x=1"

    def positions(self) -> list[int]:
        """What was told, in order."""
        return [int(orjson.loads(body)["extensions"]["resume"]) for _, body in self.heard]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver that takes everything."""
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    await made.close()


@pytest.fixture
async def served(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """The smallest world, whose server may send to its own machine and is quick to try again."""
    async with site(fresh_database, tmp_path / "data", private_webhooks=True) as made:
        made.platform.deliverer.patience = QUICK
        made.platform.deliverer.post = Poster(private=True, seconds=0.3).post
        yield made


async def register(served: Site, receiver: Receiver, role: str = "administrator", **more: Any) -> tuple[str, str]:  # noqa: ANN401 - more fields of the input
    """Register the receiver; its id and secret."""
    found = await served.data(REGISTER, role, input={"address": receiver.address, "label": "x", **more})
    payload = found["registerWebhook"]
    assert payload["errors"] == [], payload
    return payload["webhook"]["id"], payload["secret"]


async def shown(served: Site) -> dict[str, Any]:
    """The only webhook."""
    (found,) = (await served.data(LIST, "administrator"))["webhooks"]
    return dict(found)


async def until(served: Site, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Wait until something holds of the only webhook."""
    async with asyncio.timeout(10):
        while not holds(found := await shown(served)):  # noqa: ASYNC110 - it is another connection's doing
            await asyncio.sleep(0.03)
    return found


async def size(served: Site) -> int:
    """How many entries there are."""
    return int((await served.data("{ head { size } }"))["head"]["size"])


def verify(secret: str, headers: dict[str, str], body: bytes) -> None:
    """What README tells receivers to do."""
    fields = [part.split("=", 1) for part in headers["mingzhang-signature"].split(",")]
    moment = next(value for name, value in fields if name == "t")
    right = hmac.new(secret.encode(), moment.encode() + b"." + body, sha256).hexdigest()
    assert any(hmac.compare_digest(right, value) for name, value in fields if name == "v1")


async def test_every_entry_once_in_order_and_signed(served: Site, receiver: Receiver) -> None:
    _, secret = await register(served, receiver, after="-1")
    count = await size(served)
    await until(served, lambda found: int(found["position"]) == count - 1)
    new = await give(served, 2)
    found = await until(served, lambda found: found["position"] == new[-1])
    assert receiver.positions() == list(range(int(new[-1]) + 1))
    assert (found["state"], found["failures"], found["attempts"][0]["status"]) == ("ACTIVE", 0, 204)
    for headers, body in receiver.heard:
        verify(secret, headers, body)
        assert headers["mingzhang-position"] == orjson.loads(body)["extensions"]["resume"]
    with pytest.raises(AssertionError):
        verify("whsec_other", *receiver.heard[0])


async def test_a_filter_and_a_selection_of_ones_own_by_the_policy_of_the_registrar(
    served: Site, receiver: Receiver
) -> None:
    query = "subscription ($where: EntryWhere) { entries(where: $where) { kind actor leaf } }"
    where = {"where": {"kind": {"eq": "DONATION"}}}
    await register(served, receiver, "officer", organization="hope", query=query, variables=where)
    (new,) = await give(served)
    await until(served, lambda found: found["position"] == new)
    ((_, body),) = receiver.heard
    asked = await served.data(f"{{ entry(position: {new}) {{ kind actor leaf }} }}", "officer")
    assert orjson.loads(body)["data"]["entries"] == asked["entry"]


async def test_failures_are_tried_again_in_order_then_it_goes_on(served: Site, receiver: Receiver) -> None:
    receiver.answer = lambda n: b"HTTP/1.1 503 Busy\r\n\r\n" if n in (0, 1, 3) else b"HTTP/1.1 200 OK\r\n\r\n"
    await register(served, receiver)
    new = [int(position) for position in await give(served, 2)]
    found = await until(served, lambda found: found["position"] == str(new[-1]))
    assert receiver.positions() == [new[0]] * 3 + [new[1]] * 2
    assert [each["status"] for each in found["attempts"]] == [200, 503, 200, 503, 503]


@pytest.mark.parametrize(
    ("answer", "slow", "why"),
    [
        (b"HTTP/1.1 500 No\r\n\r\n", 0, "it answered 500"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n", 0, "it answered 302"),
        (b"SSH-2.0-x\r\n", 0, "the answer is not HTTP"),
        (b"", 0, "the answer is not HTTP"),
        (b"HTTP/1.1 200 OK\r\n\r\n", 1, "no answer within 0.3 s"),
    ],
)
async def test_who_never_takes_is_paused_by_name_and_goes_on_when_asked(
    served: Site, receiver: Receiver, answer: bytes, slow: float, why: str
) -> None:
    receiver.answer, receiver.slow = lambda _: answer, slow
    name, _ = await register(served, receiver)
    (new,) = await give(served)
    found = await until(served, lambda found: found["state"] == "PAUSED")
    assert found["reason"] == f"4 failures in a row; at last: {why}"
    assert len(receiver.heard) == 4
    receiver.answer, receiver.slow = Receiver.answer, 0
    replay = (
        f"mutation M($input: ReplayWebhookInput!) {{ replayWebhook(input: $input) {{ {WEBHOOK} errors {{ code }} }} }}"
    )
    assert (await served.data(replay, "administrator", input={"webhook": name}))["replayWebhook"]["errors"] == []
    await until(served, lambda found: found["position"] == new)


async def test_410_revokes(served: Site, receiver: Receiver) -> None:
    receiver.answer = lambda _: b"HTTP/1.1 410 Gone\r\n\r\n"
    await register(served, receiver)
    await give(served, 2)
    found = await until(served, lambda found: found["state"] == "REVOKED")
    assert (found["reason"], len(receiver.heard)) == ("it answered 410", 1)


async def test_replay_tells_everything_again(served: Site, receiver: Receiver) -> None:
    name, _ = await register(served, receiver, after="-1")
    count = await size(served)
    await until(served, lambda found: int(found["position"]) == count - 1)
    replay = "mutation M($input: ReplayWebhookInput!) { replayWebhook(input: $input) { errors { code } } }"
    await served.data(replay, "administrator", input={"webhook": name, "after": "1"})
    await until(served, lambda found: int(found["position"]) == count - 1 and len(receiver.heard) == 2 * count - 2)
    assert receiver.positions() == [*range(count), *range(2, count)]


async def test_both_secrets_sign_after_a_change(served: Site, receiver: Receiver) -> None:
    name, old = await register(served, receiver)
    rotate = "mutation M($input: WebhookInput!) { rotateWebhookSecret(input: $input) { secret errors { code } } }"
    new = (await served.data(rotate, "administrator", input={"webhook": name}))["rotateWebhookSecret"]["secret"]
    (position,) = await give(served)
    await until(served, lambda found: found["position"] == position)
    ((headers, body),) = receiver.heard
    verify(old, headers, body)
    verify(new, headers, body)


async def test_several_processes_deliver_each_event_once(served: Site, receiver: Receiver) -> None:
    platform = served.platform
    others = [
        Deliverer(platform.context, platform.feed, platform.deliverer.post, platform.deliverer.read, QUICK)
        for _ in range(3)
    ]
    tasks = [asyncio.create_task(each.run()) for each in others]
    await register(served, receiver)
    new = [int(position) for position in await give(served, 10)]
    await until(served, lambda found: found["position"] == str(new[-1]))
    assert receiver.positions() == new
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_who_may_do_what(served: Site, receiver: Receiver) -> None:
    name, _ = await register(served, receiver, "officer", organization="hope")
    revoke = "mutation M($input: WebhookInput!) { revokeWebhook(input: $input) { errors { code } } }"

    async def codes(role: str | None, document: str = revoke, **given: Any) -> list[str]:  # noqa: ANN401 - the fields of an input
        ((_, payload),) = (await served.data(document, role, input=given)).items()
        return [error["code"] for error in payload["errors"]]

    assert await codes(None, webhook=name) == ["FORBIDDEN"]
    assert await codes("auditor", webhook=name) == ["FORBIDDEN"]
    assert await codes("stranger", webhook=name, organization="hope") == ["FORBIDDEN"]
    assert await codes("stranger", webhook=name, organization="other") == ["WEBHOOK_NOT_FOUND"]
    assert await codes("officer", webhook=new_id(), organization="hope") == ["WEBHOOK_NOT_FOUND"]
    register_ = REGISTER.replace(f"{WEBHOOK} secret", "")
    for address in (
        "ftp://a",
        "http://example.org/",
        "https://u:p@a/",
        "https://a b/",
        "https://",
        "x",
        "https://a:0/",
    ):
        assert await codes("administrator", register_, address=address, label="x") == ["MALFORMED"]
    for query in ("{ head { size } }", "subscription { checkpoints { size } }", "subscription {"):
        assert await codes("administrator", register_, address="https://a/", label="x", query=query) == ["MALFORMED"]
    assert (await served.ask(LIST, "auditor"))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    listed = '{ webhooks(organization: "hope") { id } }'
    assert await served.data(listed, "officer") == {"webhooks": [{"id": name}]}
    assert await codes("officer", webhook=name, organization="hope") == []
    await give(served)
    await asyncio.sleep(0.1)
    assert receiver.heard == []


async def test_a_revoked_token_pauses_what_it_registered(served: Site, receiver: Receiver) -> None:
    await register(served, receiver, "officer", organization="hope")
    tokens = (await served.data("{ apiTokens { id role organizationKey } }", "administrator"))["apiTokens"]
    token = next(each["id"] for each in tokens if each["organizationKey"] == "hope")
    (new,) = await give(served)
    await until(served, lambda found: found["position"] == new)
    revoke = "mutation R($input: RevokeTokenInput!) { revokeToken(input: $input) { errors { code } } }"
    await served.data(revoke, "administrator", input={"token": token})
    served.tokens["officer"] = served.tokens["administrator"]
    await give(served)
    found = await until(served, lambda found: found["state"] == "PAUSED")
    assert found["reason"] == "the token that registered it counts no more"
    assert len(receiver.heard) == 1


async def test_nothing_is_sent_into_a_private_network(receiver: Receiver) -> None:
    for address in (receiver.address, f"http://localhost:{receiver.port}/"):
        with pytest.raises(AddressError):
            await Poster().post(address, b"{}", {})
    assert receiver.heard == []
    private = ("10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104 - an address to refuse
               "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1")  # fmt: skip
    assert [place for place in private if is_public(place)] == []
    assert is_public("1.1.1.1")
    assert is_public("2606:4700::1111")


def test_pauses_grow_and_are_bounded() -> None:
    patience = Patience()
    for failures in range(1, 60):
        least, most = (patience.pause(failures, chance).total_seconds() for chance in (0.0, 1.0))
        assert least * 2 == most <= patience.longest
        assert most == min(patience.longest, 2.0**failures)
