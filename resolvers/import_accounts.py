"""The organization of an import and its standard accounts, found or made: the same ones at every repetition.

Ids are derived from what they stand for: `<organization>-bank`, `<organization>-unrestricted`, and for each distinct
set of terms a restriction and its fund account.  What is there already is left as it is.
"""

import uuid
from dataclasses import dataclass, field

from db import lookups
from ledger.accounts import UNDETERMINED
from ledger.commands import OBSERVED
from ledger.identifiers import UsccError, uscc
from ledger.rejections import Rejection
from resolvers.accounts import Account, open_account
from resolvers.binding import Period
from resolvers.context import Context
from resolvers.earmarks import Earmark, EarmarkReading
from resolvers.organizations import SOCIAL, Organization, record_organization
from resolvers.restrictions import Restriction, declare_restriction

NAMESPACE = uuid.UUID("6d7a696d-706f-5274-8a00-000000000001")
"""Of all ids that an import derives."""
_LONGEST = 64

Terms = tuple[str | None, str | None]
"""What an earmark restricts to: a region (`CODE@EDITION`) and a purpose code."""


class BadUsccError(Exception):
    """The text is not a unified social credit code."""

    def __init__(self, error: UsccError) -> None:
        super().__init__(f"{error}; check it on the registration certificate")
        self.reason = error.reason


def derived(*parts: str) -> str:
    """The id (UUID text) of what `parts` name, the same at every time."""
    return str(uuid.uuid5(NAMESPACE, "\n".join(parts)))


def named(organization: str, suffix: str) -> str:
    """A readable id under an organization's, or a derived one where that would be too long."""
    name = f"{organization}-{suffix}"
    return name if len(name) <= _LONGEST else derived(organization, suffix)


def check_code(code: str) -> None:
    """Raise `BadUsccError` unless this is a unified social credit code."""
    try:
        uscc(code)
    except UsccError as error:
        raise BadUsccError(error) from None


async def find_organization(ctx: Context, code: str) -> str | None:
    """The organization with a unified social credit code, or None; raises `BadUsccError`."""
    check_code(code)
    return await lookups.uscc_holder(ctx.reader, ctx.journal.id, code)


async def record_found(ctx: Context, code: str, name: str, since: str) -> tuple[str, int]:
    """Record an organization that is new here, taken for registered since a day; return its id and the position."""
    said = uscc(code)
    social = said.legal_form is not None
    organization = code.lower()
    outcome = await record_organization(
        ctx,
        Organization(
            id=derived("organization", organization, since),
            organization=organization,
            name=name,
            kind=SOCIAL if social else "institution",
            uscc=code,
            legal_form=said.legal_form.value if said.legal_form else None,
            status=[Period("registered", since)] if social else [],
        ),
    )
    return organization, outcome.position


@dataclass(slots=True)
class Accounts:
    """Where an organization's imported money goes, in one asset; `open_for` makes what is missing."""

    organization: str
    asset: str = "CNY/2"
    restricted: dict[Terms, str] = field(default_factory=dict)

    @property
    def bank(self) -> str:
        """The custody account."""
        return named(self.organization, f"bank{self._mark}")

    @property
    def unrestricted(self) -> str:
        """The fund account of money without an earmark."""
        return named(self.organization, f"unrestricted{self._mark}")

    @property
    def undetermined(self) -> str:
        """The fund account of money whose earmark a person must decide."""
        return named(self.organization, f"{UNDETERMINED}{self._mark}")

    @property
    def _mark(self) -> str:
        return "" if self.asset == "CNY/2" else "-" + self.asset.lower().replace("/", "-")

    def of(self, part: Earmark) -> str:
        """The fund account of a part whose terms were read surely."""
        return self.restricted[terms(part)]

    async def open_for(self, ctx: Context, readings: list[EarmarkReading]) -> list[int]:
        """Open what these readings need and is not there; return the positions of new entries."""
        wanted = dict.fromkeys(terms(part) for reading in readings if reading.certain for part in reading.parts)
        self.restricted = {each: named(self.organization, f"for-{_mark_of(each)}{self._mark}") for each in wanted}
        plan: list[tuple[str, str, str, str | None]] = [
            (self.bank, "custody", "bank", None),
            (self.unrestricted, "fund", "fund", None),
            (self.undetermined, "fund", "fund", UNDETERMINED),
        ]
        plan += [
            (account, "fund", "fund", restriction_id(self.organization, each))
            for each, account in self.restricted.items()
        ]
        there = await lookups.assets(ctx.reader, ctx.journal.id, [account for account, *_ in plan])
        positions: list[int] = []
        for each, account in self.restricted.items():
            if account not in there:
                positions += await declare(ctx, self.organization, each)
        for account, book, klass, restriction in plan:
            if account not in there:
                outcome = await open_account(
                    ctx,
                    Account(
                        id=derived("account", account, str(ctx.today())), organization=self.organization,
                        account=account, book=book, klass=klass, asset=self.asset, restriction=restriction,
                        mode=OBSERVED,
                    ),
                )  # fmt: skip
                positions.append(outcome.position)
        return positions


def terms(part: Earmark) -> Terms:
    """What a part restricts to."""
    return part.region_code, part.purpose_code


def _mark_of(each: Terms) -> str:
    """Terms as the end of an id."""
    return "-".join(value.lower().replace("@", "-").replace(".", "-") for value in each if value)


def restriction_id(organization: str, each: Terms) -> str:
    """The restriction of a set of terms."""
    return named(organization, f"r-{_mark_of(each)}")


async def declare(ctx: Context, organization: str, each: Terms) -> list[int]:
    """Declare the restriction of a set of terms, unless it is there; return the position if it is new."""
    region, purpose = each
    name = restriction_id(organization, each)
    try:
        outcome = await declare_restriction(
            ctx,
            Restriction(
                id=derived("restriction", name, str(ctx.today())), organization=organization, restriction=name,
                region=region, purposes=[purpose] if purpose else [], mode=OBSERVED,
            ),
        )  # fmt: skip
    except Rejection as rejection:
        # Declared by an import that was interrupted before it opened the account.
        if rejection.code != "ALREADY_EXISTS":
            raise
        return []
    return [outcome.position]
