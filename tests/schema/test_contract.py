"""The contract is what was reviewed, says what everything is, and agrees with what the nouns declare."""

from __future__ import annotations

from graphql import GraphQLEnumType, GraphQLObjectType
from strawberry import Schema

from db.nouns import NOUNS
from ledger.kinds import KINDS
from resolvers import policy
from schema import contract
from schema.documentation import undescribed


def test_the_contract_is_the_one_that_was_reviewed(built: Schema) -> None:
    assert contract.text(built) == contract.GOLDEN.read_text(encoding="utf-8"), (
        "the contract changed: run `python -m schema.contract`, and review the difference"
    )


def test_everything_is_described(built: Schema) -> None:
    assert undescribed(built._schema) == []


def test_each_type_shows_what_its_noun_declares(built: Schema) -> None:
    for name, noun in NOUNS.items():
        kind = built._schema.type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        planned = {
            field for field, value in kind.fields.items()
            if value.extensions["strawberry-definition"].base_resolver is None
            or value.extensions["strawberry-definition"].metadata
        }  # fmt: skip
        assert planned == set(noun.by_name) | ({"id"} if noun.node else set()), name


def test_every_noun_stands_in_the_table_of_policy() -> None:
    assert set(policy.NOUNS) == set(NOUNS)
    assert {(noun, field) for noun, field in policy.FIELDS if field in NOUNS[noun].by_name} == set(policy.FIELDS)


def test_the_kinds_of_entry_are_the_ledgers(built: Schema) -> None:
    kind = built._schema.type_map["EntryKind"]
    assert isinstance(kind, GraphQLEnumType)
    assert set(kind.values) == {name.upper() for name in KINDS}


def test_no_float_is_anywhere(built: Schema) -> None:
    assert "Float" not in contract.text(built)
