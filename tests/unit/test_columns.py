"""What fits a terminal: widths of letters, cut texts, columns that give way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cli import columns


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("Marisol Duarte", 14),
        ("Krüger", 6),
        ("Kru\u0308ger", 6),
        ("佐藤 花子", 9),
        ("ﾊﾅｺ", 3),
        ("김민수", 6),
        ("สมชาย วงษ์", 9),
        ("a\u200bb", 2),
    ],
)
def test_a_letter_takes_the_columns_that_a_terminal_gives_it(text: str, width: int) -> None:
    """Wide letters take two, what stands above or below another takes none."""
    assert columns.measure(text) == width


@pytest.mark.parametrize(
    ("width", "cut"),
    [
        (16, "Tidewater Clinic"),
        (15, "Tidewater Clin…"),
        (11, "Tidewater…"),
        (1, "…"),
    ],
)
def test_what_is_cut_ends_in_an_ellipsis(width: int, cut: str) -> None:
    """Nothing is cut that fits, and no blank stands before the ellipsis."""
    assert columns.shorten("Tidewater Clinic", width) == cut


@given(text=st.text(), width=st.integers(1, 40))
def test_a_cut_text_fits_whatever_its_letters(text: str, width: int) -> None:
    """Half a wide letter is not shown: the text is a column shorter then."""
    assert columns.measure(columns.shorten(text, width)) <= width


@given(
    rows=st.lists(st.tuples(st.text("ab 花", max_size=30), st.text("ab", max_size=9)), min_size=1),
    width=st.integers(25, 60),
)
def test_every_row_fits_when_a_column_may_give_way(rows: list[tuple[str, str]], width: int) -> None:
    """Columns stay aligned and within the width; what may not be cut is whole."""
    widths = columns.fit(rows, width, {0: 8})
    lines = columns.align(rows, widths)
    assert columns.measure_row(widths) <= width
    assert max(map(columns.measure, lines)) <= width
    for (_text, last), line in zip(rows, lines, strict=True):
        assert line.endswith(last)


def test_the_column_with_most_to_spare_gives_way_first() -> None:
    """A long cell is cut before a short one, down to what each keeps at least."""
    row = ("a" * 20, "b" * 30, "c" * 5)
    assert columns.fit([row], None, {0: 10, 1: 10}) == [20, 30, 5]
    assert columns.fit([row], 51, {0: 10, 1: 10}) == [20, 22, 5]
    assert columns.fit([row], 31, {0: 10, 1: 10}) == [11, 11, 5]
    assert columns.measure_row(columns.fit([row], 20, {0: 10, 1: 10})) == 29


def test_a_text_takes_the_room_of_the_empty_cells_behind_it() -> None:
    """A line is cut only where something stands in the way."""
    rows = [("a" * 12, "b" * 5), ("c" * 12, "")]
    assert columns.align(rows, [6, 5]) == ["aaaaa…  bbbbb", "c" * 12]


def test_an_empty_column_takes_no_room() -> None:
    """What no row has needs no gap."""
    rows = [("a", "", "b"), ("cc", "", "d")]
    assert columns.align(rows, columns.fit(rows, None, {})) == ["a   b", "cc  d"]
