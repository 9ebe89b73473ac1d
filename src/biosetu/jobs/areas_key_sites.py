"""Mean share covered of key sites (key biodiversity areas): as a table by realm, and as the series of the SDGs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from biosetu.areas import (
    LAND,
    Zone,
    key_site_columns,
    key_site_realms,
    key_site_series,
    key_sites_table,
    log_table,
)
from biosetu.jobs.areas import growths_of
from biosetu.jobs.areas_layers import (
    Request,
    cleaned,
    layer_of,
    merged,
    read,
    read_zones,
    refuse_unknown_column,
    valid_shapes,
)
from biosetu.problems import DataError, Problem, UsageError
from biosetu.progress import Progress, silent
from biosetu.translation import say


@dataclass(frozen=True, slots=True)
class KeySites:
    """Key sites as their layer has them. zones: whole sites; realms: of each, none where the layer does not say;
    countries: those that the layer names; shapeless: how many sites have no polygon and cannot be measured."""

    zones: list[Zone]
    realms: dict[str, frozenset[str]]
    countries: frozenset[str]
    shapeless: int


@dataclass(frozen=True, slots=True)
class KeySiteCoverage:
    """table: by realm (and class of `by`) and year, each site by its part there; series: of whole sites, by the realm
    that their layer says; sites: what was measured; log: every cleaning step; notes: what a reader must know."""

    table: pa.Table
    series: pa.Table
    sites: KeySites
    log: pa.Table
    notes: tuple[str, ...]


def measure_key_sites(
    request: Request, *, scheduler: str | None = None, progress: Progress = silent
) -> KeySiteCoverage:
    """Return the mean share covered of key sites, by year of establishment [%].

    `within` holds the sites, `only` picks them by country or by their own code. In the table a site counts in a realm
    or class by the part that it has there; in the series, as the SDGs do, whole in each realm that the layer names.
    """
    notes: list[str] = []
    sites = read_key_sites(request, notes)
    whole = replace(request, by=None, sea=None, inland_water=None)
    layers = read(whole, zones=sites.zones)
    counted, log = cleaned(layers.sites, request)
    growths, _ = growths_of(counted, sites.zones, whole, scheduler, progress)
    parts = growths
    if whole != request:
        zones = read_zones(request, notes, sites.zones)
        parts, _ = growths_of(counted, zones, request, scheduler, progress)
    if sites.shapeless:
        notes.append(f"{request.within.name}: {sites.shapeless} key sites have no polygon and are left out")
    years = (request.first_year, request.last_year)
    return KeySiteCoverage(
        key_sites_table(parts, *years),
        key_site_series(growths, sites.realms, *years),
        sites,
        log_table(log),
        tuple(dict.fromkeys((*layers.notes, *notes))),
    )


def read_key_sites(request: Request, notes: list[str]) -> KeySites:
    """Read the key sites of `within`: rows of one code are one site, without a column of codes each row is one.

    Raises UsageError for a code of `only` that no site has, DataError for a layer without polygons.
    """
    layer = layer_of(request.within, notes)
    columns = key_site_columns(layer.column_names)
    named = request.area_column or columns.get("site", "")
    if named:
        refuse_unknown_column(layer, named, request.within)
    codes = _texts(layer, named) or [str(number + 1) for number in range(layer.num_rows)]
    countries = _texts(layer, columns.get("country", "")) or [""] * layer.num_rows
    chosen = _chosen(codes, countries, request)
    codes, countries = [codes[i] for i in chosen], [countries[i] for i in chosen]
    realms: dict[str, frozenset[str]] = {}
    for code, told in zip(codes, key_site_realms(layer.take(chosen)), strict=True):
        realms[code] = realms.get(code, frozenset()) | told
    shapes = merged(codes, valid_shapes(layer)[np.array(chosen, np.int64)])
    zones = [Zone(code, LAND, shape) for code, shape in shapes.items() if not shape.is_empty]
    if not zones:
        remedy = "Check that it is the layer of key sites: it has no row with a polygon"
        raise DataError(Problem("no key site has a shape", remedy, "no-shapes", str(request.within)))
    return KeySites(zones, realms, frozenset(filter(None, countries)), len(shapes) - len(zones))


def _texts(layer: pa.Table, column: str) -> list[str]:
    if not column:
        return []
    return ["" if value is None else str(value) for value in layer.column(column).to_pylist()]


def _chosen(codes: Sequence[str], countries: Sequence[str], request: Request) -> list[int]:
    known = {*codes, *countries}
    missing = [code for code in request.only if code not in known]
    if missing:
        raise UsageError(
            say(
                "{name} has no key site of the country or code {missing}",
                name=request.within.name,
                missing=", ".join(missing),
            )
        )
    rows = range(len(codes))
    return [i for i in rows if not request.only or codes[i] in request.only or countries[i] in request.only]
