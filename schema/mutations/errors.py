"""The named noes of mutations: an interface, and members that carry the facts of each.

Every refusal and rejection becomes one of them; its sentence is in the language of the request.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from ledger.rejections import Rejection
from resolvers.policy import ForbiddenError
from resolvers.refusals import Refusal, sentence
from schema.scalars import BigInt, Hex, Json

CAUGHT = (Refusal, Rejection, ForbiddenError)
"""What a use case raises when it says no."""


@strawberry.interface(name="MutationError")
class Problem:
    """Why nothing was recorded."""

    code: str
    """The rule, such as `INSUFFICIENT_FUNDS`; codes never change their meaning."""
    message: str
    """One sentence, in the language that the request prefers (English or Chinese)."""
    path: list[str]
    """Where in the input, if one place is to blame."""


@strawberry.type
class Malformed(Problem):
    """A value is not of the form that is needed."""

    field: str
    """The field, with dots into objects and lists."""
    why: str
    """What it must be."""


@strawberry.type
class RestrictionViolated(Problem):
    """Money would leave what it may be used for."""

    account: str
    """The account whose money is restricted."""
    dimension: str
    """purpose, region, project, category, period, cost, feeCap, or the restriction as a whole."""
    allowed: str
    """What is allowed."""
    asked: str
    """What was asked."""


@strawberry.type
class InsufficientFunds(Problem):
    """An account does not hold as much."""

    account: str
    """The account."""
    held: BigInt
    """What it holds, in minor units."""
    asked: BigInt
    """What was asked, in minor units."""


@strawberry.type
class FeeCapExceeded(Problem):
    """Fees would pass what was agreed."""

    account: str
    """The account that the fee is taken from."""
    asked: BigInt
    """This fee, in minor units."""
    total: BigInt
    """All fees with it, in minor units."""
    cap: BigInt
    """The most they may be, in minor units."""


@strawberry.type
class ExistsWithDifferent(Problem):
    """The id was accepted before, for something else."""

    field: str
    """The first field that differs."""
    stored: str
    """What was recorded; of personal data it says only that it is sealed."""
    asked: str
    """What was asked now."""
    position: BigInt
    """Where the id's entry stands."""


@strawberry.type
class NotQualified(Problem):
    """An organization lacked a status on a date: registration, or the fundraising qualification (公开募捐资格)."""

    organization: str
    """The organization."""
    on: str
    """The date."""


@strawberry.type
class BooksDiffer(Problem):
    """The fund book and the custody book would change by different amounts."""

    organization: str
    """Whose books."""
    asset: str
    """Of which asset."""
    fund: BigInt
    """The change of the fund book, in minor units."""
    custody: BigInt
    """The change of the custody book, in minor units."""


@strawberry.type
class AssetMismatch(Problem):
    """An account holds another asset than the amount's."""

    account: str
    """The account."""
    asset: str
    """What it holds."""
    asked: str
    """The asset of the amount."""


@strawberry.type
class NotFound(Problem):
    """Something that was named is not there."""

    what: str
    """What kind of thing."""
    key: str
    """Its name."""


@strawberry.type
class AlreadyExists(Problem):
    """Something with this name is there already."""

    what: str
    """What kind of thing."""
    key: str
    """Its name."""


@strawberry.type
class VersionConflict(Problem):
    """The record was changed since it was read."""

    noun: str
    """What kind of record."""
    record: str
    """Its plain id."""
    current: int
    """Its newest version."""
    asked: int
    """The version that the change was made for."""


@strawberry.type
class Busy(Problem):
    """The journal could not answer now; the same command with the same id can be sent again."""

    retry_after: str
    """After so many seconds, a decimal number."""


@strawberry.type
class Forbidden(Problem):
    """The principal may not do this."""

    action: str
    """What was to be done."""
    role: str
    """As whom."""


@strawberry.type
class AwaitingApproval(Problem):
    """Nothing is recorded yet: the command waits as a proposal until a second officer approves (待复核)."""

    proposal: UUID
    """The proposal: the command's own id."""
    digest: Hex
    """SHA-256 of the command, without an approval, in canonical form."""
    asset: str
    """The asset whose threshold it reaches; of terms, the asset that they are about."""
    threshold: str
    """The threshold, in minor units."""
    asked: str
    """What was asked, in minor units."""
    expires: datetime
    """Until when it waits."""


@strawberry.type
class Rejected(Problem):
    """Any other no; `facts` has the values that decided."""

    facts: Json
    """The values that decided, as texts and numbers."""


MEMBERS: tuple[Any, ...] = (
    Malformed, RestrictionViolated, InsufficientFunds, FeeCapExceeded, ExistsWithDifferent, NotQualified, BooksDiffer,
    AssetMismatch, NotFound, AlreadyExists, VersionConflict, Busy, Forbidden,
    AwaitingApproval, Rejected,
)  # fmt: skip
"""Every member, for the contract."""

Facts = Mapping[str, Any]
_Made = Callable[[str, str, list[str], Facts], Problem]


def error_of(caught: Exception, language: str) -> Problem:
    """The member that says what was caught, in `en` or `zh`."""
    if isinstance(caught, ForbiddenError):
        facts: Facts = {"role": caught.role.value, "action": caught.action}
        return Forbidden(code="FORBIDDEN", message=sentence("FORBIDDEN", facts, language), path=[], **facts)
    assert isinstance(caught, Refusal | Rejection), "CAUGHT lists what is passed here"
    path = list(caught.path) if isinstance(caught, Refusal) else _path(caught)
    made = _MADE.get(caught.code) or _by_family(caught.code)
    return made(caught.code, sentence(caught.code, caught.facts, language), path, caught.facts)


def _path(rejection: Rejection) -> list[str]:
    """Where in the input a malformed field of the command came from, as far as one can tell."""
    field = str(rejection.facts.get("field", ""))
    head, *rest = field.split(".")
    if rejection.code != "MALFORMED" or not field:
        return []
    return ["input", *rest] if head == "data" else ["input", head, *rest]


def _of(kind: Callable[..., Problem], **names: str) -> _Made:
    """Make a member whose fields are facts of the same name, or of the names given."""

    def made(code: str, message: str, path: list[str], facts: Facts) -> Problem:
        values = {field: facts[fact] for field, fact in names.items()}
        return kind(code=code, message=message, path=path, **values)

    return made


def _same(kind: Callable[..., Problem], *names: str) -> _Made:
    return _of(kind, **{name: name for name in names})


def _malformed(field: str) -> _Made:
    def made(code: str, message: str, path: list[str], facts: Facts) -> Problem:
        return Malformed(code=code, message=message, path=path, field=field, why=str(facts.get("why", message)))

    return made


def _not_found(code: str, message: str, path: list[str], facts: Facts) -> Problem:
    what = code.removesuffix("_NOT_FOUND").lower()
    return NotFound(code=code, message=message, path=path, what=what, key=str(next(iter(facts.values()), "")))


def _different(code: str, message: str, path: list[str], facts: Facts) -> Problem:
    field = str(facts.get("field", code.removeprefix("EXISTS_WITH_DIFFERENT_").lower()))
    return ExistsWithDifferent(
        code=code, message=message, path=path, field=field, stored=str(facts["stored"]), asked=str(facts["asked"]),
        position=BigInt(facts["position"]),
    )  # fmt: skip


@dataclass(slots=True)
class Pressure:
    """What became of a request's commands, for HTTP: how many seconds to wait, and whether any was recorded."""

    retry_after: float = 0.0
    recorded: bool = False


PRESSURE: ContextVar[Pressure | None] = ContextVar("PRESSURE", default=None)
"""The request that is being answered, if it came over HTTP."""


def _busy(code: str, message: str, path: list[str], facts: Facts) -> Problem:
    pressure = PRESSURE.get()
    if pressure is not None:
        pressure.retry_after = max(pressure.retry_after, float(facts.get("retryAfter", "1")))
    return Busy(code=code, message=message, path=path, retry_after=str(facts.get("retryAfter", "1")))


def _awaiting(code: str, message: str, path: list[str], facts: Facts) -> Problem:
    return AwaitingApproval(
        code=code, message=message, path=path, proposal=UUID(facts["proposal"]),
        digest=Hex(bytes.fromhex(facts["digest"])), asset=facts["asset"], threshold=facts["threshold"],
        asked=facts["asked"], expires=datetime.fromisoformat(facts["expires"]),
    )  # fmt: skip


def _rejected(code: str, message: str, path: list[str], facts: Facts) -> Problem:
    return Rejected(code=code, message=message, path=path, facts=Json(dict(facts)))


def _by_family(code: str) -> _Made:
    if code.startswith("EXISTS_WITH_DIFFERENT_"):
        return _different
    return _not_found if code.endswith("_NOT_FOUND") else _rejected


_MADE: dict[str, _Made] = {
    "MALFORMED": _same(Malformed, "field", "why"),
    "USCC_INVALID": _malformed("uscc"),
    "LEGAL_FORM_MISMATCH": _malformed("legalForm"),
    "CITIZEN_NUMBER_INVALID": _malformed("citizenNumber"),
    "PERSONAL_DATA_IN_CLEAR": _malformed("data"),
    "RESTRICTION_VIOLATED": _same(RestrictionViolated, "account", "dimension", "allowed", "asked"),
    "INSUFFICIENT_FUNDS": _same(InsufficientFunds, "account", "held", "asked"),
    "FEE_CAP_EXCEEDED": _same(FeeCapExceeded, "account", "asked", "total", "cap"),
    "NOT_QUALIFIED": _same(NotQualified, "organization", "on"),
    "NOT_REGISTERED": _same(NotQualified, "organization", "on"),
    "BOOKS_DIFFER": _same(BooksDiffer, "organization", "asset", "fund", "custody"),
    "ASSET_MISMATCH": _same(AssetMismatch, "account", "asset", "asked"),
    "ALREADY_EXISTS": _of(AlreadyExists, what="what", key="id"),
    "VERSION_CONFLICT": _same(VersionConflict, "noun", "record", "current", "asked"),
    "AWAITING_APPROVAL": _awaiting,
    "BUSY": _busy,
    "DISK_FULL": _busy,
    "UNAVAILABLE": _busy,
}
