"""What every object that has an id shares, and the pages that lists are read in."""

import strawberry


@strawberry.interface
class Node:
    """An object that can be fetched again by its id."""

    id: strawberry.ID
    """Opaque, typed, unique over all journals."""


@strawberry.type
class PageInfo:
    """Where a page lies in its list."""

    has_next_page: bool
    """Whether rows follow the page."""
    has_previous_page: bool
    """Whether rows come before the page."""
    start_cursor: str | None
    """The cursor of the first row."""
    end_cursor: str | None
    """The cursor of the last row."""
