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

__all__ = ["PARTY", "outline", "regions", "register", "table"]

CITATION = "Register of protected areas and other conserved areas of Setuland, 2024 (fictional)"
KINDS = ("coverage", "log", "connectivity", "representation", "quality")


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
    texts = {name: pa.string() for name in ("area", "realm", "class", "feature", "step", "what", "kind")}
    options = pa_csv.ConvertOptions(column_types=texts, strings_can_be_null=False)
    found = pa_csv.read_csv(pa.BufferReader(data), convert_options=options)
    told = {"biosetu.citation": CITATION, "biosetu.licence": "CC0 1.0", "biosetu.official": "yes"}
    return found.replace_schema_metadata(told)
