"""`mingzhang-audit watch`: follow a pinned journal, silent while all is well, one line for each event.

mingzhang-audit watch SOURCE [--policy POLICY --max-age SECONDS] [--once]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click
import orjson

from clients.auditor import messages, pins
from clients.auditor.errors import UndecidableError
from clients.auditor.mirror import Store
from clients.auditor.options import (
    CANNOT_DECIDE,
    fail,
    journal_option,
    json_option,
    lang_option,
    opened,
    pins_option,
    token_of,
    token_option,
)  # fmt: skip
from clients.auditor.pins import Pin
from clients.auditor.standing import Demand, read_policy
from clients.auditor.tree import trusted_key
from clients.auditor.watch import EXITS, Event, Watch

SECONDS = 60


@click.command("watch")
@click.argument("source")
@click.option("--policy", type=click.Path(path_type=Path, dir_okay=False), help="Whose cosignatures are asked for.")
@click.option("--max-age", type=click.IntRange(1), help="How old they may be, in seconds.")
@click.option("--most-still", type=click.IntRange(1), help="How long nothing new may be published, in seconds.")
@click.option("--interval", type=click.IntRange(1), default=SECONDS, show_default=True, help="Seconds between looks.")
@click.option("--once", is_flag=True, help="Look once; the exit code says whether all is well.")
@pins_option
@journal_option
@token_option
@json_option
@lang_option
def watch_command(source: str, lang: str, *, as_json: bool, once: bool, **asked: Any) -> None:  # noqa: ANN401 -- click's options
    """Follow SOURCE, whose key was pinned with `init`; the first look is a silent baseline."""
    if asked["max_age"] is not None and asked["policy"] is None:
        raise click.UsageError("--max-age needs --policy: only cosignatures have a time")
    try:
        demand = None if asked["policy"] is None else Demand(read_policy(asked["policy"]), asked["max_age"])
        read = opened(source, asked["journal"], token_of(asked["token"]), tries=1)
        try:
            pin = _pin(asked["pins"] or pins.default_folder(), source, asked)
            watch = Watch(pin, read, source, demand, asked["most_still"])
            while True:
                for event in watch.look(time.time()):
                    _say(event, lang, as_json=as_json)
                if once or EXITS["watch_forked"] == watch.exit:
                    sys.exit(watch.exit)
                time.sleep(asked["interval"])
        finally:
            read.close()
    except UndecidableError as error:
        fail(CANNOT_DECIDE, "watch", error.code, error.facts, lang, as_json=as_json)
    except OSError as error:
        facts = {"path": error.filename, "why": error.strerror}
        fail(CANNOT_DECIDE, "watch", "unread_file", facts, lang, as_json=as_json)
    except KeyboardInterrupt:
        raise click.Abort from None


def _pin(folder: Path, source: str, asked: dict[str, Any]) -> Pin:
    """The pin of this source: of the origin that its key names, or the only one there while the source is away."""
    read = opened(source, asked["journal"], token_of(asked["token"]), tries=1)
    try:
        return Pin.of(folder, trusted_key(read, None).name)
    except UndecidableError as error:
        kept = sorted(folder.glob("*/key"))
        if error.code == "no_pin" or len(kept) != 1:
            raise
        return Pin(kept[0].parent, trusted_key(Store(kept[0].parent), None))
    finally:
        read.close()


def _say(event: Event, lang: str, *, as_json: bool) -> None:
    """One line for an event."""
    sentence = messages.text(event.code, lang, event.facts)
    if as_json:
        found = {"schema": "mingzhang-audit/watch/1", "code": event.code, "sentence": sentence} | dict(event.facts)
        click.echo(orjson.dumps(found, default=str))
    else:
        click.echo(sentence)
    sys.stdout.flush()
