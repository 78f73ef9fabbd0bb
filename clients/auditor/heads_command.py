"""`mingzhang-audit init`, `compare` and `mirror`: keep a key and heads, hold two of them together, keep everything.

mingzhang-audit init SOURCE --fingerprint HEX
mingzhang-audit compare A B --key VKEY [--source SOURCE] [-o EVIDENCE]
mingzhang-audit mirror SOURCE FOLDER [--cosign-as NAME]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import click
import orjson

from clients.auditor import pins, proving
from clients.auditor.errors import UndecidableError
from clients.auditor.mirror import Store, mirror
from clients.auditor.options import (
    CANNOT_DECIDE,
    USAGE,
    fail,
    journal_option,
    json_option,
    lang_option,
    opened,
    pins_option,
    progress_bar,
    say,
    token_of,
    token_option,
)  # fmt: skip
from clients.auditor.pins import Pin, fingerprints, head_in
from clients.auditor.source import Source
from clients.auditor.tree import trusted_key
from clients.auditor.verification import Options
from clients.auditor.witnessing import Witness
from ledger.checkpoints import Checkpoint
from ledger.errors import EvidenceError, NoteError
from ledger.notes import Verifier

BROKEN: Final = 1


@click.command("init")
@click.argument("source")
@click.option("--fingerprint", help="The key as the operator states it elsewhere: its vkey, or SHA-256 in hex.")
@click.option("--trust-first-use", is_flag=True, help="Believe the source about its own key.")
@pins_option
@journal_option
@token_option
@json_option
@lang_option
def init_command(source: str, fingerprint: str | None, lang: str, *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 -- click's options
    """Pin the key of SOURCE's journal, so that every later verification holds it to that key and to kept heads."""
    if (fingerprint is None) == (not asked["trust_first_use"]):
        raise click.UsageError("give --fingerprint, or say --trust-first-use")
    try:
        read = opened(source, asked["journal"], token_of(asked["token"]))
        try:
            key = trusted_key(read, None)
        finally:
            read.close()
        given = None if fingerprint is None else fingerprint.strip()
        if given is not None and given not in fingerprints(key) and given.lower() not in fingerprints(key):
            found = min(fingerprints(key), key=len)
            fail(BROKEN, "pin", "fingerprint_differs", {"found": found}, lang, as_json=as_json)
        pin = Pin.make(asked["pins"] or pins.default_folder(), key)
    except UndecidableError as error:
        code = USAGE if error.code == "other_pin" else CANNOT_DECIDE
        fail(code, "pin", error.code, error.facts, lang, as_json=as_json)
    except OSError as error:
        fail(USAGE, "pin", "cannot_write", {"path": error.filename, "why": error.strerror}, lang, as_json=as_json)
    facts = {"origin": key.name, "key": str(key), "source": source, "folder": str(pin.folder)}
    say("pin", "pinned", facts, lang, as_json=as_json)


@click.command("compare")
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@click.option("--key", help="The log's verifier key (vkey); otherwise the one kept beside FIRST.")
@click.option("--source", help="Where tiles are had from, for heads of two sizes; a mirror has its own.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Where evidence of a fork goes.")
@journal_option
@token_option
@json_option
@lang_option
def compare_command(first: Path, second: Path, lang: str, *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 -- click's options
    """Hold two kept heads together (files, pins or mirrors): a proof that one continues the other, or of a fork."""
    try:
        key = _key(asked["key"], first, second)
        notes = [_note(path, key) for path in (first, second)]
        heads = [head_in(note, key) for note in notes]
        if heads[0].size > heads[1].size:
            notes.reverse()
            heads.reverse()
        proof, other = _proof(heads, [first, second], asked)
    except UndecidableError as error:
        fail(CANNOT_DECIDE, "compare", error.code, error.facts, lang, as_json=as_json)
    except OSError as error:
        facts = {"path": error.filename, "why": error.strerror}
        fail(CANNOT_DECIDE, "compare", "unread_file", facts, lang, as_json=as_json)
    facts = {
        "origin": key.name, "first": heads[0].size, "second": heads[1].size, "size": heads[1].size,
        "proof": [hashed.hex() for hashed in proof],
    }  # fmt: skip
    if other is None:
        code = "heads_same" if heads[0] == heads[1] else "heads_consistent"
        say("compare", code, facts, lang, as_json=as_json)
        return
    same = heads[0].size == heads[1].size
    evidence = pins.fork(key, notes[0].decode(), notes[1].decode(), proof, None if same else other)
    path = asked["output"] or Path(f"fork-{heads[0].root.hex()[:8]}-{heads[1].root.hex()[:8]}.json")
    path.write_bytes(orjson.dumps(evidence, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    fail(BROKEN, "compare", "heads_forked", facts | {"path": str(path)}, lang, as_json=as_json)


def _key(given: str | None, *places: Path) -> Verifier:
    """The key that is named, or that lies beside one of the heads."""
    text = given
    for place in places:
        kept = place / "key"
        if text is None and kept.is_file():
            text = kept.read_text("utf-8").strip()
    if text is None:
        raise click.UsageError("name the log's --key: none is kept beside these heads")
    try:
        return Verifier.parse(text)
    except NoteError as error:
        raise UndecidableError("bad_key", key=text[:120], why=error) from None


def _note(path: Path, key: Verifier) -> bytes:
    """The newest head in a file, a pin or a mirror."""
    if (path / "heads.jsonl").is_file():
        found = Pin(path, key).last()
        if found is not None:
            return found
    place = path / "checkpoint" if path.is_dir() else path
    return place.read_bytes()


def _proof(heads: list[Checkpoint], places: list[Path], asked: dict[str, Any]) -> tuple[list[bytes], bytes | None]:
    """The proof from the smaller head to the larger, from whatever has the larger one's tiles."""
    first, second = heads
    if first.size == second.size:
        return [], None if first == second else second.root
    sources: list[Source] = [Store(place) for place in places if (place / "tile").is_dir()]
    failed = UndecidableError("heads_unproven", first=first.size, second=second.size)
    read = None if asked["source"] is None else opened(asked["source"], asked["journal"], token_of(asked["token"]))
    try:
        for source in [*sources, *([] if read is None else [read])]:
            try:
                return proving.consistency(source, first, second)
            except UndecidableError as error:
                failed = error
    finally:
        if read is not None:
            read.close()
    raise failed


@click.command("mirror")
@click.argument("source")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--cosign-as", metavar="NAME", help="Cosign what was recomputed, as a witness of this name.")
@click.option("--key", help="The log's verifier key (vkey), pinned at the first run.")
@click.option("--no-projections", is_flag=True, help="Leave out the served tables.")
@journal_option
@token_option
@json_option
@lang_option
def mirror_command(source: str, folder: Path, lang: str, *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 -- click's options
    """Store every entry and tile of SOURCE in FOLDER, recompute everything, then keep the head, cosigned if asked."""
    try:
        read = opened(source, asked["journal"], token_of(asked["token"]))
        try:
            with progress_bar(lang) as progress:
                options = Options(asked["key"], not asked["no_projections"], progress=progress)
                report, keeping = mirror(read, source, folder, options, cosigner=asked["cosign_as"])
        finally:
            read.close()
        own = folder / "cosigner"
        key = Witness(own).key if own.exists() else None
    except UndecidableError as error:
        fail(CANNOT_DECIDE, "mirror", error.code, error.facts, lang, as_json=as_json)
    except EvidenceError as error:
        fail(BROKEN, "mirror", "cosigner_refuses", {"why": error}, lang, as_json=as_json)
    except OSError as error:
        fail(USAGE, "mirror", "cannot_write", {"path": error.filename, "why": error.strerror}, lang, as_json=as_json)
    if report.exit not in {0, 6}:
        click.echo(orjson.dumps(report.as_json(lang)) if as_json else report.as_text(lang))
        sys.exit(report.exit)
    facts = {"path": str(folder), "entries": report.entries, "fetched": keeping.fetched, "key": key}
    code = "mirrored" if key is None else "mirror_cosigned"
    say("mirror", code, facts, lang, as_json=as_json)
    sys.exit(report.exit)
