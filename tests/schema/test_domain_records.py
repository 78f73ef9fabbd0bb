"""Domain records: every declared noun is recorded, read, filtered, versioned and refused through GraphQL alone."""

from __future__ import annotations

import random
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from db.pools import Database
from ledger import domain
from ledger.domain import RecordNoun
from ledger.domain_nouns import RECORD_NOUNS
from resolvers.beneficiaries import Beneficiary, record_beneficiary
from resolvers.context import SYSTEM
from resolvers.domain import ACTIONS
from resolvers.policy import NOUNS, PUBLIC_RECORDS
from resolvers.references import load_focus_areas, load_reference
from resolvers.verification import replayed
from schema.domain import lower_first
from tests.schema import domain_samples as samples
from tests.schema.serving import Site, site

REGIONS = {
    "edition": "201904",
    "items": [
        {"code": "420000", "name": "湖北省", "level": "province"},
        {"code": "420100", "name": "武汉市", "level": "city", "parent": "420000"},
        {"code": "420102", "name": "江岸区", "level": "county", "parent": "420100"},
    ],
}
MUTATION = """mutation Do($input: Record{type}Input!) {{ record{type}(input: $input) {{
  position errors {{ code message path ... on Malformed {{ field why }} ... on Rejected {{ facts }} }}
  {field} {{ {fields} history(first: 9) {{ nodes {{ version content }} }} entry {{ position kind }} }} }} }}"""


@pytest.fixture
async def desk(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """A served journal with an organization, regions and focus areas."""
    async with site(fresh_database, tmp_path / "data", publish=False) as made:
        ctx = made.platform.context.as_principal(SYSTEM)
        await load_reference(ctx, "regions", REGIONS)
        await load_focus_areas(ctx)
        child = Beneficiary(id=str(uuid.uuid4()), organization="hope", beneficiary="child", kind="household")
        await record_beneficiary(ctx, child)
        yield made


async def record(desk: Site, noun: RecordNoun, given: dict[str, Any], role: str = "administrator") -> Any:  # noqa: ANN401 - the payload, any JSON value
    """Record one, and answer its payload."""
    head: dict[str, Any] = {"id": str(uuid.uuid4()), **({"organization": "hope"} if noun.owned else {})}
    query = MUTATION.format(type=noun.type, field=lower_first(noun.type), fields=samples.selection(noun))
    found = await desk.data(query, role, input=head | given)
    return found[f"record{noun.type}"]


async def made(desk: Site, chance: random.Random) -> dict[str, str]:
    """One of each noun, in an order in which what is named is there; answers their plain ids."""
    named = {"organization": "hope", "beneficiary": "child"}
    waiting = list(RECORD_NOUNS.values())
    while waiting:
        ready = [noun for noun in waiting if _needs(noun) <= named.keys()] or waiting
        for noun in ready:
            given = samples.fields(noun.fields, chance, named, whole=True)
            payload = await record(desk, noun, given)
            assert payload["errors"] == [], (noun.name, payload["errors"], given)
            shown = payload[lower_first(noun.type)]
            wanted = samples.expected(noun.fields, given)
            assert {name: shown[name] for name in wanted} == wanted, noun.name
            for each in noun.fields:
                if not each.many and each.kind in ("record", "region", "entry"):
                    assert samples.leads_to(each, shown, given), (noun.name, each.name)
            named[noun.name] = shown["key"]
            waiting.remove(noun)
    return named


def _needs(noun: RecordNoun) -> set[str]:
    return {each.of for each in noun.fields if each.of and each.of not in (noun.name, "beneficiary")}


async def test_every_noun_is_recorded_and_read_back(desk: Site) -> None:
    named = await made(desk, random.Random("every noun"))
    assert set(named) >= set(RECORD_NOUNS) - {"organization"}
    lists = " ".join(f"{noun.plural}(first: 2) {{ totalCount }}" for noun in RECORD_NOUNS.values() if noun.owned)
    found = await desk.data(f"{{ organizations(first: 5) {{ nodes {{ {lists} }} }} }}", "auditor")
    (organization,) = found["organizations"]["nodes"]
    assert all(organization[noun.plural]["totalCount"] == 1 for noun in RECORD_NOUNS.values() if noun.owned)
    replay = await replayed(desk.platform.reader, desk.platform.journal.id, desk.platform.context.now)
    assert replay.findings == [], "every row is what the leaves say"


async def test_versions_follow_each_other_and_stand_as_of_a_position(desk: Site) -> None:
    noun, chance = RECORD_NOUNS["campaign"], random.Random("versions")
    first = samples.fields(noun.fields, chance, {}, whole=True) | {"name": "抗洪"}
    payload = await record(desk, noun, first)
    key, position = payload["campaign"]["key"], payload["position"]
    again = await record(desk, noun, first | {"name": "抗洪（二）", "record": key, "version": 1})
    assert [line["version"] for line in again["campaign"]["history"]["nodes"]] == [1, 2]
    stale = await record(desk, noun, first | {"name": "抗洪（三）", "record": key, "version": 1})
    assert stale["errors"][0]["code"] == "VERSION_CONFLICT"
    query = """query ($key: String!, $at: BigInt) { campaign(by: {key: $key}, asOf: $at) { name version }
        campaigns(first: 3, asOf: $at) { totalCount nodes { name } } }"""
    now = await desk.data(query, key=key)
    then = await desk.data(query, key=key, at=position)
    before = await desk.data(query, key=key, at=str(int(position) - 1))
    assert (now["campaign"]["name"], then["campaign"]["name"], before["campaign"]) == ("抗洪（二）", "抗洪", None)
    assert (then["campaigns"]["nodes"], before["campaigns"]["totalCount"]) == ([{"name": "抗洪"}], 0)


async def test_records_are_filtered_and_ordered(desk: Site) -> None:
    noun, chance = RECORD_NOUNS["need"], random.Random("needs")
    for n, (kind, urgency) in enumerate((("GOODS", "HIGH"), ("MONEY", "LOW"), ("GOODS", "LOW"))):
        given = samples.fields(noun.fields, chance, {}, whole=True)
        await record(desk, noun, given | {"title": f"N{n}", "kind": kind, "urgency": urgency, "quantity": 9 - n})
    query = """query ($where: NeedWhere) { needs(first: 9, where: $where, orderBy: [{field: QUANTITY}])
        { nodes { title } } }"""

    async def titles(where: object) -> list[str]:
        return [node["title"] for node in (await desk.data(query, where=where))["needs"]["nodes"]]

    assert await titles({}) == ["N2", "N1", "N0"]
    assert await titles({"kind": {"eq": "GOODS"}}) == ["N2", "N0"]
    assert await titles({"quantity": {"gte": 8}, "urgency": {"in": ["HIGH", "LOW"]}}) == ["N1", "N0"]
    assert await titles({"regionCode": {"within": "420000@201904"}, "title": {"startsWith": "N1"}}) == ["N1"]
    assert await titles({"organization": {"key": {"eq": "nobody"}}}) == []


async def test_what_does_not_fit_is_named(desk: Site) -> None:
    noun = RECORD_NOUNS["contract"]
    good = samples.fields(noun.fields, random.Random("contract"), {}, whole=True)
    price = good["prices"][0]
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"title": ""}, "title"), ({"title": "two\nlines"}, "title"), ({"title": "x" * 201}, "title"),
        ({"number": "bad number"}, "number"), ({"uscc": "53420000MJA000016X"}, "uscc"),
        ({"feeRate": "1" * 16}, "feeRate"), ({"passOnDays": -1}, "passOnDays"),
        ({"prices": [price, price | {"item": " "}]}, "prices.1.item"),
        ({"prices": [price | {"price": {"asset": "CNY", "minorUnits": "1"}}]}, "prices.0.price"),
        ({"prices": [price] * 201}, "prices"), ({"record": "No Id"}, "record"), ({"version": -1}, "version"),
        ({"organization": "No Org"}, "organization"),
    ]  # fmt: skip
    for change, field in wrong:
        payload = await record(desk, noun, good | change)
        (error,) = payload["errors"]
        assert (error["code"], error.get("field", "").startswith(field)) == ("MALFORMED", True), (change, error)
    missing = [
        (RECORD_NOUNS["acceptance"], {"contract": "none"}, "RECORD_NOT_FOUND"),
        (RECORD_NOUNS["need"], {"region": "110000@201904"}, "REGION_NOT_FOUND"),
        (RECORD_NOUNS["need"], {"focus": "9.9"}, "PURPOSE_NOT_FOUND"),
        (RECORD_NOUNS["budget"], {"project": "none"}, "PROJECT_NOT_FOUND"),
    ]
    for of, change, code in missing:
        named = {"contract": "none"} if of.name == "acceptance" else {}
        given = samples.fields(of.fields, random.Random("missing"), named, whole=True)
        payload = await record(desk, of, given | change)
        assert [error["code"] for error in payload["errors"]] == [code]
    backwards = samples.fields(RECORD_NOUNS["event"].fields, random.Random("event"), {}, whole=True)
    payload = await record(desk, RECORD_NOUNS["event"], backwards | {"starts": "2020-02-02", "ends": "2020-02-01"})
    assert payload["errors"][0]["field"] == "ends"


async def test_who_may_record_and_read_is_the_table_of_policy(desk: Site) -> None:
    await made(desk, random.Random("policy"))
    for noun in RECORD_NOUNS.values():
        given = samples.fields(noun.fields, random.Random("policy"), {"beneficiary": "child"}, whole=False)
        if not _needs(noun):
            payload = await record(desk, noun, given, "officer")
            codes = [error["code"] for error in payload["errors"]]
            assert (codes == ["FORBIDDEN"]) is (ACTIONS[noun.name] == "record-register"), (noun.name, codes)
            stranger = await record(desk, noun, given, "stranger")
            assert [error["code"] for error in stranger["errors"]] == ["FORBIDDEN"]
        answer = await desk.ask(f"{{ {noun.plural}(first: 1) {{ totalCount nodes {{ key }} }} }}")
        code = answer["errors"][0]["extensions"]["code"] if "errors" in answer else None
        assert code == (None if noun.name in PUBLIC_RECORDS else "UNAUTHENTICATED"), noun.name
        versions = f"{{ {noun.plural}(first: 1) {{ nodes {{ history(first: 1) {{ totalCount }} }} }} }}"
        if noun.name in PUBLIC_RECORDS:
            (node,) = (await desk.data(versions))[noun.plural]["nodes"]
            assert node["history"]["totalCount"] == 1


def test_the_declarations_hang_together() -> None:
    for noun in RECORD_NOUNS.values():
        names = [each.name for each in noun.fields]
        assert len(set(names)) == len(names), noun.name
        assert not {"id", "key", "version", "history", "noun", "organization", "project"} & set(names), noun.name
        assert noun.law, f"{noun.name} says where its duty comes from"
        for each in (*noun.fields, *(line for outer in noun.fields for line in outer.lines)):
            assert each.kind in (*domain.CHECKS, "choice", "lines"), each.name
            assert bool(each.choices) == (each.kind == "choice"), each.name
            assert bool(each.of) == (each.kind == "record"), each.name
            assert bool(each.lines) == (each.kind == "lines") == bool(each.line), each.name
        assert noun.type in NOUNS


def test_a_span_that_ends_before_it_begins_is_named_in_lines_too() -> None:
    noun = replace(RECORD_NOUNS["publication"], fields=(RECORD_NOUNS["publication"].field("figures"),))
    line = {"name": "received", "definition": "all", "from": "2020-02-02", "until": "2020-02-01", "value": "1",
            "unit": "元"}  # fmt: skip
    assert domain.problem(noun, {"figures": [line]}) == ("figures.0.until", "lies before its beginning")
    assert domain.problem(noun, {"figures": [{**line, "from": "2020-02-01"}]}) is None
    with pytest.raises(KeyError):
        noun.field("nothing")
