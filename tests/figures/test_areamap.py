import numpy as np
import shapely

from biosetu.figures import Share, area_map, share_bars
from biosetu.translation import Voice


def array(*shapes):
    return np.array(shapes, dtype=object)


LAYERS = [
    ("ground", "Land", array(shapely.box(80, 26, 88, 30))),
    ("area-protected", "Protected areas", array(shapely.box(82, 27, 84, 28), shapely.box(85, 28, 85.00001, 28.00001))),
]


def test_map_draws_each_layer_with_its_label_and_a_scale():
    svg = area_map(LAYERS, Voice("en"), key="m", title="Where areas lie", text="what is seen")
    assert svg.count("<path") == 3
    assert [text in svg for text in ("Land", "Protected areas", " km", "what is seen")] == [True] * 4
    assert svg.count("M") >= 3


def test_specks_that_cannot_be_seen_are_left_out():
    svg = area_map(LAYERS, Voice("en"), key="m", title="t")
    protected = next(part for part in svg.split("<path") if "area-protected" in part)
    assert protected.count("M") == 1


def test_map_of_nothing_is_empty():
    assert area_map([], Voice("en"), key="m", title="t") == ""
    assert area_map([("ground", "Land", array())], Voice("en"), key="m", title="t") == ""


def test_bars_tell_what_is_reached_what_falls_short_and_what_has_no_share():
    shares = [Share("forest", 45.0, 30.0), Share("marsh", 12.5, 30.0), Share("nowhere", None, 30.0)]
    svg = share_bars(shares, Voice("en"), key="b", title="t", wanted="wanted")
    assert (svg.count("bar-share"), svg.count("bar-short"), svg.count("bar-ground")) == (1, 1, 3)
    assert [text in svg for text in ("45.0 %", "12.5 %", "–", "wanted")] == [True] * 4


def test_bars_of_nothing_are_empty():
    assert share_bars([], Voice("en"), key="b", title="t", wanted="wanted") == ""
