import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from tests.planning.problems import best_by_enumeration, small_problem

from biosetu.planning import (
    Objective,
    evaluate,
    predicted_irreplaceability,
    rarity_weighted_richness,
    replacement_cost,
    solve,
)


def enumerated_replacement(problem, objective, selected, unit):
    """Best value with the other chosen units, less the best of these without the unit, over every choice."""
    others = selected & (np.arange(problem.units) != unit)
    free = problem.with_changes(locked_in=others | problem.locked_in)
    without = free.with_changes(locked_out=problem.locked_out | (np.arange(problem.units) == unit))
    best, left = (best_by_enumeration(one, objective) for one in (free, without))
    if left is None:
        return np.inf
    return best - left if objective is Objective.MAXIMUM_UTILITY else left - best


def some_plan(problem, objective, seed):
    """A feasible plan that is far from the best one, with its value recomputed."""
    best = solve(problem, objective, gap=0.0)
    random = np.random.default_rng(seed)
    if objective is Objective.MINIMUM_SET:
        worse = best.selected | ((random.random(problem.units) < 0.4) & ~problem.locked_out)
    else:
        worse = best.selected & ((random.random(problem.units) < 0.6) | problem.locked_in)
    return replace(best, selected=worse, evaluation=evaluate(problem, worse, objective))


@pytest.mark.parametrize("objective", list(Objective))
@pytest.mark.parametrize("poor", [False, True], ids=["best plan", "poor plan"])
@pytest.mark.parametrize("seed", [6, 8, 11])
def test_replacement_cost_equals_trying_every_choice_and_is_never_negative(objective, poor, seed):
    problem = small_problem(seed, units=9)
    plan = some_plan(problem, objective, seed) if poor else solve(problem, objective, gap=0.0)
    chosen = np.flatnonzero(plan.selected & ~problem.locked_in)
    costs = replacement_cost(problem, objective, plan, chosen)
    expected = [enumerated_replacement(problem, objective, plan.selected, unit) for unit in chosen.tolist()]
    assert costs == pytest.approx(expected, abs=1e-7)
    assert (costs >= 0).all()


def test_unit_that_the_plan_would_be_better_without_is_worth_nothing():
    problem = small_problem(6, units=8).with_changes(penalty=0.0)
    best = solve(problem, Objective.MINIMUM_SET, gap=0.0)
    everything = ~problem.locked_out
    plan = replace(best, selected=everything, evaluation=evaluate(problem, everything, Objective.MINIMUM_SET))
    spare = np.flatnonzero(plan.selected & ~best.selected)
    assert spare.size
    assert (replacement_cost(problem, Objective.MINIMUM_SET, plan, spare) == 0).all()


def test_replacement_cost_of_units_not_chosen_or_locked_is_no_number():
    problem = small_problem(6, units=8)
    plan = solve(problem, Objective.MINIMUM_SET, gap=0.0)
    others = np.flatnonzero(~plan.selected | problem.locked_in)
    assert np.isnan(replacement_cost(problem, Objective.MINIMUM_SET, plan, others)).all()


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
