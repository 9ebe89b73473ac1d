"""What the next 1,000 km² would buy a Party: computed once, kept with its inputs and date for page and dossier."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
from scipy import sparse

from biosetu.engine.tables import write_table
from biosetu.engine.vectors import crs_of, geometries, with_geometry
from biosetu.framework import find_party
from biosetu.geo.kinds import Floats
from biosetu.jobs.party_tables import kept_table, party_folder, party_path
from biosetu.jobs.planning_folder import Opened, areas_of, open_problem
from biosetu.planning import Choice, CostBasis, Objective, PlanningProblem, chosen
from biosetu.planning.next_area import NextArea, Protection, next_area, protection_of
from biosetu.planning.transboundary import only_party
from biosetu.problems import DataError, Problem, UsageError
from biosetu.sources.setuland import planning as setuland
from biosetu.translation import N_

KINDS = ("next", "next_map")
ROOM = "planning"
ABOUT = b"biosetu.about"
KM2 = 1000.0


def compute_next(
    opened: Opened,
    *,
    inputs: str,
    on: date,
    problem: PlanningProblem | None = None,
    party: str = "",
    km2: float = KM2,
    seconds: float = 30.0,
) -> dict[str, pa.Table]:
    """Return the tables that are kept: `next`, what each feature gains, and `next_map`, the units with their state.

    opened: a problem whose units have polygons or an area; problem: the problem as asked, else as read; party: of
    several Parties, whose units alone may be added, with its part of each target. What is protected already is as
    `protection_of` says of the problem as read: what a planner locks besides is no protection. Raises DataError where
    nothing can be said.
    """
    area = areas_of(opened)
    if area is None:
        message, remedy = N_("the units have no area"), N_("Give units with polygons")
        raise DataError(Problem(message, remedy, "area", column="area_km2"))
    read = opened.loaded.problem
    asked, held, layer = problem or read, protection_of(read, opened.loaded.protected), opened.layer
    locked = read.locked_in
    if party and party in read.groups:
        asked, units = only_party(asked, read.groups.index(party), _own_targets(asked, read.groups.index(party)))
        held, area = Protection(held.share[units], sparse.csr_array(held.amounts[:, units])), area[units]
        locked, layer = locked[units], layer.take(units) if layer is not None else None
    found = next_area(asked, area, km2, protected=held, seconds=seconds)
    about = _about(asked, found, km2) | {"inputs": inputs, "date": on.isoformat()}
    tables = {"next": found.features.replace_schema_metadata({ABOUT: json.dumps(about).encode()})}
    if layer is not None:
        flags = pa.table({"unit": asked.unit_id, "added": found.added, "locked": locked & ~found.added})
        tables["next_map"] = with_geometry(flags, geometries(layer), crs_of(layer))
    return tables


def _own_targets(problem: PlanningProblem, party: int) -> Floats:
    """Return each target's part that falls to a Party, as it holds of the feature."""
    total = np.asarray(problem.amounts.sum(axis=1)).ravel()
    own = np.asarray(problem.amounts[:, np.flatnonzero(problem.group == party)].sum(axis=1)).ravel()
    result: Floats = problem.target * np.divide(own, total, out=np.zeros_like(own), where=total > 0)
    return result


def next_of(path: Path, *, km2: float = KM2, seconds: float = 30.0) -> dict[str, pa.Table]:
    """Return what is kept, from a problem folder or TOML as it stands, on this day."""
    if not km2 > 0 or not seconds >= 0:
        raise UsageError("Give an area above 0 km² and a time limit of 0 seconds or more.")
    opened = open_problem(path)
    return compute_next(opened, inputs=path.name, on=datetime.now(UTC).date(), km2=km2, seconds=seconds)


def next_tables(folder: Path, choice: Choice, *, party: str, inputs: str, on: date) -> dict[str, pa.Table]:
    """Return what is kept for a Party, from a problem folder with the features, targets and locks of a choice."""
    opened = open_problem(folder, confined=True)
    plain = replace(choice, objective=Objective.MINIMUM_SET, cost=CostBasis.GIVEN, penalty=0.0)
    asked = replace(plain, budget=None, budgets={}, national={})
    problem = chosen(opened.loaded.problem, asked, areas_of(opened))
    return compute_next(opened, inputs=inputs, on=on, problem=problem, party=party)


def _about(problem: PlanningProblem, found: NextArea, km2: float) -> dict[str, object]:
    return {
        "km2": km2,
        "area_km2": found.area_km2,
        "units": problem.units,
        "added": int(found.added.sum()),
        "held_now": found.held_now,
        "held_then": found.held_then,
        "gap": found.plan.gap if np.isfinite(found.plan.gap) else None,
    }


def keep(code: str, tables: Mapping[str, pa.Table], *, with_map: bool = True) -> None:
    """Keep the tables for the dossier of a Party, replacing what was kept; without the map where it may not pass on."""
    folder = party_folder(find_party(code).iso3, ROOM)
    (folder / "next_map.parquet").unlink(missing_ok=True)
    if with_map and "next_map" in tables:
        write_table(tables["next_map"], folder / "next_map.parquet")
    write_table(tables["next"], folder / "next.parquet")


def forget(code: str) -> None:
    """Take what was kept for a Party off its page."""
    for kind in KINDS:
        party_path(find_party(code).iso3, ROOM, kind).unlink(missing_ok=True)


def stamp(code: str) -> int:
    """Return a number that changes whenever what is kept for a Party changes; 0 where nothing is."""
    path = party_path(code, ROOM, "next")
    return path.stat().st_mtime_ns if path.exists() else 0


def _kept(iso3: str, kind: str) -> pa.Table | None:
    if kept_table(iso3, ROOM, "next") is not None:
        return kept_table(iso3, ROOM, kind)
    return setuland.table(kind) if iso3 == setuland.PARTY else None


def next_features(iso3: str) -> pa.Table | None:
    """Return what each feature of a Party would gain, None where nothing was computed."""
    return _kept(iso3, "next")


def next_map(iso3: str) -> pa.Table | None:
    """Return the units behind it with their state."""
    return _kept(iso3, "next_map")
