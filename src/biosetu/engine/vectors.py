"""Vector files in and out: any format GDAL reads, GeoParquet, points as CSV; always in longitude and latitude.

Between rooms a layer is a pyarrow table with a column `geometry` of WKB and the CRS named in the schema's metadata.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely

from biosetu.engine.tables import replacing
from biosetu.problems import DataError, Problem

CRS_KEY = b"biosetu.crs"
LONLAT = "EPSG:4326"
PARQUET = (".parquet", ".geoparquet")
SUFFIXES = (".shp", ".gpkg", ".gdb", ".geojson", ".json", ".fgb", ".zip", *PARQUET)
LARGEST_UNPACKED = 40_000_000_000


def read_layers(path: Path) -> list[pa.Table]:
    """Read every layer with geometry: a file, a folder of shapefiles (WDPA's parts), a geodatabase, a zip of these.

    Each table has the layer's columns and `geometry` (WKB, longitude and latitude in degrees). A layer without CRS
    is taken as longitude and latitude only when its coordinates can be that. Raises DataError otherwise.
    """
    if path.suffix.lower() in PARQUET:
        return [_lonlat(gpd.read_parquet(path), path)]
    if path.is_dir() and path.suffix.lower() != ".gdb":
        parts = sorted(p for p in path.rglob("*") if p.suffix.lower() in (".shp", ".gpkg", ".gdb", ".zip"))
        if not parts:
            raise DataError(Problem("the folder has no vector file", f"Use {', '.join(SUFFIXES)}", "format", str(path)))
        return [table for part in parts for table in read_layers(part)]
    if path.suffix.lower() == ".zip":
        return [table for inner in _inside(path) for table in _read_ogr(inner, path)]
    return _read_ogr(str(path), path)


def read_layer(path: Path) -> pa.Table:
    """Read a file's layers into one table; columns that a layer lacks are empty there."""
    return pa.concat_tables(read_layers(path), promote_options="permissive")


def read_own_crs(path: Path) -> pa.Table:
    """Read one layer in the CRS of its file, for what must be drawn or measured where it was made."""
    frame = gpd.read_parquet(path) if path.suffix.lower() in PARQUET else pyogrio.read_dataframe(path)
    columns = pa.Table.from_pandas(pd.DataFrame(frame.drop(columns=frame.geometry.name)), preserve_index=False)
    return with_geometry(columns, frame.geometry.to_numpy(), frame.crs.to_wkt() if frame.crs else LONLAT)


def read_in_crs(path: Path, crs: str) -> pa.Table:
    """Read a file's layers into one table in a CRS."""
    layer = read_layer(path)
    turned = gpd.GeoSeries(geometries(layer), crs=LONLAT).to_crs(crs).to_numpy()
    return with_geometry(layer, turned, crs)


def geometries(table: pa.Table) -> np.ndarray:
    """Return the geometries of a layer as an array of shapely objects, None where a row has none."""
    return np.asarray(shapely.from_wkb(table.column("geometry").to_numpy(zero_copy_only=False)), dtype=object)


def with_geometry(table: pa.Table, shapes: Sequence[object] | np.ndarray, crs: str = LONLAT) -> pa.Table:
    """Return the table with a `geometry` column and its CRS noted."""
    column = pa.array(shapely.to_wkb(np.asarray(shapes, dtype=object)), pa.binary())
    kept = table.drop_columns(["geometry"]) if "geometry" in table.column_names else table
    layer = kept.append_column("geometry", column) if kept.num_columns else pa.table({"geometry": column})
    return layer.replace_schema_metadata({CRS_KEY: crs.encode()})


def crs_of(table: pa.Table) -> str:
    """Return the CRS of a layer."""
    return ((table.schema.metadata or {}).get(CRS_KEY) or LONLAT.encode()).decode()


def write_layer(table: pa.Table, path: Path) -> None:
    """Write a layer by suffix (.parquet or .geoparquet, .gpkg, .geojson), replacing the file at once or not at all."""
    frame = gpd.GeoDataFrame(
        table.drop_columns(["geometry"]).to_pandas(), geometry=geometries(table), crs=crs_of(table)
    )
    with replacing(path) as temporary:
        if path.suffix.lower() in PARQUET:
            frame.to_parquet(temporary, compression="zstd")
        elif path.suffix.lower() in (".gpkg", ".geojson"):
            temporary.unlink()
            out = frame.to_crs(LONLAT) if path.suffix.lower() == ".geojson" else frame
            pyogrio.write_dataframe(out, temporary, driver="GPKG" if path.suffix.lower() == ".gpkg" else "GeoJSON")
        else:
            raise DataError(Problem("no such vector format", "Use .parquet, .gpkg or .geojson", "format", str(path)))


def is_layer(path: Path) -> bool:
    """Return whether a Parquet file carries geometry."""
    if path.suffix.lower() not in PARQUET:
        return path.suffix.lower() in SUFFIXES
    return b"geo" in (pq.read_schema(path).metadata or {})


def _inside(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        if sum(item.file_size for item in archive.infolist()) > LARGEST_UNPACKED:
            raise DataError(
                Problem("the archive is too large", "Unpack it and name the folder", "too-large", str(path))
            )
        names = archive.namelist()
    found = {name for name in names if name.lower().endswith((".shp", ".gpkg", ".geojson"))}
    found |= {name.split(".gdb/")[0] + ".gdb" for name in names if ".gdb/" in name}
    if not found:
        raise DataError(Problem("the archive has no vector file", "Unpack it first", "format", str(path)))
    return [f"/vsizip/{path}/{name}" for name in sorted(found)]


def _read_ogr(address: str, path: Path) -> list[pa.Table]:
    try:
        layers = [name for name, kind in pyogrio.list_layers(address) if kind is not None]
        return [_lonlat(pyogrio.read_dataframe(address, layer=layer, on_invalid="ignore"), path) for layer in layers]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise DataError(Problem("the file cannot be read", str(error), "format", str(path))) from error


def _lonlat(frame: gpd.GeoDataFrame, path: Path) -> pa.Table:
    if frame.crs is None and len(frame):
        west, south, east, north = frame.total_bounds
        if west < -360.0 or east > 360.0 or south < -90.0 or north > 90.0:
            remedy = "Save it with its coordinate reference system"
            raise DataError(Problem("the layer has no CRS and is not in degrees", remedy, "crs", str(path)))
    elif frame.crs is not None and not frame.crs.equals(LONLAT):
        frame = frame.to_crs(LONLAT)
    shapes = frame.geometry.to_numpy()
    columns = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    for name in columns.columns:
        if columns[name].dtype == object:
            columns[name] = [json.dumps(v, default=str) if isinstance(v, dict | list) else v for v in columns[name]]
    return with_geometry(pa.Table.from_pandas(columns, preserve_index=False), shapes)
