"""Criteria C and D from series, worked by hand: time windows, severities, curves, categories with their range."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biosetu.ecosystems.assessment import CRITERIA, assess
from biosetu.ecosystems.degradation import (
    Bounds,
    SeverityTally,
    cells,
    finding,
    points,
    severity_bounds,
    value_at,
    window_of,
)
from biosetu.ecosystems.severity import extent_at, relative_severity
from biosetu.ecosystems.thresholds import ORDER, guidelines
from biosetu.problems import UsageError

RULES = guidelines()
VALUES = st.floats(-50, 50).map(lambda value: round(value, 3))


@pytest.mark.parametrize(
    ("criterion", "chosen", "expected"),
    [
        ("C1", {}, (1970, 2020)),
        ("D1", {"present": 2010}, (1960, 2010)),
        ("C2a", {"present": 2020}, (2020, 2070)),
        ("D2b", {}, (1990, 2040)),
        ("C2b", {"start": 1980}, (1980, 2030)),
        ("C3", {}, (1750, 2020)),
        ("D3", {"start": 1800}, (1800, 2020)),
    ],
)
def test_windows_are_those_of_the_criteria(
    criterion: str, chosen: dict[str, float], expected: tuple[float, float]
) -> None:
    found = window_of(criterion, [1990, 2005, 2020], **chosen)
    assert (found.criterion, found.start, found.end) == (criterion, *expected)


@pytest.mark.parametrize(
    ("criterion", "chosen", "message"),
    [
        ("A1", {}, "no 'A1' here"),
        ("C4", {}, "no 'C4' here"),
        ("C1", {"start": 1960}, "counts from the present"),
        ("C2b", {"start": 1960}, "does not hold the present, 2020"),
        ("D3", {"start": 2030}, "does not hold the present, 2020"),
    ],
)
def test_windows_that_are_none_are_refused(criterion: str, chosen: dict[str, float], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        window_of(criterion, [1990, 2020], **chosen)


def test_value_lies_on_the_line_between_the_nearest_known_dates() -> None:
    """Units: whole; without the middle date; without the first; without any."""
    nan = np.nan
    values = np.array([[10, 10, nan, nan], [4, nan, 4, nan], [0, 0, 0, nan]], float)
    years = [2000, 2010, 2020]
    np.testing.assert_array_equal(value_at(years, values, 2005), [7, 7.5, nan, nan])
    np.testing.assert_array_equal(value_at(years, values, 2010), [4, 5, 4, nan])
    np.testing.assert_array_equal(value_at(years, values, 2021), [nan] * 4)


def test_value_beyond_the_dates_goes_on_by_the_units_own_slope() -> None:
    """10, 4, 0 falls by half a unit a year (least squares); two dates by their line; one date says nothing."""
    nan = np.nan
    values = np.array([[10, 10, nan], [4, nan, nan], [0, 0, 3]], float)
    years = [2000, 2010, 2020]
    np.testing.assert_allclose(value_at(years, values, 2030, extrapolate=True), [-5, -5, nan])
    np.testing.assert_allclose(value_at(years, values, 1990, extrapolate=True), [15, 15, nan])


def exactly(*values: float) -> Bounds:
    return Bounds.exactly(np.array(values))


def test_severity_on_a_named_side_knows_what_lies_beyond_collapse() -> None:
    """Collapse at 5: sound, half way, at it, begun beyond and still there, begun beyond and come back."""
    baseline, present = [10, 10, 10, 4, 4, 5, 5], [10, 7.5, 4, 3, 8, 5, 6]
    assert relative_severity(baseline, present, 5, "low").tolist() == [0, 50, 100, 100, 0, 100, 0]
    turned = relative_severity([-v for v in baseline], [-v for v in present], -5, "high")
    assert turned.tolist() == [0, 50, 100, 100, 0, 100, 0]


@pytest.mark.parametrize(("baseline", "present"), [(0.9, 0.18), (0.7, 0.14), (1e-3, 2e-4), (123.4, 24.68)])
def test_four_fifths_of_the_way_are_eighty_per_cent_whatever_the_digits(baseline: float, present: float) -> None:
    assert relative_severity(baseline, present, 0.0).tolist() == 80


def test_bounds_are_the_worst_and_the_mildest_case() -> None:
    """From 10 (8-12) to 5 (4-6), collapse at 1 (0-2): best 5/9; worst 12, 4, 2: 0.8; mildest 8, 6, 0: 1/4."""
    three = [Bounds(*(np.array([value]) for value in values)) for values in ((10, 8, 12), (5, 4, 6), (1, 0, 2))]
    found = severity_bounds(*three, "low")
    assert found[:, 0].tolist() == pytest.approx([500 / 9, 25, 80])
    mirrored = [Bounds(*(-getattr(value, side) for side in ("best", "high", "low"))) for value in three]
    np.testing.assert_array_equal(severity_bounds(*mirrored, "high"), found)


@given(VALUES, VALUES, VALUES, st.lists(st.floats(0, 9), min_size=3, max_size=3), st.sampled_from(["low", "high"]))
def test_bounds_enclose_the_best_estimate(
    baseline: float, present: float, collapse: float, reach: list[float], side: str
) -> None:
    values = (baseline, present, collapse)
    three = [
        Bounds(*(np.array([each]) for each in (value, value - own, value + own)))
        for value, own in zip(values, reach, strict=True)
    ]
    best, low, high = severity_bounds(*three, side)[:, 0]
    assert low <= best <= high


def tally_of(severity: list[tuple[float, float, float]], area: list[int]) -> SeverityTally:
    tally = SeverityTally(1)
    tally.add(np.zeros(len(area), np.int64), np.array(severity).T, np.array(area, np.int64))
    return tally


def test_curve_and_category_worked_by_hand() -> None:
    """Four units of 40, 30, 20, 10: severities 85, 60, 30, unknown. Of the known 90: 80 % over 44.4, 50 % over 77.8."""
    nan = np.nan
    severity = [(85, 79, 100), (60, 45, 65), (30, 10, 40), (nan, nan, nan)]
    tally = tally_of(severity, [40, 30, 20, 10])
    curve = tally.curve(0)
    assert curve is not None
    assert (tally.known(0), int(tally.unknown[0]), int(tally.units[0])) == (90, 10, 3)
    assert [float(curve[0, at]) for at in (0, 30, 31, 50, 60, 61, 85, 86)] == pytest.approx(
        [100, 100, 70 / 0.9, 70 / 0.9, 70 / 0.9, 40 / 0.9, 40 / 0.9, 0]
    )
    found = finding(curve, "C1", RULES)
    assert (found.category, found.low, found.high) == ("VU", "LC", "VU")
    assert {at: round(extent.best, 1) for at, extent in points(curve, "C1", RULES)} == {  # type: ignore[union-attr]
        30: 100.0,
        50: 77.8,
        80: 44.4,
        100: 0.0,
    }


@pytest.mark.parametrize(
    ("criterion", "severity", "area", "category"),
    [
        ("C1", 80, 80, "CR"), ("C1", 79.9, 80, "EN"), ("C1", 80, 79, "EN"), ("C1", 50, 80, "EN"), ("C1", 50, 79, "VU"),
        ("C1", 49.9, 80, "VU"), ("C1", 30, 80, "VU"), ("C1", 30, 79, "LC"), ("C1", 80, 30, "VU"), ("C1", 80, 29, "LC"),
        ("D3", 90, 90, "CR"), ("D3", 89.9, 90, "EN"), ("D3", 70, 70, "VU"), ("D3", 50, 90, "VU"), ("D3", 49, 90, "LC"),
        ("C2a", 100, 100, "CO"), ("C2a", 99.9, 100, "CR"),
    ],
)  # fmt: skip
def test_part_of_the_land_at_and_under_each_threshold(
    criterion: str, severity: float, area: int, category: str
) -> None:
    """So much of a hundred has the severity, the rest none; the template's cells give the assessment the same."""
    tally = tally_of([(severity,) * 3, (0, 0, 0)], [area, 100 - area])
    assert finding(tally.curve(0), criterion, RULES).category == category
    (found,) = assess([{"ecosystem": "E", **cells(tally.curve(0), criterion, RULES)}])
    assert found.findings[CRITERIA.index(criterion)].category == category


def test_nothing_known_is_data_deficient() -> None:
    tally = tally_of([(np.nan,) * 3], [5])
    assert tally.curve(0) is None
    assert finding(None, "D1", RULES).category == "DD"
    assert cells(None, "D1", RULES)["D1_extent_percent"] == "DD|DD|DD|DD"
    (found,) = assess([{"ecosystem": "E", **cells(None, "D1", RULES)}])
    assert found.findings[CRITERIA.index("D1")].category == "DD"


@pytest.mark.parametrize("half", [757_351_300_722_042, 10**17 + 1, 4 * 10**18])
def test_half_of_any_area_is_fifty_per_cent(half: int) -> None:
    """Areas beyond 2^53 and near 2^63 units: neither rounding nor overflow moves an extent off a threshold."""
    curve = tally_of([(80, 80, 80), (0, 0, 0)], [half, half]).curve(0)
    assert curve is not None
    assert curve[:, [0, 30, 80, 81]].tolist() == [[100, 50, 50, 0]] * 3
    assert finding(curve, "C1", RULES).category == "EN"


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(0, 10**12), st.integers(0, 2)), min_size=1, max_size=30))
def test_parts_in_any_order_give_the_curve_of_the_whole(units: list[tuple[float, int, int]]) -> None:
    """And the curve is the one that counting over sorted severities gives."""
    severity = np.array([[value] * 3 for value, _, _ in units]).T
    area, kind = np.array([size for _, size, _ in units]), np.array([kind for _, _, kind in units])
    whole, parts = SeverityTally(3), SeverityTally(3)
    whole.add(kind, severity, area)
    for index in reversed(range(len(units))):
        one = SeverityTally(3)
        one.add(kind[[index]], severity[:, [index]], area[[index]])
        parts.merge(one)
    np.testing.assert_array_equal(whole.area, parts.area)
    by_kind: dict[int, list[int]] = defaultdict(list)
    for index, own in enumerate(kind.tolist()):
        by_kind[own].append(index)
    for own, places in by_kind.items():
        curve = whole.curve(own)
        plain = extent_at(severity[0][places], area[places], np.arange(101))
        np.testing.assert_allclose(np.full(101, np.nan) if curve is None else curve[0], plain, rtol=1e-12)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 20), st.floats(0, 20)), min_size=1, max_size=9))
def test_range_of_the_category_encloses_it(units: list[tuple[float, float, float]]) -> None:
    severity = [(best, max(0, best - below), min(100, best + above)) for best, below, above in units]
    found = finding(tally_of(severity, [7] * len(units)).curve(0), "C1", RULES)
    assert ORDER.index(found.low) <= ORDER.index(found.category) <= ORDER.index(found.high)
