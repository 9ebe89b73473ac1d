import itertools

import numpy as np
import pytest
from scipy import sparse
from tests.planning.problems import best_by_enumeration, small_problem

from biosetu.planning import Objective, predicted_irreplaceability, rarity_weighted_richness, replacement_cost, solve


def test_replacement_cost_equals_enumeration_without_the_unit():
    problem = small_problem(6, units=10)
    plan = solve(problem, Objective.MINIMUM_SET, gap=0.0)
    chosen = np.flatnonzero(plan.selected & ~problem.locked_in)
    costs = replacement_cost(problem, Objective.MINIMUM_SET, plan, chosen)
    for unit, cost in zip(chosen, costs, strict=True):
        without = np.arange(10) == unit
        changed = problem.with_changes(locked_in=plan.selected & ~without, locked_out=problem.locked_out | without)
        best = best_by_enumeration(changed, Objective.MINIMUM_SET)
        assert cost == pytest.approx(np.inf if best is None else best - plan.evaluation.value, abs=1e-9)


def test_replacement_cost_is_infinite_for_the_only_home_of_a_feature():
    problem = small_problem(6, units=6, features=1)
    amounts = sparse.csr_array(np.array([[0, 0, 5.0, 0, 0, 0]]))
    none = np.zeros(6, bool)
    problem = problem.with_changes(amounts=amounts, target=np.array([5.0]), locked_in=none, locked_out=none)
    plan = solve(problem, Objective.MINIMUM_SET, gap=0.0)
    assert replacement_cost(problem, Objective.MINIMUM_SET, plan, np.array([2])).tolist() == [np.inf]


def exact_irreplaceability(held, size, target, unit):
    """Count every choice of `size` units (Ferrier et al. 2000, eq. 1)."""
    with_unit = without = lost = 0
    for choice in itertools.combinations(range(held.size), size):
        total = held[list(choice)].sum()
        if total < target:
            continue
        if unit in choice:
            with_unit += 1
            lost += total - held[unit] < target
        else:
            without += 1
    return lost / (with_unit + without) if with_unit + without else 1.0


@pytest.mark.parametrize("seed", range(3))
def test_predicted_irreplaceability_is_near_the_count_of_all_choices(seed):
    random = np.random.default_rng(seed)
    held = random.uniform(1, 10, 14)
    problem = small_problem(seed, units=14, features=1).with_changes(
        amounts=sparse.csr_array(held[None, :]), target=np.array([held.sum() * 0.5])
    )
    predicted = predicted_irreplaceability(problem, 7).toarray()[0]
    counted = [exact_irreplaceability(held, 7, problem.target[0], unit) for unit in range(14)]
    assert np.abs(predicted - counted).mean() < 0.03
    assert np.corrcoef(predicted, counted)[0, 1] > 0.98


def test_rarity_of_a_sole_holder_is_one_over_its_amount_share():
    problem = small_problem(1, units=4, features=2).with_changes(
        amounts=sparse.csr_array(np.array([[4.0, 0, 0, 0], [1.0, 1.0, 2.0, 0]])), target=np.zeros(2)
    )
    assert rarity_weighted_richness(problem) == pytest.approx([4 / 4 / 4 + 0.5 / 4, 0.5 / 4, 1 / 4, 0.0])
