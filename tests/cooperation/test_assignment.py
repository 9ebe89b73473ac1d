"""The assignment against the definition, by trying everything on small cases."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biosetu.cooperation.assignment import assign


def every(scores, eligible, capacity):
    """Yield every feasible assignment as a tuple of provider columns, −1 for none."""
    requests, providers = scores.shape
    for choice in product(range(-1, providers), repeat=requests):
        used = np.bincount([c for c in choice if c >= 0], minlength=providers)
        allowed = all(c < 0 or (eligible[r, c] and scores[r, c] > 0) for r, c in enumerate(choice))
        if allowed and (used <= capacity).all():
            yield choice


def merit(choice, scores):
    taken = [scores[r, c] for r, c in enumerate(choice) if c >= 0]
    return len(taken), min(taken, default=0.0), sum(taken)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_assign_equals_the_best_of_all_by_places_then_worst_then_sum(data):
    requests, providers = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    cells = st.integers(0, 20).map(lambda n: n / 20)
    scores = np.array([[data.draw(cells) for _ in range(providers)] for _ in range(requests)])
    eligible = np.array([[data.draw(st.booleans()) for _ in range(providers)] for _ in range(requests)])
    capacity = np.array([data.draw(st.integers(0, 2)) for _ in range(providers)])
    best = max(merit(choice, scores) for choice in every(scores, eligible, capacity))
    found = assign(scores, eligible, capacity, gap=0.0)
    got = merit(found.provider, scores)
    assert got == pytest.approx(best)
    assert tuple(found.provider) in set(every(scores, eligible, capacity))
    assert found.bound == pytest.approx(got[2])


def test_assign_few_candidates_still_reaches_the_bound_of_the_full_problem():
    rng = np.random.default_rng(7)
    scores = rng.random((40, 60))
    scores[:, :3] += 1.0
    eligible = np.ones_like(scores, dtype=bool)
    capacity = np.ones(60, dtype=np.int64)
    narrow = assign(scores, eligible, capacity, candidates=3, gap=0.01)
    full = assign(scores, eligible, capacity, candidates=60, gap=0.0)
    assert narrow.bound >= full.total - 1e-9
    assert narrow.bound - narrow.total <= 0.01 * narrow.total + 1e-9
    assert narrow.worst == full.worst


def test_assign_keeps_a_fixed_choice_and_solves_the_rest_around_it():
    scores = np.array([[0.9, 0.5], [0.8, 0.1]])
    eligible = np.ones((2, 2), dtype=bool)
    assert assign(scores, eligible, [1, 1]).provider.tolist() == [1, 0]
    assert assign(scores, eligible, [1, 1], fixed={0: 0}).provider.tolist() == [0, 1]


def test_assign_prefers_a_better_worst_pair_to_a_larger_sum():
    scores = np.array([[1.0, 0.6], [0.5, 0.05]])
    assert assign(scores, np.ones((2, 2), dtype=bool), [1, 1]).provider.tolist() == [1, 0]


def test_assign_leaves_a_request_without_candidates_open():
    scores = np.array([[0.5], [0.7]])
    eligible = np.array([[False], [True]])
    assert assign(scores, eligible, [2]).provider.tolist() == [-1, 0]


def test_assign_nothing_eligible_gives_nothing():
    found = assign(np.zeros((2, 2)), np.ones((2, 2), dtype=bool), [1, 1])
    assert found.provider.tolist() == [-1, -1]
