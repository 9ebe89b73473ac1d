"""Area and share covered by protected areas and OECMs, counted once, by year of establishment.

A site of unknown year counts from the start (year 0), and its part is shown apart. In overlaps protected areas come
before OECMs, and an older site before a younger one. Areas are on the ellipsoid (`geo.areas_km2`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from biosetu.areas.sites import UNKNOWN_YEAR, Sites, rows_of
from biosetu.geo.area import areas_km2
from biosetu.geo.kinds import Flags, Floats, Integers
from biosetu.geo.union import SiteTree, Tile, clipped, growth_km2, tiles

SCHEMA = pa.schema(
    [
        ("area", pa.string()),
        ("realm", pa.string()),
        ("year", pa.int32()),
        ("area_km2", pa.float64()),
        ("protected_km2", pa.float64()),
        ("oecm_km2", pa.float64()),
        ("share_percent", pa.float64()),
        ("class", pa.string()),
        ("unknown_year_km2", pa.float64()),
        ("buffered_points_km2", pa.float64()),
    ]
)
KEY_SITES_SCHEMA = pa.schema(
    [
        ("realm", pa.string()),
        ("class", pa.string()),
        ("year", pa.int32()),
        ("sites", pa.int64()),
        ("mean_share_percent", pa.float64()),
    ]
)
LAND, SEA = "land", "sea"  # Target 3 knows two figures: land with inland water, and sea
DRY, WATER = "land without inland water", "inland water"  # the parts of the first, where a layer of water is given
REALMS = (LAND, DRY, WATER, SEA)
ROUNDING = 1e-12
COMPLETE_PERCENT, NONE_PERCENT = 98.0, 2.0  # BirdLife, kba-overlap 3.1
Mapper = Callable[[Callable[[Tile], Floats], Iterable[Tile]], Iterable[Floats]]


@dataclass(frozen=True, slots=True)
class Zone:
    """Something to be covered: an area (a country, a key site), its part in a realm (REALMS), and there, where areas
    are split by a layer, the part in one of its classes."""

    area: str
    realm: str
    shape: shapely.Geometry
    name: str = ""


@dataclass(frozen=True, slots=True)
class Growth:
    """What is covered in a zone, by year of establishment. protected_km2, all_km2: (years,) cumulative [km²]."""

    zone: Zone
    area_km2: float
    years: Integers
    protected_km2: Floats
    all_km2: Floats
    buffered_km2: float

    @property
    def oecm_km2(self) -> Floats:
        """What OECMs cover beside protected areas; what rounding alone leaves is nothing."""
        beside = self.all_km2 - self.protected_km2
        return np.where(beside > ROUNDING * np.maximum(self.all_km2, 1.0), beside, 0.0)


def plain(work: Callable[[Tile], Floats], parts: Iterable[Tile]) -> Iterable[Floats]:
    """Run tiles one after the other, here."""
    return map(work, parts)


def zone_growth(sites: Sites, zone: Zone, run: Mapper = plain, tree: SiteTree | None = None) -> Growth:
    """Measure one zone. sites: cleaned; run: where the tiles are worked; tree: the index of their shapes, if made.

    Tiles are added up in their order, so the result does not depend on where they ran.
    """
    years = np.unique(sites.year)
    rank = np.searchsorted(years, sites.year)
    work = TileWork(rank, sites.oecm, sites.buffered, years.size)
    parts = list(run(work, tiles(zone.shape, tree or sites.shapes)))
    total = np.sum(parts, axis=0) if parts else np.zeros(2 * years.size + 1)
    area = float(areas_km2(np.array([zone.shape], dtype=object))[0])
    count = years.size
    protected, every = np.cumsum(total[:count]), np.cumsum(total[count : 2 * count])
    return Growth(zone, area, years, np.minimum(protected, area), np.minimum(every, area), float(total[-1]))


@dataclass(frozen=True, slots=True)
class TileWork:
    """Measures a tile: growth by year of protected areas, then of all sites, then the area of buffered points."""

    rank: Integers
    oecm: np.ndarray
    buffered: np.ndarray
    years: int

    def __call__(self, tile: Tile) -> Floats:
        """Return (2 years + 1,) [km²]."""
        shapes = clipped(tile.zone, tile.shapes)
        kept = np.flatnonzero(~shapely.is_empty(shapes))
        shapes, index = shapes[kept], tile.index[kept]
        rank, oecm = self.rank[index], self.oecm[index]
        protected = growth_km2(shapes[~oecm], rank[~oecm], self.years)
        every = growth_km2(shapes, rank, self.years) if oecm.any() else protected
        points = self.buffered[index]
        buffered = growth_km2(shapes[points], np.zeros(points.sum(), np.int64), 1)
        return np.concatenate([protected, every, buffered])


def flat_km2(sites: Sites, zone: Zone, chosen: Flags | None = None) -> float:
    """Return the area of a zone that the chosen sites cover, each place once [km²]."""
    shapes = sites.shapes if chosen is None else sites.shapes[chosen]
    total = 0.0
    if shapes.size:
        for tile in tiles(zone.shape, shapes):
            cut = clipped(tile.zone, tile.shapes)
            total += float(growth_km2(cut, np.zeros(cut.size, np.int64), 1)[0])
    return total


def coverage_table(growths: Iterable[Growth], first: int | None = None, last: int | None = None) -> pa.Table:
    """Return one row a zone and year: area, realm, year, area_km2, protected_km2, oecm_km2, share_percent …

    Years run from `first` (else the first known year) to `last` (else the last); the series ends at the total. A
    zone without any dated site up to `last` has the one row of `last`, or year 0 when there is none.
    """
    rows = []
    for growth in growths:
        known = [year for year in growth.years.tolist() if year != UNKNOWN_YEAR]
        begin = _begin(known, first, last)
        end = last or max(known, default=begin)
        rows += [_row(growth, year) for year in range(begin, max(end, begin) + 1)]
    return pa.Table.from_pylist(rows, SCHEMA)


def _begin(known: list[int], first: int | None, last: int | None) -> int:
    """Return the first year of a series: as asked, else the first known, but none after the last that is asked."""
    return first or min([*known, *([last] if last else [])], default=UNKNOWN_YEAR)


def _place(growth: Growth, year: int) -> int:
    """Return the position of a year in the growth, -1 before the first."""
    return int(np.searchsorted(growth.years, year, side="right")) - 1


def _row(growth: Growth, year: int) -> dict[str, object]:
    place = _place(growth, year)
    protected = float(growth.protected_km2[place]) if place >= 0 else 0.0
    oecm = float(growth.oecm_km2[place]) if place >= 0 else 0.0
    undated = growth.years.size and growth.years[0] == UNKNOWN_YEAR
    return {
        "area": growth.zone.area,
        "realm": growth.zone.realm,
        "year": year,
        "area_km2": growth.area_km2,
        "protected_km2": protected,
        "oecm_km2": oecm,
        "share_percent": 100 * (protected + oecm) / growth.area_km2 if growth.area_km2 else None,
        "class": growth.zone.name,
        "unknown_year_km2": float(growth.all_km2[0]) if undated else 0.0,
        "buffered_points_km2": growth.buffered_km2,
    }


def by_category(sites: Sites, zone: Zone) -> pa.Table:
    """Return the area under each IUCN management category, overlaps given to the strictest (column flat_km2).

    Protected areas come before OECMs, which have rows of their own (column oecm): what both cover is the protected
    area's. Also by itself, overlaps and all (own_km2): these may add up to more than the whole. Columns: area, realm,
    class, oecm, iucn_category, sites (that reach into the zone), flat_km2, own_km2, flat_percent and own_percent of the
    zone.
    """
    order = {row["category"]: int(row["priority"]) for row in rows_of("iucn_priority")}
    names = sorted(set(sites.iucn_category), key=lambda name: (order.get(name, len(order) + 1), name))
    return _by_class(sites, zone, "iucn_category", names, sites.iucn_category)


def by_governance(sites: Sites, zone: Zone) -> pa.Table:
    """Return the area under each governance type, as `by_category` does; flat_km2 gives overlaps to the first by name.

    What indigenous peoples and local communities govern is shown by own_km2, whatever else lies on it.
    """
    return _by_class(sites, zone, "governance", sorted(set(sites.governance)), sites.governance)


def _by_class(sites: Sites, zone: Zone, column: str, names: list[str], values: tuple[str, ...]) -> pa.Table:
    kinds = list(zip(sites.oecm.tolist(), values, strict=True))
    rows = sorted(set(kinds), key=lambda kind: (kind[0], names.index(kind[1])))
    rank = np.array([rows.index(kind) for kind in kinds], np.int64)
    flat, own = np.zeros(len(rows)), np.zeros(len(rows))
    there = np.zeros(len(sites), bool)
    for tile in tiles(zone.shape, sites.shapes):
        shapes = clipped(tile.zone, tile.shapes)
        here = rank[tile.index]
        there[tile.index[shapely.area(shapes) > 0]] = True
        flat += growth_km2(shapes, here, len(rows))
        for value in np.unique(here):
            own[value] += growth_km2(shapes[here == value], np.zeros((here == value).sum(), np.int64), 1)[0]
    area = float(areas_km2(np.array([zone.shape], dtype=object))[0])
    percent = 100 / area if area else float("nan")
    return pa.table(
        {
            "area": [zone.area] * len(rows),
            "realm": [zone.realm] * len(rows),
            "class": [zone.name] * len(rows),
            "oecm": pa.array([oecm for oecm, _ in rows], pa.bool_()),
            column: pa.array([name for _, name in rows], pa.string()),
            "sites": np.bincount(rank[there], minlength=len(rows)),
            "flat_km2": flat,
            "own_km2": own,
            "flat_percent": flat * percent,
            "own_percent": own * percent,
        }
    )


def mean_site_share(growths: Iterable[Growth], year: int) -> float:
    """Return the mean share covered of key sites, each counting the same [%], as SDG 14.5.1, 15.1.2 and 15.4.1 do.

    BirdLife International, `kba-overlap` 3.1: a site over 98 % covered is complete, under 2 % not covered (errors of
    delineation). Not a number without sites.
    """
    shares = []
    for growth in growths:
        place = _place(growth, year)
        covered = float(growth.all_km2[place]) if place >= 0 else 0.0
        share = 100 * covered / growth.area_km2 if growth.area_km2 else 0.0
        shares.append(100.0 if share >= COMPLETE_PERCENT else 0.0 if share <= NONE_PERCENT else share)
    return float(np.mean(shares)) if shares else float("nan")


def key_sites_table(growths: Iterable[Growth], first: int | None = None, last: int | None = None) -> pa.Table:
    """Return realm, class, year, sites, mean_share_percent of key sites (`mean_site_share`); a zone is a site's part.

    Years run as in `coverage_table`, the same for all.
    """
    groups: dict[tuple[str, str], list[Growth]] = {}
    for growth in growths:
        groups.setdefault((growth.zone.realm, growth.zone.name), []).append(growth)
    known = [year for members in groups.values() for g in members for year in g.years.tolist() if year != UNKNOWN_YEAR]
    begin = _begin(known, first, last)
    end = max(last or max(known, default=begin), begin)
    rows = [
        {
            "realm": realm,
            "class": name,
            "year": year,
            "sites": len(members),
            "mean_share_percent": mean_site_share(members, year),
        }
        for (realm, name), members in groups.items()
        for year in range(begin, end + 1)
    ]
    return pa.Table.from_pylist(rows, KEY_SITES_SCHEMA)
