"""Vector files in and out: any format GDAL reads, GeoParquet, points as CSV; always in longitude and latitude.

Between rooms a layer is a pyarrow table with a column `geometry` of WKB and the CRS named in the schema's metadata.
"""

from __future__ import annotations

import json
import re
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

from biosetu.engine.coordinates import degrees_column
from biosetu.engine.delimited import read_delimited
from biosetu.engine.tables import replacing
from biosetu.problems import DataError, Problem
from biosetu.translation import say

CRS_KEY = b"biosetu.crs"
ASSUMED_KEY = b"biosetu.crs.assumed"
LONLAT = "EPSG:4326"
PARQUET = (".parquet", ".geoparquet")
TABLES = (".csv", ".tsv", ".txt")
SUFFIXES = (".shp", ".gpkg", ".gdb", ".geojson", ".json", ".fgb", ".zip", ".csv", *PARQUET)
LONGITUDES = ("decimallongitude", "longitude", "long", "lon", "x")
LATITUDES = ("decimallatitude", "latitude", "lat", "y")
LARGEST_UNPACKED = 40_000_000_000
DEEPEST_ZIP = 1


def read_layers(path: Path) -> list[pa.Table]:
    """Read every layer with geometry: a file, a folder of shapefiles (WDPA's parts), a geodatabase, a zip of these
    (the parts may be zips themselves, as Protected Planet packs them), a CSV of points.

    Each table has the layer's columns and `geometry` (WKB, longitude and latitude in degrees). A layer without CRS
    is taken as longitude and latitude only when its coordinates can be that (`crs_was_assumed` tells). Raises DataError
    otherwise, and where there is no layer with geometry.
    """
    suffix = path.suffix.lower()
    if suffix in PARQUET:
        return [_lonlat(_read_parquet(path), path)]
    if suffix in TABLES:
        return [_points(path)]
    if path.is_dir() and suffix != ".gdb":
        parts = sorted(p for p in path.rglob("*") if p.suffix.lower() in (".shp", ".gpkg", ".gdb", ".zip"))
        if not parts:
            raise DataError(
                Problem(
                    "the folder has no vector file",
                    say("Use {formats}", formats=", ".join(SUFFIXES)),
                    "format",
                    str(path),
                )
            )
        return [table for part in parts for table in read_layers(part)]
    if suffix == ".zip":
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


def crs_was_assumed(table: pa.Table) -> bool:
    """Return whether the file named no CRS, so that longitude and latitude (WGS 84) were taken for granted."""
    return ASSUMED_KEY in (table.schema.metadata or {})


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
            driver = "GPKG" if path.suffix.lower() == ".gpkg" else "GeoJSON"
            pyogrio.write_dataframe(out, temporary, driver=driver, layer=re.sub(r"\W+", "_", path.stem) or "layer")
        else:
            raise DataError(Problem("no such vector format", "Use .parquet, .gpkg or .geojson", "format", str(path)))


def is_layer(path: Path) -> bool:
    """Return whether a Parquet file carries geometry."""
    if path.suffix.lower() not in PARQUET:
        return path.suffix.lower() in SUFFIXES
    try:
        return b"geo" in (pq.read_schema(path).metadata or {})
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error


def _inside(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            found = _addresses(archive, f"/vsizip/{{{path}}}", path, DEEPEST_ZIP)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise DataError(Problem("the archive is damaged", "Download it again", "format", str(path))) from error
    if not found:
        raise DataError(Problem("the archive has no vector file", "Unpack it first", "format", str(path)))
    return sorted(found)


def _addresses(archive: zipfile.ZipFile, prefix: str, path: Path, deeper: int) -> set[str]:
    if sum(item.file_size for item in archive.infolist()) > LARGEST_UNPACKED:
        raise DataError(Problem("the archive is too large", "Unpack it and name the folder", "too-large", str(path)))
    names = archive.namelist()
    found = {f"{prefix}/{name}" for name in names if name.lower().endswith((".shp", ".gpkg", ".geojson"))}
    found |= {f"{prefix}/{name.split('.gdb/')[0]}.gdb" for name in names if ".gdb/" in name}
    for name in names:
        if name.lower().endswith(".zip") and deeper:
            with archive.open(name) as stream, zipfile.ZipFile(stream) as inner:
                found |= _addresses(inner, f"/vsizip/{{{prefix}/{name}}}", path, deeper - 1)
    return found


def _read_parquet(path: Path) -> gpd.GeoDataFrame:
    try:
        return gpd.read_parquet(path)
    except (ValueError, pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> DataError:
    return DataError(Problem("the file cannot be read", str(error), "format", str(path)))


def _read_ogr(address: str, path: Path) -> list[pa.Table]:
    try:
        layers = [name for name, kind in pyogrio.list_layers(address) if kind is not None]
        frames = [pyogrio.read_dataframe(address, layer=layer, on_invalid="ignore") for layer in layers]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise DataError(Problem("the file cannot be read", str(error), "format", str(path))) from error
    if not frames:
        remedy = say("Use {formats}", formats=", ".join(SUFFIXES))
        raise DataError(Problem("the file has no layer with points or polygons", remedy, "no-layer", str(path)))
    return [_lonlat(frame, path) for frame in frames]


def _points(path: Path) -> pa.Table:
    """Read a table whose columns hold longitude and latitude; a row without both has no shape."""
    table = read_delimited(path)
    lower = {name.lower(): name for name in table.column_names}
    names = [next((lower[name] for name in known if name in lower), None) for known in (LONGITUDES, LATITUDES)]
    if names[0] is None or names[1] is None:
        remedy = "Name the columns longitude and latitude, or use a layer with geometry"
        raise DataError(Problem("no column holds the coordinates", remedy, "column", str(path)))
    lon, lat = (degrees_column(table.column(name).combine_chunks()) for name in names)
    shapes = np.full(len(lon), None, dtype=object)
    known_place = np.isfinite(lon) & np.isfinite(lat)
    shapes[known_place] = shapely.points(lon[known_place], lat[known_place])
    return with_geometry(table, shapes)


def _lonlat(frame: gpd.GeoDataFrame, path: Path) -> pa.Table:
    assumed = frame.crs is None and len(frame) > 0
    if assumed:
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
    table = with_geometry(pa.Table.from_pandas(columns, preserve_index=False), shapes)
    told = {**(table.schema.metadata or {}), ASSUMED_KEY: b"yes"} if assumed else table.schema.metadata
    return table.replace_schema_metadata(told)
