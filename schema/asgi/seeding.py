"""The demo's world: `resolvers.demo` when this installation has it, else the smallest one that moves money.

`seed` may be repeated: every command has a fixed id, so a second run finds what the first has written.
"""

import importlib
import importlib.util
import uuid
from dataclasses import dataclass

from resolvers.context import Context

_NAMESPACE = uuid.UUID("6d696e67-7a68-5fe6-988e-e8b4a6000001")
_ORGANIZATION = "hope"


@dataclass(frozen=True, slots=True)
class World:
    """Whose tokens the demo hands out: the officer's organization and the supervisor's region."""

    organization: str
    region: str | None


async def seed(ctx: Context) -> World:
    """Write the demo's world."""
    if importlib.util.find_spec("resolvers.demo") is None:
        return await _smallest(ctx)
    made = await importlib.import_module("resolvers.demo").seed(ctx)
    return World(made.organization, made.region)


async def _smallest(ctx: Context) -> World:
    """One organization, a restricted and a general fund, a donation and where it went."""
    from resolvers.accounts import Account, open_account  # noqa: PLC0415 - only a demo loads them
    from resolvers.binding import Period  # noqa: PLC0415
    from resolvers.disbursements import Disbursement, disburse  # noqa: PLC0415
    from resolvers.donations import Donation, record_donation  # noqa: PLC0415
    from resolvers.organizations import Organization, record_organization  # noqa: PLC0415
    from resolvers.recording import Money, Part  # noqa: PLC0415

    status = (Period("registered", "2010-01-01"), Period("public-fundraising", "2017-01-01"))
    organization = Organization(
        id=_id("organization"), organization=_ORGANIZATION, name="希望基金会", name_en="Hope Foundation", status=status
    )
    await record_organization(ctx, organization)
    for account, book, klass in (("hope-general", "fund", "fund"), ("hope-bank", "custody", "bank")):
        opening = Account(id=_id(account), organization=_ORGANIZATION, account=account, book=book, klass=klass)
        await open_account(ctx, opening)
    for n, units in enumerate((500_000, 20_000)):
        part = Part("hope-general", Money("CNY/2", units))
        gift = Donation(
            id=_id(f"donation-{n}"), organization=_ORGANIZATION, parts=(part,), custody="hope-bank",
            donor="natural", channel="public-online", effective="2026-01-15",
        )  # fmt: skip
        await record_donation(ctx, gift)
    paid = Part("hope-general", Money("CNY/2", 120_000))
    payment = Disbursement(
        id=_id("disbursement"), organization=_ORGANIZATION, parts=(paid,), custody="hope-bank", effective="2026-02-20"
    )
    await disburse(ctx, payment)
    return World(_ORGANIZATION, None)


def _id(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, name))
