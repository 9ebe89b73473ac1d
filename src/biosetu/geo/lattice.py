"""Tiles of pixels laid on a plane through nine exact points each, and the true areas of the pixels in them.

On an equal-area plane of the ellipsoid a tile is the biquadratic surface through its corners, its centre and the
middles of its sides; the area of a pixel is that surface's own, taken as linear along a row. What that leaves out goes
with the square of a tile's side: tiles are halved until their pixels differ by less than UNEVEN, and from a straight
line by less than BENT, so that no pixel is off by more than about a millionth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pyproj import Transformer

from biosetu.geo.pixels import Floats, Integers, PixelGrid

WORLD_CYLINDRICAL_EQUAL_AREA = "ESRI:54034"
NORTH_POLAR_EQUAL_AREA, SOUTH_POLAR_EQUAL_AREA = "EPSG:6931", "EPSG:6932"
LATTICE_PIXELS = 32
UNEVEN = 1e-3
BENT = 2e-7
TORN = 0.1
MOST_TORN = 0.1
POLAR_Y_M = 5_900_000.0  # on the world plane: beyond about 68° of latitude
GAUSS_SQUARED = 1 / 3

# where the nine points of a tile stand by column (left, middle, right) and row (top, middle, bottom)
_NODES = np.array([[0, 8, 3], [5, 4, 7], [1, 6, 2]])
_QUADRATIC = np.array([[0.0, 1.0, 0.0], [-0.5, 0.0, 0.5], [0.5, -1.0, 0.5]])


@dataclass(frozen=True, slots=True)
class Lattice:
    """One row of tiles on a plane, and the bound of the error of bilinear interpolation within each.

    `columns`: where tiles begin, and the end of the last. `x`, `y`: corners (clockwise from upper left), centre,
    middles of the sides (upper, right, lower, left), shape (tiles, 9).
    """

    columns: Integers
    x: Floats
    y: Floats
    error: Floats

    @classmethod
    def of(
        cls, pixels: PixelGrid, forward: Transformer, world_m: float, rows: tuple[int, int], side: int = LATTICE_PIXELS
    ) -> Lattice:
        """Lay the tiles of some rows, `side` columns wide; `world_m` is after how far x repeats, 0 for never."""
        columns = np.append(np.arange(0, pixels.width, side), pixels.width)
        x, y = (np.array(value) for value in forward.transform(*_nine_points(pixels, columns, rows)))
        with np.errstate(invalid="ignore"):
            if world_m:
                x -= world_m * np.rint((x - x[:, 4:5]) / world_m)
            error = _interpolation_error(x) + _interpolation_error(y)
        error[~np.isfinite(error)] = np.inf
        return cls(columns, x, y, error)


def _nine_points(pixels: PixelGrid, columns: Integers, rows: tuple[int, int]) -> tuple[Floats, Floats]:
    left, right, (first, last) = columns[:-1].astype(float), columns[1:].astype(float), rows
    middle, centre = (left + right) / 2, (first + last) / 2
    across = np.stack([left, right, right, left, middle, middle, right, middle, left], axis=1)
    down = np.array([first, first, last, last, centre, first, centre, last, centre], dtype=float)
    return pixels.coordinates(across, np.broadcast_to(down, across.shape))


def _interpolation_error(value: Floats) -> Floats:
    """Return twice the deviations from bilinear at the tile's centre and at the middles of its four edges."""
    corners, centre, edges = value[:, :4], value[:, 4], value[:, 5:9]
    middles = (corners + np.roll(corners, -1, axis=1)) / 2
    return np.asarray(2 * (np.abs(corners.mean(axis=1) - centre) + np.abs(middles - edges).sum(axis=1)) + 1e-6)


@dataclass(frozen=True, slots=True)
class Strip:
    """Rows of pixels in one row of tiles: the area of a pixel at the middle of each tile, and its growth by column.

    `world`: the tiles on the World Cylindrical Equal Area plane; `area`, `growth`: shape (tiles, rows) [m², m² per
    column].
    """

    rows: tuple[int, int]
    side: int
    world: Lattice
    area: Floats
    growth: Floats


class PixelAreas:
    """True areas of the pixels of a map that is not in longitude and latitude."""

    def __init__(self, pixels: PixelGrid) -> None:
        self.pixels = pixels
        self.world = pixels.to(WORLD_CYLINDRICAL_EQUAL_AREA)

    @cached_property
    def _polar(self) -> tuple[Transformer, Transformer]:
        return self.pixels.to(NORTH_POLAR_EQUAL_AREA), self.pixels.to(SOUTH_POLAR_EQUAL_AREA)

    @cached_property
    def _world_m(self) -> float:
        there = Transformer.from_crs("OGC:CRS84", WORLD_CYLINDRICAL_EQUAL_AREA, always_xy=True)
        return float(2 * there.transform(180.0, 0.0)[0])

    def strips(self, first: int, last: int, side: int = LATTICE_PIXELS) -> Iterator[Strip]:
        """Yield rows `first` to `last`, one row of tiles, in as many rows of smaller tiles as their areas ask for."""
        world = Lattice.of(self.pixels, self.world, self._world_m, (first, last), side)
        area, growth, bend = self._smooth(world, first, last)
        with np.errstate(invalid="ignore", divide="ignore"):
            apart = np.ptp(area, axis=1) + np.abs(growth).max(axis=1) * np.diff(world.columns)
            change, bent = (value / np.abs(area).mean(axis=1) for value in (apart, bend.max(axis=1)))
        uneven = (change > UNEVEN) | (bent > BENT)
        if side > 1 and ((uneven & (change < TORN)).any() or uneven.mean() > MOST_TORN):
            half = side // 2
            for start in range(first, last, half):
                yield from self.strips(start, min(start + half, last), half)
            return
        for tile in np.flatnonzero(~(change < TORN)):
            left, right = int(tile) * side, min((int(tile) + 1) * side, self.pixels.width)
            area[tile], growth[tile] = self._mean_pixel_area(left, right, first, last), 0.0
        yield Strip((first, last), side, world, area, growth)

    def _smooth(self, world: Lattice, first: int, last: int) -> tuple[Floats, Floats, Floats]:
        """Return area and growth along the rows of each tile, and how far that is from the surface's own areas.

        Near a pole the surface lies on a polar equal-area plane: the world's is torn there.
        """
        x, y = world.x, world.y
        for pole, far in enumerate((world.y[:, 4] > POLAR_Y_M, world.y[:, 4] < -POLAR_Y_M)):
            if far.any():
                x, y = x.copy(), y.copy()
                near = [value[far] for value in _nine_points(self.pixels, world.columns, (first, last))]
                x[far], y[far] = self._polar[pole].transform(*near)
        with np.errstate(invalid="ignore"):
            middle, slope, bend = _jacobian(x, y, last - first)
        widths = np.diff(world.columns)[:, None]
        turned = np.where(middle.mean(axis=1, keepdims=True) < 0, -1, 1) * 4 / (widths * (last - first))
        return middle * turned, slope * turned * 2 / widths, bend * np.abs(turned)

    def _mean_pixel_area(self, left: int, right: int, first: int, last: int) -> float:
        """Return the mean area of those pixels whose four corners lie on the globe; 0 where none does."""
        columns, rows = np.meshgrid(np.arange(left, right + 1.0), np.arange(first, last + 1.0))
        x, y = (np.array(value) for value in self.world.transform(*self.pixels.coordinates(columns, rows)))
        x[~(np.isfinite(x) & np.isfinite(y))] = y[~np.isfinite(y)] = np.nan
        falling, rising = x[1:, 1:] - x[:-1, :-1], x[1:, :-1] - x[:-1, 1:]
        falling, rising = (way - self._world_m * np.rint(way / self._world_m) for way in (falling, rising))
        areas = np.abs(falling * (y[1:, :-1] - y[:-1, 1:]) - rising * (y[1:, 1:] - y[:-1, :-1])) / 2
        known = areas[np.isfinite(areas)]
        return float(known.mean()) if known.size else 0.0


def _jacobian(x: Floats, y: Floats, rows: int) -> tuple[Floats, Floats, Floats]:
    """Return mean and slope of the surface's Jacobian along the middle of each row, u in -1 … 1, and its bend.

    Mean and slope go through the two Gauss points of the row, so that what they add up to is the integral of the
    surface; the bend is how far the Jacobian is from them at the row's ends.
    """
    v = (2 * np.arange(rows) + 1) / rows - 1
    powers = np.stack([np.ones(rows), v, v**2])
    rates = np.stack([np.zeros(rows), np.ones(rows), 2 * v])
    of_x, of_y = (np.einsum("ia,jb,tab->itj", _QUADRATIC, _QUADRATIC, value[:, _NODES]) for value in (x, y))
    (_, x1, x2), (_, y1, y2) = of_x @ powers, of_y @ powers
    (p0, p1, p2), (q0, q1, q2) = of_x @ rates, of_y @ rates
    p, q = p0 + GAUSS_SQUARED * p2, q0 + GAUSS_SQUARED * q2
    middle = x1 * q - y1 * p + 2 * GAUSS_SQUARED * (x2 * q1 - y2 * p1)
    slope = x1 * q1 - y1 * p1 + 2 * (x2 * q - y2 * p)
    return middle, slope, 2 * np.abs(x1 * q0 - y1 * p0 - middle)
