"""What a proof bundle shows, in sentences of either language, and as facts for programs."""

from collections.abc import Mapping
from typing import Any

import click
import orjson

from clients.auditor import messages
from clients.auditor.proof_messages import CLASSES, NAMES
from clients.auditor.standing import Counted
from ledger.assets import Asset, decimal_text
from ledger.bundles import Bundle, Evidence, Proven
from ledger.proven_statements import ProvenStatement
from ledger.proven_traces import RESTING, USED, WITHHELD, ProvenEnd, ProvenTrace

Told = tuple[str, str, dict[str, Any]]
"""A code, the sentences, and the facts."""
_BACK = ("donors", "payers", "opening")


def amount(units: int, asset: str) -> str:
    """Units of an asset as a decimal number."""
    return decimal_text(units, Asset.parse(asset).scale)


def balance(found: Proven, lang: str) -> Told:
    """An account's line."""
    line, asset = found.line, found.asset
    facts = {
        "account": line.account, "through": found.through, "snapshot": found.snapshot, "asset": asset, "seq": line.seq,
        "balance": amount(line.into - line.out, asset), "into": amount(line.into, asset),
        "out": amount(line.out, asset), "held": amount(line.held, asset),
    }  # fmt: skip
    return "balance_holds", messages.text("balance_holds", lang, facts), facts


def statement(found: ProvenStatement, bundle: Bundle, lang: str) -> Told:
    """An account's lines and how far it is shown that there are no others."""
    asset = _asset(bundle, found.account)
    facts: dict[str, Any] = {
        "account": found.account, "start": found.start, "end": found.end, "count": len(found.lines), "asset": asset,
        "opening": amount(found.opening, asset), "closing": amount(found.closing, asset), "through": found.through,
        "from_start": found.from_start, "complete": found.complete,
        "first": found.start if found.from_start else messages.text("statement_first", lang),
    }  # fmt: skip
    code = "statement_holds" if found.complete else "statement_partly"
    lines = [messages.text(code, lang, facts)]
    facts["lines"] = []
    for line in found.lines:
        row = {
            "seq": line.seq, "position": line.position, "effective": line.effective, "kind": line.kind,
            "amount": amount(line.amount, asset), "balance": amount(line.into - line.out, asset),
        }  # fmt: skip
        facts["lines"].append(row | {"other": shown(line.other)})
        padded = row | {"seq": f"{line.seq:>6}", "amount": f"{row['amount']:>16}", "balance": f"{row['balance']:>16}"}
        lines.append(messages.text("statement_line", lang, padded | {"kind": kind(line.kind, lang)}))
    return code, "\n".join(lines), facts


def trace(found: ProvenTrace, lang: str) -> Told:
    """A donation's ends, each with the way there."""
    facts: dict[str, Any] = {
        "entry": found.entry, "as_of": found.as_of, "total": amount(found.total, found.asset), "asset": found.asset,
        "slices": found.slices, "complete": found.complete,
    }  # fmt: skip
    code = "trace_holds" if found.complete else "trace_partly"
    lines = [messages.text(code, lang, facts)]
    facts["ends"] = []
    for end in found.ends:
        where = shown(end.account)
        facts["ends"].append({
            "state": end.state, "share": amount(end.share, found.asset), "where": where, "asset": end.asset,
            "amount": amount(end.amount, end.asset), "through": end.through, "path": [list(hop) for hop in end.path],
        })  # fmt: skip
        lines.append(_end(found, end, lang))
    return code, "\n".join(lines), facts


def _end(found: ProvenTrace, end: ProvenEnd, lang: str) -> str:
    outside = shown(end.account).partition(":")[0]
    share = f"{amount(end.share, found.asset)} {found.asset}"
    if end.asset != found.asset:
        became = {"share": share, "amount": amount(end.amount, end.asset), "asset": end.asset}
        share = messages.text("trace_became", lang, became)
    code = {
        USED: "trace_given_back" if outside in _BACK else "trace_used", WITHHELD: "trace_withheld",
        RESTING: "trace_unshown" if end.through is None else "trace_resting",
    }[end.state]  # fmt: skip
    hops = [
        messages.text("trace_hop", lang, {"kind": kind(found.documents[at]["type"], lang), "position": at})
        for at in dict.fromkeys(position for position, _ in end.path)
    ]
    where = CLASSES[lang].get(outside, end.account)
    facts = {"share": share, "where": where, "through": end.through, "path": " → ".join(hops)}
    return messages.text(code, lang, facts)


def answered(
    schema: str, code: str, told: tuple[str, Mapping[str, Any]], shown_by: tuple[Bundle, Evidence, Counted | None],
    lang: str, *, as_json: bool,
) -> None:  # fmt: skip
    """Print what was shown, and against which head."""
    sentences, facts = told
    bundle, evidence, counted = shown_by
    checkpoint = evidence.head.checkpoint
    witnesses = "" if counted is None else messages.text("proof_witnesses", lang, counted.facts)
    head = {"size": checkpoint.size, "origin": checkpoint.origin, "witnesses": witnesses}
    sentence = f"{sentences}\n{messages.text('proof_head', lang, head)}"
    if not as_json:
        click.echo(sentence)
        return
    found = {"schema": f"mingzhang-audit/{schema}/1", "ok": True, "code": code, "sentence": sentence} | dict(facts)
    found |= {"origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root.hex(),
              "bytes": len(bundle.encode())}  # fmt: skip
    found |= {"witnesses": None if counted is None else counted.facts}
    click.echo(orjson.dumps(found, default=str))


def kind(name: str, lang: str) -> str:
    """What a kind of entry is called."""
    return NAMES[lang].get(name, name)


def shown(account: str) -> str:
    """An account as sentences name it: a held one by its id, an outside one by its class."""
    return account.split("/")[2] if account.startswith("outside/") else account


def _asset(bundle: Bundle, account: str) -> str:
    for document in bundle.documents().values():
        for book in ("fund", "custody"):
            for posting in document.get(book, ()):
                if account in (posting["from"]["account"], posting["to"]["account"]):
                    return str(posting["asset"])
    return bundle.balances[0].asset
