"""The fuzzy method: worked cases, and its arithmetic written out once more against the evaluation at corners."""

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biosetu.species.criteria import Method, assess, read_inputs
from biosetu.species.criteria.evaluation import evaluate
from biosetu.species.criteria.fuzzy import disputed, first_reached, truths
from biosetu.species.criteria.tables import LEVELS

SCALE = ("LC", "VU", "EN", "CR")


def cases():
    with (Path(__file__).parent / "fuzzy_cases.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def inputs(record):
    return read_inputs(pa.table({"taxon": ["T"]} | {name: [str(value)] for name, value in record.items()}))


def assessed(record, dispute, risk):
    return assess(inputs(record), Method("fuzzy", float(dispute), float(risk))).to_pylist()[0]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["case"])
def test_worked_case(case):
    row = assessed(json.loads(case["inputs"]), case["dispute_tolerance"], case["risk_tolerance"])
    found = (row["category_low"], row["category"], row["category_high"])
    assert found == (case["category_low"], case["category"], case["category_high"])


def test_attitude_is_named_with_the_result():
    assert assessed({"mature_individuals": 40}, 0.25, 0.4)["method"] == "fuzzy/2 DT=0.25 RT=0.4"


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4), st.floats(0, 1), st.floats(0, 1))
def test_more_dispute_tolerance_draws_the_ends_in(corners, one, other):
    ordered = np.sort(corners)
    less, more = sorted((one, other))
    (low, high), (low2, high2) = disputed(ordered, less), disputed(ordered, more)
    assert low <= low2 + 1e-12
    assert high2 <= high + 1e-12
    assert disputed(ordered, 0.0) == pytest.approx((ordered[0], ordered[3]))
    assert disputed(ordered, 1.0) == pytest.approx((ordered[1], ordered[2]))


@pytest.mark.parametrize(("risk", "code"), [(0.0, 1), (0.2, 1), (0.3, 2), (0.9, 3)])
def test_level_is_the_first_whose_truth_reaches_the_risk_tolerance(risk, code):
    assert first_reached(np.array([[0.0], [0.25], [0.5]]), risk).tolist() == [code]


# the arithmetic, written out: trapezoids (low, lower best, upper best, high)


def greater_equal(x, limit):
    return tuple(float(corner >= limit) for corner in x)


def less(x, limit):
    return tuple(float(corner < limit) for corner in reversed(x))


def less_equal(x, limit):
    return tuple(float(corner <= limit) for corner in reversed(x))


def both(a, b):
    """Independent AND: envelope of product and least."""
    pairs = [(x * y, min(x, y)) for x, y in zip(a, b, strict=True)]
    return (min(pairs[0]), min(pairs[1]), max(pairs[2]), max(pairs[3]))


def either(a, b):
    """Independent OR: envelope of 1 − (1 − a)(1 − b) and greatest."""
    one = [(1 - (1 - x) * (1 - y), max(x, y)) for x, y in zip(a, b, strict=True)]
    return (min(one[0]), min(one[1]), max(one[2]), max(one[3]))


BOX = st.lists(st.integers(0, 24), min_size=4, max_size=4).map(sorted)
YES = st.sampled_from([(0.0,) * 4, (1.0,) * 4, (0.0, 0.0, 1.0, 1.0)])


def spelled(box, step):
    a, b, c, d = (step * x for x in box)
    return f"{a}-{d},{b}-{c}"


def said(truth):
    return {0.0: "no", 2.0: "unknown", 4.0: "yes"}[sum(truth)]


@settings(max_examples=200, deadline=None)
@given(BOX, BOX, BOX, BOX, YES, YES, YES)
def test_evaluation_at_corners_is_the_arithmetic_of_trapezoids(
    extent, places, people, loss, fragmented, habitat, mature
):
    """B1, C2a(i), D and A3 at each level, by product and least, against the truths of the engine."""
    eoo, locations, individuals, future = (
        [s * x for x in b] for s, b in ((1000, extent), (1, places), (60, people), (4, loss))
    )
    record = {
        "eoo_km2": spelled(extent, 1000), "locations": spelled(places, 1), "mature_individuals": spelled(people, 60),
        "largest_subpopulation": spelled(people, 60), "future_reduction": spelled(loss, 4), "future_basis": "c",
        "severely_fragmented": said(fragmented), "decline_habitat": said(habitat), "decline_mature": said(mature),
    }  # fmt: skip
    sheet = {
        "CR": (100, 1, 250, 50, 50, 80),
        "EN": (5000, 5, 2500, 250, 250, 50),
        "VU": (20000, 10, 10000, 1000, 1000, 30),
    }
    found = truths(evaluate(inputs(record)), 0.5)
    reached = (0.0,) * 4
    for k, level in enumerate(LEVELS):
        area, few, small, part, tiny, fall = sheet[level]
        a = either(less_equal(locations, few), fragmented)
        b1 = both(less(eoo, area), both(a, either(habitat, mature)))
        c2 = both(both(less(individuals, small), mature), less_equal(individuals, part))
        level_truth = either(either(b1, c2), either(less(individuals, tiny), greater_equal(future, fall)))
        reached = either(reached, level_truth)
        low, high = disputed(np.array(reached), 0.5)
        assert (found.low[k][0], found.high[k][0]) == (low, high)
        assert found.middle[k][0] == (low + high) / 2


@settings(max_examples=100, deadline=None)
@given(BOX, BOX, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_more_risk_tolerance_never_gives_a_more_threatened_category(people, loss, dispute, one, other):
    record = {"mature_individuals": spelled(people, 60), "future_reduction": spelled(loss, 4), "future_basis": "c"}
    least, most = sorted((one, other))
    cautious, evidentiary = assessed(record, dispute, least), assessed(record, dispute, most)
    for name in ("category_low", "category_high"):
        assert SCALE.index(evidentiary[name]) <= SCALE.index(cautious[name])
