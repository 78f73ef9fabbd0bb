"""Attestations: an auditor's signed word about a head of this journal becomes an entry of it."""

from dataclasses import dataclass

from db import trees
from db.journal import Outcome
from ledger import merkle, tiles
from ledger.attestations import key_of
from ledger.commands import INSTRUCTED, Command
from ledger.errors import NoteError
from resolvers.context import Context
from resolvers.policy import require
from resolvers.recording import Prepared, submit
from resolvers.refusals import Refusal, malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What an auditor signed: `root`, `report`, `key` and `signature` in hex, `auditor` the key's name."""

    id: str
    auditor: str
    key: str
    size: int
    root: str
    verdict: str
    report: str
    signature: str


async def record_attestation(ctx: Context, attestation: Attestation) -> Outcome:
    """Record an auditor's word (审计确认); raises `AUDITOR_NOT_PINNED`, `HEAD_DIFFERS` and `MALFORMED`.

    The operator has pinned whose keys count; a word about another history than this journal's is refused here, and is
    for its auditor to show around.
    """
    require(ctx.principal, "attest")
    data = {
        "auditor": attestation.auditor, "key": attestation.key, "origin": ctx.journal_origin(),
        "size": attestation.size, "root": attestation.root, "verdict": attestation.verdict,
        "report": attestation.report, "signature": attestation.signature,
    }  # fmt: skip
    try:
        vkey = str(key_of(data))
    except (NoteError, ValueError):
        raise malformed("key", "must be 32 bytes under a name without spaces and plus signs") from None
    if vkey not in ctx.auditors:
        raise Refusal("AUDITOR_NOT_PINNED", ("input", "key"), key=vkey)
    await _of_this_journal(ctx, attestation)
    command = Command(
        id=attestation.id, kind="attestation", mode=INSTRUCTED, actor=ctx.principal.key, effective=str(ctx.today()),
        data=data,
    )  # fmt: skip
    return await submit(ctx, Prepared(command, undated=True))


async def _of_this_journal(ctx: Context, attestation: Attestation) -> None:
    """Raise `HEAD_DIFFERS` unless the journal had this root at this size."""
    size, _ = await trees.head(ctx.reader, ctx.journal.id)
    if not 0 < attestation.size <= size:
        raise Refusal("HEAD_DIFFERS", ("input", "size"), size=attestation.size, root="none")
    found = await trees.tiles(ctx.reader, ctx.journal.id, tiles.root_tiles(attestation.size))
    root = merkle.root_at(attestation.size, tiles.node_reader(found)).hex()
    if root != attestation.root:
        raise Refusal("HEAD_DIFFERS", ("input", "root"), size=attestation.size, root=root)
