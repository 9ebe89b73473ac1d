from __future__ import annotations

import pyarrow as pa
import pytest

from biosetu.reports.content import Block, Figure, Table
from biosetu.reports.sections.ecosystems import measured_blocks
from biosetu.translation import Voice


def flows(*rows: tuple[int, int, str, str, float]) -> tuple[list[Figure], list[Table]]:
    names = ("from_date", "to_date", "before", "after", "area_km2")
    found = [{**dict(zip(names, row, strict=True)), "before_name": None, "after_name": None} for row in rows]
    blocks: list[Block] = measured_blocks(None, pa.Table.from_pylist(found), None, Voice("en"))
    return [block for block in blocks if isinstance(block, Figure)], [
        each for each in blocks if isinstance(each, Table)
    ]


def test_three_dates_have_a_diagram_and_a_share_for_each_interval() -> None:
    """A quarter changes in the first ten years and back in the next: never an eighth, never twice the land."""
    (first, second), tables = flows(
        (2000, 2010, "A", "B", 100.0),
        (2000, 2010, "A", "A", 300.0),
        (2010, 2020, "B", "A", 40.0),
        (2010, 2020, "B", "B", 60.0),
        (2010, 2020, "A", "A", 300.0),
    )
    assert first.text == "100 km² changed from one class to another in 2000–2010: 25.0 % of what is mapped."
    assert second.text == "40 km² changed from one class to another in 2010–2020: 10.0 % of what is mapped."
    assert [table.rows for table in tables] == [(("A", "B", 100.0),), (("B", "A", 40.0),)]
    assert [table.caption for table in tables] == [first.caption, second.caption]
    assert first.caption != second.caption


AREA = {"class": "1", "name": "", "date": 2020, "zone": "", "area_km2": 9.0, "eoo_km2": 9.0, "aoo_cells": 1}


@pytest.mark.parametrize(
    ("changed", "rows"),
    [
        ({}, [(("1", 9.0, 9.0, 1),)]),
        ({"date": None}, [(("1", 9.0, 9.0, 1),)]),
        ({"zone": "west"}, [(("1", 9.0),), (("west", "1", 9.0, 9.0, 1),)]),
    ],
    ids=["one year", "no year", "an area"],
)
def test_extent_is_shown_of_maps_without_a_year_and_by_area(changed, rows) -> None:
    kept = measured_blocks(pa.Table.from_pylist([AREA | changed]), None, None, Voice("en"))
    assert [block.rows for block in kept if isinstance(block, Table)] == rows


def test_an_interval_without_change_has_no_diagram() -> None:
    (only,), _ = flows((2000, 2010, "A", "A", 10.0), (2010, 2020, "A", "B", 10.0))
    assert only.text == "10 km² changed from one class to another in 2010–2020: 100.0 % of what is mapped."
