"""Personal data: the one path out of the vault, who took it, forgetting persons, and what keeps them from it."""

from datetime import datetime
from typing import Annotated

import strawberry

from resolvers import erasure, personal, retention
from resolvers.context import Context
from schema.mutations.codes import ErasureGround
from schema.mutations.errors import CAUGHT, Problem, error_of
from schema.mutations.inputs import EntryHead
from schema.mutations.payloads import WHAT, mutation, payload
from schema.scalars import BigInt, Hex, Json


@strawberry.input
class RevealPersonalDataInput:
    """Whose data, and why."""

    reason: str
    """Why it is needed; kept in the vault beside a sealed entry, for whoever has to judge it."""
    commitments: list[Hex] = strawberry.field(default_factory=list)
    """Commitments, as they stand in leaves."""
    positions: list[BigInt] = strawberry.field(default_factory=list)
    """Positions of entries, for everybody behind them."""


@strawberry.type
class RevealedPerson:
    """What lies behind a commitment."""

    commitment: Hex
    """The commitment."""
    position: BigInt
    """The entry that it stands in."""
    data: Json
    """The data."""


@strawberry.type
class RevealPersonalDataPayload:
    """What was revealed."""

    position: BigInt | None = None
    """The position of the sealed entry that tells of it."""
    persons: list[RevealedPerson] = strawberry.field(default_factory=list)
    """The data; what was erased meanwhile is not there."""
    errors: list[Problem] = strawberry.field(default_factory=list)
    """Why nothing was revealed."""


@strawberry.input
class ReadAccessLogInput:
    """Which readings, and why."""

    reason: str
    """Why it is needed: this reading, too, is in the log."""
    before: BigInt | None = None
    """Readings before this position; the newest when left out."""
    first: int = personal.MOST
    """How many, at most 100."""


@strawberry.type
class Access:
    """One reading of personal data, or of this log."""

    position: BigInt
    """The sealed entry that tells of it."""
    at: datetime
    """The ledger's clock."""
    act: str
    """`reveal-personal-data`, `prove-roster-line` or `read-access-log`."""
    actor: str
    """Whose token it was."""
    reason: str
    """Why, in their own words."""
    commitments: list[Hex]
    """Whose data."""


@strawberry.type
class ReadAccessLogPayload:
    """Who read whose personal data, and why."""

    position: BigInt | None = None
    """The position of the sealed entry that tells of this reading."""
    accesses: list[Access] = strawberry.field(default_factory=list)
    """The newest first."""
    errors: list[Problem] = strawberry.field(default_factory=list)
    """Why nothing is shown."""


@strawberry.input
class ErasePersonalDataInput:
    """Who is to be forgotten, and on which ground."""

    commitment: Hex
    """Any commitment to the person."""
    ground: ErasureGround
    """Why they are forgotten."""


@strawberry.type
class ErasePersonalDataPayload:
    """What was erased."""

    positions: list[BigInt] = strawberry.field(default_factory=list)
    """The entries that tell of it."""
    commitments: int = 0
    """How many commitments nobody can open any more."""
    errors: list[Problem] = strawberry.field(default_factory=list)
    """Why nothing was erased; `RETENTION` says by which rule, and until when."""


@strawberry.input
class PlaceAuditHoldInput(EntryHead):
    """An audit of an organization that begins: nobody behind its entries is erased until it is lifted."""

    authority: str
    """A code of who audits; never a person."""
    evidence: Hex | None = None
    """SHA-256 of the paper."""
    reference: str | None = None
    """The number of the paper."""

    def request(self) -> retention.AuditHold:
        """The use case's request."""
        paper = self.evidence.hex() if self.evidence is not None else None
        return retention.AuditHold(
            **self.head(), authority=self.authority, evidence=paper, reference=self.reference
        )  # fmt: skip


@strawberry.input
class LiftAuditHoldInput(EntryHead):
    """An audit that has ended."""

    placed: BigInt
    """The position of the entry that placed the hold."""
    evidence: Hex | None = None
    """SHA-256 of the paper."""
    reference: str | None = None
    """The number of the paper."""

    def request(self) -> retention.AuditHoldLifting:
        """The use case's request."""
        paper = self.evidence.hex() if self.evidence is not None else None
        return retention.AuditHoldLifting(
            **self.head(), placed=int(self.placed), evidence=paper, reference=self.reference
        )


@strawberry.input
class PlaceCaseHoldInput:
    """Persons who must not be erased while a case lasts; nobody is warned."""

    commitments: list[Hex]
    """Any commitment to each of them."""
    reason: str
    """Why; sealed, and opened by a decision alone."""


@strawberry.input
class LiftCaseHoldInput:
    """A case that has ended."""

    placed: BigInt
    """The position of the sealed entry that placed the hold."""
    reason: str
    """Why; sealed, and opened by a decision alone."""


@strawberry.type
class CaseHoldPayload:
    """The sealed entry that tells of it."""

    position: BigInt | None = None
    """Its position; of a hold that was placed, what it is lifted by."""
    errors: list[Problem] = strawberry.field(default_factory=list)
    """Why nothing was done."""


@strawberry.type
class PersonalMutations:
    """Personal data."""

    place_audit_hold = mutation(retention.place_audit_hold, PlaceAuditHoldInput, payload("PlaceAuditHoldPayload"))
    """Let nobody behind an organization's entries be erased until the hold is lifted."""
    lift_audit_hold = mutation(retention.lift_audit_hold, LiftAuditHoldInput, payload("LiftAuditHoldPayload"))
    """End an audit hold."""

    @strawberry.mutation
    async def reveal_personal_data(
        self,
        info: strawberry.Info,
        input: Annotated[RevealPersonalDataInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> RevealPersonalDataPayload:
        """Reveal personal data for a stated reason; a sealed entry is recorded before the answer."""
        ctx: Context = info.context
        try:
            position, opened = await personal.reveal_personal_data(
                ctx, reason=input.reason, commitments=input.commitments, positions=[int(p) for p in input.positions]
            )
        except CAUGHT as caught:
            return RevealPersonalDataPayload(errors=[error_of(caught, ctx.language)])
        persons = [
            RevealedPerson(
                commitment=Hex(one.commitment), position=BigInt(one.position), data=Json(dict(one.data))
            )
            for one in opened
        ]  # fmt: skip
        return RevealPersonalDataPayload(position=BigInt(position), persons=persons)

    @strawberry.mutation
    async def read_access_log(
        self,
        info: strawberry.Info,
        input: Annotated[ReadAccessLogInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> ReadAccessLogPayload:
        """Read who read whose personal data and why, for a stated reason; this reading is in the log, too."""
        ctx: Context = info.context
        before = None if input.before is None else int(input.before)
        try:
            position, found = await personal.read_access_log(
                ctx, reason=input.reason, before=before, first=input.first
            )  # fmt: skip
        except CAUGHT as caught:
            return ReadAccessLogPayload(errors=[error_of(caught, ctx.language)])
        accesses = [
            Access(
                position=BigInt(one.position), at=one.at, act=one.act, actor=one.actor, reason=one.reason,
                commitments=[Hex(commitment) for commitment in one.commitments],
            )
            for one in found
        ]  # fmt: skip
        return ReadAccessLogPayload(position=BigInt(position), accesses=accesses)

    @strawberry.mutation
    async def erase_personal_data(
        self,
        info: strawberry.Info,
        input: Annotated[ErasePersonalDataInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> ErasePersonalDataPayload:
        """Forget a person: an entry first, then key, salt and data; refused while a rule or a hold keeps them."""
        ctx: Context = info.context
        try:
            done = await erasure.erase_person(ctx, commitment=input.commitment, ground=input.ground.value)
        except CAUGHT as caught:
            return ErasePersonalDataPayload(errors=[error_of(caught, ctx.language)])
        positions = [BigInt(position) for position in done.positions]
        return ErasePersonalDataPayload(positions=positions, commitments=done.commitments)

    @strawberry.mutation
    async def place_case_hold(
        self,
        info: strawberry.Info,
        input: Annotated[PlaceCaseHoldInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> CaseHoldPayload:
        """Let nobody behind these commitments be erased while a case lasts; only a sealed entry tells of it."""
        ctx: Context = info.context
        try:
            position = await retention.place_case_hold(ctx, commitments=input.commitments, reason=input.reason)
        except CAUGHT as caught:
            return CaseHoldPayload(errors=[error_of(caught, ctx.language)])
        return CaseHoldPayload(position=BigInt(position))

    @strawberry.mutation
    async def lift_case_hold(
        self,
        info: strawberry.Info,
        input: Annotated[LiftCaseHoldInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> CaseHoldPayload:
        """End a case hold; only a sealed entry tells of it."""
        ctx: Context = info.context
        try:
            position = await retention.lift_case_hold(ctx, placed=int(input.placed), reason=input.reason)
        except CAUGHT as caught:
            return CaseHoldPayload(errors=[error_of(caught, ctx.language)])
        return CaseHoldPayload(position=BigInt(position))
