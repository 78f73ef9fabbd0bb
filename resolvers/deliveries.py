"""Deliveries: confirming that what a disbursement paid for reached people."""

from dataclasses import dataclass
from typing import ClassVar

from db.journal import Outcome
from resolvers.context import Context
from resolvers.persons import Person, sealed
from resolvers.policy import require
from resolvers.recording import Prepared, Request, subject_fits, submit

PAYMENTS = frozenset({"disbursement", "expense"})
"""The kinds of entry that pay for something that reaches people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Request):
    """A confirmed delivery: how it was made (`method`), how it was confirmed, and to how many persons.

    `subject` is the position of the disbursement; `person` who confirmed, if a person is known.
    """

    action: ClassVar[str] = "confirm-delivery"
    kind: ClassVar[str] = "delivery_confirmed"

    subject: int
    method: str
    confirmation: str
    persons: int
    delivery: str | None = None
    region: str | None = None
    category: str | None = None
    person: Person | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command, and the rows of the vault; raises `NOT_A_PAYMENT` and `NOT_THE_ORGANIZATIONS_ENTRY`."""
        await subject_fits(ctx, self.organization, self.subject, PAYMENTS)
        party, companions = await sealed(ctx, self.person)
        data = {
            "delivery": self.delivery or self.id, "subject": self.subject, "method": self.method,
            "confirmation": self.confirmation, "persons": self.persons, "region": self.region,
            "category": self.category, "party": party,
        }  # fmt: skip
        return self.prepared(self.command(ctx, data), companions, self.person)


async def confirm_delivery(ctx: Context, delivery: Delivery) -> Outcome:
    """Confirm a delivery (签收); raises `ENTRY_NOT_FOUND`, `REGION_NOT_FOUND` or `ALREADY_EXISTS`."""
    require(ctx.principal, delivery.action, organization=delivery.organization)
    return await submit(ctx, await delivery.compose(ctx))
