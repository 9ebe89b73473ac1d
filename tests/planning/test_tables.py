import numpy as np
import pyarrow as pa
import pytest
from tests.planning.problems import small_problem

from biosetu.planning.tables import Settings, marxan_tables, problem_from_tables
from biosetu.planning.targets import default_share
from biosetu.problems import DataError


def tables(**changes):
    base = {
        "units": pa.table({"unit": [1, 2, 3], "cost": [1.0, 2.0, 3.0], "status": ["free", "in", "3"]}),
        "features": pa.table({"feature": ["a", "b"], "share": [0.5, 0.1]}),
        "amounts": pa.table({"feature": ["a", "a", "b"], "unit": [1, 2, 3], "amount": [4.0, 6.0, 8.0]}),
        "boundaries": pa.table({"id1": [1, 2, 1], "id2": [2, 1, 1], "boundary": [1.0, 0.5, 7.0]}),
    }
    return base | changes


def test_problem_is_read_from_our_names_and_marxans():
    problem = problem_from_tables(tables(), Settings(penalty=2.0)).problem
    assert problem.target.tolist() == [5.0, 0.8]
    assert problem.locked_in.tolist() == [False, True, False]
    assert problem.locked_out.tolist() == [False, False, True]
    assert problem.boundary.length.tolist() == [1.5]
    assert problem.boundary.exposed.tolist() == [7.0, 0.0, 0.0]


def test_marxan_tables_give_the_same_problem_back():
    problem = small_problem(3, units=9)
    named = marxan_tables(problem)
    read = {"units": named["pu"], "features": named["spec"], "amounts": named["puvspr"], "boundaries": named["bound"]}
    again = problem_from_tables(read, Settings(penalty=problem.penalty)).problem
    assert (again.amounts.toarray() == problem.amounts.toarray()).all()
    assert np.array_equal(again.target, problem.target)
    assert np.array_equal(again.locked_in, problem.locked_in)
    assert again.boundary.length.sum() == pytest.approx(problem.boundary.length.sum())
    assert np.array_equal(again.boundary.exposed, problem.boundary.exposed)


def test_all_faults_are_listed_at_once():
    bad = tables(
        units=pa.table({"unit": [1, 1, 2], "cost": ["1", "x", "3"], "status": ["free", "maybe", ""]}),
        amounts=pa.table({"feature": ["a"], "unit": [9], "amount": [1.0]}),
    )
    with pytest.raises(DataError) as error:
        problem_from_tables(bad, Settings())
    assert {problem.code for problem in error.value.problems} >= {"twice", "unknown"}


def test_amount_given_twice_is_refused():
    twice = pa.table({"feature": ["a", "a"], "unit": [1, 1], "amount": [1.0, 2.0]})
    with pytest.raises(DataError, match="stands twice"):
        problem_from_tables(tables(amounts=twice), Settings())


def test_missing_column_is_named():
    with pytest.raises(DataError, match="column amount: a column is missing"):
        problem_from_tables(tables(amounts=pa.table({"species": [1], "pu": [1]})), Settings())


def test_budget_for_each_party_must_be_complete():
    units = pa.table({"unit": [1, 2, 3], "party": ["AAA", "BBB", "BBB"]})
    with pytest.raises(DataError, match="no budget is given"):
        problem_from_tables(tables(units=units), Settings(budget={"AAA": 3.0}))
    problem = problem_from_tables(tables(units=units), Settings(budget={"AAA": 3.0, "BBB": 4.0})).problem
    assert problem.budget.tolist() == [3.0, 4.0]
    assert problem.group.tolist() == [0, 1, 1]


def test_marxan_has_outer_borders_as_long_as_their_factor_makes_them():
    problem = problem_from_tables(tables(), Settings(penalty=2.0, edge_factor=0.5)).problem
    bound = marxan_tables(problem)["bound"].to_pylist()
    assert bound == [{"id1": 1, "id2": 2, "boundary": 1.5}, {"id1": 1, "id2": 1, "boundary": 3.5}]
    none = problem_from_tables(tables(), Settings(edge_factor=0.0)).problem
    assert marxan_tables(none)["bound"].num_rows == 1


def test_features_without_a_target_are_named():
    features = pa.table({"feature": ["a", "b"], "share": ["", "0.1"]})
    loaded = problem_from_tables(tables(features=features), Settings())
    assert loaded.without_target == ("a",)
    assert loaded.problem.target.tolist() == pytest.approx([default_share() * 10, 0.8])
    assert problem_from_tables(tables(), Settings()).without_target == ()
