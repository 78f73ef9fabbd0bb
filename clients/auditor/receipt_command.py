"""`mingzhang-audit receipt`: one entry's proof in one file, made from a source and checked without one.

mingzhang-audit receipt SOURCE POSITION -o FILE
mingzhang-audit receipt verify FILE --key VKEY [--policy POLICY]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any, Final

import click

from clients.auditor import proving
from clients.auditor.errors import UndecidableError
from clients.auditor.options import (
    CANNOT_DECIDE,
    USAGE,
    Defaulted,
    believed,
    fail,
    journal_option,
    json_option,
    lang_option,
    opened,
    say,
    token_of,
    token_option,
)  # fmt: skip
from clients.auditor.pins import head_in
from clients.auditor.reports import EXITS
from clients.auditor.source import Source
from clients.auditor.standing import Demand, count
from clients.auditor.tree import trusted_key
from ledger import receipts, tiles
from ledger.errors import EvidenceError, ReceiptError
from ledger.merkle import leaf_hash
from ledger.notes import Verifier
from ledger.receipts import Receipt

SCHEMA: Final = "receipt"
BROKEN: Final = 1
_UNMET: Final = {"unmet": "receipt_unmet", "stale": "receipt_stale"}


@click.group(cls=Defaulted, plain="make")
def receipt() -> None:
    """收据: one entry's proof in one file: make it (SOURCE POSITION -o FILE), or `verify` it."""


@receipt.command()
@click.argument("source")
@click.argument("position", type=click.IntRange(0))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file.")
@click.option("--leaf", type=click.Path(path_type=Path, dir_okay=False), help="The entry's bytes, without a token.")
@click.option("--key", help="The log's verifier key (vkey), pinned; otherwise the source's own is believed.")
@journal_option
@token_option
@json_option
@lang_option
def make(source: str, position: int, output: Path, lang: str, *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 -- click's options
    """Write the receipt of the entry at POSITION of SOURCE; it is verified before it is written."""
    try:
        given = None if asked["leaf"] is None else asked["leaf"].read_bytes()
        read = opened(source, asked["journal"], token_of(asked["token"]))
        try:
            made, size = _made(read, position, given, trusted_key(read, asked["key"]))
        finally:
            read.close()
        output.write_text(str(made), encoding="utf-8", newline="")
    except UndecidableError as error:
        fail(CANNOT_DECIDE, SCHEMA, error.code, error.facts, lang, as_json=as_json)
    except EvidenceError as error:
        fail(BROKEN, SCHEMA, "receipt_broken", {"path": source, "why": error}, lang, as_json=as_json)
    except OSError as error:
        fail(USAGE, SCHEMA, "cannot_write", {"path": error.filename, "why": error.strerror}, lang, as_json=as_json)
    facts = {"path": str(output), "position": position, "size": size}
    say(SCHEMA, "receipt_made", facts, lang, as_json=as_json)


def _made(source: Source, position: int, leaf: bytes | None, key: Verifier) -> tuple[Receipt, int]:
    note = source.checkpoint()
    size = head_in(note, key).size
    if position >= size:
        raise UndecidableError("not_reached", position=position, size=size)
    found = _leaf(source, position, size) if leaf is None else leaf
    made = receipts.build(position, note.decode(), proving.inclusion(source, position, size), found)
    made.verify([key])
    return made, size


def _leaf(source: Source, position: int, size: int) -> bytes:
    index, offset = divmod(position, tiles.WIDTH)
    bundle = tiles.Bundle(index, tiles.width_at(0, index, size))
    body = source.resource(str(bundle))
    try:
        return tiles.decode_bundle(body or b"")[offset]
    except (EvidenceError, IndexError):
        raise UndecidableError("no_resource", what=bundle) from None


@receipt.command("verify")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--key", help="The log's verifier key (vkey).")
@click.option("--policy", type=click.Path(path_type=Path, dir_okay=False), help="Whose cosignatures are asked for.")
@click.option("--max-age", type=click.IntRange(1), help="How old they may be, in seconds (exit 4 when older).")
@click.option("--leaf", type=click.Path(path_type=Path, dir_okay=False), help="The entry's bytes, if not in FILE.")
@json_option
@lang_option
def verify_receipt(file: Path, lang: str, *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 -- click's options
    """Check FILE without a network: the leaf stands in a tree that the log signed, and witnesses saw."""
    try:
        policy, key = believed(asked)
        leaf = None if asked["leaf"] is None else asked["leaf"].read_bytes()
        made = Receipt.parse(file.read_bytes())
        head = made.verify([key], leaf).checkpoint
        counted = None if policy is None else count(made.note, [key], Demand(policy, asked["max_age"]), time.time())
    except UndecidableError as error:
        fail(CANNOT_DECIDE, SCHEMA, error.code, error.facts, lang, as_json=as_json)
    except OSError as error:
        facts = {"path": error.filename, "why": error.strerror}
        fail(CANNOT_DECIDE, SCHEMA, "unread_file", facts, lang, as_json=as_json)
    except ReceiptError as error:
        fail(CANNOT_DECIDE, SCHEMA, "receipt_malformed", {"path": file, "why": error}, lang, as_json=as_json)
    except EvidenceError as error:
        fail(BROKEN, SCHEMA, "receipt_broken", {"path": file, "why": error}, lang, as_json=as_json)
    found = made.extra if leaf is None else leaf
    facts = {
        "position": made.index, "origin": head.origin, "size": head.size, "root": head.root.hex(),
        "leaf_hash": leaf_hash(found or b"").hex(), "leaf": (found or b"").decode("utf-8", "replace"),
        "have": None, "of": None, **({} if counted is None else counted.facts),
    }  # fmt: skip
    if counted is not None and counted.verdict is not None:
        fail(EXITS[counted.verdict], SCHEMA, _UNMET[counted.verdict], facts, lang, as_json=as_json)
    say(SCHEMA, "receipt_holds" if counted is None else "receipt_witnessed", facts, lang, as_json=as_json)
    sys.exit(0)
