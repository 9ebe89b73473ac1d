"""Planning units: squares or hexagons of equal area over an outline, with the borders between them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely

from biosetu.geo.planes import STEP_DEG, Plane, middle_crs, projected, unwrapped
from biosetu.geo.shapes import polygonal
from biosetu.planning.records import Boundary, Floats, Integers
from biosetu.problems import UsageError
from biosetu.translation import say

MOST_UNITS = 2_000_000
BORDER_GRID = 1e-3  # [m]: points of two neighbours on one slanted side need not lie on it to the last digit
SLIVER = 1e-6  # of a cell: what rounding leaves along an outline
SHAPES = ("square", "hexagon")


@dataclass(frozen=True, slots=True)
class Units:
    """Units cut to the outline. polygons: (n,) in `crs`; area_km2: (n,); row, column: (n,) place in the grid;
    boundary: shared and exposed borders [km]."""

    polygons: np.ndarray
    area_km2: Floats
    row: Integers
    column: Integers
    boundary: Boundary
    crs: str
    cell_km: float


def make_units(outline: shapely.Geometry, cell_km: float, shape: str = "square") -> Units:
    """Cover an outline (longitude, latitude) with cells of cell_km² and cut them to it.

    The grid lies in a Lambert azimuthal equal-area projection about the outline's middle, so that every full cell has
    the same area on the ellipsoid; a hexagon has the area of the square. Parts under 1e-6 of a cell are left out.
    An outline over the date line is one piece there. Raises UsageError for a size of 0 or less, more than MOST_UNITS
    cells, or an outline without area.
    """
    if not 0 < cell_km < math.inf or shape not in SHAPES:
        raise UsageError(say("Give a cell size above 0 km and a shape among {shapes}.", shapes=", ".join(SHAPES)))
    whole = unwrapped(outline)
    if whole.is_empty:
        raise UsageError("The outline has no area: give polygons.")
    crs = middle_crs(whole)
    flat = shapely.make_valid(projected(shapely.segmentize(whole, STEP_DEG), crs))
    west, south, east, north = flat.bounds
    if (east - west) * (north - south) / (1e6 * cell_km**2) > MOST_UNITS * 4:
        raise UsageError(
            say(
                "Cells of {cell_km} km make more than {most_units:,} units. Choose a larger size.",
                cell_km=cell_km,
                most_units=MOST_UNITS,
            )
        )
    cells, row, column = (_squares if shape == "square" else _hexagons)(flat.bounds, cell_km * 1000)
    shapely.prepare(flat)
    touching = shapely.intersects(flat, cells)
    cells, row, column = cells[touching], row[touching], column[touching]
    inside = shapely.contains_properly(flat, cells)
    parts = cells.copy()
    parts[~inside] = shapely.intersection(cells[~inside], flat)
    area = shapely.area(parts) / 1e6
    keep = area > SLIVER * cell_km**2
    parts, row, column, inside = parts[keep], row[keep], column[keep], inside[keep]
    pairs = _neighbours(row, column, shape)
    boundary = _borders(parts, inside, pairs, _side_km(cell_km, shape))
    return Units(parts, area[keep], row, column, boundary, crs, cell_km)


def divided(units: Units, outlines: np.ndarray) -> tuple[Units, Integers]:
    """Cut units along the outlines of several Parties, so that each piece lies in one of them; return its position too.

    outlines: (k,) polygons in longitude and latitude that together hold the units. A cell on a border becomes a unit
    of each Party that it reaches into, with that Party's part of its area. Where outlines overlap, the place belongs to
    the first of them; what lies in none (where drawn borders do not quite meet) to the last that the cell reaches into,
    and pieces under 1e-6 of a cell are left out. Borders are found anew where a unit was cut.
    """
    left, pieces, source, owner = units.polygons.copy(), [], [], []
    flat = [shapely.make_valid(projected(shapely.segmentize(unwrapped(one), STEP_DEG), units.crs)) for one in outlines]
    reached = np.array([_reaches(one, left, SLIVER * 1e6 * units.cell_km**2) for one in flat])
    last = len(flat) - 1 - np.argmax(reached[::-1], axis=0)
    for place, outline in enumerate(flat):
        here = np.flatnonzero(reached[place] & (shapely.area(left) > 0))
        whole = last[here] == place
        pieces += [left[here[whole]], shapely.intersection(left[here[~whole]], outline)]
        source += [here[whole], here[~whole]]
        owner.append(np.full(here.size, place))
        left[here[~whole]] = shapely.difference(left[here[~whole]], outline)
    return _pieces(units, *(np.concatenate(parts) for parts in (pieces, source, owner)))


def _reaches(outline: shapely.Geometry, cells: np.ndarray, least: float) -> np.ndarray:
    """Return which cells an outline shares more than the least area with."""
    shapely.prepare(outline)
    result: np.ndarray = shapely.intersects(outline, cells)
    doubtful = np.flatnonzero(result & ~shapely.contains_properly(outline, cells))
    result[doubtful] = shapely.area(shapely.intersection(cells[doubtful], outline)) > least
    return result


def _pieces(units: Units, shapes: np.ndarray, source: Integers, owner: Integers) -> tuple[Units, Integers]:
    shapes = np.array([polygonal(shape) for shape in shapes], dtype=object)
    area = shapely.area(shapes) / 1e6
    keep = np.flatnonzero(area > SLIVER * units.cell_km**2)
    keep = keep[np.lexsort((owner[keep], source[keep]))]
    shapes, area, source, owner = shapes[keep], area[keep], source[keep], owner[keep]
    grid = (units.row[source], units.column[source])
    return Units(shapes, area, *grid, polygon_boundary(shapes), units.crs, units.cell_km), owner


def polygon_boundary(polygons: np.ndarray) -> Boundary:
    """Return the borders between any polygons that do not overlap, in the unit of their coordinates (m gives km)."""
    tree = shapely.STRtree(polygons)
    first, second = tree.query(polygons, predicate="intersects")
    keep = first < second
    return _borders(polygons, np.zeros(len(polygons), bool), np.column_stack([first[keep], second[keep]]), 0.0)


def overlaps(units: np.ndarray, layer: np.ndarray, plane: Plane) -> tuple[Integers, Integers, Floats]:
    """Return which unit and which shape of a layer overlap, and by what area [km²]; both lie on the plane.

    Shapes of the layer that overlap each other count each: join those of one feature first.
    """
    first, second = shapely.STRtree(layer).query(units, predicate="intersects")
    shapely.prepare(layer)
    whole = shapely.contains_properly(layer[second], units[first])
    area = np.empty(first.size)
    area[whole] = plane.areas_km2(units[first[whole]])
    area[~whole] = plane.areas_km2(shapely.intersection(units[first[~whole]], layer[second[~whole]]))
    kept = area > 0
    return first[kept].astype(np.int64), second[kept].astype(np.int64), area[kept]


def _side_km(cell_km: float, shape: str) -> float:
    return cell_km if shape == "square" else math.sqrt(2 / (3 * math.sqrt(3))) * cell_km


def _squares(bounds: tuple[float, float, float, float], side: float) -> tuple[np.ndarray, Integers, Integers]:
    west, south, east, north = bounds
    columns = np.arange(math.floor(west / side), math.ceil(east / side), dtype=np.int64)
    rows = np.arange(math.floor(south / side), math.ceil(north / side), dtype=np.int64)
    column, row = (grid.ravel() for grid in np.meshgrid(columns, rows))
    return shapely.box(column * side, row * side, (column + 1) * side, (row + 1) * side), row, column


def _hexagons(bounds: tuple[float, float, float, float], width: float) -> tuple[np.ndarray, Integers, Integers]:
    """Return pointy-top hexagons whose area is width²; corners are in whole millimetres, to be shared exactly."""
    west, south, east, north = bounds
    side = _side_km(width, "hexagon")
    across, up = math.sqrt(3) * side, 1.5 * side
    columns = np.arange(math.floor(west / across) - 1, math.ceil(east / across) + 1, dtype=np.int64)
    rows = np.arange(math.floor(south / up) - 1, math.ceil(north / up) + 1, dtype=np.int64)
    column, row = (grid.ravel() for grid in np.meshgrid(columns, rows))
    x, y = (column + 0.5 * (row % 2)) * across, row * up
    angles = np.radians(np.arange(30, 391, 60))
    corners = np.stack([x[:, None] + side * np.cos(angles), y[:, None] + side * np.sin(angles)], axis=2)
    corners = np.round(corners, 3)
    corners[:, -1] = corners[:, 0]
    return shapely.polygons(corners), row, column


def _neighbours(row: Integers, column: Integers, shape: str) -> Integers:
    if row.size == 0:
        return np.empty((0, 2), np.int64)
    width = int(column.max() - column.min()) + 3
    key = (row - row.min()) * width + (column - column.min() + 1)
    order = np.argsort(key)
    steps = [(0, np.full(row.size, 1)), (1, np.zeros(row.size, np.int64))]
    if shape == "hexagon":
        odd = row % 2
        steps = [(0, np.full(row.size, 1)), (1, odd - 1), (1, odd)]
    pairs = []
    for up, across in steps:
        wanted = key + up * width + across
        place = np.minimum(np.searchsorted(key[order], wanted), row.size - 1)
        found = key[order][place] == wanted
        pairs.append(np.column_stack([np.flatnonzero(found), order[place[found]]]))
    return np.concatenate(pairs)


def _borders(polygons: np.ndarray, whole: np.ndarray, pairs: Integers, side_km: float) -> Boundary:
    length = np.full(len(pairs), side_km)
    cut = ~(whole[pairs[:, 0]] & whole[pairs[:, 1]])
    edges = shapely.boundary(polygons)
    shared = shapely.intersection(edges[pairs[cut, 0]], edges[pairs[cut, 1]], grid_size=BORDER_GRID)
    length[cut] = shapely.length(shared) / 1000
    pairs, length = pairs[length > 1e-9], length[length > 1e-9]
    exposed = shapely.length(edges) / 1000
    np.subtract.at(exposed, pairs[:, 0], length)
    np.subtract.at(exposed, pairs[:, 1], length)
    return Boundary(pairs[:, 0], pairs[:, 1], length, np.where(exposed > 1e-6, exposed, 0.0))
