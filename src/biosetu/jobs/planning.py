"""Make planning units, read a planning problem, solve it, and write the plan."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from biosetu.engine.delimited import read_delimited
from biosetu.engine.surfaces import write_flags
from biosetu.engine.tables import WRITERS, replacing, write_table
from biosetu.engine.vectors import crs_of, geometries, is_layer, read_own_crs, with_geometry, write_layer
from biosetu.figures.standalone import standalone
from biosetu.figures.unitmap import unit_map
from biosetu.geo.planes import plane_of
from biosetu.geo.shapes import polygonal, repaired, within_date_line
from biosetu.jobs.areas_layers import layer_of
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
from biosetu.planning.tables import Loaded, Settings, marxan_tables, problem_from_tables
from biosetu.planning.targets import default_share
from biosetu.problems import DataError, Problem, UsageError
from biosetu.progress import Progress, silent
from biosetu.translation import N_, Voice, translations

FILES: dict[str, tuple[str, ...]] = {
    "units": ("units.parquet", "units.gpkg", "units.geojson", "units.csv", "pu.dat", "pu.csv"),
    "features": ("features.parquet", "features.csv", "spec.dat", "spec.csv"),
    "amounts": ("amounts.parquet", "amounts.csv", "puvspr.dat", "puvspr2.dat", "puvspr.csv"),
    "boundaries": ("boundaries.parquet", "boundaries.csv", "bound.dat", "bound.csv"),
    "national": ("national.csv",),
}
EMPTY: dict[str, dict[str, pa.Array]] = {
    "features": {"feature": pa.array([], pa.string())},
    "amounts": {name: pa.array([], pa.string()) for name in ("feature", "unit", "amount")},
}
NUMBERS = ("penalty", "edge_factor", "budget", "common_budget", "gap", "seconds")
EXACT_GAP = 1e-6  # of the whole value: what one unit is worth is a small part of it
MARXAN_KEYS = {"PUNAME": "units", "SPECNAME": "features", "PUVSPRNAME": "amounts", "BOUNDNAME": "boundaries"}


@dataclass(frozen=True, slots=True)
class Opened:
    """A problem as read: the pure problem, what was asked of it, and the units' polygons where there are any.

    area_km2: the area that the units' table tells [km²], None where it tells none; given: the settings that were asked
    for beside those of the folder.
    """

    loaded: Loaded
    settings: Mapping[str, Any]
    layer: pa.Table | None
    area_km2: np.ndarray | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A solved problem ready to be written: units and features as tables, the report in words."""

    problem: PlanningProblem
    plan: Plan
    units: pa.Table
    features: pa.Table
    words: list[str]


def make_planning_units(
    within: Path, cell_km: float, shape: str = "square", party_column: str | None = None
) -> tuple[pa.Table, pa.Table]:
    """Return planning units over the outline in `within` (unit, area_km2, cost = area, geometry) and their borders.

    party_column: names the Party of each polygon of `within`; units on a border are then cut along it (`divided`) and
    have a column `party`. Raises DataError for a layer without polygons, whose numbers cannot be longitude and
    latitude, or where a polygon has no Party.
    """
    layer = layer_of(within, [])
    names = _party_names(layer, party_column, str(within))
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


def _party_names(layer: pa.Table, column: str | None, file: str) -> np.ndarray | None:
    if column is None:
        return None
    if column not in layer.column_names:
        known = ", ".join(name for name in layer.column_names if name != "geometry")
        raise UsageError(f"{file}: there is no column {column!r}. Columns: {known}.")
    names = np.array(["" if v is None else str(v).strip() for v in layer.column(column).to_pylist()], dtype=object)
    if unnamed := np.flatnonzero(names == "")[:20].tolist():
        message, remedy = N_("a polygon has no name"), N_("Name it, or leave it out of the layer")
        raise DataError(Problem(message, remedy, "name", file, row + 2, column) for row in unnamed)
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


def open_problem(
    path: Path, overrides: Mapping[str, Any] | None = None, *, confined: bool = False, begun: bool = False
) -> Opened:
    """Read a problem: a folder (our tables or Marxan's, `problem.toml` or `input.dat` beside them) or a TOML file.

    overrides: settings that win over the file's: objective, penalty, edge_factor, budget, common_budget,
    gap, seconds.
    confined: no file outside the folder is read, whatever the settings name (for folders from outside). begun: features
    may still be missing.
    """
    folder = path if path.is_dir() else path.parent
    if path.is_file() and path.suffix.lower() != ".toml" and path.name != "input.dat":
        raise UsageError(f"{path}: give the folder of a problem, its TOML or Marxan's input.dat.")
    settings, found = _settings_and_files(path, folder, confined)
    given = {key: value for key, value in (overrides or {}).items() if value is not None}
    if faults := setting_faults(given, ""):
        raise UsageError("\n".join(str(fault) for fault in faults))
    settings |= given
    missing = [name for name in ("units", *(() if begun else EMPTY)) if found[name] is None]
    if missing:
        raise DataError(
            Problem("a table is missing", f"Add one of {', '.join(FILES[name])}", "missing", str(folder), value=name)
            for name in missing
        )
    layer = None
    tables = {name: pa.table(columns) for name, columns in EMPTY.items()} if begun else {}
    for name, file in found.items():
        if file is None:
            continue
        if name == "units" and has_polygons(file):
            layer = read_own_crs(file)
            tables[name] = layer.drop_columns(["geometry"])
        else:
            tables[name] = read_delimited(file)
    asked = Settings(
        settings.get("penalty", 0.0),
        settings.get("edge_factor", 1.0),
        settings.get("budget"),
        settings.get("common_budget", np.inf),
    )
    names = {name: file.name for name, file in found.items() if file is not None}
    loaded = problem_from_tables(tables, asked, names, begun=begun)
    return Opened(loaded, settings, layer, _told_areas(tables["units"], names["units"]), given)


def table_files(folder: Path, *, confined: bool = False) -> dict[str, Path | None]:
    """Return the file of each table of FILES that `open_problem` reads in a folder, None where there is none."""
    return _settings_and_files(folder, folder, confined)[1]


def _settings_and_files(path: Path, folder: Path, confined: bool) -> tuple[dict[str, Any], dict[str, Path | None]]:
    settings, files = _settings(path, folder)
    if confined:
        files = {name: file for name, file in files.items() if file.resolve().is_relative_to(folder.resolve())}
    return settings, {name: files.get(name) or _first(folder, names) for name, names in FILES.items()}


def _told_areas(units: pa.Table, file: str) -> np.ndarray | None:
    """Return the column `area_km2` of the units, None without it; raise DataError for what is no area."""
    if "area_km2" not in units.column_names:
        return None
    column = units.column("area_km2")
    numbers = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
    area = np.asarray(column.to_numpy(), dtype=np.float64) if numbers else np.full(len(column), np.nan)
    wrong = np.flatnonzero(~(np.isfinite(area) & (area >= 0)))[:20]
    if wrong.size:
        remedy = "Write a number of 0 or more, or leave the column out: polygons are measured"
        raise DataError(
            Problem("this is no area", remedy, "area", file, int(row) + 2, "area_km2", str(column[int(row)].as_py()))
            for row in wrong
        )
    return area


def areas_of(opened: Opened) -> np.ndarray | None:
    """Return the area of each unit on the ellipsoid [km²]; what the table tells goes before what polygons measure.

    None where units have neither polygons nor a column `area_km2`.
    """
    if opened.area_km2 is not None or opened.layer is None:
        return opened.area_km2
    shapes, plane = plane_of(geometries(opened.layer), crs_of(opened.layer))
    return plane.areas_km2(shapes)


def has_polygons(file: Path) -> bool:
    """Return whether a table of units is a layer."""
    return file.suffix.lower() in (".gpkg", ".geojson") or (file.suffix.lower() != ".csv" and is_layer(file))


def solve_problem(
    opened: Opened, *, importance: bool = False, language: str = "en", progress: Progress = silent
) -> Outcome:
    """Solve and describe. importance: add the replacement cost of each chosen unit (a solution each)."""
    objective = objective_of(opened.settings)
    refuse_unused(opened, objective)
    targeted = objective is not Objective.MAXIMUM_UTILITY
    national = opened.loaded.national if targeted else []
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
        raise UsageError(f"There is no objective {name!r}. Use one of {known}.") from None


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
            f"{objective} meets every target whatever it costs: {options} would change nothing. "
            f"Add --objective {others}, or leave the budget out (a budget of the folder: name --objective {objective})."
        )
    if objective is not Objective.MINIMUM_SET and not problem.limits.size:
        raise UsageError(f"{objective} needs a budget: give --budget or write budget = … in problem.toml.")
    if objective is Objective.MAXIMUM_UTILITY and any(target.target for target in opened.loaded.national):
        raise UsageError(
            f"{objective} holds as much as it can and knows no targets of Parties: those of {FILES['national'][0]} "
            f"would change nothing. Take that table out, or use --objective {Objective.MINIMUM_SHORTFALL}."
        )
    borders = bool(problem.boundary.length.size) or bool(problem.boundary.exposed.any())
    if problem.penalty and not borders:
        remedy = f"Add one of {', '.join(FILES['boundaries'])}, or say --penalty 0."
        raise UsageError(f"The penalty prices borders, and this problem has none. {remedy}")
    if "edge_factor" in opened.given and not problem.penalty:
        raise UsageError("--edge-factor is a part of the price of borders: give --penalty too.")


def check_outputs(opened: Opened, out: Path | None, features: Path | None, *, importance: bool = False) -> None:
    """Refuse, before any work, an output that cannot be written or would not show what is asked; raise UsageError."""
    layers = (".tif", ".tiff", ".svg", ".gpkg", ".geojson")
    if out is not None and out.suffix.lower() not in (*WRITERS, *layers):
        raise UsageError(f"{out}: there is no such format. Use {', '.join((*WRITERS, *layers))}.")
    if out is not None and out.suffix.lower() in layers and opened.layer is None:
        raise UsageError(f"{out}: this needs units with polygons. Give units.parquet from `plan units`.")
    if importance and (out is None or out.suffix.lower() in (".tif", ".tiff", ".svg")):
        raise UsageError("--importance is a column of the units: give --out with a table or layer, such as plan.gpkg.")
    if features is not None and features.suffix.lower() not in WRITERS:
        raise UsageError(f"{features}: there is no such format. Use {', '.join(WRITERS)}.")


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


def _first(folder: Path, names: tuple[str, ...]) -> Path | None:
    places = (folder, folder / "input")
    return next((place / name for place in places for name in names if (place / name).exists()), None)


def _settings(path: Path, folder: Path) -> tuple[dict[str, Any], dict[str, Path]]:
    toml = path if path.suffix.lower() == ".toml" else folder / "problem.toml"
    if toml.exists():
        try:
            read = tomllib.loads(toml.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise DataError(Problem("the settings cannot be read", str(error), "toml", str(toml))) from error
        named = read.pop("files", {})
        if faults := [*setting_faults(read, toml.name), *_file_faults(named, folder, toml.name)]:
            raise DataError(faults)
        return read, {name: folder / file for name, file in named.items()}
    marxan = path if path.name == "input.dat" else folder / "input.dat"
    return _marxan_settings(marxan) if marxan.exists() else ({}, {})


def _marxan_settings(path: Path) -> tuple[dict[str, Any], dict[str, Path]]:
    pairs = [line.split(None, 1) for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    keys = {pair[0].upper(): pair[1].strip() for pair in pairs if len(pair) == 2}
    inputs = path.parent / keys.get("INPUTDIR", ".").replace("\\", "/")
    settings: dict[str, Any] = {}
    for key, name in (("BLM", "penalty"), ("COSTTHRESH", "budget")):
        if key in keys:
            settings[name] = _marxan_number(keys[key], key, path.name)
    if not settings.get("budget"):
        settings.pop("budget", None)
    return settings, {MARXAN_KEYS[key]: inputs / keys[key] for key in MARXAN_KEYS if key in keys}


def _marxan_number(text: str, key: str, file: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < np.inf:
        remedy = "Write a number of 0 or more"
        raise DataError(Problem("not a number of 0 or more", remedy, "setting", file, column=key, value=text))
    return value


def setting_faults(settings: Mapping[str, Any], file: str) -> list[Problem]:
    """Return what is wrong with settings, each with its name and value; what is not known is wrong too."""
    faults = []
    for name, value in settings.items():
        if name == "objective":
            continue
        if name not in NUMBERS:
            remedy = f"Use {', '.join(('objective', *NUMBERS, 'files'))}"
            faults.append(Problem("there is no such setting", remedy, "setting", file, column=name, value=str(value)))
            continue
        each = value.values() if name == "budget" and isinstance(value, dict) else [value]
        for one in each:
            number = isinstance(one, int | float) and not isinstance(one, bool)
            if not number or not 0 <= one < np.inf:
                remedy = "Write a number of 0 or more"
                said = "not a number of 0 or more"
                faults.append(Problem(said, remedy, "setting", file, column=name, value=str(one)))
    return faults


def _file_faults(named: object, folder: Path, file: str) -> list[Problem]:
    if not isinstance(named, dict):
        return [Problem("the files are no table", "Write [files] with units = …", "setting", file, column="files")]
    return [
        Problem("there is no such file", "Name a file that is there", "missing", file, column=name, value=str(place))
        for name, place in named.items()
        if name not in FILES or not isinstance(place, str) or not (folder / place).is_file()
    ]


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
