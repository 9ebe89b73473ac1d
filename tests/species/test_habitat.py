import math

import numpy as np
import pytest

from biosetu.species.habitat import area_of_habitat, suitable_cover, tidy_elevation

IN_RANGE = np.array([[True, True], [True, False]])
COVER = np.array([[True, False], [True, True]])
HEIGHT = np.array([[100.0, 200.0], [900.0, 100.0]])
ONE = np.ones((2, 1))


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        (100, 800, (100, 800)),
        (None, 800, (-500, 800)),
        (100, math.nan, (100, 9000)),
        (800, 100, (-500, 9000)),
        (100, 120, (85, 135)),
        (100, 100, (75, 125)),
        (100, 150, (100, 150)),
    ],
)
def test_elevation_limits_are_tidied(lower, upper, expected):
    assert tidy_elevation(lower, upper) == expected


def test_habitat_is_range_and_cover_and_elevation():
    found = area_of_habitat(IN_RANGE, COVER, (HEIGHT, HEIGHT), (0, 500), ONE * 2)
    assert (found.range_km2, found.habitat_km2, found.reverted) == (6, 2, "")


@pytest.mark.parametrize(
    ("limits", "cover", "expected"),
    [((5000, 6000), COVER, (2, "elevation")), ((0, 500), ~COVER & ~IN_RANGE, (3, "elevation and cover"))],
)
def test_filters_that_leave_nothing_are_lifted_and_named(limits, cover, expected):
    found = area_of_habitat(IN_RANGE, cover, (HEIGHT, HEIGHT), limits, ONE)
    assert (found.habitat_km2, found.reverted) == expected
    assert area_of_habitat(IN_RANGE, cover, (HEIGHT, HEIGHT), limits, ONE, force=True).habitat_km2 == 0


def test_span_of_elevations_in_a_pixel_counts_and_missing_does_not():
    low, high = np.array([[100.0, np.nan]]), np.array([[600.0, np.nan]])
    both = np.ones((1, 2), dtype=bool)
    assert area_of_habitat(both, both, (low, high), (550, 560), np.ones((1, 1))).habitat_km2 == 1
    assert area_of_habitat(both, both, (low, high), (601, 700), np.ones((1, 1)), force=True).habitat_km2 == 0


def test_fractional_cover_counts_by_share():
    found = area_of_habitat(IN_RANGE, np.array([[0.5, 0.25], [0, 1]]), (HEIGHT, HEIGHT), (0, 500), ONE)
    assert found.habitat_km2 == 0.75


def test_crosswalk_falls_back_on_the_parent_habitat():
    cover = np.array([[1, 2, 3]])
    crosswalk = {"1": [1, 2], "1.6": [3]}
    assert suitable_cover(cover, ["1.6"], crosswalk).tolist() == [[False, False, True]]
    assert suitable_cover(cover, ["1.5"], crosswalk).tolist() == [[True, True, False]]
    assert suitable_cover(cover, [], crosswalk).any() == False  # noqa: E712
    with pytest.raises(KeyError, match="5"):
        suitable_cover(cover, ["5.1"], crosswalk)
