"""The worked cases are complete: every threshold, part of a criterion, and path of the regional tree has its own."""

import csv
import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from biosetu.species.criteria.evaluation import DECLINES, FLUCTUATIONS
from biosetu.species.criteria.inputs import STATES
from biosetu.species.criteria.tables import LEVELS, parameters, thresholds
from biosetu.species.tables import rows

HERE = Path(__file__).parent
NUMERALS = ("i", "ii", "iii", "iv", "v")
# what the criteria string holds where a threshold is passed
NAMED = {
    **{name: rf"{name}[a-e]+" for name in ("A1", "A2", "A3", "A4")},
    **{name: rf"{name}(a|b)" for name in ("B1", "B2")},
    "B": r"B\da", "C": r"C2b", "C1": r"C1", "C2a(i)": r"C2a\(i\)", "C2a(ii)": r"C2a\(ii\)", "D2": r"D2", "E": r"E$",
}  # fmt: skip
BASES = {"A1": "past_basis", "A2": "past_basis", "A3": "future_basis", "A4": "moving_basis"}
ANSWERS = ("yes", "no", "unknown")


def cases(name):
    with (HERE / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


CASES = [{**case, "inputs": json.loads(case["inputs"])} for case in cases("criteria_cases.csv")]


def named(limit):
    return {"CR": r"D$", "EN": r"D$", "VU": r"D1"}[limit.level] if limit.criterion == "D" else NAMED[limit.criterion]


def meets(case, limit):
    return case["category"] == limit.level and re.search(named(limit), case["criteria"]) is not None


def around(limit):
    """Values of the parameter, with the case, by all other inputs: within a hundredth of it, or one beside it."""
    found = defaultdict(dict)
    for case in CASES:
        text = case["inputs"].get(limit.parameter, "")
        others = tuple(sorted((k, v) for k, v in case["inputs"].items() if k != limit.parameter))
        if re.fullmatch(r"[\d.]+", text) and abs(float(text) - limit.value) <= max(limit.value / 90, 1):
            found[others][float(text)] = case
    return list(found.values())


def shows(values, limit):
    """Whether cases that differ in nothing else stand at, just under and just over, and only the right ones meet it."""
    under = [v for v in values if v < limit.value]
    over = [v for v in values if v > limit.value]
    highest = parameters()[limit.parameter].maximum == limit.value
    fewest = limit.parameter == "locations" and limit.value == 1
    if limit.value not in values or not (under or fewest) or not (over or highest):
        return False
    passing = {">=": [limit.value, *over], "<": under, "<=": [limit.value, *under]}[limit.operator]
    return all(meets(case, limit) == (value in passing) for value, case in values.items())


def test_every_threshold_has_a_case_at_just_under_and_just_over_it():
    missing = [
        f"{limit.criterion} {limit.level} {limit.parameter} {limit.operator} {limit.value:g}"
        for limit in thresholds()
        if not any(shows(values, limit) for values in around(limit))
    ]
    assert missing == []


def parts():
    """Every part that has no threshold of its own: (category, what the string must hold)."""
    for level in LEVELS:
        for number in "12":
            for part, names in (("b", DECLINES), ("c", FLUCTUATIONS)):
                yield from ((level, f"B{number}a{part}({NUMERALS[k]})") for k in range(len(names)))
            yield level, f"B{number}b(iii)c(iv)"
        for name, basis in BASES.items():
            yield from ((level, name + letter) for letter in "abcde" if (basis, letter) != ("future_basis", "a"))
        yield level, "C2b"
    yield "VU", "D2"


def test_every_part_of_a_criterion_has_a_case_of_its_own_at_every_category():
    known = {(case["category"], case["criteria"]) for case in CASES}
    assert [f"{level} {text}" for level, text in parts() if (level, text) not in known] == []


def test_every_state_has_a_case():
    assert set(STATES) - {case["inputs"].get("state", "") for case in CASES} - {""} == set()


def tree():
    found = defaultdict(dict)
    for row in rows("regional_steps.csv"):
        found[row["question"]][row["answer"]] = (row["next"], row["step"] == "filter")
    return found


def paths(question="native", way=()):
    """Every path: in the filter by what is told apart, in the steps by each of the three answers."""
    branches = tree().get(question)
    if branches is None:
        yield way, question
        return
    told_apart = next(iter(branches.values()))[1]
    for answer in branches if told_apart else ANSWERS:
        following, _ = branches.get(answer, branches["*"])
        yield from paths(following, (*way, (question, answer)))


def walked(answers):
    """The path that answers take, in the same words."""
    question, way = "native", ()
    while question in tree():
        branches = tree()[question]
        answer = answers.get(question, "unknown")
        following, told_apart = branches.get(answer, branches["*"])
        way += ((question, answer if answer in branches or not told_apart else "*"),)
        question = following
    return way


def test_every_path_of_the_regional_tree_has_a_case_with_its_result():
    results = {walked(json.loads(case["answers"])): case["result"] for case in cases("regional_cases.csv")}
    told = {way: " → ".join(f"{question}={answer}" for question, answer in way) for way, _ in paths()}
    assert len(told) == 30
    assert [told[way] for way, result in paths() if results.get(way) != result] == []


@pytest.mark.parametrize("name", ["criteria_cases", "regional_cases", "fuzzy_cases", "guideline_cases", "near_cases"])
def test_every_case_has_a_name_of_its_own_and_a_source(name):
    found = cases(f"{name}.csv")
    assert all(case["source"].strip() for case in found)
    assert len({case["case"] for case in found}) == len(found)
