"""Range maps in: extent and occupancy as upper bounds, and area of habitat from land cover and elevation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from biosetu.engine.rasters import RasterGrid
from biosetu.engine.vectors import LONLAT, geometries, read_layer
from biosetu.engine.windows import Part, burn, part_under, raster_grid, read_part, write_part
from biosetu.geo.pixels import PixelGrid, row_pixel_areas_m2
from biosetu.jobs.species_assess import read_assessment_cells
from biosetu.problems import DataError, Problem, Severity
from biosetu.progress import Progress, silent
from biosetu.species.columns import find_column, find_columns, number, numbers, parts, row_numbers, texts
from biosetu.species.habitat import Habitat, area_of_habitat, suitable_cover, tidy_elevation
from biosetu.species.maps import MAP_DEFINITION, map_extent, used_codes
from biosetu.translation import say

OUTSIDE = "BIOSETU_OUTSIDE_PCT"
MAPS = pa.schema(
    [
        ("taxon", pa.string()),
        ("polygons", pa.int64()),
        ("eoo_km2", pa.float64()),
        ("aoo_upper_km2", pa.float64()),
        ("aoo_upper_fixed_km2", pa.float64()),
        ("origins", pa.int64()),
        ("flags", pa.string()),
        ("aoo_def", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class HabitatRequest:
    """What the area of habitat is made from.

    Attributes:
        ranges: polygons with the taxon's name, `presence` and `origin` where there are any.
        cover: land-cover raster. elevation: one raster, or the lowest and the highest.
        species: table of taxon, habitats (parted by `;`) and, where there are any, elevation_lower, elevation_upper.
        crosswalk: table of habitat, class.
        touched: every pixel that a range touches, instead of those whose centre it holds.
        force: keep an empty result.
        rasters: folder for one GeoTIFF a taxon.
    """

    ranges: Path
    cover: Path
    elevation: tuple[Path, ...]
    species: Path
    crosswalk: Path
    touched: bool = True
    force: bool = False
    rasters: Path | None = None


def read_ranges(path: Path) -> dict[str, list[shapely.Geometry]]:
    """Return the polygons of each taxon, those whose presence and origin count (`data/map_codes.csv`).

    Raises DataError where no column names the taxon.
    """
    layer = read_layer(path)
    lower = {name.lower(): name for name in layer.column_names}
    column = find_columns(layer.column_names, ("taxon",), str(path))["taxon"]
    used = np.ones(layer.num_rows, dtype=np.bool_)
    for field, codes in used_codes().items():
        if field in lower:
            given = [number(text) for text in texts(layer, lower[field])]
            used &= np.isin([-1.0 if code is None else code for code in given], sorted(codes))
    ranges: dict[str, list[shapely.Geometry]] = {}
    for taxon, shape, counts in zip(layer.column(column).to_pylist(), geometries(layer), used.tolist(), strict=True):
        if counts and shape is not None and taxon:
            ranges.setdefault(str(taxon), []).append(shapely.make_valid(shape))
    return ranges


def measure_maps(path: Path, progress: Progress = silent) -> pa.Table:
    """Return taxon, eoo_km2, aoo_upper_km2, how the cells were counted and flags, for each taxon of a range map.

    Areas that are not known are null, and the flags (`eoo_undefined`, `wide`) say why.
    """
    ranges = read_ranges(path)
    rows = []
    for done, (taxon, shapes) in enumerate(sorted(ranges.items()), start=1):
        found = map_extent(shapes)
        rows.append(
            {
                "taxon": taxon,
                "polygons": len(shapes),
                "eoo_km2": None if np.isnan(found.eoo_km2) else found.eoo_km2,
                "aoo_upper_km2": None if found.wide else found.aoo_upper_km2,
                "aoo_upper_fixed_km2": None if found.wide else found.aoo_upper_fixed_km2,
                "origins": found.origins,
                "flags": found.flags,
                "aoo_def": MAP_DEFINITION,
            }
        )
        progress(done, len(ranges), taxon)
    if not rows:
        raise DataError(Problem("no polygon counts", "Check presence and origin.", "empty", str(path)))
    return pa.Table.from_pylist(rows, schema=MAPS)


def measure_habitat(request: HabitatRequest, progress: Progress = silent) -> pa.Table:
    """Return taxon, range_km2, habitat_km2, share, reverted and how the range was burnt, for each taxon of the table.

    `outside_pct` is the part of the range that lies beyond the raster [%]: of it nothing is measured. Land cover and
    elevation must lie on one grid. Raises DataError with everything that does not fit.
    """
    grid = raster_grid(request.cover)
    _check_grids(request, grid)
    crosswalk = _crosswalk(request.crosswalk)
    ranges = read_ranges(request.ranges)
    species = [row for row in _species(request.species) if row.taxon in ranges]
    _check_habitats(species, crosswalk, request)
    out = []
    for done, row in enumerate(species, start=1):
        out.append(_habitat_row(row, ranges[row.taxon], grid, crosswalk, request))
        progress(done, len(species), row.taxon)
    if not out:
        raise DataError(Problem("no taxon of the table has a range", "Check the names.", "empty", str(request.species)))
    return pa.Table.from_pylist(out)


def habitat_warnings(table: pa.Table, file: str = "") -> list[Problem]:
    """Return a warning for each taxon whose range runs off the land cover: its habitat is that of the rest alone."""
    remedy = "Give a raster that holds the whole range."
    return [
        Problem(
            say("{part} % of the range lies beyond the land cover", part=f"{row['outside_pct']:.1f}"),
            remedy,
            "outside",
            file,
            value=row["taxon"],
            severity=Severity.WARNING,
        )
        for row in table.to_pylist()
        if row["outside_pct"] > 0
    ]


def _outside_pct(shape: shapely.Geometry, grid: RasterGrid) -> float:
    """Part of a range beyond a raster [%], by area on the sphere where the grid is in degrees."""
    a, _, c, _, e, f = grid.transform
    west, east = sorted((c, c + a * grid.width))
    south, north = sorted((f, f + e * grid.height))
    beyond = shapely.difference(shape, shapely.box(west, south, east, north))
    whole, cut = (_equal_area(one, grid) for one in (shape, beyond))
    return round(100 * cut / whole, 2) if whole else 0.0


def _equal_area(shape: shapely.Geometry, grid: RasterGrid) -> float:
    if not _pixels(grid).system.is_geographic:
        return float(shapely.area(shape))
    fine = shapely.segmentize(shape, 0.1)
    flat = shapely.transform(fine, lambda at: np.column_stack((at[:, 0], np.degrees(np.sin(np.radians(at[:, 1]))))))
    return float(shapely.area(flat))


def _check_grids(request: HabitatRequest, grid: RasterGrid) -> None:
    problems = [
        Problem("the rasters lie on different grids", "Bring them to one grid first.", "grid", str(path))
        for path in request.elevation
        if raster_grid(path) != grid
    ]
    if grid.transform[1] or grid.transform[3]:
        problems.append(Problem("the raster is rotated", "Bring it to a north-up grid.", "grid", str(request.cover)))
    if problems:
        raise DataError(problems)


@dataclass(frozen=True, slots=True)
class _Species:
    """What a taxon lives in: habitats, and its elevation [m] where known."""

    taxon: str
    habitats: tuple[str, ...]
    lower: float | None
    upper: float | None


def _species(path: Path) -> list[_Species]:
    cells = read_assessment_cells(path)
    columns = find_columns(cells.column_names, ("taxon", "habitats"), path.name)
    limits, problems = [], []
    for key in ("elevation_lower", "elevation_upper"):
        values, wrong = numbers(
            cells, find_column(cells.column_names, key), path.name, remedy="Write metres, or leave it empty."
        )
        limits.append(values)
        problems += wrong
    if problems:
        raise DataError(problems)
    rows = zip(texts(cells, columns["taxon"]), texts(cells, columns["habitats"]), *limits, strict=True)
    return [_Species(taxon, _habitats(habitats), lower, upper) for taxon, habitats, lower, upper in rows]


def _crosswalk(path: Path) -> dict[str, list[int]]:
    cells = read_assessment_cells(path)
    columns = find_columns(cells.column_names, ("habitat", "class"), path.name)
    found: dict[str, list[int]] = {}
    problems = []
    given = (row_numbers(cells), texts(cells, columns["habitat"]), texts(cells, columns["class"]))
    for row, habitat, text in zip(*given, strict=True):
        value = number(text)
        if value is None or value != int(value):
            told, remedy = "this is no land-cover class", "Write the whole number that the raster holds."
            problems.append(Problem(told, remedy, "class", path.name, row, columns["class"], text))
        else:
            found.setdefault(habitat.replace("_", "."), []).append(int(value))
    if problems:
        raise DataError(problems)
    return found


def _check_habitats(species: Iterable[_Species], crosswalk: Mapping[str, list[int]], request: HabitatRequest) -> None:
    missing = {h for row in species for h in row.habitats if h not in crosswalk and h.split(".")[0] not in crosswalk}
    if missing:
        remedy = say("Add habitat {missing} to the crosswalk.", missing=", ".join(sorted(missing)))
        raise DataError(Problem("a habitat has no land-cover class", remedy, "habitat", str(request.crosswalk)))


def _habitats(text: str) -> tuple[str, ...]:
    return tuple(part.replace("_", ".") for part in parts(text))


def _habitat_row(
    row: _Species,
    shapes: list[shapely.Geometry],
    grid: RasterGrid,
    crosswalk: Mapping[str, list[int]],
    request: HabitatRequest,
) -> dict[str, Any]:
    shape = _in_crs(shapely.union_all(np.asarray(shapes, dtype=object)), grid)
    part = part_under(grid, shapely.bounds(shape))
    empty = {
        "taxon": row.taxon,
        "range_km2": 0.0,
        "habitat_km2": 0.0,
        "share": None,
        "reverted": "",
        "pixels": "outside",
        "outside_pct": _outside_pct(shape, grid),
    }
    if part is None:
        return empty
    found, pixels = _habitat(row, shape, part, crosswalk, request)
    if request.rasters is not None:
        write_part(
            np.where(found.share > 0, found.share, np.nan),
            part.grid,
            request.rasters / f"{file_name(row.taxon)}.tif",
            {OUTSIDE: str(empty["outside_pct"])},
        )
    share = found.habitat_km2 / found.range_km2 if found.range_km2 else None
    return empty | {
        "range_km2": found.range_km2,
        "habitat_km2": found.habitat_km2,
        "share": share,
        "reverted": found.reverted,
        "pixels": pixels,
    }


def file_name(taxon: object) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in str(taxon))


def _habitat(
    row: _Species,
    shape: shapely.Geometry,
    part: Part,
    crosswalk: Mapping[str, list[int]],
    request: HabitatRequest,
) -> tuple[Habitat, str]:
    inside = burn(shape, part.grid, request.touched)
    pixels = "touched" if request.touched else "centres"
    if not inside.any():
        inside, pixels = burn(shape, part.grid, touched=True), "touched (no centre lies in the range)"
    cover, known = read_part(request.cover, part)
    suitable = suitable_cover(cover, row.habitats, crosswalk) & known
    heights = [
        np.where(valid, values, np.nan) for values, valid in (read_part(path, part) for path in request.elevation)
    ]
    limits = tidy_elevation(row.lower, row.upper)
    area_km2 = pixel_km2(part.grid)
    return area_of_habitat(inside, suitable, (heights[0], heights[-1]), limits, area_km2, request.force), pixels


def _pixels(grid: RasterGrid) -> PixelGrid:
    return PixelGrid(grid.crs, grid.transform, grid.width, grid.height)


def pixel_km2(grid: RasterGrid) -> np.ndarray:
    """Area of a pixel by row [km²]; in a projected CRS, which should be an equal-area one, the planar area."""
    pixels = _pixels(grid)
    if pixels.aligned_geographic:
        return np.asarray(row_pixel_areas_m2(pixels)[:, None] / 1e6)
    return np.full((grid.height, 1), abs(grid.transform[0] * grid.transform[4]) / 1e6)


def _in_crs(shape: shapely.Geometry, grid: RasterGrid) -> shapely.Geometry:
    pixels = _pixels(grid)
    if pixels.system.is_geographic:
        return shape
    from_lonlat = pixels.to(LONLAT)

    def project(points: np.ndarray) -> np.ndarray:
        return np.column_stack(from_lonlat.transform(points[:, 0], points[:, 1], direction="INVERSE"))

    return shapely.make_valid(shapely.transform(shapely.segmentize(shape, 0.1), project))
