import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import biosetu.species.criteria as criteria
from biosetu.species.criteria import (
    generation_from_life_table,
    generation_from_mortality,
    generation_from_reproductive_span,
    moving_reduction,
    pooled_reduction,
    reduction_exponential,
    reduction_linear,
    window_years,
)


def cases():
    with (Path(__file__).parent / "guideline_cases.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["case"])
def test_worked_numbers(case):
    arguments = [
        {int(year): size for year, size in a.items()} if isinstance(a, dict) else a
        for a in json.loads(case["arguments"])
    ]
    found = getattr(criteria, case["function"])(*arguments)
    value = found[0] if case["function"] == "moving_reduction" else found
    assert value == pytest.approx(float(case["expected"]), abs=float(case["tolerance"]))


def test_every_worked_number_has_a_source():
    assert all(case["source"] for case in cases())


def test_impossible_generation_length_is_refused():
    with pytest.raises(ValueError, match="generation"):
        window_years(float("nan"))


@given(st.lists(st.tuples(st.floats(1, 1e6), st.floats(1, 1e6), st.floats(1, 100)), min_size=1, max_size=6))
def test_pooled_reduction_lies_between_the_single_ones(parts):
    single = [reduction_exponential(a, b, t, 30) for a, b, t in parts]
    left = 1 - pooled_reduction(parts, 30) / 100
    assert 1 - max(single) / 100 <= left * (1 + 1e-9) + 1e-9
    assert left <= (1 - min(single) / 100) * (1 + 1e-9) + 1e-9


@pytest.mark.parametrize(
    ("sizes", "assessed", "window", "start"),
    [
        ({1970: 10_000, 2000: 9_640, 2030: 4_060, 2050: 4_000}, 2020, 30, 2000),
        ({1800: 1000, 2000: 1000, 2300: 1}, 2000, 150, 1950),
        ({1800: 1000, 2000: 1000, 2300: 1}, 2000, 101, 1999),
    ],
)
def test_moving_window_starts_where_the_loss_is_largest(sizes, assessed, window, start):
    assert moving_reduction(sizes, assessed, window)[1] == start


@given(st.integers(2, 400), st.floats(0.001, 0.05))
def test_moving_window_never_looks_beyond_100_years(window, rate):
    """Constant until the present, then falling for ever: the loss is that of min(window − 1, 100) years."""
    sizes = {1500: 1.0, 2000: 1.0, 2600: (1 - rate) ** 600}
    reduction, start = moving_reduction(sizes, 2000, window)
    ahead = min(window - 1, 100)
    assert reduction == pytest.approx(100 * (1 - (1 - rate) ** ahead), rel=1e-9)
    assert start + window - 2000 <= 100


def test_moving_window_needs_sizes_on_both_sides():
    with pytest.raises(ValueError, match="cover no window"):
        moving_reduction({2000: 5, 2010: 4}, 2020, 30)


@pytest.mark.parametrize("counts", [(0, 5, 10), (5, -1, 10), (5, 4, 0)])
def test_impossible_counts_are_refused(counts):
    for reduction in (reduction_exponential, reduction_linear):
        with pytest.raises(ValueError, match="counts need"):
            reduction(*counts, 10)


def test_impossible_life_histories_are_refused():
    with pytest.raises(ValueError, match="survival"):
        generation_from_life_table([0, 1], [0.5, 0.9], [0, 1])
    with pytest.raises(ValueError, match="reproduce"):
        generation_from_life_table([0, 1], [1, 0.5], [0, 0])
    with pytest.raises(ValueError, match="mortality"):
        generation_from_mortality(0, 1)
    with pytest.raises(ValueError, match="ages"):
        generation_from_reproductive_span(5, 4)
