"""Measure ecosystems mapped as polygons: the same columns as from rasters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from biosetu.ecosystems.measures import occupancy_columns
from biosetu.ecosystems.occupancy import occupancy
from biosetu.ecosystems.polygons import dissolved, overlaps, polygon_cells
from biosetu.ecosystems.result import measures_table
from biosetu.engine.zones import read_polygons, reprojected
from biosetu.geo.hull import geodesic_hulls
from biosetu.geo.occupancy_grid import OccupancyGrid
from biosetu.geo.pixels import AreaUnit
from biosetu.jobs.ecosystems_inputs import MeasuredMap, MeasureOptions, map_dates, read_classes, read_samples
from biosetu.problems import UsageError
from biosetu.progress import Progress, silent

UNIT = AreaUnit(4)
LONGEST_EDGE_DEGREES = 0.01
LONGEST_EDGE_M = 1_000.0


@dataclass(frozen=True)
class _Layer:
    names: tuple[str, ...]
    flat: NDArray[np.object_]
    geographic: NDArray[np.object_]


def measure_polygons(paths: Sequence[Path], options: MeasureOptions, progress: Progress = silent) -> MeasuredMap:
    """Measure the classes of one map of polygons at one or more dates.

    Edges are straight in the file's own CRS; they are cut to a hundredth of a degree or a kilometre before they are
    laid on the World Cylindrical Equal Area plane, where all areas are taken. Where polygons of different classes
    overlap, each keeps its area. Patches are the connected parts of each class (joined along edges, not corners).

    Raises:
        DataError: what is wrong with the files.
        UsageError: dates that cannot be told, or options that only rasters know.
    """
    if options.by or options.grid != "wcea" or options.fractional is not None:
        raise UsageError(
            "Polygons are measured on the published grid and as a whole; --by, --grid, --fractional need rasters."
        )
    dates = map_dates(paths, options.dates)
    classes, samples = read_classes(options.classes), read_samples(options.samples, dates)
    layers, tables = [], []
    for index, (path, date) in enumerate(zip(paths, dates, strict=True)):
        layer = _layer(path, options.field)
        layers.append(layer)
        tables.append((date, _measured(layer)))
        progress(index + 1, len(paths), path.name)
    pairs = [_pairs(layers[i], layers[i + 1], dates[i], dates[i + 1], classes.names) for i in range(len(layers) - 1)]
    table = measures_table(tables, classes.names, ("",), samples, classes.functional_groups).replace_schema_metadata(
        {"biosetu.method": "ecosystems-polygons/1", "biosetu.inputs": "; ".join(path.name for path in paths)}
    )
    return MeasuredMap(table, pa.concat_tables(pairs) if pairs else None, ())


def _layer(path: Path, field: str | None) -> _Layer:
    polygons = read_polygons(path, field)
    geographic = CRS.from_user_input(polygons.crs).is_geographic
    edge = LONGEST_EDGE_DEGREES if geographic else LONGEST_EDGE_M
    flat = reprojected(polygons, OccupancyGrid().crs, edge)
    classes, shapes = dissolved(shapely.make_valid(flat.geometry), flat.names)
    place = np.array([classes.index(name) for name in polygons.names])
    lonlat = reprojected(polygons, "OGC:CRS84", edge).geometry
    groups = np.array([shapely.GeometryCollection(list(lonlat[place == i])) for i in range(len(classes))], object)
    return _Layer(tuple(classes), shapes, groups)


def _measured(layer: _Layer) -> pa.Table:
    grid = OccupancyGrid()
    cells = [polygon_cells(shape, grid, UNIT) for shape in layer.flat]
    area = [int(table["area"].sum()) for table in cells]
    km2 = np.array([UNIT.km2(units) for units in area])
    corners = [shapely.get_coordinates(group) for group in layer.geographic]
    points = np.concatenate(corners) if corners else np.empty((0, 2))
    offsets = np.concatenate([[0], np.cumsum([len(part) for part in corners])]).astype(np.int64)
    hulls = geodesic_hulls(points[:, 0], points[:, 1], offsets).area_km2
    found = [occupancy(table["x"], table["y"], table["area"], grid, UNIT.per_m2) for table in cells]
    parts = [shapely.area(shapely.get_parts(shape)) for shape in layer.flat]
    columns: dict[str, object] = {
        "zone": [0] * len(cells),
        "code": list(layer.names),
        "area_km2": km2,
        "eoo_km2": np.where(np.isnan(hulls), hulls, np.maximum(hulls, km2)),
        **occupancy_columns(found, grid),
        "patches": [int((areas > 0).sum()) for areas in parts],
        "largest_patch_km2": [float(areas.max(initial=0)) / 1e6 for areas in parts],
    }
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def _pairs(before: _Layer, after: _Layer, from_date: float, to_date: float, names: dict[str, str]) -> pa.Table:
    first, second, shared_m2 = overlaps(before.flat, after.flat)
    one, other = [before.names[i] for i in first], [after.names[i] for i in second]
    columns = {
        "from_date": pa.array([from_date] * len(one), pa.float64()),
        "to_date": pa.array([to_date] * len(one), pa.float64()),
        "zone": pa.array([""] * len(one), pa.string()),
        "before": pa.array(one, pa.string()),
        "after": pa.array(other, pa.string()),
        "before_name": pa.array([names.get(code, "") for code in one], pa.string()),
        "after_name": pa.array([names.get(code, "") for code in other], pa.string()),
        "area_km2": pa.array(shared_m2 / 1e6, pa.float64()),
    }
    return pa.table(columns)
