"""Bytes of a donation list -> a `DonationFile`: its rows, its sums, its problems and its two identities.

A file has two identities: the SHA-256 of its bytes, and a digest of what its rows say (date, donor, amount, note, in
order).  The second finds the same rows under another name, in another format or with another title.

Nothing is written and nothing is decided here: no database, no ledger.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from resolvers.donation_rows import DonationRow, RollUp, TableReader, yuan
from resolvers.earmark_words import NO_PURPOSES
from resolvers.import_problems import LayoutRejected, Problem, Severity
from resolvers.mappings import Layout, recognise
from resolvers.mappings import Mapping as Recipe
from resolvers.place_names import PlaceNames
from resolvers.sheets import read_tables
from resolvers.tables import Kind, Table

_DIGEST_NAME = b"mingzhang-donation-rows/1\n"
_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?:[0-9]{2}|[0-9]{4})?(?![0-9])")


@dataclass(frozen=True, slots=True)
class DonationFile:
    """A donation list as read.

    `rows` are the donations without errors; `printed_total` is what the file says they sum to (fen), None when it says
    nothing; `tables` keep every cell as found, for `annotations`.
    """

    name: str
    file_sha256: str
    rows_digest: str
    rows: tuple[DonationRow, ...] = field(repr=False)
    printed_total: int | None
    roll_ups: tuple[RollUp, ...]
    problems: tuple[Problem, ...] = field(repr=False)
    layouts: tuple[Layout, ...] = field(repr=False)
    tables: tuple[Table, ...] = field(repr=False)

    @property
    def sum(self) -> int:
        """The rows' sum in fen."""
        return sum(row.amount_minor for row in self.rows)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep a row, or the file, from being taken as it stands."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def blocked(self) -> bool:
        """Whether anything must be mended before the file can be taken whole."""
        return any(problem.severity == "error" for problem in self.problems)


def read_donations(
    name: str,
    content: bytes,
    *,
    regions: PlaceNames,
    mapping: Recipe | None = None,
    purposes: Mapping[str, str] = NO_PURPOSES,
) -> DonationFile:
    """Read a donation list; problems are returned, all at once.

    `regions` names the divisions that earmarks are resolved against, `purposes` maps words to codes of a codelist.
    Raises `SheetRejected` (see `import_problems`) when there is no table, or its columns cannot be told apart.
    """
    tables = read_tables(name, content)
    readers, problems = _readers(name, tables, mapping, regions, purposes)
    if not readers:
        code = "MAPPING_UNMATCHED" if mapping is not None else "NO_HEADER"
        raise LayoutRejected(code, name, detail="no sheet or header row fits")
    for reader in readers:
        reader.read()
        problems.extend(reader.problems)
        if not any(roll_up.kind == "total" for roll_up in reader.roll_ups):
            problems.append(Problem("TOTAL_MISSING", "notice", name, reader.table.sheet or None))
    rows = tuple(row for reader in readers for row in reader.rows)
    problems.extend(_check_year(name, readers, rows))
    return DonationFile(
        name,
        hashlib.sha256(content).hexdigest(),
        digest_rows(rows),
        rows,
        _printed_total(readers),
        tuple(roll_up for reader in readers for roll_up in reader.roll_ups),
        tuple(problems),
        tuple(reader.layout for reader in readers),
        tuple(tables),
    )


def _readers(
    name: str, tables: list[Table], mapping: Recipe | None, regions: PlaceNames, purposes: Mapping[str, str]
) -> tuple[list[TableReader], list[Problem]]:
    readers: list[TableReader] = []
    problems: list[Problem] = []
    refused: list[LayoutRejected] = []
    for table in tables:
        if not any(cell.kind is not Kind.BLANK for row in table.rows for cell in row):
            continue
        try:
            layout = recognise(name, table, mapping)
        except LayoutRejected as error:
            refused.append(error)
            severity: Severity = "notice" if error.code == "GOODS_TABLE" or table.hidden else "error"
            facts = {key: str(value) for key, value in error.facts.items()}
            problems.append(Problem(error.code, severity, name, table.sheet or None, facts=facts))
            continue
        if layout is None:
            problems.append(Problem("SHEET_NOT_RECOGNISED", "notice", name, table.sheet or None))
        elif table.hidden and (mapping is None or mapping.sheet != table.sheet):
            problems.append(Problem("HIDDEN_SHEET", "error", name, table.sheet))
        else:
            readers.append(TableReader(name, table, layout, regions, purposes))
    if refused and not readers:
        raise refused[0]
    return readers, problems


def _printed_total(readers: list[TableReader]) -> int | None:
    """Add up the last total of every sheet; None when a sheet has none that can be read."""
    totals = [
        next((each.amount_minor for each in reversed(reader.roll_ups) if each.kind == "total"), None)
        for reader in readers
    ]
    known = [total for total in totals if total is not None]
    return sum(known) if len(known) == len(totals) else None


def _check_year(name: str, readers: list[TableReader], rows: tuple[DonationRow, ...]) -> list[Problem]:
    titles = " ".join(reader.layout.title for reader in readers)
    said = set(_YEAR.findall(f"{name} {titles}"))
    found = {f"{row.date.year}" for row in rows}
    if not said or not found or said & found:
        return []
    facts = {"said": ", ".join(sorted(said)), "found": ", ".join(sorted(found))}
    return [Problem("FILE_YEAR_DIFFERS", "notice", name, facts=facts)]


def digest_rows(rows: Iterable[DonationRow]) -> str:
    """Digest what the rows say, in order: date, donor as printed, amount in fen, note.

    SHA-256 over the name of this form and one JSON array a line.  It is not for publication where a list is short: who
    can guess a row can check the guess.
    """
    digest = hashlib.sha256(_DIGEST_NAME)
    for row in rows:
        said = [row.date.isoformat(), row.source_donor, str(row.amount_minor), row.note]
        digest.update(json.dumps(said, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()


def refuse_repeats(
    files: Iterable[DonationFile], seen: Mapping[str, str]
) -> list[tuple[DonationFile, tuple[Problem, ...]]]:
    """Pair each file with what it repeats: the same rows as before, or some of them.

    `seen` maps the rows digest of what was imported before to the file's name; files also meet those before them in
    the same call.  ROWS_CAME_BEFORE is an error and names the sum; ROWS_OVERLAP is a notice, and only compares the
    files of this call.
    """
    known = dict(seen)
    earlier: list[tuple[str, Counter[tuple[date, str, int]]]] = []
    results: list[tuple[DonationFile, tuple[Problem, ...]]] = []
    for file in files:
        if file.rows_digest in known and file.rows:
            facts = {"rows": str(len(file.rows)), "amount": yuan(file.sum), "earlier": known[file.rows_digest]}
            results.append((file, (Problem("ROWS_CAME_BEFORE", "error", file.name, facts=facts),)))
            continue
        known[file.rows_digest] = file.name
        said = Counter((row.date, row.source_donor, row.amount_minor) for row in file.rows)
        results.append((file, tuple(_overlaps(file.name, said, earlier))))
        earlier.append((file.name, said))
    return results


def _overlaps(
    name: str, said: Counter[tuple[date, str, int]], earlier: list[tuple[str, Counter[tuple[date, str, int]]]]
) -> Iterable[Problem]:
    for other, rows in earlier:
        shared = said & rows
        if shared:
            amount = sum(minor * times for (_, _, minor), times in shared.items())
            facts = {"rows": str(shared.total()), "amount": yuan(amount), "earlier": other}
            yield Problem("ROWS_OVERLAP", "notice", name, facts=facts)


def day_totals(files: Iterable[DonationFile]) -> dict[date, int]:
    """Sum the rows of all files by day, in fen."""
    totals: Counter[date] = Counter()
    for file in files:
        for row in file.rows:
            totals[row.date] += row.amount_minor
    return dict(sorted(totals.items()))


def agrees(computed_minor: int, printed: str, *, exponent: int = 0) -> bool:
    """Tell whether a published figure is the computed one, within half of its last printed digit.

    `printed` counts 10**exponent yuan (4 for 万元); `computed_minor` is in fen.  A figure printed without decimals
    is taken to be precise to its last digit.
    """
    figure = Decimal(printed)
    digits = figure.as_tuple().exponent
    if not isinstance(digits, int):
        raise TypeError(f"{printed} is no number")
    unit = Decimal(1).scaleb(exponent + 2)
    half = Decimal(1).scaleb(digits) * unit / 2
    return abs(figure * unit - computed_minor) <= half
