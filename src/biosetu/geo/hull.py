"""Geodesic convex hulls and their ellipsoidal area: the extent of occurrence of a set of points.

The hull is planar in the gnomonic projection, where every plane through the centre of the Earth is a straight
line, so it knows no date line and no pole. Its area is that of the polygon of geodesics through its vertices on
WGS84 (Karney 2013, doi:10.1007/s00190-012-0578-z). Points that fit into no cap of 89.5° have no hull.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod

from biosetu.geo.compiled import compiled, compiled_parallel
from biosetu.geo.kinds import Floats, Integers
from biosetu.geo.shapes import cut_at_date_line
from biosetu.geo.sphere import directions, farthest_cosine, mean_direction, tangent_axes

HULL_DEFINITION = "geodesic-hull/1"
SMALLEST_COSINE = math.cos(math.radians(89.5))
MEAN_IS_ENOUGH = 0.02
ROUNDS = 20_000
FILTER_FROM = 24
PIECE = 1 << 21
_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Hulls:
    """Convex hulls of many point sets.

    Attributes:
        area_km2: area of each hull, shape (sets,) [km²]; 0 for fewer than three corners or points in one line,
            NaN where no hemisphere holds the points.
        offsets: hull i owns `vertices[offsets[i]:offsets[i + 1]]`; shape (sets + 1,).
        vertices: indices into the points that came in, anticlockwise, the first not repeated.
    """

    area_km2: Floats
    offsets: Integers
    vertices: Integers

    def ring(self, i: int) -> Integers:
        """Return the indices of the corners of hull `i`."""
        return self.vertices[self.offsets[i] : self.offsets[i + 1]]


def geodesic_hulls(lon: npt.ArrayLike, lat: npt.ArrayLike, offsets: npt.ArrayLike | None = None) -> Hulls:
    """Return the geodesic convex hull of each of many sets of points, with its area on WGS84.

    Args:
        lon: longitudes of all points, set after set, shape (n,) [degrees]; any turn of 360° is the same place.
        lat: latitudes, shape (n,) [degrees], within ±90.
        offsets: set i is points `offsets[i]:offsets[i + 1]`, shape (sets + 1,); without it all points are one set.

    Returns:
        `Hulls`. Edges are geodesics. Independent of the order of the sets and of the number of threads.

    Raises:
        ValueError: a coordinate is not finite or a latitude lies beyond ±90, or offsets do not fit.

    Reference: extent of occurrence, IUCN Guidelines v16 (2024) §4.9; gnomonic hull about the mean direction.
    """
    x, y = np.ascontiguousarray(lon, dtype=np.float64), np.ascontiguousarray(lat, dtype=np.float64)
    starts = np.array([0, x.size]) if offsets is None else np.ascontiguousarray(offsets, dtype=np.int64)
    _check(x, y, starts)
    corners = np.empty(x.size, dtype=np.int64)
    counts = np.zeros(starts.size - 1, dtype=np.int64)
    large = np.flatnonzero(np.diff(starts) > PIECE).tolist()
    _hulls(x, y, starts, PIECE, corners, counts)
    for i in large:
        _large_hull(x[starts[i] : starts[i + 1]], y[starts[i] : starts[i + 1]], i, int(starts[i]), corners, counts)
    out_starts = np.concatenate(([0], np.cumsum(np.maximum(counts, 0))))
    vertices = np.empty(out_starts[-1], dtype=np.int64)
    _gather(corners, starts, counts, out_starts, vertices)
    return Hulls(_areas_km2(x, y, counts, out_starts, vertices), out_starts, vertices)


def hull_area_km2(lon: npt.ArrayLike, lat: npt.ArrayLike) -> float:
    """Return the area of the geodesic convex hull of one set of points [km²]; see `geodesic_hulls`."""
    return float(geodesic_hulls(lon, lat).area_km2[0])


def hull_polygon(lon: npt.ArrayLike, lat: npt.ArrayLike, step_km: float = 50.0) -> shapely.Geometry | None:
    """Return one hull as a longitude/latitude polygon for maps: edges densified, cut at the date line.

    None for fewer than three corners, or where the hull is undefined. Its edges follow the geodesics to `step_km`.
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    ring = geodesic_hulls(x, y).vertices
    return None if ring.size < 3 else geodesic_polygon(x[ring], y[ring], step_km)


def geodesic_polygon(lon: Floats, lat: Floats, step_km: float = 50.0) -> shapely.Geometry:
    """Return the polygon of geodesics through corners [degrees], densified to `step_km` and cut at ±180°."""
    xs: list[float] = []
    ys: list[float] = []
    for a, b in zip(range(lon.size), np.roll(np.arange(lon.size), -1), strict=True):
        length_km = _GEOD.inv(lon[a], lat[a], lon[b], lat[b])[2] / 1000
        between = _GEOD.npts(lon[a], lat[a], lon[b], lat[b], max(int(length_km // step_km), 1))
        xs += [float(lon[a]), *(point[0] for point in between)]
        ys += [float(lat[a]), *(point[1] for point in between)]
    return _closed(np.array(xs), np.array(ys))


def _closed(lon: Floats, lat: Floats) -> shapely.Geometry:
    """Return the polygon of a ring, over the pole where it goes round the globe, cut at ±180°."""
    turned = np.unwrap(np.append(lon, lon[0]), period=360)
    turned -= 360 * round(turned[0] / 360)
    turns = round((turned[-1] - turned[0]) / 360)
    if turns:
        pole = math.copysign(90.0, lat[np.argmax(np.abs(lat))])
        corners = np.column_stack((turned, np.append(lat, lat[0])))
        corners = np.vstack((corners, [[turned[-1], pole], [turned[0], pole]]))
    else:
        corners = np.column_stack((turned[:-1], lat))
    return cut_at_date_line(shapely.make_valid(shapely.Polygon(corners)))


def _check(lon: Floats, lat: Floats, offsets: Integers) -> None:
    if lon.shape != lat.shape or lon.ndim != 1:
        raise ValueError("lon and lat must be vectors of one length")
    if offsets.size < 1 or offsets[0] != 0 or offsets[-1] != lon.size or np.any(np.diff(offsets) < 0):
        raise ValueError("offsets must rise from 0 to the number of points")
    if lon.size and not (np.isfinite(lon.sum()) and lat.min() >= -90 and lat.max() <= 90):
        raise ValueError("longitudes must be finite and latitudes within ±90")


def _areas_km2(lon: Floats, lat: Floats, counts: Integers, offsets: Integers, vertices: Integers) -> Floats:
    area = np.where(counts < 0, np.nan, 0.0)
    wanted = np.flatnonzero(counts >= 3)

    def fill(part: Integers) -> None:
        for i in part:
            ring = vertices[offsets[i] : offsets[i + 1]]
            area[i] = abs(_GEOD.polygon_area_perimeter(lon[ring], lat[ring])[0]) / 1e6

    if wanted.size < 1000:
        fill(wanted)
    else:
        with ThreadPoolExecutor(numba.get_num_threads()) as pool:
            list(pool.map(fill, np.array_split(wanted, numba.get_num_threads() * 4)))
    return area


def _large_hull(lon: Floats, lat: Floats, i: int, start: int, corners: Integers, counts: Integers) -> None:
    """Do one large set in pieces: only corners of a piece's hull can be corners of the whole one's."""
    found = [_corners(lon[a : a + PIECE], lat[a : a + PIECE]) for a in range(0, lon.size, PIECE)]
    if any(ring is None for ring in found):
        counts[i] = -1
        return
    outer = np.concatenate([ring + k * PIECE for k, ring in enumerate(found) if ring is not None])
    whole = _corners(lon[outer], lat[outer])
    counts[i] = -1 if whole is None else whole.size
    if whole is not None:
        corners[start : start + whole.size] = start + outer[whole]


def _corners(lon: Floats, lat: Floats) -> Integers | None:
    """Return the corners of one set, None where it has no hull."""
    corners, counts = np.empty(lon.size, dtype=np.int64), np.zeros(1, dtype=np.int64)
    _hulls(lon, lat, np.array([0, lon.size]), lon.size, corners, counts)
    return None if counts[0] < 0 else corners[: counts[0]]


@compiled_parallel
def _gather(corners: Integers, starts: Integers, counts: Integers, offsets: Integers, vertices: Integers) -> None:
    for i in numba.prange(counts.size):
        for j in range(max(counts[i], 0)):
            vertices[offsets[i] + j] = corners[starts[i] + j]


@compiled_parallel
def _hulls(lon: Floats, lat: Floats, starts: Integers, most: int, corners: Integers, counts: Integers) -> None:
    for i in numba.prange(counts.size):
        a, b = starts[i], starts[i + 1]
        if b - a > most:
            continue
        if b - a < 3:
            for j in range(a, b):
                corners[j] = j
            counts[i] = b - a
        else:
            v = np.empty((3, b - a))
            directions(lon[a:b], lat[a:b], False, v)
            counts[i] = _hull(v, corners[a:b])
            for j in range(a, a + counts[i]):
                corners[j] += a


@compiled
def _hull(v: Floats, corners: Integers) -> int:
    """Write indices of the hull's corners, anticlockwise from outside; return how many, -1 for undefined."""
    n = v.shape[1]
    centre = np.empty(3)
    mean_direction(v, n, centre)
    if farthest_cosine(v, n, centre) < MEAN_IS_ENOUGH and not _widen(v, centre):
        return -1
    u, w = _gnomonic(v, centre)
    keep = _outer(u, w) if n >= FILTER_FROM else np.arange(n)
    return _chain(u, w, keep, corners)


@compiled
def _gnomonic(v: Floats, centre: Floats) -> tuple[Floats, Floats]:
    n = v.shape[1]
    ex, ey, nx, ny, nz = tangent_axes(centre)
    u, w = np.empty(n), np.empty(n)
    for i in range(n):
        d = v[0, i] * centre[0] + v[1, i] * centre[1] + v[2, i] * centre[2]
        u[i] = (v[0, i] * ex + v[1, i] * ey) / d
        w[i] = (v[0, i] * nx + v[1, i] * ny + v[2, i] * nz) / d
    return u, w


@compiled
def _widen(v: Floats, centre: Floats) -> bool:
    """Move `centre` towards the middle of the smallest cap that holds all points; False where none is below 89.5°.

    The middle is the direction of the shortest vector in the convex hull of the points, found by Gilbert's steps:
    its length bounds the cosine of the cap's radius from above, the farthest point bounds it from below.
    """
    n = v.shape[1]
    c0, c1, c2 = centre[0], centre[1], centre[2]
    length = mean_direction(v, n, centre)
    c0, c1, c2 = centre[0] * length, centre[1] * length, centre[2] * length
    for _ in range(ROUNDS):
        size2 = c0 * c0 + c1 * c1 + c2 * c2
        if size2 < SMALLEST_COSINE * SMALLEST_COSINE:
            return False
        low, worst = np.inf, 0
        for i in range(n):
            d = v[0, i] * c0 + v[1, i] * c1 + v[2, i] * c2
            if d < low:
                low, worst = d, i
        size = math.sqrt(size2)
        if low > SMALLEST_COSINE * size:
            centre[0], centre[1], centre[2] = c0 / size, c1 / size, c2 / size
            return True
        g0, g1, g2 = v[0, worst] - c0, v[1, worst] - c1, v[2, worst] - c2
        step = min(1.0, -(c0 * g0 + c1 * g1 + c2 * g2) / (g0 * g0 + g1 * g1 + g2 * g2))
        c0, c1, c2 = c0 + step * g0, c1 + step * g1, c2 + step * g2
    return False


@compiled
def _outer(u: Floats, w: Floats) -> Integers:
    """Return the points outside the octagon of extreme points (Akl and Toussaint 1978): only they can be corners."""
    best = np.full(8, -np.inf)
    at = np.zeros(8, dtype=np.int64)
    for i in range(u.size):
        s, d = u[i] + w[i], u[i] - w[i]
        for k, value in enumerate((u[i], s, w[i], -d, -u[i], -s, -w[i], d)):
            if value > best[k]:
                best[k] = value
                at[k] = i
    needed = np.zeros(u.size, dtype=np.bool_)
    needed[at] = True
    for i in range(u.size):
        for k in range(8):
            a, b = at[k], at[(k + 1) & 7]
            if (u[b] - u[a]) * (w[i] - w[a]) - (w[b] - w[a]) * (u[i] - u[a]) < 0:
                needed[i] = True
                break
    return np.flatnonzero(needed)


@compiled
def _chain(u: Floats, w: Floats, keep: Integers, corners: Integers) -> int:
    """Andrew's monotone chain over the kept points."""
    order = _by_u_then_w(u, w, keep)
    stack = np.empty(2 * order.size + 1, dtype=np.int64)
    k = 0
    for i in order:
        while k >= 2 and _cross(u, w, stack[k - 2], stack[k - 1], i) <= 0:
            k -= 1
        stack[k] = i
        k += 1
    lower = k + 1
    for j in range(order.size - 2, -1, -1):
        i = order[j]
        while k >= lower and _cross(u, w, stack[k - 2], stack[k - 1], i) <= 0:
            k -= 1
        stack[k] = i
        k += 1
    count = max(k - 1, 1)
    corners[:count] = stack[:count]
    return count


@compiled
def _cross(u: Floats, w: Floats, a: int, b: int, c: int) -> float:
    return float((u[b] - u[a]) * (w[c] - w[a]) - (w[b] - w[a]) * (u[c] - u[a]))


@compiled
def _by_u_then_w(u: Floats, w: Floats, keep: Integers) -> Integers:
    order = keep[np.argsort(u[keep])]
    i = 0
    while i < order.size:
        j = i + 1
        while j < order.size and u[order[j]] == u[order[i]]:
            j += 1
        if j - i > 1:
            tied = order[i:j].copy()
            order[i:j] = tied[np.argsort(w[tied])]
        i = j
    return order
