"""Setuland's protected areas: an invented register, and what was computed from it."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import shapely

from biosetu.sources.setuland.tables import PARTY

__all__ = ["PARTY", "inland_water", "outline", "regions", "register", "table"]

CITATION = "Register of protected areas and other conserved areas of Setuland, 2024 (fictional)"
KINDS = ("coverage", "log", "connectivity", "representation", "quality", "reconciliation")


@cache
def outline() -> shapely.Geometry:
    """Return the outline of the country (that of its ecosystem map), longitude and latitude."""
    angle = np.linspace(0, 2 * np.pi, 721)[:-1]
    radius = 1.45 + 0.12 * np.sin(3 * angle + 0.7) + 0.05 * np.sin(7 * angle)
    return shapely.Polygon(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))


@cache
def regions() -> dict[str, shapely.Geometry]:
    """Return four invented ecosystem regions by name."""
    cuts = {
        "Northern mountains": shapely.box(-2, 0.5, 2, 2),
        "Western hills": shapely.box(-2, -0.5, -0.2, 0.5),
        "Eastern plains": shapely.box(-0.2, -0.5, 2, 0.5),
        "Southern wetlands": shapely.box(-2, -2, 2, -0.5),
    }
    return {name: shapely.intersection(outline(), cut) for name, cut in cuts.items()}


@cache
def inland_water() -> shapely.Geometry:
    """Return the invented lakes and the broad river of Setuland."""
    angle = np.linspace(0, 2 * np.pi, 61)[:-1]
    lakes = [
        shapely.Polygon(np.column_stack([x + a * np.cos(angle), y + b * np.sin(angle)]))
        for x, y, a, b in ((-0.47, -1.0, 0.11, 0.07), (0.62, 0.42, 0.06, 0.09), (-0.85, 0.55, 0.04, 0.03))
    ]
    river = shapely.LineString([(0.1, 0.9), (0.2, 0.3), (0.05, -0.3), (0.25, -0.9), (0.2, -1.6)]).buffer(0.012)
    return shapely.intersection(shapely.union_all([*lakes, river]), outline())


@cache
def register() -> pa.Table:
    """Return the register as a layer: the columns of the WDPA (schema of November 2025) and `geometry` (WKB)."""
    text = (files("biosetu.sources.setuland") / "data" / "areas_register.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    columns = {name: [row[name] for row in rows] for name in rows[0] if name not in ("x", "y", "radius")}
    places = np.array([[float(row[name]) for name in ("x", "y", "radius")] for row in rows])
    angle = np.linspace(0, 2 * np.pi, 121)[:-1]
    shapes = []
    for number, (x, y, radius) in enumerate(places):
        edge = radius * (1 + 0.18 * np.sin(3 * angle + number) + 0.09 * np.sin(8 * angle + 2 * number))
        shapes.append(shapely.Polygon(np.column_stack([x + edge * np.cos(angle), y + edge * np.sin(angle)])))
    return pa.table({**columns, "geometry": pa.array(shapely.to_wkb(np.array(shapes)), pa.binary())})


@cache
def table(kind: str) -> pa.Table:
    """Return what was computed for Setuland: one of KINDS."""
    data = (files("biosetu.sources.setuland") / "data" / f"areas_{kind}.csv").read_bytes()
    texts = {
        name: pa.string()
        for name in ("area", "realm", "class", "group", "feature", "step", "what", "kind", "row", "name", "source")
    }
    options = pa_csv.ConvertOptions(column_types=texts, strings_can_be_null=False)
    found = pa_csv.read_csv(pa.BufferReader(data), convert_options=options)
    told = {"biosetu.citation": CITATION, "biosetu.licence": "CC0 1.0", "biosetu.official": "yes"}
    return found.replace_schema_metadata(told)
