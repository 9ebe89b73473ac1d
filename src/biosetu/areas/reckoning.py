"""How a share protected is reckoned, as switches, so that the effect of each can be measured by computing again.

Two figures on the same country differ because they count different sites, or divide by another area. Each known cause
is one switch of a `Reckoning`; the figure is computed with the switch in both positions, everything else held.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from biosetu.areas.cleaning import Options, clean
from biosetu.areas.coverage import Zone, flat_km2
from biosetu.areas.sites import UNKNOWN_YEAR, Sites, rows_of
from biosetu.geo.area import areas_km2
from biosetu.geo.kinds import Flags
from biosetu.geo.union import clipped


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What a figure counts. options: the cleaning rules; until: the last year that counts; buffer_zones, corridors,
    oecm: whether these count; once: whether places under several sites count once; reported: whether sites count by
    the area they report; other_release, other_map: whether the other copy of the sites, or outline, is used."""

    options: Options = field(default_factory=Options)
    until: int | None = None
    buffer_zones: bool = True
    corridors: bool = True
    oecm: bool = True
    once: bool = True
    reported: bool = False
    other_release: bool = False
    other_map: bool = False


@dataclass(frozen=True, slots=True)
class Country:
    """What a share is computed from. sites: as published; zone: the country. other_sites, other_zone: another release
    and outline, None without; other_km2: another figure of the country's area, which goes before the outline."""

    sites: Sites
    zone: Zone
    other_sites: Sites | None = None
    other_zone: Zone | None = None
    other_km2: float | None = None
    kept: dict[tuple[bool, Options], Sites] = field(default_factory=dict, compare=False)

    def cleaned(self, reckoning: Reckoning) -> Sites:
        """Return the sites that a reckoning counts; cleaning is done once for each set of rules."""
        sites = self.other_sites if reckoning.other_release else self.sites
        if sites is None:
            raise ValueError("there is no other release")
        key = (reckoning.other_release, reckoning.options)
        if key not in self.kept:
            self.kept[key] = clean(sites, reckoning.options)[0]
        return self.kept[key].taken(_counted(self.kept[key], reckoning))


Change = Callable[[Reckoning], Reckoning]


def changes(country: Country, base: Reckoning, year: int | None) -> dict[str, Change]:
    """Return the causes that can be measured here, in the order of `difference_causes.csv`, each with its switch.

    A switch turns to the other position than in `base`: what counts there is left out, what does not is counted.
    What the layer does not record (no status, no designation, no year at all) cannot be measured. year: of the figure
    compared with, None where unknown.
    """
    sites = country.sites
    status, kind = any(map(str.strip, sites.status)), any(map(str.strip, (*sites.designation, *sites.name)))
    dated = year is not None and bool((sites.year != UNKNOWN_YEAR).any())
    other_map = country.other_zone is not None or country.other_km2 is not None
    possible: dict[str, tuple[bool, Change]] = {
        "later sites": (dated, lambda r: replace(r, until=year)),
        "release": (country.other_sites is not None, lambda r: replace(r, other_release=not base.other_release)),
        "base map": (other_map, lambda r: replace(r, other_map=not base.other_map)),
        "proposed": (status, lambda r: _option(r, proposed=not base.options.proposed)),
        "adopted": (status, lambda r: _option(r, adopted=not base.options.adopted)),
        "biosphere reserves": (kind, lambda r: _option(r, biosphere=not base.options.biosphere)),
        "points": (True, lambda r: _option(r, points=not base.options.points)),
        "buffer zones": (
            kind and not _inseparable(country, base, "buffer zones"),
            lambda r: replace(r, buffer_zones=not base.buffer_zones),
        ),
        "corridors": (
            kind and not _inseparable(country, base, "corridors"),
            lambda r: replace(r, corridors=not base.corridors),
        ),
        "oecm": (True, lambda r: replace(r, oecm=not base.oecm)),
        "overlaps": (True, lambda r: replace(r, once=not base.once)),
        "reported areas": (
            bool(np.isfinite(sites.reported_km2).any()),
            lambda r: replace(r, reported=not base.reported),
        ),
    }
    rows = [row for row in rows_of("difference_causes") if row["order"]]
    order = [row["cause"] for row in sorted(rows, key=lambda row: int(row["order"]))]
    return {cause: possible[cause][1] for cause in order if possible[cause][0]}


def _inseparable(country: Country, base: Reckoning, cause: str) -> bool:
    sites = country.cleaned(base)
    return bool(mixed(sites, cause).any() and not named(sites, cause).any())


def _option(reckoning: Reckoning, **values: bool) -> Reckoning:
    return replace(reckoning, options=replace(reckoning.options, **values))


def share_percent(country: Country, reckoning: Reckoning) -> float:
    """Return the share of the country that is protected or conserved, reckoned so [%].

    It may pass 100 where places count several times. Raises ValueError for a country without area, or for another
    release or outline that is not there.
    """
    cleaned = country.cleaned(reckoning)
    zone = country.other_zone if reckoning.other_map and country.other_zone is not None else country.zone
    area = float(areas_km2(np.array([zone.shape], dtype=object))[0])
    if reckoning.other_map and country.other_km2 is not None:
        area = country.other_km2
    if not area > 0:
        raise ValueError("the country has no area")
    return 100 * _covered_km2(cleaned, zone, reckoning) / area


def sites_counted(country: Country, reckoning: Reckoning) -> int:
    """Return how many sites a reckoning counts."""
    return len(country.cleaned(reckoning))


def _counted(sites: Sites, reckoning: Reckoning) -> Flags:
    counted = np.ones(len(sites), bool)
    if reckoning.until is not None:
        counted &= (sites.year == UNKNOWN_YEAR) | (sites.year <= reckoning.until)
    if not reckoning.buffer_zones:
        counted &= ~named(sites, "buffer zones")
    if not reckoning.corridors:
        counted &= ~named(sites, "corridors")
    if not reckoning.oecm:
        counted &= ~sites.oecm
    return counted


def named(sites: Sites, cause: str) -> Flags:
    """Return which sites say by designation or name that they are of this cause and of nothing else.

    A site that is more (`National Park and Buffer Zone`) is not marked: leaving it out would leave out the park;
    `mixed` marks these. The words are in `designation_words.csv`.
    """
    return _says(sites, cause) & ~_joins(sites)


def mixed(sites: Sites, cause: str) -> Flags:
    """Return which sites name this cause together with something else: its part cannot be told apart."""
    return _says(sites, cause) & _joins(sites)


def _says(sites: Sites, cause: str) -> Flags:
    words = [row["word"].casefold() for row in rows_of("designation_words") if row["cause"] == cause]
    texts = [f"{kind} {name}".casefold() for kind, name in zip(sites.designation, sites.name, strict=True)]
    return np.array([any(word in text for word in words) for text in texts], bool)


def _joins(sites: Sites) -> Flags:
    words = [row["word"] for row in rows_of("designation_words") if row["cause"] == "joined"]
    texts = [f" {kind} ".casefold() for kind in sites.designation]
    return np.array([any(f" {word} " in text or word == text.strip() for word in words) for text in texts], bool)


def _covered_km2(sites: Sites, zone: Zone, reckoning: Reckoning) -> float:
    if reckoning.reported:
        return float(np.nansum(_first_of_each(sites)))
    if reckoning.once:
        return flat_km2(sites, zone)
    return float(areas_km2(clipped(zone.shape, sites.shapes)).sum())


def _first_of_each(sites: Sites) -> np.ndarray:
    """Return the reported area of each site once, however many parcels it has."""
    _, first = np.unique(np.array(sites.site, dtype=str), return_index=True)
    found: np.ndarray = sites.reported_km2[first]
    return found
