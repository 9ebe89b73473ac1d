import numpy as np
import pytest
from scipy import sparse
from tests.planning.problems import best_by_enumeration, small_problem

from biosetu.planning import (
    Boundary,
    NationalTarget,
    Objective,
    PlanningProblem,
    compare_alone,
    solve,
    with_national_targets,
)
from biosetu.planning.feasibility import WITHIN, Unreachable
from biosetu.planning.transboundary import fair_shares
from biosetu.problems import DataError, UsageError


def two_parties(penalty=0.0):
    """Six units in a row, three a Party; one feature everywhere; the second Party's units cost a third."""
    return PlanningProblem(
        unit_id=np.arange(6),
        cost=np.array([3.0, 3.0, 3.0, 1.0, 1.0, 1.0]),
        amounts=sparse.csr_array(np.ones((1, 6))),
        feature=("forest",),
        target=np.array([2.0]),
        weight=np.ones(1),
        locked_in=np.zeros(6, bool),
        locked_out=np.zeros(6, bool),
        boundary=Boundary(np.arange(5), np.arange(1, 6), np.ones(5), np.array([1.0, 0, 0, 0, 0, 1])),
        penalty=penalty,
        groups=("AAA", "BBB"),
        group=np.array([0, 0, 0, 1, 1, 1]),
    )


def test_regional_target_is_met_where_it_costs_least():
    comparison = compare_alone(two_parties(), [], gap=0.0)
    rows = comparison.table.to_pylist()
    assert [row["cost_alone"] for row in rows] == [3.0, 1.0, 4.0]
    assert [row["cost_together"] for row in rows] == [0.0, 2.0, 2.0]
    assert rows[1]["saved"] == -1.0
    assert rows[2]["saved_percent"] == pytest.approx(50.0)


def test_national_target_holds_inside_the_joint_plan():
    comparison = compare_alone(two_parties(), [NationalTarget(0, 0, 1.0)], gap=0.0)
    assert [row["cost_together"] for row in comparison.table.to_pylist()] == [3.0, 1.0, 4.0]


def test_joint_plan_is_never_dearer_than_the_national_ones():
    for penalty in (0.0, 0.5, 2.0):
        problem = two_parties(penalty)
        comparison = compare_alone(problem, [], gap=0.0)
        rows = comparison.table.to_pylist()
        alone = rows[-1]["cost_alone"] + penalty * rows[-1]["boundary_alone"]
        assert comparison.together.evaluation.value <= alone + 1e-9


def test_border_units_join_up_across_the_frontier():
    problem = two_parties(2.0).with_changes(cost=np.ones(6))
    joint = with_national_targets(problem, [NationalTarget(0, 0, 1.0), NationalTarget(0, 1, 1.0)])
    plan = solve(joint, Objective.MINIMUM_SET, gap=0.0)
    first, last = np.flatnonzero(plan.selected)[[0, -1]]
    assert plan.evaluation.boundary_length <= 2
    assert last - first + 1 == plan.selected.sum()


def test_fair_shares_follow_what_each_party_holds():
    problem = two_parties().with_changes(amounts=sparse.csr_array(np.array([[1.0, 1, 1, 1, 0, 0]])))
    assert fair_shares(problem).ravel().tolist() == [1.5, 0.5]


def budgeted(**changes):
    """Two Parties with own budgets; the second's units cost a third and hold as much."""
    return two_parties().with_changes(target=np.array([4.0]), budget=np.array([3.0, 2.0]), **changes)


def test_common_budget_holds_together_with_each_partys_own():
    free = solve(budgeted(), Objective.MINIMUM_SHORTFALL, gap=0.0)
    assert free.evaluation.spent.tolist() == [3.0, 2.0]
    assert free.evaluation.achieved.tolist() == [3.0]
    bound = solve(budgeted(common_budget=4.0), Objective.MINIMUM_SHORTFALL, gap=0.0)
    assert (bound.evaluation.spent <= [3.0, 2.0, 4.0]).all()
    assert bound.evaluation.achieved.tolist() == [2.0]
    assert bound.gap < 1e-9


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("objective", [Objective.MINIMUM_SHORTFALL, Objective.MAXIMUM_UTILITY])
def test_common_and_own_budgets_equal_trying_every_choice(seed, objective):
    problem = small_problem(seed, units=10, groups=2)
    locked = float(problem.cost[problem.locked_in].sum())
    problem = problem.with_changes(common_budget=max(0.7 * float(problem.budget.sum()), locked))
    plan = solve(problem, objective, gap=0.0)
    assert plan.evaluation.value == pytest.approx(best_by_enumeration(problem, objective), abs=1e-9)
    assert plan.evaluation.cost <= problem.common_budget + 1e-9


def test_joint_plan_under_budgets_holds_more_where_it_costs_least():
    problem = budgeted(common_budget=4.0).with_changes(budget=np.array([3.0, 3.0]))
    rows = compare_alone(problem, [], Objective.MINIMUM_SHORTFALL, gap=0.0).table.to_pylist()
    assert [row["held_alone"] for row in rows] == [50.0, 100.0, 75.0]
    assert [row["cost_together"] for row in rows] == [0.0, 3.0, 3.0]
    assert rows[0]["gained_points"] == -50.0
    assert rows[2]["held_together"] == 75.0
    assert rows[2]["saved"] == 2.0


def test_common_budget_alone_is_divided_by_what_units_cost():
    problem = two_parties().with_changes(target=np.array([4.0]), budget=np.array([8.0]))
    rows = compare_alone(problem, [], Objective.MINIMUM_SHORTFALL, gap=0.0).table.to_pylist()
    assert [row["cost_alone"] for row in rows] == [6.0, 2.0, 8.0]
    assert rows[2]["held_together"] == 100.0


def test_locked_units_beyond_the_common_budget_are_named():
    problem = budgeted(common_budget=3.0).with_changes(locked_in=np.array([True, False, False, True, False, False]))
    with pytest.raises(DataError, match="cost 4, 1 more than the budget of 3"):
        solve(problem, Objective.MINIMUM_SHORTFALL)


def test_national_target_out_of_reach_is_named_with_its_party_and_what_is_missing():
    problem = two_parties().with_changes(locked_out=np.array([True, True, False, False, False, False]))
    joint = with_national_targets(problem, [NationalTarget(0, 0, 2.0)])
    with pytest.raises(DataError) as error:
        solve(joint, Objective.MINIMUM_SET)
    (fault,) = error.value.problems
    assert fault.value == "forest (AAA)"
    assert "hold 1, 1 (50 %) too little" in fault.message
    with pytest.raises(DataError, match=r"AAA alone: the target of 2 cannot be met.*hold 1, 1 \(50 %\) too little"):
        compare_alone(problem, [NationalTarget(0, 0, 2.0)])


def test_parties_are_not_compared_by_utility():
    with pytest.raises(UsageError, match="minimum-set or minimum-shortfall"):
        compare_alone(budgeted(), [], Objective.MAXIMUM_UTILITY)


BUDGETED = [Objective.MINIMUM_SHORTFALL, Objective.MAXIMUM_UTILITY]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("objective", BUDGETED)
def test_national_targets_under_budgets_equal_trying_every_choice(seed, objective):
    """Constraints, not weights: the best of all choices that meet them, or the proof that there is none."""
    problem = small_problem(seed, units=10, groups=2)
    own = problem.amounts @ (problem.group == 0).astype(float)
    wanted = [NationalTarget(j, 0, float(np.floor(own[j] * 0.6))) for j in range(2)]
    joint = with_national_targets(problem, wanted)
    best = best_by_enumeration(joint, objective)
    if best is None:
        with pytest.raises(Unreachable) as error:
            solve(joint, objective, gap=0.0)
        assert all(barrier.proven and barrier.missing > 0 for barrier in error.value.barriers)
        return
    plan = solve(joint, objective, gap=0.0)
    assert plan.evaluation.value == pytest.approx(best, abs=1e-9)
    assert plan.evaluation.feasible
    assert (plan.evaluation.shortfall[joint.required] == 0).all()


def test_some_of_these_problems_have_a_plan_and_some_have_none():
    """The test above sees both cases."""
    found = []
    for seed in range(8):
        problem = small_problem(seed, units=10, groups=2)
        own = problem.amounts @ (problem.group == 0).astype(float)
        joint = with_national_targets(problem, [NationalTarget(j, 0, float(np.floor(own[j] * 0.6))) for j in range(2)])
        found.append(best_by_enumeration(joint, Objective.MINIMUM_SHORTFALL) is None)
    assert set(found) == {True, False}


@pytest.mark.parametrize("objective", BUDGETED)
def test_national_target_beyond_the_budget_is_named_with_what_is_missing(objective):
    """Three units of 3 hold one each; a budget of 7 buys two, where 3 are wanted."""
    problem = two_parties().with_changes(budget=np.array([7.0]))
    with pytest.raises(Unreachable) as error:
        solve(with_national_targets(problem, [NationalTarget(0, 0, 3.0)]), objective)
    (barrier,) = error.value.barriers
    assert (barrier.kind, barrier.name, barrier.wanted, barrier.there, barrier.proven) == (
        WITHIN,
        "forest (AAA)",
        3.0,
        2.0,
        True,
    )
    assert "of 3 at best 2 is held, 1 (33.3 %) too little" in error.value.problems[0].message


@pytest.mark.parametrize("objective", BUDGETED)
def test_national_target_holds_though_the_other_party_is_cheaper(objective):
    problem = two_parties().with_changes(budget=np.array([4.0]), target=np.array([4.0]))
    free = solve(problem, objective, gap=0.0)
    assert free.selected.tolist() == [False, False, False, True, True, True]
    held = solve(with_national_targets(problem, [NationalTarget(0, 0, 1.0)]), objective, gap=0.0)
    assert held.selected[:3].sum() == 1
    assert held.evaluation.cost == 4.0
    assert held.evaluation.feasible


def test_party_that_cannot_keep_its_own_target_with_its_own_budget_is_named():
    with pytest.raises(DataError, match=r"AAA alone: no choice within the budget.*of 3 at best 1 is held"):
        compare_alone(budgeted(), [NationalTarget(0, 0, 3.0)], Objective.MINIMUM_SHORTFALL)
