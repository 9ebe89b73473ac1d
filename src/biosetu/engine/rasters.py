"""Classified rasters in: opened safely, checked against each other, read in bands of rows."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.enums import MaskFlags, Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from biosetu.engine.placement import RasterGrid, off_the_globe
from biosetu.engine.tables import replacing
from biosetu.problems import DataError, Problem, Severity
from biosetu.translation import N_, say

__all__ = [
    "Raster",
    "RasterGrid",
    "RasterStack",
    "coarse_warning",
    "nodata_codes",
    "open_stack",
    "raster_driver",
    "read_band",
    "read_codes",
    "read_small",
    "read_values",
    "refuse_other_than_geotiff",
    "refuse_truncated",
    "write_raster",
]
SIGNATURES = {
    b"II*\0": "GTiff",
    b"MM\0*": "GTiff",
    b"II+\0": "GTiff",
    b"MM\0+": "GTiff",
    b"EHFA": "HFA",
    b"<VRT": "VRT",
}
SAME_GRID_PIXELS = 1e-3
BAND_PIXELS = 12_000_000
COVER_STEPS = 10_000
MISSING = -(2**31)


@dataclass(frozen=True, slots=True)
class Raster:
    """One date of a map, as found in its file."""

    path: str
    band: int
    grid: RasterGrid
    dtype: str
    nodata: float | None
    masked: bool
    tile_rows: int


@dataclass(frozen=True, slots=True)
class RasterStack:
    """The dates of one map on one grid. `align` holds, by date, whether it is brought to the first date's grid."""

    dates: tuple[Raster, ...]
    align: tuple[bool, ...]
    nodata: tuple[int, ...] = ()
    fractional: float | None = None

    @property
    def grid(self) -> RasterGrid:
        """The grid of the first date, on which all is measured."""
        return self.dates[0].grid

    def bands(self, most_pixels: int | None = None) -> list[tuple[int, int]]:
        """Return (first row, row after the last) of the bands: whole tiles, about BAND_PIXELS (or so many) each."""
        tile = max(raster.tile_rows for raster in self.dates)
        pixels = BAND_PIXELS if most_pixels is None else most_pixels
        rows = max(tile, pixels // max(self.grid.width, 1) // tile * tile)
        return [(row, min(row + rows, self.grid.height)) for row in range(0, self.grid.height, rows)]


def open_stack(
    paths: Sequence[Path],
    *,
    band: int | None = None,
    nodata: Sequence[int] = (),
    align: bool = False,
    fractional: float | None = None,
) -> RasterStack:
    """Open the dates of a map, all problems listed at once.

    Args:
        paths: GeoTIFF, Erdas Imagine, or a VRT whose sources lie in its own folder; or an address that GDAL reads
            (`/vsis3/…`, `s3://…`).
        band: band to read where files have several.
        nodata: codes that mean "no data" besides those declared in the files.
        align: bring later dates to the first date's grid by the nearest pixel, instead of refusing.
        fractional: the value that means fully covered, where the maps hold the cover of one class.

    Raises:
        DataError: what is wrong with which file, and what to do.
    """
    problems: list[Problem] = []
    rasters: list[Raster] = []
    for path in paths:
        try:
            rasters.append(_describe(str(path), band))
        except DataError as error:
            problems.extend(error.problems)
    if len(rasters) == len(paths):
        for raster in rasters[1:]:
            if not align:
                problems.extend(_misaligned(rasters[0], raster))
    if fractional is not None:
        problems.extend(_never_full(raster, fractional) for raster in rasters if fractional > _largest(raster.dtype))
    if problems:
        raise DataError(problems)
    moved = tuple(bool(_misaligned(rasters[0], raster)) for raster in rasters)
    return RasterStack(tuple(rasters), moved, tuple(nodata), fractional)


def read_band(
    stack: RasterStack, start: int, stop: int, columns: tuple[int, int] | None = None
) -> list[NDArray[np.integer]]:
    """Return the class codes of every date in rows `start` to `stop`; MISSING or the file's nodata where unknown.

    columns: first column and the one after the last; all unless given.

    Raises:
        DataError: a damaged file, or values that are no class codes.
    """
    window = _window(stack, start, stop, columns)
    pairs = zip(stack.dates, stack.align, strict=True)
    return [_read(raster, stack, moved, window) for raster, moved in pairs]


def read_values(
    stack: RasterStack, start: int, stop: int, columns: tuple[int, int] | None = None, index: int = 0
) -> NDArray[np.float64]:
    """Return the measured values of one date, by default the first, in rows `start` to `stop`, NaN where unknown.

    The file's own scale and offset are applied; unknown is what the file declares or masks, what `stack.nodata` names
    (both as stored) and what is not finite.

    Raises:
        DataError: a damaged file.
    """
    raster, window = stack.dates[index], _window(stack, start, stop, columns)
    try:
        with _opened(raster.path) as data:
            scale, offset = data.scales[raster.band - 1], data.offsets[raster.band - 1]
            if stack.align[index]:
                with _aligned(data, stack.grid, raster) as warped:
                    stored, known = _stored(warped, raster, window)
            else:
                stored, known = _stored(data, raster, window)
    except RasterioError as error:
        raise _damaged(raster, window, error) from error
    known &= ~np.isin(stored, list(stack.nodata)) & np.isfinite(stored)
    return np.where(known, stored.astype(np.float64) * scale + offset, np.nan)


def _stored(data: Any, raster: Raster, window: Window) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    return data.read(raster.band, window=window), data.read_masks(raster.band, window=window) != 0


def _window(stack: RasterStack, start: int, stop: int, columns: tuple[int, int] | None) -> Window:
    first, last = columns or (0, stack.grid.width)
    return Window(first, start, last - first, stop - start)


def read_codes(stack: RasterStack, index: int, start: int, stop: int) -> NDArray[np.integer]:
    """Return the class codes of one date, as `read_band` does."""
    return _read(stack.dates[index], stack, stack.align[index], _window(stack, start, stop, None))


def read_small(stack: RasterStack, index: int, side: int) -> NDArray[np.integer]:
    """Return every n-th class code of one date (as `read_band` does), at most `side` by `side`: for a picture.

    Overviews are not used: they may hold averages, which are no codes.
    """
    raster, moved = stack.dates[index], stack.align[index]
    step = max(1, -(-max(stack.grid.width, stack.grid.height) // side))
    shape = (-(-stack.grid.height // step), -(-stack.grid.width // step))
    try:
        with _opened(raster.path, overview_level="NONE") as data:
            source = _aligned(data, stack.grid, raster) if moved else data
            return _codes(source.read(raster.band, out_shape=shape), source, raster, stack, {"out_shape": shape})
    except RasterioError as error:
        remedy = say("Copy or download it again. The reader says: {error}", error=_short(error))
        raise DataError(Problem("is damaged", remedy, "damaged", file=raster.path)) from error


def nodata_codes(stack: RasterStack) -> tuple[frozenset[int], ...]:
    """Return by date the codes that mean "no data"."""
    codes = []
    for raster in stack.dates:
        own = {int(raster.nodata)} if raster.nodata is not None and float(raster.nodata).is_integer() else set()
        codes.append(
            frozenset(own | set(stack.nodata) | {MISSING}) if stack.fractional is None else frozenset({MISSING, 0})
        )
    return tuple(codes)


def write_raster(
    path: Path,
    codes: NDArray[Any],
    crs: str,
    transform: tuple[float, float, float, float, float, float],
    nodata: int | None = None,
) -> None:
    """Write class codes as a tiled, compressed GeoTIFF, replacing the file at once or not at all."""
    height, width = codes.shape
    profile = {"driver": "GTiff", "count": 1, "height": height, "width": width, "dtype": codes.dtype, "nodata": nodata}
    tiles = {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate"}
    place = {"crs": crs, "transform": rasterio.Affine(*transform)}
    with replacing(path) as temporary, rasterio.open(temporary, "w", **profile, **tiles, **place) as data:
        data.write(codes, 1)


def _describe(path: str, band: int | None) -> Raster:
    _refuse_unsafe(path)
    with _opened(path) as data:
        problems = list(_problems(data, path, band))
        if problems:
            raise DataError(problems)
        index = band or 1
        flags = data.mask_flag_enums[index - 1]
        return Raster(
            path=path,
            band=index,
            grid=RasterGrid(data.crs.to_wkt(), tuple(data.transform)[:6], data.width, data.height),
            dtype=data.dtypes[index - 1],
            nodata=data.nodatavals[index - 1],
            masked=MaskFlags.per_dataset in flags and MaskFlags.nodata not in flags,
            tile_rows=min(data.block_shapes[index - 1][0], data.height),
        )


def raster_driver(path: str) -> str:
    """Return the driver by the file's first bytes: no other is ever tried. Remote files must be GeoTIFFs."""
    local = Path(path)
    if not local.is_file():
        return "GTiff"
    driver = _signature(local)
    if driver is None:
        raise DataError(
            Problem(N_("is no GeoTIFF"), "Give a GeoTIFF: gdal_translate IN OUT.tif", "not-tiff", file=path)
        )
    return driver


def _signature(path: Path) -> str | None:
    with path.open("rb") as stream:
        return SIGNATURES.get(stream.read(4096).lstrip()[:4])


def refuse_other_than_geotiff(path: Path) -> None:
    """Raise `DataError` for a raster of another kind, whatever its name: other kinds may name files to read."""
    _refuse_empty(path)
    if raster_driver(str(path)) != "GTiff":
        raise DataError(Problem(N_("this is no GeoTIFF"), N_("Give a GeoTIFF or a GeoPackage"), "format", path.name))


def refuse_truncated(path: Path) -> None:
    """Raise `DataError` for a raster whose end is missing: its last pixels are read, and no others."""
    with _opened(str(path)) as data:
        last = Window(data.width - 1, data.height - 1, 1, 1)
        try:
            data.read(1, window=last)
        except RasterioError as error:
            message, remedy = N_("the end of the map is missing"), N_("Send it again, whole")
            raise DataError(Problem(message, remedy, "truncated", path.name)) from error


def _opened(path: str, **options: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            return rasterio.open(path, driver=raster_driver(path), **options)
        except (RasterioError, OSError) as error:
            raise DataError(
                Problem(
                    N_("cannot be read as a raster"),
                    say("Give a complete GeoTIFF. The reader says: {error}", error=_short(error)),
                    "unreadable",
                    file=path,
                )
            ) from error


def _problems(data: Any, path: str, band: int | None) -> list[Problem]:
    found = []
    if data.crs is None:
        remedy = "Write its CRS into the file, for instance: gdal_edit.py -a_srs EPSG:4326 FILE"
        found.append(Problem(N_("has no coordinate reference system"), remedy, "no-crs", file=path))
    elif not (CRS.from_wkt(data.crs.to_wkt()).is_geographic or CRS.from_wkt(data.crs.to_wkt()).is_projected):
        remedy = "Use a geographic or a projected CRS."
        found.append(Problem("has a CRS without place on Earth", remedy, "no-crs", file=path))
    numbers = np.array(tuple(data.transform)[:6])
    if data.transform.is_identity or not np.isfinite(numbers).all() or data.transform.determinant == 0:
        remedy = N_("Georeference it: pixel size and corner must be in the file.")
        found.append(Problem(N_("does not say where its pixels lie"), remedy, "no-transform", file=path))
    if not found:
        found += off_the_globe(RasterGrid(data.crs.to_wkt(), tuple(data.transform)[:6], data.width, data.height), path)
    if band is None and data.count > 1:
        remedy = say("Say which of its {count} bands holds the classes, with --band.", count=data.count)
        found.append(Problem(N_("has several bands"), remedy, "bands", file=path))
    elif band is not None and not 1 <= band <= data.count:
        found.append(
            Problem(say("has no band {band}", band=band), say("It has {count}.", count=data.count), "bands", file=path)
        )
    elif np.dtype(data.dtypes[(band or 1) - 1]).kind == "c":
        found.append(Problem(N_("holds complex numbers"), "Give class codes.", "dtype", file=path))
    return found


def _refuse_unsafe(path: str) -> None:
    """Refuse empty files, and VRTs that reach outside their own folder or run code."""
    local = Path(path)
    if not local.is_file():
        if "://" in path or path.startswith("/vsi"):
            return
        raise DataError(Problem("no such file", "Check the name.", "missing", file=path))
    _refuse_empty(local)
    if raster_driver(path) == "VRT":
        _check_vrt(local)


def _refuse_empty(path: Path) -> None:
    if path.stat().st_size == 0:
        raise DataError(Problem(N_("is empty (0 bytes)"), N_("Copy or download it again."), "empty", file=str(path)))


def _check_vrt(path: Path) -> None:
    try:
        root = ElementTree.fromstring(path.read_bytes())
    except (ElementTree.ParseError, DefusedXmlException) as error:
        raise DataError(
            Problem("is no valid VRT", say("Give a GeoTIFF. {error}", error=error), "unreadable", file=str(path))
        ) from error
    folder = path.resolve().parent
    for element in root.iter():
        name = element.tag.lower()
        if "pixelfunction" in name or element.get("subClass") not in (None, "VRTDataset", "VRTSourcedRasterBand"):
            raise _vrt_problem(path, element.get("subClass") or element.tag)
        if name in {"sourcefilename", "sourcedataset"}:
            text = (element.text or "").strip()
            source = folder / text if element.get("relativeToVRT") == "1" else Path(text)
            inside = source.is_file() and source.resolve().is_relative_to(folder)
            if not inside or _signature(source) not in {"GTiff", "HFA"}:
                raise _vrt_problem(path, text)


def _vrt_problem(path: Path, value: str) -> DataError:
    remedy = (
        "A VRT may only name GeoTIFFs in its own folder. Put them there, or make one GeoTIFF: gdal_translate IN OUT"
    )
    return DataError(Problem("points outside its folder", remedy, "vrt-outside", file=str(path), value=value))


def _misaligned(first: Raster, other: Raster) -> list[Problem]:
    differences = []
    if CRS.from_wkt(first.grid.crs) != CRS.from_wkt(other.grid.crs):
        differences.append("CRS")
    if (first.grid.width, first.grid.height) != (other.grid.width, other.grid.height):
        differences.append("number of rows or columns")
    pixel = max(abs(first.grid.transform[0]), abs(first.grid.transform[1]))
    corners = [(0, 0), (first.grid.width, 0), (0, first.grid.height)]
    apart = max(
        abs(a - b)
        for corner in corners
        for a, b in zip(_corner(first.grid, corner), _corner(other.grid, corner), strict=True)
    )
    if not differences and apart > SAME_GRID_PIXELS * pixel:
        differences.append("pixel size or position")
    remedy = (
        "Bring it to the same grid, or let it be aligned by the nearest pixel with --align. "
        "For instance: gdalwarp -r near -t_srs … -te … -ts … IN OUT"
    )
    return [
        Problem(
            say("is not on the grid of {path}: {name} differs", path=first.path, name=name),
            remedy,
            "misaligned",
            file=other.path,
        )
        for name in differences
    ]


def _corner(grid: RasterGrid, corner: tuple[int, int]) -> tuple[float, float]:
    a, b, c, d, e, f = grid.transform
    return a * corner[0] + b * corner[1] + c, d * corner[0] + e * corner[1] + f


def _read(raster: Raster, stack: RasterStack, moved: bool, window: Window) -> NDArray[np.integer]:
    try:
        with _opened(raster.path) as data:
            if moved:
                with _aligned(data, stack.grid, raster) as warped:
                    return _codes(warped.read(raster.band, window=window), warped, raster, stack, {"window": window})
            return _codes(data.read(raster.band, window=window), data, raster, stack, {"window": window})
    except RasterioError as error:
        raise _damaged(raster, window, error) from error


def _damaged(raster: Raster, window: Window, error: Exception) -> DataError:
    message = say(
        "is damaged: rows {first} to {last} cannot be read",
        first=window.row_off + 1,
        last=window.row_off + window.height,
    )
    remedy = say("Copy or download it again. The reader says: {error}", error=_short(error))
    return DataError(Problem(message, remedy, "damaged", file=raster.path))


def _aligned(data: Any, grid: RasterGrid, raster: Raster) -> Any:
    return WarpedVRT(
        data,
        crs=grid.crs,
        transform=rasterio.Affine(*grid.transform),
        width=grid.width,
        height=grid.height,
        resampling=Resampling.nearest,
        nodata=raster.nodata,
        add_alpha=raster.nodata is None,
    )


def _codes(
    values: NDArray[Any], data: Any, raster: Raster, stack: RasterStack, part: dict[str, Any]
) -> NDArray[np.integer]:
    masked = raster.masked or isinstance(data, WarpedVRT)
    known = data.read_masks(raster.band, **part) != 0 if masked else None
    if stack.fractional is not None:
        return _cover(values, known, raster, stack.fractional)
    if values.dtype.kind == "f":
        values, known = _whole_numbers(values, known, raster), None
    elif (values.dtype.kind == "u" and values.dtype.itemsize >= 4) or values.dtype.itemsize == 8:
        _check_range(values, raster)
        values = values.astype(np.int32)
    if known is not None and not known.all():
        values = np.where(known, values.astype(np.int32), np.int32(MISSING))
    return values


def _whole_numbers(values: NDArray[Any], known: NDArray[np.bool_] | None, raster: Raster) -> NDArray[np.int32]:
    missing = ~np.isfinite(values)
    if raster.nodata is not None:
        missing |= values == raster.nodata
    if known is not None:
        missing |= ~known
    kept = np.where(missing, 0, values)
    odd = kept != np.rint(kept)
    if odd.any():
        value = float(kept[odd][0])
        raise DataError(
            Problem(
                N_("holds fractions, not class codes"),
                "Give whole-number classes; for the cover of one class use --fractional.",
                "float-classes",
                file=raster.path,
                value=repr(value),
            )
        )
    _check_range(kept, raster)
    return np.where(missing, MISSING, kept).astype(np.int32)


def _check_range(values: NDArray[Any], raster: Raster) -> None:
    if values.size and (values.max() >= 2**31 or values.min() <= MISSING):
        value = values.max() if values.max() >= 2**31 else values.min()
        remedy = N_("Number the classes within ±2,147,483,647, or declare the code as nodata.")
        raise DataError(
            Problem(N_("has a class code too large"), remedy, "code-range", file=raster.path, value=str(value))
        )


def _cover(values: NDArray[Any], known: NDArray[np.bool_] | None, raster: Raster, full: float) -> NDArray[np.integer]:
    missing = ~np.isfinite(values) if values.dtype.kind == "f" else np.zeros(values.shape, bool)
    if raster.nodata is not None and np.isfinite(raster.nodata):
        missing |= values == raster.nodata
    if known is not None:
        missing |= ~known
    share = np.where(missing, 0, values).astype(np.float64) / full
    if share.size and (share.min() < 0 or share.max() > 1):
        worst = share.min() if share.min() < 0 else share.max()
        remedy = "Say with --fractional which value means fully covered (1, 100, 255 …), and declare nodata."
        message = "holds cover outside 0 to full"
        raise DataError(Problem(message, remedy, "cover-range", file=raster.path, value=repr(float(worst * full))))
    return np.rint(share * COVER_STEPS).astype(np.int16)


def _largest(dtype: str) -> float:
    kind = np.dtype(dtype)
    return float(np.iinfo(kind).max) if kind.kind in "iu" else np.inf


def _never_full(raster: Raster, full: float) -> Problem:
    message, remedy = (
        "cannot hold the value that means fully covered",
        "Say with --fractional which it is (1, 100, 255 …).",
    )
    return Problem(message, remedy, "cover-full", file=raster.path, value=f"{full:g}, {raster.dtype}")


def _short(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return text[0] if text else type(error).__name__


def coarse_warning(pixel_m: float, path: str) -> Problem:
    """Return the warning for pixels larger than a sub-cell of the occupancy grid."""
    return Problem(
        say("has pixels of about {pixel_m:,.0f} m, larger than the 1 km in which cells are counted", pixel_m=pixel_m),
        "Occupied cells are counted by pixel centres and are too few; use a finer map for criterion B2.",
        "coarse",
        file=path,
        severity=Severity.WARNING,
    )
