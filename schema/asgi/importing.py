"""`mingzhang import`: donation lists and IATI files into the journal.

Exit codes: 0 when every row of every file is in the books (those that came before included), 1 when a file was refused,
2 usage.  Progress is shown on a terminal only; `--json` prints the report on stdout.
"""

import contextlib
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schema.asgi.command import data_option, json_option, say, settings, told, within
from schema.asgi.failures import FAILED

if TYPE_CHECKING:
    from resolvers.donation_files import DonationFile
    from resolvers.iati_reports import IatiReport
    from resolvers.import_reports import ImportReport, Progress
    from resolvers.mappings import Mapping
    from schema.asgi.composition import Platform
    from schema.asgi.settings import Settings

_SHOWN = 20
"""Problems and decisions of a kind that are shown to people; `--json` and `--report` have all."""
_files = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
_DONATIONS_JSON = """--json prints one object on stdout, amounts as decimal texts in yuan:

\b
  accepted   {rows, amount}
  refused    [{file, reason, rows, amount}]
  decisions  [{file, sheet, row, position, amount, reason, text, suggestion}]
  entries    {from, to}
  problems   [{code, severity, file, sheet, row, column, cell, why, fix}]
  dryRun     true or false
"""
_IATI_JSON = """--json prints one object on stdout, amounts as decimal texts by currency:

\b
  accepted           {rows, amounts, importedBefore}
  refused            [{file, reason, message}]
  decisions          []
  entries            {from, to}
  organizations      how many are new
  projects           how many are new
  incomeNotReported  {currency: amount}
  flags              {flag: how many}
  originalUnknown    [{file, line, activity, what, reason, value}]
  notBooked          [{file, line, activity, what, reason, value}]
  notRepresented     [{file, element, count, reason}]
  problems           [{code, severity, file, line, path, cell, why, fix}]
  dryRun             true or false
"""
_dry_run = click.option("--dry-run", is_flag=True, help="Say what would be imported and what is wrong; write nothing.")


@click.command(epilog=_DONATIONS_JSON)
@_files
@data_option
@click.option(
    "--organization", required=True, metavar="USCC", help="The unified social credit code (统一社会信用代码)."
)
@click.option("--organization-name", help="Its name, when it is not recorded yet.")
@click.option("--mapping", type=click.Path(path_type=Path), help="A mapping file: which column is what.")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    help="With --dry-run: write the files again with their problems (.xlsx).",
)
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", help="The language of problems.")
@_dry_run
@json_option
@told
def donations(
    *,
    files: tuple[Path, ...],
    data: Path | None,
    origin: str | None,
    organization: str,
    organization_name: str | None,
    mapping: Path | None,
    report: Path | None,
    lang: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import donation lists (XLSX or CSV)."""
    from resolvers.import_accounts import BadUsccError, check_code  # noqa: PLC0415 - see `command`

    if report is not None and not dry_run:
        raise click.UsageError("--report goes with --dry-run")
    contents, recipe = _contents(files), _mapping(mapping)
    chosen = settings(data, origin)
    try:
        check_code(organization)
        with _progress(quiet=as_json) as progress:
            if dry_run:
                found, read = _preview(chosen, contents, organization, recipe, progress)
            else:
                found = _import(chosen, contents, organization, organization_name, recipe, progress)
    except BadUsccError as fault:
        raise click.UsageError(str(fault)) from None
    if report is not None and dry_run:
        _write_report(report, read, found, lang)
    say(found.as_json(_language(lang)), as_json=as_json, text=_text(found, lang))
    if not found.complete:
        sys.exit(FAILED)


@click.command(epilog=_IATI_JSON)
@_files
@data_option
@_dry_run
@json_option
@told
def iati(*, files: tuple[Path, ...], data: Path | None, origin: str | None, dry_run: bool, as_json: bool) -> None:
    """Import IATI activity files (XML, versions 1 and 2); files that pay each other belong into one call."""
    from resolvers.iati_imports import import_iati, preview_iati  # noqa: PLC0415 - see `command`
    from resolvers.refusals import Refusal  # noqa: PLC0415 - see `command`

    contents, chosen = _contents(files), settings(data, origin)
    try:
        with _progress(quiet=as_json) as progress:

            async def work(platform: "Platform") -> "IatiReport":
                return await import_iati(platform.context, contents, progress=progress)

            found = preview_iati(contents, _today(), progress) if dry_run else within(chosen, work)
    except Refusal as fault:
        click.echo(f"mingzhang: {fault} Run the same command again.", err=True)
        sys.exit(FAILED)
    say(found.as_json(), as_json=as_json, text=_iati_text(found))
    if not found.complete:
        sys.exit(FAILED)


def _iati_text(found: "IatiReport") -> str:
    """The report for people: sums, income nobody reported, and what is in no entry."""
    told = found.as_json()
    verb = "would be booked" if found.dry_run else "booked"
    sums = ", ".join(f"{amount} {currency}" for currency, amount in told["accepted"]["amounts"].items())
    lines = [f"{found.rows} transactions {verb}" + (f": {sums}" if sums else "")]
    if found.first is not None:
        lines.append(f"entries {found.first} to {found.last}")
        lines.append(f"{found.organizations} organizations and {found.projects} projects are new")
    if found.before:
        lines.append(f"{found.before} transactions were imported before; nothing was booked twice")
    lines += [f"income not reported, booked as an opening: {a} {c}" for c, a in told["incomeNotReported"].items()]
    lines += [f"refused {name}: {code}: {message}" for name, code, message in found.refused]
    if found.unknown_originals:
        lines.append(f"{len(found.unknown_originals)} negative values name no original (refunds of unknown origin)")
    reasons = Counter(each.reason for each in found.unbooked)
    lines += [f"not booked: {count} × {reason}" for reason, count in sorted(reasons.items())]
    aside = [problem for problem in found.problems if problem.sets_aside]
    lines += [f"  {problem.source}: {problem.why}; {problem.fix}" for problem in aside[:_SHOWN]]
    left = sum(each.count for each in found.left_out)
    if left or found.unbooked or len(aside) > _SHOWN:
        lines.append(f"{left} elements of activities have no place in the books; --json lists everything")
    return "\n".join(lines)


def _today() -> str:
    """The civil date."""
    from datetime import UTC, datetime  # noqa: PLC0415 - see `command`

    from resolvers.context import CIVIL  # noqa: PLC0415 - see `command`

    return datetime.now(UTC).astimezone(CIVIL).date().isoformat()


def _contents(files: Sequence[Path]) -> list[tuple[str, bytes]]:
    """The files' names and bytes; a file that cannot be read is a fault of usage."""
    found: list[tuple[str, bytes]] = []
    for path in files:
        try:
            found.append((path.name, path.read_bytes()))
        except OSError as fault:
            raise click.UsageError(f"{path}: {fault.strerror or fault}; name a file that can be read") from None
    return found


def _mapping(path: Path | None) -> "Mapping | None":
    """The recipe of a mapping file; raises a fault of usage that says which field is wrong."""
    from resolvers.import_problems import SheetRejected  # noqa: PLC0415 - see `command`
    from resolvers.mappings import parse_mapping  # noqa: PLC0415 - see `command`

    if path is None:
        return None
    try:
        return parse_mapping(path.name, _contents([path])[0][1])
    except SheetRejected as fault:
        raise click.UsageError(str(fault)) from None


def _import(
    chosen: "Settings",
    contents: list[tuple[str, bytes]],
    organization: str,
    name: str | None,
    mapping: "Mapping | None",
    progress: "Progress",
) -> "ImportReport":
    """Import into the installation; a refusal becomes a sentence and exit code 1."""
    from resolvers.imports import import_donations  # noqa: PLC0415 - see `command`
    from resolvers.refusals import Refusal  # noqa: PLC0415 - see `command`

    async def work(platform: "Platform") -> "ImportReport":
        return await import_donations(
            platform.context,
            contents,
            organization=organization,
            organization_name=name,
            mapping=mapping,
            progress=progress,
        )

    try:
        return within(chosen, work)
    except Refusal as fault:
        click.echo(f"mingzhang: {fault} Nothing of the file counts yet; run the same command again.", err=True)
        sys.exit(FAILED)


def _preview(
    chosen: "Settings",
    contents: list[tuple[str, bytes]],
    organization: str,
    mapping: "Mapping | None",
    progress: "Progress",
) -> "tuple[ImportReport, list[DonationFile]]":
    """Look at the files; the installation is opened only if it is there already."""
    import asyncio  # noqa: PLC0415 - see `command`

    from resolvers.context import Context  # noqa: PLC0415 - see `command`
    from resolvers.imports import preview_donations  # noqa: PLC0415 - see `command`

    async def look(ctx: Context | None) -> "tuple[ImportReport, list[DonationFile]]":
        return await preview_donations(
            ctx, contents, organization=organization, today=_today(), mapping=mapping, progress=progress
        )

    async def work(platform: "Platform") -> "tuple[ImportReport, list[DonationFile]]":
        return await look(platform.context)

    if chosen.database_url or chosen.data.is_dir():
        return within(chosen, work)
    return asyncio.run(look(None))


def _write_report(path: Path, files: "list[DonationFile]", found: "ImportReport", lang: str) -> None:
    """Write every file again with its problems beside the rows: one workbook, or one for each file in a folder."""
    from resolvers.annotations import annotate  # noqa: PLC0415 - see `command`

    targets = [path] if len(files) == 1 else [path / f"{Path(file.name).stem}.problems.xlsx" for file in files]
    try:
        if len(files) > 1:
            path.mkdir(parents=True, exist_ok=True)
        for file, target in zip(files, targets, strict=True):
            problems = [problem for problem in found.problems if problem.file == file.name]
            target.write_bytes(annotate(file, problems, _language(lang)))
            click.echo(f"wrote {target}", err=True)
    except OSError as fault:
        raise click.UsageError(f"--report {path}: {fault.strerror or fault}") from None


def _language(lang: str) -> Any:  # noqa: ANN401 - a Literal that click has checked
    return lang


@contextlib.contextmanager
def _progress(*, quiet: bool) -> "Iterator[Progress]":
    """A bar on a terminal; silence in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield lambda _stage, _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415 - see `command`
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - see `command`

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("…", total=None)
        yield lambda stage, done, total: bar.update(task, description=stage, completed=done, total=total)


def _text(found: "ImportReport", lang: str) -> str:
    """The report for people: sums first, then what was refused, what awaits a decision, what was seen."""
    from resolvers.import_reports import decimal  # noqa: PLC0415 - see `command`

    language = _language(lang)
    verb = "would be imported" if found.dry_run else "imported"
    lines = [f"{found.rows} rows, {decimal(found.amount)} yuan {verb}"]
    if found.first is not None:
        lines[0] += f" (entries {found.first} to {found.last})"
    lines += [f"refused {no.file}: {no.reason}, {no.rows} rows, {decimal(no.amount)} yuan" for no in found.refused]
    errors = [problem for problem in found.problems if problem.severity == "error"]
    lines += [f"  {problem.place()}: {problem.why(language)} {problem.fix(language)}" for problem in errors[:_SHOWN]]
    if len(errors) > _SHOWN:
        lines.append(f"  … and {len(errors) - _SHOWN} more; --json lists all, --dry-run --report FILE writes them")
    if found.decisions:
        total = sum(each.amount for each in found.decisions)
        lines.append(f"{len(found.decisions)} rows ({decimal(total)} yuan) are undetermined and await a decision:")
        lines += [
            f"  {each.file}!{each.sheet}!{each.row}: {each.reason} {each.text[:60]}"
            for each in found.decisions[:_SHOWN]
        ]
        if len(found.decisions) > _SHOWN:
            lines.append(f"  … and {len(found.decisions) - _SHOWN} more; --json lists all")
    return "\n".join(lines)
