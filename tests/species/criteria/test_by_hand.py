"""The criteria once more, written down plainly from the published summary sheet, against the engine."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from biosetu.species.criteria import Method, assess, read_inputs

SHEET = {
    "CR": {"A1": 90, "A": 80, "B1": 100, "B2": 10, "loc": 1, "C": 250, "C1": 25, "sub": 50, "one": 90, "D": 50,
           "E": 50},
    "EN": {"A1": 70, "A": 50, "B1": 5000, "B2": 500, "loc": 5, "C": 2500, "C1": 20, "sub": 250, "one": 95, "D": 250,
           "E": 20},
    "VU": {"A1": 50, "A": 30, "B1": 20000, "B2": 2000, "loc": 10, "C": 10000, "C1": 10, "sub": 1000, "one": 100,
           "D": 1000, "E": 10},
}  # fmt: skip
DECLINE = {"CR": "decline_3y_1g", "EN": "decline_5y_2g", "VU": "decline_10y_3g"}
RISK = {"CR": "extinction_10y_3g", "EN": "extinction_20y_5g", "VU": "extinction_100y"}


def around(*values):
    """Each value, and just below and above it."""
    return st.sampled_from(sorted({v + d for v in values for d in (-0.5, 0, 0.5)} | {0, max(values) * 2}))


def percents(*values):
    return st.sampled_from(sorted({min(v + d, 100) for v in values for d in (-0.5, 0, 0.5)} | {0}))


YES_NO = st.sampled_from(["yes", "no", ""])
INPUTS = st.fixed_dictionaries(
    {
        "causes_reversible": YES_NO, "causes_understood": YES_NO, "causes_ceased": YES_NO,
        "severely_fragmented": YES_NO, "decline_habitat": YES_NO, "decline_mature": YES_NO,
        "fluctuation_locations": YES_NO, "fluctuation_mature": YES_NO, "d2_threat": YES_NO,
    },
    optional={
        "past_reduction": percents(30, 50, 70, 80, 90), "future_reduction": percents(30, 50, 80),
        "moving_reduction": percents(30, 50, 80), "eoo_km2": around(100, 5000, 20000),
        "aoo_km2": around(10, 20, 500, 2000), "locations": st.integers(1, 12),
        "mature_individuals": around(50, 250, 1000, 2500, 10000), "largest_subpopulation": around(50, 250, 1000),
        "percent_in_one_subpopulation": percents(90, 95, 100), "decline_3y_1g": percents(25),
        "decline_5y_2g": percents(20), "decline_10y_3g": percents(10), "extinction_10y_3g": percents(50),
        "extinction_20y_5g": percents(20), "extinction_100y": percents(10),
    },
)  # fmt: skip


def met(level, given):
    """Return which of A1 … E a taxon meets at a level."""
    limit, none = SHEET[level], float("inf")

    def at_least(name, value):
        return given.get(name, -1) >= value

    def below(name, value):
        return given.get(name, none) < value

    def yes(*names):
        return all(given[name] == "yes" for name in names)

    over = yes("causes_reversible", "causes_understood", "causes_ceased")
    few = given.get("locations", none) <= limit["loc"]
    declines = yes("decline_habitat") or yes("decline_mature")
    fluctuates = yes("fluctuation_locations") or yes("fluctuation_mature")
    two = (few or yes("severely_fragmented")) + declines + fluctuates >= 2
    small = below("mature_individuals", limit["C"])
    parts = given.get("largest_subpopulation", none) <= limit["sub"] or at_least(
        "percent_in_one_subpopulation", limit["one"]
    )
    restricted = below("aoo_km2", 20) or given.get("locations", none) <= 5
    found = {
        "A1": at_least("past_reduction", limit["A1"]) and over,
        "A2": at_least("past_reduction", limit["A"]) and not over,
        "A3": at_least("future_reduction", limit["A"]),
        "A4": at_least("moving_reduction", limit["A"]) and not over,
        "B1": below("eoo_km2", limit["B1"]) and two,
        "B2": below("aoo_km2", limit["B2"]) and two,
        "C1": small and at_least(DECLINE[level], limit["C1"]),
        "C2": small and yes("decline_mature") and (parts or yes("fluctuation_mature")),
        "D": below("mature_individuals", limit["D"]),
        "D2": level == "VU" and restricted and yes("d2_threat"),
        "E": at_least(RISK[level], limit["E"]),
    }
    return {name for name, true in found.items() if true}


def named(criteria):
    """Return the criteria that a string in the official grammar names."""
    out = set()
    for group in filter(None, criteria.split("; ")):
        letter, *numbers = group[0], *group[1:].split("+")
        out |= {letter + (number[:1] if letter in "ABC" or number == "2" else "") for number in numbers}
    return out


@settings(max_examples=400, deadline=None)
@given(INPUTS)
def test_engine_says_what_the_summary_sheet_says(given_values):
    record = {"past_basis": "c", "future_basis": "c", "moving_basis": "c"} | given_values
    row = assess(
        read_inputs(pa.table({"taxon": ["T"]} | {k: [str(v)] for k, v in record.items()})), Method()
    ).to_pylist()[0]
    levels = [(level, met(level, given_values)) for level in ("CR", "EN", "VU")]
    expected = next(((level, names) for level, names in levels if names), ("LC", set()))
    if row["category"] == "DD":
        assert row["category_low"] == "LC"
        return
    assert (row["category"], named(row["criteria"])) == expected
