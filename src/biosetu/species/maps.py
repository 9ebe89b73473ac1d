"""Extent and occupancy from range maps: upper bounds, because a map holds more than the places where a taxon lives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import shapely

from biosetu.geo.cells import ORIGINS, WIDE_COSINE, local_plane_m
from biosetu.geo.hull import geodesic_hulls
from biosetu.geo.kinds import Floats
from biosetu.geo.sphere import directions_of
from biosetu.species.tables import rows

MAP_DEFINITION = "map-cells-touched/1"
EDGE_DEGREES = 0.1
FEW_CELLS = 2_000
LARGEST_BLOCK = 1 << 12
MIDDLE_STEPS = 200
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class MapExtent:
    """Upper bounds from a range map [km²], NaN where there is none.

    `origins` tells over how many grid origins the cells were minimised, 0 for a map wider than 60° (`wide`).
    """

    eoo_km2: float
    aoo_upper_km2: float
    aoo_upper_fixed_km2: float
    origins: int

    @property
    def wide(self) -> bool:
        """Whether the map is too wide for one equal-area grid."""
        return self.origins == 0

    @property
    def flags(self) -> str:
        """Return why there is no extent or no occupancy, by names of `extent.FLAGS`; here `wide` leaves no cells."""
        said = {"eoo_undefined": np.isnan(self.eoo_km2), "wide": self.wide}
        return ";".join(name for name, holds in said.items() if holds)


@cache
def used_codes() -> Mapping[str, frozenset[int]]:
    """Return by field (presence, origin) the codes that count, from `data/map_codes.csv`."""
    table = rows("map_codes.csv")
    return {
        field: frozenset(int(row["code"]) for row in table if row["field"] == field and row["used"] == "yes")
        for field in ("presence", "origin")
    }


def map_extent(shapes: Sequence[shapely.Geometry] | Shapes, cell_km: float = 2.0) -> MapExtent:
    """Return the hull's area and the area of the cells that the polygons of one taxon touch.

    Args:
        shapes: polygons in longitude/latitude [degrees]; an edge is straight in longitude/latitude.
        cell_km: edge of a cell [km].

    Returns:
        `MapExtent`. The cells are minimised over 64 origins where there are at most 2,000 of them (beyond that no
        threshold is near), else counted at the fixed origin. EOO is the hull, not smaller than one cell, and NaN where
        no hemisphere holds the map; it is not raised to the cells touched, which are themselves an upper bound. Cells
        of a map wider than 60° are not counted (NaN): one projection would stretch them.

    Raises ValueError for an empty map.

    Reference: IUCN Guidelines v16 (2024) §4.10.7: maps overestimate occupancy.
    """
    whole = shapely.segmentize(shapely.union_all(np.asarray(shapes, dtype=object)), EDGE_DEGREES)
    corners = shapely.get_coordinates(whole)
    if len(corners) == 0:
        raise ValueError("the map is empty")
    hull = float(geodesic_hulls(corners[:, 0], corners[:, 1]).area_km2[0])
    area = cell_km**2
    eoo = float(np.fmax(hull, area)) if np.isfinite(hull) else hull
    plane = _on_plane(whole, corners)
    if plane is None:
        return MapExtent(eoo, float("nan"), float("nan"), 0)
    step = cell_km * 1000 / ORIGINS
    fixed = cells_touched(plane, cell_km * 1000)
    fewest, origins = fixed, 1
    if fixed <= FEW_CELLS:
        shifts = [(i * step, j * step) for i in range(ORIGINS) for j in range(ORIGINS)]
        fewest, origins = min(cells_touched(plane, cell_km * 1000, shift) for shift in shifts), len(shifts)
    return MapExtent(eoo, fewest * area, fixed * area, origins)


def _on_plane(whole: shapely.Geometry, corners: Floats) -> shapely.Geometry | None:
    v = directions_of(np.ascontiguousarray(corners[:, 0]), np.ascontiguousarray(corners[:, 1]), authalic=True)
    centre = v.sum(axis=1)
    centre /= np.linalg.norm(centre) or 1.0
    if (centre @ v).min() < WIDE_COSINE:
        centre = _middle(v, centre)
    if (centre @ v).min() < WIDE_COSINE:
        return None

    def project(points: Floats) -> Floats:
        """Project each place once: its last bit varies with where it stands in an array, and a ring must close."""
        places, which = np.unique(points[:, 0] + 1j * points[:, 1], return_inverse=True)
        x, y = local_plane_m(np.ascontiguousarray(places.real), np.ascontiguousarray(places.imag), centre)
        return np.column_stack((x, y))[which]

    return shapely.make_valid(shapely.transform(whole, project))


def _middle(v: Floats, start: Floats) -> Floats:
    """Return about the middle of the smallest cap that holds all directions, stepping to the farthest of them."""
    centre = start
    for step in range(2, MIDDLE_STEPS):
        centre = centre + (v[:, np.argmin(centre @ v)] - centre) / step
        centre = centre / (np.linalg.norm(centre) or 1.0)
    return centre


def cells_touched(plane: shapely.Geometry, cell_m: float, shift: tuple[float, float] = (0.0, 0.0)) -> int:
    """Return how many square cells a planar geometry touches; blocks that lie wholly inside are counted at once."""
    shapely.prepare(plane)
    west, south, east, north = shapely.bounds(plane)
    size = LARGEST_BLOCK
    block = size * cell_m
    columns = np.arange(np.floor((west + shift[0]) / block), np.floor((east + shift[0]) / block) + 1)
    lines = np.arange(np.floor((south + shift[1]) / block), np.floor((north + shift[1]) / block) + 1)
    corner = np.stack(np.meshgrid(columns, lines), axis=-1).reshape(-1, 2) * size
    total = 0
    while True:
        boxes = _boxes(corner, size, cell_m, shift)
        near = shapely.intersects(plane, boxes)
        corner, boxes = corner[near], boxes[near]
        if size == 1:
            return total + len(corner)
        inside = shapely.contains(plane, boxes)
        total += int(inside.sum()) * size * size
        size //= 2
        quarters = np.array([[0, 0], [1, 0], [0, 1], [1, 1]]) * size
        corner = (corner[~inside][:, None, :] + quarters[None]).reshape(-1, 2)


def _boxes(corner: Floats, size: int, cell_m: float, shift: tuple[float, float]) -> Shapes:
    low = corner * cell_m - np.array(shift)
    high = low + size * cell_m
    return np.asarray(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]), dtype=object)
