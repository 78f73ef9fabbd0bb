"""An `iati-activity` element as a value, with its budgets and transactions."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Final, Literal

from resolvers import iati_codes as codes
from resolvers.iati_reading import LANGUAGE, Reading, Value, each, tidy
from resolvers.iati_transactions import Defaults, amount_of, read_transaction
from resolvers.iati_values import (
    Activity,
    Budget,
    DateSource,
    Identifier,
    Location,
    Organization,
    PlannedDisbursement,
    RelatedActivity,
    Texts,
    Transaction,
)
from resolvers.xml_files import Node

_ONCE: Final = frozenset(
    {
        "iati-identifier",
        "reporting-org",
        "title",
        "activity-status",
        "activity-scope",
        "collaboration-type",
        "default-flow-type",
        "default-finance-type",
        "default-tied-status",
    },
)
_REPEATED: Final = frozenset({"description", "default-aid-type", "other-identifier", "related-activity"})
_BY_EACH: Final = frozenset(
    {
        "participating-org",
        "sector",
        "recipient-country",
        "recipient-region",
        "location",
        "activity-date",
        "budget",
        "planned-disbursement",
        "transaction",
    },
)
_ON_THE_ACTIVITY: Final = "activity/"
_IdentifierSource = Literal["iati-identifier", "other-identifier", "position"]


def read_activity(reading: Reading, node: Node, path: str, *, file_version: str, prefer: DateSource) -> Activity:
    """Read one activity with everything that this module's values can hold; the rest is counted."""
    reading.language = node.get(LANGUAGE)
    _count_children(reading, node)
    identifier, identifier_source = _identify(reading, node, path)
    defaults = _defaults(node, prefer)

    def several(tag: str, read: Callable[[Node, str], Value | None]) -> tuple[Value, ...]:
        return each(reading, node, tag, _ON_THE_ACTIVITY, path, read)

    return Activity(
        identifier=identifier,
        identifier_source=identifier_source,
        version=_version(node) or file_version,
        titles=_texts(reading, node, "title"),
        descriptions=_texts(reading, node, "description"),
        status=_status(reading, node, path),
        reporter=_reporter(reading, node, path),
        participants=several("participating-org", partial(_participant, reading)),
        sectors=several("sector", reading.share),
        countries=several("recipient-country", reading.share),
        regions=several("recipient-region", reading.share),
        locations=several("location", partial(_location, reading)),
        dates=several("activity-date", partial(_date, reading)),
        default_currency=defaults.currency,
        default_language=reading.language,
        hierarchy=node.get("hierarchy"),
        humanitarian=codes.boolean(node.get("humanitarian")),
        scope=_code(node, "activity-scope"),
        collaboration_type=_code(node, "collaboration-type"),
        last_updated=node.get("last-updated-datetime"),
        other_identifiers=tuple(_other(reading, other) for other in node.all("other-identifier")),
        related=tuple(RelatedActivity(tidy(r.get("ref")), r.get("type")) for r in node.all("related-activity")),
        budgets=several("budget", partial(_budget, reading, defaults.currency)),
        planned_disbursements=several("planned-disbursement", partial(_planned, reading, defaults.currency)),
        transactions=several("transaction", _transactions(reading, defaults)),
        digest=node.digest(),
        source=reading.source(node, path),
    )


def _count_children(reading: Reading, node: Node) -> None:
    """Count every child once: read here, by `each`, or not at all."""
    seen: set[str] = set()
    for child in node.children:
        name = _ON_THE_ACTIVITY + child.tag
        if child.tag in _REPEATED or (child.tag in _ONCE and child.tag not in seen):
            reading.read(name)
        elif child.tag in _ONCE:
            reading.skip(name, "only the first is read", [child.line])
        elif child.tag not in _BY_EACH:
            reason = codes.NOT_REPRESENTED.get(child.tag, codes.UNKNOWN_ELEMENT)
            reading.skip(name, reason, [child.line])
        seen.add(child.tag)


def _version(node: Node) -> str:
    """Return the version that a datastore copied onto the activity, in whichever namespace."""
    return next((v.strip() for k, v in node.attributes.items() if k.rpartition("}")[2] == "version"), "")


def _identify(reading: Reading, node: Node, path: str) -> tuple[str, _IdentifierSource]:
    """Return an identifier that is never empty: the standard's, another one, or the place in the file."""
    element = node.first("iati-identifier")
    standard = tidy(element.text) if element else ""
    if standard:
        return standard, "iati-identifier"
    source = reading.source(node, path)
    reading.report("IDENTIFIER_MISSING", source)
    for other in node.all("other-identifier"):
        written = _other(reading, other)
        if written.ref:
            owner = f"{written.owner}:" if written.owner else ""
            return f"{owner}{written.ref}", "other-identifier"
    return f"sha256:{reading.sha256}#{path}", "position"


def _other(reading: Reading, node: Node) -> Identifier:
    """Read another identifier, as attributes (version 2) or as text (version 1)."""
    owner = node.first("owner-org")
    names = reading.texts(owner)
    by_owner = (owner.get("ref") if owner else "") or node.get("owner-ref") or node.get("owner-name")
    return Identifier(
        ref=tidy(node.get("ref") or node.text),
        type=node.get("type"),
        owner=by_owner or (names[0].text if names else ""),
    )


def _defaults(node: Node, prefer: DateSource) -> Defaults:
    aids = tuple(aid.get("code") for aid in node.all("default-aid-type") if aid.get("code"))
    return Defaults(
        currency=node.get("default-currency"),
        flow_type=_code(node, "default-flow-type"),
        finance_type=_code(node, "default-finance-type"),
        aid_types=aids,
        tied_status=_code(node, "default-tied-status"),
        prefer=prefer,
    )


def _code(node: Node, tag: str) -> str:
    child = node.first(tag)
    return child.get("code") if child else ""


def _texts(reading: Reading, node: Node, tag: str) -> Texts:
    return tuple(text for child in node.all(tag) for text in reading.texts(child))


def _status(reading: Reading, node: Node, path: str) -> int | None:
    """Read the status from its code or its word."""
    element = node.first("activity-status")
    if element is None:
        return None
    status = codes.status(element.get("code"), element.text)
    if status is None:
        reading.report("STATUS_UNKNOWN", reading.source(element, f"{path}/activity-status"), element.get("code"))
    return status


def _reporter(reading: Reading, node: Node, path: str) -> Organization | None:
    """Read who publishes the activity."""
    element = node.first("reporting-org")
    reporter = reading.organization(element, f"{path}/reporting-org") if element else None
    if reporter is None or not (reporter.ref or reporter.names):
        reading.report("REPORTER_MISSING", reading.source(element or node, path))
        return None
    return reporter


def _participant(reading: Reading, node: Node, path: str) -> Organization | None:
    """Read a participating organization with its role in words and in numbers."""
    word = node.get("role")
    role = codes.role(word)
    participant = reading.organization(node, path, role_word=word, role=role)
    if not (participant.ref or participant.names):
        reading.report("ORGANIZATION_EMPTY", participant.source)
        return None
    if role is None:
        reading.report("ROLE_UNKNOWN", participant.source, word)
    return participant


def _location(reading: Reading, node: Node, path: str) -> Location:
    """Read a place: names, position and administrative divisions."""
    point = node.first("point")
    position = point.first("pos") if point else None
    older = node.first("coordinates")
    latitude_longitude = f"{older.get('latitude')} {older.get('longitude')}" if older else ""
    divisions = (*node.all("administrative"), *node.all("location-id"))
    return Location(
        ref=node.get("ref"),
        names=reading.texts(node.first("name")),
        position=tidy(position.text) if position else latitude_longitude.strip(),
        administrative=tuple((d.get("vocabulary"), d.get("level"), d.get("code")) for d in divisions),
        source=reading.source(node, path),
    )


def _date(reading: Reading, node: Node, path: str) -> tuple[int, dt.date] | None:
    """Read one of the activity's dates; None, reported, when kind or day is not understood."""
    kind = codes.date_type(node.get("type"))
    if kind is None:
        reading.report("DATE_TYPE_UNKNOWN", reading.source(node, path), node.get("type"))
        return None
    day = reading.date(node, "iso-date", path)
    if day is None and not (node.get("iso-date") or node.text.strip()):
        reading.report("DATE_UNREADABLE", reading.source(node, path))
    return (kind, day) if day else None


def _period(reading: Reading, node: Node, path: str) -> tuple[dt.date | None, dt.date | None]:
    return (
        reading.date(node.first("period-start"), "iso-date", f"{path}/period-start"),
        reading.date(node.first("period-end"), "iso-date", f"{path}/period-end"),
    )


def _budget(reading: Reading, currency: str, node: Node, path: str) -> Budget | None:
    """Read a budget line; None, reported, without a whole period or an amount."""
    amount = amount_of(reading, node, path, currency)
    start, end = _period(reading, node, path)
    source = reading.source(node, path)
    if start is None or end is None:
        reading.report("PERIOD_UNREADABLE", source)
        return None
    return Budget(codes.budget_type(node.get("type")), start, end, amount, source) if amount else None


def _planned(reading: Reading, currency: str, node: Node, path: str) -> PlannedDisbursement | None:
    """Read a planned disbursement, which may have no end."""
    amount = amount_of(reading, node, path, currency)
    start, end = _period(reading, node, path)
    source = reading.source(node, path)
    if start is None:
        reading.report("PERIOD_UNREADABLE", source)
        return None
    if amount is None:
        return None
    provider, receiver = node.first("provider-org"), node.first("receiver-org")
    return PlannedDisbursement(
        start=start,
        end=end,
        amount=amount,
        provider=reading.organization(provider, f"{path}/provider-org") if provider else None,
        receiver=reading.organization(receiver, f"{path}/receiver-org") if receiver else None,
        source=source,
    )


def _transactions(reading: Reading, defaults: Defaults) -> Callable[[Node, str], Transaction | None]:
    """Return a reader that numbers the transactions of one activity."""
    ordinal = 0

    def read(node: Node, path: str) -> Transaction | None:
        nonlocal ordinal
        ordinal += 1
        return read_transaction(reading, node, path, ordinal, defaults)

    return read
