"""`mingzhang-audit verify`: recompute a journal, hold it against what was kept, and keep what was verified."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click
import orjson

from clients.auditor import pins
from clients.auditor.errors import UndecidableError
from clients.auditor.options import (
    journal_option,
    json_option,
    lang_option,
    opened,
    pins_option,
    progress_bar,
    token_of,
    token_option,
)  # fmt: skip
from clients.auditor.pins import Pin
from clients.auditor.proving import held_together as forked
from clients.auditor.reports import Report
from clients.auditor.source import Source
from clients.auditor.standing import Demand, log_key, read_policy
from clients.auditor.tree import read_head, trusted_key
from clients.auditor.verification import Options, verify
from clients.auditor.walk import Pace
from ledger.errors import EvidenceError
from ledger.notes import Note, Verifier

_KEPT = frozenset({"verified", "unmet", "stale"})
"""Verdicts after which the head is kept: the evidence is whole, whoever else has seen it."""


@click.command("verify")
@click.argument("source")
@journal_option
@token_option
@click.option("--key", help="The log's verifier key (vkey), pinned; otherwise the source's own is believed.")
@click.option("--known", type=click.Path(path_type=Path, dir_okay=False), help="A signed head kept earlier.")
@click.option("--since-pin", is_flag=True, help="Hold it against the pin (`init`), and keep the head once verified.")
@pins_option
@click.option("--policy", type=click.Path(path_type=Path, dir_okay=False), help="Whose cosignatures are asked for.")
@click.option("--max-age", type=click.IntRange(1), help="How old they may be, in seconds (exit 4 when older).")
@click.option("--bytes", "bytes_only", is_flag=True, help="Bytes, chain and tree alone (exit 6: verified in part).")
@click.option(
    "--full", is_flag=True, help="With --since-pin: decide every entry, also those that were verified before."
)
@click.option("--jobs", type=click.IntRange(1), help="Processes that decide; otherwise one for each core.")
@click.option("--no-projections", is_flag=True, help="Leave out the served tables (exit 6: verified in part).")
@json_option
@lang_option
def verify_command(source: str, lang: str, *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 -- click's options
    """Verify SOURCE, a server's address or an archive: bytes, chain, tree, signature, every decision, every table."""
    try:
        report = _verified(source, lang, asked)
    except UndecidableError as error:
        report = Report(source=source, pinned=asked["key"] is not None, undecided=(error.code, error.facts))
    except OSError as error:
        facts = {"path": error.filename or asked["known"], "why": error.strerror}
        report = Report(source=source, undecided=("unread_file", facts))
    if as_json:
        click.echo(orjson.dumps(report.as_json(lang), option=orjson.OPT_INDENT_2))
    else:
        click.echo(report.as_text(lang))
    sys.exit(report.exit)


def _verified(source: str, lang: str, asked: dict[str, Any]) -> Report:
    kept = None if asked["known"] is None else asked["known"].read_bytes()
    demand = _demand(asked)
    key = asked["key"] or (None if demand is None else log_key(demand.policy))
    read = opened(source, asked["journal"], token_of(asked["token"]))
    try:
        pin = _pin(read, asked["pins"]) if asked["since_pin"] else None
        if pin is not None:
            key, kept = str(pin.key), kept or pin.last()
        with progress_bar(lang) as progress:
            report = verify(
                read, source,
                Options(
                    key, not (asked["no_projections"] or asked["bytes_only"]), kept, demand, progress=progress,
                    pace=Pace(asked["jobs"], replay=not asked["bytes_only"]),
                    kept=None if pin is None or asked["full"] or asked["bytes_only"] else pin.folder,
                ),
            )  # fmt: skip
        if pin is not None:
            _keep(pin, report, kept, read)
    finally:
        read.close()
    return report


def _demand(asked: dict[str, Any]) -> Demand | None:
    if asked["policy"] is not None:
        return Demand(read_policy(asked["policy"]), asked["max_age"])
    if asked["max_age"] is not None:
        raise click.UsageError("--max-age needs --policy: only cosignatures have a time")
    return None


def _pin(source: Source, folder: Path | None) -> Pin:
    """The pin of the journal that the source says it is; its signature is then checked with the pinned key alone."""
    note = source.checkpoint()
    try:
        origin = Note.parse(note).text.partition("\n")[0]
    except EvidenceError:
        key: Verifier = trusted_key(source, None)
        origin = read_head(note, key).checkpoint.origin
    return Pin.of(folder or pins.default_folder(), origin)


def _keep(pin: Pin, report: Report, kept: bytes | None, source: Source) -> None:
    """Keep a verified head, and the keys that it vouches for; or, of a fork, the evidence."""
    if report.note is None:
        return
    if report.verdict in _KEPT:
        pin.follow([Verifier.parse(key) for key in report.keys])
        pin.add(report.note.encode(), time.time())
    elif report.verdict == "forked" and kept is not None:
        try:
            path = pin.keep_fork(forked(source, pin.keys, kept, report.note.encode()))
        except (UndecidableError, EvidenceError) as error:
            report.notes.append(("fork_unshown", {"why": error}))
        else:
            report.notes.append(("fork_kept", {"path": path}))
