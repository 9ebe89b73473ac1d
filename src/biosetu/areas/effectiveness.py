"""Quality of what is protected: which part is assessed, when, and which part of that is found effective.

Coverage alone never says that an area is effectively conserved: only an assessment can, and only for the sites that had
one. Methods differ in what they ask; `data/assessment_kinds.csv` says which group each belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from biosetu.areas.coverage import Zone, flat_km2
from biosetu.areas.sites import Sites, rows_of
from biosetu.geo.kinds import Flags
from biosetu.geo.union import SiteTree

ANY = "any assessment"
EVERY_KIND = ""
SCHEMA = pa.schema(
    [
        ("area", pa.string()),
        ("realm", pa.string()),
        ("group", pa.string()),
        ("kind", pa.string()),
        ("sites", pa.int64()),
        ("sites_assessed", pa.int64()),
        ("sites_effective", pa.int64()),
        ("sites_without_finding", pa.int64()),
        ("sites_assessed_percent", pa.float64()),
        ("sites_effective_percent", pa.float64()),
        ("protected_km2", pa.float64()),
        ("assessed_km2", pa.float64()),
        ("effective_km2", pa.float64()),
        ("assessed_percent", pa.float64()),
        ("effective_percent", pa.float64()),
        ("first_year", pa.int32()),
        ("last_year", pa.int32()),
    ]
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """One assessment of one site. kind: the method; year: 0 when unknown; effective: the finding, None without one."""

    site: str
    kind: str
    year: int
    effective: bool | None

    @property
    def group(self) -> str:
        """What the method asks about: management effectiveness, Green List, governance and equity."""
        return group_of(self.kind)


def group_of(kind: str) -> str:
    """Return the group of a method; one that the table does not name counts as its row `*` says."""
    groups = {row["kind"].casefold(): row["group"] for row in rows_of("assessment_kinds")}
    return groups.get(kind.strip().casefold(), groups["*"])


def finding(score: float | None, result: str, effective_from: float | None) -> bool | None:
    """Return whether an assessment found its site effective, None where it says nothing that can be read.

    score: 0 to 1; result: the outcome in words (`data/assessment_results.csv`), which comes first; effective_from: the
    least score of an effective site, which the user sets, since none is agreed; None: scores are not judged.
    """
    known = {row["result"].casefold(): row["effective"] == "yes" for row in rows_of("assessment_results")}
    if result.strip().casefold() in known:
        return known[result.strip().casefold()]
    return None if score is None or effective_from is None else score >= effective_from


def assessed_table(sites: Sites, zone: Zone, assessments: Sequence[Assessment]) -> pa.Table:
    """Return which share of the sites and of their area is assessed, and which is found effective, by group and kind.

    sites: cleaned, exact copies kept (`Options.copies`): each carries its own assessments. A site is one whatever its
    parcels; its latest assessment counts, and where two are of one year, the less favourable. Overlapping sites count
    once within each figure, by area. Rows: first any assessment (without findings: the groups ask different things),
    then each group, then each method of it. `sites_without_finding`: assessed, but no finding could be read.
    Percentages are of the sites and the flat area of the zone that is protected or conserved; None where there is none.
    """
    here = np.zeros(len(sites), bool)
    here[SiteTree(sites.shapes).tree.query(zone.shape, predicate="intersects")] = True
    here &= shapely.area(shapely.intersection(sites.shapes, zone.shape)) > 0
    names = np.array(sites.site, dtype=object)
    there = set(names[here].tolist())
    mine = [item for item in assessments if item.site in there]
    whole = flat_km2(sites, zone, here)
    rows = []
    for group, kind, chosen in _parts(mine):
        latest = _latest(chosen)
        row = _row(sites, zone, here, latest, judged=group != ANY)
        shares = {
            "sites": len(there),
            "sites_assessed_percent": _percent(len(latest), len(there)),
            "sites_effective_percent": _percent(row["sites_effective"], len(there)),
            "protected_km2": whole,
            "assessed_percent": _percent(row["assessed_km2"], whole),
            "effective_percent": _percent(row["effective_km2"], whole),
        }
        rows.append({"area": zone.area, "realm": zone.realm, "group": group, "kind": kind, **row, **shares})
    return pa.Table.from_pylist(rows, SCHEMA)


def _parts(assessments: Sequence[Assessment]) -> Iterator[tuple[str, str, list[Assessment]]]:
    yield ANY, EVERY_KIND, list(assessments)
    for group in dict.fromkeys(row["group"] for row in rows_of("assessment_kinds")):
        mine = [item for item in assessments if item.group == group]
        yield group, EVERY_KIND, mine
        for kind in sorted({item.kind for item in mine}):
            yield group, kind, [item for item in mine if item.kind == kind]


def _latest(assessments: Sequence[Assessment]) -> Mapping[str, Assessment]:
    """Return the latest assessment of each site; of one year, one that is not effective, then one without finding."""
    favour = {False: 0, None: 1, True: 2}
    ordered = sorted(assessments, key=lambda item: (item.year, -favour[item.effective]))
    return {item.site: item for item in ordered}


def _row(
    sites: Sites, zone: Zone, here: Flags, latest: Mapping[str, Assessment], *, judged: bool
) -> dict[str, float | int | None]:
    done = here & np.array([site in latest for site in sites.site], bool)
    good = {site for site, item in latest.items() if item.effective}
    effective = here & np.array([site in good for site in sites.site], bool)
    years = [item.year for item in latest.values() if item.year]
    unread = sum(item.effective is None for item in latest.values())
    return {
        "sites_assessed": len(latest),
        "sites_effective": len(good) if judged else None,
        "sites_without_finding": unread if judged else None,
        "assessed_km2": flat_km2(sites, zone, done),
        "effective_km2": flat_km2(sites, zone, effective) if judged else None,
        "first_year": min(years, default=None),
        "last_year": max(years, default=None),
    }


def _percent(part: float | int | None, whole: float) -> float | None:
    return None if part is None or not whole else 100 * part / whole
