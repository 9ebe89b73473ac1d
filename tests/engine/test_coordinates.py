import math

import numpy as np
import pyarrow as pa
import pytest

from biosetu.engine.coordinates import degrees, degrees_column, number_column


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("27.7", 27.7),
        (" -27,7 ", -27.7),
        ("27°42'N", 27.7),
        ("27°42'36\"S", -27.71),
        ("S 12 30", -12.5),
        ("84° 07′ 30″ E", 84.125),
        ("84d07m30s W".replace("m", "'").replace("s", '"'), -84.125),
        ("+5", 5.0),
        ("10:30", 10.5),
    ],
)
def test_degrees_as_people_write_them(text, expected):
    assert degrees(text) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("text", ["", "north", "27°61'N", "1 2 3 4", "-5 S", "=1+1", "1e400x", "27°x", "5 O"])
def test_what_is_no_degree_is_nan(text):
    assert math.isnan(degrees(text))


@pytest.mark.parametrize(
    ("axis", "texts", "expected"),
    [
        ("lat", ["27 N", "27 S", "27 E", "27 W", "27 O"], [27, -27, np.inf, np.inf, np.inf]),
        ("lon", ["85 N", "85 S", "85 E", "85 W", "85 O"], [np.inf, np.inf, 85, -85, np.inf]),
        ("", ["27 N", "27 S", "27 E", "27 W", "27 O"], [27, -27, 27, -27, np.inf]),
    ],
)
def test_letter_of_the_other_axis_or_of_two_meanings_is_not_read(axis, texts, expected):
    assert degrees_column(pa.array(texts), axis).tolist() == expected


def test_column_with_one_odd_cell_is_read_cell_by_cell():
    values = degrees_column(pa.array(["1.5", "NA", None, "2°30'", "x", "  ", " n/a", " NA "]))
    assert np.array_equal(values, [1.5, np.nan, np.nan, 2.5, np.inf, np.nan, np.inf, np.nan], equal_nan=True)


def test_numbers_are_taken_as_they_are():
    assert degrees_column(pa.array([1, None, 3])).tolist()[::2] == [1.0, 3.0]
    assert np.array_equal(
        number_column(pa.array(["12", " 3.5", "n/a", None])), [12, 3.5, np.nan, np.nan], equal_nan=True
    )
    assert number_column(pa.array([7.5], pa.float32())).tolist() == [7.5]
