"""Which cell of an occupancy grid each pixel of a map lies in, and how large that pixel is, as segments of rows.

The rule: a pixel belongs to the cell that holds its centre. Where map and grid have parallel axes the cell follows
from row and column; elsewhere the centres are interpolated between exactly transformed points of a lattice, with a
measured bound of the error, and every centre closer than that bound to a cell's edge is transformed exactly. The
result is therefore that of transforming each centre, at a fraction of the cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer

from biosetu.geo.compiled import compiled
from biosetu.geo.pixels import AreaUnit, Floats, Integers, PixelGrid, row_pixel_areas_m2

WORLD_CYLINDRICAL_EQUAL_AREA = "ESRI:54034"
LATTICE_PIXELS = 32
SAME_PLACE_M = 1e-6
WORST_INTERPOLATION_M = 1.0

Indices = NDArray[np.int32]


@dataclass(frozen=True)
class OccupancyGrid:
    """A grid of square cells in a projected CRS whose first corner is at the origin (0, 0).

    The default is the grid published for the Red List of Ecosystems: World Cylindrical Equal Area, 10 km cells
    (IUCN 2024, Guidelines for the application of IUCN Red List of Ecosystems Categories and Criteria, version 2.0).
    `fine_m` is the side of the sub-cells in which areas are kept; all grid origins a sub-cell apart can be tried.
    """

    crs: str = WORLD_CYLINDRICAL_EQUAL_AREA
    cell_m: int = 10_000
    fine_m: int = 1_000

    @cached_property
    def world_m(self) -> float:
        """How far x runs around the globe before it repeats [m]; 0 where it does not repeat."""
        system = CRS.from_user_input(self.crs)
        if "Cylindrical" not in str(system.coordinate_operation.method_name if system.coordinate_operation else ""):
            return 0.0
        forward = Transformer.from_crs("OGC:CRS84", self.crs, always_xy=True)
        return float(2 * forward.transform(180.0, 0.0)[0])

    @property
    def side(self) -> int:
        """Sub-cells along one side of a cell."""
        return self.cell_m // self.fine_m


@dataclass(frozen=True, slots=True)
class Segments:
    """Stretches of pixels in one cell and of one size, row by row.

    `end` holds the column after each stretch's last; row r has the stretches `pointer[r]` to `pointer[r + 1]`.
    `cell` counts into `x_index`, `y_index` (sub-cells of the grid from its origin), -1 where a pixel has no place.
    `area` is that of one pixel [units of the map].
    """

    pointer: Integers
    end: Indices
    cell: Indices
    area: Integers
    x_index: Indices
    y_index: Indices


class PixelCells:
    """Finds the segments of any rows of one map on one grid."""

    def __init__(self, pixels: PixelGrid, grid: OccupancyGrid, unit: AreaUnit) -> None:
        self.pixels, self.grid, self.unit = pixels, grid, unit
        self.forward = pixels.to(grid.crs)
        self.equal_area = pixels.to(WORLD_CYLINDRICAL_EQUAL_AREA)
        self.separable = pixels.aligned_geographic and self._parallel_axes()

    def rows(self, start: int, stop: int) -> Segments:
        """Return the segments of rows `start` to `stop`."""
        if self.separable:
            return self._separable_rows(start, stop)
        return self._lattice_rows(start, stop)

    def _parallel_axes(self) -> bool:
        columns = np.linspace(0.5, self.pixels.width - 0.5, 5)
        rows = np.linspace(0.5, self.pixels.height - 0.5, 5)
        x, _ = self._columns_x(columns), None
        y = self._rows_y(rows)
        grid_x, grid_y = self.forward.transform(*self.pixels.coordinates(*np.meshgrid(columns, rows)))
        with np.errstate(invalid="ignore"):
            apart = np.maximum(np.abs(grid_x - x[None, :]), np.abs(grid_y - y[:, None]))
        return bool(np.all(apart < SAME_PLACE_M))

    def _columns_x(self, columns: Floats) -> Floats:
        longitude, latitude = self.pixels.coordinates(columns, np.zeros_like(columns))
        return np.asarray(self.forward.transform(longitude, np.zeros_like(latitude))[0])

    def _rows_y(self, rows: Floats) -> Floats:
        longitude, latitude = self.pixels.coordinates(np.full_like(rows, self.pixels.width / 2), rows)
        return np.asarray(self.forward.transform(longitude, latitude)[1])

    def _separable_rows(self, start: int, stop: int) -> Segments:
        x = np.floor(self._column_centres / self.grid.fine_m).astype(np.int32)
        y = np.floor(self._rows_y(np.arange(start, stop) + 0.5) / self.grid.fine_m).astype(np.int32)
        x_index, x_place = np.unique(x, return_inverse=True)
        y_index, y_place = np.unique(y, return_inverse=True)
        last = np.append(np.flatnonzero(np.diff(x)), len(x) - 1)
        count, height = len(last), stop - start
        cell = y_place[:, None] * len(x_index) + x_place[last][None, :]
        return Segments(
            pointer=np.arange(height + 1, dtype=np.int64) * count,
            end=np.tile(last + 1, height).astype(np.int32),
            cell=cell.astype(np.int32).ravel(),
            area=np.repeat(self._row_areas[start:stop], count),
            x_index=np.tile(x_index, len(y_index)),
            y_index=np.repeat(y_index, len(x_index)),
        )

    @cached_property
    def _column_centres(self) -> Floats:
        return self._columns_x(np.arange(self.pixels.width) + 0.5)

    @cached_property
    def _row_areas(self) -> Integers:
        return self.unit.integers(row_pixel_areas_m2(self.pixels))

    def _lattice_rows(self, start: int, stop: int) -> Segments:
        parts = []
        for first in range(start - start % LATTICE_PIXELS, stop, LATTICE_PIXELS):
            last = min(first + LATTICE_PIXELS, self.pixels.height)
            codes, area = self._strip(first, last)
            keep = slice(max(start - first, 0), min(stop, last) - first)
            parts.append(_segments(codes[keep], area, LATTICE_PIXELS))
        return _joined(parts)

    def _strip(self, first: int, last: int) -> tuple[Integers, Integers]:
        """Return the cell code of each pixel of one row of lattice tiles, and the pixel area in each tile."""
        place = _Lattice.of(self.pixels, self.forward, self.grid.world_m, first, last)
        codes, doubtful = _cell_codes(
            last - first, self.pixels.width, place.corner_x, place.corner_y, place.error, self.grid.fine_m, self.grid.world_m
        )
        if len(doubtful):
            rows, columns = np.divmod(doubtful, self.pixels.width)
            x, y = self.forward.transform(*self.pixels.coordinates(columns + 0.5, first + rows + 0.5))
            codes[rows, columns] = _codes(np.asarray(x), np.asarray(y), self.grid)
        flat = place if self.grid.crs == WORLD_CYLINDRICAL_EQUAL_AREA else self._flat(first, last)
        return codes, self.unit.integers(self._tile_pixel_areas(flat, first, last))

    def _flat(self, first: int, last: int) -> _Lattice:
        world = OccupancyGrid().world_m
        return _Lattice.of(self.pixels, self.equal_area, world, first, last)

    def _tile_pixel_areas(self, flat: _Lattice, first: int, last: int) -> Floats:
        """Return the area of one pixel in each tile: that of the tile's outline on the ellipsoid, shared equally."""
        x, y = flat.corner_x, flat.corner_y
        areas = np.abs((x[:, 2] - x[:, 0]) * (y[:, 3] - y[:, 1]) - (x[:, 3] - x[:, 1]) * (y[:, 2] - y[:, 0])) / 2
        with np.errstate(invalid="ignore"):
            poor = np.flatnonzero(~(flat.error < WORST_INTERPOLATION_M))
        for tile in poor:
            areas[tile] = self._geodesic_tile_area(int(tile), first, last)
        widths = np.diff(flat.columns)
        return np.asarray(areas / (widths * (last - first)))

    def _geodesic_tile_area(self, tile: int, first: int, last: int) -> float:
        left, right = tile * LATTICE_PIXELS, min((tile + 1) * LATTICE_PIXELS, self.pixels.width)
        across, down = np.arange(left, right, dtype=float), np.arange(first, last, dtype=float)
        columns = np.concatenate([across, np.full(len(down), right), (across + 1)[::-1], np.full(len(down), left)])
        rows = np.concatenate([np.full(len(across), first), down, np.full(len(across), last), (down + 1)[::-1]])
        longitude, latitude = self.pixels.to("OGC:CRS84").transform(*self.pixels.coordinates(columns, rows))
        if not (np.isfinite(longitude).all() and np.isfinite(latitude).all()):
            return 0.0
        return abs(float(Geod(ellps="WGS84").polygon_area_perimeter(longitude, latitude)[0]))


@dataclass(frozen=True, slots=True)
class _Lattice:
    """One row of lattice tiles: exact corners (upper left, upper right, lower right, lower left) and the error bound."""

    columns: Integers
    corner_x: Floats
    corner_y: Floats
    error: Floats

    @classmethod
    def of(cls, pixels: PixelGrid, forward: Transformer, world_m: float, first: int, last: int) -> _Lattice:
        columns = np.append(np.arange(0, pixels.width, LATTICE_PIXELS), pixels.width)
        left, right = columns[:-1].astype(float), columns[1:].astype(float)
        middle, centre_row = (left + right) / 2, (first + last) / 2
        across = np.stack([left, right, right, left, middle, middle, right, middle, left], axis=1)
        down = np.broadcast_to(
            np.array([first, first, last, last, centre_row, first, centre_row, last, centre_row], dtype=float),
            across.shape,
        )
        x, y = (np.array(value) for value in forward.transform(*pixels.coordinates(across, down)))
        with np.errstate(invalid="ignore"):
            if world_m:
                x -= world_m * np.rint((x - x[:, 4:5]) / world_m)
            error = _interpolation_error(x) + _interpolation_error(y)
        error[~np.isfinite(error)] = np.inf
        return cls(columns, x[:, :4].copy(), y[:, :4].copy(), error)


def _interpolation_error(value: Floats) -> Floats:
    """Return twice the deviations from bilinear at the tile's centre and at the middles of its four edges."""
    corners, centre, edges = value[:, :4], value[:, 4], value[:, 5:9]
    middles = (corners + np.roll(corners, -1, axis=1)) / 2
    return np.asarray(2 * (np.abs(corners.mean(axis=1) - centre) + np.abs(middles - edges).sum(axis=1)) + 1e-6)


def _codes(x: Floats, y: Floats, grid: OccupancyGrid) -> Integers:
    with np.errstate(invalid="ignore"):
        column, row = np.floor(x / grid.fine_m), np.floor(y / grid.fine_m)
    lost = ~(np.isfinite(column) & np.isfinite(row))
    column[lost] = row[lost] = 0
    codes = row.astype(np.int64) * 2**32 + (column.astype(np.int64) + 2**31)
    codes[lost] = NOWHERE
    return np.asarray(codes)


NOWHERE = np.iinfo(np.int64).min


@compiled
def _cell_codes(
    height: int, width: int, corner_x: Floats, corner_y: Floats, error: Floats, fine_m: float, world_m: float
) -> tuple[Integers, Integers]:
    """Return each pixel's packed cell (row · 2³² + column + 2³¹) and the flat places of those too close to an edge."""
    codes = np.empty((height, width), np.int64)
    doubtful = np.empty(height * width, np.int64)
    count, step, half = 0, LATTICE_PIXELS, world_m / 2
    for tile in range(len(error)):
        left = tile * step
        right = min(left + step, width)
        across, bound = right - left, error[tile]
        for row in range(height):
            v = (row + 0.5) / height
            x0 = corner_x[tile, 0] + v * (corner_x[tile, 3] - corner_x[tile, 0])
            x1 = corner_x[tile, 1] + v * (corner_x[tile, 2] - corner_x[tile, 1])
            y0 = corner_y[tile, 0] + v * (corner_y[tile, 3] - corner_y[tile, 0])
            y1 = corner_y[tile, 1] + v * (corner_y[tile, 2] - corner_y[tile, 1])
            if not (bound < fine_m / 2):
                for column in range(left, right):
                    doubtful[count] = row * width + column
                    count += 1
                continue
            for column in range(left, right):
                u = (column - left + 0.5) / across
                x, y = x0 + u * (x1 - x0), (y0 + u * (y1 - y0)) / fine_m
                seam = half > 0 and abs(abs(x) - half) <= bound
                if half > 0 and abs(x) >= half:
                    x -= np.sign(x) * world_m
                x /= fine_m
                cell_x, cell_y = np.floor(x), np.floor(y)
                near = min(min(x - cell_x, 1 - (x - cell_x)), min(y - cell_y, 1 - (y - cell_y)))
                if seam or near * fine_m <= bound:
                    doubtful[count] = row * width + column
                    count += 1
                codes[row, column] = np.int64(cell_y) * 2**32 + (np.int64(cell_x) + 2**31)
    return codes, doubtful[:count].copy()


@compiled
def _segments(codes: Integers, area: Integers, step: int) -> tuple[Integers, Indices, Integers, Integers]:
    """Return pointer, end, code and area of the stretches of one strip."""
    height, width = codes.shape
    pointer = np.zeros(height + 1, np.int64)
    for row in range(height):
        count = 1
        for column in range(1, width):
            if codes[row, column] != codes[row, column - 1] or column % step == 0:
                count += 1
        pointer[row + 1] = pointer[row] + count
    end = np.empty(pointer[height], np.int32)
    code = np.empty(pointer[height], np.int64)
    pixel = np.empty(pointer[height], np.int64)
    place = 0
    for row in range(height):
        for column in range(width):
            if column + 1 == width or codes[row, column] != codes[row, column + 1] or (column + 1) % step == 0:
                end[place] = column + 1
                code[place] = codes[row, column]
                pixel[place] = area[column // step]
                place += 1
    return pointer, end, code, pixel


def _joined(parts: list[tuple[Integers, Indices, Integers, Integers]]) -> Segments:
    code = np.concatenate([part[2] for part in parts])
    known, place = np.unique(code, return_inverse=True)
    lost = bool(len(known)) and known[0] == NOWHERE
    cells = known[1:] if lost else known
    lengths = np.concatenate([np.diff(part[0]) for part in parts])
    return Segments(
        pointer=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        end=np.concatenate([part[1] for part in parts]),
        cell=(place - lost).astype(np.int32),
        area=np.concatenate([part[3] for part in parts]),
        x_index=((cells & 0xFFFFFFFF) - 2**31).astype(np.int32),
        y_index=(cells >> 32).astype(np.int32),
    )
