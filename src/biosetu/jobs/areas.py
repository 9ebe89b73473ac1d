"""Coverage by protected and conserved areas: read the user's own copy, clean it, measure it, say what was done."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from biosetu.areas import (
    Growth,
    Options,
    Sites,
    Zone,
    by_category,
    by_governance,
    clean,
    coverage_table,
    log_table,
    mean_site_share,
    read_sites,
    zone_growth,
)
from biosetu.areas.raster import raster_growth
from biosetu.engine.ordered import ordered
from biosetu.engine.vectors import geometries, read_layer, read_layers
from biosetu.geo.shapes import polygonal
from biosetu.geo.union import SiteTree
from biosetu.problems import DataError, Problem, UsageError
from biosetu.progress import Progress, silent
from biosetu.translation import N_

CODES = ("ISO3", "iso3", "ISO_A3_EH", "ADM0_A3", "ISO_A3", "GID_0", "shapeGroup", "area", "code", "name", "NAME")
LAND = "land"
SEA = "sea"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a run gives. table: the contract's columns; log: every cleaning step; notes: what a reader must know."""

    table: pa.Table
    log: pa.Table
    notes: tuple[str, ...]
    categories: pa.Table | None = None
    governance: pa.Table | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What to measure: paths, what to pick and how to read it.

    only: codes of areas to take from `within`; by, by_column: a layer whose classes split each area; sea: the user's
    own EEZ layer; columns: our field -> the layer's column.
    """

    protected: Path
    within: Path
    only: Sequence[str] = ()
    area_column: str | None = None
    by: Path | None = None
    by_column: str | None = None
    sea: Path | None = None
    columns: Mapping[str, str] | None = None
    options: Options = field(default_factory=Options)
    first_year: int | None = None
    last_year: int | None = None
    by_iucn: bool = False
    by_governance: bool = False
    raster_m: float | None = None


def request_from(protected: Path, chosen: Mapping[str, Any]) -> Request:
    """Return a request from the command line's options; a column is named as FIELD=NAME."""
    columns = dict(part.split("=", 1) for part in chosen["columns"] if "=" in part)
    taken = {name: chosen[name] for name in ("within", "only", "area_column", "by", "by_column", "sea")}
    options = Options(adopted=chosen["adopted"], biosphere=chosen["biosphere"], points=not chosen["no_points"])
    return Request(
        protected,
        **taken,
        columns=columns,
        options=options,
        first_year=chosen["first"],
        last_year=chosen["last"],
        by_iucn=chosen["iucn"] is not None,
        by_governance=chosen["governance"] is not None,
        raster_m=chosen["raster_m"],
    )


def measure_coverage(request: Request, *, scheduler: str | None = None, progress: Progress = silent) -> Coverage:
    """Return area and share covered for each area (and realm or class of `by`) and year of establishment."""
    progress(0, 4, "reading")
    zones = read_zones(request)
    sites = read_sites_of(request, zones)
    progress(1, 4, "cleaning")
    cleaned, log = clean(sites, request.options)
    growths: list[Growth] = []
    bounds: list[float] = []
    tree = SiteTree(cleaned.shapes)
    with ordered(None if request.raster_m else scheduler) as run:
        if request.raster_m:
            cell = request.raster_m
            for counted in run(lambda zone: raster_growth(cleaned, zone, tree, cell), zones):
                progress(len(growths), len(zones), counted.growth.zone.area)
                bounds.append(counted.bound_km2)
                growths.append(counted.growth)
        else:
            for number, zone in enumerate(zones):
                progress(number, len(zones), f"{zone.area} {zone.realm}")
                growths.append(zone_growth(cleaned, zone, run, tree))
    table = coverage_table(growths, request.first_year, request.last_year)
    return Coverage(
        _with_bounds(table, growths, bounds),
        log_table(log),
        tuple(_notes(request, cleaned)),
        _stacked([by_category(cleaned, zone) for zone in zones]) if request.by_iucn else None,
        _stacked([by_governance(cleaned, zone) for zone in zones]) if request.by_governance else None,
    )


def _with_bounds(table: pa.Table, growths: Sequence[Growth], bounds: Sequence[float]) -> pa.Table:
    if not bounds:
        return table
    by_zone = {(g.zone.area, g.zone.realm): bound for g, bound in zip(growths, bounds, strict=True)}
    keys = zip(table.column("area").to_pylist(), table.column("realm").to_pylist(), strict=True)
    return table.append_column("error_bound_km2", pa.array([by_zone[key] for key in keys]))


def measure_key_sites(request: Request, *, scheduler: str | None = None, progress: Progress = silent) -> pa.Table:
    """Return the mean share covered of key sites (`within` holds one shape a site) for each year [%]."""
    zones = read_zones(request)
    cleaned, _ = clean(read_sites_of(request, zones), request.options)
    tree = SiteTree(cleaned.shapes)
    with ordered(scheduler) as run:
        growths = []
        for number, zone in enumerate(zones):
            progress(number, len(zones), zone.area)
            growths.append(zone_growth(cleaned, zone, run, tree))
    known = cleaned.year[cleaned.year > 0]
    first = request.first_year or int(known.min() if known.size else 0)
    last = request.last_year or int(known.max() if known.size else 0)
    years = list(range(first, last + 1))
    return pa.table(
        {
            "year": pa.array(years, pa.int32()),
            "sites": [len(zones)] * len(years),
            "mean_share_percent": [mean_site_share(growths, year) for year in years],
        }
    )


def read_zones(request: Request) -> list[Zone]:
    """Read the areas to be covered, split by the realm or the classes of a layer where asked."""
    land = _areas(request.within, request.area_column, request.only, LAND)
    zones = land + (_areas(request.sea, request.area_column, request.only, SEA) if request.sea else [])
    if request.by is None:
        return zones
    layer = read_layer(request.by)
    column = request.by_column or _code_column(layer, request.by)
    shapes = shapely.make_valid(geometries(layer))
    classes = _merged([str(value) for value in layer.column(column).to_pylist()], shapes)
    split = [
        Zone(zone.area, name, polygonal(shapely.intersection(zone.shape, shape)))
        for zone in zones
        for name, shape in classes.items()
        if shapely.intersects(zone.shape, shape)
    ]
    return [zone for zone in split if not zone.shape.is_empty]


def _areas(path: Path, column: str | None, only: Sequence[str], realm: str) -> list[Zone]:
    layer = read_layer(path)
    name = column or (_code_column(layer, path) if layer.num_columns > 1 else "")
    shapes = shapely.make_valid(geometries(layer))
    codes = [str(value) for value in layer.column(name).to_pylist()] if name else [path.stem] * len(shapes)
    merged = _merged(codes, shapes)
    missing = [code for code in only if code not in merged]
    if missing:
        near = ", ".join(sorted(merged)[:10])
        raise UsageError(f"{path.name} has no area {', '.join(missing)} in column {name}; it has {near} …")
    return [Zone(code, realm, shape) for code, shape in merged.items() if not only or code in only]


def _merged(codes: list[str], shapes: np.ndarray) -> dict[str, shapely.Geometry]:
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


def read_sites_of(request: Request, zones: Sequence[Zone], margin_deg: float = 0.0) -> Sites:
    """Read the sites that may matter to the zones, as published."""
    parts = [read_sites(table, request.columns) for table in read_layers(request.protected)]
    sites = _joined(parts)
    if not (~shapely.is_missing(sites.shapes) & ~shapely.is_empty(sites.shapes)).any():
        remedy = "Check that it is the layer of sites: it has no row with a point or polygon"
        raise DataError(Problem("no site has a shape", remedy, "no-shapes", str(request.protected)))
    return _near(sites, zones, margin_deg)


def _near(sites: Sites, zones: Sequence[Zone], margin: float) -> Sites:
    """Keep sites whose box meets a zone's, and those whose place is in doubt: points, over ±180°, off the globe."""
    bounds = shapely.bounds(sites.shapes)
    with np.errstate(invalid="ignore"):
        doubt = ~np.isfinite(bounds).all(axis=1) | (bounds[:, 0] == bounds[:, 2]) | (bounds[:, 2] - bounds[:, 0] > 180)
        doubt |= (bounds[:, 0] < -180) | (bounds[:, 2] > 180) | (bounds[:, 1] < -90) | (bounds[:, 3] > 90)
        near = doubt
        for zone in zones:
            west, south, east, north = zone.shape.bounds
            near = near | ~(
                (bounds[:, 2] < west - margin)
                | (bounds[:, 0] > east + margin)
                | (bounds[:, 3] < south - margin)
                | (bounds[:, 1] > north + margin)
            )
    return sites.taken(near)


def _notes(request: Request, sites: Sites) -> list[str]:
    notes = [N_("Coverage says what is designated, not what is effectively conserved.")]
    if request.sea is None:
        notes.append(N_("Land with inland water only: no layer of the sea was given."))
    if sites.buffered.any():
        notes.append(N_("Points stand as circles of their reported area; their part is shown apart."))
    if (sites.year == 0).any():
        notes.append(N_("Sites of unknown year count from the start of the series; their part is shown apart."))
    if not re.search(r"wdpa|wd[-_]?oecm", request.protected.name, re.IGNORECASE):
        notes.append(N_("The polygons are not known to be official: the figures are context, not indicator 3.1."))
    return notes


def _stacked(tables: Sequence[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables)
