"""Subscriptions over a real WebSocket: the protocol, what events say, resuming, and followers who do not read."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from websockets.exceptions import InvalidStatus

from db.pools import Database
from resolvers.events import PAGE
from resolvers.feed import MOST_WAITING
from schema.rates import Rates, Throttle
from tests.schema.following import ENTRIES, Follower, follower, listening
from tests.schema.serving import Site, site
from tests.worlds import new_id

GIVE = """mutation G($input: RecordDonationInput!) { recordDonation(input: $input) { position errors { code } } }"""


@pytest.fixture
async def served(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """The smallest world, with everything that runs beside it."""
    async with site(fresh_database, tmp_path / "data") as made:
        yield made


@pytest.fixture
async def address(served: Site) -> AsyncIterator[str]:
    """Where it listens."""
    async with listening(served.platform, init_seconds=0.3, most_subscriptions=3) as found:
        yield found


async def give(served: Site, count: int = 1) -> list[str]:
    """Record gifts; their positions."""
    found = []
    for _ in range(count):
        gift = {
            "id": new_id(), "organization": "hope", "donor": "NATURAL", "channel": "BANK", "custody": "hope-bank",
            "parts": [{"account": "hope-general", "amount": {"quantity": "1"}}],
        }  # fmt: skip
        found.append((await served.data(GIVE, "officer", input=gift))["recordDonation"]["position"])
    return found


# ---------------------------------------------------------------- the protocol

INIT: dict[str, Any] = {"type": "connection_init"}
FOLLOW: dict[str, Any] = {"id": "1", "type": "subscribe", "payload": {"query": "subscription{checkpoints{size}}"}}
CLOSED: dict[str, tuple[list[Any], int]] = {
    "no init": ([], 4408),
    "only pings": ([{"type": "ping"}], 4408),
    "init twice": ([INIT, INIT], 4429),
    "an unknown token": ([INIT | {"payload": {"authorization": "Bearer mz_x"}}], 4403),
    "another scheme": ([INIT | {"payload": {"Authorization": "Basic eDp5"}}], 4403),
    "an authorization that is no text": ([INIT | {"payload": {"authorization": 5}}], 4400),
    "a subscription before init": ([FOLLOW], 4401),
    "an id twice": ([INIT, FOLLOW, FOLLOW], 4409),
    "no id": ([INIT, {"type": "subscribe", "payload": {}}], 4400),
    "an empty id": ([INIT, FOLLOW | {"id": ""}], 4400),
    "a long id": ([INIT, FOLLOW | {"id": "x" * 129}], 4400),
    "no payload": ([INIT, {"id": "1", "type": "subscribe"}], 4400),
    "a payload that is a list": ([INIT, FOLLOW | {"payload": [1]}], 4400),
    "an unknown type": ([INIT, {"type": "start"}], 4400),
    "a server's type": ([INIT, {"type": "connection_ack"}], 4400),
    "no type": ([{}], 4400),
    "null": ([None], 4400),
    "a number": ([5], 4400),
    "no JSON": (["{"], 4400),
    "deep nesting": (["[" * 60_000], 4400),
    "a binary frame": ([b'{"type":"connection_init"}'], 4400),
    "a frame that is too long": (["x" * 200_000], 1009),
}


async def test_what_closes_a_connection(address: str) -> None:
    codes = {}
    for case, (said, _) in CLOSED.items():
        async with follower(address) as one:
            for message in said:
                frame = message if isinstance(message, str | bytes) else orjson.dumps(message).decode()
                await one.socket.send(frame)
            codes[case] = (await one.closed())[0]
    assert codes == {case: code for case, (_, code) in CLOSED.items()}


async def test_another_subprotocol_is_not_acceptable(address: str) -> None:
    for protocol in (None, "graphql-ws", "soap"):
        async with follower(address, protocol) as one:
            assert await one.closed() == (4406, "Subprotocol not acceptable")


async def test_pages_of_foreign_origins_are_refused(address: str) -> None:
    for foreign in ("https://evil.example", "null", "https://localhost.evil.example"):
        with pytest.raises(InvalidStatus) as refused:
            async with follower(address, origin=foreign):
                pass
        assert refused.value.response.status_code == 403
    for origin in ("http://localhost:5173", None):
        async with follower(address, origin=origin) as one:
            await one.init()


async def test_our_own_page_may_connect(address: str) -> None:
    async with follower(address, origin=address.replace("ws:", "http:").removesuffix("/graphql")) as one:
        await one.init()


async def test_pings_are_answered_before_and_after_init(address: str) -> None:
    async with follower(address) as one:
        await one.say(type="ping", payload={"n": 1})
        assert await one.hear() == {"type": "pong", "payload": {"n": 1}}
        await one.init()
        await one.say(type="ping")
        await one.say(type="pong")
        assert await one.hear() == {"type": "pong"}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a query": ({"query": "{ head { size } }"}, "BAD_USER_INPUT"),
    "a mutation": ({"query": "mutation { __typename }"}, "BAD_USER_INPUT"),
    "what does not parse": ({"query": "subscription {"}, "GRAPHQL_PARSE_FAILED"),
    "an unknown field": ({"query": "subscription { secrets }"}, "GRAPHQL_VALIDATION_FAILED"),
    "two roots": ({"query": "subscription { checkpoints { size } entries { kind } }"}, "GRAPHQL_VALIDATION_FAILED"),
    "no query": ({}, "BAD_USER_INPUT"),
    "an unknown document": ({"documentId": "sha256:" + "0" * 64}, "PERSISTED_QUERY_NOT_FOUND"),
    "a wrong variable": ({"query": ENTRIES, "variables": {"after": "x"}}, "BAD_USER_INPUT"),
    "too many brackets": ({"query": "subscription " + "{a" * 100 + "}" * 100}, "BAD_USER_INPUT"),
    "too long": ({"query": "subscription { checkpoints { size } }" + " " * 16_000}, "GRAPHQL_PARSE_FAILED"),
    "too dear": (
        {"query": "subscription { entries { postings(first: 100) { nodes { entry { postings(first: 100) { nodes { "
                  "entry { postings(first: 100) { nodes { id } } } } } } } } } }"}, "COST_EXCEEDED"),
    "a bad filter": ({"query": "subscription { entries(where: {kind: {in: null}}) { kind } }"}, "BAD_USER_INPUT"),
    "what the public may not see": ({"query": "subscription { entries { actor } }"}, "UNAUTHENTICATED"),
    "a noun that the public may not see": (
        {"query": 'subscription { importProgress(batch: "b") { key } }'}, "UNAUTHENTICATED"),
}  # fmt: skip


async def test_what_is_refused_is_told_and_the_connection_goes_on(address: str) -> None:
    codes = {}
    async with follower(address) as one:
        await one.init()
        for case, (payload, _) in REFUSED.items():
            await one.say(id="a", type="subscribe", payload=payload)
            told = await one.hear()
            assert (told["id"], told["type"]) == ("a", "error"), (case, told)
            codes[case] = told["payload"][0]["extensions"]["code"]
        await one.follow("subscription { checkpoints(after: 0) { size } }", "a")
        assert (await one.hear())["type"] == "next"
    assert codes == {case: code for case, (_, code) in REFUSED.items()}


async def test_a_connection_has_so_many_subscriptions(address: str) -> None:
    async with follower(address) as one:
        await one.init()
        for name in "abcd":
            await one.follow(name=name)
        told = await one.hear()
        assert (told["id"], told["payload"][0]["extensions"]["code"]) == ("d", "RATE_LIMITED")
        await one.say(id="a", type="complete")
        await one.say(id="unknown", type="complete")
        await one.follow(name="d", after="-1")
        assert (await one.hear())["type"] == "next"


async def test_subscriptions_are_charged_like_requests(served: Site, address: str) -> None:
    served.platform.throttle = Throttle(Rates(burst=2, requests=1), lambda: 0.0)
    async with follower(address) as one:
        await one.init()
        for name in "abc":
            await one.follow(name=name)
        error = (await one.hear())["payload"][0]["extensions"]
        assert (error["code"], error["limit"]) == ("RATE_LIMITED", "requests")
        assert error["retryAfter"] >= 1


async def test_a_full_server_says_come_again(served: Site) -> None:
    async with listening(served.platform, most_connections=1) as at, follower(at) as one, follower(at) as two:
        await one.init()
        assert (await two.closed())[0] == 1013


# ---------------------------------------------------------------- events


async def test_entries_from_the_first_on_then_as_they_are_recorded(served: Site, address: str) -> None:
    async with follower(address) as one:
        await one.init()
        await one.follow(after="-1")
        size = int((await served.data("{ head { size } }"))["head"]["size"])
        found = await one.events(size)
        assert [event["data"]["entries"]["position"] for event in found] == [str(n) for n in range(size)]
        (new,) = await give(served)
        (event,) = await one.events(1)
        assert event == {
            "data": {"entries": {"position": new, "kind": "DONATION"}},
            "extensions": {"journal": {"name": "demo", "position": new}, "resume": new},
        }


async def test_without_after_only_what_is_new(served: Site, address: str) -> None:
    async with follower(address) as one:
        await one.init()
        await one.follow("subscription { e: entries { at: position } }")
        await one.say(type="ping")
        assert (await one.hear())["type"] == "pong"
        (new,) = await give(served)
        assert [event["data"] for event in await one.events(1)] == [{"e": {"at": new}}]


async def test_a_filter_holds_and_resuming_goes_on_behind_it(served: Site, address: str) -> None:
    where = {"kind": {"eq": "DONATION"}}
    async with follower(address) as one:
        await one.init()
        await one.follow(where=where, after="-1")
        first, second = await one.events(2)
    new = await give(served, 2)
    async with follower(address) as one:
        await one.init()
        await one.follow(where=where, after=first["extensions"]["resume"])
        found = await one.events(3)
        assert [event["data"]["entries"]["position"] for event in found] == [second["extensions"]["resume"], *new]


async def test_an_event_is_what_a_query_answers(served: Site, address: str) -> None:
    fields = """{ id position kind leafHash state organization { name } evidence(first: 5) { totalCount }
                  postings(first: 5) { nodes { amount { minorUnits } to { account { key } } } } ...L }"""
    fragment = " fragment L on Entry { leaf actor }"
    async with follower(address) as one:
        await one.init(served.tokens["auditor"])
        await one.follow(f"subscription {{ entries(after: -1) {fields} }} {fragment}")
        size = int((await served.data("{ head { size } }"))["head"]["size"])
        for event in await one.events(size):
            at = event["extensions"]["resume"]
            asked = await served.data(f"{{ entry(position: {at}) {fields} }} {fragment}", "auditor")
            told = event["data"]["entries"]
            assert told | {"state": 0} == asked["entry"] | {"state": 0}


async def test_each_sees_what_its_policy_shows(served: Site, address: str) -> None:
    query = "subscription { entries(after: -1) { kind actor } }"
    async with follower(address) as auditor, follower(address) as stranger:
        await auditor.init(served.tokens["auditor"])
        await stranger.init(served.tokens["stranger"])
        await auditor.follow(query)
        await stranger.follow(query)
        size = int((await served.data("{ head { size } }"))["head"]["size"])
        actors = [event["data"]["entries"]["actor"] for event in await auditor.events(size)]
        assert all(actors)
        assert {event["data"]["entries"]["actor"] for event in await stranger.events(size)} == {None}


async def test_equal_subscriptions_share_their_statements(served: Site, address: str) -> None:
    many = 20
    stack = contextlib.AsyncExitStack()
    open_ones = [await stack.enter_async_context(follower(address)) for _ in range(many)]
    for each in open_ones:
        await each.init()
        await each.follow()
        await each.say(type="ping")
        assert (await each.hear())["type"] == "pong"
    (group,) = (group for group, _ in served.platform.feed._groups.values())
    pages = 0
    page = group.source.page

    async def counted(after: int, end: int) -> Any:  # noqa: ANN401 - a page of events
        nonlocal pages
        pages += 1
        return await page(after, end)

    vars(group)["source"] = type("Counted", (), {"page": staticmethod(counted), "end": group.source.end,
                                                 "key": group.source.key})()  # fmt: skip
    new = await give(served)
    for each in open_ones:
        assert [event["extensions"]["resume"] for event in await each.events(1)] == new
    assert pages == 1
    await stack.aclose()
    await asyncio.sleep(0.05)
    assert served.platform.feed.subscribers == 0


async def test_checkpoints_once_and_in_order(served: Site, address: str) -> None:
    async with follower(address) as one:
        await one.init()
        await one.follow("subscription { checkpoints(after: 0) { size note } }")
        (first,) = await one.events(1)
        await give(served)
        (second,) = await one.events(1)
        sizes = [int(event["data"]["checkpoints"]["size"]) for event in (first, second)]
        assert sizes == sorted(set(sizes))
        assert second["extensions"]["resume"] == str(sizes[1])


async def test_a_revoked_token_ends_its_connection(served: Site) -> None:
    async with listening(served.platform, recheck_seconds=0.1) as at, follower(at) as one:
        await one.init(served.tokens["inspector"])
        tokens = (await served.data("{ apiTokens { id role } }", "administrator"))["apiTokens"]
        token = next(each["id"] for each in tokens if each["role"] == "INSPECTOR")
        revoke = "mutation R($input: RevokeTokenInput!) { revokeToken(input: $input) { errors { code } } }"
        await served.data(revoke, "administrator", input={"token": token})
        assert (await one.closed())[0] == 4403


async def test_a_broken_listener_is_made_up_for_by_looking(served: Site, address: str) -> None:
    async with follower(address) as one:
        await one.init()
        await one.follow()
        await one.say(type="ping")
        await one.hear()
        feed = served.platform.feed
        assert feed.listening
        assert feed._listener is not None
        feed._listener._conn.terminate()
        (new,) = await give(served)
        assert [event["extensions"]["resume"] for event in await one.events(1)] == [new]


async def test_without_any_listener_looking_is_enough(
    served: Site, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = served.platform.feed

    async def nobody() -> None:
        raise OSError("no connection")

    monkeypatch.setattr(feed, "_connect", nobody)
    async with follower(address) as one:
        await one.init()
        await one.follow()
        await one.say(type="ping")
        await one.hear()
        if feed._listener is not None:
            feed._listener._conn.terminate()
        new = await give(served, 2)
        assert [event["extensions"]["resume"] for event in await one.events(2)] == new


# ---------------------------------------------------------------- who does not read


async def test_who_never_reads_is_closed_by_name_and_resumes(served: Site) -> None:
    query = "subscription ($after: BigInt) { entries(after: $after) { position leaf again: leaf more: leaf } }"
    feed = served.platform.feed
    async with listening(served.platform, stalled_seconds=0.3) as at:
        with socket.create_connection(("127.0.0.1", int(at.split(":")[2].split("/")[0]))) as end:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            async with follower(at, max_queue=1, sock=end) as one:
                await one.init(served.tokens["auditor"])
                for n in range(20):
                    await one.follow(query, str(n), after="-1")
                one.socket.transport.pause_reading()
                await give(served, 10)
                async with asyncio.timeout(5):
                    while feed.subscribers:
                        held = [m for g, _ in feed._groups.values() for found in g.members.values() for m in found]
                        assert all(len(m.waiting) < MOST_WAITING + PAGE for m in held)
                        await asyncio.sleep(0.02)
                one.socket.transport.resume_reading()
                heard = await _until_closed(one)
                assert one.socket.close_code == 4430
        last = max(int(event["payload"]["extensions"]["resume"]) for event in heard if event["id"] == "0")
        size = int((await served.data("{ head { size } }"))["head"]["size"])
        async with follower(at) as again:
            await again.init(served.tokens["auditor"])
            await again.follow(query, "1", after=str(last))
            found = await again.events(size - 1 - last)
            assert [int(event["extensions"]["resume"]) for event in found] == list(range(last + 1, size))


async def _until_closed(one: Follower) -> list[dict[str, Any]]:
    """Everything that had been sent."""
    heard = []
    try:
        while True:
            heard.append(orjson.loads(await asyncio.wait_for(one.socket.recv(), 1)))
    except Exception:  # noqa: BLE001 - closed, or nothing more comes
        return heard
