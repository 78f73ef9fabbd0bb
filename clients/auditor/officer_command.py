"""`mingzhang-audit officer`: an officer's key in a file of its own, and signatures made away from every server.

mingzhang-audit officer key FILE --holder KEYID
mingzhang-audit officer enrol FILE --journal ORIGIN --organization ORGANIZATION
mingzhang-audit officer sign FILE PROPOSAL --journal ORIGIN
"""

import os
import secrets
import stat
from pathlib import Path
from typing import Any, Final

import click
import orjson

from clients.auditor import messages
from clients.auditor.options import USAGE, fail, json_option, lang_option, say
from clients.auditor.witnessing import write_whole
from ledger.errors import LedgerError, NoteError
from ledger.notes import Signer, sign_ed25519
from ledger.signing import APPROVER, INITIATOR, approval_bytes, command_from, digest, possession_bytes

SCHEMA: Final = "officer"
_SEED: Final = 32
_MISREAD: Final = (KeyError, TypeError, ValueError, AttributeError, LedgerError)

_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
_journal = click.option("--journal", required=True, help="The journal's origin, such as example.org/main.")


@click.group()
def officer() -> None:
    """经办人: an officer's key, its enrolment, and signatures over proposals; nothing is sent anywhere."""


@officer.command()
@_file
@click.option("--holder", required=True, help="The officer's key id: `token:` and the id of its token.")
@json_option
@lang_option
def key(file: Path, holder: str, lang: str, *, as_json: bool) -> None:
    """Make a new key in FILE, which nobody else may read; says the public key.  An existing file stays."""
    try:
        signer = Signer(holder, secrets.token_bytes(_SEED))
    except NoteError as error:
        fail(USAGE, SCHEMA, "officer_bad_key", {"path": file, "why": error}, lang, as_json=as_json)
    if file.exists():
        fail(USAGE, SCHEMA, "officer_exists", {"path": file}, lang, as_json=as_json)
    write_whole(file, f"{signer.secret()}\n", fresh=True)
    public = _signer(file, lang, as_json=as_json).verifier.public.hex()
    say(SCHEMA, "officer_key", {"path": str(file), "holder": holder, "key": public}, lang, as_json=as_json)


@officer.command()
@_file
@_journal
@click.option("--organization", required=True, help="The plain id of the officer's organization.")
@lang_option
def enrol(file: Path, journal: str, organization: str, lang: str) -> None:
    """Print what `enrolKey` asks for besides its head, as JSON: holder, key, and the proof that FILE has the key."""
    signer = _signer(file, lang, as_json=False)
    public = signer.verifier.public.hex()
    message = possession_bytes(journal, organization, signer.name, public)
    proof = sign_ed25519(signer.seed, message).hex()
    click.echo(orjson.dumps({"holder": signer.name, "key": public, "proof": proof}))


@officer.command()
@_file
@click.argument("proposal", type=click.File("rb"))
@_journal
@json_option
@lang_option
def sign(file: Path, proposal: Any, journal: str, lang: str, *, as_json: bool) -> None:  # noqa: ANN401 -- an open file
    """Sign PROPOSAL, as `proposals` answers it (JSON); says on stderr what is signed, and prints the signature.

    The bytes are made here from the command itself: what the server says is to be signed must be the same.
    """
    signer = _signer(file, lang, as_json=as_json)
    try:
        found = orjson.loads(proposal.read())
        command = command_from(found["command"])
        name = digest(command)
        role = INITIATOR if command.actor == signer.name else APPROVER
        message = approval_bytes(journal, role, signer.name, command)
        agrees = found.get("digest", name) == name and found.get("toSign", message.hex()) == message.hex()
    except _MISREAD as error:
        fail(USAGE, SCHEMA, "officer_misread", {"why": repr(error)}, lang, as_json=as_json)
    if not agrees:
        fail(USAGE, SCHEMA, "officer_differs", {"digest": name}, lang, as_json=as_json)
    moves = ", ".join(f"{move.amount} {move.source} → {move.target}" for move in command.fund) or "-"
    facts = {
        "role": role, "kind": command.kind, "organization": command.organization, "moves": moves, "digest": name,
        "journal": journal,
    }  # fmt: skip
    click.echo(messages.text("officer_signs", lang, facts), err=True)
    signature = sign_ed25519(signer.seed, message).hex()
    click.echo(orjson.dumps({**facts, "signature": signature}) if as_json else signature)


def _signer(file: Path, lang: str, *, as_json: bool) -> Signer:
    """The key in a file that only its owner can read; ends the command where it is none."""
    try:
        if os.name == "posix" and (mode := stat.S_IMODE(file.stat().st_mode)) & 0o077:
            why = f"others can read it (mode {mode:04o}): chmod 600, and make a new key if they may have"
            fail(USAGE, SCHEMA, "officer_bad_key", {"path": file, "why": why}, lang, as_json=as_json)
        return Signer.parse(file.read_text("ascii").removesuffix("\n"))
    except (OSError, UnicodeDecodeError, NoteError) as error:
        fail(USAGE, SCHEMA, "officer_bad_key", {"path": file, "why": error}, lang, as_json=as_json)
