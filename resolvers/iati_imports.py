"""Importing IATI files: what published transactions say, booked for the organizations that report them.

    files -> read -> plan -> organizations, projects, accounts
          -> per organization and asset: import_opened, its movements in linked chunks, import_closed

Ids come from the files' bytes and the place in them, so that the same files again give nothing new.  Organizations
that pay each other within the files are booked together, in the plan's order and without a batch, since a batch is one
organization's.  Files that pay each other belong into one call: a payment to an activity of a later one cannot be seen.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from db import import_batches
from db.journal import Item
from ledger.commands import OBSERVED, Command
from ledger.rejections import Rejection
from resolvers.context import Context
from resolvers.file_errors import FileRejected
from resolvers.iati_commands import Filed, command_id, command_of, organization_of
from resolvers.iati_files import read_iati
from resolvers.iati_movements import Plan, PlannedMovement
from resolvers.iati_plan import plan
from resolvers.iati_problems import Source
from resolvers.iati_records import Books, record_all
from resolvers.iati_reports import IatiReport, LeftOut, Unbooked
from resolvers.iati_values import Activity, IatiFile, Transaction
from resolvers.import_accounts import derived
from resolvers.import_reports import Progress, silent
from resolvers.policy import require
from resolvers.recording import append

CHUNK = 500
"""Movements that are committed together, or not at all."""
UNBOOKED_PARTS = {
    "descriptions": "the record of a project has no description",
    "participants": "participating organizations have no place in a project's record",
    "sectors": "sectors of other codelists than the house's are not translated",
    "countries": "countries are not regions of GB/T 2260",
    "regions": "regions of other codelists than GB/T 2260 are not translated",
    "locations": "locations have no place in a project's record",
    "budgets": "budgets move no money",
    "planned_disbursements": "planned disbursements move no money",
    "related": "relations between activities are not recorded; payments between them are",
    "other_identifiers": "other identifiers are not recorded",
}
"""Parts of an activity that are read and have no place in the books yet, with the reason."""

Batches = dict[tuple[str, str], list[PlannedMovement]]


async def import_iati(ctx: Context, files: Iterable[tuple[str, bytes]], *, progress: Progress = silent) -> IatiReport:
    """Import IATI activity files (name, bytes), of any version; the report says all that could not be booked.

    Raises `ForbiddenError`, and `Refusal` UNAVAILABLE when the journal cannot be reached: the same call goes on.
    """
    require(ctx.principal, "import")
    report = IatiReport()
    read = read_all(files, report, progress)
    book = plan(_activities(read))
    movements = _datable(book, str(ctx.today()), report)
    _report_rest(book, read, report)
    books = await record_all(ctx, _activities(read), book, report)
    await _book(ctx, books, movements, _digest_of(read), _Told(report, progress, len(movements)))
    return report


def preview_iati(files: Iterable[tuple[str, bytes]], today: str, progress: Progress = silent) -> IatiReport:
    """Say what these files mean for books that hold nothing of them yet, and write nothing."""
    report = IatiReport(dry_run=True)
    read = read_all(files, report, progress)
    book = plan(_activities(read))
    for movement in _datable(book, today, report):
        report.booked(movement)
    _report_rest(book, read, report)
    return report


def _activities(read: Sequence[IatiFile]) -> list[Activity]:
    return [activity for file in read for activity in file.activities]


def read_all(files: Iterable[tuple[str, bytes]], report: IatiReport, progress: Progress = silent) -> list[IatiFile]:
    """Read every file; those that cannot be read are in the report's refused."""
    read: list[IatiFile] = []
    seen: dict[str, str] = {}
    listed = list(files)
    for n, (name, content) in enumerate(listed):
        progress(name, n, len(listed))
        try:
            file = read_iati(content, name, prefer="transaction-date")
        except FileRejected as error:
            report.refused.append((name, error.code, error.message))
            continue
        if file.sha256 in seen:
            report.refused.append((name, "FILE_TWICE", f"the same bytes as {seen[file.sha256]}; nothing is lost"))
            continue
        seen[file.sha256] = name
        read.append(file)
        report.problems += file.problems
    return read


def _digest_of(read: Sequence[IatiFile]) -> str:
    """One digest of the files of a call, whatever their order."""
    return sha256("".join(sorted(file.sha256 for file in read)).encode()).hexdigest()


def _datable(book: Plan, today: str, report: IatiReport) -> list[PlannedMovement]:
    """The movements that have happened; those dated in the future are reported."""
    kept: list[PlannedMovement] = []
    for movement in book.movements:
        if movement.date.isoformat() <= today:
            kept.append(movement)
        for each in movement.transactions if movement.date.isoformat() > today else ():
            report.unbooked.append(
                Unbooked(
                    each.source.file, each.source.line, movement.activity, "transaction", "DATE_IN_FUTURE",
                    f"{each.amount.text} {each.amount.currency} on {each.date}",
                )
            )  # fmt: skip
    return kept


def _report_rest(book: Plan, read: Sequence[IatiFile], report: IatiReport) -> None:
    """Everything in the files that becomes no entry."""
    for memorandum in book.memoranda:
        report.unbooked.append(_unbooked(memorandum.activity, memorandum.transaction, "MEMORANDUM"))
    for rest in book.not_represented:
        report.unbooked.append(_unbooked(rest.activity, rest.transaction, rest.reason))
    for skipped in book.skipped:
        source, kept = skipped.activity.source, skipped.kept
        what = f"activity with {len(skipped.activity.transactions)} transactions"
        report.unbooked.append(
            Unbooked(source.file, source.line, skipped.activity.identifier, what, skipped.reason, f"kept {kept}")
        )
    for file in read:
        for tally in file.elements:
            if tally.not_represented:
                report.left_out.append(LeftOut(file.name, tally.name, tally.not_represented, tally.reason))
        for name, reason in UNBOOKED_PARTS.items():
            count = sum(len(getattr(activity, name)) for activity in file.activities)
            if count:
                report.left_out.append(LeftOut(file.name, f"activity/{name.replace('_', '-')}", count, reason))


def _unbooked(activity: Activity, transaction: Transaction, reason: str) -> Unbooked:
    source, amount = transaction.source, transaction.amount
    what = f"transaction of type {transaction.type}"
    return Unbooked(source.file, source.line, activity.identifier, what, reason, f"{amount.text} {amount.currency}")


@dataclass(slots=True)
class _Told:
    """Where to tell how far the booking is."""

    report: IatiReport
    progress: Progress
    total: int
    done: int = 0

    def step(self, movement: PlannedMovement, *, new: bool = True) -> None:
        """A movement is in the books, now or since an earlier import."""
        self.done += 1
        if new:
            self.report.booked(movement)
        else:
            self.report.before += len(movement.transactions)
        self.progress("booking", self.done, self.total)


async def _book(ctx: Context, books: Books, movements: Sequence[PlannedMovement], files: str, told: _Told) -> None:
    """Book every movement: batch by batch, those between organizations together."""
    trading = _trading(books, movements)
    batches: Batches = defaultdict(list)
    together: list[PlannedMovement] = []
    for movement in movements:
        organization = organization_of(movement, books)
        if organization in trading:
            together.append(movement)
        else:
            batches[organization, f"{movement.currency}/{movement.scale}"].append(movement)
    known = await import_batches.commands_known(ctx.reader, ctx.journal.id, map(command_id, movements))
    positions = {source: known[command_id(m)] for m in movements if command_id(m) in known for source in m.sources}
    booking = _Booking(ctx, books, told, known, positions)
    for (organization, asset), rows in batches.items():
        await _batch(booking, organization, asset, rows, files)
    await booking.append([(movement, Filed(None, n)) for n, movement in enumerate(together, 1)])


def _trading(books: Books, movements: Iterable[PlannedMovement]) -> set[str]:
    """Organizations that pay other organizations of the files, or are paid by them."""
    found: set[str] = set()
    for movement in movements:
        if movement.payer is not None and movement.payee is not None:
            pair = {books.organization(movement.payer), books.organization(movement.payee)}
            found |= pair if len(pair) > 1 else set()
    return found


async def _batch(
    booking: "_Booking", organization: str, asset: str, rows: Sequence[PlannedMovement], files: str
) -> None:
    """Book the movements of one organization in one asset, as an import batch that opens and closes."""
    ctx, report = booking.ctx, booking.told.report
    digest = sha256("\n".join(command_id(movement) for movement in rows).encode()).hexdigest()
    stored = (await import_batches.batches_of_rows(ctx.reader, ctx.journal.id, organization, [digest])).get(digest)
    batch = derived("iati-batch", organization, digest)
    new = [movement for movement in rows if command_id(movement) not in booking.known]
    if stored is None and new:
        data = {
            "batch": batch, "fileDigest": files, "rowsDigest": digest, "rows": len(rows),
            "total": str(sum(movement.amount for movement in rows)), "asset": asset,
        }  # fmt: skip
        opening = _marker(ctx, organization, "import_opened", batch, data, str(rows[0].date))
        await append(ctx, [(opening, ())], report.wrote)
    await booking.append([(movement, Filed(batch, n)) for n, movement in enumerate(rows, 1)])
    if new or (stored is not None and stored.closed is None):
        closing = _marker(ctx, organization, "import_closed", batch, {"batch": batch}, str(ctx.today()))
        await append(ctx, [(closing, ())], report.wrote)


def _marker(ctx: Context, organization: str, kind: str, batch: str, data: dict[str, object], effective: str) -> Command:
    return Command(derived(kind, batch), kind, OBSERVED, ctx.principal.key, effective, organization, data)


@dataclass(slots=True)
class _Booking:
    """One call's appends: `known` are commands that are entries already, `positions` entries by their source."""

    ctx: Context
    books: Books
    told: _Told
    known: dict[str, int]
    positions: dict[Source, int]

    async def append(self, filed: Sequence[tuple[PlannedMovement, Filed]]) -> None:
        """Append movements in order, in chunks; a refund that names its original waits until that has a position."""
        waiting: list[tuple[PlannedMovement, Item]] = []
        for movement, place in filed:
            if command_id(movement) in self.known:
                self.told.step(movement, new=False)
                continue
            if len(waiting) >= CHUNK or (movement.original is not None and waiting):
                await self._flush(waiting)
            if movement.original is not None:
                await self._refund(movement, place)
            else:
                waiting.append((movement, command_of(self.ctx, self.books, movement, place, None)))
        await self._flush(waiting)

    async def _refund(self, movement: PlannedMovement, place: Filed) -> None:
        """Append a refund of a named original; where less of that is there, it is one of an unknown original."""
        original = self.positions.get(movement.original) if movement.original is not None else None
        item = command_of(self.ctx, self.books, movement, place, original)
        try:
            await self._flush([(movement, item)])
        except Rejection:
            if original is None:
                raise
            item = command_of(self.ctx, self.books, movement, place, None)
            await self._flush([(movement, item)])

    async def _flush(self, waiting: list[tuple[PlannedMovement, Item]]) -> None:
        if not waiting:
            return
        positions = await append(self.ctx, [item for _, item in waiting], self.told.report.wrote)
        for (movement, _), position in zip(waiting, positions, strict=True):
            self.positions |= dict.fromkeys(movement.sources, position)
            self.told.step(movement)
        waiting.clear()
