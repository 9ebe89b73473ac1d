"""Layers of sites and of areas for the jobs on protected areas: read, split by realm and class, checked for place.

A layer that lies nowhere near the areas is refused, not measured as 0 %: swapped axes and metres declared as degrees
look just like that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from biosetu.areas import DRY, LAND, SEA, WATER, Options, Sites, Step, Zone, clean, read_sites
from biosetu.areas.sites import rows_of
from biosetu.engine.vectors import crs_was_assumed, geometries, read_layers
from biosetu.geo.kinds import Flags, Floats
from biosetu.geo.shapes import polygonal, within_date_line
from biosetu.problems import DataError, Problem, UsageError
from biosetu.translation import N_, say

CODES = ("ISO3", "iso3", "ISO_A3_EH", "ADM0_A3", "ISO_A3", "GID_0", "shapeGroup", "area", "code", "name", "NAME")
KM_PER_DEGREE = 110.5  # of latitude, the least
STEEPEST = 89.0
RASTERS = (".tif", ".tiff", ".img", ".vrt")


@dataclass(frozen=True, slots=True)
class Request:
    """What to measure: paths, what to pick and how to read it.

    only: codes of areas to take from `within`; by, by_column: a layer whose classes split each area, or a raster
    (`band`, and names of its classes in the table `classes`); inland_water, sea: the user's own layers; columns: our
    field -> the layer's column; swap_axes: the sites have latitude first; none_is_true: no site near the
    areas, or none that counts, is a result; official: the polygons are the WDPA, the WD-OECM or the Party's register.
    """

    protected: Path
    within: Path
    only: Sequence[str] = ()
    area_column: str | None = None
    by: Path | None = None
    by_column: str | None = None
    band: int | None = None
    classes: Path | None = None
    inland_water: Path | None = None
    sea: Path | None = None
    columns: Mapping[str, str] | None = None
    options: Options = field(default_factory=Options)
    first_year: int | None = None
    last_year: int | None = None
    by_iucn: bool = False
    by_governance: bool = False
    raster_m: float | None = None
    swap_axes: bool = False
    none_is_true: bool = False
    official: bool = False
    with_map: bool = False

    @property
    def by_raster(self) -> bool:
        """Whether the classes are those of a raster."""
        return self.by is not None and is_raster(self.by)


def is_raster(path: Path) -> bool:
    """Return whether a file is a raster by its name."""
    return path.suffix.lower() in RASTERS


@dataclass(frozen=True, slots=True)
class Layers:
    """What a request names, read: areas by realm (and class, where a layer of polygons splits them), sites as
    published near them, and what a reader must know of how they were read."""

    zones: list[Zone]
    sites: Sites
    notes: tuple[str, ...]


def read(request: Request, margin_km: float = 0.0, zones: Sequence[Zone] | None = None) -> Layers:
    """Read areas and sites. margin_km: how far around the areas sites are kept; zones: the areas, if read already.

    Raises DataError for layers that cannot be read, or that lie elsewhere than they should; UsageError for an area that
    is not in the layer.
    """
    notes: list[str] = []
    places = read_zones(request, notes) if zones is None else list(zones)
    sites = _read_sites(request, places, notes)
    return Layers(places, _near(sites, places, margin_km), tuple(dict.fromkeys(notes)))


def read_zones(request: Request, notes: list[str] | None = None, key_sites: Sequence[Zone] | None = None) -> list[Zone]:
    """Read the areas to be covered, split by realm, and by the classes of a layer of polygons where asked.

    key_sites: whole sites that are split in place of the areas of `within`; what lies in the sea is each site's own.
    """
    told = notes if notes is not None else []
    at_sea: list[Zone] = []
    if key_sites is None:
        land = _areas(request.within, request, LAND, told)
    else:
        land, at_sea = _shores(key_sites, request, told)
    water = _water(request, [*land, *at_sea], told)
    zones = [*(part for zone in land for part in _with_water(zone, water)), *at_sea]
    if key_sites is None and request.sea is not None:
        sea = _areas(request.sea, request, SEA, told)
        without = sorted({zone.area for zone in land} - {zone.area for zone in sea})
        if without:
            told.append(f"{request.sea.name}: {NO_SEA} {', '.join(without[:10])}{' …' if len(without) > 10 else ''}")
        zones += _at_sea(sea, land)
    if request.by is None or request.by_raster:
        return zones
    layer = layer_of(request.by, told)
    column = request.by_column or _code_column(layer, request.by)
    refuse_unknown_column(layer, column, request.by)
    classes = merged([str(value) for value in layer.column(column).to_pylist()], valid_shapes(layer))
    split = [
        Zone(zone.area, zone.realm, polygonal(shapely.intersection(zone.shape, shape)), name)
        for zone in zones
        for name, shape in classes.items()
        if shapely.intersects(zone.shape, shape)
    ]
    kept = [zone for zone in split if not zone.shape.is_empty]
    if not kept:
        remedy = "Check that it is of the same country, with longitude before latitude"
        raise DataError(Problem("no class lies within the areas", remedy, "no-overlap", str(request.by)))
    return kept


def _polygons_of(path: Path, notes: list[str]) -> np.ndarray:
    """Read the polygons of one of the user's own layers; raise DataError where it has none."""
    shapes = valid_shapes(layer_of(path, notes))
    _refuse_without_polygons(shapes, path)
    found = np.array([polygonal(shape) for shape in shapes if shape is not None], dtype=object)
    kept: np.ndarray = found[~shapely.is_empty(found)]
    return kept


def _refuse_without_polygons(shapes: np.ndarray, path: Path) -> None:
    if not any(shape is not None and not polygonal(shape).is_empty for shape in shapes):
        remedy = N_("Give polygons: points and lines cover nothing")
        raise DataError(Problem(N_("the layer holds no polygon"), remedy, "no-polygons", str(path)))


def _water(request: Request, land: Sequence[Zone], notes: list[str]) -> shapely.Geometry | None:
    """Read inland water, None without a layer; refuse a layer that lies nowhere near the areas."""
    path = request.inland_water
    if path is None:
        return None
    water = shapely.union_all(_polygons_of(path, notes))
    if any(shapely.intersects(zone.shape, water) for zone in land):
        return water
    if not _meets(_bounds(np.array([water], dtype=object)), land).any():
        remedy = "Check that both layers are of the same country, with longitude before latitude"
        raise DataError(Problem(N_("no inland water lies within the areas"), remedy, "no-overlap", str(path)))
    notes.append(f"{path.name}: {NO_WATER}")
    return water


def _with_water(zone: Zone, water: shapely.Geometry | None) -> list[Zone]:
    """Return land with inland water, and its two parts where water is known."""
    if water is None:
        return [zone]
    parts = ((DRY, shapely.difference(zone.shape, water)), (WATER, shapely.intersection(zone.shape, water)))
    return [zone, *(Zone(zone.area, realm, polygonal(shape)) for realm, shape in parts if not shape.is_empty)]


def _at_sea(sea: list[Zone], land: list[Zone]) -> list[Zone]:
    """Return the sea without what is land, so that no place counts in both."""
    ground = shapely.union_all([zone.shape for zone in land])
    return [Zone(zone.area, zone.realm, polygonal(shapely.difference(zone.shape, ground))) for zone in sea]


def _shores(sites: Sequence[Zone], request: Request, notes: list[str]) -> tuple[list[Zone], list[Zone]]:
    """Return the parts of key sites on land and in the sea; all is land where no layer of the sea is given."""
    if request.sea is None:
        return list(sites), []
    sea = shapely.union_all(_polygons_of(request.sea, notes))
    both = [(zone, polygonal(shapely.intersection(zone.shape, sea))) for zone in sites]
    dry = [Zone(zone.area, LAND, polygonal(shapely.difference(zone.shape, wet))) for zone, wet in both]
    wet = [Zone(zone.area, SEA, shape) for zone, shape in both]
    return [zone for zone in dry if not zone.shape.is_empty], [zone for zone in wet if not zone.shape.is_empty]


def _areas(path: Path, request: Request, realm: str, notes: list[str]) -> list[Zone]:
    layer = layer_of(path, notes)
    name = request.area_column or (_code_column(layer, path) if layer.num_columns > 1 else "")
    if name:
        refuse_unknown_column(layer, name, path)
    shapes = valid_shapes(layer)
    if realm == SEA:
        _refuse_without_polygons(shapes, path)
    codes = [str(value) for value in layer.column(name).to_pylist()] if name else [path.stem] * len(shapes)
    shape_of = merged(codes, shapes)
    missing = [code for code in request.only if code not in shape_of]
    if missing and realm == LAND:
        raise _unknown_areas(path, name, missing, shape_of)
    chosen = {code: shape for code, shape in shape_of.items() if not request.only or code in request.only}
    zones = [Zone(code, realm, shape) for code, shape in chosen.items() if not shape.is_empty]
    if not zones and realm == LAND:
        remedy = "Check that it is the layer of areas: it has no row with a polygon"
        raise DataError(Problem("no area has a shape", remedy, "no-shapes", str(path)))
    return zones


def only_areas(layer: pa.Table, path: Path, codes: Sequence[str], column: str | None = None) -> pa.Table:
    """Return the rows of a layer of areas that these codes name; all where none is given.

    column: where the codes stand; without it the column of codes that the layer has. Raises UsageError for a code that
    the layer does not have.
    """
    if not codes:
        return layer
    name = column or _code_column(layer, path)
    refuse_unknown_column(layer, name, path)
    found = [str(value) for value in layer.column(name).to_pylist()]
    if missing := [code for code in codes if code not in found]:
        raise _unknown_areas(path, name, missing, found)
    return layer.filter(pa.array([code in codes for code in found], pa.bool_()))


def _unknown_areas(path: Path, column: str, missing: Sequence[str], found: Iterable[str]) -> UsageError:
    near = ", ".join(sorted(set(found))[:10])
    return UsageError(
        say(
            "{name} has no area {missing} in column {column}; it has {near} …",
            name=path.name,
            missing=", ".join(missing),
            column=column,
            near=near,
        )
    )


def layer_of(path: Path, notes: list[str]) -> pa.Table:
    """Read a layer of areas, refused where its numbers cannot be longitude and latitude."""
    parts = read_layers(path)
    if any(crs_was_assumed(part) for part in parts):
        notes.append(f"{path.name}: {NO_CRS}")
    layer = pa.concat_tables(parts, promote_options="permissive")
    bounds = _bounds(geometries(layer))
    _refuse_off_the_globe(bounds, path)
    if bounds.size and (np.abs(bounds[:, [1, 3]]).max(axis=1) > 90.0).any():
        remedy = "Save the layer with longitude first: its latitudes pass 90°"
        raise DataError(Problem("longitude and latitude are swapped", remedy, "axes", str(path)))
    return layer


SWAPPED = N_("sites lie elsewhere, but within the areas with longitude and latitude swapped; they are not counted.")
NO_WATER = N_("none of this inland water lies within the areas.")
NO_SEA = N_("the layer of the sea has none of:")
NO_CRS = N_("no coordinate reference system is told; longitude and latitude (WGS 84) are taken for granted.")


def valid_shapes(layer: pa.Table) -> np.ndarray:
    """Return the shapes of a layer, made valid, without heights, cut at the date line where they pass it."""
    valid: np.ndarray = shapely.make_valid(within_date_line(shapely.force_2d(geometries(layer)))[0])
    return valid


def merged(codes: list[str], shapes: np.ndarray) -> dict[str, shapely.Geometry]:
    """Return the union of the polygons of each code; empty where it has none."""
    rows: dict[str, list[int]] = {}
    for index, code in enumerate(codes):
        rows.setdefault(code, []).append(index)
    return {code: polygonal(shapely.union_all(shapes[index])) for code, index in rows.items()}


def _code_column(layer: pa.Table, path: Path) -> str:
    for name in CODES:
        if name in layer.column_names:
            return name
    columns = ", ".join(layer.column_names)
    remedy = "Name it with --area-column or --by-column"
    raise DataError(Problem("no column names the areas", remedy, "column", str(path), value=columns))


def _joined(parts: Sequence[Sites]) -> Sites:
    if len(parts) == 1:
        return parts[0]
    values: dict[str, Any] = {}
    for name in Sites.__dataclass_fields__:
        columns = [getattr(part, name) for part in parts]
        values[name] = sum(columns, ()) if isinstance(columns[0], tuple) else np.concatenate(columns)
    return Sites(**values)


def _read_sites(request: Request, zones: Sequence[Zone], notes: list[str]) -> Sites:
    tables = read_layers(request.protected)
    if any(crs_was_assumed(table) for table in tables):
        notes.append(f"{request.protected.name}: {NO_CRS}")
    _refuse_unknown_columns(tables, request)
    sites = _joined([read_sites(table, request.columns) for table in tables])
    if not (~shapely.is_missing(sites.shapes) & ~shapely.is_empty(sites.shapes)).any():
        remedy = "Check that it is the layer of sites: it has no row with a point or polygon"
        raise DataError(Problem("no site has a shape", remedy, "no-shapes", str(request.protected)))
    if request.swap_axes:
        sites.shapes[:] = shapely.transform(sites.shapes, lambda points: points[:, ::-1])
    notes += _refuse_elsewhere(_bounds(sites.shapes), zones, request)
    return sites


def _refuse_unknown_columns(tables: Sequence[pa.Table], request: Request) -> None:
    """Refuse columns named with --column that no layer of the sites has."""
    known = [name for table in tables for name in table.column_names]
    wrong = [(field, name) for field, name in (request.columns or {}).items() if name not in known]
    if wrong:
        raise DataError(_no_column(name, known, request.protected, field) for field, name in wrong)


def refuse_unknown_column(layer: pa.Table, name: str, path: Path) -> None:
    """Refuse a column that is named but not in the layer; raise DataError with those that are."""
    if name not in layer.column_names:
        raise DataError(_no_column(name, layer.column_names, path))


def _no_column(name: str, known: Sequence[str], path: Path, field: str = "") -> Problem:
    remedy = say("Use one of {known}", known=", ".join(dict.fromkeys(each for each in known if each != "geometry")))
    return Problem("there is no such column", remedy, "column", str(path), column=field, value=name)


def cleaned(sites: Sites, request: Request, options: Options | None = None) -> tuple[Sites, list[Step]]:
    """Return the sites that count and the log of every step (`areas.clean`). options: in place of the request's.

    Raises DataError, with the statuses found, where not one site has a status that counts: unless the request says that
    none is true, that is a column in other words, not 0 %.
    """
    kept, log = clean(sites, options or request.options)
    status = next(step for step in log if step.step == "status")
    if status.touched and not status.after and not request.none_is_true:
        found = sorted({text.strip() for text in sites.status if text.strip()})
        counted = ", ".join(row["value"] for row in rows_of("cleaning_rules") if row["effect"] == "keep")
        remedy = say(
            "Write one of {counted}, or leave the column out; if none counts indeed, say --none-is-true",
            counted=counted,
        )
        message = N_("no site of the layer counts as protected")
        path = str(request.protected)
        raise DataError(Problem(message, remedy, "status", path, column="status", value=", ".join(found[:10])))
    return kept, log


def _bounds(shapes: np.ndarray) -> Floats:
    bounds: Floats = shapely.bounds(shapes)
    return bounds[np.isfinite(bounds).all(axis=1)]


def _refuse_off_the_globe(bounds: Floats, path: Path) -> None:
    """Refuse a layer of which most shapes can be degrees in neither order: metres that are declared as degrees."""
    off = (np.abs(bounds[:, [0, 2]]).max(axis=1, initial=0) > 360.0) | (
        np.abs(bounds[:, [1, 3]]).max(axis=1, initial=0) > 180.0
    )
    if bounds.size and 2 * off.sum() > off.size:
        value = ", ".join(f"{number:,.0f}" for number in bounds[np.flatnonzero(off)[0], :2])
        remedy = "Declare the system in which it was made, such as: ogr2ogr -a_srs EPSG:32645 OUT IN"
        raise DataError(Problem("the layer says degrees but holds metres", remedy, "metres", str(path), value=value))


def _refuse_elsewhere(bounds: Floats, zones: Sequence[Zone], request: Request) -> list[str]:
    """Refuse sites of which none lies near any area; tell where exchanged axes are the likely reason.

    Returns what is to be told of single sites that seem to be swapped: most of those that lie elsewhere, not a few of
    the whole world's.
    """
    path = request.protected
    _refuse_off_the_globe(bounds, path)
    steep = (bounds[:, 1] < -90.0) | (bounds[:, 3] > 90.0)
    near = _meets(bounds, zones)
    if request.none_is_true or steep.all() or near[~steep].any():
        elsewhere = bounds[~near & ~steep]
        swapped = int(_meets(elsewhere[:, [1, 0, 3, 2]], zones).sum())
        return [f"{path.name}: {swapped} {SWAPPED}"] if swapped and 2 * swapped >= len(elsewhere) else []
    turned = int(_meets(bounds[:, [1, 0, 3, 2]], zones).sum())
    if turned:
        message = say(
            "no site lies within the areas, but {turned} of {count} do with longitude and latitude swapped",
            turned=turned,
            count=len(bounds),
        )
        remedy = "Say --swap-axes if the sites have latitude first; if the areas have, save that layer anew"
        raise DataError(Problem(message, remedy, "axes", str(path)))
    remedy = "Check that both layers are of the same country; if it has no site indeed, say --none-is-true"
    west, south, east, north = (float(f(bounds[:, k])) for k, f in enumerate((np.min, np.min, np.max, np.max)))
    value = f"{west:.2f}, {south:.2f} to {east:.2f}, {north:.2f}"
    raise DataError(Problem("no site lies within the areas", remedy, "no-overlap", str(path), value=value))


def _meets(bounds: Floats, zones: Sequence[Zone], margin_km: float = 0.0) -> Flags:
    """Return which boxes meet the box of a zone, also from beyond the date line."""
    result = np.zeros(len(bounds), bool)
    for zone in zones:
        west, south, east, north = zone.shape.bounds
        high = margin_km / KM_PER_DEGREE
        pole = max(abs(south - high), abs(north + high))
        broad = high / np.cos(np.radians(pole)) if pole < STEEPEST else 360.0 * (margin_km > 0)
        tall = (bounds[:, 3] >= south - high) & (bounds[:, 1] <= north + high)
        for turn in (-360.0, 0.0, 360.0):
            wide = (bounds[:, 2] + turn >= west - broad) & (bounds[:, 0] + turn <= east + broad)
            result |= tall & wide
    return result


def _near(sites: Sites, zones: Sequence[Zone], margin_km: float) -> Sites:
    """Keep sites whose box meets a zone's, and those whose place is in doubt: points, over ±180°, off the globe."""
    bounds = shapely.bounds(sites.shapes)
    with np.errstate(invalid="ignore"):
        doubt = ~np.isfinite(bounds).all(axis=1) | (bounds[:, 0] == bounds[:, 2]) | (bounds[:, 2] - bounds[:, 0] > 180)
        doubt |= (bounds[:, 0] < -180) | (bounds[:, 2] > 180) | (bounds[:, 1] < -90) | (bounds[:, 3] > 90)
        return sites.taken(doubt | _meets(bounds, zones, margin_km))
