"""Commitments hide and bind; matching hashes find a citizen again under one key only."""

import hmac
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import canonical
from ledger.commitments import SecretLengthError, commitment, matching_hash
from ledger.errors import ProfileError
from ledger.identifiers import CitizenNumberError

SALT = bytes(range(32))
NUMBER = "11010519491231002X"

salts = st.binary(min_size=32, max_size=32)
datas = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=4),
    st.text("张三李四abc 0123", max_size=12) | st.integers(-9, 9),
    max_size=5,
)


def test_the_worked_bytes() -> None:
    data = {"name": "张三", "citizenNumber": NUMBER}
    preimage = b"mingzhang/commitment/v1\x00" + SALT + '{"citizenNumber":"11010519491231002X","name":"张三"}'.encode()
    assert commitment(SALT, data) == sha256(preimage).digest()
    assert commitment(SALT, data).hex() == "f6eafb20645533c3b8e12d5bc003835d4c81798c28c0331d11434683186466ce"


@given(salts, salts, datas, datas)
def test_equal_only_for_equal_salt_and_data(s: bytes, t: bytes, a: dict[str, Any], b: dict[str, Any]) -> None:
    same = s == t and canonical(a) == canonical(b)
    assert (commitment(s, a) == commitment(t, b)) is same


@given(salts, datas)
def test_the_order_of_keys_does_not_matter(salt: bytes, data: dict[str, Any]) -> None:
    assert commitment(salt, data) == commitment(salt, dict(reversed(data.items())))


@given(salts, datas, st.integers(0, 255))
def test_a_bit_flipped_in_the_salt_is_another_commitment(salt: bytes, data: dict[str, Any], bit: int) -> None:
    flipped = (int.from_bytes(salt, "big") ^ (1 << bit)).to_bytes(32, "big")
    assert commitment(flipped, data) != commitment(salt, data)


@given(st.binary(max_size=64).filter(lambda salt: len(salt) != 32))
def test_a_salt_has_32_bytes(salt: bytes) -> None:
    with pytest.raises(SecretLengthError) as caught:
        commitment(salt, {})
    assert caught.value.found == len(salt)


def test_data_has_one_canonical_form() -> None:
    with pytest.raises(ProfileError):
        commitment(SALT, {"amount": 1.5})


def test_the_matching_hash_is_keyed() -> None:
    key = b"k" * 32
    expected = hmac.digest(key, b"mingzhang/matching/v1\x00" + NUMBER.encode(), "sha256")
    assert matching_hash(key, NUMBER) == expected
    assert matching_hash(SALT, NUMBER).hex() == "9c9a987cd57a6a7eb2db4c0ef352897419b3aa845efaa9a355a7b659a9032625"
    assert matching_hash(b"l" * 32, NUMBER) != expected


def test_the_matching_hash_takes_one_spelling_only() -> None:
    with pytest.raises(CitizenNumberError):
        matching_hash(b"k" * 32, NUMBER.lower())
    with pytest.raises(SecretLengthError):
        matching_hash(b"k", NUMBER)
