from __future__ import annotations

from math import isnan, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biosetu.ecosystems.accuracy import adjusted_areas
from biosetu.ecosystems.change import change, geometric_decline, linear_decline, puyravaud_percent_per_year, trend
from biosetu.ecosystems.severity import collapse_probability, extent_at, relative_severity


def test_rates_worked_by_hand() -> None:
    """100 to 64 km² in two years: 18 km² a year, or a fifth every year."""
    found = change(100, 64, 2)
    assert found.change_km2 == -36
    assert found.linear_km2_per_year == -18
    assert found.linear_percent_per_year == pytest.approx(-18)
    assert found.geometric_percent_per_year == pytest.approx(-20)
    assert found.decline_50y_percent == pytest.approx(100 * (1 - 0.8**50))
    assert (found.decline_50y_low_percent, found.decline_50y_high_percent) == (pytest.approx(100 * (1 - 0.8**50)), 100)


def test_both_shapes_agree_when_the_maps_span_the_window() -> None:
    assert linear_decline(0.7, 50) == pytest.approx(30)
    assert geometric_decline(0.7, 50) == pytest.approx(30)


def test_growth_is_a_negative_decline() -> None:
    found = change(50, 60, 10)
    assert found.decline_50y_percent < 0
    assert found.decline_50y_low_percent <= found.decline_50y_percent <= found.decline_50y_high_percent


def test_nothing_at_the_start_has_no_rate_and_no_time_is_refused() -> None:
    assert isnan(change(0, 10, 5).change_percent)
    assert change(0, 10, 5).linear_km2_per_year == 2
    with pytest.raises(ValueError, match="after"):
        change(1, 1, 0)


@settings(deadline=None)
@given(st.floats(1, 1e6), st.floats(0, 1e6), st.floats(0.5, 100), st.floats(0, 0.5), st.floats(0, 0.5))
def test_intervals_of_areas_only_widen_the_decline(
    before: float, after: float, years: float, one: float, other: float
) -> None:
    plain = change(before, after, years)
    wide = change(
        before, after, years, (before * (1 - one), before * (1 + one)), (after * (1 - other), after * (1 + other))
    )
    assert wide.decline_50y_low_percent <= plain.decline_50y_low_percent + 1e-9
    assert wide.decline_50y_high_percent >= plain.decline_50y_high_percent - 1e-9


def test_puyravaud_rate() -> None:
    assert puyravaud_percent_per_year(100, 50, 10) == pytest.approx(10 * log(0.5))
    assert isnan(puyravaud_percent_per_year(100, 0, 10))


def test_trend_of_a_perfect_decline_is_that_decline() -> None:
    years = np.array([1990, 2000, 2010, 2020])
    found = trend(years, 100 * 0.99 ** (years - 1990))
    assert found is not None
    assert found.percent_per_year == pytest.approx(-1)
    assert found.low_percent_per_year == pytest.approx(-1)
    assert found.decline_50y_percent == pytest.approx(100 * (1 - 0.99**50))


def test_trend_interval_is_students_worked_by_hand() -> None:
    """Logs 0, 0.1, 0 at 0, 1, 2: slope 0, residual sum 0.02/3, one degree of freedom, t = 12.7062."""
    found = trend([0, 1, 2], np.exp([0, 0.1, 0]))
    assert found is not None
    error = (0.02 / 3 / 1 / 2) ** 0.5
    assert found.high_percent_per_year == pytest.approx(100 * (np.exp(12.7062047364 * error) - 1), rel=1e-9)
    assert found.decline_50y_low_percent < found.decline_50y_percent < found.decline_50y_high_percent


def test_trend_needs_three_dates_and_positive_areas() -> None:
    assert trend([2000, 2010], [2, 1]) is None
    assert trend([2000, 2010, 2020], [2, 1, 0]) is None


OLOFSSON = [[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]]


def test_adjusted_areas_are_those_of_the_published_example() -> None:
    """Olofsson et al. 2014, section 5: 235,086 pixels deforested ± 68,418; overall accuracy 0.95."""
    found = adjusted_areas(OLOFSSON, [200_000, 150_000, 3_200_000, 6_450_000])
    assert found.area_km2[0] == pytest.approx(235_086, abs=1)
    assert found.high_km2[0] - found.area_km2[0] == pytest.approx(68_418, abs=10)
    assert found.overall_accuracy == pytest.approx(0.95, abs=0.005)
    assert found.users_accuracy.tolist() == pytest.approx([66 / 75, 55 / 75, 153 / 165, 313 / 325])
    assert found.area_km2.sum() == pytest.approx(10_000_000)


def test_adjusted_areas_refuse_too_few_samples() -> None:
    with pytest.raises(ValueError, match="at least two"):
        adjusted_areas([[1, 0], [0, 5]], [10, 10])
    with pytest.raises(ValueError, match="square"):
        adjusted_areas([[1, 0]], [10, 10])


def test_severity_worked_by_hand() -> None:
    assert relative_severity(10, 5, 0).tolist() == 50
    assert relative_severity([10, 10, 10, 4], [12, -3, np.nan, 4], [0, 0, 0, 4]).tolist()[:2] == [0, 100]
    assert relative_severity(4, 4, 4).tolist() == 100
    assert relative_severity(20, 60, 100).tolist() == 50


def test_extent_counts_area_at_least_so_severe() -> None:
    extent = extent_at([10, 50, 50, 90, np.nan], [1, 2, 3, 4, 99], [0, 50, 50.1, 90, 91])
    assert extent.tolist() == [100, 90, 40, 40, 0]
    assert np.isnan(extent_at([np.nan], [1], [50])).all()


def test_collapse_probability_has_the_exact_binomial_interval() -> None:
    found = collapse_probability(0, 100)
    assert (found.best, found.low, found.high) == (0, 0, pytest.approx(100 * (1 - 0.025**0.01)))
    assert collapse_probability(5, 5).high == 100
    with pytest.raises(ValueError, match="between 0"):
        collapse_probability(6, 5)
