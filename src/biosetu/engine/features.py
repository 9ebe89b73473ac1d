"""Features out: a table with WKB geometry in longitude/latitude, as GeoParquet or GeoJSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from biosetu.engine.tables import replacing
from biosetu.problems import UsageError

GEOMETRY = "geometry"


def write_features(table: pa.Table, path: Path) -> None:
    """Write a table whose column `geometry` is WKB, by suffix: .parquet/.geoparquet (GeoParquet 1.1) or .geojson/.json.

    Rows without geometry are kept, with a null one.
    """
    suffix = path.suffix.lower()
    if suffix in (".parquet", ".geoparquet"):
        with replacing(path) as temporary:
            pq.write_table(_with_geo(table), temporary, compression="zstd")
    elif suffix in (".geojson", ".json"):
        with replacing(path) as temporary:
            _write_geojson(table, temporary)
    else:
        raise UsageError(f"{path}: geometry is written as .parquet or .geojson")


def _with_geo(table: pa.Table) -> pa.Table:
    shapes = shapely.from_wkb(table.column(GEOMETRY).to_numpy())
    kinds = sorted({shape.geom_type for shape in shapes if shape is not None})
    geo = {
        "version": "1.1.0",
        "primary_column": GEOMETRY,
        "columns": {GEOMETRY: {"encoding": "WKB", "geometry_types": kinds, "edges": "planar"}},
    }
    return table.replace_schema_metadata({"geo": json.dumps(geo)})


def _write_geojson(table: pa.Table, path: Path) -> None:
    names = [name for name in table.column_names if name != GEOMETRY]
    with path.open("w", encoding="utf-8") as stream:
        stream.write('{"type":"FeatureCollection","features":[')
        for index, row in enumerate(table.to_pylist()):
            stream.write(",\n" if index else "\n")
            json.dump(_feature(row, names), stream, ensure_ascii=False, default=str)
        stream.write("\n]}\n")


def _feature(row: dict[str, Any], names: list[str]) -> dict[str, Any]:
    shape = row[GEOMETRY]
    geometry = None if shape is None else json.loads(shapely.to_geojson(shapely.from_wkb(shape)))
    return {"type": "Feature", "properties": {name: row[name] for name in names}, "geometry": geometry}
