"""Restrictions (限定用途): what donated money may be used for, in six dimensions.

Purpose codes, a region's subtree, a project, beneficiary categories, a period, and a fee cap.
Money under restriction R may move only to an account whose restriction is as narrow or narrower,
or to a use that satisfies R in every dimension.  `None` stands for unrestricted money.

- purpose: a code of the focus areas' list, `AREA` or `AREA.SUB`; an area covers its sub-activities;
- region: (code, edition), covering its subtree; - project: one project;
- category: the beneficiary category relied on (建档立卡贫困户, …), one of those named;
- period: the entry's effective date lies in [from, until];
- fee cap: basis points of what came from outside; narrower means no higher.  Absent means none.

One term more: whether the money may be invested (慈善法 55).  It may not, unless the restriction permits it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.accounts import UNDETERMINED
from ledger.regions import Regions

BASIS_POINTS = 10_000
PERMITTED = "permitted"
"""The term under which restricted money may be invested."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """The terms of one restriction; an empty tuple or None leaves that dimension free."""

    id: str
    organization: str
    purposes: tuple[str, ...] = ()
    region: str | None = None
    project: str | None = None
    categories: tuple[str, ...] = ()
    valid_from: str | None = None
    valid_until: str | None = None
    fee_cap: int | None = None
    position: int = 0
    investment: str | None = None


@dataclass(frozen=True, slots=True)
class Violation:
    """The first dimension in which money would leave its restriction."""

    dimension: str
    allowed: str
    asked: str

    def facts(self) -> dict[str, str]:
        """As the facts of `RESTRICTION_VIOLATED`."""
        return {"dimension": self.dimension, "allowed": self.allowed, "asked": self.asked}


def restriction_of(data: Mapping[str, Any], organization: str, position: int) -> Restriction:
    """The restriction that a `restriction_declared` entry's data declares."""
    return Restriction(
        data["restriction"], organization, tuple(data["purposes"]), data.get("region"), data.get("project"),
        tuple(data["categories"]), data.get("from"), data.get("until"), data.get("feeCap"), position,
        data.get("investment"),
    )  # fmt: skip


def covers(allowed: tuple[str, ...], purpose: str) -> bool:
    """Whether one of the allowed codes is the purpose or the area it belongs to."""
    return any(purpose == code or purpose.startswith(f"{code}.") for code in allowed)


def wider_than(inner: Restriction | None, outer: Restriction | None, regions: Regions) -> Violation | None:
    """The first dimension in which `inner` is wider than `outer`; None if it is as narrow or narrower."""
    if outer is None or (inner is not None and inner.id == outer.id):
        return None
    if inner is None:
        return Violation("restriction", outer.id, "unrestricted")
    if UNDETERMINED in (inner.id, outer.id):
        return Violation("restriction", outer.id, inner.id)
    return (
        _purposes(inner, outer) or _region(inner.region, outer, regions) or _project(inner.project, outer)
        or _categories(inner, outer) or _period(inner, outer) or _fee_cap(inner, outer) or _investment(inner, outer)
    )  # fmt: skip


def breaks(
    restriction: Restriction | None, use: Mapping[str, str], effective: str, regions: Regions
) -> Violation | None:
    """The first dimension in which spending with `use` on `effective` breaks `restriction`."""
    if restriction is None:
        return None
    if restriction.id == UNDETERMINED:
        return Violation("restriction", UNDETERMINED, "spending")
    purpose, category = use.get("purpose"), use.get("category")
    if restriction.purposes and not (purpose and covers(restriction.purposes, purpose)):
        return Violation("purpose", ",".join(restriction.purposes), purpose or "none")
    if violation := _region(use.get("region"), restriction, regions):
        return violation
    if violation := _project(use.get("project"), restriction):
        return violation
    if restriction.categories and category not in restriction.categories:
        return Violation("category", ",".join(restriction.categories), category or "none")
    if use.get("cost") in ("management", "fundraising"):
        return Violation("cost", "charitable activity", str(use["cost"]))
    return _moment(restriction, effective)


def _purposes(inner: Restriction, outer: Restriction) -> Violation | None:
    if not outer.purposes:
        return None
    if not inner.purposes:
        return Violation("purpose", ",".join(outer.purposes), "any")
    wide = [code for code in inner.purposes if not covers(outer.purposes, code)]
    return Violation("purpose", ",".join(outer.purposes), wide[0]) if wide else None


def _region(asked: str | None, outer: Restriction, regions: Regions) -> Violation | None:
    if outer.region is None or (asked is not None and regions.within(asked, outer.region)):
        return None
    return Violation("region", outer.region, asked or "any")


def _project(asked: str | None, outer: Restriction) -> Violation | None:
    if outer.project is None or asked == outer.project:
        return None
    return Violation("project", outer.project, asked or "any")


def _categories(inner: Restriction, outer: Restriction) -> Violation | None:
    if not outer.categories:
        return None
    wide = [c for c in inner.categories if c not in outer.categories] if inner.categories else ["any"]
    return Violation("category", ",".join(outer.categories), wide[0]) if wide else None


def _period(inner: Restriction, outer: Restriction) -> Violation | None:
    if outer.valid_from and (inner.valid_from is None or inner.valid_from < outer.valid_from):
        return Violation("period", f"from {outer.valid_from}", inner.valid_from or "any")
    if outer.valid_until and (inner.valid_until is None or inner.valid_until > outer.valid_until):
        return Violation("period", f"until {outer.valid_until}", inner.valid_until or "any")
    return None


def _moment(restriction: Restriction, effective: str) -> Violation | None:
    if restriction.valid_from and effective < restriction.valid_from:
        return Violation("period", f"from {restriction.valid_from}", effective)
    if restriction.valid_until and effective > restriction.valid_until:
        return Violation("period", f"until {restriction.valid_until}", effective)
    return None


def _fee_cap(inner: Restriction, outer: Restriction) -> Violation | None:
    if (inner.fee_cap or 0) <= (outer.fee_cap or 0):
        return None
    return Violation("feeCap", str(outer.fee_cap or 0), str(inner.fee_cap or 0))


def _investment(inner: Restriction, outer: Restriction) -> Violation | None:
    if inner.investment != PERMITTED or outer.investment == PERMITTED:
        return None
    return Violation("investment", outer.investment or "barred", PERMITTED)
