"""The witness as a process with files: durable before it answers, one decision at a time, mute when it forgot."""

from __future__ import annotations

import http.client
import json
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest
from click.testing import CliRunner, Result

from clients.auditor import command
from clients.auditor.errors import UndecidableError
from clients.auditor.witness_server import MOST_CONNECTIONS, WitnessServer
from clients.auditor.witnessing import LostMemoryError, Witness, create
from ledger import checkpoints, notes, witnesses
from ledger.notes import Verifier
from tests.clients.logs import LOG, hashes, head, request

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "../shared/vectors/tlog-witness/litewitness-requests.json"
NAME = "mingzhang.test/witness"


@contextmanager
def serving(witness: Witness) -> Iterator[str]:
    """A witness over HTTP in this process."""
    with WitnessServer(witness, "127.0.0.1", 0, quiet=True) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.address
        finally:
            server.shutdown()
            thread.join()


def send(address: str, body: bytes, path: str = "/add-checkpoint", method: str = "POST") -> tuple[int, str, str]:
    """One request: status, media type, body."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read().decode()
    finally:
        connection.close()


def run(*arguments: str) -> Result:
    """The command line, in this process."""
    return CliRunner().invoke(command.cli, ["witness", *arguments])


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    """A witness that follows the log of the tests."""
    return create(tmp_path / "w", NAME, [LOG.verifier])


def test_the_nine_public_requests_over_http(tmp_path: Path) -> None:
    """Where litewitness and the specification differ, the specification wins: 404 for an unknown origin."""
    if not VECTORS.is_file():
        pytest.skip("the public vectors are not beside this checkout (../shared/vectors)")
    table = json.loads(VECTORS.read_text())
    asked = table["requests"]
    origin = asked[0]["body"].split("\n")[2]
    log = Verifier(origin, bytes.fromhex(table["log_ed25519_public_key_hex"]))
    litewitness = [one["status_in_2025_litewitness"] for one in asked]
    with serving(create(tmp_path, "example.com/witness", [log])) as address:
        answers = [send(address, one["body"].encode()) for one in asked]
    assert [status for status, _, _ in answers] == [200, 403, 404, 422, 422, 200, 409, 200, 409]
    assert litewitness == [200, 403, 403, 422, 422, 200, 409, 200, 409]
    for one, (_, _, body) in zip(asked, answers, strict=True):
        kind, _, text = one["assert"].partition(" ")
        assert kind == "body"
        if text.startswith("== "):
            assert body == json.loads(text[3:])
        else:
            assert json.loads(text.removeprefix("contains ")) in body
    assert [media for status, media, _ in answers if status == 409] == ["text/x.tlog.size"] * 2


def test_its_key_is_its_own_and_private(witness: Witness) -> None:
    path = witness.folder / "witness.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert create(witness.folder, NAME, []).key == witness.key
    assert Verifier.parse(witness.key).kind == notes.COSIGNATURE_V1
    with pytest.raises(UndecidableError, match="other_witness"):
        create(witness.folder, "mingzhang.test/another", [])
    with pytest.raises(UndecidableError, match="bad_key"):
        create(witness.folder, NAME, [Verifier.parse(witness.key)])


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_not_used(witness: Witness, mode: int) -> None:
    (witness.folder / "witness.key").chmod(mode)
    with pytest.raises(UndecidableError) as caught:
        Witness(witness.folder)
    assert "others can read" in str(caught.value.facts["why"])
    assert run("status", str(witness.folder)).exit_code == 3


def test_a_post_quantum_key_beside_the_first(tmp_path: Path) -> None:
    """Added later, while it serves: both sign from the next start on, and what was kept before still counts."""
    folder = tmp_path / "w"
    old = create(folder, "w.example", [LOG.verifier])
    assert old.add(request(0, hashes(2))).status == 200
    made = create(folder, "w.example", [LOG.verifier], mldsa44=True)
    assert [Verifier.parse(key).kind for key in made.keys] == [4, 6]
    assert create(folder, "w.example", [LOG.verifier], mldsa44=True).keys == made.keys
    decision = made.add(request(2, hashes(5)))
    lines = witnesses.cosignatures(head(hashes(5)), decision.body, [Verifier.parse(key) for key in made.keys])
    assert len(lines) == 2
    note = made.monitored(witnesses.origin_hash(LOG.name))
    assert note is not None
    assert all(f"{line}\n" in note for line in lines)
    with serving(made) as address:
        _, _, body = send(address, b"", "/", "GET")
        assert body.splitlines()[:2] == made.keys
    status = run("status", str(folder), "--json")
    assert orjson.loads(status.stdout)["keys"] == made.keys


def test_a_log_may_have_two_keys_while_one_replaces_the_other(witness: Witness) -> None:
    second = notes.Signer(LOG.name, bytes(32))
    assert witness.add(request(0, hashes(2), second)).status == 403
    create(witness.folder, NAME, [second.verifier])
    assert witness.add(request(0, hashes(2), second)).status == 200
    assert witness.add(request(2, hashes(3))).status == 200


def test_monitors_read_what_was_cosigned(witness: Witness) -> None:
    path = f"/{witnesses.origin_hash(LOG.name)}/checkpoint"
    with serving(witness) as address:
        assert send(address, b"", path, "GET")[0] == 404
        assert send(address, request(0, hashes(5)))[0] == 200
        status, _, note = send(address, b"", path, "GET")
        assert send(address, b"", path, "HEAD")[2] == ""
        assert send(address, b"", "/", "GET")[2] == f"{witness.key}\n{LOG.name}\n"
        for nowhere in ("/x/checkpoint", f"{path}x", "/../witness.key", f"/{'0' * 64}/checkpoint", "/add-checkpoint"):
            assert send(address, b"", nowhere, "GET")[0] == 404
        assert send(address, b"", "/sign-subtree")[0] == 404
    assert status == 200
    opened = checkpoints.open_cosigned(note, [LOG.verifier, Verifier.parse(witness.key)])
    assert opened.checkpoint.size == 5
    assert len(opened.cosignatures) == 1


def test_limits_of_a_request(witness: Witness) -> None:
    with serving(witness) as address:
        assert send(address, b"x" * (witnesses.MAX_REQUEST_BYTES + 1))[0] == 413
        assert send(address, b"x")[0] == 400
        parts = urlsplit(address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        connection.request("POST", "/add-checkpoint", iter([b"x"]), {"Transfer-Encoding": "chunked"})
        assert connection.getresponse().status == 411
        connection.close()


def test_connections_are_kept_alive_and_counted(witness: Witness) -> None:
    with serving(witness) as address:
        parts = urlsplit(address)

        def connection() -> http.client.HTTPConnection:
            return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)

        held = [connection() for _ in range(3)]
        for one in held:
            for size in range(3):
                one.request("POST", "/add-checkpoint", request(0, hashes(size)))
                one.getresponse().read()
        more = [connection() for _ in range(MOST_CONNECTIONS)]
        for one in more:
            one.connect()
        with pytest.raises((http.client.HTTPException, OSError)):
            send(address, b"", "/", "GET")
        for one in [*held, *more]:
            one.close()


def test_many_at_once_get_one_history(witness: Witness) -> None:
    """A log that signs two roots for every size asks on sixteen connections: only one history is cosigned."""
    asked = [request(0, hashes(size, kind)) for size in range(1, 9) for kind in ("", "x")]
    with serving(witness) as address, ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda body: send(address, body), asked))
    statuses = [status for status, _, _ in answers]
    assert statuses.count(200) == 1
    assert set(statuses) == {200, 409}
    [won] = [n for n, status in enumerate(statuses) if status == 200]
    latest = witness.latest(LOG.name)
    assert latest is not None
    assert latest.size == won // 2 + 1
    assert {body for status, _, body in answers if status == 409} == {f"{latest.size}\n"}


@pytest.mark.parametrize("spoil", ["missing", "other key", "cut", "other log"])
def test_without_its_memory_it_signs_nothing(witness: Witness, spoil: str) -> None:
    assert witness.add(request(0, hashes(3))).status == 200
    path = witness.folder / "heads" / witnesses.origin_hash(LOG.name)
    if spoil == "missing":
        path.unlink()
    elif spoil == "other key":
        path.write_text(head(hashes(1)))
    elif spoil == "cut":
        path.write_text(path.read_text()[:-9])
    else:
        other = notes.Signer("mingzhang.test/other", bytes(32))
        text = head(hashes(1), other)
        path.write_text(
            checkpoints.add_cosignatures(text, [checkpoints.cosign(text, [other.verifier], witness.signer, 7)])
        )
    with pytest.raises(LostMemoryError):
        witness.add(request(0, hashes(3, "x")))
    with serving(witness) as address:
        assert send(address, request(0, hashes(3, "x")))[0] == 500
    assert run("status", str(witness.folder)).exit_code == 3
    assert run("serve", str(witness.folder), "--port", "0").exit_code == 3


def test_the_command_line(tmp_path: Path) -> None:
    folder = str(tmp_path / "w")
    assert run("status", folder).exit_code == 3
    made = run("init", folder, "--name", NAME, "--log", str(LOG.verifier), "--lang", "en")
    assert made.exit_code == 0
    key = made.stdout.split("\n")[1]
    assert Verifier.parse(key).name == NAME
    assert "nothing cosigned yet" in made.stdout
    Witness(tmp_path / "w", now=lambda: 1_700_000_000.9).add(request(0, hashes(3)))
    found = orjson.loads(run("status", folder, "--json").stdout)
    assert (found["key"], found["logs"][0]["size"], found["logs"][0]["at"]) == (key, 3, "2023-11-14T22:13:20Z")
    assert "3 条分录" in run("status", folder, "--lang", "zh").stdout
    assert run("init", folder, "--name", "another", "--lang", "en").exit_code == 2
    assert run("init", folder, "--name", NAME, "--log", "x").exit_code == 2
    assert run("init", str(tmp_path / "v"), "--name", "a b").exit_code == 2
    (tmp_path / "file").write_text("")
    assert run("init", str(tmp_path / "file" / "w"), "--name", NAME).exit_code == 2
    (tmp_path / "w" / "witness.key").write_text("spoilt")
    assert run("status", folder, "--lang", "en").exit_code == 3


# ---------------------------------------------------------------------------------------- processes


@contextmanager
def process(*arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A process of its own, and the first line that it says."""
    with subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE) as started:
        assert started.stdout is not None
        try:
            yield started, started.stdout.readline().decode()
        finally:
            started.kill()


def test_a_process_serves_until_it_is_told_to_stop(witness: Witness) -> None:
    arguments = ("-m", "clients.auditor.command", "witness", "serve", str(witness.folder), "--port", "0", "--json")
    with process(*arguments, "--quiet") as (started, said):
        address = orjson.loads(said)["address"]
        assert send(address, request(0, hashes(3)))[0] == 200
        started.send_signal(signal.SIGTERM)
        assert started.wait(10) == 0
    latest = witness.latest(LOG.name)
    assert latest is not None
    assert latest.size == 3


@pytest.mark.parametrize("spared", [0, 1])
def test_killed_between_memory_and_answer_it_never_signs_two_roots(witness: Witness, spared: int) -> None:
    """The log that got no answer lies about the same size afterwards; what was promised binds all the same."""
    signed: dict[int, str] = {}
    with process("-m", "tests.clients.dying_witness", str(witness.folder), str(spared)) as (started, said):
        for size in range(1, spared + 1):
            assert send(said.strip(), request(size - 1, hashes(size)))[0] == 200
            signed[size] = head(hashes(size))
        with pytest.raises((http.client.HTTPException, OSError)):
            send(said.strip(), request(spared, hashes(spared + 1)))
        assert started.wait(10) == -signal.SIGKILL
    again = Witness(witness.folder)
    size = spared + 1
    assert again.add(request(0, hashes(size, "x"))).body == f"{size}\n"
    assert again.add(request(size, hashes(size, "x"))).status == 422
    assert again.add(request(size, hashes(size))).status == 200
