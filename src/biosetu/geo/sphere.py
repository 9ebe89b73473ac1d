"""Directions on the globe from longitude and latitude: the arithmetic under hulls and cells."""

from __future__ import annotations

import math

import numpy as np

from biosetu.geo.compiled import compiled
from biosetu.geo.kinds import Floats

WGS84_A_M = 6378137.0
WGS84_F = 1 / 298.257223563
E2 = WGS84_F * (2 - WGS84_F)


def _authalic_radius_m() -> float:
    e = math.sqrt(E2)
    return WGS84_A_M * math.sqrt((1 + (1 - E2) / e * math.atanh(e)) / 2)


AUTHALIC_RADIUS_M = _authalic_radius_m()

# latitude to authalic latitude, series in sines of even multiples to the sixth order in the third flattening:
# Karney (2022), On auxiliary latitudes, arXiv:2212.05818, eq. A20
_N = WGS84_F / (2 - WGS84_F)
_AUTHALIC = (
    -4 / 3 * _N - 4 / 45 * _N**2 + 88 / 315 * _N**3 + 538 / 4725 * _N**4,
    34 / 45 * _N**2 + 8 / 105 * _N**3 - 2482 / 14175 * _N**4,
    -1532 / 2835 * _N**3 - 898 / 14175 * _N**4,
    6007 / 14175 * _N**4,
)
_A1, _A2, _A3, _A4 = _AUTHALIC
_RADIANS = math.pi / 180


@compiled
def sincos_degrees(angle: float) -> tuple[float, float]:
    """Return sine and cosine of an angle in degrees, reduced exactly to ±45° first, to about 1e-16."""
    quarter = math.floor(angle / 90.0 + 0.5)
    r = (angle - 90.0 * quarter) * _RADIANS
    r2 = r * r
    s = r * (
        1
        + r2
        * (
            -1 / 6
            + r2
            * (
                1 / 120
                + r2
                * (-1 / 5040 + r2 * (1 / 362880 + r2 * (-1 / 39916800 + r2 * (1 / 6227020800 - r2 / 1307674368000))))
            )
        )
    )
    c = 1 + r2 * (
        -1 / 2
        + r2
        * (
            1 / 24
            + r2
            * (
                -1 / 720
                + r2
                * (
                    1 / 40320
                    + r2 * (-1 / 3628800 + r2 * (1 / 479001600 - r2 * (1 / 87178291200 - r2 / 20922789888000)))
                )
            )
        )
    )
    turn = int(quarter) & 3
    if turn == 0:
        return s, c
    if turn == 1:
        return c, -s
    if turn == 2:
        return -s, -c
    return -c, s


@compiled
def authalic_sincos(s: float, c: float) -> tuple[float, float]:
    """Return sine and cosine of the authalic latitude from those of the geographic one; WGS84."""
    s2 = 2 * s * c
    c2 = c * c - s * s
    s4 = 2 * s2 * c2
    c4 = c2 * c2 - s2 * s2
    d = _A1 * s2 + _A2 * s4 + _A3 * (s4 * c2 + c4 * s2) + _A4 * 2 * s4 * c4
    d2 = d * d
    sd = d * (1 - d2 * (1 / 6 - d2 / 120))
    cd = 1 - d2 * (1 / 2 - d2 / 24)
    return s * cd + c * sd, c * cd - s * sd


@compiled
def directions(lon: Floats, lat: Floats, authalic: bool, out: Floats) -> None:
    """Write unit vectors of points into `out`.

    Args:
        lon: longitudes, shape (n,) [degrees].
        lat: latitudes, shape (n,) [degrees].
        authalic: whether the latitude is turned into the authalic one (for equal-area work) or kept (for hulls:
            a plane through the centre stays one under the linear maps between geographic, parametric and
            geocentric directions, so that hulls do not depend on which of them is used).
        out: shape (3, ≥ n), written.
    """
    for i in range(lon.size):
        s, c = sincos_degrees(lat[i])
        if authalic:
            s, c = authalic_sincos(s, c)
        sl, cl = sincos_degrees(lon[i])
        out[0, i] = c * cl
        out[1, i] = c * sl
        out[2, i] = s


@compiled
def mean_direction(v: Floats, n: int, centre: Floats) -> float:
    """Write the mean of `n` unit vectors, scaled to length 1, into `centre`; return its length before scaling."""
    total = np.zeros(3)
    add_directions(v, n, total)
    length = direction_of_sum(total, centre)
    return length / n if n else 0.0


@compiled
def add_directions(v: Floats, n: int, total: Floats) -> None:
    """Add `n` unit vectors, shape (3, ≥ n), to `total`, shape (3,), one after the other."""
    x, y, z = total[0], total[1], total[2]
    for i in range(n):
        x += v[0, i]
        y += v[1, i]
        z += v[2, i]
    total[0], total[1], total[2] = x, y, z


@compiled
def direction_of_sum(total: Floats, centre: Floats) -> float:
    """Write a sum of vectors, scaled to length 1, into `centre`; return its length (0: `centre` stays as it is)."""
    length = math.sqrt(total[0] * total[0] + total[1] * total[1] + total[2] * total[2])
    if length > 0:
        centre[0], centre[1], centre[2] = total[0] / length, total[1] / length, total[2] / length
    return length


@compiled
def tangent_axes(centre: Floats) -> tuple[float, float, float, float, float]:
    """Return east (x, y; z is 0) and north (x, y, z) unit vectors at a direction; at a pole, along lon 90 and 180."""
    h = math.hypot(centre[0], centre[1])
    if h < 1e-15:
        ex, ey = 0.0, 1.0
    else:
        ex, ey = -centre[1] / h, centre[0] / h
    return ex, ey, -centre[2] * ey, centre[2] * ex, centre[0] * ey - centre[1] * ex


@compiled
def farthest_cosine(v: Floats, n: int, centre: Floats) -> float:
    """Return the cosine of the largest angle between `centre` and any of `n` unit vectors."""
    low = 1.0
    for i in range(n):
        low = min(low, v[0, i] * centre[0] + v[1, i] * centre[1] + v[2, i] * centre[2])
    return low


def directions_of(lon: Floats, lat: Floats, *, authalic: bool = False) -> Floats:
    """Return unit vectors, shape (3, n), of points [degrees]; see `directions`."""
    out = np.empty((3, lon.size))
    directions(np.ascontiguousarray(lon, dtype=np.float64), np.ascontiguousarray(lat, dtype=np.float64), authalic, out)
    return out
