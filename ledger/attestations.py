"""Attestations: an auditor's signed word about a head of the journal, kept as an entry of the journal itself.

The auditor signs a text of six lines (a domain, origin, size, root, verdict, digest of its report) with Ed25519, as a
signed note of its own key (`notes`).  The entry holds what was signed, the key, and the signature: it stands without
the server that recorded it.  Whose key it is has to be known otherwise; which roots are right, the tree says.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final

from ledger.errors import NoteError
from ledger.notes import Signer, Verifier, check_name, verify_ed25519

VERDICTS: Final = ("verified", "partial", "rule-broken", "broken", "forked")
"""What an auditor can find; `verified` alone makes entries audited."""
VERIFIED: Final = VERDICTS[0]
_DOMAIN: Final = "mingzhang-attestation/v1"

Facts = Mapping[str, Any]


def text_of(data: Facts) -> str:
    """The text that is signed: domain, origin, size, root in base64, verdict and report's digest, a line each."""
    root = b64encode(bytes.fromhex(data["root"])).decode()
    lines = (_DOMAIN, data["origin"], str(data["size"]), root, data["verdict"], data["report"])
    return "".join(f"{line}\n" for line in lines)


def attest(signer: Signer, facts: Facts) -> dict[str, Any]:
    """The entry's facts: `origin`, `size`, `root`, `verdict` and `report` (hex) with auditor, key and signature."""
    data = {name: facts[name] for name in ("origin", "size", "root", "verdict", "report")}
    signature = signer.sign(text_of(data)).value
    return data | {"auditor": signer.name, "key": signer.verifier.public.hex(), "signature": signature.hex()}


def key_of(data: Facts) -> Verifier:
    """The auditor's key as a verifier key; raises `NoteError` for a name that no key has."""
    return Verifier(data["auditor"], bytes.fromhex(data["key"]))


def problem(data: Facts) -> str | None:
    """Why the signature does not hold, or None."""
    try:
        check_name(data["auditor"])
        verify_ed25519(bytes.fromhex(data["key"]), bytes.fromhex(data["signature"]), text_of(data).encode())
    except NoteError as error:
        return str(error)
    return None


def differs(data: Facts, origin: str, root_at: Callable[[int], bytes]) -> tuple[str, str, str] | None:
    """Where an attestation is not about this journal: (field, expected, actual); for verifiers that hold the tree."""
    if data["origin"] != origin:
        return "data.origin", origin, data["origin"]
    expected = root_at(data["size"]).hex()
    return None if expected == data["root"] else ("data.root", expected, data["root"])
