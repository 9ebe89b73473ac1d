"""Cells occupied by points, smallest over grid origins: the area of occupancy of a set of points.

Cells are squares of equal area in a Lambert azimuthal equal-area projection on the WGS84 authalic sphere, centred
on the mean direction of the points, so a filled square has the same number of cells at every latitude. The grid
is laid at `2**BITS` × `2**BITS` origins, a fraction of a cell apart; origin (0, 0) has a cell corner at the centre.
Sets wider than 60° are cut into 32 fixed zones (corners and face centres of an icosahedron), each projected about
its own centre, and the counts added.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
import shapely

from biosetu.geo.compiled import compiled, compiled_parallel
from biosetu.geo.kinds import Flags, Floats, Integers
from biosetu.geo.sphere import (
    AUTHALIC_RADIUS_M,
    add_directions,
    direction_of_sum,
    directions,
    directions_of,
    farthest_cosine,
    mean_direction,
    tangent_axes,
)

CELLS_DEFINITION = "laea-local/min64/1"
ZONED_DEFINITION = "laea-zones32/min64/1"
BITS = 3
ORIGINS = 1 << BITS
WIDE_COSINE = math.cos(math.radians(30.0))
FEW = 24
PIECE = 1 << 21
_HALF = 1 << 31
_LOW = (1 << 32) - 1


def _zones() -> Floats:
    golden = (1 + math.sqrt(5)) / 2
    corners: list[tuple[float, float, float]] = [
        p for a in (-1.0, 1.0) for b in (-golden, golden) for p in ((0.0, a, b), (a, b, 0.0), (b, 0.0, a))
    ]
    faces: list[tuple[float, float, float]] = [
        p for a in (-1.0, 1.0) for b in (-1.0, 1.0) for c in (-1.0, 1.0) for p in ((a, b, c),)
    ]
    faces += [
        p for a in (-1 / golden, 1 / golden) for b in (-golden, golden) for p in ((a, 0.0, b), (0.0, b, a), (b, a, 0.0))
    ]
    points = np.array(corners + faces, dtype=np.float64)
    return np.ascontiguousarray((points / np.linalg.norm(points, axis=1, keepdims=True)).T)


ZONES = _zones()


@dataclass(frozen=True, slots=True)
class OccupiedCells:
    """Cells occupied by each of many point sets.

    Attributes:
        fixed: cells at the origin (0, 0), shape (sets,).
        minimum: the smallest number of cells over all origins, shape (sets,).
        origin: the first origin that reaches it, `x * ORIGINS + y`, in steps of cell / ORIGINS, shape (sets,).
        wide: whether the set spans more than 60° and was counted by zones, shape (sets,).
        cell_km: edge of a cell [km].
    """

    fixed: Integers
    minimum: Integers
    origin: Integers
    wide: Flags
    cell_km: float

    @property
    def fixed_km2(self) -> Floats:
        """Area of the cells at the fixed origin [km²]."""
        return self.fixed.astype(np.float64) * self.cell_km**2

    @property
    def minimum_km2(self) -> Floats:
        """Area of the fewest cells [km²]."""
        return self.minimum.astype(np.float64) * self.cell_km**2


def occupied_cells(
    lon: npt.ArrayLike, lat: npt.ArrayLike, offsets: npt.ArrayLike | None = None, cell_km: float = 2.0
) -> OccupiedCells:
    """Count the cells that points occupy, at a fixed grid origin and at the origin that needs fewest.

    Args:
        lon: longitudes of all points, set after set, shape (n,) [degrees].
        lat: latitudes, shape (n,) [degrees].
        offsets: set i is points `offsets[i]:offsets[i + 1]`, shape (sets + 1,); without it all points are one set.
        cell_km: edge of a cell [km].

    Returns:
        `OccupiedCells`; an empty set has 0. Independent of the order of points as far as their mean direction is
        (sum in the order given), and of the number of threads.

    Raises:
        ValueError: cell_km is not positive.

    Reference: area of occupancy, IUCN Guidelines v16 (2024) §4.10; origins, Moat et al. 2018, doi:10.1111/cobi.13139.
    """
    if not (math.isfinite(cell_km) and cell_km > 0):
        raise ValueError("cell_km must be positive")
    x, y = np.ascontiguousarray(lon, dtype=np.float64), np.ascontiguousarray(lat, dtype=np.float64)
    starts = np.array([0, x.size]) if offsets is None else np.ascontiguousarray(offsets, dtype=np.int64)
    sets = starts.size - 1
    found = np.zeros((4, sets), dtype=np.int64)
    _occupied(x, y, starts, cell_km * 1000 / ORIGINS, ZONES, PIECE, found)
    for i in np.flatnonzero(np.diff(starts) > PIECE):
        mine = slice(starts[i], starts[i + 1])
        found[:, i] = _large(x[mine], y[mine], cell_km * 1000 / ORIGINS)
    return OccupiedCells(found[0], found[1], found[2], found[3] == 1, cell_km)


@compiled_parallel
def _occupied(
    lon: Floats, lat: Floats, starts: Integers, step_m: float, zones: Floats, most: int, found: Integers
) -> None:
    """Write fixed count, minimum, its origin and wideness of each set up to `most` points into the rows of `found`."""
    for i in numba.prange(found.shape[1]):
        a, b = starts[i], starts[i + 1]
        if b - a > most:
            continue
        if b - a == 1:
            found[0, i] = found[1, i] = 1
        elif b > a:
            v = np.empty((3, b - a))
            directions(lon[a:b], lat[a:b], True, v)
            counts = np.zeros((ORIGINS, ORIGINS), dtype=np.int64)
            found[3, i] = _count(v, step_m, zones, counts)
            flat = counts.ravel()
            best = np.argmin(flat)
            found[0, i], found[1, i], found[2, i] = flat[0], flat[best], best


def _large(lon: Floats, lat: Floats, step_m: float) -> tuple[int, int, int, int]:
    """Return the same of one large set, in pieces: 8 bytes a point beside the points themselves."""
    total, centre, pieces = np.zeros(3), np.empty(3), range(0, lon.size, PIECE)
    for a in pieces:
        v = directions_of(lon[a : a + PIECE], lat[a : a + PIECE], authalic=True)
        add_directions(v, v.shape[1], total)
    length = direction_of_sum(total, centre)
    counts = np.zeros((ORIGINS, ORIGINS), dtype=np.int64)
    wide = not (length > 0 and _farthest(lon, lat, centre) >= WIDE_COSINE)
    for z in range(ZONES.shape[1] if wide else 1):
        middle = ZONES[:, z].copy() if wide else centre
        keys, n = np.empty(lon.size, dtype=np.int64), 0
        for a in pieces:
            v = directions_of(lon[a : a + PIECE], lat[a : a + PIECE], authalic=True)
            mine = np.ascontiguousarray(v[:, _nearest(v, ZONES) == z]) if wide else v
            if mine.size:
                found = _steps(mine, middle, step_m)
                keys[n : n + found.size] = found
                n += found.size
        if n:
            head = keys[:n]
            head.sort()
            _count_at_origins(head[: fold(head)], counts)
    best = int(np.argmin(counts))
    return int(counts.flat[0]), int(counts.flat[best]), best, int(wide)


def _farthest(lon: Floats, lat: Floats, centre: Floats) -> float:
    pieces = (slice(a, a + PIECE) for a in range(0, lon.size, PIECE))
    return min(farthest_cosine(directions_of(lon[p], lat[p], authalic=True), lon[p].size, centre) for p in pieces)


@compiled
def fold(rising: Integers) -> int:
    """Move the distinct values of a rising vector to its head; return how many there are (of one or more)."""
    count = 1
    for i in range(1, rising.size):
        if rising[i] != rising[count - 1]:
            rising[count] = rising[i]
            count += 1
    return count


@compiled
def _count(v: Floats, step_m: float, zones: Floats, counts: Integers) -> bool:
    """Add the cells of one set at every origin to `counts`; True where the set is wide and went by zones."""
    n = v.shape[1]
    centre = np.empty(3)
    length = mean_direction(v, n, centre)
    if length > 0 and farthest_cosine(v, n, centre) >= WIDE_COSINE:
        _count_at_origins(_steps(v, centre, step_m), counts)
        return False
    zone = _nearest(v, zones)
    for z in range(zones.shape[1]):
        mine = np.flatnonzero(zone == z)
        if mine.size:
            _count_at_origins(_steps(v[:, mine], zones[:, z].copy(), step_m), counts)
    return True


@compiled
def _nearest(v: Floats, zones: Floats) -> Integers:
    out = np.zeros(v.shape[1], dtype=np.int64)
    for i in range(v.shape[1]):
        best = -2.0
        for z in range(zones.shape[1]):
            d = v[0, i] * zones[0, z] + v[1, i] * zones[1, z] + v[2, i] * zones[2, z]
            if d > best:
                best = d
                out[i] = z
    return out


@compiled
def _steps(v: Floats, centre: Floats, step_m: float) -> Integers:
    """Return the sorted distinct fine cells of the points as keys: column in the high half, row in the low half."""
    n = v.shape[1]
    ex, ey, nx, ny, nz = tangent_axes(centre)
    keys = np.empty(n, dtype=np.int64)
    for i in range(n):
        d = v[0, i] * centre[0] + v[1, i] * centre[1] + v[2, i] * centre[2]
        k = AUTHALIC_RADIUS_M * math.sqrt(2.0 / (1.0 + d)) / step_m
        x = np.int64(np.floor(k * (v[0, i] * ex + v[1, i] * ey)))
        y = np.int64(np.floor(k * (v[0, i] * nx + v[1, i] * ny + v[2, i] * nz)))
        keys[i] = (x << 32) | (y + _HALF)
    keys.sort()
    return keys[: fold(keys)]


@compiled
def _count_at_origins(keys: Integers, counts: Integers) -> None:
    n = keys.size
    rows = np.empty(min(n, PIECE), dtype=np.int64)
    for ox in range(ORIGINS):
        a = 0
        while a < n:
            column = ((keys[a] >> 32) + ox) >> BITS
            b = a
            while b < n and ((keys[b] >> 32) + ox) >> BITS == column:
                b += 1
            if b - a > rows.size:
                rows = np.empty(b - a, dtype=np.int64)
            for i in range(a, b):
                rows[i - a] = keys[i] & _LOW
            _count_column(rows[: b - a], counts[ox])
            a = b


@compiled
def _count_column(rows: Integers, counts: Integers) -> None:
    """Add the cells of one column at each of the origins along it; `rows` is sorted in place."""
    if rows.size > FEW:
        rows.sort()
    else:
        for i in range(1, rows.size):
            moved, j = rows[i], i
            while j > 0 and rows[j - 1] > moved:
                rows[j] = rows[j - 1]
                j -= 1
            rows[j] = moved
    for oy in range(ORIGINS):
        counts[oy] += 1
    for i in range(1, rows.size):
        before, here = rows[i - 1], rows[i]
        if here != before:
            for oy in range(ORIGINS):
                counts[oy] += int((here + oy) >> BITS != (before + oy) >> BITS)


def corrected_area_km2(
    area_km2: npt.ArrayLike, coarser_km2: npt.ArrayLike, cell_km: float, to_cell_km: float = 2.0
) -> Floats:
    """Return the area of occupancy at another cell size, from that at a cell size and at twice that size.

    Args:
        area_km2: occupied area at cells of `cell_km` [km²].
        coarser_km2: occupied area at cells of `2 × cell_km` [km²].
        cell_km: the cell size used [km].
        to_cell_km: the reference cell size [km]; thresholds hold at 2 km.

    Returns:
        The scale-corrected area [km²]: a power law of the cell area with the exponent seen between the two sizes.
        NaN where an area is 0.

    Reference: IUCN Guidelines v16 (2024) §4.10.6, scale-area relation.
    """
    fine, coarse = np.asarray(area_km2, dtype=np.float64), np.asarray(coarser_km2, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = np.log(coarse / fine) / np.log(4.0)
    scaled = fine * (to_cell_km / cell_km) ** (2 * exponent)
    return np.where((fine > 0) & (coarse > 0), scaled, np.nan)


def cell_polygons(
    lon: npt.ArrayLike, lat: npt.ArrayLike, origin: int = 0, cell_km: float = 2.0
) -> npt.NDArray[np.object_]:
    """Return the occupied cells of one set (not wider than 60°) as longitude/latitude polygons, for maps.

    `origin` is as `OccupiedCells.origin` gives it. Corners are joined by straight lines in longitude/latitude.
    """
    x, y = np.ascontiguousarray(lon, dtype=np.float64), np.ascontiguousarray(lat, dtype=np.float64)
    if x.size == 0:
        return np.empty(0, dtype=np.object_)
    v = np.empty((3, x.size))
    directions(x, y, True, v)
    centre = np.empty(3)
    mean_direction(v, x.size, centre)
    keys = _steps(v, centre, cell_km * 1000 / ORIGINS)
    ox, oy = divmod(origin, ORIGINS)
    columns = ((keys >> 32) + ox) >> BITS
    rows = ((keys & _LOW) - _HALF + oy) >> BITS
    cells = np.unique(np.column_stack((columns, rows)), axis=0)
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]])
    corners = (cells[:, None, :] + square[None]) * (cell_km * 1000) - np.array([ox, oy]) * (cell_km * 1000 / ORIGINS)
    lonlat = _unproject(corners.reshape(-1, 2), centre).reshape(corners.shape)
    lonlat[..., 0] = lonlat[:, :1, 0] + (lonlat[..., 0] - lonlat[:, :1, 0] + 180) % 360 - 180
    return np.asarray(shapely.polygons(lonlat), dtype=np.object_)


def local_plane_m(lon: Floats, lat: Floats, centre: Floats) -> tuple[Floats, Floats]:
    """Return x, y [m] of points in the equal-area projection about a direction (see the module's first lines)."""
    v = directions_of(lon, lat, authalic=True)
    ex, ey, nx, ny, nz = tangent_axes(centre)
    k = AUTHALIC_RADIUS_M * np.sqrt(2.0 / (1.0 + centre @ v))
    return k * (v[0] * ex + v[1] * ey), k * (v[0] * nx + v[1] * ny + v[2] * nz)


def _unproject(points_m: Floats, centre: Floats) -> Floats:
    """Invert the projection: metres to longitude and latitude [degrees]."""
    ex, ey, nx, ny, nz = tangent_axes(centre)
    east, north = np.array([ex, ey, 0.0]), np.array([nx, ny, nz])
    scaled = points_m / AUTHALIC_RADIUS_M
    d = 1 - (scaled**2).sum(axis=1) / 2
    along = np.sqrt((1 + d) / 2)
    v = d[:, None] * centre + along[:, None] * (scaled[:, :1] * east + scaled[:, 1:] * north)
    latitude = _geographic(np.degrees(np.arctan2(v[:, 2], np.hypot(v[:, 0], v[:, 1]))))
    return np.column_stack((np.degrees(np.arctan2(v[:, 1], v[:, 0])), latitude))


def _geographic(authalic: Floats) -> Floats:
    latitude = authalic.copy()
    out = np.empty((3, authalic.size))
    for _ in range(4):
        directions(np.zeros(authalic.size), latitude, True, out)
        latitude = np.clip(latitude + authalic - np.degrees(np.arctan2(out[2], out[0])), -90.0, 90.0)
    return latitude
