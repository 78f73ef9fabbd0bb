"""A `transaction` element, and the amounts of budgets, as values.

A transaction without a readable amount, currency, date or type is set aside
with its problem; what else is wrong with it is reported and it is taken.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from resolvers import iati_codes as codes
from resolvers.iati_amounts import Amount, UnreadableAmount, read_amount
from resolvers.iati_reading import Reading, each
from resolvers.iati_values import DateSource, Organization, Transaction
from resolvers.xml_files import Node

PREFIX: Final = "transaction/"
_READ: Final = frozenset(
    {
        "transaction-type",
        "transaction-date",
        "value",
        "description",
        "provider-org",
        "receiver-org",
        "disbursement-channel",
        "sector",
        "recipient-country",
        "recipient-region",
        "flow-type",
        "finance-type",
        "aid-type",
        "tied-status",
    },
)
_PARTIES: Final = frozenset({"provider-org", "receiver-org"})
_COUNTED_ELSEWHERE: Final = frozenset({"sector", "recipient-country", "recipient-region"})


@dataclass(frozen=True, slots=True)
class Defaults:
    """What an activity says for all its transactions, and which date is the effective one."""

    currency: str
    flow_type: str
    finance_type: str
    aid_types: tuple[str, ...]
    tied_status: str
    prefer: DateSource


def read_transaction(
    reading: Reading,
    node: Node,
    path: str,
    ordinal: int,
    defaults: Defaults,
) -> Transaction | None:
    """Read one transaction, or report why it is set aside."""
    _count_children(reading, node)
    source = reading.source(node, path)
    amount = amount_of(reading, node, path, defaults.currency)
    kind = _type(reading, node, path)
    made, valued = _dates(reading, node, path)
    date, date_source = _effective(made, valued, defaults.prefer)
    if date is None:
        reading.report("DATE_MISSING", source)
    provider = _party(reading, node, path, "provider-org")
    receiver = _party(reading, node, path, "receiver-org")
    sectors = each(reading, node, "sector", PREFIX, path, reading.share)
    countries = each(reading, node, "recipient-country", PREFIX, path, reading.share)
    regions = each(reading, node, "recipient-region", PREFIX, path, reading.share)
    if amount is None or kind is None or date is None:
        return None
    if made is not None and valued is not None and made != valued:
        reading.report("DATES_DIFFER", source, f"transaction-date {made}, value-date {valued}")
    aids = tuple(_code(aid) for aid in node.all("aid-type") if _code(aid))
    return Transaction(
        type=kind,
        ref=node.get("ref"),
        date=date,
        date_source=date_source,
        transaction_date=made,
        value_date=valued,
        amount=amount,
        descriptions=reading.texts(node.first("description")),
        provider=provider,
        receiver=receiver,
        sectors=sectors,
        countries=countries,
        regions=regions,
        channel=_code(node.first("disbursement-channel")),
        flow_type=_code(node.first("flow-type")) or defaults.flow_type,
        finance_type=_code(node.first("finance-type")) or defaults.finance_type,
        aid_types=aids or defaults.aid_types,
        tied_status=_code(node.first("tied-status")) or defaults.tied_status,
        humanitarian=codes.boolean(node.get("humanitarian")),
        ordinal=ordinal,
        source=source,
    )


def amount_of(reading: Reading, node: Node, path: str, default_currency: str) -> Amount | None:
    """Read the `value` of an element, or report why it is set aside."""
    value = node.first("value")
    place = reading.source(value or node, f"{path}/value" if value else path)
    text = value.text.strip() if value else ""
    currency = (value.get("currency") if value else "") or default_currency
    try:
        return read_amount(text, currency)
    except UnreadableAmount as error:
        reading.report(error.code, place, f"{text} {currency}".strip())
        return None


def _type(reading: Reading, node: Node, path: str) -> int | None:
    """Read the kind: code, else text, else the attribute of version 1.0."""
    element = node.first("transaction-type")
    written = [element.get("code"), element.text] if element else []
    written.append(node.get("type"))
    kind = codes.transaction_type(*written)
    if kind is None:
        reading.report("TYPE_UNKNOWN", reading.source(element or node, path), " ".join(written).strip())
    return kind


def _dates(reading: Reading, node: Node, path: str) -> tuple[dt.date | None, dt.date | None]:
    """Read the day of the transaction and the day of its value."""
    made = node.first("transaction-date")
    # In version 1 the element's text is prose ("Total commitment to ..."), once it has the attribute.
    return (
        reading.date(made, "iso-date", f"{path}/transaction-date"),
        reading.date(node.first("value"), "value-date", f"{path}/value"),
    )


def _effective(made: dt.date | None, valued: dt.date | None, prefer: DateSource) -> tuple[dt.date | None, DateSource]:
    """Choose the effective date: the preferred one, else the other."""
    if prefer == "value-date":
        return (valued, "value-date") if valued else (made, "transaction-date")
    return (made, "transaction-date") if made else (valued, "value-date")


def _party(reading: Reading, node: Node, path: str, tag: str) -> Organization | None:
    """Read the provider or receiver; an element that names nobody and no activity is nobody."""
    element = node.first(tag)
    if element is None:
        return None
    party = reading.organization(element, f"{path}/{tag}")
    if party.ref or party.names or party.activity:
        reading.read(PREFIX + tag)
        return party
    reading.report("ORGANIZATION_EMPTY", party.source)
    reading.set_aside(PREFIX + tag, element.line)
    return None


def _code(node: Node | None) -> str:
    return node.get("code") if node else ""


def _count_children(reading: Reading, node: Node) -> None:
    """Count every child once: read here, by `each`, or not at all."""
    seen: set[str] = set()
    for child in node.children:
        if child.tag in _COUNTED_ELSEWHERE:
            continue
        again = child.tag in seen and child.tag != "aid-type"
        if child.tag in _READ and not again:
            if child.tag not in _PARTIES:
                reading.read(PREFIX + child.tag)
        else:
            reason = "only the first is read" if again else codes.UNKNOWN_ELEMENT
            reading.skip(PREFIX + child.tag, reason, [child.line])
        seen.add(child.tag)
