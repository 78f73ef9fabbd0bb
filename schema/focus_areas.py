"""Focus areas and sub-activities (notice, part 3)."""

from datetime import date

import strawberry

from schema.nodes import Node
from schema.relations import connection, listed, one
from schema.roots import AS_OF, by_key, every


@strawberry.type
class FocusArea(Node):
    """A focus area, or a sub-activity of one, of a dated codelist."""

    code: str
    """Its code."""
    edition: str
    """The edition of the codelist."""
    name: str
    """Its name in Chinese."""
    name_en: str
    """Its name in English."""
    parent_code: str | None
    """The focus area's code, for a sub-activity."""
    valid_from: date
    """The first day on which it may be used."""
    valid_until: date | None
    """The last day on which it may be used."""
    parent = one("FocusArea")
    """The focus area of a sub-activity."""
    sub_activities = listed("FocusArea")
    """The sub-activities of a focus area."""


@strawberry.input(one_of=True)
class FocusAreaRef:
    """Names a focus area, by id or by its code on the date asked for."""

    id: strawberry.ID | None = strawberry.UNSET
    """Its global id."""
    code: str | None = strawberry.UNSET
    """Its code."""


@strawberry.type
class FocusAreaQueries:
    """Focus areas."""

    focus_area = one("FocusArea", arguments={"by": (FocusAreaRef, "Which one."), "on": AS_OF}, root=by_key("FocusArea"))
    """A focus area or sub-activity by its code as of a date (today by default), or by id."""
    focus_areas = connection("FocusArea", more={"on": AS_OF}, root=every("FocusArea"))
    """The focus areas and sub-activities that held on a date, today by default."""
