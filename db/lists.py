"""A list that is asked for: its rows, its total order, its page, and what they answer with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from db.expressions import Term, opaque
from db.filters import Page, cursor_values
from db.plans import Filter, Journal, Noun

Base = Callable[[str], list[str]]
"""The conditions that make a row belong to a list, for its alias."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that is asked for: its rows, its total order, and the page of it."""

    noun: Noun
    base: Base
    match: Filter
    terms: list[Term]
    page: Page
    signature: str
    alias: str

    @property
    def reading(self) -> list[Term]:
        """The order in which the page is picked: backward from its end."""
        return [term.flipped() for term in self.terms] if self.page.backward else self.terms

    def cursor(self, text: str, argument: str) -> tuple[object, ...]:
        """The values of a cursor of this list."""
        return cursor_values(text, self.signature, self.terms, argument)

    def cursor_text(self) -> str:
        """The cursor of a row of the page."""
        values = "".join(f", {term.cursor_text(self.alias)}" for term in self.terms)
        return opaque(f"json_build_array('{self.signature}'{values})::text")

    def gathered(self, item: str) -> str:
        """The objects of the page in the list's order; the extra row is not built."""
        order = f"{self.alias}.at_ desc" if self.page.backward else f"{self.alias}.at_"
        kept = f"filter (where {self.alias}.at_ <= {self.page.size})"
        return f"coalesce(json_agg({item} order by {order}) {kept}, '[]'::json)"

    def end_cursor(self, *, first: bool) -> str:
        """The cursor of the first or the last row of the page."""
        order = f"{self.alias}.at_ desc" if self.page.backward == first else f"{self.alias}.at_"
        kept = f"filter (where {self.alias}.at_ <= {self.page.size})"
        return f"(array_agg({self.cursor_text()} order by {order}) {kept})[1]"


def signature(journal: Journal, noun: Noun, terms: Sequence[Term]) -> str:
    """Which list in which order: a cursor of another one is refused."""
    order = ",".join(f"{term.column.name}{'-' if term.descending else '+'}" for term in terms)
    return f"{journal.name}/{noun.name}/{order}"
