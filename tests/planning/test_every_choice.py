"""Eighteen units: every objective, with borders and national targets too, equals trying all 262,144 choices."""

import numpy as np
import pytest
from tests.planning.problems import best_by_enumeration, small_problem
from tests.planning.test_property import recheck

from biosetu.planning import NationalTarget, Objective, barriers, compare_alone, solve, with_national_targets

MOST = 18


@pytest.mark.parametrize("penalty", [0.0, 0.7], ids=["no borders", "borders"])
@pytest.mark.parametrize("objective", list(Objective))
@pytest.mark.parametrize("seed", [3, 21])
def test_plan_equals_the_best_of_every_choice(objective, penalty, seed):
    problem = small_problem(seed, units=MOST, features=5).with_changes(penalty=penalty)
    expected = best_by_enumeration(problem, objective)
    assert expected is not None
    plan = solve(problem, objective, gap=0.0)
    assert plan.evaluation.value == pytest.approx(expected, abs=1e-8)
    assert recheck(problem, plan, objective) == []
    assert plan.gap <= 1e-6


def national(problem, share):
    """Each Party wants a part of what it holds of the first two features."""
    held = problem.amounts.toarray()
    return [
        NationalTarget(j, g, float(np.floor(share * held[j, problem.group == g].sum()))) for j in (0, 1) for g in (0, 1)
    ]


@pytest.mark.parametrize("objective", list(Objective))
@pytest.mark.parametrize("seed", [5, 9])
def test_joint_plan_of_two_parties_equals_the_best_of_every_choice(objective, seed):
    problem = small_problem(seed, units=MOST, groups=2).with_changes(penalty=0.4)
    joint = with_national_targets(problem, national(problem, 0.4))
    plan = solve(joint, objective, gap=0.0)
    assert plan.evaluation.value == pytest.approx(best_by_enumeration(joint, objective), abs=1e-8)
    assert recheck(joint, plan, objective) == []


@pytest.mark.parametrize("seed", [5, 9])
def test_comparison_of_parties_equals_the_best_of_every_choice_for_each(seed):
    problem = small_problem(seed, units=14, groups=2)
    problem = problem.with_changes(locked_in=np.zeros(14, bool), locked_out=np.zeros(14, bool), penalty=0.0)
    wanted = national(problem, 0.4)
    found = compare_alone(problem, wanted, gap=0.0)
    joint = with_national_targets(problem, wanted)
    best = best_by_enumeration(joint.with_changes(budget=np.empty(0)), Objective.MINIMUM_SET)
    assert found.together.evaluation.cost == pytest.approx(best)
    held = problem.amounts.toarray()
    for group, plan in enumerate(found.alone):
        mine = problem.group == group
        share = held[:, mine].sum(axis=1) / np.maximum(held.sum(axis=1), 1e-300) * problem.target
        for item in wanted:
            if item.party == group:
                share[item.feature] = max(share[item.feature], item.target)
        cost, amounts = problem.cost[mine], held[:, mine]
        choices = (np.arange(2 ** mine.sum())[:, None] >> np.arange(mine.sum())) & 1
        kept = (choices @ amounts.T >= share - 1e-9).all(axis=1)
        assert plan.evaluation.cost == pytest.approx((choices @ cost)[kept].min())


@pytest.mark.parametrize("seed", range(6))
def test_infeasible_problem_names_just_the_targets_that_no_choice_meets_and_by_how_much(seed):
    problem = small_problem(seed, units=10)
    held = problem.amounts.toarray()
    random = np.random.default_rng(seed)
    problem = problem.with_changes(
        target=np.floor(held.sum(axis=1) * random.uniform(0.3, 1.3, 4)), locked_out=random.random(10) < 0.3,
        locked_in=np.zeros(10, bool),
    )  # fmt: skip
    choices = (np.arange(2**10)[:, None] >> np.arange(10)) & 1
    choices = choices[~(choices & problem.locked_out).any(axis=1)]
    most = (choices @ held.T).max(axis=0)
    expected = {f"f{j}": problem.target[j] - most[j] for j in range(4) if problem.target[j] > most[j]}
    found = {each.name: each.missing for each in barriers(problem, Objective.MINIMUM_SET)}
    assert found == pytest.approx(expected)
    assert (best_by_enumeration(problem, Objective.MINIMUM_SET) is None) == bool(expected)
