"""Which cell of an occupancy grid each pixel of a map lies in, and how large that pixel is, as segments of rows.

The rule: a pixel belongs to the cell that holds its centre. Where map and grid have parallel axes the cell follows
from row and column; elsewhere the centres are interpolated between exactly transformed points of a lattice, with a
measured bound of the error, and every centre closer than that bound to a cell's edge is transformed exactly. The
result is therefore that of transforming each centre, at a fraction of the cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from biosetu.geo.compiled import compiled
from biosetu.geo.lattice import LATTICE_PIXELS, WORLD_CYLINDRICAL_EQUAL_AREA, Lattice, PixelAreas, Strip
from biosetu.geo.pixels import AreaUnit, Floats, Integers, PixelGrid, row_pixel_areas_m2

SAME_PLACE_M = 1e-6
LARGEST_NUMBERING = 4_000_000

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
    def in_metres(self) -> bool:
        """Whether the CRS is projected and measured in metres; ValueError where there is no such CRS."""
        try:
            system = CRS.from_user_input(self.crs)
        except CRSError as error:
            raise ValueError(str(error)) from error
        return bool(system.is_projected and system.axis_info[0].unit_conversion_factor == 1)

    @property
    def side(self) -> int:
        """Sub-cells along one side of a cell."""
        return self.cell_m // self.fine_m


@dataclass(frozen=True, slots=True)
class Segments:
    """Stretches of pixels in one cell, whose sizes change evenly from column to column, row by row.

    `end` holds the column after each stretch's last; row r has the stretches `pointer[r]` to `pointer[r + 1]`.
    `cell` counts into `x_index`, `y_index` (sub-cells of the grid from its origin), -1 where a pixel has no place.
    A pixel in column c has the area `area` + c · `growth` [units of the map].
    """

    pointer: Integers
    end: Indices
    cell: Indices
    area: Integers
    growth: Integers
    x_index: Indices
    y_index: Indices

    def pixel_areas(self) -> Integers:
        """Return the area of every pixel, row after row [units of the map]."""
        begin = np.append(0, self.end[:-1])
        begin[self.pointer[:-1]] = 0
        lengths = self.end - begin
        columns = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - self.end, lengths)
        return np.asarray(np.repeat(self.area, lengths) + columns * np.repeat(self.growth, lengths))


@compiled
def area_between(area: int, growth: int, column: int, until: int) -> int:
    """Return the area of the pixels of a stretch from `column` to before `until`: a whole number, whatever the cut."""
    number = until - column
    return number * area + growth * (number * (column + until - 1) // 2)


class PixelCells:
    """Finds the segments of any rows of one map on one grid."""

    def __init__(self, pixels: PixelGrid, grid: OccupancyGrid, unit: AreaUnit) -> None:
        self.pixels, self.grid, self.unit = pixels, grid, unit
        self.forward = pixels.to(grid.crs)
        self.areas = PixelAreas(pixels)
        self.separable = pixels.aligned_geographic and self._parallel_axes()

    def rows(self, start: int, stop: int) -> Segments:
        """Return the segments of rows `start` to `stop`."""
        if self.separable:
            return self._separable_rows(start, stop)
        return self._lattice_rows(start, stop)

    def _parallel_axes(self) -> bool:
        columns: Floats = np.linspace(0.5, self.pixels.width - 0.5, 5)
        rows: Floats = np.linspace(0.5, self.pixels.height - 0.5, 5)
        x, y = self._columns_x(columns), self._rows_y(rows)
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
        y = np.floor(self._rows_y(np.arange(start, stop, dtype=np.float64) + 0.5) / self.grid.fine_m).astype(np.int32)
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
            growth=np.zeros(height * count, np.int64),
            x_index=np.tile(x_index, len(y_index)),
            y_index=np.repeat(y_index, len(x_index)),
        )

    @cached_property
    def _column_centres(self) -> Floats:
        return self._columns_x(np.arange(self.pixels.width, dtype=np.float64) + 0.5)

    @cached_property
    def _row_areas(self) -> Integers:
        return self.unit.integers(row_pixel_areas_m2(self.pixels))

    def _lattice_rows(self, start: int, stop: int) -> Segments:
        parts = []
        for first in range(start - start % LATTICE_PIXELS, stop, LATTICE_PIXELS):
            last = min(first + LATTICE_PIXELS, self.pixels.height)
            for strip in self.areas.strips(first, last):
                above, below = max(start, strip.rows[0]), min(stop, strip.rows[1])
                if above < below:
                    parts.append(self._strip(strip, above, below))
        return _joined(parts)

    def _strip(self, strip: Strip, start: int, stop: int) -> _Stretches:
        """Return the segments of rows `start` to `stop` within a row of lattice tiles."""
        first, last = strip.rows
        place = strip.world
        if self.grid.crs != WORLD_CYLINDRICAL_EQUAL_AREA:
            place = Lattice.of(self.pixels, self.forward, self.grid.world_m, strip.rows, strip.side)
        tiles = (place.columns, place.x, place.y, place.error, *self._sizes(strip, place.columns))
        pointer, end, code, size, doubtful = _strip_segments(
            start - first, stop - first, last - first, tiles, self.grid.fine_m, self.grid.world_m
        )
        if len(doubtful):
            rows = start + np.searchsorted(pointer, doubtful, side="right") - 1
            middle = (end[doubtful].astype(np.float64) - 0.5, rows.astype(np.float64) + 0.5)
            x, y = self.forward.transform(*self.pixels.coordinates(*middle))
            code[doubtful] = _codes(np.asarray(x), np.asarray(y), self.grid)
        return pointer, end, code, size

    def _sizes(self, strip: Strip, columns: Integers) -> tuple[Integers, Integers]:
        """Return the area of a pixel in column 0 and its growth by column, in whole units: shape (tiles, rows).

        The growth is rounded first, so that what that leaves out cancels over the tile.
        """
        growth = self.unit.integers(strip.growth)
        middle = (columns[:-1] + (np.diff(columns) - 1) / 2)[:, None]
        return self.unit.integers(strip.area - growth * middle / self.unit.per_m2), growth


def _codes(x: Floats, y: Floats, grid: OccupancyGrid) -> Integers:
    with np.errstate(invalid="ignore"):
        column, row = np.floor(x / grid.fine_m), np.floor(y / grid.fine_m)
    lost = ~(np.isfinite(column) & np.isfinite(row))
    column[lost] = row[lost] = 0
    codes = row.astype(np.int64) * 2**32 + (column.astype(np.int64) + 2**31)
    codes[lost] = NOWHERE
    return np.asarray(codes)


NOWHERE = np.iinfo(np.int64).min
UNSURE = NOWHERE


_Lines: TypeAlias = tuple[Integers, Floats, Floats, Floats, Integers, Integers]


@compiled
def _strip_segments(
    start: int, stop: int, height: int, tiles: _Lines, fine_m: float, world_m: float
) -> tuple[Integers, Indices, Integers, Integers, Integers]:
    """Return pointer, end, cell code, area with growth; stretches of doubtful cell are one pixel long, and listed.

    From one pixel it is known how many more lie safely in the same cell: those farther than the error bound from the
    cell's edges ahead. Cell codes are row · 2³² + column + 2³¹.
    """
    columns, corner_x, corner_y, error, area, growth = tiles
    rows, width = stop - start, columns[-1]
    pointer = np.zeros(rows + 1, np.int64)
    room = rows * (len(error) * 4 + 64) + width
    found = np.empty((room, 4), np.int64)
    doubtful = np.zeros(room, np.bool_)
    count = 0
    for row in range(start, stop):
        v = (row + 0.5) / height
        if count + width > room:
            room = 2 * room + width
            found, doubtful = _longer(found, doubtful, room)
        for tile in range(len(error)):
            left, right = columns[tile], columns[tile + 1]
            x0 = corner_x[tile, 0] + v * (corner_x[tile, 3] - corner_x[tile, 0])
            y0 = corner_y[tile, 0] + v * (corner_y[tile, 3] - corner_y[tile, 0])
            step_x = (corner_x[tile, 1] + v * (corner_x[tile, 2] - corner_x[tile, 1]) - x0) / (right - left)
            step_y = (corner_y[tile, 1] + v * (corner_y[tile, 2] - corner_y[tile, 1]) - y0) / (right - left)
            column = left
            while column < right:
                x, y = x0 + (column - left + 0.5) * step_x, y0 + (column - left + 0.5) * step_y
                code, more = _stretch((x, y), (step_x, step_y), right - 1 - column, error[tile], fine_m, world_m / 2)
                column += 1 + more
                found[count, 0], found[count, 1] = column, code
                found[count, 2], found[count, 3] = area[tile, row], growth[tile, row]
                doubtful[count] = code == UNSURE
                count += 1
        pointer[row - start + 1] = count
    found = found[:count]
    doubts = np.flatnonzero(doubtful[:count])
    return pointer, found[:, 0].astype(np.int32), found[:, 1].copy(), found[:, 2:].copy(), doubts


@compiled
def _stretch(
    place: tuple[float, float], step: tuple[float, float], most: int, bound: float, fine_m: float, half: float
) -> tuple[int, int]:
    """Return the cell of a pixel and how many pixels after it share that cell for certain; UNSURE near an edge."""
    x, y = place
    if not bound < fine_m / 2:
        return UNSURE, 0
    seam = half > 0 and abs(abs(x) - half) <= bound + abs(step[0]) * most
    if seam and abs(abs(x) - half) <= bound:
        return UNSURE, 0
    if half > 0 and abs(x) >= half:
        x -= np.sign(x) * 2 * half
    cell_x, cell_y = np.floor(x / fine_m), np.floor(y / fine_m)
    if not (_inside(x - cell_x * fine_m, fine_m, bound) and _inside(y - cell_y * fine_m, fine_m, bound)):
        return UNSURE, 0
    code = int(cell_y) * 2**32 + (int(cell_x) + 2**31)
    if seam:
        return code, 0
    safe_x = _steps(_ahead(x, step[0], fine_m) - bound, step[0])
    safe_y = _steps(_ahead(y, step[1], fine_m) - bound, step[1])
    return code, max(0, min(safe_x, safe_y, most))


@compiled
def _longer(found: Integers, doubtful: NDArray[np.bool_], length: int) -> tuple[Integers, NDArray[np.bool_]]:
    longer, flags = np.empty((length, 4), np.int64), np.zeros(length, np.bool_)
    longer[: len(found)], flags[: len(found)] = found, doubtful
    return longer, flags


@compiled
def _inside(distance: float, size: float, bound: float) -> bool:
    return bound < distance < size - bound


@compiled
def _ahead(value: float, step: float, size: float) -> float:
    """Return the distance to the edge of the cell that lies ahead in the direction of `step`."""
    behind = value - np.floor(value / size) * size
    return float(size - behind if step > 0 else behind)


@compiled
def _steps(distance: float, step: float) -> int:
    """Return how many whole steps stay strictly within a distance."""
    if step == 0:
        return 2**30
    return int(min(np.ceil(distance / abs(step)) - 1, 2.0**30))


_Stretches: TypeAlias = tuple[Integers, Indices, Integers, Integers]


def _joined(parts: list[_Stretches]) -> Segments:
    code = np.concatenate([part[2] for part in parts])
    cells, place = _numbered(code)
    lengths = np.concatenate([np.diff(part[0]) for part in parts])
    return Segments(
        pointer=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        end=np.concatenate([part[1] for part in parts]),
        cell=place,
        area=np.concatenate([part[3][:, 0] for part in parts]),
        growth=np.concatenate([part[3][:, 1] for part in parts]),
        x_index=((cells & 0xFFFFFFFF) - 2**31).astype(np.int32),
        y_index=(cells >> 32).astype(np.int32),
    )


def _numbered(code: Integers) -> tuple[Integers, Indices]:
    """Return the distinct cells in order and, for each code, its place among them; -1 for NOWHERE."""
    known = code[code != NOWHERE] if bool((code == NOWHERE).any()) else code
    rows, columns = known >> 32, known & 0xFFFFFFFF
    if not len(known):
        return known, np.full(len(code), -1, np.int32)
    low_row, low_column = int(rows.min()), int(columns.min())
    across, down = int(columns.max()) - low_column + 1, int(rows.max()) - low_row + 1
    if across * down <= LARGEST_NUMBERING:
        return _numbered_in_box(code, low_row, low_column, down, across)
    cells = np.unique(known)
    return cells, np.where(code == NOWHERE, -1, np.searchsorted(cells, code)).astype(np.int32)


@compiled
def _numbered_in_box(code: Integers, low_row: int, low_column: int, down: int, across: int) -> tuple[Integers, Indices]:
    table = np.full(down * across, -1, np.int32)
    for index in range(len(code)):
        if code[index] != NOWHERE:
            table[((code[index] >> 32) - low_row) * across + (code[index] & 0xFFFFFFFF) - low_column] = 0
    count = 0
    for spot in range(len(table)):
        if table[spot] == 0:
            table[spot] = count
            count += 1
    cells = np.empty(count, np.int64)
    place = np.full(len(code), -1, np.int32)
    for index in range(len(code)):
        if code[index] != NOWHERE:
            spot = ((code[index] >> 32) - low_row) * across + (code[index] & 0xFFFFFFFF) - low_column
            place[index] = table[spot]
            cells[table[spot]] = code[index]
    return cells, place
