"""Facts that people could later deny: plans, reports and publications filed, statements, commendations, draws."""

from dataclasses import dataclass
from typing import ClassVar

from db.journal import Outcome
from ledger import fields
from resolvers.binding import check
from resolvers.context import Context
from resolvers.persons import Person, sealed
from resolvers.policy import require
from resolvers.recording import Prepared, Request, submit

FILINGS = {"plan": "plan_filed", "report": "report_filed", "publication": "publication_filed"}
"""What can be filed, and the kind of entry that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Request):
    """A fact with a plain id (the request's id when left out) and the SHA-256 (hex) of what it is about."""

    action: ClassVar[str] = "file-fact"

    digest: str
    fact: str | None = None

    @property
    def named(self) -> dict[str, str]:
        """Its name and digest, as a leaf has them."""
        return {"fact": self.fact or self.id, "digest": self.digest}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing(Fact):
    """A plan, a report or a publication: with which body (a code), on what, for which days.

    Of a publication, `size` and `root` (hex) say at which head of the journal its figures were taken.
    """

    noun: str
    topic: str
    body: str
    number: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    size: int | None = None
    root: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        check(fields.one_of(*FILINGS), self.noun, "noun")
        data = {
            **self.named, "topic": self.topic, "body": self.body, "number": self.number, "from": self.valid_from,
            "until": self.valid_until, "size": self.size, "root": self.root,
        }  # fmt: skip
        return self.prepared(self.command(ctx, data, kind=FILINGS[self.noun]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Fact):
    """A custody account's statement: its days, balances and sums in minor units, how many lines, their root (hex)."""

    kind: ClassVar[str] = "statement_imported"

    account: str
    valid_from: str
    valid_until: str
    opening: int
    incoming: int
    outgoing: int
    closing: int
    lines: int
    root: str

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        amounts = {name: str(getattr(self, name)) for name in ("opening", "incoming", "outgoing", "closing")}
        data = {
            **self.named, "account": self.account, "from": self.valid_from, "until": self.valid_until, **amounts,
            "lines": self.lines, "root": self.root,
        }  # fmt: skip
        return self.prepared(self.command(ctx, data))


@dataclass(frozen=True, slots=True, kw_only=True)
class Commendation(Fact):
    """A commendation: the award and who gave it, as codes; of a person, who is in the vault."""

    kind: ClassVar[str] = "commendation"

    award: str
    body: str
    number: str | None = None
    person: Person | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command, and the rows of the vault."""
        party, companions = await sealed(ctx, self.person)
        data = {**self.named, "topic": self.award, "body": self.body, "number": self.number, "party": party}
        return self.prepared(self.command(ctx, data), companions, self.person)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawCommitment(Fact):
    """A draw to come: the commitment to its seed (hex) and the length of the list whose digest is given."""

    kind: ClassVar[str] = "draw_committed"

    commitment: str
    population: int

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        return self.prepared(
            self.command(ctx, {**self.named, "commitment": self.commitment, "population": self.population})
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw(Fact):
    """A draw: the seed (hex) that the entry at `committed` commits to, how many were drawn, the result's digest."""

    kind: ClassVar[str] = "inspection_draw"

    committed: int
    seed: str
    drawn: int

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        data = {**self.named, "committed": self.committed, "seed": self.seed, "drawn": self.drawn}
        return self.prepared(self.command(ctx, data))


async def file_fact(ctx: Context, filing: Filing) -> Outcome:
    """Record a plan, a report or a publication filed (备案, 报送, 公开); raises `ALREADY_EXISTS`."""
    require(ctx.principal, filing.action, organization=filing.organization)
    return await submit(ctx, await filing.compose(ctx))


async def import_statement(ctx: Context, statement: Statement) -> Outcome:
    """Record a bank's or platform's statement (对账单); raises `NOT_THE_ORGANIZATIONS_ACCOUNT` and others."""
    require(ctx.principal, statement.action, organization=statement.organization)
    return await submit(ctx, await statement.compose(ctx))


async def record_commendation(ctx: Context, commendation: Commendation) -> Outcome:
    """Record a commendation (表彰)."""
    require(ctx.principal, commendation.action, organization=commendation.organization)
    return await submit(ctx, await commendation.compose(ctx))


async def commit_draw(ctx: Context, commitment: DrawCommitment) -> Outcome:
    """Commit to the seed and the list of a draw (抽查) before it is made."""
    require(ctx.principal, commitment.action, organization=commitment.organization)
    return await submit(ctx, await commitment.compose(ctx))


async def record_draw(ctx: Context, draw: Draw) -> Outcome:
    """Record a draw that anyone can make again (抽查); raises `DRAW_MISMATCH`."""
    require(ctx.principal, draw.action, organization=draw.organization)
    return await submit(ctx, await draw.compose(ctx))
