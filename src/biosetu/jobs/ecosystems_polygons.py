"""Measure ecosystems mapped as polygons: the same columns as from rasters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from biosetu.ecosystems.counting import CELLS
from biosetu.ecosystems.measures import occupancy_columns
from biosetu.ecosystems.occupancy import occupancies
from biosetu.ecosystems.polygons import OUTSIDE, apart, dissolved, doubled, overlaps, polygon_cells, within
from biosetu.ecosystems.result import measures_table
from biosetu.engine.zones import BY_FIELD, Polygons, read_polygons, reprojected
from biosetu.geo.hull import geodesic_hulls
from biosetu.geo.occupancy_grid import OccupancyGrid
from biosetu.geo.pixels import AreaUnit
from biosetu.geo.planes import is_equal_area
from biosetu.geo.shapes import within_date_line
from biosetu.jobs.ecosystems_inputs import MeasuredMap, MeasureOptions, map_dates, occupancy_grid, read_classes
from biosetu.jobs.ecosystems_samples import read_samples
from biosetu.jobs.ecosystems_transitions import transition_table
from biosetu.problems import DataError, Problem, Severity, UsageError
from biosetu.progress import Progress, silent
from biosetu.translation import N_, say

METHOD = "ecosystems-polygons/2"
UNIT = AreaUnit(4)
LONLAT = "OGC:CRS84"
HALF_TURN_M = OccupancyGrid().world_m / 2
SEAM_M = 0.01
GRID_M = 1e-4
LEAST_OVERLAP_KM2 = 1e-3
LONGEST_EDGE_DEGREES = 0.01
LONGEST_EDGE_M = 1_000.0


@dataclass(frozen=True)
class _Layer:
    """One date: the classes of each zone, on the equal-area plane, on that of the grid, in longitude and latitude."""

    keys: tuple[tuple[int, str], ...]
    flat: NDArray[np.object_]
    on_grid: NDArray[np.object_]
    geographic: NDArray[np.object_]

    def of(self, zone: int) -> NDArray[np.int64]:
        """Return the places of a zone's classes."""
        return np.flatnonzero([own == zone for own, _ in self.keys])


def measure_polygons(paths: Sequence[Path], options: MeasureOptions, progress: Progress = silent) -> MeasuredMap:
    """Measure the classes of one map of polygons at one or more dates.

    Edges are straight in the file's own CRS; they are cut to a hundredth of a degree or a kilometre before they are
    laid on the World Cylindrical Equal Area plane, where all areas are taken. Where polygons of different classes
    overlap, each keeps its area, and a warning says so. Patches are the connected parts of each class (joined along
    edges, not corners). What crosses the date line is cut there, and is one patch all the same. Zones cut the classes
    in the file's CRS; where zones overlap, the later polygon has the place. Cells are those of the published
    grid, or of another on an equal-area plane.

    Raises:
        DataError: what is wrong with the files.
        UsageError: dates that cannot be told, a grid that does not keep areas.
    """
    dates = map_dates(paths, options.dates)
    classes, samples = read_classes(options.classes), read_samples(options.samples, dates)
    zones = read_polygons(options.by, options.by_field, BY_FIELD) if options.by else None
    names = sorted(set(zones.names)) if zones else [""]
    layers: list[_Layer] = []
    tables, warnings, grid = [], [], OccupancyGrid()
    for index, (path, date) in enumerate(zip(paths, dates, strict=True)):
        polygons = _cut_at_date_line(read_polygons(path, options.field))
        grid = _grid(options.grid, polygons) if not layers else grid
        layer = _layer(polygons, zones, grid)
        layers.append(layer)
        tables.append((date, _measured(layer, grid)))
        warnings += _overlapping(layer, path, len(names))
        progress(index + 1, len(paths), path.name)
    _refuse_nothing(tables, paths)
    warnings += samples.check(tables)
    pairs = [
        transition_table(_moved(layers[i], layers[i + 1], len(names)), dates[i : i + 2], classes, names)
        for i in range(len(layers) - 1)
    ]
    warnings += classes.warnings(tables)
    table = measures_table(tables, classes.names, names, samples.counts, classes.about).replace_schema_metadata(
        {
            "biosetu.method": METHOD,
            "biosetu.occupancy_grid": f"{grid.crs}, cells {grid.cell_m} m, origin 0 0",
            "biosetu.inputs": "; ".join(path.name for path in paths),
        }
    )
    return MeasuredMap(table, pa.concat_tables(pairs) if pairs else None, tuple(warnings))


def _refuse_nothing(tables: Sequence[tuple[float, pa.Table]], paths: Sequence[Path]) -> None:
    problems = [
        Problem(N_("holds no data"), N_("Check that the polygons lie within the zones."), "empty", str(path))
        for (_, table), path in zip(tables, paths, strict=True)
        if not table.num_rows
    ]
    if problems:
        raise DataError(problems)


def _grid(name: str, polygons: Polygons) -> OccupancyGrid:
    """Return the grid that a user names; areas are taken on its plane, which must keep them."""
    grid = occupancy_grid(name, CRS.from_user_input(polygons.crs))
    if not is_equal_area(CRS.from_user_input(grid.crs)):
        raise UsageError(
            say(
                "The grid '{name}' does not keep areas on the ellipsoid in metres. "
                "For polygons use wcea, or a CRS that does, such as EPSG:6933 or EPSG:8857.",
                name=name,
            )
        )
    return grid


def _layer(polygons: Polygons, zones: Polygons | None, grid: OccupancyGrid) -> _Layer:
    geometry, keys = polygons.geometry, [(0, name) for name in polygons.names]
    if zones is not None:
        there = reprojected(_cut_at_date_line(zones), polygons.crs, _edge(zones))
        _, shapes = apart(_cut_at_date_line(there).geometry, zones.names)
        own, zone, geometry = within(geometry, shapely.make_valid(shapes))
        keys = [(int(place), polygons.names[index]) for place, index in zip(zone, own, strict=True)]
    cut = Polygons(geometry, tuple(name for _, name in keys), polygons.crs)
    flat, lonlat = _laid(cut, OccupancyGrid().crs)
    order, shapes = dissolved(shapely.make_valid(flat), keys)
    on_grid = shapes
    if grid.crs != OccupancyGrid().crs:
        on_grid = dissolved(shapely.make_valid(_laid(cut, grid.crs)[0]), keys)[1]
    place_of = {key: place for place, key in enumerate(order)}
    place = np.array([place_of[key] for key in keys], np.int64)
    groups = [shapely.GeometryCollection(list(lonlat[place == i])) for i in range(len(order))]
    return _Layer(tuple(order), shapes, on_grid, np.array(groups, object))


def _cut_at_date_line(polygons: Polygons) -> Polygons:
    """Return polygons in degrees of longitude within ±180°; those of another CRS as they are."""
    system = CRS.from_user_input(polygons.crs)
    if not (system.is_geographic and np.isclose(system.axis_info[0].unit_conversion_factor, np.pi / 180)):
        return polygons
    return replace(polygons, geometry=within_date_line(polygons.geometry)[0])


def _laid(polygons: Polygons, plane: str) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return polygons on an equal-area plane and in longitude and latitude, cut where the plane ends."""
    edge = _edge(polygons)
    lonlat, over = within_date_line(reprojected(polygons, LONLAT, edge).geometry)
    flat = reprojected(polygons, plane, edge).geometry.copy()
    flat[over] = reprojected(Polygons(lonlat[over], (), LONLAT), plane).geometry
    return flat, lonlat


def _patches(shape: shapely.Geometry) -> NDArray[np.float64]:
    """Return the areas of the connected parts of a class on the plane [m²], joined where they meet at ±180°."""
    parts = shapely.get_parts(shape)
    bounds = shapely.bounds(parts).reshape(-1, 4)
    west, east = bounds[:, 0] < SEAM_M - HALF_TURN_M, bounds[:, 2] > HALF_TURN_M - SEAM_M
    west, east = west & ~east, east & ~west
    if not (west.any() and east.any()):
        return np.asarray(shapely.area(parts))
    turned = shapely.transform(parts[west], lambda points: points + np.array([2 * HALF_TURN_M, 0.0]))
    joined = shapely.get_parts(shapely.union_all([*turned, *parts[east]], grid_size=GRID_M))
    return np.asarray(shapely.area([*parts[~(west | east)], *joined]))


def _edge(polygons: Polygons) -> float:
    """Return the length to which edges are cut, in units of the polygons' CRS."""
    return LONGEST_EDGE_DEGREES if CRS.from_user_input(polygons.crs).is_geographic else LONGEST_EDGE_M


def _overlapping(layer: _Layer, path: Path, zones: int) -> list[Problem]:
    twice_km2 = sum(doubled(layer.flat[layer.of(zone)]) for zone in range(zones)) / 1e6
    if twice_km2 <= LEAST_OVERLAP_KM2:
        return []
    remedy = N_("Each class keeps its area, so that what overlaps is counted with both, in the transitions too.")
    value = f"{twice_km2:.6g} km²"
    return [
        Problem(N_("has classes that overlap"), remedy, "overlap", str(path), value=value, severity=Severity.WARNING)
    ]


def _measured(layer: _Layer, grid: OccupancyGrid) -> pa.Table:
    cells = [polygon_cells(shape, grid, UNIT) for shape in layer.on_grid]
    plain = OccupancyGrid()
    own = cells if grid == plain else [polygon_cells(shape, plain, UNIT) for shape in layer.flat]
    km2 = np.array([UNIT.km2(int(table["area"].sum())) for table in own])
    corners = [shapely.get_coordinates(group) for group in layer.geographic]
    points = np.concatenate(corners) if corners else np.empty((0, 2))
    offsets = np.concatenate([[0], np.cumsum([len(part) for part in corners])]).astype(np.int64)
    hulls = geodesic_hulls(points[:, 0], points[:, 1], offsets).area_km2
    every, pointer = np.concatenate([np.zeros(0, CELLS), *cells]), np.cumsum([0, *map(len, cells)])
    found = occupancies(pointer, every["x"], every["y"], every["area"], grid, UNIT.per_m2)
    parts = [_patches(shape) for shape in layer.flat]
    columns: dict[str, object] = {
        "zone": [zone for zone, _ in layer.keys],
        "code": [code for _, code in layer.keys],
        "area_km2": km2,
        "eoo_km2": np.where(np.isnan(hulls), hulls, np.maximum(hulls, km2)),
        **occupancy_columns(found, grid),
        "patches": [int((areas > 0).sum()) for areas in parts],
        "largest_patch_km2": [float(areas.max(initial=0)) / 1e6 for areas in parts],
    }
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def _moved(before: _Layer, after: _Layer, zones: int) -> pa.Table:
    """Return what became what, zone by zone; null where a map has nothing."""
    rows: list[tuple[int, str | None, str | None, float]] = []
    for zone in range(zones):
        one, other = before.of(zone), after.of(zone)
        first, second, shared_m2 = overlaps(before.flat[one], after.flat[other], 1 / UNIT.per_m2)
        for i, j, area in zip(first, second, shared_m2, strict=True):
            was = None if i == OUTSIDE else before.keys[one[i]][1]
            became = None if j == OUTSIDE else after.keys[other[j]][1]
            rows.append((zone, was, became, float(area) / 1e6))
    schema = pa.schema(
        [("zone", pa.int64()), ("before", pa.string()), ("after", pa.string()), ("area_km2", pa.float64())]
    )
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)
