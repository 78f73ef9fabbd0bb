"""What the slow twin knows without a database: tables, names, policy's refusals, comparisons, pages."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from resolvers.context import Principal, Role

TODAY = date(2020, 2, 1)
Raw = dict[str, Any]

TABLES = {
    "Organization": ("organization", ["id"]), "Project": ("project", ["id"]), "Region": ("region", ["edition", "code"]),
    "Beneficiary": ("beneficiary", ["id"]), "Account": ("account", ["id"]), "Restriction": ("restriction", ["id"]),
    "Entry": ("entry", ["position"]), "Posting": ("posting", ["position", "book", "n"]),
    "Checkpoint": ("checkpoint", ["size"]), "ImportBatch": ("import_batch", ["id"]),
    "ImportDecision": ("import_decision", ["position"]), "Evidence": ("evidence", ["id"]),
    "Delivery": ("delivery", ["id"]), "FocusArea": ("focus_area", ["edition", "code"]),
    "StatementLine": ("", ["seq"]), "RecordVersion": ("record", ["noun", "id", "version"]),
    "ImportRow": ("import_row", ["batch", "row_number"]),
    "Memorandum": ("memorandum", ["id"]), "Agreement": ("agreement", ["id"]), "Fact": ("fact", ["id"]),
    "RestrictionChange": ("restriction_change", ["position"]), "Hold": ("hold", ["position"]),
    "Period": ("period", ["position"]),
}  # fmt: skip
"""Where each listed type lives, and its key."""
COLUMNS = {
    "key": "id", "regionCode": "region", "organizationKey": "organization", "projectKey": "project",
    "restrictionKey": "restriction", "assetKey": "asset", "subjectPosition": "subject", "parentCode": "parent",
    "breachCount": "breaches", "sequence": "seq", "otherKey": "other", "units": "amount", "fromKey": "from_account",
    "toKey": "to_account", "resolvedPosition": "resolved",
    "governmentPosition": "government", "recipientKey": "recipient",
    "targetKey": "target", "partnerKey": "partner", "accountKey": "account", "correctionPosition": "correction",
}  # fmt: skip
"""Fields whose column has another name."""
ENUMS = {"EntryKind", "Mode", "EntryState", "Book", "AccountStatus", "Flow", "AssetKind", "DecisionState",
         "MemorandumKind", "MemorandumState", "MemorandumStepKind", "FactKind", "HoldState"}  # fmt: skip
DEFAULTS = {
    "projects": None, "Organization.projects": "code", "Organization.entries": "position", "history": "version",
    "statement": "sequence", "children": "code", "regions": "code", "focusAreas": "code", "entries": "position",
    "checkpoints": "size", "importDecisions": "position", "decisions": "position", "rows": "number",
    "restrictionChanges": "position", "changes": "position", "holds": "position", "periods": "position",
}  # fmt: skip
"""The order of a list that is asked for without one."""
HARMLESS = {
    "snapshot", "attestation",
    "journal_opened", "key_rotated", "reference_loaded", "account_opened", "restriction_declared", "goods_declared",
    "import_opened", "import_closed", "donation", "gift_in_kind", "restriction_changed", "restriction_released",
    "plan_filed", "report_filed", "publication_filed", "draw_committed", "inspection_draw",
}  # fmt: skip
PUBLIC_NEVER = {
    "Beneficiary", "BeneficiaryCategory", "Evidence", "Delivery", "ImportBatch", "ImportRow", "ImportDecision",
    "Memorandum", "MemorandumStep", "Agreement", "AgreementMilestone", "Hold", "HeldMove",
}  # fmt: skip
PARTS = {"BeneficiaryCategory", "MemorandumStep", "AgreementMilestone", "HeldMove"}
"""Types that are seen wherever what they are part of is seen."""
PUBLIC_FIELDS_NEVER = {"Entry.breaches", "Entry.actor", "Entry.command", "Posting.category"}
COMPUTED = {
    "inclusionProof", "consistencyProof", "traceDonation", "traceDisbursement", "disclosure", "verifyLedger",
    "apiTokens", "trace", "traceAgain", "compareMethods", "whoFunded", "unspent", "restrictedCover", "paths",
    "proposals", "refusedCommands", "webhooks",
}  # fmt: skip
"""Roots that Python computes, each with its own slow twin; the planner does not answer them."""
SUPERVISOR_FIELDS_NEVER = {"Entry.command"}


def refused(principal: Principal, kind: str, field: str, target: str) -> bool:
    """Whether asking for a field is refused whatever the rows."""
    path = f"{kind}.{field}"
    if principal.role is Role.PUBLIC:
        target = target.removesuffix("Connection")
        return path in PUBLIC_FIELDS_NEVER or kind in PUBLIC_NEVER or target in PUBLIC_NEVER
    return principal.role is Role.SUPERVISOR and path in SUPERVISOR_FIELDS_NEVER


@dataclass
class Thing:
    """An object of the contract: its type, and what it is made from."""

    kind: str
    row: Raw


def snake(name: str) -> str:
    """`nameEn` as `name_en`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def camel(name: str) -> str:
    """`NAME_EN` as `nameEn`."""
    first, *rest = name.lower().split("_")
    return first + "".join(part.title() for part in rest)


def opaque(text: str) -> str:
    """Unpadded base64url."""
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def text_of(value: object) -> str | None:
    """A value as cursors write it."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return None if value is None else str(value)


def in_force(found: list[Thing], on: str | None) -> list[Thing]:
    """The rows of a codelist that hold on a date."""
    day = date.fromisoformat(on) if on else TODAY
    begun = [thing for thing in found if thing.row["valid_from"] <= day]
    newest = max(((thing.row["valid_from"], thing.row["edition"]) for thing in begun), default=(None, None))[1]
    return [thing for thing in begun if thing.row["edition"] == newest and during(thing.row, day)]


def during(row: Raw, day: date) -> bool:
    """Whether a dated row holds on a day."""
    return row["valid_from"] <= day and (row.get("valid_until") is None or day <= row["valid_until"])


def compare(operator: str, own: Any, given: Any, *, enum: bool) -> bool:  # noqa: ANN401 - values of any type
    def read(text: Any) -> Any:  # noqa: ANN401 - values of any type
        if isinstance(own, datetime):
            return datetime.fromisoformat(text)
        if isinstance(own, date):
            return date.fromisoformat(text)
        if isinstance(own, int):
            return int(text)
        return text.lower() if enum and isinstance(text, str) and text.isupper() else text

    if operator == "ne":
        return own is None or own != read(given)
    if own is None:
        return False
    tests: dict[str, Callable[[], bool]] = {
        "eq": lambda: own == read(given),
        "in": lambda: own in [read(item) for item in given],
        "lt": lambda: own < read(given),
        "lte": lambda: own <= read(given),
        "gt": lambda: own > read(given),
        "gte": lambda: own >= read(given),
        "startsWith": lambda: own.startswith(given),
        "contains": lambda: given in own,
    }
    return tests[operator]()


def sortable(value: Any) -> Any:  # noqa: ANN401 - values of any type
    return (value is None, value if value is not None else 0)


def part(edges: list[Raw], arguments: Mapping[str, Any]) -> Raw:
    """The page of a list."""
    total = len(edges)
    cursors = [edge["cursor"] for edge in edges]
    low = cursors.index(arguments["after"]) + 1 if arguments.get("after") else 0
    high = cursors.index(arguments["before"]) if arguments.get("before") else total
    bounded = edges[low:high] if low <= high else []
    first, last = arguments.get("first"), arguments.get("last")
    picked = bounded[:first] if first is not None else bounded[max(len(bounded) - (last or 0), 0) :] if last else []
    more = len(bounded) > len(picked)
    info = {
        "hasNextPage": (first is not None and more) or high < total,
        "hasPreviousPage": (last is not None and more) or low > 0,
        "startCursor": picked[0]["cursor"] if picked else None,
        "endCursor": picked[-1]["cursor"] if picked else None,
    }
    return {"edges": picked, "nodes": [edge["node"] for edge in picked], "pageInfo": info, "totalCount": total}
