"""The fourteen workbooks of Hubei as they were published, against what was published about them."""

import csv
import io
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import perf_counter

from resolvers.donation_files import DonationFile, agrees, day_totals, read_donations, refuse_repeats
from resolvers.place_names import PlaceNames

Files = tuple[DonationFile, ...]


def accepted(files: Files) -> list[DonationFile]:
    return [
        file
        for file, problems in refuse_repeats(files, {})
        if not any(problem.severity == "error" for problem in problems)
    ]


def test_every_row_is_read_and_every_printed_total_agrees(hubei: Files) -> None:
    assert sum(len(file.rows) for file in hubei) == 37_241
    assert [file.name for file in hubei if file.blocked] == []
    assert all(file.printed_total == file.sum for file in hubei)
    assert Counter(problem.code for file in hubei for problem in file.problems) == {"ROLL_UP": 14, "MANY_DONORS": 63}


def test_the_fourth_file_is_the_third_again(hubei: Files) -> None:
    results = refuse_repeats(hubei, {})
    refused = {file.name: problem for file, problems in results for problem in problems if problem.severity == "error"}
    assert list(refused) == ["donate04.xlsx"]
    assert refused["donate04.xlsx"].facts == {"rows": "1995", "amount": "153967316.14", "earlier": "donate03.xlsx"}
    assert sum(len(file.rows) for file in accepted(hubei)) == 35_246


def test_rows_that_seem_to_come_again_are_noticed(hubei: Files) -> None:
    """The second notice lists 58 of the 60 gifts of the first again; nothing says which is right, so both stand."""
    overlaps = {
        (file.name, problem.facts["earlier"]): (problem.facts["rows"], problem.facts["amount"])
        for file, problems in refuse_repeats(hubei, {})
        for problem in problems
        if problem.code == "ROWS_OVERLAP"
    }
    assert overlaps[("donate02.xlsx", "donate01.xlsx")] == ("58", "3472132.11")
    assert set(overlaps) == {("donate02.xlsx", "donate01.xlsx"), ("donate03.xlsx", "donate02.xlsx")}


def test_day_totals_agree_with_the_published_ones(hubei: Files, published: Path) -> None:
    totals = day_totals(accepted(hubei))
    content = (published / "hubei_2020/published_totals_hubei.csv").read_text(encoding="utf-8-sig")
    printed_totals = {
        date.fromisoformat(line["date"]): line["day_donations_10k"]
        for line in csv.DictReader(io.StringIO(content))
        if line["day_donations_10k"]
    }
    assert sorted(printed_totals) == [date(2020, 1, 31), *(date(2020, 2, day) for day in range(1, 8))]
    assert all(agrees(totals[day], printed, exponent=4) for day, printed in printed_totals.items())
    # One day is printed in whole hundreds of yuan; of the others a difference of one fen would be seen.
    to_the_cent = [day for day, printed in printed_totals.items() if Decimal(printed).scaleb(6) == totals[day]]
    assert len(to_the_cent) == 7
    assert date(2020, 2, 6) not in to_the_cent
    assert totals[date(2020, 1, 31)] == 11_961_252_590
    assert totals[date(2020, 2, 6)] == 6_341_392_632


def test_how_the_rows_would_be_booked(hubei: Files) -> None:
    rows = [row for file in accepted(hubei) for row in file.rows]
    assert Counter(row.earmarks.restriction for row in rows) == {
        "unrestricted": 35_030,
        "undetermined": 137,
        "restricted": 79,
    }
    split = [row for row in rows if len(row.earmarks.parts) > 1]
    assert sorted((row.note, [part.amount_minor for part in row.earmarks.parts]) for row in split) == [
        ("用于湖北省疫情防治工作1万,武汉疫情防治工作2.5万", [1_000_000, 2_500_000]),
        ("购抗击疫情所需物资:指定武汉300万元、宜昌200万元", [300_000_000, 200_000_000]),
    ]
    assert Counter(row.donor_class for row in rows) == {
        "natural": 34_395,
        "enterprise": 627,
        "institution": 216,
        "anonymous": 8,
    }


def test_the_largest_book_is_read_in_a_fraction_of_a_second(published: Path, places: PlaceNames) -> None:
    content = (published / "hubei_2020/donate05.xlsx").read_bytes()
    start = perf_counter()
    file = read_donations("donate05.xlsx", content, regions=places)
    assert len(file.rows) == 6_661
    assert perf_counter() - start < 2
