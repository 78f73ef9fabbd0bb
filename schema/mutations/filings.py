"""Recording facts that people could later deny: filings, statements, commendations, draws."""

from datetime import date
from typing import Any

import strawberry

from resolvers import filings
from resolvers.filings import Commendation, Draw, DrawCommitment, Filing, Statement
from schema.mutations.inputs import EntryHead, PersonInput, day, person
from schema.mutations.payloads import mutation, payload
from schema.mutations.undertaking_codes import FilingKind, FilingTopic
from schema.scalars import BigInt, Hex


@strawberry.input
class FactHead(EntryHead):
    """What every fact says."""

    digest: Hex
    """SHA-256 of what it is about."""
    fact: str | None = None
    """Its plain id; the command's id when left out."""

    def named(self) -> dict[str, Any]:
        """The head, the id and the digest."""
        return EntryHead.head(self) | {"digest": self.digest.hex(), "fact": self.fact}


@strawberry.input
class FileFactInput(FactHead):
    """A plan, a report or a publication that was filed."""

    kind: FilingKind
    """What was filed."""
    topic: FilingTopic
    """What it is on."""
    body: str
    """With which body, or where: a code."""
    number: str | None = None
    """Its number there."""
    valid_from: date | None = None
    """The first day that it is about; a plan and a report have both."""
    valid_until: date | None = None
    """The last day that it is about."""
    size: BigInt | None = None
    """Of a publication: the size of the journal that its figures were taken at."""
    root: Hex | None = None
    """Of a publication: the journal's root at that size."""

    def request(self) -> Filing:
        """The use case's request."""
        return Filing(
            **self.named(), noun=self.kind.value, topic=self.topic.value, body=self.body, number=self.number,
            valid_from=day(self.valid_from), valid_until=day(self.valid_until),
            size=None if self.size is None else int(self.size), root=None if self.root is None else self.root.hex(),
        )  # fmt: skip


@strawberry.input
class ImportStatementInput(FactHead):
    """A statement of a bank account or a platform; its balances must prove each other."""

    account: str
    """The plain id of the custody account."""
    valid_from: date
    """Its first day."""
    valid_until: date
    """Its last day."""
    opening: BigInt
    """The opening balance in minor units."""
    incoming: BigInt
    """What came in, in minor units."""
    outgoing: BigInt
    """What went out, in minor units."""
    closing: BigInt
    """The closing balance in minor units."""
    lines: int
    """How many lines it has."""
    root: Hex
    """The Merkle root of its lines."""

    def request(self) -> Statement:
        """The use case's request."""
        return Statement(
            **self.named(), account=self.account, valid_from=self.valid_from.isoformat(),
            valid_until=self.valid_until.isoformat(), opening=int(self.opening), incoming=int(self.incoming),
            outgoing=int(self.outgoing), closing=int(self.closing), lines=self.lines, root=self.root.hex(),
        )  # fmt: skip


@strawberry.input
class RecordCommendationInput(FactHead):
    """A commendation of the organization, or of a person."""

    award: str
    """The award, a code."""
    body: str
    """Who gave it, a code."""
    number: str | None = None
    """The number of the decision."""
    person: PersonInput | None = None
    """Who was commended, if a person; kept in the vault."""

    def request(self) -> Commendation:
        """The use case's request."""
        return Commendation(
            **self.named(), award=self.award, body=self.body, number=self.number, person=person(self.person)
        )


@strawberry.input
class CommitDrawInput(FactHead):
    """A draw by lot that is to come; the digest is that of the list."""

    commitment: Hex
    """SHA-256 of `mingzhang/draw-seed/v1`, a zero byte and the 32 bytes of the seed."""
    population: int
    """How many are listed."""

    def request(self) -> DrawCommitment:
        """The use case's request."""
        return DrawCommitment(**self.named(), commitment=self.commitment.hex(), population=self.population)


@strawberry.input
class RecordDrawInput(FactHead):
    """A draw by lot; the digest is that of the result."""

    committed: BigInt
    """The position of the entry that committed to its seed."""
    seed: Hex
    """The 32 bytes of the seed."""
    drawn: int
    """How many were drawn."""

    def request(self) -> Draw:
        """The use case's request."""
        return Draw(**self.named(), committed=int(self.committed), seed=self.seed.hex(), drawn=self.drawn)


@strawberry.type
class FilingMutations:
    """Recording facts that people could later deny."""

    file_fact = mutation(filings.file_fact, FileFactInput, payload("FileFactPayload", fact="Fact"))
    """Record that a plan, a report or a publication was filed (备案, 报送, 公开)."""
    import_statement = mutation(
        filings.import_statement, ImportStatementInput, payload("ImportStatementPayload", fact="Fact")
    )
    """Record a bank's or platform's statement (对账单)."""
    record_commendation = mutation(
        filings.record_commendation, RecordCommendationInput, payload("RecordCommendationPayload", fact="Fact")
    )
    """Record a commendation (表彰)."""
    commit_draw = mutation(filings.commit_draw, CommitDrawInput, payload("CommitDrawPayload", fact="Fact"))
    """Commit to the seed of a draw by lot before it is made (抽查)."""
    record_draw = mutation(filings.record_draw, RecordDrawInput, payload("RecordDrawPayload", fact="Fact"))
    """Record a draw by lot that anyone can make again (抽查)."""
