"""Mirrors keep everything and cosign only what they recomputed; pins remember; forks are kept as evidence."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from clients.auditor.witnessing import Witness
from ledger import checkpoints, merkle, notes
from ledger.errors import ProofError
from ledger.notes import Verifier
from tests.clients.books import SIGNER, small
from tests.clients.histories import KEY, cosigned, grown, hashes_of, head_of, policy, run
from tests.clients.serving import TOKEN, Memory, application, served


@pytest.fixture
def memory() -> Memory:
    """What is served; a test may change it."""
    return Memory(small())


@pytest.fixture
def address(memory: Memory) -> Iterator[str]:
    """Where."""
    with served(application(memory)) as found:
        yield found


def mirrored(address: str, folder: Path, *more: object) -> int:
    """Run a mirror; its exit code."""
    return run("mirror", address, folder, "--token", TOKEN, *more).exit_code


# ----------------------------------------------------------------------------------------- mirrors


def test_everything_is_on_the_disk_and_the_head_is_cosigned(memory: Memory, address: str, tmp_path: Path) -> None:
    folder = tmp_path / "m"
    made = run("mirror", address, folder, "--token", TOKEN, "--cosign-as", "m.example", "--key", KEY, "--json")
    assert made.exit_code == 0, made.output
    found = orjson.loads(made.stdout)
    assert found["entries"] == 63
    keys = [SIGNER.verifier, Verifier.parse(found["key"])]
    opened = checkpoints.open_cosigned((folder / "checkpoint").read_bytes(), keys)
    assert len(opened.cosignatures) == 1
    assert (folder / "tile/entries/000.p/63").is_file()
    # The mirror is a source of its own, without the server.
    assert run("verify", folder, "--no-projections", "--key", KEY).exit_code == 6
    assert run("receipt", folder, 5, "-o", tmp_path / "r", "--key", KEY).exit_code == 0
    # It goes on from there, and keeps no narrower tile.
    memory.book = grown()
    assert mirrored(address, folder) == 0
    latest = Witness(folder / "cosigner").latest(SIGNER.name)
    assert latest is not None
    assert latest.size == 64
    assert [path.name for path in (folder / "tile/entries/000.p").iterdir()] == ["64"]
    # Nothing new: nothing is fetched.
    memory.asked.clear()
    assert mirrored(address, folder) == 0
    assert not memory.asked


def test_what_does_not_verify_is_neither_kept_nor_cosigned(memory: Memory, address: str, tmp_path: Path) -> None:
    folder = tmp_path / "m"
    assert mirrored(address, folder, "--cosign-as", "m.example") == 0
    before = (folder / "checkpoint").read_bytes()
    # A rule is broken: a wrong total is served.
    memory.book = grown()
    next(row for row in memory.book.tables["account"] if row["id"] == "relief")["total_in"] += 1
    assert mirrored(address, folder) == 5
    # An entry is altered.
    memory.book = grown()
    memory.book.leaves[63] = memory.book.leaves[63].replace(b'"later"', b'"lator"')
    assert mirrored(address, folder) == 1
    assert (folder / "checkpoint").read_bytes() == before
    latest = Witness(folder / "cosigner").latest(SIGNER.name)
    assert latest is not None
    assert latest.size == 63
    # The same mirror goes on once the server serves what it should.
    memory.book = grown()
    assert mirrored(address, folder) == 0


def test_a_second_history_is_refused_and_the_first_stays_on_the_disk(
    memory: Memory, address: str, tmp_path: Path
) -> None:
    folder = tmp_path / "m"
    assert mirrored(address, folder, "--no-projections") == 6
    forked = [*hashes_of(memory.book)[:-1], sha256(b"other").digest(), sha256(b"more").digest()]
    memory.book.note = head_of(forked)
    assert mirrored(address, folder, "--no-projections") in {1, 3}
    assert run("verify", folder, "--no-projections").exit_code == 6


def test_a_mirrors_witness_is_not_served_to_logs(address: str, tmp_path: Path) -> None:
    folder = tmp_path / "m"
    assert mirrored(address, folder, "--cosign-as", "m.example") == 0
    assert run("witness", "serve", folder / "cosigner").exit_code == 3
    assert run("witness", "status", folder / "cosigner").exit_code == 0
    assert mirrored(address, folder, "--key", str(notes.Signer("x", bytes(32)).verifier)) == 3


# -------------------------------------------------------------------------------------------- pins


def test_a_key_is_pinned_by_its_fingerprint(address: str, tmp_path: Path) -> None:
    fingerprint = sha256(KEY.encode()).hexdigest()
    place = ("--pins", tmp_path / "pins")
    assert run("init", address, *place).exit_code == 2
    assert run("verify", address, "--since-pin", "--token", TOKEN, *place).exit_code == 3
    assert run("init", address, "--fingerprint", "0" * 64, *place).exit_code == 1
    assert run("init", address, "--fingerprint", fingerprint.upper(), *place).exit_code == 0
    assert run("init", address, "--fingerprint", KEY, *place).exit_code == 0
    verified = run("verify", address, "--since-pin", "--token", TOKEN, "--json", *place)
    assert verified.exit_code == 0
    assert orjson.loads(verified.stdout)["key"]["trust"] == "pinned"


def pin_of(folder: Path) -> Path:
    """The one pin in a folder."""
    [found] = (folder / "pins").iterdir()
    return found


def test_heads_are_kept_append_only(memory: Memory, address: str, tmp_path: Path) -> None:
    place = ("--pins", tmp_path / "pins")
    assert run("init", address, "--trust-first-use", *place).exit_code == 0
    for _ in range(2):
        assert run("verify", address, "--since-pin", "--token", TOKEN, *place).exit_code == 0
    memory.book = grown()
    assert run("verify", address, "--since-pin", "--token", TOKEN, *place).exit_code == 0
    path = pin_of(tmp_path) / "heads.jsonl"
    lines = path.read_text().splitlines()
    assert [orjson.loads(line)["size"] for line in lines] == [63, 64]
    # A run that was killed while it wrote leaves half a line; the heads before it still hold.
    path.write_text("\n".join([*lines, lines[0][:50]]))
    assert run("verify", address, "--since-pin", "--token", TOKEN, *place).exit_code == 0
    # A head that was altered is not believed.
    path.write_text("\n".join([lines[0].replace("63", "62"), lines[1], ""]))
    assert run("verify", address, "--since-pin", "--token", TOKEN, *place).exit_code == 3


def test_a_fork_is_kept_with_both_signed_heads(memory: Memory, address: str, tmp_path: Path) -> None:
    place = ("--pins", tmp_path / "pins")
    honest = memory.book.note
    assert run("init", address, "--trust-first-use", *place).exit_code == 0
    other = hashes_of(memory.book)[:-1]
    kept = {"size": 63, "note": head_of([*other, sha256(b"x").digest()])}
    (pin_of(tmp_path) / "heads.jsonl").write_bytes(orjson.dumps(kept) + b"\n")
    result = run("verify", address, "--since-pin", "--token", TOKEN, *place)
    assert result.exit_code == 1
    assert "both signed heads" in result.stdout
    [evidence] = (pin_of(tmp_path) / "forks").iterdir()
    found = orjson.loads(evidence.read_bytes())
    assert (found["first"], found["second"]) == (kept["note"], honest)


# ----------------------------------------------------------------------------------------- compare


def test_two_auditors_compare_what_they_kept(memory: Memory, address: str, tmp_path: Path) -> None:
    first, second, mirror_ = tmp_path / "a", tmp_path / "b", tmp_path / "m"
    first.write_text(memory.book.note)
    assert run("compare", first, first, "--key", KEY).exit_code == 0
    memory.book = grown()
    second.write_text(memory.book.note)
    assert mirrored(address, mirror_, "--no-projections") == 6
    assert run("compare", first, second).exit_code == 2
    assert run("compare", first, second, "--key", KEY).exit_code == 3
    for more in (["--source", address], ["--source", mirror_]):
        result = run("compare", second, first, "--key", KEY, *more, "--json")
        assert result.exit_code == 0, result.output
        assert orjson.loads(result.stdout)["code"] == "heads_consistent"
    assert run("compare", first, mirror_).exit_code == 0  # the mirror has key and tiles
    # The proof is a file, for somebody who has neither the heads nor the source.
    proof = tmp_path / "proof"
    assert run("compare", first, mirror_, "-o", proof).exit_code == 0
    for keys in ((), ("--key", KEY)):
        judged = run("judge", proof, *keys, "--json")
        assert (judged.exit_code, orjson.loads(judged.stdout)["code"]) == (0, "heads_consistent")
    proof.write_bytes(proof.read_bytes().replace(b'"proof": [', b'"proof": [ "' + b"0" * 64 + b'",'))
    assert run("judge", proof).exit_code == 3
    assert run("judge", tmp_path / "nothing").exit_code == 3


def test_a_fork_proof_convinces_a_third(memory: Memory, address: str, tmp_path: Path) -> None:
    """Same size: two notes suffice.  Two sizes: the larger tree is shown to begin otherwise."""
    memory.book = grown()
    honest, evidence = tmp_path / "honest", tmp_path / "evidence"
    honest.write_text(memory.book.note)
    for size in (64, 60):
        other = tmp_path / f"other-{size}"
        other.write_text(head_of([*hashes_of(memory.book)[: size - 1], sha256(b"x").digest()]))
        result = run("compare", honest, other, "--key", KEY, "--source", address, "-o", evidence)
        assert result.exit_code == 1, result.output
        found = orjson.loads(evidence.read_bytes())
        assert found["key"] == KEY
        assert run("judge", evidence, "--key", KEY).exit_code == 1
        heads = [
            checkpoints.open_checkpoint(found[name], [Verifier.parse(found["key"])]) for name in ("first", "second")
        ]
        assert [head.size for head in heads] == [size, 64]
        if size == 64:
            assert heads[0].root != heads[1].root
            continue
        proof = [bytes.fromhex(hashed) for hashed in found["proof"]]
        there = bytes.fromhex(found["first_root_in_second"])
        merkle.verify_consistency(size, 64, there, heads[1].root, proof)
        assert there != heads[0].root
        with pytest.raises(ProofError):
            merkle.verify_consistency(size, 64, heads[0].root, heads[1].root, proof)


# ------------------------------------------------------------------------------------------- watch


def test_a_watch_is_silent_until_something_happens_and_says_it_once(
    memory: Memory, address: str, tmp_path: Path
) -> None:
    place = ("--pins", tmp_path / "pins", "--once")
    assert run("watch", address, *place).exit_code == 3
    assert run("init", address, "--trust-first-use", *place[:2]).exit_code == 0
    honest = memory.book.note

    def look(*more: object) -> tuple[int, str]:
        result = run("watch", address, *place, *more)
        return result.exit_code, result.stdout

    assert look() == (0, "")  # the baseline
    memory.book = grown()
    assert look() == (0, "")  # growth is no event
    memory.book.note, newer = honest, memory.book.note
    assert look()[0] == 1
    assert look() == (1, "")  # said once
    memory.book.note = newer
    assert look() == (0, f"{SIGNER.name}: all is well again, 64 entries.\n")
    asked = policy(tmp_path, 1, "one")
    assert look("--policy", asked)[0] == 4
    assert look("--policy", asked) == (4, "")
    cosigned(memory.book, 1_700_000_000, "one")
    code, said = look("--policy", asked)
    assert (code, "all is well again" in said) == (0, True)
    code, said = look("--policy", asked, "--max-age", 60)
    assert (code, "since" in said) == (4, True)
    memory.book.note = head_of([*hashes_of(memory.book)[:-1], sha256(b"x").digest()])
    code, said = look()
    assert code == 1
    assert "FORK" in said
    memory.book.note = newer
    assert look() == (1, "")  # a fork is never over


def test_a_server_that_is_away_is_one_event(tmp_path: Path) -> None:
    memory, place = Memory(small()), ("--pins", tmp_path / "pins")
    with served(application(memory)) as address:
        assert run("init", address, "--trust-first-use", *place).exit_code == 0
        assert run("watch", address, "--once", *place).exit_code == 0
    nowhere = "http://127.0.0.1:9/journals/main"
    result = run("watch", nowhere, "--once", *place)
    assert result.exit_code == 3
    assert result.stdout.count("cannot be followed") == 1
    assert run("watch", address, "--max-age", 5).exit_code == 2
