import numpy as np
import pytest
from scipy import sparse

from biosetu.planning import (
    Boundary,
    NationalTarget,
    Objective,
    PlanningProblem,
    compare_alone,
    solve,
    with_national_targets,
)
from biosetu.planning.transboundary import fair_shares


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
