"""Setuland's ecosystems: a small invented map at two dates, what was measured on it, assessments, a history."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from biosetu.sources.setuland.tables import PARTY

__all__ = ["PARTY", "PIXEL_DEGREES", "YEARS", "codes", "rows", "table"]

CITATION = "Ecosystem maps and Red List of Ecosystems of Setuland, 2012 to 2024 (fictional)"
YEARS = (2012, 2024)
PIXEL_DEGREES = 0.01
SIDE = 340
NATURAL_SHARE = {2012: 0.612, 2024: 0.581}
PLANTATION, CROPLAND, TOWN = 21, 22, 23


@cache
def codes(year: int) -> NDArray[np.uint8]:
    """Return the map of a year: class codes, 0 outside the country; rows run from north to south, 1.7° to -1.7°."""
    edge = (np.arange(SIDE) + 0.5) * PIXEL_DEGREES - SIDE * PIXEL_DEGREES / 2
    x, y = np.meshgrid(edge, -edge)
    angle, radius = np.arctan2(y, x), np.hypot(x, y)
    inland = 1.45 + 0.12 * np.sin(3 * angle + 0.7) + 0.05 * np.sin(7 * angle) - radius
    height = np.sin(2.1 * x + 0.4) * np.cos(1.7 * y - 0.3) + 0.45 * np.sin(5.3 * x * y + 2 * y)
    wet = np.cos(3.1 * x - 1.2 * y) + 0.4 * np.sin(9 * y + 4 * x)
    natural = np.select(
        [inland < 0.06, height > 0.95, height > 0.55, wet > 0.95, wet > 0.15, wet < -0.75, height < -0.6],
        [6, 4, 3, 5, 1, 8, 7],
        2,
    ).astype(np.uint8)
    pressure = np.sin(4.7 * x + 1) + np.cos(6.1 * y - x) + 0.6 * np.sin(13 * x * y) - 0.9 * height
    land = inland > 0
    limit = np.quantile(pressure[land], NATURAL_SHARE[year])
    kind = np.select([pressure > limit + 1.9, wet > 0.7], [TOWN, PLANTATION], CROPLAND)
    return np.where(land, np.where(pressure > limit, kind, natural), 0).astype(np.uint8)


def rows(name: str) -> list[dict[str, str]]:
    """Return a table as text by row: classes, assessment, history, and what was computed from them."""
    text = (files("biosetu.sources.setuland") / "data" / f"ecosystem_{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def table(kind: str) -> pa.Table:
    """Return what was computed for Setuland: measures, transitions, assessments or index."""
    data = (files("biosetu.sources.setuland") / "data" / f"ecosystem_{kind}.csv").read_bytes()
    names = ("class", "before", "after", "zone", "group", "ecosystem", "national_type", "date_text", "area")
    texts = {name: pa.string() for name in names}
    options = pa_csv.ConvertOptions(column_types=texts, strings_can_be_null=False)
    found = pa_csv.read_csv(pa.BufferReader(data), convert_options=options)
    return found.replace_schema_metadata({"biosetu.citation": CITATION, "biosetu.licence": "CC0 1.0"})
