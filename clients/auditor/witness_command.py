"""`mingzhang-audit witness`: cosign the heads of logs that only ever grow, as a process of its own.

mingzhang-audit witness init DIR --name example.org/witness --log VKEY
mingzhang-audit witness serve DIR --port 8410
mingzhang-audit witness status DIR
"""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any, Final

import click
import orjson

from clients.auditor import messages
from clients.auditor.errors import UndecidableError
from clients.auditor.options import CANNOT_DECIDE, USAGE, fail, json_option, lang_option
from clients.auditor.standing import moment
from clients.auditor.tree import key_of
from clients.auditor.witness_server import WitnessServer
from clients.auditor.witnessing import MIRROR_ONLY, Witness, create

SCHEMA: Final = "witness"
PORT: Final = 8410

_folder = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@click.group()
def witness() -> None:
    """见证: cosign the heads of logs, so that nobody is shown another history than you."""


@witness.command()
@_folder
@click.option("--name", required=True, help="The witness's name: a URL without its scheme, such as example.org/w1.")
@click.option("--log", "logs", multiple=True, help="The verifier key (vkey) of a log to follow; may be repeated.")
@click.option("--mldsa44", is_flag=True, help="Cosign with a post-quantum key beside the first, from now on.")
@json_option
@lang_option
def init(folder: Path, name: str, logs: tuple[str, ...], lang: str, *, mldsa44: bool, as_json: bool) -> None:
    """Make a witness in FOLDER, or let the one there follow more logs; prints its key."""
    try:
        made = create(folder, name, [key_of(text) for text in logs], mldsa44=mldsa44)
        _print(made, "witness_made", lang, as_json=as_json)
    except UndecidableError as error:
        code = USAGE if error.code in {"bad_key", "other_witness"} else CANNOT_DECIDE
        fail(code, SCHEMA, error.code, error.facts, lang, as_json=as_json)
    except OSError as error:
        fail(USAGE, SCHEMA, "cannot_write", {"path": folder, "why": error.strerror}, lang, as_json=as_json)


@witness.command()
@_folder
@json_option
@lang_option
def status(folder: Path, lang: str, *, as_json: bool) -> None:
    """Say which logs are followed, and what was cosigned last of each."""
    try:
        _print(Witness(folder), "witness_is", lang, as_json=as_json)
    except UndecidableError as error:
        fail(CANNOT_DECIDE, SCHEMA, error.code, error.facts, lang, as_json=as_json)


@witness.command()
@_folder
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 takes any free one.")
@click.option("--quiet", is_flag=True, help="Log no requests.")
@json_option
@lang_option
def serve(folder: Path, host: str, port: int, lang: str, *, quiet: bool, as_json: bool) -> None:
    """Answer logs until Ctrl-C."""
    try:
        found = _served(folder)
        server = WitnessServer(found, host, port, quiet=quiet)
    except UndecidableError as error:
        fail(CANNOT_DECIDE, SCHEMA, error.code, error.facts, lang, as_json=as_json)
    except OSError as error:
        facts = {"address": f"{host}:{port}", "why": error.strerror or error}
        fail(USAGE, SCHEMA, "cannot_listen", facts, lang, as_json=as_json)
    with server:
        # Another thread ends the loop, since the loop cannot wait for itself.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: threading.Thread(target=server.shutdown).start())
        _print(found, "witness_serves", lang, as_json=as_json, address=server.address)
        server.serve_forever(poll_interval=0.1)


def _served(folder: Path) -> Witness:
    """The witness to serve; a lost memory is said before anybody asks."""
    if (folder / MIRROR_ONLY).exists():
        raise UndecidableError("mirror_only", path=folder)
    found = Witness(folder)
    list(found.followed())
    return found


def _print(found: Witness, code: str, lang: str, *, as_json: bool, **more: Any) -> None:  # noqa: ANN401 -- facts of a sentence
    """The witness's key and its logs."""
    logs = [
        {
            "origin": log.origin,
            "size": log.latest.size if log.latest else 0,
            "root": log.latest.root.hex() if log.latest else None,
            "at": moment(log.latest.time) if log.latest else None,
            "keys": [str(key) for key in log.keys],
        }
        for log in found.followed()
    ]
    facts = {"name": found.signer.name, "key": found.key, "keys": found.keys, "count": len(logs)} | more
    if as_json:
        answer = {"schema": f"mingzhang-audit/{SCHEMA}/1", "ok": True, "code": code} | facts | {"logs": logs}
        click.echo(orjson.dumps(answer))
        return
    click.echo(messages.text(code, lang, facts | {"key": "\n".join(found.keys)}))
    for log in logs:
        click.echo(messages.text("witness_log" if log["at"] else "witness_log_new", lang, log))
