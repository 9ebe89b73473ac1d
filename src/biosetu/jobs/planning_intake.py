"""A problem folder from one file that somebody brings: a layer or table of units, or a zip of tables (also Marxan's).

In a layer or table each row is a planning unit; columns of numbers that mean nothing else are features.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np
import pyarrow as pa
import shapely

from biosetu.engine.delimited import read_delimited
from biosetu.engine.tables import write_table
from biosetu.engine.vectors import geometries, read_layer, with_geometry
from biosetu.geo.area import areas_km2
from biosetu.geo.planes import STEP_DEG, middle_crs, projected, unwrapped
from biosetu.geo.shapes import repaired, within_date_line
from biosetu.jobs.planning import boundary_table, write_units
from biosetu.jobs.planning_folder import FILES, Opened, open_problem
from biosetu.planning import Boundary, polygon_boundary
from biosetu.problems import DataError, Problem
from biosetu.translation import N_, say

LAYERS, TABLES = (".gpkg", ".geojson", ".json"), (".csv", ".tsv")
SUFFIXES = (*LAYERS, *TABLES, ".zip")
UNIT_NAMES = ("unit", "id", "puid", "pu_id")
FIXED_NAMES = ("cost", "status", "party", "geometry")
# columns of numbers that say where a unit lies or how large it is, never what it holds
PLACE_NAMES = frozenset(
    {"fid", "objectid", "x", "y", "lon", "lat", "longitude", "latitude", "xloc", "yloc", "row", "column", "area_km2"}
    | {"area", "shape_area", "shape_length", "shape_leng", "locked_in", "locked_out"}
)
GEOPACKAGES = (b"GPKG", b"GP10", b"GP11")  # application_id of GeoPackage 1.2 and later, 1.0, 1.1 (OGC 12-128r18)
BORDERS_UP_TO = 60_000
MOST_FILES = 40


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is taken in at most: bytes of a file and of an archive unpacked, planning units, amounts."""

    file_bytes: int = 40_000_000
    unpacked_bytes: int = 400_000_000
    units: int = 100_000
    amounts: int = 4_000_000


def take_problem(path: Path, folder: Path, bounds: Bounds | None = None) -> Opened:
    """Write the problem that a file holds into `folder` in our own tables, and return it as read back.

    path: GeoPackage or GeoJSON (polygons), CSV or TSV (no map), or a zip with the tables of a problem folder, ours or
    Marxan's. Raises DataError with all that is wrong.
    """
    limits = bounds or Bounds()
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        remedy = N_("Use GeoPackage, GeoJSON, CSV or a zip of tables")
        raise DataError(Problem(N_("this type of file is not read"), remedy, "format", path.name))
    if path.stat().st_size > limits.file_bytes:
        remedy = N_("Use the command `biosetu plan` on it")
        raise DataError(Problem(N_("the file is too large"), remedy, "too-large", path.name))
    folder.mkdir(parents=True, exist_ok=True)
    if suffix == ".zip":
        _take_archive(path, folder, limits)
    else:
        _take_units(path, folder)
    opened = open_problem(folder, confined=True)
    _check_size(opened, limits, path.name)
    return opened


def check_vector(path: Path) -> None:
    """Refuse a file that is not what its suffix says, so that no other format's reader is ever reached.

    GDAL chooses its reader by content, and some formats are lists of other files to open.
    """
    if path.suffix.lower() == ".gpkg":
        with path.open("rb") as stream:
            head = stream.read(72)
        if head.startswith(b"SQLite format 3\x00") and head[68:] in GEOPACKAGES:
            return
    else:
        try:
            kind = json.loads(path.read_text(encoding="utf-8-sig")).get("type")
        except (ValueError, AttributeError, RecursionError):
            kind = None
        if kind == "FeatureCollection":
            return
    remedy = N_("Save it anew as GeoPackage or GeoJSON")
    raise DataError(Problem(N_("this is no GeoPackage and no GeoJSON of features"), remedy, "format", path.name))


def _check_size(opened: Opened, bounds: Bounds, file: str) -> None:
    problem = opened.loaded.problem
    sizes = (("planning units", problem.units, bounds.units), ("amounts", int(problem.amounts.nnz), bounds.amounts))
    found = [
        Problem(
            N_("too much for the workbench"),
            say("Keep to {most:,}, or use `biosetu plan`", most=most),
            "too-large",
            file,
            value=what,
        )
        for what, count, most in sizes
        if count > most
    ]
    if not problem.units:
        found.append(Problem(N_("there are no planning units"), N_("Write one a row"), "empty", file))
    if not problem.features:
        remedy = N_("Add columns of numbers, one a feature, or add layers afterwards")
        found.append(Problem(N_("there are no features"), remedy, "features", file))
    if found:
        raise DataError(found)


def _take_archive(path: Path, folder: Path, bounds: Bounds) -> None:
    """Unpack the known tables of a zip side by side; folders in it are ignored, every other file stays inside."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [item for item in archive.infolist() if not item.is_dir()]
            named = {_known(item.filename): item for item in entries if _known(item.filename)}
            if len(named) > MOST_FILES or sum(item.file_size for item in named.values()) > bounds.unpacked_bytes:
                remedy = N_("Use the command `biosetu plan` on it")
                raise DataError(Problem(N_("the file unpacks to too much"), remedy, "bomb", path.name))
            for name, item in named.items():
                with archive.open(item) as source, (folder / name).open("wb") as target:
                    _copied(source, target, item.file_size, path.name)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        message = N_("the archive cannot be read")
        raise DataError(Problem(message, N_("Make a new zip without password"), "zip", path.name)) from error
    for name in named:
        if name.lower().endswith(LAYERS):
            check_vector(folder / name)


def _copied(source: IO[bytes], target: IO[bytes], size: int, file: str) -> None:
    """Copy exactly what the directory of the archive says; more than that is a bomb."""
    left = size
    while chunk := source.read(1 << 20):
        left -= len(chunk)
        if left < 0:
            message = N_("the file unpacks to too much")
            raise DataError(Problem(message, N_("Make a new zip without password"), "bomb", file))
        target.write(chunk)


def _known(name: str) -> str:
    """Return the plain name under which a file of an archive is unpacked; empty for what is left inside."""
    plain = PurePosixPath(name.replace("\\", "/")).name.lower()
    known = {file for names in FILES.values() for file in names} | {"problem.toml", "input.dat"}
    return plain if plain in known else ""


def _take_units(path: Path, folder: Path) -> None:
    if path.suffix.lower() in LAYERS:
        check_vector(path)
        table, outlines = _outlines(path)
    else:
        table, outlines = read_delimited(path), None
    units, amounts = _units_and_amounts(table, path.name)
    write_table(amounts, folder / "amounts.csv")
    write_table(pa.table({"feature": _features(table)}), folder / "features.csv")
    if outlines is None:
        write_table(units, folder / "units.csv")
        return
    if units.column("unit").null_count:
        raise DataError(Problem(N_("not a number"), N_("Write a number"), "number", path.name, column="unit"))
    _write_polygons(units, outlines, folder)


def _write_polygons(units: pa.Table, outlines: np.ndarray, folder: Path) -> None:
    """Write units in an equal-area projection about their middle; their areas are those on the ellipsoid.

    Borders are found between the points as given: edges split for the projection need not meet their neighbours'.
    """
    crs = middle_crs(shapely.union_all(shapely.box(*shapely.bounds(outlines).T)))
    area = areas_km2(outlines)
    units = units.append_column("area_km2", pa.array(area))
    if "cost" not in units.column_names:
        units = units.append_column("cost", pa.array(area))
    whole = np.array([unwrapped(shape) for shape in outlines], dtype=object)
    plain = shapely.make_valid(projected(whole, crs))
    edges = polygon_boundary(plain) if len(plain) <= BORDERS_UP_TO else Boundary.none(len(plain))
    shapes = projected(shapely.segmentize(whole, STEP_DEG), crs)
    write_units(with_geometry(units, shapes, crs), boundary_table(units.column("unit").to_numpy(), edges), folder)


def _outlines(path: Path) -> tuple[pa.Table, np.ndarray]:
    """Return rows and their polygons, valid, in longitude and latitude."""
    layer = read_layer(path)
    shapes = geometries(layer)
    polygon = np.isin(shapely.get_type_id(shapes), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    wrong = np.flatnonzero(~polygon | shapely.is_empty(shapes))
    if not len(shapes) or wrong.size:
        message, remedy = N_("a planning unit is no polygon"), N_("Give a layer of polygons")
        rows: Iterable[int | None] = (int(row) + 2 for row in wrong[:20]) if wrong.size else (None,)
        raise DataError(Problem(message, remedy, "polygon", path.name, row=row) for row in rows)
    return layer.drop_columns(["geometry"]), repaired(within_date_line(shapes)[0])[0]


def _units_and_amounts(table: pa.Table, file: str) -> tuple[pa.Table, pa.Table]:
    present = {name.strip().casefold(): name for name in table.column_names}
    own = next((present[name] for name in UNIT_NAMES if name in present), None)
    number = table.column(own) if own else pa.array(np.arange(1, table.num_rows + 1))
    units = {"unit": number}
    units |= {name: table.column(present[name]) for name in FIXED_NAMES[:3] if name in present}
    if "status" not in units and (found := _locks(table, present)) is not None:
        units["status"] = found
    parts = [_held(table, name, number, file) for name in _features(table)]
    empty = pa.table({"feature": pa.array([], pa.string()), "unit": number[:0], "amount": pa.array([], pa.float64())})
    return pa.table(units), pa.concat_tables([empty, *parts], promote_options="permissive")


def _locks(table: pa.Table, present: dict[str, str]) -> pa.Array | None:
    """Return the status from prioritizr's columns locked_in and locked_out, if there are any."""
    status = np.full(table.num_rows, "free", dtype=object)
    names = [name for name in ("locked_in", "locked_out") if name in present]
    for name in names:
        values = table.column(present[name]).to_pylist()
        yes = np.array([str(value).strip().casefold() in ("1", "1.0", "true", "yes") for value in values])
        status[yes] = name.removeprefix("locked_")
    return pa.array(status.tolist()) if names else None


def _features(table: pa.Table) -> list[str]:
    skipped = {*UNIT_NAMES, *FIXED_NAMES, *PLACE_NAMES}
    return [
        field.name
        for field in table.schema
        if field.name.strip().casefold() not in skipped
        and (pa.types.is_integer(field.type) or pa.types.is_floating(field.type))
    ]


def _held(table: pa.Table, name: str, number: pa.ChunkedArray | pa.Array, file: str) -> pa.Table:
    column = table.column(name)
    values = np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    values = np.where(np.asarray(column.is_null().to_numpy(zero_copy_only=False)), 0.0, values)
    wrong = np.flatnonzero(~np.isfinite(values) | (values < 0))[:20]
    if wrong.size:
        message, remedy = N_("an amount is negative or not a number"), N_("Write 0 or more")
        raise DataError(
            Problem(message, remedy, "amount", file, int(row) + 2, name, f"{values[row]:g}") for row in wrong
        )
    keep = np.flatnonzero(values > 0)
    held = number.take(pa.array(keep))
    return pa.table({"feature": pa.array([name] * keep.size, pa.string()), "unit": held, "amount": values[keep]})
