"""`mingzhang-audit init`, `compare`, `judge` and `mirror`: keep keys and heads, hold two together, keep everything.

mingzhang-audit init SOURCE --fingerprint HEX
mingzhang-audit compare A B --key VKEY [--source SOURCE] [-o PROOF]
mingzhang-audit judge PROOF [--key VKEY]
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
from clients.auditor.tree import key_of, trusted_key
from clients.auditor.verification import Options
from clients.auditor.witnessing import Witness
from ledger import forks
from ledger.checkpoints import Checkpoint
from ledger.errors import EvidenceError
from ledger.forks import Pair
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
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Where the proof goes.")
@journal_option
@token_option
@json_option
@lang_option
def compare_command(first: Path, second: Path, lang: str, *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 -- click's options
    """Hold two kept heads together (files, pins or mirrors): a proof that one continues the other, or of a fork.

    The proof is a file that a third person checks with `mingzhang-audit judge`.
    """
    try:
        keys = _keys(asked["key"], first, second)
        notes = [_note(path) for path in (first, second)]
        for note in notes:
            head_in(note, *keys)
        pair = _pair(keys, notes, [first, second], asked)
        heads, forked = pair.heads(), pair.forked
        path = asked["output"]
        if forked and path is None:
            path = Path(f"fork-{heads[0].root.hex()[:8]}-{heads[1].root.hex()[:8]}.json")
        if path is not None:
            path.write_bytes(pair.file())
    except UndecidableError as error:
        fail(CANNOT_DECIDE, "compare", error.code, error.facts, lang, as_json=as_json)
    except EvidenceError as error:
        fail(CANNOT_DECIDE, "compare", "no_checkpoint", {"why": error}, lang, as_json=as_json)
    except OSError as error:
        facts = {"path": error.filename, "why": error.strerror}
        fail(CANNOT_DECIDE, "compare", "unread_file", facts, lang, as_json=as_json)
    facts = _facts(pair, heads) | {"path": None if path is None else str(path)}
    if forked:
        fail(BROKEN, "compare", "heads_forked", facts, lang, as_json=as_json)
    code = "heads_same" if heads[0] == heads[1] else "heads_consistent"
    say("compare", code, facts, lang, as_json=as_json)


@click.command("judge")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--key", "keys", multiple=True, help="The log's verifier key (vkey); otherwise the file's are believed.")
@json_option
@lang_option
def judge_command(file: Path, keys: tuple[str, ...], lang: str, *, as_json: bool) -> None:
    """Check FILE, which `compare`, `watch` or `verify` made, by itself: 0 consistent, 1 a proven fork, 3 neither."""
    try:
        pair = forks.read(file.read_bytes(), [key_of(key) for key in keys])
    except UndecidableError as error:
        fail(CANNOT_DECIDE, "judge", error.code, error.facts, lang, as_json=as_json)
    except OSError as error:
        facts = {"path": error.filename, "why": error.strerror}
        fail(CANNOT_DECIDE, "judge", "unread_file", facts, lang, as_json=as_json)
    except EvidenceError as error:
        fail(CANNOT_DECIDE, "judge", "proves_nothing", {"path": file, "why": error}, lang, as_json=as_json)
    facts = _facts(pair, pair.heads()) | {"path": str(file)}
    if pair.forked:
        fail(BROKEN, "judge", "heads_forked", facts, lang, as_json=as_json)
    say("judge", "heads_consistent", facts, lang, as_json=as_json)


def _facts(pair: Pair, heads: tuple[Checkpoint, Checkpoint]) -> dict[str, Any]:
    first, second = heads
    return {
        "origin": first.origin, "keys": [str(key) for key in pair.keys], "first": first.size, "second": second.size,
        "size": second.size, "proof": [hashed.hex() for hashed in pair.proof],
    }  # fmt: skip


def _keys(given: str | None, *places: Path) -> list[Verifier]:
    """The key that is named, or those that lie beside the heads: each auditor's own, and what followed it."""
    if given is not None:
        return [key_of(given)]
    found: list[Verifier] = []
    for place in places:
        kept = place / "key"
        if kept.is_file():
            found += Pin(place, key_of(kept.read_text("utf-8").strip())).keys
    if not found:
        raise click.UsageError("name the log's --key: none is kept beside these heads")
    return list(dict.fromkeys(found))


def _note(path: Path) -> bytes:
    """The newest head in a file, a pin or a mirror."""
    if (path / "heads.jsonl").is_file():
        found = Pin(path, key_of((path / "key").read_text("utf-8").strip())).last()
        if found is not None:
            return found
    place = path / "checkpoint" if path.is_dir() else path
    return place.read_bytes()


def _pair(keys: list[Verifier], notes: list[bytes], places: list[Path], asked: dict[str, Any]) -> Pair:
    """The proof from the smaller head to the larger, from whatever has the larger one's tiles."""
    sources: list[Source | None] = [None, *(Store(place) for place in places if (place / "tile").is_dir())]
    read = None if asked["source"] is None else opened(asked["source"], asked["journal"], token_of(asked["token"]))
    if read is not None:
        sources.append(read)
    failed = UndecidableError("heads_unproven", first="", second="")
    try:
        for source in sources:
            try:
                return proving.held_together(source, keys, *notes)
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
