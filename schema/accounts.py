"""Accounts, with balance and statement."""

import strawberry

from schema.enums import AccountStatus, Book, Flow
from schema.nodes import Node
from schema.relations import connection, embedded, one
from schema.roots import by_key, every
from schema.scalars import BigInt


@strawberry.type
class Account(Node):
    """Where money rests: one owner, one asset, one restriction that never changes."""

    key: str
    """Its plain id, as it stands in leaves."""
    book: Book
    """Fund or custody."""
    class_: str = strawberry.field(name="class")
    """fund, bank, platform, cash, warehouse; or the class of an outside account."""
    organization_key: str
    """The plain id of its owner."""
    restriction_key: str | None
    """The plain id of its restriction."""
    project_key: str | None
    """The plain id of its project."""
    asset_key: str
    """Its asset, such as `CNY/2`."""
    recipient_key: str | None
    """The account that agency money is for (受托代理)."""
    government_position: BigInt | None
    """The entry by which government money first came here; such money is not invested unasked."""
    position: BigInt
    """The position of the entry that opened it."""
    sequence: BigInt
    """How many postings it has."""
    status: AccountStatus
    """Whether money may enter and leave it."""
    batches: list[str]
    """Import batches that it took money from."""
    balance = embedded("Amount")
    """What it holds: total in less total out."""
    reserved = embedded("Amount")
    """What holds keep of the balance."""
    total_in = embedded("Amount")
    """Everything that came in."""
    total_out = embedded("Amount")
    """Everything that went out."""
    received = embedded("Amount")
    """What came from outside, gross: the base of the fee cap."""
    fees = embedded("Amount")
    """Fees taken so far."""
    organization = one("Organization")
    """Its owner."""
    restriction = one("Restriction")
    """What its money may be used for."""
    project = one("Project")
    """The project that it was opened for."""
    statement = connection("StatementLine")
    """Its postings in account sequence, with running totals."""
    entry = one("Entry")
    """The entry that opened it."""


@strawberry.type
class StatementLine:
    """A posting, seen from one of its two accounts."""

    sequence: BigInt
    """The account's own sequence number, without gaps."""
    direction: Flow
    """Whether money came in or went out."""
    book: Book
    """Fund or custody, as the account."""
    position: BigInt
    """The position of the entry."""
    other_key: str
    """The plain id of the account at the other end."""
    amount = embedded("Amount")
    """How much moved."""
    total_in = embedded("Amount")
    """Everything that had come in after this posting."""
    total_out = embedded("Amount")
    """Everything that had gone out after this posting."""
    balance = embedded("Amount")
    """What the account held after this posting."""
    other = one("Account")
    """The account at the other end."""
    posting = one("Posting")
    """The posting."""
    entry = one("Entry")
    """The entry."""


@strawberry.input(one_of=True)
class AccountRef:
    """Names an account, by global id or by its plain id."""

    id: strawberry.ID | None = strawberry.UNSET
    """Its global id."""
    key: str | None = strawberry.UNSET
    """Its plain id."""


@strawberry.type
class AccountQueries:
    """Accounts."""

    account = one("Account", arguments={"by": (AccountRef, "Which one.")}, root=by_key("Account"))
    """One account."""
    accounts = connection("Account", root=every("Account"))
    """All accounts."""
