"""Polygons in: read with their names, brought to a CRS, burnt onto the rows of a raster."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from rasterio import Affine
from rasterio.features import rasterize

from biosetu.engine.placement import RasterGrid, polygons_off_the_globe
from biosetu.problems import DataError, Problem
from biosetu.translation import N_, say

SUFFIXES = (".gpkg", ".shp", ".geojson", ".json", ".fgb", ".parquet", ".geoparquet")
BY_FIELD = "--by-field"
# what a file of each kind starts with: GDAL goes by content, and some of its formats name other files to be read
BEGINNINGS = {
    ".gpkg": b"SQLite format 3\0",
    ".shp": b"\x00\x00\x27\x0a",
    ".fgb": b"fgb",
    ".parquet": b"PAR1",
    ".geoparquet": b"PAR1",
    ".geojson": b"{",
    ".json": b"{",
}


@dataclass(frozen=True)
class Polygons:
    """Polygons with a name each, in one CRS."""

    geometry: NDArray[np.object_]
    names: tuple[str, ...]
    crs: str


def is_vector(path: Path) -> bool:
    """Return whether a file is read as polygons, by its suffix."""
    return path.suffix.lower() in SUFFIXES


def read_polygons(path: Path, field: str | None = None, option: str = "--field") -> Polygons:
    """Read polygons and one field that names them.

    Args:
        path: GeoPackage, GeoParquet, shapefile, FlatGeobuf or GeoJSON.
        field: the field; without it the only field, or `name`.
        option: what the user gives the field with.

    Raises:
        DataError: unreadable, without CRS, without that field, with something other than polygons, off the globe,
            without any polygon, or with polygons that the field leaves without a name.
    """
    frame = _frame(path)
    problems = []
    if frame.crs is None:
        remedy = "Write its CRS into the file (for a shapefile: the .prj beside it)."
        problems.append(Problem(N_("has no coordinate reference system"), remedy, "no-crs", file=str(path)))
    fields = [name for name in frame.columns if name != frame.geometry.name]
    chosen = field or _only(fields)
    if chosen not in fields:
        remedy = (
            say("Name one with {option}: {fields}.", option=option, fields=", ".join(fields))
            if fields
            else "Add a field with the class."
        )
        message = say("has no field '{field}'", field=field) if field else "has several fields"
        problems.append(Problem(message, remedy, "field", file=str(path)))
    kinds = set(shapely.get_type_id(frame.geometry.values)) - {-1}
    if not kinds <= {3, 6}:
        problems.append(Problem(N_("holds points or lines"), "Give polygons.", "geometry", file=str(path)))
    if not problems:
        problems = polygons_off_the_globe(frame.total_bounds, frame.crs.to_wkt(), str(path))
    if problems:
        raise DataError(problems)
    kept = ~(frame.geometry.isna() | frame.geometry.is_empty).to_numpy()
    geometry = shapely.make_valid(np.asarray(frame.geometry.values)[kept])
    return Polygons(geometry, _names(frame[chosen].to_numpy()[kept], chosen, path), frame.crs.to_wkt())


def _names(values: NDArray[Any], field: str, path: Path) -> tuple[str, ...]:
    """Return what a field calls each polygon; a whole number without a point, as one empty cell makes codes 1.0."""
    names = tuple("" if pd.isna(value) else _name(value) for value in values)
    if missing := names.count(""):
        message = say("has polygons without a value: {count} of {all}", count=missing, all=len(names))
        remedy = N_("Give each polygon its value, or take it out of the file.")
        raise DataError(Problem(message, remedy, "no-name", file=str(path), column=field))
    return names


def _name(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _frame(path: Path) -> gpd.GeoDataFrame:
    if not path.is_file():
        raise DataError(Problem("no such file", "Check the name.", "missing", file=str(path)))
    if not is_vector(path):
        remedy: str = say("Give polygons as one of {suffixes}.", suffixes=", ".join(SUFFIXES))
        raise DataError(Problem(N_("is no file of polygons"), remedy, "format", file=str(path)))
    _refuse_disguised(path)
    frame = _read(path)
    if not isinstance(frame, gpd.GeoDataFrame):
        remedy = "Give a file whose layer has polygons; a table alone has none."
        raise DataError(Problem(N_("holds no data"), remedy, "empty", file=str(path)))
    return frame


def _read(path: Path) -> pd.DataFrame:
    frame: pd.DataFrame
    try:
        if path.suffix.lower() in {".parquet", ".geoparquet"}:
            frame = gpd.read_parquet(path)
        else:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)
                frame = pyogrio.read_dataframe(path)
    except (OSError, ValueError, RuntimeError) as error:
        remedy = say(
            "Give a GeoPackage, GeoParquet or shapefile. The reader says: {error}", error=str(error).splitlines()[0]
        )
        raise DataError(Problem(N_("cannot be read as polygons"), remedy, "unreadable", file=str(path))) from error
    return frame


def _refuse_disguised(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(1024)
    if not head:
        raise DataError(Problem(N_("is empty (0 bytes)"), N_("Copy or download it again."), "empty", file=str(path)))
    beginning = BEGINNINGS.get(path.suffix.lower(), b"")
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip() if beginning == b"{" else head
    if not plain.startswith(beginning):
        remedy = "Name it by what it is, or save it anew as GeoPackage."
        message = say("is no {removeprefix} file", removeprefix=path.suffix.lower().removeprefix("."))
        raise DataError(Problem(message, remedy, "disguised", file=str(path)))


def _only(fields: list[str]) -> str:
    if len(fields) == 1:
        return fields[0]
    return next((name for name in fields if name.lower() == "name"), "")


def reprojected(polygons: Polygons, crs: str, longest_edge: float | None = None) -> Polygons:
    """Return polygons in another CRS; `longest_edge` cuts edges before, in units of the polygons' own CRS."""
    geometry = polygons.geometry
    if longest_edge is not None:
        geometry = shapely.segmentize(geometry, longest_edge)
    series = gpd.GeoSeries(geometry, crs=polygons.crs).to_crs(crs)
    return Polygons(np.asarray(series.values), polygons.names, crs)


@dataclass(frozen=True)
class ZoneMap:
    """Zones by number, with polygons in the raster's CRS."""

    names: tuple[str, ...]
    geometry: NDArray[np.object_]
    zone: NDArray[np.int32]

    def burn(self, grid: RasterGrid, start: int, stop: int) -> NDArray[np.int32]:
        """Return the zone of each pixel centre in rows `start` to `stop`, -1 outside; the later polygon wins."""
        a, b, c, d, e, f = grid.transform
        transform = Affine(a, b, c + b * start, d, e, f + e * start)
        shapes = ((geometry, int(zone)) for geometry, zone in zip(self.geometry, self.zone, strict=True))
        return np.asarray(rasterize(shapes, (stop - start, grid.width), fill=-1, transform=transform, dtype="int32"))


def read_zones(path: Path, grid: RasterGrid, field: str | None = None) -> ZoneMap:
    """Read zones such as provinces for a raster; polygons of one name are one zone.

    In longitude and latitude a zone is also found where the raster has it a whole turn further east or west.
    """
    polygons = reprojected(read_polygons(path, field, BY_FIELD), grid.crs)
    names = tuple(sorted(set(polygons.names)))
    zone = np.array([names.index(name) for name in polygons.names], np.int32)
    geometry, own = _turns(polygons.geometry, grid)
    return ZoneMap(names, geometry, zone[own])


def _turns(geometry: NDArray[np.object_], grid: RasterGrid) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return polygons at each turn of the globe where they meet the columns of a grid, in order, and whose they are."""
    system = CRS.from_wkt(grid.crs)
    if not system.is_geographic:
        return geometry, np.arange(len(geometry))
    turn = 2 * np.pi / float(system.axis_info[0].unit_conversion_factor)
    a, b, c, *_ = grid.transform
    corners = c + np.array([0.0, a * grid.width, b * grid.height, a * grid.width + b * grid.height])
    bounds = shapely.bounds(geometry)
    shifts = turn * np.array([0, -1, 1])
    meets = (bounds[:, [2]] + shifts >= corners.min()) & (bounds[:, [0]] + shifts <= corners.max())
    own, shift = np.nonzero(meets)
    moved = [
        geometry[i] if not shifts[j] else shapely.transform(geometry[i], lambda p, x=shifts[j]: p + np.array([x, 0.0]))
        for i, j in zip(own, shift, strict=True)
    ]
    return np.array(moved, dtype=object), own
