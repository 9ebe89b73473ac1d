from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biosetu.statistics import bootstrap_index, deficient_limits, draw_limits, grouped_index, index_value, index_weights
from biosetu.statistics.index import quantiles_of, sum_distribution

NAN = float("nan")
weights_of = st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, NAN]), min_size=1, max_size=40)


def test_weights_are_equal_steps_to_five():
    assert index_weights() == {
        "LC": 0,
        "NT": 1,
        "VU": 2,
        "EN": 3,
        "CR": 4,
        "CR(PE)": 5,
        "CR(PEW)": 5,
        "RE": 5,
        "EW": 5,
        "EX": 5,
    }
    assert index_weights("ecosystems")["CO"] == 5
    with pytest.raises(KeyError):
        index_weights("minerals")


@pytest.mark.parametrize(
    ("weights", "shares", "expected"),
    [
        ([0, 0], None, 1.0),
        ([5, 5], None, 0.0),
        ([0, 1, 2, 3, 4, 5], None, 0.5),
        ([0, 5, NAN], None, 0.5),
        ([0, 5], [3, 1], 0.75),
        ([0, 5, 5], [1, 1, 0], 0.5),
    ],
)
def test_index_of_known_sets(weights, shares, expected):
    assert index_value(weights, shares) == pytest.approx(expected, abs=1e-15)


def test_index_of_nothing_is_nan():
    assert np.isnan(index_value([NAN, NAN]))
    assert np.isnan(index_value([1.0], [0.0]))


@given(weights_of)
def test_index_lies_between_zero_and_one_inside_its_limits(weights):
    value = index_value(weights)
    lower, upper = deficient_limits(weights)
    if np.isnan(value):
        assert np.isnan(lower)
    else:
        assert -1e-12 <= lower <= upper <= 1 + 1e-12


@given(weights_of, weights_of)
def test_index_of_union_is_the_mean_weighted_by_size(a, b):
    sizes = [np.count_nonzero(~np.isnan(x)) for x in (a, b)]
    if all(sizes):
        expected = (sizes[0] * index_value(a) + sizes[1] * index_value(b)) / sum(sizes)
        assert index_value(a + b) == pytest.approx(expected, abs=1e-12)


def test_groups_equal_one_at_a_time():
    random = np.random.default_rng(3)
    w = np.where(random.uniform(size=300) < 0.1, NAN, random.integers(0, 6, 300))
    g, s = random.integers(0, 7, 300), random.uniform(size=300)
    expected = [index_value(w[g == k], s[g == k]) for k in range(7)]
    assert grouped_index(w, g, 8, s)[:7] == pytest.approx(expected, abs=1e-12)
    assert np.isnan(grouped_index(w, g, 8, s)[7])


@pytest.mark.parametrize("steps", [[1, 1, 1], [1, 2, 5], [3]])
def test_distribution_of_sum_equals_enumeration(steps):
    frequencies = np.array([0.5, 0.2, 0.1, 0.1, 0.05, 0.05])
    expected = np.zeros(sum(steps) * 5 + 1)
    for drawn in product(range(6), repeat=len(steps)):
        expected[np.dot(drawn, steps)] += np.prod(frequencies[list(drawn)])
    assert sum_distribution(frequencies, np.array(steps)) == pytest.approx(expected, abs=1e-14)


def test_quantiles_are_the_first_to_reach_the_tail():
    assert quantiles_of(np.array([0.05, 0.45, 0.45, 0.05]), 0.9) == (0, 2)
    assert quantiles_of(np.array([0.01, 0.5, 0.44, 0.05]), 0.9) == (1, 2)


@pytest.mark.parametrize("equal", [True, False])
def test_limits_agree_with_many_draws(equal):
    random = np.random.default_rng(7)
    w = np.where(random.uniform(size=400) < 0.25, NAN, random.choice(6, 400, p=[0.6, 0.1, 0.1, 0.1, 0.05, 0.05]))
    s = np.ones(400) if equal else random.uniform(size=400) ** 3
    known = ~np.isnan(w)
    drawn = random.choice(w[known], (20_000, int((~known).sum())))
    sums = w[known] @ s[known] + drawn @ s[~known]
    simulated = np.quantile(1 - sums / (5 * s.sum()), (0.05, 0.95))
    assert deficient_limits(w, None if equal else s) == pytest.approx(simulated, abs=6e-4)


def test_limits_without_deficient_units_are_the_value():
    assert deficient_limits([0, 5, 3]) == (index_value([0, 5, 3]),) * 2


def test_limits_with_more_deficient_than_known_units():
    lower, upper = deficient_limits([0, 5, *[NAN] * 50])
    assert lower == pytest.approx(1 - (5 + 5 * 31) / (5 * 52), abs=1e-12)
    assert upper == pytest.approx(1 - (5 + 5 * 19) / (5 * 52), abs=1e-12)


def test_bootstrap_repeats_for_a_seed_and_centres_on_the_value():
    w = np.random.default_rng(1).integers(0, 6, 900).astype(float)
    for shares in (None, np.ones(900)):
        draws = bootstrap_index(w, 1000, seed=5, shares=shares)
        assert draws.tolist() == bootstrap_index(w, 1000, seed=5, shares=shares).tolist()
        assert draws.mean() == pytest.approx(index_value(w), abs=2e-3)
        assert draws.std() == pytest.approx(w.std() / 5 / 30, rel=0.1)


def test_limits_of_draws_ignore_missing_ones():
    median, lower, upper = draw_limits(np.array([[0.0, NAN], [0.5, NAN], [1.0, NAN], [NAN, NAN]]), 1.0)
    assert (median[0], lower[0], upper[0]) == (0.5, 0.0, 1.0)
    assert np.isnan([median[1], lower[1], upper[1]]).all()
