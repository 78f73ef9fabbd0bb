"""The people and places of IATI files in the journal: organizations, projects, and accounts; found or made.

A reporting organization is found by its IATI reference among the identifiers of what is recorded, else recorded with
the kind `foreign`, whose registration is not checked.  An activity is a project; each currency of it has a fund
account, and each currency of an organization one bank account.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from db import import_batches, lookups
from ledger import fields
from ledger.commands import OBSERVED
from resolvers.accounts import Account, open_account
from resolvers.context import Context
from resolvers.iati_movements import Plan, PlannedMovement
from resolvers.iati_plan import activity_key
from resolvers.iati_reports import IatiReport, Unbooked
from resolvers.iati_values import Activity, Texts, best
from resolvers.iati_values import Organization as Mentioned
from resolvers.import_accounts import derived
from resolvers.organizations import Organization, record_organization
from resolvers.projects import Project, record_project

FOREIGN = "foreign"
_LONGEST_NAME = 200
_STATUS = {1: "planned", 2: "active", 3: "active", 4: "completed", 5: "cancelled", 6: "suspended"}
"""ActivityStatus of IATI 2.03 to that of projects; finalisation still moves money."""
_UNCODED = re.compile(r"[^A-Za-z0-9_.:/+-]+")


@dataclass(slots=True)
class Books:
    """Ids of what the files name: activity key → project and organization; asset → accounts."""

    organization_of: dict[str, str] = field(default_factory=dict)
    project_of: dict[str, str] = field(default_factory=dict)

    def organization(self, activity: str) -> str:
        """The organization that reports an activity."""
        return self.organization_of[activity_key(activity)]

    def project(self, activity: str) -> str:
        """The project that an activity is."""
        return self.project_of[activity_key(activity)]

    def fund(self, activity: str, asset: str) -> str:
        """The fund account of an activity."""
        return derived("iati-fund", self.project(activity), asset)

    def bank(self, organization: str, asset: str) -> str:
        """The custody account of an organization."""
        return derived("iati-bank", organization, asset)


async def record_all(ctx: Context, activities: Iterable[Activity], plan: Plan, report: IatiReport) -> Books:
    """Record the organizations and projects of the activities, and open the accounts of the plan."""
    # The activities that the plan skipped have the identifier, and so the project, of one that it kept.
    skipped = {id(each.activity) for each in plan.skipped}
    known = {activity_key(each.identifier): each for each in activities if id(each) not in skipped}
    books = Books()
    await _organizations(ctx, known, books, report)
    await _projects(ctx, known, books, report)
    await _accounts(ctx, plan.movements, books, report)
    return books


def reporter_key(activity: Activity) -> str:
    """What names the reporting organization: its reference, else its name, else the file."""
    reporter = activity.reporter
    if reporter is None:
        return f"unreported {activity.source.sha256}"
    return reporter.ref.strip() or best(reporter.names, "en").casefold()


async def _organizations(ctx: Context, known: dict[str, Activity], books: Books, report: IatiReport) -> None:
    reporters = {reporter_key(activity): activity for activity in reversed(known.values())}
    found = await import_batches.organizations_identified(ctx.reader, ctx.journal.id, reporters)
    ids = {key: found.get(key) or derived("iati-organization", key.casefold()) for key in reporters}
    there = await import_batches.records_there(ctx.reader, ctx.journal.id, "organization", ids.values())
    for key, activity in reporters.items():
        if ids[key] not in there:
            there.add(ids[key])
            outcome = await record_organization(ctx, _organization(ids[key], activity))
            report.wrote([outcome.position])
            report.organizations += 1
    for key, activity in known.items():
        books.organization_of[key] = ids[reporter_key(activity)]


def _organization(identity: str, activity: Activity) -> Organization:
    reporter = activity.reporter
    names: Texts = reporter.names if reporter else ()
    ref = reporter.ref.strip() if reporter else ""
    name = one_line(best(names, "zh", "en")) or ref or f"unnamed reporter of {activity.source.file}"[:_LONGEST_NAME]
    return Organization(
        id=derived("record", identity),
        organization=identity,
        name=one_line(name),
        name_en=one_line(best(names, "en")) or None,
        kind=FOREIGN,
        identifiers=[ref] if fields.code(ref) is None else [],
    )


async def _projects(ctx: Context, known: dict[str, Activity], books: Books, report: IatiReport) -> None:
    ids = {key: derived("iati-activity", key) for key in known}
    there = await import_batches.records_there(ctx.reader, ctx.journal.id, "project", ids.values())
    for key, activity in known.items():
        books.project_of[key] = ids[key]
        if ids[key] not in there:
            outcome = await record_project(ctx, _project(ids[key], books.organization_of[key], activity, report))
            report.wrote([outcome.position])
            report.projects += 1


def _project(identity: str, organization: str, activity: Activity, report: IatiReport) -> Project:
    dates = dict(activity.dates)
    starts, ends = dates.get(2) or dates.get(1), dates.get(4) or dates.get(3)
    if starts and ends and ends < starts:
        report.unbooked.append(_aside(activity, "activity-date", "ENDS_BEFORE_ITS_START", f"{starts} to {ends}"))
        starts = ends = None
    title = best(activity.titles, "zh", "en")
    name = one_line(title)
    if name != title:
        report.unbooked.append(_aside(activity, "title", "SHORTENED" if name else "NO_TITLE", title[:80]))
    code = as_code(activity.identifier)
    return Project(
        id=derived("record", identity), organization=organization, project=identity, code=code,
        name=name or one_line(activity.identifier), name_en=one_line(best(activity.titles, "en")) or None,
        starts=starts.isoformat() if starts else None, ends=ends.isoformat() if ends else None,
        status=_STATUS.get(activity.status or 2, "active"),
        identifiers=[activity.identifier] if fields.code(activity.identifier) is None else [],
    )  # fmt: skip


def _aside(activity: Activity, what: str, reason: str, value: str) -> Unbooked:
    return Unbooked(activity.source.file, activity.source.line, activity.identifier, what, reason, value)


def as_code(identifier: str) -> str:
    """An identifier as the code of a project: itself where it is one, else a readable stand-in that no other has."""
    if fields.code(identifier) is None:
        return identifier
    mark = derived("code", identifier)[:8]
    return f"{_UNCODED.sub('-', identifier).strip('-_.:/+')[:50] or 'activity'}-{mark}"


def one_line(text: str) -> str:
    """A text as a name: one line, printable, at most 200 characters, the last one … where it was longer."""
    said = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return said if len(said) <= _LONGEST_NAME else said[: _LONGEST_NAME - 1].rstrip() + "…"


async def _accounts(ctx: Context, movements: list[PlannedMovement], books: Books, report: IatiReport) -> None:
    wanted: dict[str, Account] = {}
    for movement in movements:
        asset = f"{movement.currency}/{movement.scale}"
        for activity in (movement.payer, movement.payee):
            if activity is None:
                continue
            organization, project = books.organization(activity), books.project(activity)
            for account in (
                _account(books.bank(organization, asset), organization, asset),
                _account(books.fund(activity, asset), organization, asset, project),
            ):
                wanted[str(account.account)] = account
    there = await lookups.assets(ctx.reader, ctx.journal.id, wanted)
    for name, account in wanted.items():
        if name not in there:
            report.wrote([(await open_account(ctx, account)).position])


def _account(name: str, organization: str, asset: str, project: str | None = None) -> Account:
    book, klass = ("custody", "bank") if project is None else ("fund", "fund")
    return Account(
        id=derived("account", name), organization=organization, account=name, book=book, klass=klass, asset=asset,
        project=project, mode=OBSERVED, effective="2000-01-01",
    )  # fmt: skip


def name_of(party: Mentioned | None) -> str:
    """The name of a mentioned organization, or nothing."""
    return "" if party is None else one_line(best(party.names, "zh", "en"))
