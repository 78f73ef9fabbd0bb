"""Money that is not free: for others, advanced, placed outside, lost; goods by lot; rates of exchange."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.accounts import Account
from ledger.commands import Command, Move, Origin
from ledger.flows import Slices, forward
from ledger.projections import slices
from ledger.resolutions import MAJORITIES, majority
from tests.ledger.books import CNY, GOODS, Book, command, out
from tests.ledger.refused import rejected
from tests.ledger.samples import (
    BANK,
    GIVER,
    USE,
    advance,
    agency,
    bear,
    gift,
    lose,
    pass_on,
    place,
    placed_back,
    prepared,
    resolution,
    spend,
)

USD = "USD/2"
JPY = "JPY/0"


@pytest.fixture
def book() -> Book:
    """A small world with money in it."""
    return prepared()


def no(book: Book, made: Command) -> tuple[str, dict[str, object]]:
    """Code and facts of the no that a command meets."""
    found = rejected(book.state, made)
    return found.code, found.facts


def account(book: Book, name: str) -> Account:
    """An account as it stands."""
    return book.state.accounts[name]


def axis(book: Book, of: Origin) -> tuple[tuple[int, int], ...]:
    """What has come back of a posting."""
    return book.state.returned.get(f"posting/{of.entry}/{of.posting}", ())


def places_of(held: Account) -> list[int]:
    """The place of every unit that is there."""
    return [place + n for place, lo, hi in held.free for n in range(hi - lo)]


def seen(made: Command) -> Command:
    """The same, as something that has happened."""
    return replace(made, mode="observed", id=command("x").id)


def breaches(book: Book, made: Command) -> list[str]:
    """The codes that an observed command declares."""
    return [breach["code"] for breach in book.record(seen(made)).document.get("breaches", ())]


# ---------------------------------------------------------------- money for others (受托代理)


def test_agency_money_goes_to_its_recipient_and_to_nobody_else(book: Book) -> None:
    name = agency(book)
    assert book.record(pass_on(name)).document["fund"][0]["to"]["account"] == out("partners")
    wrong = pass_on(name, out("vendors"))
    facts = {"account": name, "recipient": out("partners"), "asked": out("vendors")}
    assert no(book, wrong) == ("RECIPIENT_MISMATCH", facts)
    assert breaches(book, wrong) == ["RECIPIENT_MISMATCH"]
    for kind, target in (("expense", out("vendors")), ("allocation", "f1"), ("transfer", "h1"), ("conversion", "f1")):
        moves = (Move(name, target, 1),)
        assert no(book, command(kind, fund=moves if kind != "conversion" else moves * 2))[0] == "NOT_FOR_THIS_KIND"


def test_agency_money_crosses_to_the_organization_that_the_donor_named(book: Book) -> None:
    name = agency(book, "h1")
    before = account(book, "h1").balance
    crossing = replace(pass_on(name, "h1"), custody=(Move("b1", "c1", 10),))
    book.record(crossing)
    assert account(book, "h1").balance == before + 10
    assert (account(book, "h1").received, account(book, name).received) == (0, 0), "no base of anybody's fees"


def test_agency_money_may_go_back_to_its_donor(book: Book) -> None:
    name = agency(book)
    of = Origin(book.state.head.size - 1, 0)
    book.record(command("refund", fund=(Move(name, GIVER, 40, of=of),), custody=(Move("b1", BANK, 40),)))
    assert (account(book, name).balance, account(book, name).received) == (60, 0)
    again = book.state.head.size - 1
    book.record(command("correction", {"of": again, "reason": "mistaken"}))
    assert (account(book, name).balance, account(book, name).received) == (100, 0)


def test_what_comes_back_of_it_is_for_its_recipient_again(book: Book) -> None:
    name = agency(book)
    of = Origin(book.record(pass_on(name)).position, 0)
    back = (Move(out("partners"), name, 10, of=of),)
    book.record(command("returned_payment", fund=back, custody=(Move(BANK, "b1", 10),)))
    assert places_of(account(book, name)) == list(range(100))


@pytest.mark.parametrize(("change", "code"), [
    ({"recipient": "h9"}, "ACCOUNT_NOT_FOUND"), ({"recipient": "f1"}, "NOT_FOR_THIS_KIND"),
    ({"recipient": "b1"}, "NOT_FOR_THIS_KIND"), ({"recipient": out("staff")}, "NOT_FOR_THIS_KIND"),
    ({"recipient": out("partners", USD)}, "ASSET_MISMATCH"), ({"recipient": "outside/o1/nobody"}, "MALFORMED"),
    ({"restriction": "r1"}, "MALFORMED"), ({"class": "fund"}, "MALFORMED"), ({"book": "custody"}, "MALFORMED"),
])  # fmt: skip
def test_an_agency_account_is_opened_for_one_recipient(book: Book, change: dict[str, str], code: str) -> None:
    data = {"account": "a9", "book": "fund", "class": "agency", "asset": CNY, "recipient": out("partners")}
    assert no(book, command("account_opened", data | change))[0] == code
    del data["recipient"]
    assert no(book, command("account_opened", data))[0] == "MALFORMED"


# ---------------------------------------------------------------- what is advanced, 垫付


def test_restricted_money_bears_what_was_advanced(book: Book) -> None:
    free, places_of_queue = account(book, "f1").balance, places_of(account(book, "f1"))
    of = advance(book)
    book.record(bear(of, 20))
    assert account(book, "f1").balance == free - 10
    assert account(book, "f2").balance == 980
    assert axis(book, of) == ((0, 20),)
    assert no(book, bear(of, 11)) == (
        "RETURN_EXCEEDS", {"entry": of.entry, "posting": 0, "left": "10", "asked": "11"}
    )  # fmt: skip
    book.record(bear(of, 10))
    assert places_of(account(book, "f1")) == places_of_queue, "their old places"
    gave = next(
        p for p, d in book.state.entries.items() if d["type"] == "donation" and d["fund"][0]["to"]["account"] == "f2"
    )
    known = Slices(item for document in book.state.entries.values() for item in slices(document))
    ends = forward(slices(book.document(gave)), known).ends
    assert sum(end.share for end in ends if end.axis.startswith("posting/")) == 30, "its trace ends at the use"


@pytest.mark.parametrize("dimension", ["purpose", "region", "project", "category", "cost", "period"])
def test_only_a_use_that_satisfies_the_restriction_is_borne(book: Book, dimension: str) -> None:
    last = "2026-10-31" if dimension == "period" else "2026-12-31"
    terms = {"restriction": "r9", "purposes": ["edu"], "categories": ["poor"], "region": "420000@201904",
             "project": "p-1", "from": "2026-01-01", "until": last}  # fmt: skip
    book.record(command("restriction_declared", terms))
    opened = {"account": "f9", "book": "fund", "class": "fund", "asset": CNY, "restriction": "r9"}
    book.record(command("account_opened", opened))
    book.record(gift("f9", 100))
    wrong = {"purpose": "health", "project": "p-2", "category": "rich", "cost": "management"}
    use = {**USE, **({dimension: wrong[dimension]} if dimension in wrong else {})}
    if dimension == "region":
        del use["region"]
    moves = (Move("f1", out("vendors"), 30, use),)
    made = command("advance", fund=moves, custody=(Move("b1", BANK, 30),))
    of = Origin(book.record(made).position, 0)
    code, facts = no(book, bear(of, 5, "f9", use))
    assert (code, facts["dimension"]) == ("RESTRICTION_VIOLATED", dimension)
    good = advance(book, effective="2026-10-01")
    book.record(bear(good, 5, "f9"))


def test_an_advance_is_of_free_money_and_repaid_for_its_own_use(book: Book) -> None:
    code, facts = no(book, replace(spend("f2", 1, USE), kind="advance"))
    assert (code, facts["dimension"]) == ("RESTRICTION_VIOLATED", "restriction")
    of = advance(book)
    assert no(book, bear(of, 5, use=USE | {"cost": "other"}))[0] == "RETURN_MISMATCH"
    spent = Origin(book.record(spend("f1", 5, USE)).position, 0)
    assert no(book, bear(spent, 5))[0] == "RETURN_MISMATCH", "an expense is no advance"
    assert no(book, bear(Origin(of.entry, 7), 5))[0] == "RETURN_MISMATCH"


def test_a_repayment_that_was_corrected_is_repaid_again(book: Book) -> None:
    of = advance(book)
    back = book.record(bear(of, 20)).position
    book.record(command("correction", {"of": back, "reason": "mistaken"}))
    assert account(book, "f2").balance == 1000
    again = Origin(book.state.head.size - 1, 0)
    assert book.document(again.entry)["fund"][0]["use"] == USE
    book.record(bear(again, 20))
    assert account(book, "f2").balance == 980


@pytest.mark.parametrize("change", [
    {"amount": 4}, {"source": out("staff")}, {"of": None}, {"use": USE},
])  # fmt: skip
def test_a_repayment_comes_in_pairs(book: Book, change: dict[str, Any]) -> None:
    made = bear(advance(book), 5)
    assert no(book, replace(made, fund=(made.fund[0], replace(made.fund[1], **change))))[0] == "MALFORMED"
    assert no(book, replace(made, fund=made.fund[:1]))[0] == "MALFORMED"


# ---------------------------------------------------------------- placed outside


@pytest.mark.parametrize(("matter", "on", "needed"), [
    ("major", "2026-10-01", 8), ("major", "2016-09-01", 8), ("major", "2016-08-31", 7), ("ordinary", "2026-10-01", 6),
])  # fmt: skip
def test_the_law_of_the_day_says_how_many_votes(book: Book, matter: str, on: str, needed: int) -> None:
    """Of twelve members ten were present."""
    assert majority(matter, on).needed(resolution()) == needed
    made = place("investment")
    few, enough = (
        replace(made, data={"resolution": resolution(votes, matter=matter, on=on)}, id=command("x").id)
        for votes in (needed - 1, needed)
    )
    assert no(book, few) == ("VOTE_TOO_SMALL", {"votes": needed - 1, "needed": needed, "matter": matter})
    book.record(enough)


def test_every_rule_of_the_law_has_its_day_and_source() -> None:
    for rules in MAJORITIES.values():
        assert [rule.since for rule in rules] == sorted({rule.since for rule in rules})
        assert all(rule.source for rule in rules)


@pytest.mark.parametrize("vote", [{"votes": 11}, {"present": 13}, {"on": "2026-11-02"}])
def test_votes_are_of_those_present(book: Book, vote: dict[str, Any]) -> None:
    assert no(book, replace(place("loan"), data={"resolution": resolution(**vote)}))[0] == "MALFORMED"


def income(source: str, target: str, amount: int) -> Command:
    """Income of a source into an account and bank `b1`."""
    moves = (Move(out(f"payers:{source}"), target, amount),)
    return command("income", {"source": source}, fund=moves, custody=(Move(BANK, "b1", amount),))


def test_government_money_is_not_invested_wherever_it_went(book: Book) -> None:
    book.record(income("interest", "f1", 10))
    book.record(place("investment", votes=8))
    at = book.record(income("government", "f1", 10)).position
    assert account(book, "f1").government == at
    assert no(book, place("investment")) == ("INVESTMENT_BARRED", {"account": "f1", "why": "government"})
    assert breaches(book, place("investment")) == ["INVESTMENT_BARRED"]
    assert account(book, "f5").government is None
    moved = book.record(command("allocation", fund=(Move("f1", "f5", 5),))).position
    book.record(command("allocation", fund=(Move("f1", "f5", 5),)))
    assert account(book, "f5").government == moved
    goods = book.record(replace(lose(), kind="conversion", data={}, fund=(
        Move("f1", out("conversion"), 7), Move(out("conversion", GOODS), "g1", 3),
    ), custody=(Move("b1", BANK, 7), Move(out("custody", GOODS), "w1", 3)))).position  # fmt: skip
    assert account(book, "g1").government == goods


def test_restricted_money_is_invested_where_its_terms_permit_it(book: Book) -> None:
    assert no(book, place("investment", "f2"))[1]["why"] == "restricted"
    for name, term in (("r8", "barred"), ("r9", "permitted")):
        terms = {"restriction": name, "purposes": [], "categories": [], "investment": term}
        book.record(command("restriction_declared", terms))
        opened = {"account": f"f-{name}", "book": "fund", "class": "fund", "asset": CNY, "restriction": name}
        book.record(command("account_opened", opened))
        book.record(gift(f"f-{name}", 100))
        book.record(income("government", f"f-{name}", 100))
    assert no(book, place("investment", "f-r8"))[0] == "INVESTMENT_BARRED"
    book.record(place("investment", "f-r9"))
    code, facts = no(book, command("allocation", fund=(Move("f-r8", "f-r9", 1),)))
    assert (code, facts["dimension"]) == ("RESTRICTION_VIOLATED", "investment")
    book.record(command("allocation", fund=(Move("f-r9", "f-r8", 1),)))


@pytest.mark.parametrize("kind", ["investment", "loan"])
def test_principal_comes_back_to_its_place_and_the_rest_is_lost(book: Book, kind: str) -> None:
    queue = account(book, "f1").free
    first = placed_back(book, kind, 45)
    of = first.fund[0].of
    assert of is not None
    book.record(first)
    more = replace(first, fund=(replace(first.fund[0], amount=6),), custody=(Move(BANK, "b1", 6),), id=command("x").id)
    assert no(book, more)[0] == "RETURN_EXCEEDS"
    klass = first.fund[0].source
    lost = command("loss", {"ground": kind, "reference": "P-1"}, fund=(Move(klass, out("losses"), 5, of=of),))
    at = book.record(lost).position
    assert account(book, klass).balance == 0
    assert account(book, "f1").free[0][0] == queue[0][0]
    assert axis(book, of) == ((0, 50),)
    undo = command("correction", {"of": at, "reason": "mistaken"})
    assert no(book, undo)[0] == "NOT_CORRECTABLE", "what comes back of it after all is income"


def test_a_loan_is_for_charity(book: Book) -> None:
    bare = place("loan")
    bare = replace(bare, fund=(replace(bare.fund[0], use=None),))
    code, facts = no(book, bare)
    assert (code, facts["dimension"], facts["allowed"]) == ("RESTRICTION_VIOLATED", "purpose", "charitable")
    assert breaches(book, bare) == ["RESTRICTION_VIOLATED"]
    assert no(book, place("loan", "f2", 1001))[0] == "INSUFFICIENT_FUNDS"


# ---------------------------------------------------------------- losses, purchases


@pytest.mark.parametrize(("ground", "source", "of"), [
    ("stocktake", out("investments"), None), ("investment", "f1", None), ("investment", out("investments"), None),
])  # fmt: skip
def test_what_is_lost_is_held_or_was_placed(book: Book, ground: str, source: str, of: Origin | None) -> None:
    made = command("loss", {"ground": ground, "evidence": "e" * 64}, fund=(Move(source, out("losses"), 1, of=of),))
    assert no(book, made)[0] == "MALFORMED"


def test_a_loss_names_its_paper_and_is_of_both_books(book: Book) -> None:
    assert no(book, replace(lose(), data={"ground": "stolen"}))[0] == "MALFORMED"
    assert no(book, replace(lose(), custody=()))[0] == "BOOKS_DIFFER"
    of = Origin(book.record(place("loan")).position, 0)
    wrong = command("loss", {"ground": "loan", "reference": "P"}, fund=(Move(out("vendors"), out("losses"), 1, of=of),))
    assert no(book, wrong)[0] == "NOT_FOR_THIS_KIND"


def test_the_price_of_a_purchase_is_what_was_paid(book: Book) -> None:
    facts = {"product": "rice", "region": "420100@201904", "quantity": "25", "unit": "kg", "price": "10",
             "referencePrice": "12", "seller": "S-1"}  # fmt: skip
    made = command("purchase", facts, fund=(Move("f1", out("vendors"), 10, USE),), custody=(Move("b1", BANK, 10),))
    assert no(book, replace(made, data=facts | {"price": "11"}))[1]["field"] == "data.price"
    assert no(book, replace(made, data=facts | {"party": "d" * 64}))[1]["field"] == "data.seller"
    assert no(book, replace(made, data=facts | {"region": "429999@201904"}))[0] == "REGION_NOT_FOUND"
    before = account(book, "f1").received
    book.record(made)
    assert account(book, "f1").received == before
