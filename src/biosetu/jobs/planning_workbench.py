"""What the planning workbench does with a problem folder: make it, fill it, ask it, keep the answer as files."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from biosetu.engine.tables import replacing, write_table
from biosetu.engine.vectors import geometries, with_geometry, write_layer
from biosetu.figures import Topology
from biosetu.figures.topology import ring_points
from biosetu.framework import Party, find_party
from biosetu.jobs.dossier import boundaries
from biosetu.jobs.planning import (
    Outcome,
    outcome_of,
    units_over,
    write_map,
    write_marxan,
    write_units,
    write_units_table,
)
from biosetu.jobs.planning_folder import Opened, areas_of, open_problem
from biosetu.jobs.planning_layers import LEAST_PROTECTED, OWN_SHARE, add_features, lock_protected
from biosetu.jobs.planning_pieces import write_pieces
from biosetu.planning import (
    Barrier,
    Choice,
    Moment,
    NationalTarget,
    Objective,
    Plan,
    PlanningProblem,
    Standing,
    Unreachable,
    barriers,
    chosen,
    compare_alone,
    national_targets,
    solve,
    standing,
    with_national_targets,
)
from biosetu.planning.numbering import as_text
from biosetu.planning.solve import unwatched
from biosetu.problems import DataError, Problem
from biosetu.progress import Progress, silent
from biosetu.sources.setuland import areas as setuland
from biosetu.translation import LANGUAGES, N_

MOST_MADE = 20_000
KM2_OF_A_DEGREE = 12_400  # a square degree at the equator, at most: to refuse early, not to measure
OUTLINE_LEFT = 1e-9
# download -> (file, media type); plan.svg exists per language
FILES = {
    "parquet": ("plan.parquet", "application/vnd.apache.parquet"),
    "csv": ("plan.csv", "text/csv; charset=utf-8"),
    "features": ("features.csv", "text/csv; charset=utf-8"),
    "tif": ("plan.tif", "image/tiff"),
    "svg": ("plan.{language}.svg", "image/svg+xml"),
    "marxan": ("marxan.zip", "application/zip"),
}


@dataclass(frozen=True, slots=True)
class Described:
    """What a problem folder holds, as a page needs it without opening the folder.

    numbers, locked_in, locked_out: all unit numbers and the folder's own locks, as text; features: (name, total,
    target) of each; feature_units: the unit of each one's amounts; party_held: by feature, what the units of each of
    `parties` hold; national: (position of the feature, Party, target) as the folder has them; weights: of the
    features.
    """

    units: int
    numbers: str
    features: tuple[tuple[str, float, float], ...]
    locked_in: str
    locked_out: str
    area_km2: float | None
    cost: float
    borders: bool
    shapes: bool
    parties: tuple[str, ...]
    feature_units: tuple[str, ...] = ()
    party_held: tuple[tuple[float, ...], ...] = ()
    national: tuple[tuple[int, str, float], ...] = ()
    weights: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking: the plan as told and its features, or the demands that cannot be met.

    parties: of several Parties, a row each with what it pays and holds alone and together, then one for all; alone:
    why that could not be set side by side.
    """

    standing: Standing | None
    features: tuple[dict[str, object], ...]
    barriers: tuple[Barrier, ...]
    parties: tuple[dict[str, object], ...] = ()
    alone: tuple[str, ...] = ()


def describe(opened: Opened) -> Described:
    """Return what a problem holds."""
    problem = opened.loaded.problem
    area = areas_of(opened)
    total = np.asarray(problem.amounts.sum(axis=1)).ravel()
    return Described(
        units=problem.units,
        numbers=as_text(problem.unit_id.tolist()),
        features=tuple(zip(problem.feature, total.tolist(), problem.target.tolist(), strict=True)),
        locked_in=as_text(problem.unit_id[problem.locked_in].tolist()),
        locked_out=as_text(problem.unit_id[problem.locked_out].tolist()),
        area_km2=None if area is None else float(area.sum()),
        cost=float(problem.cost.sum()),
        borders=bool(problem.boundary.length.size),
        shapes=opened.layer is not None,
        parties=tuple(name for name in problem.groups if name),
        feature_units=opened.loaded.amount_unit,
        party_held=_held_by_party(problem),
        national=tuple((t.feature, problem.groups[t.party], t.target) for t in opened.loaded.national),
        weights=tuple(problem.weight.tolist()),
    )


def _held_by_party(problem: PlanningProblem) -> tuple[tuple[float, ...], ...]:
    """Return, by feature, what the units of each named Party hold; nothing where there is but one."""
    named = [place for place, name in enumerate(problem.groups) if name]
    if len(named) < 2:
        return ()
    held = [problem.amounts @ (problem.group == place).astype(np.float64) for place in named]
    return tuple(map(tuple, np.column_stack(held).tolist()))


def picture(opened: Opened, folder: Path) -> None:
    """Keep the units as pieces of a picture, where they have polygons."""
    if opened.layer is not None:
        write_pieces(geometries(opened.layer), opened.loaded.problem.unit_id, folder)


def begin_within(codes: Sequence[str], cell_km: float, shape: str, folder: Path) -> None:
    """Make the units of a new problem over the outlines of Parties, with Setuland's own layers where it is alone.

    Of several Parties, units on a border are cut along it, each piece a unit of its Party. Raises DataError where no
    outline is installed or the cells would be too many, UsageError for a size of 0 or less or an unknown Party.
    """
    chosen = [find_party(code) for code in dict.fromkeys(codes)]
    outlines = party_outlines(chosen)
    degrees = sum(shapely.area(outline) for outline in outlines.values())
    if cell_km > 0 and degrees * KM2_OF_A_DEGREE / cell_km**2 > 4 * MOST_MADE:
        raise DataError(_too_many())
    layer, borders = units_over(outlines, cell_km, shape)
    if layer.num_rows > MOST_MADE:
        raise DataError(_too_many())
    write_units(layer, borders, folder)
    if [party.iso3 for party in chosen] == [setuland.PARTY]:
        _add_own(folder)


def _too_many() -> Problem:
    message = N_("these cells make too many planning units")
    return Problem(message, N_("Choose larger cells, or use `biosetu plan units`"), "too-many", column="cell_km")


def party_outlines(chosen: Sequence[Party]) -> dict[str, shapely.Geometry]:
    """Return the outline of each Party in longitude and latitude: that of its map.

    Of several Parties all are taken from one map of the world, the finest that any of them is drawn from, so that they
    meet at their borders. Raises DataError for a Party without an outline.
    """
    drawn = {party.iso3: boundaries(party) for party in chosen if party.iso3 != setuland.PARTY}
    world = max((found.world for found in drawn.values() if found), key=lambda map_: len(map_.arcs), default=None)
    result = {}
    for party in chosen:
        found = drawn.get(party.iso3)
        own = found.own if found and len(chosen) == 1 else None
        if party.iso3 == setuland.PARTY:
            result[party.iso3] = setuland.outline()
        else:
            source = own or world
            result[party.iso3] = _outline(source, party.m49) if source else shapely.Polygon()
    if without := [code for code, outline in result.items() if shapely.area(outline) <= OUTLINE_LEFT]:
        message, remedy = N_("no outline of this Party is installed"), N_("Upload planning units of your own")
        raise DataError(Problem(message, remedy, "outline", value=code) for code in without)
    return result


def _outline(topology: Topology, code: str) -> shapely.Geometry:
    rings = [
        shapely.Polygon(ring_points(polygon[0], topology.arcs), [ring_points(r, topology.arcs) for r in polygon[1:]])
        for feature in topology.features
        if feature.code == code
        for polygon in feature.polygons
    ]
    return shapely.union_all(shapely.make_valid(np.array(rings, dtype=object))) if rings else shapely.Polygon()


def _add_own(folder: Path) -> None:
    """Add Setuland's ecosystem regions as features and lock what its register holds."""
    with tempfile.TemporaryDirectory(prefix="biosetu-own-") as name:
        regions, register = Path(name) / "ecosystems.gpkg", Path(name) / "protected.gpkg"
        named = setuland.regions()
        write_layer(_layer({"ecosystem": list(named)}, list(named.values())), regions)
        sites = setuland.register()
        plain = sites.drop_columns(["geometry"])
        write_layer(_layer(plain.to_pydict(), geometries(sites)), register)
        lock_protected(folder, register, LEAST_PROTECTED)
        add_features(folder, regions, "ecosystem", OWN_SHARE)


def _layer(columns: dict[str, list[str]], shapes: list[shapely.Geometry] | np.ndarray) -> pa.Table:
    return with_geometry(pa.table(columns), shapes)


def answer(
    folder: Path,
    choice: Choice,
    out: Path,
    *,
    gap: float,
    seconds: float,
    progress: Progress = silent,
    watch: Callable[[Moment], None] = unwatched,
) -> Answer:
    """Solve the problem of a folder as asked, keep the plan's files in `out`, and return what is told of it.

    Raises DataError for a choice that cannot be asked. A demand that cannot be met is an answer, not an error.
    """
    opened = open_problem(folder, confined=True)
    problem = chosen(opened.loaded.problem, choice, areas_of(opened))
    national = national_targets(problem, choice)
    joint = with_national_targets(problem, national)
    if found := barriers(joint, choice.objective):
        return Answer(None, (), tuple(found))
    limits = _Limits(gap, seconds, progress, watch)
    try:
        plan, parties, alone = _worked_out(problem, joint, national, choice.objective, limits)
    except Unreachable as error:
        return Answer(None, (), error.barriers)
    outcome = outcome_of(opened, joint, plan, choice.objective, national)
    write_files(outcome, out)
    told = standing(joint, plan, choice.objective)
    return Answer(told, tuple(outcome.features.to_pylist()), (), parties, alone)


@dataclass(frozen=True, slots=True)
class _Limits:
    gap: float
    seconds: float
    progress: Progress
    watch: Callable[[Moment], None]


def _worked_out(
    problem: PlanningProblem,
    joint: PlanningProblem,
    national: list[NationalTarget],
    objective: Objective,
    limits: _Limits,
) -> tuple[Plan, tuple[dict[str, object], ...], tuple[str, ...]]:
    """Return the plan and, of several Parties, what each pays and holds alone and together: half the time for each."""
    several = len(problem.groups) > 1 and objective is not Objective.MAXIMUM_UTILITY
    alone: tuple[str, ...] = ()
    if several:
        half = 0.5 * limits.seconds
        try:
            found = compare_alone(
                problem,
                national,
                objective,
                gap=limits.gap,
                seconds=half,
                alone_seconds=half / len(problem.groups),
                progress=limits.progress,
                watch=limits.watch,
            )
        except DataError as error:
            alone = tuple(str(fault) for fault in error.problems)
        else:
            return found.together, tuple(found.table.to_pylist()), ()
    plan = solve(joint, objective, gap=limits.gap, seconds=limits.seconds, progress=limits.progress, watch=limits.watch)
    return plan, (), alone


def write_files(outcome: Outcome, out: Path) -> None:
    """Write everything that can be downloaded of a plan."""
    shapes = "geometry" in outcome.units.column_names
    write_units_table(outcome, out / "plan.parquet")
    write_units_table(outcome, out / "plan.csv")
    write_table(outcome.features, out / "features.csv")
    if shapes:
        write_units_table(outcome, out / "plan.tif")
        for language in LANGUAGES:
            write_map(outcome, out / f"plan.{language}.svg", language)
    with tempfile.TemporaryDirectory(prefix="biosetu-marxan-") as name:
        write_marxan(outcome.problem, Path(name))
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(Path(name).iterdir()):
                archive.write(path, path.name)
    with replacing(out / "marxan.zip") as temporary:
        temporary.write_bytes(content.getvalue())
