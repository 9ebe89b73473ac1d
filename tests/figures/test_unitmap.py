import numpy as np
import shapely

from biosetu.figures.unitmap import FILLS, unit_map
from biosetu.translation import Voice

SQUARES = shapely.box(np.arange(4) * 1000.0, 0, np.arange(1, 5) * 1000.0, 1000)


def test_map_joins_units_of_a_class_and_counts_them():
    selected, locked = np.array([True, True, True, False]), np.array([True, False, False, False])
    drawn = str(unit_map(SQUARES, selected, locked, Voice("en"), title="Plan"))
    assert drawn.count("<path") == 3
    assert "chosen (2)" in drawn
    assert "protected already, or locked in (1)" in drawn
    assert "not chosen (1)" in drawn
    assert "imply no opinion" in drawn


def test_map_leaves_out_a_class_without_units():
    drawn = str(unit_map(SQUARES, np.zeros(4, bool), np.zeros(4, bool), Voice("en"), title="Plan"))
    assert drawn.count("<path") == 1
    assert drawn.count(FILLS["chosen"]) == 1


def test_map_has_north_up_in_arabic_too():
    selected = np.array([True, False, False, False])
    path = 'fill="#0b6b63"'
    english, arabic = (
        str(unit_map(SQUARES, selected, ~selected, Voice(code), title="Plan")).split(path)[0] for code in ("en", "ar")
    )
    assert english.split('d="')[-1] == arabic.split('d="')[-1]
