import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_windows_are_the_longer_of_years_and_generations():
    assert window_years(2) == 10
    assert window_years(20) == 60
    assert window_years(50, future=True) == 100
    assert window_years(50) == 150
    assert window_years(8, generations=1, at_least=3) == 8
    with pytest.raises(ValueError, match="generation"):
        window_years(float("nan"))


def test_guidelines_exponential_example():
    """10,000 to 7,000 in 20 years: 1.77 % a year, 10.1 % and 6,290 after six more, 37 % over the 26."""
    yearly = reduction_exponential(10_000, 7_000, 20, 1)
    assert yearly == pytest.approx(1.77, abs=0.005)
    assert reduction_exponential(10_000, 7_000, 20, 6) == pytest.approx(10.1, abs=0.05)
    assert 7_000 * (1 - reduction_exponential(10_000, 7_000, 20, 6) / 100) == pytest.approx(6_290, abs=1)
    assert reduction_exponential(10_000, 7_000, 20, 26) == pytest.approx(37, abs=0.2)


def test_guidelines_three_generation_example():
    """60 % in a generation of 20 years is 4.48 % a year and 93.6 % over three generations."""
    assert reduction_exponential(25_000, 10_000, 20, 1) == pytest.approx(4.48, abs=0.005)
    assert reduction_exponential(25_000, 10_000, 20, 60) == pytest.approx(93.6, abs=0.05)


def test_linear_reduction_is_proportional_and_ends_at_all():
    assert reduction_linear(1000, 900, 5, 10) == pytest.approx(20)
    assert reduction_linear(1000, 100, 5, 10) == 100
    assert reduction_linear(1000, 1100, 10, 10) == pytest.approx(-10)


def test_pooled_reduction_compares_sums_not_percentages():
    assert pooled_reduction([(10_000, 5_000, 60), (100, 100, 60)], 60) == pytest.approx(100 * (1 - 5_100 / 10_100))
    assert pooled_reduction([(1_000, 500, 10)], 20) == pytest.approx(75)
    assert pooled_reduction([(1_000, 500, 10)], 20, "linear") == pytest.approx(100 * (1 - 500 / 1500))


@given(st.lists(st.tuples(st.floats(1, 1e6), st.floats(1, 1e6), st.floats(1, 100)), min_size=1, max_size=6))
def test_pooled_reduction_lies_between_the_single_ones(parts):
    single = [reduction_exponential(a, b, t, 30) for a, b, t in parts]
    left = 1 - pooled_reduction(parts, 30) / 100
    assert 1 - max(single) / 100 <= left * (1 + 1e-9) + 1e-9
    assert left <= (1 - min(single) / 100) * (1 + 1e-9) + 1e-9


def test_moving_window_finds_the_steepest_and_holds_the_present():
    sizes = {1970: 10_000, 2000: 9_640, 2030: 4_060, 2050: 4_000}
    reduction, start = moving_reduction(sizes, 2020, 30)
    assert (round(reduction, 2), start) == (57.88, 2000)
    with pytest.raises(ValueError, match="cover no window"):
        moving_reduction({2000: 5, 2010: 4}, 2020, 30)


@pytest.mark.parametrize("counts", [(0, 5, 10), (5, -1, 10), (5, 4, 0)])
def test_impossible_counts_are_refused(counts):
    for reduction in (reduction_exponential, reduction_linear):
        with pytest.raises(ValueError, match="counts need"):
            reduction(*counts, 10)


def test_generation_length_three_ways():
    assert generation_from_life_table([0, 1, 2, 3], [1, 0.5, 0.4, 0.2], [0, 1, 2, 2]) == pytest.approx(
        (0.5 + 1.6 + 1.2) / (0.5 + 0.8 + 0.4)
    )
    assert generation_from_mortality(0.2, 3) == 8
    assert generation_from_mortality(0.5, 0.8) == 2
    assert generation_from_reproductive_span(4, 14) == pytest.approx(6.9)
    assert generation_from_reproductive_span(4, 14, z=0.5) == 9


def test_impossible_life_histories_are_refused():
    with pytest.raises(ValueError, match="survival"):
        generation_from_life_table([0, 1], [0.5, 0.9], [0, 1])
    with pytest.raises(ValueError, match="reproduce"):
        generation_from_life_table([0, 1], [1, 0.5], [0, 0])
    with pytest.raises(ValueError, match="mortality"):
        generation_from_mortality(0, 1)
    with pytest.raises(ValueError, match="ages"):
        generation_from_reproductive_span(5, 4)
