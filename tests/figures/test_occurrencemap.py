"""The map of occurrences."""

import numpy as np
import pytest

from biosetu.figures import occurrence_map
from biosetu.translation import Voice


def drawn(points):
    return str(occurrence_map(np.array(points), Voice("en"), key="k", title="Where <b>"))


@pytest.mark.parametrize(
    ("points", "dots", "outlines"),
    [
        ([(84.05, 28.05)], 1, 0),
        ([(84.05, 28.05), (85.05, 28.05)], 2, 0),
        ([(84.05, 28.05), (85.05, 28.05), (84.55, 29.05)], 3, 1),
        ([(179.95, 0.05), (-179.95, 0.05), (179.95, 1.05)], 3, 1),
    ],
)
def test_occurrence_map_draws_each_point_and_an_outline_of_three(points, dots, outlines):
    svg = drawn(points)
    assert (svg.count('class="range-point"'), svg.count('class="range-outline"')) == (dots, outlines)
    assert "Where &lt;b&gt;" in svg


def test_occurrence_map_across_the_date_line_is_as_narrow_as_elsewhere():
    def label(shift):
        points = [((lon + shift + 180) % 360 - 180, lat) for lon, lat in ((-0.5, 0.05), (0.5, 0.05), (0, 1.05))]
        return drawn(points)

    assert label(180) == label(0)


def test_occurrence_map_of_nothing_is_empty():
    assert occurrence_map(np.zeros((0, 2)), Voice("en"), key="k", title="t") == ""
