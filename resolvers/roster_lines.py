"""One line of a roster, proven to whoever is entitled: the paying organization's officer, an inspector, an auditor.

The vault has to be read for it, so that a sealed entry tells of it first.  A line that is opened shows who it is, and
is for those who may read personal data: an officer hands it to the person as a receipt of their own.
"""

from collections.abc import Mapping
from typing import Any

from db import lookups, trees
from ledger import merkle, receipts, rosters, tiles
from ledger.checkpoints import Checkpoint
from ledger.roster_proofs import RosterLine
from resolvers import acts, personal
from resolvers.context import Context, Role
from resolvers.persons import keeper, number
from resolvers.policy import require
from resolvers.recording import submit
from resolvers.refusals import Refusal


async def prove_roster_line(
    ctx: Context, *, position: int, commitment: bytes, reason: str, opened: bool = False
) -> tuple[int, RosterLine]:
    """Prove one line of the roster that entry `position` paid; answers the sealed entry's position too.

    Raises `COMMITMENT_NOT_FOUND` for what is not there or not theirs, `ROSTER_ERASED`, `NOT_PUBLISHED`, and as
    `reveal_personal_data` where the line is to be opened.
    """
    require(ctx.principal, "prove-roster-line", organization=ctx.principal.organization)
    document = await _payment(ctx, position, commitment)
    head = await _head(ctx, position)
    told = await _told(ctx, commitment, reason, opened=opened)
    assert ctx.vault is not None, "the composition root gives every context that records a vault"
    names = await lookups.commitments(keeper(ctx), number(ctx), position)
    revealed = await ctx.vault.reveal(keeper(ctx), number(ctx), names)
    lines = [rosters.Line(int(found.data["units"]), name) for name, found in revealed.items()]
    if len(lines) != document["data"]["roster"]["count"]:
        raise Refusal("ROSTER_ERASED", ("input", "commitment"), entry=position)
    proof = rosters.prove(lines, commitment)
    line = next(line for line in lines if line.commitment == commitment)
    salt, data = (revealed[commitment].salt, revealed[commitment].data) if opened else (None, None)
    return told, RosterLine(line, proof, await _receipt(ctx, position, head), salt, data)


async def _payment(ctx: Context, position: int, commitment: bytes) -> Mapping[str, Any]:
    """The entry, if it paid a roster with this line, and for an officer its own organization's."""
    document = await lookups.document_at(ctx.reader, number(ctx), position)
    mine = document is not None and "roster" in document["data"]
    if mine and ctx.principal.role is Role.OFFICER:
        mine = document is not None and document.get("organization") == ctx.principal.organization
    if not mine or commitment not in await lookups.commitments(keeper(ctx), number(ctx), position):
        raise Refusal("COMMITMENT_NOT_FOUND", ("input", "commitment"), commitment=commitment.hex())
    assert document is not None, "just asked"
    return document


async def _told(ctx: Context, commitment: bytes, reason: str, *, opened: bool) -> int:
    """The sealed entry, before anything is read."""
    if opened:
        return (await personal.reveal_personal_data(ctx, reason=reason, commitments=[commitment]))[0]
    why = acts.reasoned(reason)
    return (await submit(ctx, acts.told(ctx, acts.PROVE_LINE, [commitment], reason=why))).position


async def _head(ctx: Context, position: int) -> tuple[str, int]:
    """The newest published head over the entry, cosigned by enough witnesses if there is such a one."""
    for witnessed in (True, False):
        found = await trees.newest_cosigned(ctx.reader, ctx.journal.id, witnessed=witnessed)
        if found is not None and found[0].size > position:
            note = found[0].note + "".join(f"{line}\n" for line in found[1])
            return note, Checkpoint.parse(note.partition("\n\n")[0] + "\n").size
    raise Refusal("NOT_PUBLISHED", ("input", "position"), entry=position)


async def _receipt(ctx: Context, position: int, head: tuple[str, int]) -> receipts.Receipt:
    note, size = head
    found = await trees.leaf(ctx.reader, ctx.journal.id, position)
    assert found is not None, "the entry was read before"
    wanted = tiles.tiles_for(merkle.needed_nodes(merkle.inclusion_ranges(position, size)), size)
    node = tiles.node_reader(await trees.tiles(ctx.reader, ctx.journal.id, wanted))
    return receipts.build(position, note, node, found[0])
