"""Importing donation lists: read, compare with what came before, book, close; and again without harm.

    files -> read (all problems at once) -> refuse what came before -> organization, regions, accounts
          -> per file: import_opened, its rows in linked chunks, import_closed

Everything is OBSERVED, and every id is derived from the organization, the rows' digest and the row's number.  A kill
in between leaves an open batch, whose money is neither spendable nor disclosed; the same command finishes it.  A file
with an error in it is refused whole; the other files of the call are taken.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from db import import_batches
from db.import_batches import StoredBatch
from ledger.assets import MAX_UNITS
from ledger.commands import OBSERVED, Command
from resolvers.context import Context
from resolvers.donation_files import DonationFile, read_donations, refuse_repeats
from resolvers.donation_rows import yuan
from resolvers.import_accounts import Accounts, derived, find_organization, record_found
from resolvers.import_problems import Problem, SheetRejected
from resolvers.import_regions import load_home_regions, place_names
from resolvers.import_reports import ImportReport, Progress, RefusedFile, Undecided, decimal, silent
from resolvers.import_rows import Batch, command_of, numbered, split, suggested, unstorable
from resolvers.mappings import Mapping
from resolvers.place_names import PlaceNames
from resolvers.policy import require
from resolvers.recording import append

CHUNK = 1_000
"""Rows that are committed together, or not at all."""


@dataclass(slots=True)
class Reading:
    """The files of a call before anything is written: all that could be read, and those that can be booked."""

    readable: list[DonationFile] = field(default_factory=list)
    files: list[DonationFile] = field(default_factory=list)
    report: ImportReport = field(default_factory=ImportReport)

    def refuse(self, file: DonationFile, problem: Problem) -> None:
        """Set a file aside, with its sum."""
        self.report.problems.append(problem)
        self.report.refused.append(RefusedFile(file.name, problem.code, len(file.rows), file.sum))


def read_files(
    files: Iterable[tuple[str, bytes]],
    places: PlaceNames,
    mapping: Mapping | None,
    today: str,
    progress: Progress = silent,
) -> Reading:
    """Read every file and find everything that is wrong; what cannot be taken is in the report's refused."""
    reading, files = Reading(), list(files)
    for n, (name, content) in enumerate(files):
        progress(name, n, len(files))
        try:
            reading.readable.append(read_donations(name, content, regions=places, mapping=mapping))
        except SheetRejected as error:
            reading.report.problems.append(error.problem())
            reading.report.refused.append(RefusedFile(name, error.code, 0, 0))
    for file, repeats in refuse_repeats(reading.readable, {}):
        reading.report.problems += file.problems
        again = next((problem for problem in repeats if problem.severity == "error"), None)
        if again is not None:
            reading.refuse(file, again)
            continue
        reading.report.problems += repeats
        found = _unbookable(file, today)
        reading.report.problems += found
        errors = len(file.errors) + len(found)
        if errors:
            facts = {"errors": str(errors), "rows": str(len(file.rows)), "amount": yuan(file.sum)}
            reading.refuse(file, Problem("FILE_HAS_ERRORS", "error", file.name, facts=facts))
        elif not file.rows:
            reading.refuse(file, Problem("NO_ROWS", "error", file.name))
        else:
            reading.files.append(file)
    progress("", len(files), len(files))
    return reading


def _unbookable(file: DonationFile, today: str) -> list[Problem]:
    """What can be read and cannot be booked."""
    found: list[Problem] = []
    for row in file.rows:
        if row.date.isoformat() > today:
            facts = {"date": row.date.isoformat()}
            found.append(Problem("DATE_IN_FUTURE", "error", file.name, row.sheet or None, row.row_number, facts=facts))
        if why := unstorable(row):
            facts = {"detail": why}
            found.append(
                Problem("TEXT_NOT_STORABLE", "error", file.name, row.sheet or None, row.row_number, facts=facts)
            )
        if abs(row.amount_minor) > MAX_UNITS:
            found.append(Problem("AMOUNT_TOO_LARGE", "error", file.name, row.sheet or None, row.row_number))
    if not found and sum(abs(row.amount_minor) for row in file.rows) > MAX_UNITS:
        found.append(Problem("AMOUNT_TOO_LARGE", "error", file.name))
    return found


async def preview_donations(
    ctx: Context | None,
    files: Iterable[tuple[str, bytes]],
    *,
    organization: str,
    today: str,
    mapping: Mapping | None = None,
    progress: Progress = silent,
) -> tuple[ImportReport, list[DonationFile]]:
    """Say what an import would do, and write nothing; `ctx` is None where no journal is there yet."""
    places, _ = await place_names(ctx)
    reading = read_files(files, places, mapping, today, progress)
    if ctx is not None:
        require(ctx.principal, "import", organization=ctx.principal.organization)
        known = await find_organization(ctx, organization)
        if known is not None:
            await _refuse_imported(ctx, known, reading)
    for file in reading.files:
        _count(reading.report, file, {})
    reading.report.dry_run = True
    return reading.report, reading.readable


async def import_donations(
    ctx: Context,
    files: Iterable[tuple[str, bytes]],
    *,
    organization: str,
    organization_name: str | None = None,
    mapping: Mapping | None = None,
    progress: Progress = silent,
    chunk: int = CHUNK,
) -> ImportReport:
    """Import donation lists (name, bytes) for the organization with a unified social credit code.

    An organization that is new here is recorded, under `organization_name` or else under its code.
    Raises `BadUsccError`, `ForbiddenError`, and `Refusal` UNAVAILABLE when the journal
    cannot be reached: the same call then goes on where this one stopped.
    """
    known = await find_organization(ctx, organization)
    require(ctx.principal, "import", organization=known)
    places, loaded = await place_names(ctx)
    reading = read_files(files, places, mapping, str(ctx.today()), progress)
    stored: dict[str, StoredBatch] = {}
    if known is not None:
        stored = await _refuse_imported(ctx, known, reading)
    if not reading.files:
        return reading.report
    if known is None:
        known = await _record(ctx, organization, organization_name, reading)
    if not loaded:
        reading.report.wrote([await load_home_regions(ctx)])
    accounts = Accounts(known)
    readings = [row.earmarks for file in reading.files for row in file.rows]
    reading.report.wrote(await accounts.open_for(ctx, readings))
    total = sum(len(file.rows) for file in reading.files)
    done = 0
    for file in reading.files:
        batch = Batch(derived("batch", known, file.rows_digest), accounts, places)
        await _import_file(
            ctx, batch, file, stored.get(file.rows_digest), _Report(reading.report, progress, done, total, chunk)
        )
        done += len(file.rows)
        progress(file.name, done, total)
    return reading.report


async def _refuse_imported(ctx: Context, organization: str, reading: Reading) -> dict[str, StoredBatch]:
    """Refuse files whose rows are in the journal already; return the batches that are begun and not finished."""
    digests = [file.rows_digest for file in reading.files]
    stored = await import_batches.batches_of_rows(ctx.reader, ctx.journal.id, organization, digests)
    for file in list(reading.files):
        batch = stored.get(file.rows_digest)
        if batch is None or (batch.closed is None and batch.file_digest == file.file_sha256):
            continue
        reading.files.remove(file)
        if batch.closed is None:
            reading.refuse(file, Problem("IMPORT_UNFINISHED", "error", file.name, facts={"file": batch.file_digest}))
        else:
            facts = {"batch": batch.id, "rows": str(batch.rows), "amount": yuan(file.sum)}
            reading.refuse(file, Problem("IMPORTED_BEFORE", "notice", file.name, facts=facts))
    return stored


async def _record(ctx: Context, code: str, name: str | None, reading: Reading) -> str:
    """Record the organization that the rows are of."""
    since = min(row.date for file in reading.files for row in file.rows).isoformat()
    first = reading.files[0].name
    reading.report.problems.append(Problem("REGISTRATION_ASSUMED", "notice", first, facts={"date": since}))
    if name is None:
        reading.report.problems.append(Problem("ORGANIZATION_UNNAMED", "notice", first, facts={"code": code}))
    organization, position = await record_found(ctx, code, name or code, since)
    reading.report.wrote([position])
    return organization


@dataclass(frozen=True, slots=True)
class _Report:
    """Where to tell how far a file is: the report, the progress, the rows before it, all rows; rows at a time."""

    report: ImportReport
    progress: Progress
    before: int
    total: int
    chunk: int


async def _import_file(
    ctx: Context, batch: Batch, file: DonationFile, stored: StoredBatch | None, told: _Report
) -> None:
    """Open the file's batch, record its rows in chunks, close it; what was recorded before is left out."""
    rows = [split(number, row, batch.places) for number, row in numbered(file.rows)]
    there = {} if stored is None else await import_batches.rows_recorded(ctx.reader, ctx.journal.id, batch.id)
    waiting = [booked for booked in rows if booked.number not in there]
    if stored is None:
        await append(ctx, [(_opening(ctx, batch, file), ())], told.report.wrote)
    for start in range(0, len(waiting), told.chunk):
        chunk = waiting[start : start + told.chunk]
        positions = await append(ctx, [command_of(ctx, batch, booked) for booked in chunk], told.report.wrote)
        there |= dict(zip((booked.number for booked in chunk), positions, strict=True))
        told.progress(file.name, told.before + len(there), told.total)
    await append(ctx, [(_closing(ctx, batch), ())], told.report.wrote)
    _count(told.report, file, there)


def _opening(ctx: Context, batch: Batch, file: DonationFile) -> Command:
    """The batch's first entry: `total` counts what came in, refunds aside."""
    gifts = sum(row.amount_minor for row in file.rows if row.amount_minor > 0)
    data = {
        "batch": batch.id, "fileDigest": file.file_sha256, "rowsDigest": file.rows_digest, "rows": len(file.rows),
        "total": str(gifts), "asset": batch.accounts.asset,
    }  # fmt: skip
    return _marker(ctx, batch, "import_opened", data, min(row.date for row in file.rows).isoformat())


def _closing(ctx: Context, batch: Batch) -> Command:
    return _marker(ctx, batch, "import_closed", {"batch": batch.id}, str(ctx.today()))


def _marker(ctx: Context, batch: Batch, kind: str, data: dict[str, object], effective: str) -> Command:
    organization = batch.accounts.organization
    return Command(derived(kind, batch.id), kind, OBSERVED, ctx.principal.key, effective, organization, data)


def _count(report: ImportReport, file: DonationFile, positions: dict[int, int]) -> None:
    """Count a file as accepted, and list what awaits a decision in it."""
    report.rows += len(file.rows)
    report.amount += file.sum
    for number, row in numbered(file.rows):
        if not row.earmarks.certain and row.amount_minor > 0:
            parts = tuple({**part, "amount": decimal(int(part["amount"]))} for part in suggested(row))
            report.decisions.append(
                Undecided(
                    file.name, row.sheet, row.row_number, positions.get(number), row.amount_minor,
                    row.earmarks.reason, row.note, parts,
                )
            )  # fmt: skip
