import numpy as np
import pytest
from tests.planning.problems import best_by_enumeration, small_problem

from biosetu.planning import bundle, mincut, repair
from biosetu.planning.evaluation import evaluate
from biosetu.planning.records import Objective
from biosetu.planning.relaxation import Relaxation
from biosetu.planning.solve import ready, solve
from biosetu.problems import Cancelled, DataError

SEEDS = range(12)


@pytest.mark.parametrize("objective", list(Objective))
@pytest.mark.parametrize("seed", SEEDS)
def test_solver_equals_trying_every_choice(seed, objective):
    problem = small_problem(seed, units=9, groups=1 + seed % 2)
    best = best_by_enumeration(problem, objective)
    if best is None:
        with pytest.raises(DataError):
            solve(problem, objective, gap=0.0)
        return
    plan = solve(problem, objective, gap=0.0)
    assert plan.evaluation.value == pytest.approx(best, abs=1e-9)
    assert plan.gap < 1e-6


def test_solver_equals_trying_every_choice_of_eighteen_units():
    problem = small_problem(3, units=18, features=3)
    for objective in Objective:
        best = best_by_enumeration(problem, objective)
        assert solve(problem, objective, gap=0.0).evaluation.value == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize("objective", list(Objective))
def test_bound_holds_at_any_prices(objective):
    random = np.random.default_rng(5)
    problem = small_problem(1, units=10)
    best = best_by_enumeration(problem, objective)
    sign = -1 if objective is Objective.MAXIMUM_UTILITY else 1
    relaxation = Relaxation(problem, objective)
    limit = np.minimum(relaxation.limits(), 30.0)
    for _ in range(200):
        relaxed = relaxation.at(random.random(limit.size) * limit)
        assert relaxed.bound <= sign * best + 1e-9


def test_slope_is_a_supergradient():
    random = np.random.default_rng(6)
    problem = small_problem(2, units=10, groups=2)
    for objective in Objective:
        relaxation = Relaxation(problem, objective)
        limit = np.minimum(relaxation.limits(), 30.0)
        for _ in range(50):
            here, there = random.random(limit.size) * limit, random.random(limit.size) * limit
            at_here, at_there = relaxation.at(here), relaxation.at(there)
            assert at_there.bound <= at_here.bound + at_here.slope @ (there - here) + 1e-7


def test_plan_is_recomputed_from_its_units():
    problem = small_problem(4, units=12)
    plan = solve(problem, Objective.MINIMUM_SET, gap=0.0)
    again = evaluate(problem, plan.selected, Objective.MINIMUM_SET)
    assert again.value == plan.evaluation.value
    cost = sum(problem.cost[plan.selected])
    edges = problem.boundary
    length = sum(
        b
        for i, j, b in zip(edges.first, edges.second, edges.length, strict=True)
        if plan.selected[i] != plan.selected[j]
    ) + sum(edges.exposed[plan.selected])
    assert again.value == pytest.approx(cost + problem.penalty * length)


def test_target_out_of_reach_is_named_with_what_is_missing():
    problem = small_problem(0, units=8)
    held = problem.amounts @ (~problem.locked_out).astype(float)
    problem = problem.with_changes(target=np.where(np.arange(4) == 2, held + 5.0, problem.target * 0))
    with pytest.raises(DataError) as error:
        solve(problem, Objective.MINIMUM_SET)
    (fault,) = error.value.problems
    assert fault.value == "f2"
    assert "5 (" in fault.message


def test_locked_in_dearer_than_budget_is_named():
    problem = small_problem(0, units=8)
    problem = problem.with_changes(locked_in=~problem.locked_out, budget=np.array([1.0]))
    with pytest.raises(DataError, match="more than the budget of 1"):
        solve(problem, Objective.MINIMUM_SHORTFALL)


def test_plan_keeps_locks_and_budgets():
    problem = small_problem(9, units=12, groups=2)
    for objective in (Objective.MINIMUM_SHORTFALL, Objective.MAXIMUM_UTILITY):
        plan = solve(problem, objective, gap=0.0)
        assert not (problem.locked_out & plan.selected).any()
        assert plan.selected[problem.locked_in].all()
        assert (plan.evaluation.spent <= problem.budget + 1e-9).all()


def test_start_that_is_better_is_never_lost():
    problem = small_problem(8, units=12)
    best = solve(problem, Objective.MINIMUM_SET, gap=0.0)
    again = solve(problem, Objective.MINIMUM_SET, gap=0.9, seconds=0.0, begin=best.selected)
    assert again.evaluation.value == best.evaluation.value


def test_same_problem_gives_same_plan():
    problem = small_problem(11, units=12)
    first, second = (solve(problem, Objective.MINIMUM_SET, gap=0.0) for _ in range(2))
    assert (first.selected == second.selected).all()
    assert first.bound == second.bound


def test_cancelling_passes_through():
    def refuse(done, total, label=""):
        raise Cancelled

    with pytest.raises(Cancelled):
        solve(small_problem(4, units=12), Objective.MINIMUM_SET, gap=0.0, progress=refuse)


def test_unit_locked_both_ways_is_refused():
    problem = small_problem(0, units=8)
    with pytest.raises(DataError, match="locked in and locked out"):
        problem.with_changes(locked_in=np.ones(8, bool), locked_out=np.arange(8) == 3)


def test_amounts_that_are_negative_are_refused():
    problem = small_problem(0, units=8)
    with pytest.raises(DataError, match="amount holds"):
        problem.with_changes(amounts=-problem.amounts)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_unit_is_paid_for_that_brings_no_target_nearer(seed):
    problem = small_problem(seed, units=12).with_changes(penalty=0.0)
    plan = solve(problem, Objective.MINIMUM_SHORTFALL, gap=0.0)
    free = ~problem.locked_in & (problem.cost > 0)
    for unit in np.flatnonzero(plan.selected & free):
        without = plan.selected & (np.arange(12) != unit)
        assert evaluate(problem, without, Objective.MINIMUM_SHORTFALL).value > plan.evaluation.value


@pytest.mark.parametrize("factor", [1e-6, 1.0, 1e9])
@pytest.mark.parametrize("objective", [Objective.MINIMUM_SHORTFALL, Objective.MAXIMUM_UTILITY])
def test_bound_does_not_depend_on_the_unit_of_money(objective, factor):
    problem = small_problem(5, units=14)
    priced = problem.with_changes(cost=problem.cost * factor, budget=problem.budget * factor)
    limit = Relaxation(problem, objective).limits().size
    point = np.full(limit, 0.4)
    plain, scaled = (Relaxation(each, objective).at(point).bound for each in (problem, priced))
    assert scaled == pytest.approx(plain, rel=1e-6)


def test_time_limit_starts_when_kernels_are_ready_and_holds():
    ready()
    problem = small_problem(3, units=18)
    for seconds in (0.0, 0.3):
        plan = solve(problem, Objective.MINIMUM_SET, gap=0.0, seconds=seconds)
        assert plan.seconds <= seconds + 0.5
        assert plan.evaluation.feasible


def test_every_kernel_is_compiled_once_whatever_the_arrays_look_like():
    ready()
    kernels = (mincut._maximum_flow, repair._add_best, repair.drop, repair.trim, repair.spare_cost, bundle._mix)
    before = [len(kernel.signatures) for kernel in kernels]
    problem = small_problem(7, units=12)
    shut = np.ascontiguousarray(problem.cost)
    shut.flags.writeable = False
    strided = np.repeat(problem.target, 2)[::2]
    for objective in Objective:
        solve(problem.with_changes(cost=shut, target=strided), objective, gap=0.0, seconds=5)
    assert [len(kernel.signatures) for kernel in kernels] == before


def test_watcher_is_told_and_stops_the_work():
    told = []
    problem = small_problem(4, units=16)
    solve(problem, Objective.MINIMUM_SET, gap=0.0, watch=told.append)
    assert told[-1].gap is not None
    assert [moment.seconds for moment in told] == sorted(moment.seconds for moment in told)
    assert all(moment.bound <= moment.value + 1e-9 for moment in told if moment.value is not None)

    def stop(moment):
        raise Cancelled

    with pytest.raises(Cancelled):
        solve(problem, Objective.MINIMUM_SET, gap=0.0, watch=stop)
