"""Tables of Word: columns by what stands in them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from biosetu.reports.word import CHARACTER, PADDING, TABLE_WIDTH, column_widths

TEXT = st.lists(st.text("abcdefg", min_size=1, max_size=12), min_size=1, max_size=8).map(" ".join)


@example([["a", "a", "a a", "a a", "a a"]])
@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(TEXT, min_size=n, max_size=n), min_size=1, max_size=5)))
def test_no_word_breaks_while_all_words_fit_and_the_table_keeps_its_width(rows):
    widths = column_widths(rows)
    assert sum(widths) <= TABLE_WIDTH
    longest = [max(len(word) for row in rows for word in row[place].split()) for place in range(len(widths))]
    least = [PADDING + CHARACTER * length for length in longest]
    if sum(least) <= TABLE_WIDTH:
        assert [width >= int(room) for width, room in zip(widths, least, strict=True)] == [True] * len(widths)


@pytest.mark.parametrize(
    ("rows", "order"),
    [
        ([["Year", "Why"], ["2024", "Three species are not native to the country"]], [1, 0]),
        ([["What it shows", "Year"], ["Red List Index", "2024"]], [0, 1]),
        ([["a", "b"], ["", ""]], [0, 1]),
    ],
    ids=["reason wider than year", "name wider than year", "empty cells"],
)
def test_longer_text_has_the_wider_column(rows, order):
    widths = column_widths(rows)
    assert sorted(range(len(widths)), key=lambda place: -widths[place]) == order
