"""Cleaning by Protected Planet's published rules, each step counted.

Protected Planet, "Calculating protected area and OECM coverage" (25 October 2024); the values that decide are in
`data/cleaning_rules.csv`. Nothing is dropped or changed without a line in the log.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import shapely

from biosetu.areas.sites import UNKNOWN_YEAR, Sites, rows_of
from biosetu.geo.area import areas_km2
from biosetu.geo.kinds import Flags
from biosetu.geo.shapes import circle, polygonal, repaired, within_date_line
from biosetu.translation import N_


@dataclass(frozen=True, slots=True)
class Options:
    """What may be chosen: adopted, proposed: keep sites of that status; biosphere: keep UNESCO-MAB Biosphere Reserves;
    points: give points their reported area; swap: turn coordinates that can only be latitude, longitude; copies: keep
    exact copies, where what hangs on each site matters more than speed."""

    adopted: bool = False
    proposed: bool = False
    biosphere: bool = False
    points: bool = True
    swap: bool = True
    copies: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step: sites before and after, how many it touched, and the area that it changed [km²]."""

    step: str
    before: int
    touched: int
    after: int
    change_km2: float = 0.0


STEPS = {
    "no geometry": N_("Sites without geometry are left out."),
    "heights": N_("Heights (a third dimension) are left out."),
    "status": N_("Only sites designated, inscribed or established are kept (adopted ones on request)."),
    "biosphere": N_("UNESCO-MAB biosphere reserves are left out."),
    "points without area": N_("Points without a reported area are left out."),
    "points with area": N_("Points become circles of their reported area."),
    "axes": N_("Latitude and longitude that were swapped are turned."),
    "outside the globe": N_("Shapes with coordinates off the globe are left out."),
    "date line": N_("Shapes over the date line are cut there."),
    "repaired": N_("Invalid shapes are repaired."),
    "self-crossing": N_("Of these: outlines that cross or touch themselves (bow-ties) are rebuilt ring by ring."),
    "holes outside": N_("Of these: holes that lie outside their ring take nothing away."),
    "otherwise invalid": N_("Of these: invalid for another reason."),
    "no area": N_("Shapes without area are left out."),
    "slivers": N_("Slivers too small to be a site are left out."),
    "copies": N_("Exact copies are left out."),
    "unknown year": N_("Sites without a year of establishment (0) count from the start; their part is shown apart."),
}


def clean(sites: Sites, options: Options | None = None) -> tuple[Sites, list[Step]]:
    """Return the sites that count, as valid polygons in longitude and latitude, and the log of every step."""
    chosen = options or Options()
    log: list[Step] = []
    shapes = sites.shapes
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    sites = _drop(sites, missing, "no geometry", log)
    sites = _flat(sites, log)
    sites = _drop(sites, _wrong_status(sites, chosen), "status", log)
    sites = _drop(sites, _biosphere(sites) if not chosen.biosphere else np.zeros(len(sites), bool), "biosphere", log)
    sites = _points(sites, chosen, log)
    sites = _axes(sites, chosen, log)
    sites = _date_line(sites, log)
    sites = _repair(sites, log)
    sites = _drop(sites, areas_km2(sites.shapes) == 0, "no area", log)
    sites = _drop(sites, areas_km2(sites.shapes) <= float(_rule("sliver")), "slivers", log)
    sites = _drop(sites, _copies(sites) if not chosen.copies else np.zeros(len(sites), bool), "copies", log)
    log.append(Step("unknown year", len(sites), int((sites.year == UNKNOWN_YEAR).sum()), len(sites)))
    return sites, log


def log_table(log: list[Step]) -> pa.Table:
    """Return the log as a table: step, sites_before, touched, sites_after, change_km2, what."""
    return pa.table(
        {
            "step": [step.step for step in log],
            "sites_before": [step.before for step in log],
            "touched": [step.touched for step in log],
            "sites_after": [step.after for step in log],
            "change_km2": [step.change_km2 for step in log],
            "what": [STEPS[step.step] for step in log],
        }
    )


def _drop(sites: Sites, dropped: Flags, step: str, log: list[Step]) -> Sites:
    count = int(dropped.sum())
    change = -float(areas_km2(sites.shapes[dropped]).sum()) if step == "slivers" else 0.0
    log.append(Step(step, len(sites), count, len(sites) - count, change))
    return sites.taken(~dropped) if count else sites


def _rule(rule: str) -> str:
    """Return the value of a rule that has one alone."""
    return next(row["value"] for row in rows_of("cleaning_rules") if row["rule"] == rule)


def _flat(sites: Sites, log: list[Step]) -> Sites:
    high = shapely.has_z(sites.shapes)
    log.append(Step("heights", len(sites), int(high.sum()), len(sites)))
    return replace(sites, shapes=shapely.force_2d(sites.shapes))


def _wrong_status(sites: Sites, options: Options) -> Flags:
    rules = {row["value"].casefold(): row for row in rows_of("cleaning_rules") if row["rule"] == "status"}
    kept = {value for value, row in rules.items() if row["effect"] == "keep"}
    if options.adopted:
        kept |= {value for value, row in rules.items() if row["option"] == "adopted"}
    if options.proposed:
        kept |= {value for value, row in rules.items() if row["option"] == "proposed"}
    return np.array([bool(status.strip()) and status.strip().casefold() not in kept for status in sites.status], bool)


def _biosphere(sites: Sites) -> Flags:
    dropped = {row["value"].casefold() for row in rows_of("cleaning_rules") if row["rule"] == "biosphere"}
    return np.array([name.strip().casefold() in dropped for name in sites.designation], bool)


def _points(sites: Sites, options: Options, log: list[Step]) -> Sites:
    kind = shapely.get_type_id(sites.shapes)
    point = (kind == shapely.GeometryType.POINT) | (kind == shapely.GeometryType.MULTIPOINT)
    hopeless = point & ~(np.isfinite(sites.reported_km2) & options.points)
    sites = _drop(sites, hopeless, "points without area", log)
    point = point[~hopeless]
    if not point.any():
        log.append(Step("points with area", len(sites), 0, len(sites)))
        return sites
    shapes = sites.shapes.copy()
    for index in np.flatnonzero(point):
        places = shapely.get_coordinates(shapes[index])
        each = float(sites.reported_km2[index]) / len(places)
        shapes[index] = polygonal(shapely.union_all([circle(float(x), float(y), each) for x, y in places]))
    added = float(areas_km2(shapes[point]).sum())
    log.append(Step("points with area", len(sites), int(point.sum()), len(sites), added))
    return replace(sites, shapes=shapes, buffered=point)


def _axes(sites: Sites, options: Options, log: list[Step]) -> Sites:
    bounds = shapely.bounds(sites.shapes)
    steep = (bounds[:, 1] < -90.0) | (bounds[:, 3] > 90.0)
    turned = (bounds[:, 0] >= -90.0) & (bounds[:, 2] <= 90.0) & (bounds[:, 1] >= -180.0) & (bounds[:, 3] <= 180.0)
    swapped = steep & turned & options.swap
    shapes = sites.shapes
    if swapped.any():
        shapes = shapes.copy()
        shapes[swapped] = shapely.transform(shapes[swapped], lambda p: p[:, ::-1])
    log.append(Step("axes", len(sites), int(swapped.sum()), len(sites)))
    sites = replace(sites, shapes=shapes)
    bounds = shapely.bounds(shapes)
    off = (bounds[:, 1] < -90.0) | (bounds[:, 3] > 90.0) | (bounds[:, 0] < -360.0) | (bounds[:, 2] > 360.0)
    return _drop(sites, off, "outside the globe", log)


def _date_line(sites: Sites, log: list[Step]) -> Sites:
    shapes, changed = within_date_line(sites.shapes)
    log.append(Step("date line", len(sites), int(changed.sum()), len(sites)))
    return replace(sites, shapes=shapes)


def _repair(sites: Sites, log: list[Step]) -> Sites:
    before = sites.shapes
    shapes, bad = repaired(before)
    change = float((areas_km2(shapes[bad]) - areas_km2(before[bad])).sum()) if bad.any() else 0.0
    count = len(sites)
    log.append(Step("repaired", count, int(bad.sum()), count, change))
    reasons = [str(reason) for reason in shapely.is_valid_reason(before[bad])]
    crossing = sum("elf-intersection" in reason for reason in reasons)
    holes = sum(reason.startswith("Hole lies outside") for reason in reasons)
    for step, number in (("self-crossing", crossing), ("holes outside", holes)):
        log.append(Step(step, count, number, count))
    log.append(Step("otherwise invalid", count, len(reasons) - crossing - holes, count))
    return replace(sites, shapes=shapes)


def _copies(sites: Sites) -> Flags:
    """Mark shapes that repeat another of the same kind, year, category and governance exactly."""
    seen: set[tuple[object, ...]] = set()
    result = np.zeros(len(sites), bool)
    keys = zip(
        shapely.to_wkb(sites.shapes).tolist(),
        sites.oecm.tolist(),
        sites.year.tolist(),
        sites.iucn_category,
        sites.governance,
        strict=True,
    )
    for index, key in enumerate(keys):
        result[index] = key in seen
        seen.add(key)
    return result
