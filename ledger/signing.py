"""What officers sign, byte by byte (SPEC.md, "Four eyes"): a command, in whose name, for which journal.

The bytes hold the command without its approval, so that both officers sign the same thing; the role and
the signer's key id stand beside it, so that neither signature can pass for the other.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from ledger.canonical import canonical
from ledger.commands import Command, Move, Origin
from ledger.errors import NoteError
from ledger.notes import verify_ed25519
from ledger.repeats import plain, runs

APPROVAL_DOMAIN: Final = b"mingzhang/approval/v1\x00"
POSSESSION_DOMAIN: Final = b"mingzhang/key/v1\x00"
INITIATOR: Final = "initiator"
APPROVER: Final = "approver"


def command_object(command: Command) -> dict[str, Any]:
    """A command without its approval, as an object of the leaf profile; what is absent is left out."""
    found: dict[str, Any] = {
        "id": command.id, "kind": command.kind, "mode": command.mode, "actor": command.actor,
        "effective": command.effective, "data": plain(command.data),
    }  # fmt: skip
    optional = {
        "organization": command.organization, "documentDate": command.document_date,
        "voucher": plain(command.voucher), "fund": [_move(move) for move in command.fund],
        "custody": [_move(move) for move in command.custody],
    }  # fmt: skip
    return found | {name: value for name, value in optional.items() if value}


def _move(move: Move) -> dict[str, Any]:
    found: dict[str, Any] = {"from": move.source, "to": move.target, "amount": str(move.amount)}
    if move.use:
        found["use"] = plain(move.use)
    if (units := runs(move.units)) is not None:  # as the leaf names them, from which a verifier has them
        found["units"] = [[str(lo), str(hi)] for lo, hi in units]
    if move.of is not None:
        found["of"] = {"entry": move.of.entry, "posting": move.of.posting}
    return found


def command_from(found: Mapping[str, Any]) -> Command:
    """The command that such an object is; raises KeyError, ValueError or TypeError for another shape."""
    return Command(
        id=found["id"], kind=found["kind"], mode=found["mode"], actor=found["actor"], effective=found["effective"],
        organization=found.get("organization"), data=found["data"], fund=_moves(found.get("fund", ())),
        custody=_moves(found.get("custody", ())), document_date=found.get("documentDate"),
        voucher=found.get("voucher"),
    )  # fmt: skip


def _moves(found: Any) -> tuple[Move, ...]:  # noqa: ANN401 -- whatever JSON holds
    return tuple(
        Move(
            item["from"], item["to"], int(item["amount"]), item.get("use"),
            tuple((int(lo), int(hi)) for lo, hi in item["units"]) if "units" in item else None,
            Origin(item["of"]["entry"], item["of"]["posting"]) if "of" in item else None,
        )
        for item in found
    )  # fmt: skip


def digest(command: Command) -> str:
    """SHA-256 of the command's object in canonical form, in hex: what a proposal is known by."""
    return sha256(canonical(command_object(command))).hexdigest()


def approval_bytes(origin: str, role: str, signer: str, command: Command) -> bytes:
    """What an officer signs as `initiator` or as `approver` of a command of the journal `origin`."""
    signed = {"as": role, "by": signer, "command": command_object(command), "journal": origin}
    return APPROVAL_DOMAIN + canonical(signed)


def possession_bytes(origin: str, organization: str, holder: str, key: str) -> bytes:
    """What a new key signs to show that its holder has it."""
    return POSSESSION_DOMAIN + canonical(
        {"holder": holder, "journal": origin, "key": key, "organization": organization}
    )


def is_signed(key: str, signature: str, message: bytes) -> bool:
    """Whether a signature (hex) over a message is by the public key (hex)."""
    try:
        verify_ed25519(bytes.fromhex(key), bytes.fromhex(signature), message)
    except (NoteError, ValueError):
        return False
    return True
