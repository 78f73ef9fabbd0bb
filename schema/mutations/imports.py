"""Settling import decisions."""

from datetime import date
from uuid import UUID

import strawberry

from resolvers import import_decisions
from resolvers.import_decisions import Decision, NewTerms, Share
from resolvers.refusals import malformed
from schema.mutations.inputs import PartInput, day
from schema.mutations.payloads import mutation, payload


@strawberry.input
class NewTermsInput:
    """What the money may be used for; a restriction and an account of its own are made."""

    purposes: list[str] = strawberry.field(default_factory=list)
    """Codes of the focus areas."""
    region: str | None = None
    """A region and all below it, `code@edition`."""
    project: str | None = None
    """The plain id of a project."""


@strawberry.input
class ResolveImportDecisionInput:
    """What an imported donation is for: exactly one of `account`, `parts` and `restriction`."""

    id: UUID
    """The caller's own name for this command: sent again with the same content, it answers the stored result."""
    decision: strawberry.ID
    """The decision's id, or the donation's position."""
    reason: str
    """Why; kept as personal data, since it may name a person."""
    account: str | None = None
    """The plain id of the fund account that all of it goes to."""
    parts: list[PartInput] | None = None
    """Several fund accounts, with amounts that sum to the donation."""
    restriction: NewTermsInput | None = None
    """New terms for all of it."""
    effective: date | None = None
    """The day of the determination; today in the journal's zone when left out."""

    def request(self) -> Decision:
        """The use case's request."""
        terms = self.restriction
        return Decision(
            id=str(self.id), decision=str(self.decision), reason=self.reason, account=self.account,
            shares=tuple(_share(part, f"parts.{n}") for n, part in enumerate(self.parts or ())),
            terms=None if terms is None else NewTerms(terms.purposes, terms.region, terms.project),
            effective=day(self.effective),
        )  # fmt: skip


def _share(given: PartInput, path: str) -> Share:
    part = given.part(path)
    if part.amount.asset != "CNY/2":
        raise malformed(f"{path}.amount.asset", "must be CNY/2, which donation lists are in")
    return Share(part.account, part.amount.units)


@strawberry.type
class ImportMutations:
    """Settling import decisions."""

    resolve_import_decision = mutation(
        import_decisions.resolve_decision, ResolveImportDecisionInput, payload("ResolveImportDecisionPayload")
    )
    """Decide what an imported donation is for (裁定): its undetermined money goes where it belongs."""
