"""`mingzhang-audit attest`: sign a verdict with the auditor's own key, and have the journal keep it.

mingzhang-audit attest key NAME -o FILE            make the auditor's key, and print what the operator pins
mingzhang-audit attest SOURCE --key-file FILE --report FILE [--token …]
                                                   verify SOURCE whole, keep the report, sign, and record
"""

from __future__ import annotations

import os
import uuid
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import click
import orjson

from clients.auditor.errors import UndecidableError
from clients.auditor.options import (
    CANNOT_DECIDE,
    USAGE,
    fail,
    journal_option,
    json_option,
    lang_option,
    opened,
    say,
    token_of,
    token_option,
)  # fmt: skip
from clients.auditor.reports import EXITS, Report
from clients.auditor.verification import Options, verify
from clients.auditor.web import TIMEOUT
from clients.auditor.witnessing import write_whole
from ledger.attestations import VERDICTS, attest
from ledger.errors import NoteError
from ledger.notes import Signer

SCHEMA: Final = "attest"
_MUTATION: Final = (
    "mutation($input: RecordAttestationInput!) { recordAttestation(input: $input) "
    "{ position state errors { code message } } }"
)
_NAMESPACE: Final = uuid.UUID("6d696e67-7a68-5fe6-988e-e8b4a6000004")


class _Attest(click.Group):
    """A group whose plain argument, a source, means `head`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `head` before arguments that begin with no command."""
        named = next((arg for arg in args if not arg.startswith("-")), None)
        if named is not None and named not in self.commands:
            args = ["head", *args]
        return super().parse_args(ctx, args)


@click.group("attest", cls=_Attest)
def attest_command() -> None:
    """审计确认: verify SOURCE, sign the verdict with your own key, and have the journal keep it."""


@attest_command.command("key")
@click.argument("name")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file.")
@json_option
@lang_option
def make_key(name: str, output: Path, lang: str, *, as_json: bool) -> None:
    """Make an auditor's key under NAME, such as `audit.example/zhang`, and print what the operator pins."""
    try:
        signer = Signer(name, os.urandom(32))
        write_whole(output, f"{signer.secret()}\n", fresh=True)
    except NoteError as error:
        fail(USAGE, SCHEMA, "bad_key", {"key": name, "why": error}, lang, as_json=as_json)
    except OSError as error:
        fail(USAGE, SCHEMA, "cannot_write", {"path": output, "why": error.strerror}, lang, as_json=as_json)
    say(SCHEMA, "attest_key", {"path": str(output), "key": str(signer.verifier)}, lang, as_json=as_json)


@attest_command.command("head")
@click.argument("source")
@click.option("--key-file", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The auditor's key.")
@click.option("--report", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Where it is kept.")
@click.option("--key", help="The log's verifier key (vkey), pinned; otherwise the source's own is believed.")
@journal_option
@token_option
@json_option
@lang_option
def attest_head(source: str, lang: str, *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 -- click's options
    """Verify SOURCE, a server, whole; keep the report; sign the verdict; record it in the journal."""
    try:
        signer = Signer.parse(asked["key_file"].read_text("utf-8").strip())
        read = opened(source, asked["journal"], token_of(asked["token"]))
        try:
            report = verify(read, source, Options(asked["key"]))
        finally:
            read.close()
        body = orjson.dumps(report.as_json("en"), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"
        asked["report"].write_bytes(body)
        data = _signed(report, signer, body)
        position = _recorded(source, token_of(asked["token"]), data)
    except UndecidableError as error:
        fail(CANNOT_DECIDE, SCHEMA, error.code, error.facts, lang, as_json=as_json)
    except NoteError as error:
        facts = {"key": str(asked["key_file"]), "why": error}
        fail(USAGE, SCHEMA, "bad_key", facts, lang, as_json=as_json)
    except OSError as error:
        fail(USAGE, SCHEMA, "unread_file", {"path": error.filename, "why": error.strerror}, lang, as_json=as_json)
    facts = {"position": position, "verdict": report.verdict, "size": report.size, "report": data["report"]}
    say(SCHEMA, "attested", facts, lang, as_json=as_json)
    raise SystemExit(EXITS[report.verdict])


def _signed(report: Report, signer: Signer, body: bytes) -> dict[str, Any]:
    """The signed facts; raises `UndecidableError` where there is no verdict to sign."""
    if report.verdict not in VERDICTS or report.root is None:
        raise UndecidableError("nothing_to_attest", verdict=report.verdict)
    return attest(signer, {
        "origin": report.origin, "size": report.size, "root": report.root, "verdict": report.verdict,
        "report": sha256(body).hexdigest(),
    })  # fmt: skip


def _recorded(source: str, token: str | None, data: dict[str, Any]) -> int:
    """Send the facts to the server; the entry's position."""
    base = (source if "://" in source else f"http://{source}").partition("/journals/")[0].rstrip("/")
    wanted = {name: data[name] for name in ("auditor", "key", "root", "report", "signature")} | {
        "id": str(uuid.uuid5(_NAMESPACE, data["signature"])), "size": str(data["size"]),
        "verdict": data["verdict"].upper().replace("-", "_"),
    }  # fmt: skip
    asked = Request(  # noqa: S310 -- the address is the auditor's own
        f"{base}/graphql", orjson.dumps({"query": _MUTATION, "variables": {"input": wanted}}),
        {"Content-Type": "application/json"} | ({} if token is None else {"Authorization": f"Bearer {token}"}),
    )  # fmt: skip
    try:
        with urlopen(asked, timeout=TIMEOUT) as answer:  # noqa: S310 -- as above
            body = answer.read()
    except HTTPError as error:
        body = error.read()
    except URLError as error:
        raise UndecidableError("unreachable", address=base, why=error.reason) from None
    try:
        found = orjson.loads(body)
        done = (found.get("data") or {}).get("recordAttestation") or {}
        wrong = [*found.get("errors", []), *done.get("errors", [])]
        if wrong:
            raise UndecidableError("not_attested", why=wrong[0]["message"])
        return int(done["position"])
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, ValueError):
        raise UndecidableError("not_json", what="recordAttestation") from None
