"""Restrictions: declaring what donated money may be used for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from db.journal import Outcome
from resolvers.context import Context
from resolvers.policy import require
from resolvers.recording import Prepared, Request, projects_exist, purposes_exist, submit


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction(Request):
    """Terms to declare; an empty or absent dimension allows everything.

    `region` is CODE@EDITION and stands for its whole subtree; dates are ISO texts, both included;
    `fee_cap` is in basis points of what came in.
    """

    action: ClassVar[str] = "declare-restriction"
    kind: ClassVar[str] = "restriction_declared"

    restriction: str | None = None
    purposes: Sequence[str] = ()
    categories: Sequence[str] = ()
    region: str | None = None
    project: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    fee_cap: int | None = None
    investment: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command; raises `PURPOSE_NOT_FOUND` or `PROJECT_NOT_FOUND`."""
        await purposes_exist(ctx, self.purposes)
        await projects_exist(ctx, self.organization, [self.project] if self.project else [])
        data = {
            "restriction": self.restriction or self.id, "purposes": list(self.purposes),
            "categories": list(self.categories), "region": self.region, "project": self.project,
            "from": self.valid_from, "until": self.valid_until, "feeCap": self.fee_cap,
            "investment": self.investment,
        }  # fmt: skip
        return self.prepared(self.command(ctx, data))


async def declare_restriction(ctx: Context, restriction: Restriction) -> Outcome:
    """Declare a restriction (限定用途), to which accounts are then opened."""
    require(ctx.principal, restriction.action, organization=restriction.organization)
    return await submit(ctx, await restriction.compose(ctx))
