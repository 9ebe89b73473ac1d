"""Dot plot, small multiples, category bars, Sankey."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest

from biosetu.figures import Dot, DotOptions, Level, Small, category_bars, dot_plot, sankey, small_multiples
from biosetu.figures.bars import colours
from biosetu.figures.canvas import width_of
from biosetu.translation import Voice

SVG = "{http://www.w3.org/2000/svg}"


def _texts(svg: str) -> list[str]:
    return [text.text or "" for text in ET.fromstring(svg).iter(f"{SVG}text")]


def test_dot_plot_orders_by_value_and_puts_the_unknown_last_in_words() -> None:
    rows = [Dot("Unknown", None, note="not here"), Dot("Low", 0.7, 0.8), Dot("High", 0.9)]
    said = _texts(dot_plot(rows, Voice(), DotOptions(places=2), key="k", title="t"))
    assert [name for name in said if name in ("High", "Low", "Unknown")] == ["High", "Low", "Unknown"]
    assert {"0.70", "0.90", "not here"} <= set(said)


def test_dot_plot_names_the_benchmark() -> None:
    options = DotOptions(benchmark=Level("global benchmark", ((2030, 30.0),)))
    assert "global benchmark" in _texts(dot_plot([Dot("A", 5.0)], Voice(), options, key="k", title="t"))


def test_dot_plot_without_values_is_empty() -> None:
    assert dot_plot([Dot("A", None)], Voice(), DotOptions(), key="k", title="t") == ""


def test_small_multiples_share_their_axes() -> None:
    items = [Small("A", (2000, 2010), (0.0, 1.0)), Small("B", (2000, 2010), (0.5, 0.5)), Small("C", (), (), "none")]
    grid = ET.fromstring(small_multiples(items, Voice(), key="k", unit="index"))
    charts = list(grid.iter(f"{SVG}svg"))
    lines = [path.get("d") for chart in charts for path in chart.iter(f"{SVG}path")]
    assert len(charts) == 3
    assert lines == ["M8 92L156 26", "M8 59L156 59"]


SPANS = [(1990, 2020), (1990, 2005), (1990, 1991), (2004, 2006), (2019, 2020), (2020,)]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_small_multiples_write_the_years_of_each_party_apart_or_as_one_span_within_the_chart(language: str) -> None:
    items = [Small(str(years), years, tuple(map(float, range(len(years))))) for years in SPANS]
    grid = ET.fromstring(small_multiples(items, Voice(language), key="k", unit="index"))
    lines = [_at(chart, "107") for chart in grid.iter(f"{SVG}svg")]
    assert [[said for said, _, _ in line] for line in lines] == [
        ["1990", "2020"],
        ["1990", "2005"],
        ["1990–1991"],
        ["2004–2006"],
        ["2019–2020"],
        ["2020"],
    ]
    for line in lines:
        ends = sorted((left, right) for _, left, right in line)
        assert ends[0][0] >= 0
        assert ends[-1][1] <= 200
        assert all(before[1] < after[0] for before, after in pairwise(ends))


def _at(chart: ET.Element, y: str) -> list[tuple[str, float, float]]:
    """Return the small texts at a height, and where each begins and ends, left to right."""
    found = []
    for text in chart.iter(f"{SVG}text"):
        if text.get("y") == y:
            said = re.sub("[\u2066-\u2069]", "", text.text or "")
            wide, at = width_of(said, 11), float(text.get("x", "nan"))
            side = re.findall("t-(start|middle|end)", text.get("class", ""))[0]
            left = at - {"start": 0.0, "middle": wide / 2, "end": wide}[side]
            found.append((said, left, left + wide))
    return found


def test_small_multiples_of_a_single_year_are_no_course() -> None:
    items = [Small("A", (2020,), (1.0,)), Small("B", (2020,), (2.0,), own=((2020, 3.0),))]
    assert small_multiples(items, Voice(), key="k", unit="index") == ""
    assert small_multiples([*items, Small("C", (), (), own=((2021, 3.0),))], Voice(), key="k", unit="index") != ""


def test_category_bars_are_in_the_order_of_threat_and_to_scale() -> None:
    table = pa.table({"group": ["Birds"] * 3, "category": ["LC", "CR", "DD"], "count": [6, 3, 1]})
    svg = ET.fromstring(category_bars(table, Voice(), key="k", title="t"))
    rects = [rect for rect in svg.iter(f"{SVG}rect") if rect.get("height") == "26"]
    assert [rect.get("fill") for rect in rects] == [colours()[code][0] for code in ("CR", "LC", "DD")]
    widths = [float(rect.get("width", "0")) for rect in rects]
    assert [round(width / sum(widths), 2) for width in widths] == [0.3, 0.6, 0.1]


def test_category_bars_refuse_a_category_without_colour() -> None:
    table = pa.table({"group": ["Birds"], "category": ["XX"], "count": [1]})
    with pytest.raises(KeyError, match="XX"):
        category_bars(table, Voice(), key="k", title="t")


def test_sankey_bands_keep_the_totals_of_both_sides() -> None:
    table = pa.table(
        {"from": ["Forest", "Forest", "Wetland"], "to": ["Forest", "Crops", "Crops"], "value": [60.0, 20.0, 20.0]}
    )
    svg = ET.fromstring(sankey(table, Voice(), key="k", title="t", before="1990", after="2020"))
    assert len([path for path in svg.iter(f"{SVG}path") if "flow" in path.get("class", "")]) == 3
    rects = [float(rect.get("height", "0")) for rect in svg.iter(f"{SVG}rect")]
    left, right = rects[:2], rects[2:]
    assert left[0] / sum(left) == pytest.approx(0.8, abs=0.01)
    assert right[0] / sum(right) == pytest.approx(0.6, abs=0.01)


def test_sankey_leaves_out_what_has_no_extent() -> None:
    assert sankey(pa.table({"from": ["A"], "to": ["B"], "value": [0.0]}), Voice(), key="k", title="t") == ""
