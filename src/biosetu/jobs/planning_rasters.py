"""What planning units hold of a raster: carbon, a species' range, classes of ecosystems; summed by zone in windows.

A pixel that a unit's outline crosses counts by its part inside, and every pixel by its true area on the ellipsoid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from biosetu.engine.rasters import RasterStack, nodata_codes, open_stack, read_band, read_values
from biosetu.geo.area import areas_km2
from biosetu.geo.cover import Outlines, outlines, part_of_cells
from biosetu.geo.kinds import Floats
from biosetu.geo.pixels import PixelGrid
from biosetu.geo.shapes import polygonal
from biosetu.jobs.areas_classes import onto_pixels, pixel_weights
from biosetu.jobs.ecosystems_inputs import read_classes
from biosetu.problems import DataError, Problem, UsageError
from biosetu.progress import Progress, silent
from biosetu.translation import N_, say

BAND_PIXELS = 4_000_000
MOST_CLASSES = 2_000
HECTARES = 100.0  # in a square kilometre
AREA_UNIT = "km²"


class Values(StrEnum):
    """What the values of a raster are: codes of classes, an amount in each pixel, or an amount on each ha or km²."""

    CLASSES = "classes"
    PER_PIXEL = "per-pixel"
    PER_HA = "per-ha"
    PER_KM2 = "per-km2"


@dataclass(frozen=True, slots=True)
class RasterOptions:
    """How a raster is read. values: what it holds; name, unit: of the feature that amounts become; band; nodata: codes
    that mean no data beside the file's own; classes: a table that names codes."""

    values: Values | None = None
    name: str = ""
    unit: str = ""
    band: int | None = None
    nodata: tuple[int, ...] = ()
    classes: Path | None = None


@dataclass(frozen=True, slots=True)
class Zonal:
    """What units hold. features: names; unit: of the amounts; amounts: (features, units); unknown_km2: (units,)
    area of which the raster says nothing."""

    features: list[str]
    unit: str
    amounts: Floats
    unknown_km2: Floats


def zonal_amounts(path: Path, shapes: np.ndarray, options: RasterOptions, progress: Progress = silent) -> Zonal:
    """Return what polygons hold of a raster.

    shapes: (n,) valid polygons in longitude and latitude. Classes are held by area [km²]; an amount in each pixel by
    the part of the pixel inside; an amount on an area by that area. Pixels without data hold nothing and are counted.
    Raises UsageError where it is not said what the values are, DataError for a raster that cannot be read, lies
    elsewhere, holds amounts below 0, or more than MOST_CLASSES classes.
    """
    _check(path, options)
    stack = open_stack([path], band=options.band, nodata=options.nodata)
    grid = PixelGrid(stack.grid.crs, stack.grid.transform, stack.grid.width, stack.grid.height)
    turned = np.array([polygonal(shape) for shape in shapes], dtype=object)
    drawn = outlines(turned, onto_pixels(grid))
    sums = _Sums(len(shapes), options.values or Values.CLASSES, path)
    for done, band in enumerate(bands := list(_bands(grid, drawn))):
        progress(done, len(bands), path.name)
        _add_band(stack, grid, drawn, band, sums)
    if not sums.held:
        remedy = N_("Check that it is of the same country, and which codes mean no data")
        raise DataError(
            Problem(N_("the raster has no data within the planning units"), remedy, "no-overlap", path.name)
        )
    return _zonal(path, options, sums, shapes)


def _check(path: Path, options: RasterOptions) -> None:
    if options.values is None:
        raise UsageError(
            say("{name}: say what its values are with --values: {values}.", name=path.name, values=", ".join(Values))
        )
    if options.values is not Values.CLASSES and options.classes is not None:
        raise UsageError("--classes names the codes of --values classes.")
    if options.values is Values.CLASSES and (options.name or options.unit):
        raise UsageError("--name and --unit are of an amount: classes are named by --classes and held in km².")


class _Sums:
    """Amounts by class (one class where values are amounts) and unit; area of units that has data."""

    def __init__(self, units: int, values: Values, path: Path) -> None:
        self.values, self.path = values, path
        self.held: dict[int, Floats] = {}
        self.known_km2 = np.zeros(units)

    def row(self, code: int) -> Floats:
        """Return the amounts of a class, made when first met."""
        if code not in self.held:
            if len(self.held) >= MOST_CLASSES:
                remedy = N_("Say that its values are amounts, or join classes")
                message = N_("the raster has too many classes")
                raise DataError(Problem(message, remedy, "too-many", self.path.name, value=str(MOST_CLASSES)))
            self.held[code] = np.zeros(self.known_km2.size)
        return self.held[code]


def _bands(grid: PixelGrid, drawn: Outlines) -> Iterator[tuple[int, int, int, int]]:
    """Yield left, top, right, bottom of bands of rows of the window under all units."""
    boxes = drawn.boxes[np.isfinite(drawn.boxes).all(axis=1)]
    if not boxes.size:
        return
    left, top = (max(int(np.floor(boxes[:, k].min())), 0) for k in (0, 1))
    right, bottom = (min(int(np.ceil(boxes[:, k].max())), most) for k, most in ((2, grid.width), (3, grid.height)))
    step = max(BAND_PIXELS // max(right - left, 1), 1)
    for row in range(top, bottom, step):
        if left < right:
            yield left, row, right, min(row + step, bottom)


def _add_band(
    stack: RasterStack, grid: PixelGrid, drawn: Outlines, band: tuple[int, int, int, int], sums: _Sums
) -> None:
    left, top, right, bottom = band
    values, known = _values(stack, band, sums)
    weights, steps = pixel_weights(grid, (left, top), values.shape)
    boxes = drawn.boxes
    with np.errstate(invalid="ignore"):
        here = (boxes[:, 2] > left) & (boxes[:, 0] < right) & (boxes[:, 3] > top) & (boxes[:, 1] < bottom)
    for unit in np.flatnonzero(here).tolist():
        west, north = max(int(np.floor(boxes[unit, 0])), left), max(int(np.floor(boxes[unit, 1])), top)
        east, south = min(int(np.ceil(boxes[unit, 2])), right), min(int(np.ceil(boxes[unit, 3])), bottom)
        part = part_of_cells(drawn, unit, (west, north), (south - north, east - west))
        rows = (np.arange(north, south) - top) // steps[0]
        columns = (np.arange(west, east) - left) // steps[1]
        area = part * weights[np.ix_(rows, columns)]
        cut = (slice(north - top, south - top), slice(west - left, east - left))
        _add_unit(unit, values[cut], known[cut], part, area, sums)


def _values(stack: RasterStack, band: tuple[int, int, int, int], sums: _Sums) -> tuple[np.ndarray, np.ndarray]:
    """Return the values of a band and where they are known."""
    left, top, right, bottom = band
    if sums.values is Values.CLASSES:
        codes = read_band(stack, top, bottom, (left, right))[0]
        return codes, ~np.isin(codes, list(nodata_codes(stack)[0]))
    values = read_values(stack, top, bottom, (left, right))
    known = np.isfinite(values)
    if known.any() and float(values[known].min()) < 0:
        remedy = N_("Declare the code as nodata, or shift the values: a unit cannot hold less than nothing")
        message = N_("the raster holds amounts below 0")
        lowest = f"{values[known].min():g}"
        raise DataError(Problem(message, remedy, "negative", sums.path.name, value=lowest))
    return values, known


def _add_unit(unit: int, values: np.ndarray, known: np.ndarray, part: Floats, area: Floats, sums: _Sums) -> None:
    there = known & (part > 0)
    if not there.any():
        return
    sums.known_km2[unit] += float(area[there].sum())
    if sums.values is Values.CLASSES:
        codes, places = np.unique(values[there], return_inverse=True)
        for code, held in zip(codes.tolist(), np.bincount(places, area[there]).tolist(), strict=True):
            sums.row(code)[unit] += held
        return
    share = part if sums.values is Values.PER_PIXEL else area * (HECTARES if sums.values is Values.PER_HA else 1.0)
    sums.row(0)[unit] += float((values[there] * share[there]).sum())


def _zonal(path: Path, options: RasterOptions, sums: _Sums, shapes: np.ndarray) -> Zonal:
    unknown: Floats = np.maximum(areas_km2(shapes) - sums.known_km2, 0.0)
    if sums.values is not Values.CLASSES:
        return Zonal([options.name or path.stem], options.unit, sums.held[0][None, :], unknown)
    names = read_classes(options.classes).names
    codes = sorted(sums.held)
    joined: dict[str, Floats] = {}
    for code in codes:
        name = names.get(str(code), str(code))
        joined[name] = joined.get(name, 0.0) + sums.held[code]
    return Zonal(list(joined), AREA_UNIT, np.stack(list(joined.values())), unknown)
