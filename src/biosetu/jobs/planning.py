"""Make planning units, solve a planning problem, and write the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from biosetu.engine.surfaces import write_flags
from biosetu.engine.tables import WRITERS, replacing, write_table
from biosetu.engine.vectors import crs_of, geometries, with_geometry, write_layer
from biosetu.figures.standalone import standalone
from biosetu.figures.unitmap import unit_map
from biosetu.geo.shapes import polygonal, repaired, within_date_line
from biosetu.jobs.areas_layers import layer_of, only_areas, refuse_unknown_column
from biosetu.jobs.planning_folder import FILES, Opened
from biosetu.planning import (
    Boundary,
    Comparison,
    NationalTarget,
    Objective,
    Plan,
    PlanningProblem,
    compare_alone,
    divided,
    in_words,
    make_units,
    predicted_irreplaceability,
    rarity_weighted_richness,
    replacement_cost,
    solve,
    with_national_targets,
)
from biosetu.planning.tables import Loaded, marxan_tables
from biosetu.planning.targets import default_share
from biosetu.problems import DataError, Problem, UsageError
from biosetu.progress import Progress, silent
from biosetu.translation import N_, Voice, say, translations

EXACT_GAP = 1e-6  # of the whole value: what one unit is worth is a small part of it


@dataclass(frozen=True, slots=True)
class Outcome:
    """A solved problem ready to be written: units and features as tables, the report in words."""

    problem: PlanningProblem
    plan: Plan
    units: pa.Table
    features: pa.Table
    words: list[str]


def make_planning_units(
    within: Path,
    cell_km: float,
    shape: str = "square",
    party_column: str | None = None,
    only: Sequence[str] = (),
    area_column: str | None = None,
) -> tuple[pa.Table, pa.Table]:
    """Return planning units over the outline in `within` (unit, area_km2, cost = area, geometry) and their borders.

    party_column: names the Party of each polygon of `within`; units on a border are then cut along it (`divided`) and
    have a column `party`. only: the areas of the layer to take, by `party_column`, else `area_column`, else the column
    that `areas coverage` would find. Raises UsageError for one that is not there; DataError for a layer without
    polygons, whose numbers cannot be longitude and latitude, for a column that is not there, or where a polygon has no
    Party.
    """
    layer = only_areas(layer_of(within, []), within, only, party_column or area_column)
    names = _party_names(layer, party_column, within)
    shapes = geometries(layer)
    there = ~shapely.is_missing(shapes)
    parts, _ = repaired(within_date_line(shapes[there])[0])
    flat = np.array([polygonal(part) for part in parts], dtype=object)
    if shapely.is_empty(flat).all():
        message, remedy = N_("the outline has no polygon"), N_("Give a layer of polygons, such as a country's outline")
        raise DataError(Problem(message, remedy, "polygon", str(within)))
    owners = names[there] if names is not None else np.full(flat.size, "")
    outlines = {name: polygonal(shapely.union_all(flat[owners == name])) for name in sorted(set(owners.tolist()))}
    return units_over(outlines, cell_km, shape)


def _party_names(layer: pa.Table, column: str | None, path: Path) -> np.ndarray | None:
    if column is None:
        return None
    refuse_unknown_column(layer, column, path)
    names = np.array(["" if v is None else str(v).strip() for v in layer.column(column).to_pylist()], dtype=object)
    if unnamed := np.flatnonzero(names == "")[:20].tolist():
        message, remedy = N_("a polygon has no name"), N_("Name it, or leave it out of the layer")
        raise DataError(Problem(message, remedy, "name", str(path), row + 2, column) for row in unnamed)
    return names


def units_over(
    outlines: Mapping[str, shapely.Geometry], cell_km: float, shape: str = "square"
) -> tuple[pa.Table, pa.Table]:
    """Return planning units over outlines in longitude and latitude, and their borders.

    outlines: by Party; of several, units on a border are cut along it and have a column `party`.
    """
    shapes = np.array(list(outlines.values()), dtype=object)
    units = make_units(polygonal(shapely.union_all(shapes)), cell_km, shape)
    party: dict[str, list[str]] = {}
    if len(outlines) > 1:
        units, owner = divided(units, shapes)
        party = {"party": [list(outlines)[place] for place in owner.tolist()]}
    count = units.area_km2.size
    number = np.arange(1, count + 1)
    columns = {"unit": number, "area_km2": units.area_km2, "cost": units.area_km2, "status": ["free"] * count} | party
    layer = with_geometry(pa.table(columns), units.polygons, units.crs)
    return layer, boundary_table(number, units.boundary)


def boundary_table(number: np.ndarray, edges: Boundary) -> pa.Table:
    """Return borders as a table: unit1, unit2, length [km]; the same unit twice for its outer border."""
    exposed = np.flatnonzero(edges.exposed > 0)
    return pa.table(
        {
            "unit1": np.concatenate([number[edges.first], number[exposed]]),
            "unit2": np.concatenate([number[edges.second], number[exposed]]),
            "length": np.concatenate([edges.length, edges.exposed[exposed]]),
        }
    )


def write_units(layer: pa.Table, boundaries: pa.Table, folder: Path) -> None:
    """Write units.parquet (GeoParquet) and boundaries.csv: the beginning of a problem folder."""
    write_layer(layer, folder / "units.parquet")
    write_table(boundaries, folder / "boundaries.csv")


def solve_problem(
    opened: Opened, *, importance: bool = False, language: str = "en", progress: Progress = silent
) -> Outcome:
    """Solve and describe. importance: add the replacement cost of each chosen unit (a solution each)."""
    objective = objective_of(opened.settings)
    refuse_unused(opened, objective)
    targeted = objective is not Objective.MAXIMUM_UTILITY
    national = opened.loaded.national
    problem = with_national_targets(opened.loaded.problem, national)
    gap, seconds = float(opened.settings.get("gap", 0.005)), float(opened.settings.get("seconds", 60.0))
    plan = solve(problem, objective, gap=gap, seconds=seconds, progress=progress)
    found = outcome_of(
        opened, problem, plan, objective, national, importance=importance, language=language, progress=progress
    )
    return replace(found, words=[*found.words, *(_untold(opened.loaded, language) if targeted else ())])


def outcome_of(
    opened: Opened,
    problem: PlanningProblem,
    plan: Plan,
    objective: Objective,
    national: list[NationalTarget],
    *,
    importance: bool = False,
    language: str = "en",
    progress: Progress = silent,
) -> Outcome:
    """Return a plan ready to be written. national: the targets of Parties in its problem."""
    units = _unit_table(problem, plan, objective, importance, progress)
    if opened.layer is not None:
        units = with_geometry(units, geometries(opened.layer), crs_of(opened.layer))
    words = in_words(problem, plan, objective, translations(language).gettext)
    unit = opened.loaded.amount_unit
    amount_unit = [*unit, *(unit[item.feature] for item in national)]
    return Outcome(problem, plan, units, _feature_table(problem, plan, amount_unit), words)


def _untold(loaded: Loaded, language: str) -> list[str]:
    """Return what is said of features for which the folder has no target; nothing where all have one."""
    if not loaded.without_target:
        return []
    text = translations(language).gettext(
        N_("No target is written for {features}: {share} % of all there is was taken.")
    )
    names = ", ".join(loaded.without_target[:10]) + (" …" if len(loaded.without_target) > 10 else "")
    return [text.format(features=names, share=f"{100 * default_share():g}")]


def compare_problem(opened: Opened, *, progress: Progress = silent) -> Comparison:
    """Set planning together beside each Party planning alone (minimum set, or minimum shortfall under budgets)."""
    problem = opened.loaded.problem
    if len(problem.groups) < 2:
        raise UsageError("There is only one Party: add a column `party` to the units.")
    gap, seconds = float(opened.settings.get("gap", 0.005)), float(opened.settings.get("seconds", 60.0))
    objective = objective_of(opened.settings)
    refuse_unused(opened, objective)
    return compare_alone(problem, opened.loaded.national, objective, gap=gap, seconds=seconds, progress=progress)


def objective_of(settings: Mapping[str, Any]) -> Objective:
    """Return the objective asked for; minimum set when none is."""
    name = str(settings.get("objective", Objective.MINIMUM_SET))
    try:
        return Objective(name)
    except ValueError:
        known = ", ".join(Objective)
        raise UsageError(say("There is no objective '{name}'. Use one of {known}.", name=name, known=known)) from None


def refuse_unused(opened: Opened, objective: Objective) -> None:
    """Refuse what would change nothing: a budget that no budget limits, a price of borders that are not there.

    A budget that the folder holds for another objective stays unused where minimum-set is asked for by name.
    Raises UsageError that says what to do, also where an objective lacks its budget.
    """
    problem, named = opened.loaded.problem, "objective" in opened.settings
    budgets = [name for name in ("budget", "common_budget") if name in (opened.given if named else opened.settings)]
    if objective is Objective.MINIMUM_SET and budgets:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in budgets)
        others = " or ".join(other for other in Objective if other is not Objective.MINIMUM_SET)
        raise UsageError(
            say(
                "{objective} meets every target whatever it costs: {options} would change nothing. "
                "Add --objective {others}, or leave the budget out (a budget of the folder: name "
                "--objective {objective}).",
                objective=objective,
                options=options,
                others=others,
            )
        )
    if objective is not Objective.MINIMUM_SET and not problem.limits.size:
        raise UsageError(
            say("{objective} needs a budget: give --budget or write budget = … in problem.toml.", objective=objective)
        )
    borders = bool(problem.boundary.length.size) or bool(problem.boundary.exposed.any())
    if problem.penalty and not borders:
        remedy = f"Add one of {', '.join(FILES['boundaries'])}, or say --penalty 0."
        raise UsageError(say("The penalty prices borders, and this problem has none. {remedy}", remedy=remedy))
    if "edge_factor" in opened.given and not problem.penalty:
        raise UsageError("--edge-factor is a part of the price of borders: give --penalty too.")


def check_outputs(opened: Opened, out: Path | None, features: Path | None, *, importance: bool = False) -> None:
    """Refuse, before any work, an output that cannot be written or would not show what is asked; raise UsageError."""
    layers = (".tif", ".tiff", ".svg", ".gpkg", ".geojson")
    if out is not None and out.suffix.lower() not in (*WRITERS, *layers):
        raise UsageError(
            say("{out}: there is no such format. Use {names}.", out=out, names=", ".join((*WRITERS, *layers)))
        )
    if out is not None and out.suffix.lower() in layers and opened.layer is None:
        raise UsageError(say("{out}: this needs units with polygons. Give units.parquet from `plan units`.", out=out))
    if importance and (out is None or out.suffix.lower() in (".tif", ".tiff", ".svg")):
        raise UsageError("--importance is a column of the units: give --out with a table or layer, such as plan.gpkg.")
    if features is not None and features.suffix.lower() not in WRITERS:
        raise UsageError(
            say("{features}: there is no such format. Use {writers}.", features=features, writers=", ".join(WRITERS))
        )


def write_units_table(outcome: Outcome, path: Path) -> None:
    """Write the units by suffix: GeoParquet or GeoPackage with polygons, GeoTIFF of the choice, or a plain table."""
    has_shapes = "geometry" in outcome.units.column_names
    if path.suffix.lower() in (".tif", ".tiff"):
        if not has_shapes:
            raise UsageError("A GeoTIFF needs units with polygons: give units.parquet from `plan units`.")
        shapes = geometries(outcome.units)
        cell = float(np.sqrt(shapely.area(shapes).max()))
        write_flags(shapes, outcome.plan.selected, crs_of(outcome.units), cell, path)
    elif has_shapes and path.suffix.lower() in (".parquet", ".geoparquet", ".gpkg", ".geojson"):
        write_layer(outcome.units, path)
    else:
        write_table(outcome.units.drop_columns(["geometry"]) if has_shapes else outcome.units, path)


def write_map(outcome: Outcome, path: Path, language: str = "en") -> None:
    """Write the plan as an SVG map that stands by itself. Raises UsageError for units without polygons."""
    if "geometry" not in outcome.units.column_names:
        raise UsageError("A map needs units with polygons: give units.parquet from `plan units`.")
    voice = Voice(language)
    figure = unit_map(
        geometries(outcome.units),
        outcome.plan.selected,
        outcome.problem.locked_in,
        voice,
        title=voice.gettext(N_("Planning units chosen")),
    )
    with replacing(path) as temporary:
        temporary.write_bytes(standalone(figure))


def write_marxan(problem: PlanningProblem, folder: Path) -> None:
    """Write input.dat, pu.dat, spec.dat, puvspr.dat and bound.dat."""
    for name, table in marxan_tables(problem).items():
        columns = [table.column(column).to_pylist() for column in table.column_names]
        lines = [",".join(table.column_names)]
        lines += [",".join(_marxan_cell(value) for value in row) for row in zip(*columns, strict=True)]
        _write_text("\n".join(lines) + "\n", folder / f"{name}.dat")
    keys = [f"BLM {problem.penalty:g}", "PROP 0.5", "RUNMODE 1", "NUMREPS 100", "INPUTDIR ."]
    keys += ["PUNAME pu.dat", "SPECNAME spec.dat", "PUVSPRNAME puvspr.dat", "BOUNDNAME bound.dat"]
    _write_text("\n".join(keys) + "\n", folder / "input.dat")


def _marxan_cell(value: object) -> str:
    return repr(value) if isinstance(value, float) else str(value).replace(",", " ")


def _write_text(text: str, path: Path) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _unit_table(
    problem: PlanningProblem, plan: Plan, objective: Objective, importance: bool, progress: Progress
) -> pa.Table:
    size = max(int(plan.selected.sum()), 1)
    needed = np.asarray(predicted_irreplaceability(problem, size).sum(axis=0)).ravel()
    columns: dict[str, Any] = {
        "unit": problem.unit_id,
        "selected": plan.selected,
        "cost": problem.cost,
        "status": np.where(problem.locked_in, "in", np.where(problem.locked_out, "out", "free")),
        "party": [problem.groups[group] for group in problem.group],
        "rarity": rarity_weighted_richness(problem),
        "irreplaceability": needed,
    }
    if importance:
        chosen = np.flatnonzero(plan.selected)
        costs = np.full(problem.units, np.nan)
        costs[chosen] = replacement_cost(problem, objective, plan, chosen, gap=EXACT_GAP, progress=progress)
        columns["replacement_cost"] = costs
    return pa.table(columns)


def _feature_table(problem: PlanningProblem, plan: Plan, amount_unit: list[str]) -> pa.Table:
    rated = plan.evaluation
    total = np.asarray(problem.amounts.sum(axis=1)).ravel()
    share = np.divide(100 * rated.achieved, total, out=np.zeros(total.size), where=total > 0)
    return pa.table(
        {
            "feature": list(problem.feature),
            "total": total,
            "target": problem.target,
            "achieved": rated.achieved,
            "achieved_percent": share,
            "shortfall_percent": 100 * rated.shortfall,
            "met": rated.shortfall == 0,
            "amount_unit": amount_unit,
        }
    )
