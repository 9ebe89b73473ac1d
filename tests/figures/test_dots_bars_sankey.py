"""Dot plot, small multiples, category bars, Sankey."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest

from biosetu.figures import Dot, DotOptions, Level, Small, category_bars, dot_plot, sankey, small_multiples
from biosetu.figures.bars import colours
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
