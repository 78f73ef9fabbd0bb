"""Declaring restrictions."""

from datetime import date

import strawberry

from ledger.assets import AmountError, parse_decimal
from resolvers import restrictions
from resolvers.refusals import malformed
from resolvers.restrictions import Restriction
from schema.mutations.codes import InvestmentTerm
from schema.mutations.inputs import EntryHead, code, day
from schema.mutations.payloads import mutation, payload
from schema.scalars import Rate

_PLACES = 4
"""A fee cap is kept in basis points."""


@strawberry.input
class DeclareRestrictionInput(EntryHead):
    """What money may be used for; an empty or absent dimension allows everything."""

    restriction: str | None = None
    """Its plain id; the command's id when left out."""
    purposes: list[str] = strawberry.field(default_factory=list)
    """Codes of the focus areas; an area covers its sub-activities."""
    categories: list[str] = strawberry.field(default_factory=list)
    """Beneficiary categories, one of which spending must rely on."""
    region: str | None = None
    """A region and all below it, `code@edition`."""
    project: str | None = None
    """The plain id of the one project that it allows."""
    valid_from: date | None = None
    """The first day on which its money may be spent."""
    valid_until: date | None = None
    """The last day on which its money may be spent."""
    fee_cap: Rate | None = None
    """The greatest share of what came in that may be taken as fee, such as 0.1; none when left out."""
    investment: InvestmentTerm | None = None
    """Whether its money may be invested; it may not when left out."""

    def request(self) -> Restriction:
        """The use case's request."""
        return Restriction(
            **self.head(), restriction=self.restriction, purposes=self.purposes, categories=self.categories,
            region=self.region, project=self.project, valid_from=day(self.valid_from),
            valid_until=day(self.valid_until), fee_cap=self._basis_points(),
            investment=code(self.investment),
        )  # fmt: skip

    def _basis_points(self) -> int | None:
        if self.fee_cap is None:
            return None
        try:
            return parse_decimal(str(self.fee_cap), _PLACES)
        except AmountError as error:
            raise malformed("feeCap", str(error)) from None


@strawberry.type
class RestrictionMutations:
    """Declaring restrictions."""

    declare_restriction = mutation(
        restrictions.declare_restriction, DeclareRestrictionInput, payload("DeclareRestrictionPayload")
    )
    """Declare a restriction (限定用途), to which accounts are then opened."""
