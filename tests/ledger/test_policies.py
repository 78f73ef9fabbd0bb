"""Policy files of c2sp.org/tlog-policy: read strictly, and organizations counted rather than keys."""

from __future__ import annotations

import contextlib
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import checkpoints, notes
from ledger.checkpoints import Checkpoint
from ledger.errors import CheckpointError, PolicyError
from ledger.merkle import EMPTY_ROOT
from ledger.policies import Policy, Standing

LOG = notes.Signer("example.org/log", sha256(b"log").digest())
NOTE = checkpoints.sign(Checkpoint(LOG.name, 0, EMPTY_ROOT), LOG)


def witness(name: str) -> notes.Signer:
    """A witness of this name."""
    return notes.Signer(f"{name}.example", sha256(name.encode()).digest(), notes.COSIGNATURE_V1)


def key(name: str) -> str:
    """Its vkey."""
    return str(witness(name).verifier)


def line(name: str) -> str:
    """Its line in a policy."""
    return f"witness {name} {key(name)} https://{name}.example/\n"


EXAMPLE = (
    f"# a comment\n\n \t\nlog {LOG.verifier}\n"
    + "".join(map(line, ("X1", "X2", "X3")))
    + "  group \t X-witnesses 2 X1 X2 X3 \n"
    + "".join(map(line, ("Y1", "Y2", "Y3")))
    + "group Y-witnesses any Y1 Y2 Y3\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
)
"""The example of the specification, with keys."""


def cosigned(*names: str) -> str:
    """The note with cosignatures."""
    text = NOTE.partition("\n\n")[0] + "\n"
    return checkpoints.add_cosignatures(NOTE, [witness(name).sign(text, 7) for name in names])


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("", Standing(met=False, have=0, need=2, of=2)),
        ("X1 X2 X3", Standing(met=False, have=1, need=2, of=2, names=("X-witnesses",))),
        ("X1 Y1 Y2 Y3", Standing(met=False, have=1, need=2, of=2, names=("Y-witnesses",))),
        ("X3 X1 Y2", Standing(met=True, have=2, need=2, of=2, names=("X-witnesses", "Y-witnesses"))),
        ("Z1 Z2", Standing(met=False, have=0, need=2, of=2)),
    ],
)
def test_the_example_of_the_specification(names: str, expected: Standing) -> None:
    policy = Policy.parse(EXAMPLE.encode())
    opened, standing = policy.open(cosigned(*names.split()))
    assert standing == expected
    assert opened.checkpoint.size == 0
    assert policy.witnesses["X1"].url == "https://X1.example/"
    assert policy.log_keys == [LOG.verifier]


def test_one_organization_with_ten_witnesses_counts_once() -> None:
    names = [f"big{n}" for n in range(10)]
    body = (
        "".join(map(line, [*names, "small"])) + f"group big any {' '.join(names)}\ngroup two 2 big small\nquorum two\n"
    )
    policy = Policy.parse(body.encode())
    keys = [witness(name).verifier for name in names]
    assert policy.standing(keys) == Standing(met=False, have=1, need=2, of=2, names=("big",))
    assert policy.standing([keys[3], witness("small").verifier]).met


def test_one_witness_and_none() -> None:
    one = Policy.parse(f"{line('X1')}quorum X1\n".encode())
    assert one.standing([]) == Standing(met=False, have=0, need=1, of=1)
    assert one.standing([witness("X1").verifier]) == Standing(met=True, have=1, need=1, of=1, names=("X1",))
    assert Policy.parse(b"quorum none\n").standing([]) == Standing(met=True, have=0, need=0, of=0)


def test_a_checkpoint_of_no_log_of_the_policy_is_refused() -> None:
    policy = Policy.parse(f"{line('X1')}quorum X1\n".encode())
    with pytest.raises(CheckpointError):
        policy.open(cosigned("X1"))


def test_names_are_octets() -> None:
    body = b"witness \xff\x80 " + key("a").encode() + b"\nwitness K " + key("b").encode()
    body += b"\nwitness \xe2\x84\xaa " + key("c").encode() + b"\ngroup g any \xff\x80 K \xe2\x84\xaa\nquorum g\n"
    assert len(Policy.parse(body).witnesses) == 3
    with pytest.raises(PolicyError, match="dcff"):
        Policy.parse(b"quorum \xff\n")


A, B = key("A"), key("B")


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ("", None),
        ("quorum none", None),
        ("quorum none\r\n", None),
        ("quorum none\n\x00\n", None),
        ("# nothing\n", None),
        ("quorum none\nquorum none\n", 2),
        ("quorum A\n", 1),
        (f"quorum A\nwitness A {A}\n", 1),
        ("quorum\n", 1),
        ("quorum none none\n", 1),
        ("quorom none\n", 1),
        ("log x\nquorum none\n", 1),
        (f"log {A}\nquorum none\n", 1),
        (f"log {LOG.verifier} u v\nquorum none\n", 1),
        (f"log {LOG.verifier}\nlog {LOG.verifier}\nquorum none\n", 2),
        (f"witness A {LOG.verifier}\nquorum A\n", 1),
        (f"witness A {A}\nwitness A {B}\nquorum A\n", 2),
        (f"witness A {A}\nwitness B {A}\nquorum A\n", 2),
        (f"witness none {A}\nquorum none\n", 1),
        (f"witness A {A}\ngroup A any A\nquorum A\n", 2),
        (f"witness A {A}\ngroup g any\nquorum A\n", 2),
        (f"witness A {A}\ngroup g any B\nquorum A\n", 2),
        (f"witness A {A}\ngroup g any g\nquorum A\n", 2),
        (f"witness A {A}\ngroup g any none\nquorum A\n", 2),
        (f"witness A {A}\ngroup g 2 A A\nquorum A\n", 2),
        (f"witness A {A}\ngroup g any A\ngroup h any A\nquorum A\n", 3),
        *((f"witness A {A}\ngroup g {k} A\nquorum A\n", 2) for k in ("0", "2", "01", "+1", "-1", "ANY", "١")),
    ],
)
def test_what_is_no_policy(body: str, at: int | None) -> None:
    with pytest.raises(PolicyError) as caught:
        Policy.parse(body.encode())
    assert caught.value.line == at


@given(st.binary(max_size=60))
def test_any_octets_are_a_policy_or_a_policy_error(body: bytes) -> None:
    with contextlib.suppress(PolicyError):
        Policy.parse(body)
