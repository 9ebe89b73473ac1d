import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from biosetu.statistics.trend import kendall_critical, theil_sen

FIVE_YEARS = ([1, 2, 3, 4, 5], [1.26, 1.27, 1.12, 1.16, 1.03])


def test_slope_of_five_years_is_the_median_of_the_ten_pairs() -> None:
    x, y = FIVE_YEARS
    pairs = sorted((y[j] - y[i]) / (x[j] - x[i]) for i, j in itertools.combinations(range(5), 2))
    found = theil_sen(x, y, 0.90)
    assert found.slope == pytest.approx((pairs[4] + pairs[5]) / 2)
    assert found.slope == pytest.approx(-0.05625)
    assert (found.lower, found.upper) == (pytest.approx(pairs[1]), pytest.approx(pairs[8]))


@pytest.mark.parametrize("points", range(4, 8))
def test_critical_score_by_counting_every_order(points: int) -> None:
    scores = [
        sum(1 if b > a else -1 for a, b in itertools.combinations(order, 2))
        for order in itertools.permutations(range(points))
    ]
    k = kendall_critical(points, 0.95)
    assert sum(score >= k for score in scores) <= 0.025 * len(scores)
    assert sum(score >= k - 2 for score in scores) > 0.025 * len(scores)


@pytest.mark.parametrize("points", [8, 15, 30, 60])
def test_critical_score_agrees_with_scipy_s_exact_test(points: int) -> None:
    k = kendall_critical(points, 0.95)
    assert _p_value(points, k) <= 0.05 < _p_value(points, k - 2)


def _p_value(points: int, score: int) -> float:
    """Two-sided exact p of an order with this score, from scipy."""
    order, missing = list(range(points)), (points * (points - 1) // 2 - score) // 2
    while missing:
        for i in range(points - 1):
            if missing and order[i] < order[i + 1]:
                order[i], order[i + 1] = order[i + 1], order[i]
                missing -= 1
    return float(stats.kendalltau(range(points), order, method="exact").pvalue)


def test_critical_score_beyond_the_exact_limit_joins_on_smoothly() -> None:
    ratio = kendall_critical(61, 0.95) / kendall_critical(60, 0.95)
    assert ratio == pytest.approx((61 / 60) ** 1.5, abs=0.01)


@pytest.mark.parametrize("points", [3, 4])
def test_interval_with_too_few_points_is_not_given(points: int) -> None:
    found = theil_sen(range(points), range(points))
    assert (found.slope, found.lower, found.upper) == (1.0, None, None)


def test_interval_with_five_points_spans_all_pairs() -> None:
    x, y = FIVE_YEARS
    found = theil_sen(x, y)
    assert found.lower == pytest.approx(min((y[j] - y[i]) / (x[j] - x[i]) for i in range(5) for j in range(i + 1, 5)))


@given(
    st.lists(st.floats(-1e3, 1e3), min_size=5, max_size=40),
    st.floats(-5, 5),
    st.floats(-100, 100),
)
def test_slope_shifts_with_an_added_line_and_agrees_with_scipy(values, slope, level) -> None:
    years = np.arange(2000, 2000 + len(values))
    plain = theil_sen(years, values)
    tilted = theil_sen(years, np.asarray(values) + slope * years + level)
    assert plain.slope == pytest.approx(stats.theilslopes(values, years).slope, abs=1e-9)
    assert tilted.slope == pytest.approx(plain.slope + slope, abs=1e-6)
    assert tilted.lower == pytest.approx(plain.lower + slope, abs=1e-6)
    assert plain.lower <= plain.slope <= plain.upper


def test_slope_does_not_depend_on_the_order_of_the_points() -> None:
    x, y = np.array(FIVE_YEARS)
    shuffled = [3, 0, 4, 1, 2]
    assert theil_sen(x[shuffled], y[shuffled]) == theil_sen(x, y)


def test_interval_holds_the_true_slope_as_often_as_it_says() -> None:
    draws = np.random.default_rng(20261123)
    years = np.arange(12)
    held = 0
    for _ in range(400):
        found = theil_sen(years, 0.5 * years + draws.standard_cauchy(12))
        held += found.lower <= 0.5 <= found.upper
    assert held / 400 > 0.95 - 3 * math.sqrt(0.05 * 0.95 / 400)


@pytest.mark.parametrize(
    ("years", "values", "message"),
    [
        ([2000, 2001], [1, 2], "at least 3"),
        ([2000, 2000, 2001], [1, 2, 3], "twice"),
        ([2000, 2001, 2002], [1, math.nan, 3], "finite"),
        ([2000, 2001, 2002], [1, 2], "one length"),
    ],
)
def test_trend_of_unfit_points_is_refused(years, values, message) -> None:
    with pytest.raises(ValueError, match=message):
        theil_sen(years, values)
