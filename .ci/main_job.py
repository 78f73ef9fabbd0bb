"""Run the main job until its first GraphQL query is answered, stop it as Ctrl-C would, and look for what stays behind.

    python3 .ci/main_job.py COMMAND WORK

`COMMAND` is README's; `--data` and `--port` are added, so that neither a person's data nor a busy port is met.
Exits 1, with what the job printed, when the job does not answer within five minutes, does not stop within one, stops
with an error, or leaves a process that works in, or was started from, the directory `WORK`.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ANSWER_WITHIN = 300.0  # seconds, the installation included
STOP_WITHIN = 60.0  # seconds
CTRL_C = {0, 128 + signal.SIGINT, -signal.SIGINT}


def free_port() -> int:
    """A TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether the server answers a GraphQL query with data."""
    body = json.dumps({"query": "{ __typename }"}).encode()
    address = f"http://127.0.0.1:{port}/graphql"
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - http, our own
            told = json.load(answer)
            return isinstance(told, dict) and told.get("data") == {"__typename": "Query"} and "errors" not in told
    except (OSError, ValueError):
        return False


def left_behind(work: Path) -> list[str]:
    """The processes that were started from `work` or have it as their directory; seen on Linux only."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            places = [str((process / "cwd").readlink()), str((process / "exe").readlink()), words]
        except OSError:
            continue
        if int(process.name) not in {os.getpid(), os.getppid()} and any(str(work) in place for place in places):
            found.append(f"{process.name}: {words}")
    return found


def wait_for(what: str, seconds: float, job: subprocess.Popen[bytes], port: int) -> None:
    """Wait for the first answer; raise `SystemExit` when the job ends or the time is up."""
    deadline = time.monotonic() + seconds
    while not answers(port):
        if job.poll() is not None:
            sys.exit(f"the main job ended with status {job.returncode} before {what}")
        if time.monotonic() > deadline:
            sys.exit(f"no {what} within {seconds:.0f} s")
        time.sleep(0.2)


def stop(job: subprocess.Popen[bytes], work: Path) -> None:
    """Interrupt the job's process group, as a terminal does; raise `SystemExit` when it does not end well."""
    os.killpg(job.pid, signal.SIGINT)
    try:
        status = job.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        sys.exit(f"still running {STOP_WITHIN:.0f} s after SIGINT")
    if status not in CTRL_C:
        sys.exit(f"ended with status {status} after SIGINT")
    deadline = time.monotonic() + 10
    while stayed := left_behind(work):
        if time.monotonic() > deadline:
            sys.exit("left behind:\n" + "\n".join(stayed))
        time.sleep(0.2)


def main() -> None:
    """Run the check; on any failure show what the job printed."""
    command, work = sys.argv[1], Path(sys.argv[2])
    port, log, began = free_port(), work / "main_job.log", time.monotonic()
    whole = f"{command} --data {work / 'data'} --port {port}"
    with log.open("wb") as output:
        # A shell's background job ignores SIGINT, and so would everything started from here.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        job = subprocess.Popen(["bash", "-c", whole], stdout=output, stderr=output, start_new_session=True)
    try:
        wait_for("answer to a GraphQL query", ANSWER_WITHIN, job, port)
        sys.stdout.write(f"answered after {time.monotonic() - began:.1f} s\n")
        stop(job, work)
        sys.stdout.write("stopped by SIGINT, and left no process behind\n")
    except SystemExit:
        sys.stderr.write(log.read_text(encoding="utf-8", errors="replace"))
        raise
    finally:
        if job.poll() is None:
            os.killpg(job.pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
