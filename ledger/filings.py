"""Facts that people could later deny, where they rest on something before: statements of accounts, draws by lot.

A draw (抽查) can be made again by anyone: a seed is committed to before, with the list that is drawn from, and shown
with the result.
"""

from hashlib import sha256

from ledger.accounts import CUSTODY, CUSTODY_CLASSES
from ledger.draft import Draft
from ledger.rejections import Rejection

_DOMAIN = b"mingzhang/draw-seed/v1\0"


def commitment_to(seed: bytes) -> str:
    """What a draw's commitment holds of its seed: SHA-256 of the domain and the 32 bytes, as hex."""
    return sha256(_DOMAIN + seed).hexdigest()


def imported(draft: Draft) -> None:
    """A statement is of an account where the organization's money lies."""
    account, organization = draft.account(draft.command.data["account"]), str(draft.command.organization)
    if account.book != CUSTODY or account.klass not in CUSTODY_CLASSES:
        raise Rejection(
            "NOT_FOR_THIS_KIND", kind=draft.command.kind, side="of", account=account.id, klass=account.klass
        )
    if account.organization != organization:
        raise Rejection(
            "NOT_THE_ORGANIZATIONS_ACCOUNT", account=account.id, owner=account.organization, organization=organization
        )


def drawn(draft: Draft) -> None:
    """A draw shows the seed of an earlier commitment, and draws no more than were listed."""
    data, document = draft.command.data, draft.entry(draft.command.data["committed"])
    why = None
    if document["type"] != "draw_committed" or document["organization"] != draft.command.organization:
        why = "it commits this organization to no draw"
    elif commitment_to(bytes.fromhex(data["seed"])) != document["data"]["commitment"]:
        why = "this is not the seed that it commits to"
    elif data["drawn"] > document["data"]["population"]:
        why = f"it lists {document['data']['population']}"
    if why is not None:
        raise Rejection("DRAW_MISMATCH", entry=data["committed"], why=why)


GUARDS = {"statement_imported": imported, "inspection_draw": drawn}
