"""Setuland: what its next 1,000 km² would buy, computed from its invented regions and register."""

from __future__ import annotations

import csv
import json
from functools import cache
from importlib.resources import files

import pyarrow as pa
import pyarrow.csv as pa_csv
import shapely

from biosetu.sources.setuland.tables import PARTY

__all__ = ["PARTY", "table"]


def _data(name: str) -> bytes:
    return (files("biosetu.sources.setuland") / "data" / name).read_bytes()


@cache
def table(kind: str) -> pa.Table:
    """Return `next` (what each feature gains) or `next_map` (the units with their state)."""
    if kind == "next":
        texts = pa_csv.ConvertOptions(column_types={"feature": pa.string()})
        found = pa_csv.read_csv(pa.BufferReader(_data("planning_next.csv")), convert_options=texts)
        about = json.dumps(json.loads(_data("planning_about.json"))).encode()
        return found.replace_schema_metadata({b"biosetu.about": about})
    rows = list(csv.DictReader(_data("planning_units.csv").decode().splitlines()))
    shapes = shapely.to_wkb(shapely.from_wkt([row["shape"] for row in rows]))
    flags = {name: [row[name] == "1" for row in rows] for name in ("added", "locked")}
    return pa.table({"unit": [int(row["unit"]) for row in rows], **flags, "geometry": pa.array(shapes, pa.binary())})
