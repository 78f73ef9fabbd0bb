"""`mingzhang-audit balance | statement | trace`: one proof bundle, checked without a network, or made out of a source.

mingzhang-audit trace FILE --key VKEY [--policy POLICY]
mingzhang-audit trace make SOURCE POSITION -o FILE [--key VKEY]
mingzhang-audit statement make SOURCE ACCOUNT -o FILE [--from POSITION] [--to POSITION]
mingzhang-audit balance make SOURCE ACCOUNT -o FILE

Exit: 0 all of it is shown; 1 proven inconsistent; 3 not a bundle; 4 policy unmet; 6 shown in part.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from clients.auditor import bundling, proof_sentences
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
from clients.auditor.reports import EXITS
from clients.auditor.source import Source
from clients.auditor.standing import Counted, Demand, count
from clients.auditor.tree import trusted_key
from ledger import bundles, proven_statements, proven_traces
from ledger.bundles import Bundle, BundleError, Evidence
from ledger.errors import EvidenceError, ReceiptError
from ledger.notes import Verifier
from ledger.roster_proofs import RosterLine

BROKEN: Final = 1
_FINDINGS: Final = {
    bundles.MALFORMED: "proof_malformed", bundles.ALTERED: "proof_altered", bundles.DROPPED: "proof_dropped",
    bundles.REORDERED: "proof_reordered", bundles.FOREIGN: "proof_foreign", bundles.BALANCE: "proof_balance",
    bundles.UNSIGNED: "proof_unsigned",
}  # fmt: skip
_UNMET: Final = {"unmet": "proof_unmet", "stale": "proof_stale"}

Make = Callable[[Source, Verifier, dict[str, Any]], Bundle]


@click.group(cls=Defaulted)
def trace() -> None:
    """资金去向: where a donation went: check FILE, or `make` one (SOURCE POSITION -o FILE)."""


@click.group(cls=Defaulted)
def statement() -> None:
    """对账单: an account's entries and that there are no others: check FILE, or `make` one."""


@click.group(cls=Defaulted)
def balance() -> None:
    """余额: an account's balance in a snapshot: check FILE, or `make` one."""


def _made(make: Make, lang: str, asked: dict[str, Any], *, as_json: bool) -> None:
    """Make a bundle, check it as anybody would, and write it."""
    output: Path = asked["output"]
    try:
        read = opened(asked["source"], asked["journal"], token_of(asked["token"]))
        try:
            key = trusted_key(read, asked["key"])
            bundle = make(read, key, asked)
            _checked(bundle, [key])
        finally:
            read.close()
        output.write_bytes(bundle.encode())
    except UndecidableError as error:
        fail(CANNOT_DECIDE, asked["kind"], error.code, error.facts, lang, as_json=as_json)
    except BundleError as error:
        facts = {"path": asked["source"], "why": error}
        fail(BROKEN, asked["kind"], _FINDINGS[error.finding], facts, lang, as_json=as_json)
    except EvidenceError as error:
        fail(BROKEN, asked["kind"], "proof_unsigned", {"why": error}, lang, as_json=as_json)
    except OSError as error:
        facts = {"path": error.filename, "why": error.strerror}
        fail(USAGE, asked["kind"], "cannot_write", facts, lang, as_json=as_json)
    size = bundle.checkpoint.split("\n")[1]
    facts = {"path": str(output), "bytes": len(bundle.encode()), "leaves": len(bundle.leaves), "size": size,
             "kind": asked["kind"]}  # fmt: skip
    say(asked["kind"], "proof_made", facts, lang, as_json=as_json)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a bundle shows: the evidence, whether it is all that was claimed, and the sentences and facts of it."""

    evidence: Evidence
    complete: bool
    told: Callable[[str], tuple[str, str, dict[str, Any]]]


def _checked(bundle: Bundle, keys: Sequence[Verifier]) -> Shown:
    """Check a bundle of any kind; raises `BundleError`."""
    if bundle.kind == "trace":
        evidence, found = proven_traces.prove(bundle, keys)
        return Shown(evidence, found.complete, lambda lang: proof_sentences.trace(found, lang))
    if bundle.kind == "statement":
        evidence, made = proven_statements.prove(bundle, keys)
        return Shown(evidence, made.complete, lambda lang: proof_sentences.statement(made, bundle, lang))
    evidence, line = bundles.prove_balance(bundle, keys)
    return Shown(evidence, True, lambda lang: proof_sentences.balance(line, lang))  # noqa: FBT003 -- a line is all


def _verified(kind: str, file: Path, lang: str, asked: dict[str, Any], *, as_json: bool) -> None:
    try:
        policy, key = believed(asked)
        bundle = Bundle.parse(file.read_bytes())
        _of_kind(bundle, kind, file)
        shown = _checked(bundle, [key, *(() if policy is None else policy.witness_keys)])
        counted = None
        if policy is not None:
            counted = count(bundle.checkpoint, [key], Demand(policy, asked["max_age"]), time.time())
    except UndecidableError as error:
        fail(CANNOT_DECIDE, kind, error.code, error.facts, lang, as_json=as_json)
    except OSError as error:
        fail(CANNOT_DECIDE, kind, "unread_file", {"path": file, "why": error.strerror}, lang, as_json=as_json)
    except BundleError as error:
        code = CANNOT_DECIDE if error.finding == bundles.MALFORMED else BROKEN
        facts = {"path": file, "why": error, "position": error.position}
        fail(code, kind, _FINDINGS[error.finding], facts, lang, as_json=as_json)
    except EvidenceError as error:
        fail(BROKEN, kind, "proof_unsigned", {"why": error}, lang, as_json=as_json)
    _answer(kind, bundle, shown, counted, lang, as_json=as_json)


def _answer(kind: str, bundle: Bundle, shown: Shown, counted: Counted | None, lang: str, *, as_json: bool) -> None:
    """Say what was shown; the policy comes before what is only shown in part."""
    if counted is not None and counted.verdict is not None:
        fail(EXITS[counted.verdict], kind, _UNMET[counted.verdict], counted.facts, lang, as_json=as_json)
    code, sentences, facts = shown.told(lang)
    proof_sentences.answered(kind, code, (sentences, facts), (bundle, shown.evidence, counted), lang, as_json=as_json)
    sys.exit(0 if shown.complete else EXITS["partial"])


def _of_kind(bundle: Bundle, kind: str, file: Path) -> None:
    if bundle.kind != kind:
        raise UndecidableError("wrong_kind", path=file, found=bundle.kind)


_MAKE: Final = (
    click.argument("source"),
    click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file."),
    click.option("--key", help="The log's verifier key (vkey), pinned; otherwise the source's own is believed."),
    journal_option, token_option, json_option, lang_option,
)  # fmt: skip
_VERIFY: Final = (
    click.argument("file", type=click.Path(path_type=Path, dir_okay=False)),
    click.option("--key", help="The log's verifier key (vkey)."),
    click.option("--policy", type=click.Path(path_type=Path, dir_okay=False), help="Whose cosignatures are asked for."),
    click.option("--max-age", type=click.IntRange(1), help="How old they may be, in seconds (exit 4 when older)."),
    json_option, lang_option,
)  # fmt: skip


def _with(*options: Callable[..., Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Options in the order of the line."""

    def put(function: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            function = option(function)
        return function

    return put


def _add(
    group: click.Group, kind: str, arguments: Sequence[Callable[..., Any]], make: Make, what: str
) -> None:  # fmt: skip
    """Give a group its two commands."""

    @_with(_MAKE[0], *arguments, *_MAKE[1:])
    def making(lang: str, *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 -- click's options
        _made(make, lang, asked | {"kind": kind}, as_json=as_json)

    @_with(*_VERIFY)
    def verifying(file: Path, lang: str, *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 -- click's options
        _verified(kind, file, lang, asked, as_json=as_json)

    group.command("make", help=f"Write {what} out of SOURCE; it is checked before it is written.")(making)
    group.command("verify", help=f"Check FILE, {what}, without a network.")(verifying)


_ACCOUNT: Final = click.argument("account")
_add(
    trace, "trace",
    (
        click.argument("position", type=click.IntRange(0)),
        click.option("--posting", type=click.IntRange(0), help="One posting of the entry alone."),
        click.option("--as-of", type=click.IntRange(0), help="As of this position; else that of the newest snapshot."),
    ),
    lambda source, key, asked: bundling.trace(source, key, asked["position"], asked["posting"], asked["as_of"]),
    "the way of a donation",
)  # fmt: skip
_add(
    statement, "statement",
    (
        _ACCOUNT,
        click.option("--from", "start", type=click.IntRange(0), default=0, help="The first position."),
        click.option("--to", "end", type=click.IntRange(0), help="The last position; else that of a snapshot."),
    ),
    lambda source, key, asked: bundling.statement(source, key, asked["account"], asked["start"], asked["end"]),
    "an account's statement",
)  # fmt: skip
_add(
    balance, "balance", (_ACCOUNT,), lambda source, key, asked: bundling.balance(source, key, asked["account"]),
    "an account's balance",
)  # fmt: skip


@click.command("roster")
@_with(*_VERIFY)
def roster_command(file: Path, lang: str, *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 -- click's options
    """名册明细: check FILE, one line of a roster that was paid, without a network."""
    kind = "roster"
    try:
        policy, key = believed(asked)
        found = RosterLine.parse(file.read_bytes())
        head, document = found.verify([key])
        counted = None
        if policy is not None:
            counted = count(found.receipt.note, [key], Demand(policy, asked["max_age"]), time.time())
    except UndecidableError as error:
        fail(CANNOT_DECIDE, kind, error.code, error.facts, lang, as_json=as_json)
    except OSError as error:
        fail(CANNOT_DECIDE, kind, "unread_file", {"path": file, "why": error.strerror}, lang, as_json=as_json)
    except ReceiptError as error:
        fail(CANNOT_DECIDE, kind, "proof_malformed", {"path": file, "why": error}, lang, as_json=as_json)
    except EvidenceError as error:
        fail(BROKEN, kind, "proof_altered", {"why": error}, lang, as_json=as_json)
    if counted is not None and counted.verdict is not None:
        fail(EXITS[counted.verdict], kind, _UNMET[counted.verdict], counted.facts, lang, as_json=as_json)
    asset = str(document["fund"][0]["asset"])
    facts = {
        "entry": found.receipt.index, "amount": proof_sentences.amount(found.line.amount, asset), "asset": asset,
        "count": document["data"]["roster"]["count"], "commitment": found.line.commitment.hex(),
        "total": proof_sentences.amount(int(document["data"]["roster"]["total"]), asset),
        "person": None if found.data is None else dict(found.data), "origin": head.checkpoint.origin,
        "size": head.checkpoint.size, "effective": document["effective"],
    }  # fmt: skip
    say(kind, "roster_holds" if found.data is None else "roster_opened", facts, lang, as_json=as_json)
