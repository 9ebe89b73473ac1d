"""The chart of a series: vintages apart, own line and benchmark apart, breaks not bridged."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest

from biosetu.figures import Level, Options, series_chart
from biosetu.figures.series import lines
from biosetu.translation import Voice

SVG = "{http://www.w3.org/2000/svg}"
COLUMNS = ("year", "value", "lower", "upper", "vintage", "source")


def _table(*rows: tuple[object, ...]) -> pa.Table:
    return pa.table({name: [row[index] for row in rows] for index, name in enumerate(COLUMNS)})


TWO_VINTAGES = _table(
    (2000, 0.80, 0.78, 0.82, "2020", "availableDataset"),
    (2010, 0.78, 0.76, 0.80, "2020", "availableDataset"),
    (2000, 0.81, None, None, "2024", "availableDataset"),
    (2010, 0.79, None, None, "2024", "availableDataset"),
    (2012, 0.83, None, None, "", "national"),
)


def _chart(table: pa.Table, options: Options | None = None, language: str = "en") -> ET.Element:
    return ET.fromstring(series_chart(table, Voice(language), options or Options(), key="k", title="Red List Index"))


def _classes(svg: ET.Element, tag: str) -> list[str]:
    return [element.get("class", "") for element in svg.iter(f"{SVG}{tag}")]


def test_vintages_have_a_line_each_and_the_newest_comes_after_the_older() -> None:
    assert [(line.shape, len(line.rows)) for line in lines(TWO_VINTAGES, Voice())] == [
        ("line-older", 2),
        ("", 2),
        ("line-national", 1),
    ]


def test_interval_is_a_band_of_its_own_vintage_only() -> None:
    assert _classes(_chart(TWO_VINTAGES), "path").count("band") == 1


def test_own_line_and_benchmark_are_drawn_and_named_differently() -> None:
    own = Level("own quantity", ((2015, 0.8), (2030, 0.9)))
    svg = _chart(TWO_VINTAGES, Options(own=own, benchmark=Level("global benchmark", ((2030, 0.95),))))
    classes = _classes(svg, "path") + _classes(svg, "line")
    assert {"own", "benchmark", "own-mark", "bench-mark"} <= set(classes)
    words = [text.text for text in svg.iter(f"{SVG}text")]
    assert "own quantity" in words
    assert "global benchmark" in words


def test_series_break_cuts_the_line_and_is_named() -> None:
    rows = [
        (year, value, None, None, "2024", "availableDataset")
        for year, value in enumerate((30, 30, 31, 2, 2, 2), start=2016)
    ]
    whole, cut = _chart(_table(*rows)), _chart(_table(*rows), Options(breaks=(2019,)))
    assert _classes(whole, "path").count("line") == 1
    assert _classes(cut, "path").count("line") == 2
    assert "series break 2019" in [text.text for text in cut.iter(f"{SVG}text")]


def test_value_missing_leaves_its_row_out() -> None:
    rows = [(2000, 1.0, None, None, "a", "national"), (2001, None, None, None, "a", "national")]
    assert [len(line.rows) for line in lines(_table(*rows), Voice())] == [1]


def test_nothing_to_draw_is_an_empty_string() -> None:
    assert series_chart(_table((2000, None, None, None, "", "noData")), Voice(), Options(), key="k", title="t") == ""


def test_latest_value_is_printed_with_the_decimals_asked_for() -> None:
    words = [text.text for text in _chart(TWO_VINTAGES, Options(decimals=3)).iter(f"{SVG}text")]
    assert "0.830" in words


@pytest.mark.parametrize("language", ["en", "ar"])
def test_later_years_stand_further_along_the_reading_direction(language: str) -> None:
    svg = _chart(TWO_VINTAGES, language=language)
    places = {(text.text or "").strip("\u2067\u2069"): float(text.get("x", "0")) for text in svg.iter(f"{SVG}text")}
    assert (places["2000"] < places["2012"]) is (language == "en")
