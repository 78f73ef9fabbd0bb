"""Published IATI files against a plain count of their elements, and small files with every fault."""

import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from time import perf_counter

import pytest

from resolvers.file_errors import FileRejected
from resolvers.iati_files import read_iati
from resolvers.iati_values import IatiFile, best
from resolvers.xml_files import Limits

SHARED = Path(__file__).resolve().parents[2] / "../shared/data"

# file: activities, transactions, negative values, problems by code
PINNED: dict[str, tuple[int, int, int, dict[str, int]]] = {
    "iati/3fi-activity.xml": (1, 13, 0, {}),
    "iati/beis-activity.xml": (9, 50, 0, {}),
    "iati/canada-activity.xml": (1, 13, 0, {}),
    "iati/datastore_repeated_participation.xml": (49, 49, 0, {}),
    "iati/ec-intpa-activity.xml": (1, 6, 0, {"DATES_DIFFER": 6}),
    "iati/fcdo-activity.xml": (1, 14, 0, {}),
    "iati/finddiagnostics-activity.xml": (1, 4, 0, {}),
    "iati/gdihub-activity.xml": (4, 12, 0, {}),
    "iati/ifad-activity.xml": (1, 64, 2, {}),
    "iati/pwyf_dfid-ph.xml": (9, 92, 12, {}),
    "iati/schemas_worldbank.xml": (16, 28, 0, {"IDENTIFIER_MISSING": 16, "ROLE_UNKNOWN": 14, "ORGANIZATION_EMPTY": 4}),
    "iati_standard/iatipublisher_complete_2.03.xml": (2, 2, 0, {"DATES_DIFFER": 2}),
    "iati_standard/activity-standard-example-annotated.xml": (1, 1, 0, {}),
    "iati_standard/cove_example-org-analysis.xml": (2, 4, 0, {}),
}


def shared(name: str) -> bytes:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the shared data page {name} is not beside this checkout")
    return path.read_bytes()


def small(transactions: str = "", *, activity: str = 'default-currency="EUR"', more: str = "") -> IatiFile:
    text = f"""<iati-activities version="2.03"><iati-activity {activity}>
<iati-identifier>XX-1-A</iati-identifier><reporting-org ref="XX-1"><narrative>One</narrative></reporting-org>{more}
{transactions}</iati-activity></iati-activities>"""
    return read_iati(text.encode(), "small.xml")


def money(value: str, attributes: str = "", *, kind: str = '<transaction-type code="3"/>') -> str:
    return (
        f'<transaction>{kind}<transaction-date iso-date="2020-02-03"/><value {attributes}>{value}</value></transaction>'
    )


def codes(file: IatiFile) -> list[str]:
    return [problem.code for problem in file.problems]


@pytest.mark.parametrize("name", PINNED)
def test_a_published_file_is_read_whole(name: str) -> None:
    """Every element that a plain ElementTree finds is read, set aside or reported; the counts are pinned."""
    data = shared(name)
    read = read_iati(data, name)
    root = ET.fromstring(data)  # noqa: S314 - our own test data, read by the plainest means as a second opinion
    activities = list(root.iter("iati-activity"))
    found = Counter(f"activity/{child.tag}" for activity in activities for child in activity)
    transactions = list(root.iter("transaction"))
    found += Counter(f"transaction/{child.tag}" for transaction in transactions for child in transaction)
    found["iati-activity"] = len(activities)
    tallied = {tally.name: tally.found for tally in read.elements if not tally.name.startswith("file/")}
    assert tallied == dict(found)
    assert all(t.found == t.read + t.set_aside + t.not_represented for t in read.elements)
    assert all(len(t.lines) == t.set_aside + t.not_represented for t in read.elements)
    negative = sum((t.findtext("value") or "").strip().startswith("-") for t in transactions)
    assert PINNED[name] == (len(activities), len(transactions), negative, dict(Counter(codes(read))))
    values = [t for activity in read.activities for t in activity.transactions]
    assert len(values) == len(transactions)
    assert sum(t.amount.minor < 0 for t in values) == negative


@pytest.mark.parametrize("name", PINNED)
def test_a_published_transaction_knows_its_line(name: str) -> None:
    data = shared(name)
    lines = data.decode("utf-8").split("\n")
    for activity in read_iati(data, name).activities:
        assert "<iati-activity" in lines[activity.source.line - 1]
        assert all("<transaction" in lines[t.source.line - 1] for t in activity.transactions)


def test_a_large_file_takes_well_under_a_second() -> None:
    data = shared("iati/beis-activity.xml")
    start = perf_counter()
    read_iati(data, "beis")
    assert perf_counter() - start < 0.5


def test_version_one_without_types_dates_or_identifiers() -> None:
    first = read_iati(shared("iati/schemas_worldbank.xml"), "wb").activities[0]
    assert (first.identifier, first.identifier_source) == ("World Bank:P084404", "other-identifier")
    assert [(t.type, t.amount.minor, t.date_source) for t in first.transactions] == [
        (2, 4_800_000_000, "value-date"),
        (3, 0, "value-date"),
        (2, 4_500_000_000, "value-date"),
        (3, 194_208_750, "value-date"),
    ]
    assert [(o.role_word, o.role) for o in first.participants] == [
        ("donor", 1),
        ("beneficiary", None),
        ("implementing", 4),
    ]
    assert first.sectors[0].vocabulary == "WB"


def test_languages_and_the_datastores_versions() -> None:
    canada = read_iati(shared("iati/canada-activity.xml"), "ca").activities[0]
    assert best(canada.titles, "en").startswith("Partnerships for Municipal")
    assert best(canada.titles, "fr").startswith("Partenariats")
    assert best(canada.titles, "zh") == canada.titles[0].text
    assert read_iati(shared("iati/ec-intpa-activity.xml"), "ec").activities[0].version == "2.03"


def test_character_references_of_windows_1252_are_letters() -> None:
    read = read_iati(shared("iati/datastore_repeated_participation.xml"), "cu").activities[0]
    assert "Concern Universal’s" in read.descriptions[0].text


def test_the_caller_chooses_which_day_is_effective() -> None:
    data = shared("iati/ec-intpa-activity.xml")
    by_value = read_iati(data, "ec").activities[0].transactions[0]
    by_day = read_iati(data, "ec", prefer="transaction-date").activities[0].transactions[0]
    assert (str(by_value.date), by_value.date_source) == ("2023-09-28", "value-date")
    assert (str(by_day.date), by_day.date_source) == ("2019-06-19", "transaction-date")


@pytest.mark.parametrize(
    ("value", "attributes", "minor"),
    [
        ("12.30", 'currency="EUR"', 1230),
        (" -0.5 ", "", -50),
        ("12.3000", "", 1230),
        ("7", 'currency="JPY"', 7),
        ("7.00", 'currency="JPY"', 7),
        ("1.234", 'currency="KWD"', 1234),
        ("+.5", 'currency="usd"', 50),
        ("90071992547409.93", "", 9007199254740993),
    ],
)
def test_amounts_are_exact(value: str, attributes: str, minor: int) -> None:
    file = small(money(value, attributes))
    assert [t.amount.minor for t in file.activities[0].transactions] == [minor]
    assert not file.problems


@pytest.mark.parametrize(
    ("value", "attributes", "code"),
    [
        ("", "", "VALUE_MISSING"),
        ("1,000", "", "VALUE_UNREADABLE"),
        ("1e6", "", "VALUE_UNREADABLE"),
        ("１００", "", "VALUE_UNREADABLE"),
        ("-", "", "VALUE_UNREADABLE"),
        ("9" * 10_000, "", "VALUE_UNREADABLE"),
        ("1.005", "", "TOO_MANY_DECIMALS"),
        ("1.5", 'currency="JPY"', "TOO_MANY_DECIMALS"),
        ("1", 'currency="ZZZ"', "CURRENCY_UNKNOWN"),
        ("92233720368547758.08", "", "VALUE_TOO_LARGE"),
    ],
)
def test_an_amount_that_is_not_exact_sets_its_row_aside(value: str, attributes: str, code: str) -> None:
    file = small(money(value, attributes) + money("1"))
    assert codes(file) == [code]
    assert file.problems[0].sets_aside
    assert file.problems[0].source.line == 3
    assert [t.ordinal for t in file.activities[0].transactions] == [2]
    tally = next(t for t in file.elements if t.name == "activity/transaction")
    assert (tally.found, tally.read, tally.set_aside, tally.lines) == (2, 1, 1, (3,))


def test_a_missing_currency_sets_the_row_aside() -> None:
    assert codes(small(money("5"), activity="")) == ["CURRENCY_MISSING"]


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ('<transaction-type code="IF"/>', 1),
        ('<transaction-type code="lr"/>', 6),
        ("<transaction-type>Incoming  Funds</transaction-type>", 1),
        ('<transaction-type code="13"/>', 13),
        ('<transaction-type code="Z"/>', None),
        ("", None),
    ],
)
def test_kinds_in_letters_words_and_numbers(kind: str, number: int | None) -> None:
    file = small(money("5", kind=kind))
    assert [t.type for t in file.activities[0].transactions] == ([number] if number else [])
    assert codes(file) == ([] if number else ["TYPE_UNKNOWN"])


def test_all_problems_of_a_row_come_at_once() -> None:
    row = '<transaction><transaction-date iso-date="2019-02-30"/><value value-date="soon">x</value></transaction>'
    expected = ["DATE_MISSING", "DATE_UNREADABLE", "DATE_UNREADABLE", "TYPE_UNKNOWN", "VALUE_UNREADABLE"]
    assert sorted(codes(small(row))) == expected


def test_what_is_unknown_is_counted_with_its_line() -> None:
    file = small(more='<title/><title/><x:q xmlns:x="urn:x"/><percentage/>')
    unread = {t.name: (t.not_represented, t.lines) for t in file.elements if t.not_represented}
    assert unread == {
        "activity/title": (1, (2,)),
        "activity/{urn:x}q": (1, (2,)),
        "activity/percentage": (1, (2,)),
    }


def test_doubtful_details_are_reported_and_taken() -> None:
    more = (
        '<activity-status code="99"/><activity-date type="9" iso-date="2020-01-01"/><sector code="1" percentage="101"/>'
        '<sector/><budget><period-start iso-date="2020-01-01"/><value value-date="2020-01-01">1</value></budget>'
        '<planned-disbursement><value>1</value></planned-disbursement><participating-org role="7" ref="Q"/>'
    )
    expected = {"STATUS_UNKNOWN", "DATE_TYPE_UNKNOWN", "PERCENTAGE_UNREADABLE", "CODE_MISSING", "PERIOD_UNREADABLE"}
    file = small(more=more)
    assert set(codes(file)) == {*expected, "ROLE_UNKNOWN"}
    assert [o.ref for o in file.activities[0].participants] == ["Q"]


@pytest.mark.parametrize("shell", ["<result><ok>True</ok><iati-activities>{}</iati-activities></result>", "{}"])
def test_a_datastores_wrapping_is_opened(shell: str) -> None:
    inner = "<iati-activity><iati-identifier>A</iati-identifier></iati-activity>"
    file = read_iati(shell.format(inner).encode(), "wrapped.xml")
    assert [a.identifier for a in file.activities] == ["A"]
    assert codes(file) == ["REPORTER_MISSING"]


def test_an_activity_without_any_identifier_is_known_by_its_place() -> None:
    activity = read_iati(b"<iati-activities><iati-activity/></iati-activities>", "x").activities[0]
    assert activity.identifier_source == "position"
    assert activity.identifier.endswith("#/iati-activity[1]")


BOMB = b'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><iati-activities>&b;</iati-activities>'
HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "FILE_EMPTY"),
    "blank": (b"\xef\xbb\xbf \n", "FILE_EMPTY"),
    "csv": (b"a,b\n1,2\n", "NOT_XML"),
    "zip": (b"PK\x03\x04\x00", "NOT_XML"),
    "nul": (b"<iati-activities>\x00</iati-activities>", "NUL_BYTES"),
    "bomb": (BOMB, "XML_ENTITIES"),
    "external": (b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>', "XML_ENTITIES"),
    "doctype": (b'<!DOCTYPE r SYSTEM "http://example.org/x.dtd"><iati-activities/>', "XML_DOCTYPE"),
    "truncated": (b"<iati-activities><iati-activity>", "XML_TRUNCATED"),
    "crossed": (b"<iati-activities></iati-activity>", "XML_NOT_WELL_FORMED"),
    "ampersand": (b"<iati-activities>a & b</iati-activities>", "XML_NOT_WELL_FORMED"),
    "latin": (b"<iati-activities>\xe9t\xe9</iati-activities>", "XML_ENCODING"),
    "klingon": (b'<?xml version="1.0" encoding="klingon"?><iati-activities/>', "XML_ENCODING"),
    "false gbk": (b'<?xml version="1.0" encoding="gbk"?><iati-activities>\xff</iati-activities>', "XML_ENCODING"),
    "million attributes": (b"<r " + b" ".join(b'a%d="1"' % i for i in range(1_000_000)) + b"/>", "XML_TAG_TOO_LONG"),
    "many attributes": (
        b"<iati-activities " + b" ".join(b'a%d="1"' % i for i in range(300)) + b"/>",
        "XML_TOO_MANY_ATTRIBUTES",
    ),
    "deep": (b"<iati-activities>" + b"<b>" * 100_000, "XML_TOO_DEEP"),
    "long text": (b"<iati-activity><title>" + b"x" * 2_000_000, "XML_TEXT_TOO_LONG"),
    "long comment": (b"<iati-activities><!--" + b"x" * 2_000_000, "XML_TAG_TOO_LONG"),
    "html": (b"<html><body/></html>", "IATI_OTHER_DOCUMENT"),
    "a later generation": (
        b'<iati-activities version="3.0"><iati-activity/></iati-activities>',
        "IATI_VERSION_UNKNOWN",
    ),
    "organisations": (b'<iati-organisations version="2.03"/>', "IATI_ORGANISATIONS_FILE"),
    "nothing": (b'<iati-activities version="2.03"/>', "IATI_NO_ACTIVITIES"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_file_that_cannot_be_read_is_refused_by_name(case: str) -> None:
    data, code = HOSTILE[case]
    with pytest.raises(FileRejected) as caught:
        read_iati(data, case)
    assert caught.value.code == code
    assert caught.value.message


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(file_bytes=10), "FILE_TOO_LARGE"),
        (Limits(elements=5), "XML_TOO_MANY_ELEMENTS"),
        (Limits(subtree_elements=5), "XML_TOO_MANY_ELEMENTS"),
    ],
)
def test_size_is_limited(limits: Limits, code: str) -> None:
    data = b"<iati-activities><iati-activity>" + b"<a/>" * 9 + b"</iati-activity></iati-activities>"
    with pytest.raises(FileRejected) as caught:
        read_iati(data, "many", limits=limits)
    assert caught.value.code == code


def test_chinese_encodings_and_early_blank_lines() -> None:
    inner = "<iati-activity><title>明账</title></iati-activity>"
    text = f'\n\n<?xml version="1.0" encoding="GBK"?>\n<iati-activities>{inner}</iati-activities>'
    activity = read_iati(text.encode("gbk"), "gbk").activities[0]
    assert (best(activity.titles), activity.source.line) == ("明账", 4)
