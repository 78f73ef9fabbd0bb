"""The part of a journal that a question reads gives the answer that the whole journal gives, by every method."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import astuple, replace
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest

from db.journal import Journal
from db.plans import BadReadError
from db.pools import Database
from ledger import canonical, merkle
from ledger.conventions import rearranged
from ledger.flows import Slices
from ledger.networks import Network, payments
from ledger.projections import account_row, rows
from resolvers import subgraphs
from resolvers.comparisons import compare, unspent
from resolvers.context import SYSTEM, Context
from resolvers.covers import restricted_cover
from resolvers.methods import MethodTrace, Question, again, chosen, followed, mixed, rearranged_own, trace
from resolvers.mixtures import of_flow, of_mixture
from resolvers.paths import paths
from resolvers.policy import ForbiddenError
from resolvers.traces import TraceTooLongError
from tests.ledger.books import NOW, Book
from tests.ledger.oracle import held
from tests.ledger.test_methods import moves_of

METHODS: Any = ("FIFO", "LIFO", "PRO_RATA", "POISON")
DATES = {"effective": date.fromisoformat, "at": datetime.fromisoformat, "prior_period": date.fromisoformat}


@pytest.fixture
async def conn(fresh_database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A superuser of a database with one journal."""
    made = await asyncpg.connect(fresh_database.keeper)
    await made.execute("insert into journal (id, name, origin) values (1, 'main', 'mingzhang.test/main')")
    yield made
    await made.close()


async def stored(conn: asyncpg.Connection, seed: int, steps: int = 60) -> tuple[Book, Context]:
    """A random book, its rows in the database, and a context that reads them."""
    book = Book(seed)
    for _ in range(steps):
        book.step()
    tables: dict[str, list[dict[str, Any]]] = {"entry": [], "posting": [], "slice": [], "leaf": []}
    for leaf in book.leaves:
        document = canonical.decode(leaf)
        for table, found in rows(document).items():
            if table in tables:
                tables[table] += found
        tables["leaf"].append({"position": document["seq"], "leaf": leaf, "hash": merkle.leaf_hash(leaf)})
    tables["account"] = [account_row(account) for account in book.state.accounts.values()]
    for table, found in tables.items():
        names = list(found[0])
        records = [(1, *(_value(name, row[name]) for name in names)) for row in found]
        await conn.copy_records_to_table(table, columns=["journal", *names], records=records)
    made: tuple[Any, ...] = (1, len(book.leaves), NOW, bytes(32), bytes(32), [])
    await conn.copy_records_to_table(
        "head", columns=["journal", "size", "at", "last", "root", "frontier"], records=[made]
    )
    journal = Journal(1, "main", "mingzhang.test/main")
    return book, Context(SYSTEM, journal, conn, lambda: datetime.now(UTC))


def _value(name: str, value: Any) -> Any:  # noqa: ANN401 -- a row's value, as its column wants it
    if isinstance(value, str) and name in DATES:
        return DATES[name](value)
    return value


def whole(book: Book, question: Question, legs: Any) -> tuple[Any, Any]:  # noqa: ANN401 -- legs and answers to compare
    """The answer from all that the book recorded, without a database in between."""
    own = chosen([s for s in book.slices if s.position == question.subject], question)
    if question.method == "FIFO":
        return of_flow(followed(question, own, Slices(book.slices)), legs, question.direction)
    moves = moves_of(book, len(book.leaves))
    if question.method == "LIFO":
        slices = rearranged(moves, newest=True)
        mine = rearranged_own(slices, own, question)
        return of_flow(followed(question, mine, Slices(slices)), legs, question.direction)
    network = Network(moves)
    poison = question.method == "POISON"
    return of_mixture(network, mixed(network, question), legs, question.direction, poison=poison)


def told(answer: Any) -> Any:  # noqa: ANN401 -- steps and places
    """An answer as values to compare."""
    steps, places = answer
    return (
        [(s.leg.position, s.leg.posting, s.share, s.hop, s.returned) for s in steps],
        sorted(
            (p.state, p.side.account, p.share, p.exact, p.lo or "", p.hi or "", (p.hop and astuple(p.hop)) or ())
            for p in places
        ),
    )


@pytest.mark.parametrize("seed", range(5), ids=lambda seed: f"seed{seed}")
async def test_the_part_that_is_read_answers_as_the_whole(conn: asyncpg.Connection, seed: int) -> None:
    book, ctx = await stored(conn, seed)
    from db import flows as recorded  # noqa: PLC0415 -- beside its only use

    found = await recorded.legs(conn, 1, range(len(book.leaves)))
    legs = {(leg.position, leg.posting): leg for leg in found}
    gifts = sorted({s.position for s in book.slices if s.source.startswith(("outside/", "overdrawn/"))})
    paid = sorted({s.position for s in book.slices if not held(s.target)})
    questions = [Question(start=p) for p in gifts[::3]] + [Question(end=p) for p in paid[::3]]
    for asked in questions:
        for method in METHODS:
            question = replace(asked, method=method)
            own = {s.posting for s in book.slices if s.position == asked.subject}
            if len({legs[asked.subject, n].asset for n in own}) > 1:
                continue  # several assets at once are refused
            answer = await trace(ctx, question)
            assert told((answer.steps, answer.places)) == told(whole(book, question, legs)), question
            assert answer.complete, question
            await _runs_again(ctx, answer)


async def _runs_again(ctx: Context, answer: MethodTrace) -> None:
    same = await again(ctx, answer.saved)
    assert same.identical
    assert same.found == answer


async def test_value_dates_stop_rules_and_refusals(conn: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    book, ctx = await stored(conn, 3)
    gift = next(s.position for s in book.slices if s.source.startswith("outside/") and s.target == "f2")
    plain = await trace(ctx, Question(start=gift, posting=0))
    dated = await trace(ctx, Question(start=gift, posting=0, order="EFFECTIVE"))
    assert dated.by_date
    assert told((dated.steps, dated.places))[0] == told((plain.steps, plain.places))[0], "every date is the same day"
    for method in METHODS:
        cut = await trace(ctx, Question(start=gift, posting=0, method=method, max_hops=0))
        assert [step.hop for step in cut.steps] == [0]
        assert {place.state for place in cut.places} <= {"STOPPED", "RESTING"}
        assert not cut.complete or {place.state for place in cut.places} == {"RESTING"}
    for wrong in (Question(), Question(start=1, end=2), Question(start=0), Question(end=gift), Question(start=10**6)):
        with pytest.raises(BadReadError):
            await trace(ctx, wrong)
    with pytest.raises(BadReadError):
        await again(ctx, "bm9uZQ==")
    monkeypatch.setattr(subgraphs, "MOST_MOVEMENTS", 0)
    with pytest.raises(TraceTooLongError):
        await trace(ctx, Question(start=gift, posting=0, method="LIFO"))


async def test_a_changed_record_is_told_of_a_saved_trace(conn: asyncpg.Connection) -> None:
    book, ctx = await stored(conn, 3)
    gift = next(s for s in book.slices if s.source.startswith("outside/") and s.target == "f2")
    saved = (await trace(ctx, Question(start=gift.position, posting=0))).saved
    await conn.execute("set session_replication_role = replica")
    await conn.execute(
        "update slice set landed = landed + 1000, landed_hi = landed_hi + 1000 where position = $1", gift.position
    )
    found = await again(ctx, saved)
    assert (found.identical, found.reason) == (False, "RECORDS")


async def test_comparisons_stay_within_their_bounds(conn: asyncpg.Connection) -> None:
    book, ctx = await stored(conn, 5)
    gifts = sorted({s.position for s in book.slices if s.source.startswith("outside/o1/donors")})
    network = Network(moves_of(book, len(book.leaves)))
    paid = [p for p in sorted({s.position for s in book.slices if not held(s.target)}) if payments(network, p)]
    for start in gifts[:4]:
        for end in paid[-6:]:
            if start > end:
                continue
            found = await compare(ctx, start=start, end=end, start_posting=0, end_posting=0)
            for language in ("en", "zh"):
                assert found.sentence(language)
            for share in found.shares[:3] if found.bounds else ():
                assert found.bounds is not None
                assert found.bounds.least <= share.exact <= found.bounds.most
        left = await unspent(ctx, start=start, posting=0)
        if left.bounds is not None:
            assert left.bounds.least <= left.amount <= left.bounds.most
        _, told_ways = await paths(ctx, Question(start=start, posting=0))
        assert all(str(hop.entry) in way.en and str(hop.entry) in way.zh for way in told_ways for hop in way.hops)


async def test_the_cover_is_what_the_accounts_say(conn: asyncpg.Connection) -> None:
    book, ctx = await stored(conn, 4)
    found = await restricted_cover(ctx, organization="o1")
    accounts = [a for a in book.state.accounts.values() if a.organization == "o1" and a.asset == "CNY/2" and a.held]
    liquid = sum(a.balance for a in accounts if a.book == "custody")
    bound = sum(
        a.balance for a in accounts
        if a.book == "fund" and (a.klass == "agency" or (a.klass == "fund" and a.restriction is not None))
    )  # fmt: skip
    assert (found.curve.days[-1].liquid, found.curve.days[-1].restricted) == (liquid, bound)
    by_account = await restricted_cover(ctx, account="f2")
    assert by_account == found
    for wrong in ({}, {"account": "nowhere"}, {"organization": "o1", "as_of": 10**6}):
        with pytest.raises(BadReadError):
            await restricted_cover(ctx, **wrong)


async def test_other_rules_are_not_for_the_public(conn: asyncpg.Connection) -> None:
    from resolvers.context import PUBLIC  # noqa: PLC0415 -- beside its only use

    book, ctx = await stored(conn, 4)
    ctx = ctx.as_principal(PUBLIC)
    gift = next(s.position for s in book.slices if s.source.startswith("outside/o1/donors"))
    paid = next(s.position for s in reversed(book.slices) if "posting/" in s.target and held(s.source))
    assert (await trace(ctx, Question(start=gift, posting=0))).steps
    back = await trace(ctx, Question(end=paid, posting=0))
    assert not back.steps
    assert all(place.hop is None and not place.path for place in back.places)
    for act in (
        trace(ctx, Question(start=gift, method="LIFO")), trace(ctx, Question(start=gift, order="EFFECTIVE")),
        compare(ctx, start=gift, end=paid), restricted_cover(ctx, organization="o1"),
    ):  # fmt: skip
        with pytest.raises(ForbiddenError):
            await act
    assert (await unspent(ctx, start=gift, posting=0)).bounds is None
