"""ProtConn of countries from files, and how much of each feature is protected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from biosetu.areas import (
    LAND,
    SEA,
    connectivity_table,
    longest_link_km,
    network_of,
    representation_table,
)
from biosetu.engine.cells import read_cells
from biosetu.jobs.areas import last_rows, measure_coverage
from biosetu.jobs.areas_layers import Request, cleaned, read
from biosetu.problems import DataError, Problem
from biosetu.progress import Progress, silent
from biosetu.translation import N_, say


@dataclass(frozen=True, slots=True)
class Measured:
    """A table, and what a reader must know of how the layers were read."""

    table: pa.Table
    notes: tuple[str, ...]


def measure_connectivity(
    request: Request,
    medians_km: tuple[float, ...],
    *,
    beyond_km: float = 50.0,
    simplify_m: float = 0.0,
    progress: Progress = silent,
) -> Measured:
    """Return ProtConn and its fractions for each area and median dispersal distance.

    beyond_km: how far outside the area sites count as stepping stones; simplify_m: tolerance for distances.
    """
    layers = read(request, margin_km=beyond_km)
    zones = layers.zones
    sites, _ = cleaned(layers.sites, request)
    longest = longest_link_km(max(medians_km))
    tables = []
    for number, zone in enumerate(zones):
        progress(number, len(zones), zone.area)
        network = network_of(sites, zone.shape, longest, beyond_km, simplify_m)
        tables.append(connectivity_table(zone.area, network, medians_km, int(sites.year.max(initial=0)) or None))
    return Measured(pa.concat_tables(tables), layers.notes)


def measure_representation(
    request: Request, target_percent: float, targets: Mapping[str, float] | None = None, *, progress: Progress = silent
) -> Measured:
    """Return, per class of the layer `by`, what there is, what is protected (with OECMs), and the gap to the target.

    targets: class -> its own target [%]; the others have `target_percent`. Raises DataError for a target of a class
    that the layer does not have within the areas.
    """
    measured = measure_coverage(request, progress=progress)
    total: dict[str, float] = {}
    held: dict[str, float] = {}
    for row in last_rows(measured.table):
        if row["realm"] in (LAND, SEA):
            total[row["class"]] = total.get(row["class"], 0.0) + row["area_km2"]
            held[row["class"]] = held.get(row["class"], 0.0) + row["protected_km2"] + row["oecm_km2"]
    names = sorted(total)
    own = targets or {}
    if unknown := sorted(set(own) - set(names)):
        remedy = say("Use one of {names}{more}", names=", ".join(names[:20]), more=" …" if len(names) > 20 else "")
        message = N_("there is no such class within the areas")
        raise DataError(Problem(message, remedy, "class", column="class", value=name) for name in unknown)
    wanted = np.array([own.get(name, target_percent) for name in names])
    sums = [np.array([part[name] for name in names]) for part in (total, held)]
    return Measured(representation_table(names, sums[0], sums[1], wanted), measured.notes)


def read_targets(path: Path) -> dict[str, float]:
    """Read the target of each class: a table with the columns class and target_percent (0 to 100).

    Raises DataError with every class that stands twice and every target that is none.
    """
    table = read_cells(path)
    if missing := {"class", "target_percent"} - set(table.column_names):
        remedy = "Name the columns class and target_percent in row 1"
        raise DataError(Problem("a column is missing", remedy, "column", path.name, value=", ".join(sorted(missing))))
    found: dict[str, float] = {}
    problems = []
    for number, row in enumerate(table.to_pylist(), start=2):
        name, text = str(row["class"] or "").strip(), str(row["target_percent"] or "").strip()
        value = _percent(text)
        if value is None:
            remedy = "Write a number from 0 to 100"
            problems.append(Problem("this is no target", remedy, "target", path.name, number, "target_percent", text))
        elif name in found:
            problems.append(Problem("stands twice", "Keep one row", "twice", path.name, number, "class", name))
        else:
            found[name] = value
    if problems:
        raise DataError(problems)
    return found


def _percent(text: str) -> float | None:
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        return None
    return value if 0 <= value <= 100 else None
