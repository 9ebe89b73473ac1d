import numpy as np
import pytest
from scipy import sparse
from tests.planning.problems import best_by_enumeration, small_problem

from biosetu.planning.next_area import OUTLINE_PART, Protection, next_area, protection_of
from biosetu.planning.records import Objective
from biosetu.problems import DataError


@pytest.mark.parametrize("seed", range(6))
def test_no_other_units_of_that_area_would_do_more(seed):
    problem = small_problem(seed, units=10)
    area = problem.cost
    found = next_area(problem, area, 25.0, gap=0.0)
    priced = problem.with_changes(cost=np.where(problem.locked_in, 0.0, area), budget=np.array([25.0]), penalty=0.0)
    best = best_by_enumeration(priced, Objective.MINIMUM_SHORTFALL)
    shortfall = float(problem.weight @ found.plan.evaluation.shortfall)
    assert best <= shortfall + 1e-9
    assert shortfall <= best + OUTLINE_PART * problem.weight.sum()
    assert found.area_km2 == pytest.approx(area[found.added].sum())
    assert found.area_km2 <= 25.0
    assert not (found.added & problem.locked_in).any()


def test_gains_are_what_the_added_units_hold():
    problem = small_problem(3, units=12)
    found = next_area(problem, problem.cost, 30.0)
    rows = {row["feature"]: row for row in found.features.to_pylist()}
    assert set(rows) == {name for name, target in zip(problem.feature, problem.target, strict=True) if target > 0}
    for position, name in enumerate(problem.feature):
        if name in rows:
            assert rows[name]["gain"] == pytest.approx(problem.amounts.toarray()[position][found.added].sum())
    points = [row["gain_points"] for row in found.features.to_pylist()]
    assert points == sorted(points, reverse=True)
    shares = [row["then_percent"] for row in found.features.to_pylist()]
    assert found.held_then == pytest.approx(np.mean(shares) / 100)


def test_nothing_is_bought_where_all_is_held_already():
    problem = small_problem(2, units=9)
    everything = problem.with_changes(locked_in=np.ones(9, bool), locked_out=np.zeros(9, bool))
    found = next_area(everything, everything.cost, 10.0)
    assert not found.added.any()
    assert found.held_now == found.held_then == 1.0


def test_without_targets_there_is_no_basis():
    problem = small_problem(1, units=9)
    with pytest.raises(DataError, match="no feature has a target"):
        next_area(problem.with_changes(target=problem.target * 0), problem.cost)


def four_units():
    """Four units of 10 km² in a row, each all forest; of the first four tenths are protected, of the second all."""
    problem = small_problem(0, units=9)
    forest = sparse.csr_array(np.full((1, 4), 10.0))
    share = np.array([0.4, 1.0, 0.0, 0.0])
    plain = problem.with_changes(
        unit_id=np.arange(4),
        cost=np.ones(4),
        amounts=forest,
        feature=("forest",),
        target=np.array([25.0]),
        weight=np.ones(1),
        locked_in=np.array([False, True, False, False]),
        locked_out=np.zeros(4, bool),
        boundary=type(problem.boundary).none(4),
        group=np.zeros(4, np.int64),
        groups=("",),
        budget=np.empty(0),
        required=np.zeros(1, bool),
    )
    return plain, Protection(share, sparse.csr_array(forest @ sparse.diags_array(share)))


def test_of_a_unit_protected_in_part_only_the_rest_is_bought():
    """14 are held; six more come from the rest of the first unit, at its six km²."""
    problem, told = four_units()
    found = next_area(problem, np.full(4, 10.0), 6.5, protected=protection_of(problem, told))
    (row,) = found.features.to_pylist()
    assert found.added.tolist() == [True, False, False, False]
    assert found.area_km2 == pytest.approx(6.0)
    assert (row["held_now"], row["gain"], row["target"]) == pytest.approx((14.0, 6.0, 25.0))
    assert (found.held_now, found.held_then) == pytest.approx((14 / 25, 20 / 25))


def test_unit_locked_in_of_which_no_layer_tells_counts_whole():
    problem, told = four_units()
    told = Protection(np.array([0.4, 1.0, np.nan, 0.0]), told.amounts)
    locked = problem.with_changes(locked_in=np.array([True, True, True, True]))
    held = protection_of(locked, told)
    assert held.share.tolist() == pytest.approx([0.4, 1.0, 1.0, 0.0])
    assert held.amounts.toarray()[0].tolist() == pytest.approx([4.0, 10.0, 10.0, 0.0])
    assert next_area(problem, np.full(4, 10.0), 1.0).held_now == pytest.approx(10 / 25)
