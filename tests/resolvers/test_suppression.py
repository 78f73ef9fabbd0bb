"""Small counts are withheld, and cannot be worked out from one line of what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from hypothesis import example, given, settings
from hypothesis import strategies as st

from resolvers.suppression import LEAST, TOTAL, Key, protected

TABLES = st.dictionaries(
    st.tuples(st.sampled_from(["a", "b", "c", None]), st.sampled_from(["x", "y", "z"])), st.integers(0, 12), max_size=12
)


def test_a_lone_small_count_takes_another_with_it() -> None:
    found = protected({("a", "x"): 3, ("a", "y"): 20, ("b", "x"): 30, ("b", "y"): 40})
    # Withheld: the small one, and one each in its row, its column, and the line that these two open.
    assert [found.of("a", "x"), found.of("a", "y"), found.of("b", "x"), found.of("b", "y")] == [None] * 4
    assert found.of(TOTAL, TOTAL) == 93


def test_nothing_is_withheld_without_a_reason() -> None:
    found = protected({("a", "x"): 5, ("b", "x"): 0})
    assert (found.of("a", "x"), found.of("b", "x"), found.of(TOTAL, TOTAL), found.of("c", "z")) == (5, 0, 5, 0)


def test_a_single_person_leaves_no_trace() -> None:
    assert set(protected({("a", "x"): 1}).shown.values()) == {None}


@given(TABLES)
def test_what_is_shown_is_true_and_never_small(table: dict[Key, int]) -> None:
    shown = protected(table).shown
    for key, count in table.items():
        assert shown[key] in (None, count)
    assert all(count is None or count == 0 or count >= LEAST for count in shown.values())


@given(TABLES)
def test_no_line_gives_a_count_away(table: dict[Key, int]) -> None:
    shown = protected(table).shown
    rows, columns = {key[0] for key in shown}, {key[1] for key in shown}
    lines = [[(row, column) for column in columns] for row in rows]
    lines += [[(row, column) for row in rows] for column in columns]
    for line in lines:
        hidden = [key for key in line if key in shown and shown[key] is None]
        assert len(hidden) != 1, line
        total = max(line, key=lambda key: sum(part is TOTAL for part in key))
        whole = shown[total]
        if hidden and whole is not None:
            rest = whole - sum(shown[key] or 0 for key in line if key in shown and key != total)
            assert rest >= LEAST


SMALL_TABLES = st.dictionaries(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(["x", "y"])), st.integers(1, 7), min_size=1, max_size=6
)


def agreeing(shown: Mapping[Key, int | None], cells: Sequence[Key], most: int) -> list[tuple[int, ...]]:
    """The slow twin: all counts from 1 to `most` of the cells that are withheld which agree with what is shown."""
    hidden = [key for key in cells if shown[key] is None]
    sums = []
    for (row, column), count in shown.items():
        if count is not None and (row is TOTAL or column is TOTAL):
            inside = [(r, c) for r, c in cells if row in (r, TOTAL) and column in (c, TOTAL)]
            open_ = sum(shown[key] or 0 for key in inside)
            sums.append(([n for n, key in enumerate(hidden) if key in inside], count - open_))
    return [
        counts
        for counts in product(range(1, most + 1), repeat=len(hidden))
        if all(sum(counts[n] for n in places) == left for places, left in sums)
    ]


@example({("a", "x"): 9, ("a", "z"): 5, ("b", "x"): 1, ("b", "y"): 1, ("b", "z"): 1})
@example({("a", "x"): 4, ("a", "y"): 3, ("a", "z"): 12, ("b", "z"): 9, ("c", "x"): 3, ("c", "z"): 9})
@given(SMALL_TABLES)
@settings(max_examples=40, deadline=None)
def test_the_whole_table_does_not_tell_that_a_count_is_small(table: dict[Key, int]) -> None:
    shown = protected(table).shown
    cells = sorted(table, key=repr)
    if sum(shown[key] is None for key in cells) > 4:
        return  # the twin is too slow for more
    hidden = [key for key in cells if shown[key] is None]
    found = agreeing(shown, cells, 12)
    assert tuple(table[key] for key in hidden) in found
    for n, key in enumerate(hidden):
        if table[key] < LEAST:
            assert max(counts[n] for counts in found) >= LEAST


def test_the_key_of_no_region_is_a_key() -> None:
    assert protected({(None, "x"): 7}).of(None, "x") == 7
