"""Why figures on the share protected differ: official, database and computed, and what each cause does, measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from biosetu.areas import (
    LAND,
    SEA,
    Country,
    Figure,
    Reckoning,
    Zone,
    causes,
    compared_with,
    held_figures,
    inseparable,
    measured_causes,
    reconcile,
)
from biosetu.framework import parties
from biosetu.jobs.areas_layers import Layers, Request, read
from biosetu.jobs.party import default_store, held
from biosetu.problems import UsageError
from biosetu.progress import Progress, silent
from biosetu.translation import N_, say


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the computed figure is compared with. figures: official and database ones, for land; without any, those held
    on the Party are taken. counts: causes of which the user knows that the figure reckons them otherwise;
    other_release, other_map: layers to compute with; other_km2: the country's area in the other figure."""

    figures: tuple[Figure, ...] = ()
    counts: tuple[str, ...] = ()
    other_release: Path | None = None
    other_map: Path | None = None
    other_km2: float | None = None


@dataclass(frozen=True, slots=True)
class Reconciled:
    """table: figures, causes and remainder for land (and sea); notes: what a reader must know."""

    table: pa.Table
    notes: tuple[str, ...]


def measure_reconciliation(request: Request, comparison: Comparison, *, progress: Progress = silent) -> Reconciled:
    """Return the figures on one country side by side, with the difference by cause.

    Each cause is measured by computing again with that one thing changed. Raises UsageError for several areas, or for a
    cause that cannot be measured with what is given.
    """
    unknown = set(comparison.counts) - set(causes())
    if unknown:
        raise UsageError(
            say(
                "no such cause: {unknown}; there are {causes}",
                unknown=", ".join(sorted(unknown)),
                causes=", ".join(causes()),
            )
        )
    layers = read(replace(request, by=None, inland_water=None))
    zones = [zone for zone in layers.zones if zone.realm in (LAND, SEA)]
    if len({zone.area for zone in zones}) > 1:
        raise UsageError("Reconciling is for one area: name it with --only")
    tables, mixed = [], {}
    for number, zone in enumerate(zones):
        progress(number, len(zones), zone.realm)
        country = _country(request, comparison, layers, zone)
        mixed.update(inseparable(country, _base(request)))
        tables.append(_reconciled(request, comparison, country))
    return Reconciled(pa.concat_tables(tables), (*layers.notes, *_notes(mixed)))


def _base(request: Request) -> Reckoning:
    return Reckoning(options=request.options)


def _country(request: Request, comparison: Comparison, layers: Layers, zone: Zone) -> Country:
    sites = zone_of_other = None
    if comparison.other_release is not None:
        sites = read(replace(request, protected=comparison.other_release, by=None, sea=None, inland_water=None)).sites
    if zone.realm == LAND and comparison.other_map is not None:
        other = read(replace(request, within=comparison.other_map, by=None, sea=None, inland_water=None))
        zone_of_other = other.zones[0]
    area = comparison.other_km2 if zone.realm == LAND else None
    return Country(layers.sites, zone, sites, zone_of_other, area)


def _reconciled(request: Request, comparison: Comparison, country: Country) -> pa.Table:
    zone = country.zone
    given = comparison.figures if zone.realm == LAND and comparison.figures else _held(zone)
    other = compared_with(given)
    applied = tuple(dict.fromkeys((*comparison.counts, *(other.applies if other else ()))))
    try:
        share, found = measured_causes(
            country, _base(request), year=other.year if other and other.year else None, applied=applied
        )
    except ValueError as error:
        raise UsageError(
            say("{error}: give what it needs, such as --other-release or --other-area", error=error)
        ) from error
    last = int(country.cleaned(_base(request)).year.max(initial=0))
    computed = Figure("computed", share, last, request.protected.name)
    return reconcile([*given, computed], found, zone.realm)


def _held(zone: Zone) -> list[Figure]:
    if zone.area not in parties():
        return []
    return held_figures(held(zone.area, default_store()).to_pylist(), zone.realm)


def _notes(mixed: dict[str, int]) -> list[str]:
    notes = [
        N_("Each cause is measured alone; effects on the same places do not add up, so those that apply have an order.")
    ]
    if mixed:
        notes.append(
            N_("Some sites name a buffer zone or corridor together with more: that part cannot be told apart.")
        )
    return notes
