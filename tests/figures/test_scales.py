"""Round ticks, honest ends."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from biosetu.figures.scales import Scale, decimals, ticks, year_ticks

FINITE = st.floats(-1e6, 1e6, allow_nan=False)


@given(FINITE, st.floats(1e-3, 1e6))
def test_ticks_enclose_the_values_in_equal_steps(low: float, span: float) -> None:
    marks = ticks(low, low + span)
    step = marks[1] - marks[0]
    assert marks[0] <= low + 1e-6 * span
    assert marks[-1] >= low + span - 1e-6 * span
    assert all(abs(b - a - step) < 1e-6 * step for a, b in pairwise(marks))
    assert 2 <= len(marks) <= 9


def test_ticks_of_one_value_still_span_something() -> None:
    assert ticks(0.85, 0.85)[0] <= 0.85 < ticks(0.85, 0.85)[-1]
    assert ticks(0, 0) == [0, 0.25, 0.5, 0.75, 1.0]


def test_decimals_are_those_that_tell_ticks_apart() -> None:
    assert decimals([0, 5, 10]) == 0
    assert decimals([0.55, 0.6]) == 2
    assert decimals([0.025, 0.05]) == 3


def test_scale_places_linearly() -> None:
    assert Scale(0, 10, 100, 0)(2.5) == 75


def test_year_ticks_hold_the_ends_and_keep_clear_of_them() -> None:
    assert year_ticks(1993, 2024) == [1993, 2000, 2010, 2024]
    assert year_ticks(2020, 2020) == [2020]
    assert year_ticks(2016, 2022) == [2016, 2018, 2020, 2022]


def test_scale_of_one_value_stands_in_the_middle():
    assert Scale(0.85, 0.85, 10.0, 30.0)(0.85) == 20.0
