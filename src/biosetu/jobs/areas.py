"""Coverage by protected and conserved areas: read the user's own copy, clean it, measure it, say what was done."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from biosetu.areas import (
    Growth,
    Options,
    Sites,
    Zone,
    by_category,
    by_governance,
    coverage_table,
    fields_of_sites,
    log_table,
    outline_table,
    zone_growth,
)
from biosetu.areas.raster import RasterGrowth, raster_growth
from biosetu.engine.ordered import ordered
from biosetu.geo.kinds import Integers
from biosetu.geo.union import SiteTree
from biosetu.jobs.areas_layers import Request, cleaned, is_raster, read
from biosetu.problems import UsageError
from biosetu.progress import Progress, silent
from biosetu.translation import N_, say, together

# what measures the classes of a raster; loaded when used, so that other runs need not wait for raster libraries
CLASSES = ("biosetu.jobs.areas_classes", "classes_within")


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a run gives. table: the contract's columns; log: every cleaning step; notes: what a reader must know."""

    table: pa.Table
    log: pa.Table
    notes: tuple[str, ...]
    categories: pa.Table | None = None
    governance: pa.Table | None = None
    outlines: pa.Table | None = None


def request_from(protected: Path, chosen: Mapping[str, Any]) -> Request:
    """Return a request from a door's names (those of the command line); a column is named as FIELD=NAME.

    Raises UsageError for a column that is none of ours, and for what would change nothing or leaves no year.
    """
    _refuse_unused(chosen)
    known = {field.name for field in fields(Request)} - {"protected", "columns", "options", "with_map"}
    taken = {name: value for name, value in chosen.items() if name in known}
    rules = {name: bool(chosen.get(name)) for name in ("adopted", "biosphere")}
    return Request(
        protected,
        **taken,
        columns=_columns(chosen.get("columns", ())),
        options=Options(**rules, points=not chosen.get("no_points")),
        first_year=chosen.get("first"),
        last_year=chosen.get("last"),
        by_iucn=chosen.get("iucn") is not None,
        by_governance=chosen.get("governance") is not None,
        with_map=chosen.get("keep") is not None and _may_be_drawn(protected, chosen),
    )


def _may_be_drawn(protected: Path, chosen: Mapping[str, Any]) -> bool:
    """Return whether outlines may be kept for a map that others see: as told, else of all that cannot be the WDPA."""
    told = chosen.get("with_map")
    return bool(not chosen.get("official") and not _is_wdpa(protected) if told is None else told)


def _is_wdpa(protected: Path) -> bool:
    """Return whether a file is by its name the WDPA or WD-OECM, which may not be passed on."""
    return re.search(r"wdpa|wd[-_]?oecm", protected.name, re.IGNORECASE) is not None


def _refuse_unused(chosen: Mapping[str, Any]) -> None:
    by = chosen.get("by")
    raster = by is not None and is_raster(by)
    faults = (
        (by is None and chosen.get("by_column"), N_("--by-column is of the layer --by: give that too.")),
        (raster and chosen.get("by_column"), N_("--by-column is of polygons: a raster has --band and --classes.")),
        (not raster and chosen.get("band") is not None, N_("--band is of a raster: give one with --by.")),
        (
            not raster and chosen.get("classes") is not None,
            N_("--classes names the codes of a raster: give one with --by."),
        ),
        (
            raster and chosen.get("raster_m"),
            N_("--raster-m would change nothing: classes are counted by their own pixels."),
        ),
        (
            chosen.get("mean_of_sites") and (chosen.get("iucn") or chosen.get("governance")),
            N_("--iucn and --governance are of areas: --mean-of-sites has no such split."),
        ),
        (
            "observations" in chosen and not chosen["observations"] and (chosen.get("release") or chosen.get("holder")),
            N_("--release and --holder are told in --observations: give that too."),
        ),
        (
            chosen.get("with_map") is not None and (chosen.get("keep") is None or chosen.get("mean_of_sites")),
            N_("--map and --no-map are about the table that is kept: give --keep PARTY too, without --mean-of-sites."),
        ),
        (_backwards(chosen.get("first"), chosen.get("last")), N_("--from is after --to: no year is between them.")),
    )
    told = [say(text) for wrong, text in faults if wrong]
    if told:
        raise UsageError(together(told))


def _backwards(first: int | None, last: int | None) -> bool:
    return first is not None and last is not None and first > last


def _columns(named: Sequence[str]) -> dict[str, str]:
    columns = dict(part.partition("=")[::2] for part in named)
    known = fields_of_sites()
    for field, column in columns.items():
        if field not in known or not column:
            raise UsageError(
                say(
                    "--column {field}={column}: write FIELD=NAME, where FIELD is one of {known}",
                    field=field,
                    column=column,
                    known=", ".join(known),
                )
            )
    return columns


def measure_coverage(request: Request, *, scheduler: str | None = None, progress: Progress = silent) -> Coverage:
    """Return area and share covered for each area, realm (and class of `by`) and year of establishment."""
    progress(0, 4, "reading")
    layers = read(request)
    progress(1, 4, "cleaning")
    sites, log = cleaned(layers.sites, request)
    zones = layers.zones
    growths, bounds = growths_of(sites, zones, request, scheduler, progress)
    table = coverage_table(growths, request.first_year, request.last_year)
    return Coverage(
        _with_bounds(table, growths, bounds),
        log_table(log),
        (*layers.notes, *_notes(request, sites)),
        pa.concat_tables([by_category(sites, zone) for zone in zones]) if request.by_iucn else None,
        pa.concat_tables([by_governance(sites, zone) for zone in zones]) if request.by_governance else None,
        outline_table(sites, zones) if request.with_map else None,
    )


def last_rows(table: pa.Table) -> list[dict[str, Any]]:
    """Return the newest row of each area, realm and class of a coverage table."""
    rows = {(row["area"], row["realm"], row["class"]): row for row in table.sort_by("year").to_pylist()}
    return list(rows.values())


def growths_of(
    sites: Sites, zones: Sequence[Zone], request: Request, scheduler: str | None, progress: Progress
) -> tuple[list[Growth], list[float]]:
    """Return the growth of each zone and, where cells are counted, the bound of its error [km²]."""
    if request.by_raster:
        if scheduler:
            raise UsageError("--scheduler would change nothing: classes of a raster are counted on this machine.")
        classes_within = getattr(import_module(CLASSES[0]), CLASSES[1])
        counted_by_class: list[RasterGrowth] = classes_within(sites, zones, request, progress)
        return [item.growth for item in counted_by_class], [item.bound_km2 for item in counted_by_class]
    tree = SiteTree(sites.shapes)
    growths: list[Growth] = []
    bounds: list[float] = []
    with ordered(scheduler) as run:
        if request.raster_m:
            work = partial(_counted, cell_m=request.raster_m, years=np.unique(sites.year))
            for counted in run(work, ((_near(sites, zone, tree), zone) for zone in zones)):
                progress(len(growths), len(zones), counted.growth.zone.area)
                bounds.append(counted.bound_km2)
                growths.append(counted.growth)
            return growths, bounds
        for number, zone in enumerate(zones):
            progress(number, len(zones), f"{zone.area} {zone.realm} {zone.name}".strip())
            growths.append(zone_growth(sites, zone, run, tree))
    return growths, bounds


def _near(sites: Sites, zone: Zone, tree: SiteTree) -> Sites:
    return sites.taken(np.sort(tree.tree.query(zone.shape, predicate="intersects")))


def _counted(part: tuple[Sites, Zone], cell_m: float, years: Integers) -> RasterGrowth:
    """Count the cells of one zone: what a worker of a cluster gets is all that it needs."""
    return raster_growth(*part, cell_m=cell_m, years=years)


def _with_bounds(table: pa.Table, growths: Sequence[Growth], bounds: Sequence[float]) -> pa.Table:
    if not bounds:
        return table
    by_zone = {(g.zone.area, g.zone.realm, g.zone.name): bound for g, bound in zip(growths, bounds, strict=True)}
    keys = zip(*(table.column(name).to_pylist() for name in ("area", "realm", "class")), strict=True)
    return table.append_column("error_bound_km2", pa.array([by_zone[key] for key in keys]))


def _notes(request: Request, sites: Sites) -> list[str]:
    notes = [
        N_("Coverage says what is designated, not what is effectively conserved."),
        N_("Target 3 counts land with inland water as one figure, and the sea as another."),
    ]
    if request.inland_water is None:
        notes.append(N_("Inland water is not shown apart: no layer of it was given."))
    if request.sea is None:
        notes.append(N_("Land with inland water only: no layer of the sea was given."))
    if sites.buffered.any():
        notes.append(N_("Points stand as circles of their reported area; their part is shown apart."))
    if (sites.year == 0).any():
        notes.append(N_("Sites of unknown year count from the start of the series; their part is shown apart."))
    if not request.official and not _is_wdpa(request.protected):
        notes.append(N_("The polygons are not known to be official: the figures are context, not indicator 3.1."))
    return notes
