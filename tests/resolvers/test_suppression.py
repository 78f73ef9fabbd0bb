"""Small counts are withheld, and cannot be worked out from one line of what is shown."""

from __future__ import annotations

from hypothesis import given
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


def test_the_key_of_no_region_is_a_key() -> None:
    assert protected({(None, "x"): 7}).of(None, "x") == 7
