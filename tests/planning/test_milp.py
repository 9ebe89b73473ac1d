import numpy as np
import pytest
from tests.planning.problems import small_problem

from biosetu.planning.evaluation import evaluate
from biosetu.planning.milp import build_model, solve_exactly
from biosetu.planning.records import Objective
from biosetu.planning.solve import solve


@pytest.mark.parametrize("objective", list(Objective))
@pytest.mark.parametrize("seed", range(4))
def test_model_of_some_units_prices_the_whole_plan(seed, objective):
    problem = small_problem(seed, units=12)
    plan = solve(problem, objective, gap=0.0)
    free = np.arange(12) % 2 == 0
    answer = solve_exactly(problem, objective, begin=plan.selected, free=free, gap=0.0, seconds=10)
    rated = evaluate(problem, answer.selected, objective)
    assert rated.value == pytest.approx(plan.evaluation.value)
    assert answer.bound == pytest.approx(rated.value, abs=1e-6)
    assert (answer.selected[~free] == plan.selected[~free]).all()


def test_model_has_a_row_for_each_side_of_a_border():
    problem = small_problem(1, units=10).with_changes(penalty=1.0)
    model = build_model(problem, Objective.MINIMUM_SET, np.arange(10), np.zeros(10, bool))
    assert model.rows.shape == (
        np.count_nonzero(problem.target) + 2 * problem.boundary.first.size,
        10 + problem.boundary.first.size,
    )
