"""`biosetu plan`: planning units, and plans with proof of how good they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from biosetu.cli.options import AMOUNT, BAND, RASTER_CODE, Number, language_option, out_option, quiet_option
from biosetu.cli.output import emit, progress_bar, show

OBJECTIVES = ("minimum-set", "minimum-shortfall", "maximum-utility")
VALUES = ("classes", "per-pixel", "per-ha", "per-km2")
PATH = click.Path(exists=True, path_type=Path)
SHARE = Number(min=0, max=1)


@click.group()
def plan() -> None:
    """Where to act next: planning units and plans."""


@plan.command()
@click.option("--within", required=True, type=click.Path(exists=True, path_type=Path), help="Outline to cover.")
@click.option(
    "--cell-km",
    required=True,
    type=Number(min=0.001, max=10_000),
    help="Side of a square (a hexagon has its area) [km].",
)
@click.option("--shape", type=click.Choice(["square", "hexagon"]), default="square", show_default=True)
@click.option("--party-column", help="Column that names the Party of each polygon: units are cut along borders.")
@click.option("--only", multiple=True, metavar="CODE", help="Take only these areas of the layer; may be repeated.")
@click.option("--area-column", help="Column that names the areas; found by itself where it is ISO3 or alike.")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Problem folder.")
def units(within: Path, cell_km: float, out: Path, **chosen: Any) -> None:
    """Make planning units over an outline: units.parquet and boundaries.csv in a problem folder."""
    from biosetu.jobs.planning import make_planning_units, write_units

    if chosen["area_column"] and not chosen["only"]:
        raise click.UsageError("--area-column is of the areas that --only names: give that too.")
    layer, boundaries = make_planning_units(within, cell_km, **chosen)
    write_units(layer, boundaries, out)
    click.echo(f"{out}: {layer.num_rows} units, {boundaries.num_rows} borders", err=True)


@plan.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("layer", type=click.Path(exists=True, path_type=Path))
@click.option("--by-column", help="Column that names the feature of each polygon.")
@click.option("--values", type=click.Choice(VALUES), help="What the values of a raster are: classes, or amounts.")
@click.option("--name", default="", help="Name of the feature that a raster of amounts becomes; else the file's.")
@click.option("--unit", default="", help="Unit of these amounts, such as t.")
@click.option("--band", type=BAND, help="Band of the raster.")
@click.option(
    "--nodata", multiple=True, type=RASTER_CODE, help="Value that means no data, beside the file's own; repeatable."
)
@click.option("--classes", type=PATH, help="Names of a raster's classes: a table with the columns code and name.")
@click.option("--share", default=0.3, show_default=True, type=SHARE, help="Target: part of what all units hold.")
@quiet_option
def features(
    folder: Path, layer: Path, by_column: str | None, values: str | None, share: float, quiet: bool, **chosen: Any
) -> None:
    """Add what each unit of the problem FOLDER holds of the classes of LAYER: polygons or a raster.

    Classes are held by area [km²]; a raster of amounts (carbon, a range) by its sum over each unit.
    """
    from biosetu.jobs.planning_layers import add_features
    from biosetu.jobs.planning_rasters import RasterOptions, Values

    options = RasterOptions(None if values is None else Values(values), **chosen)
    with progress_bar(quiet) as progress:
        added = add_features(folder, layer, by_column, share, options, progress)
    unit = f" [{added.unit}]" if added.unit else ""
    click.echo(f"{folder}: {len(added.features)} features, {added.amounts.num_rows} amounts{unit}", err=True)
    if added.unknown_km2:
        click.echo(f"{layer.name} says nothing of {added.unknown_km2:,.6g} km² of the units (no data)", err=True)


@plan.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("protected", type=click.Path(exists=True, path_type=Path))
@click.option("--least", default=0.5, show_default=True, type=SHARE, help="Part of a unit that must be protected.")
@language_option
def lock(folder: Path, protected: Path, least: float, language: str) -> None:
    """Lock in the units of the problem FOLDER that PROTECTED covers; their cost becomes 0."""
    from biosetu.areas.cleaning import STEPS
    from biosetu.jobs.planning_layers import lock_protected
    from biosetu.translation import N_, translations

    say = translations(language).gettext
    done = lock_protected(folder, protected, least)
    click.echo(say(N_("{folder}: {count} units locked in")).format(folder=folder, count=done.units), err=True)
    if done.in_proportion:
        names = ", ".join(done.in_proportion[:10]) + (" …" if len(done.in_proportion) > 10 else "")
        text = N_("what of {features} is protected is taken in proportion: add these layers again to measure it")
        click.echo(say(text).format(features=names), err=True)
    for step in done.log:
        if step.after < step.before:
            count = say(N_("{part} of {whole}")).format(part=step.touched, whole=step.before)
            click.echo(f"{count}: {say(STEPS[step.step])}", err=True)


@plan.command()
@click.argument("problem", type=click.Path(exists=True, path_type=Path))
@click.option("--objective", type=click.Choice(OBJECTIVES), help="Default: the problem's own, else minimum-set.")
@click.option("--budget", type=AMOUNT, help="What may be spent, over all Parties together.")
@click.option("--common-budget", type=AMOUNT, help="The same, beside a budget of each Party's own.")
@click.option("--penalty", type=AMOUNT, help="Price of a unit of boundary length (Marxan's BLM).")
@click.option("--edge-factor", type=AMOUNT, help="Part of an outer border that is paid; 1 unless given.")
@click.option("--gap", type=AMOUNT, help="Stop when no plan can be better by more than this part; 0.005 unless given.")
@click.option("--seconds", "--time-limit", "seconds", type=AMOUNT, help="Time limit; 60 unless given.")
@click.option("--importance", is_flag=True, help="Add the replacement cost of each chosen unit.")
@click.option("--features", type=click.Path(path_type=Path, dir_okay=False), help="Write the features' table here.")
@click.option("--marxan", type=click.Path(path_type=Path, file_okay=False), help="Write the problem as Marxan files.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Units: .parquet, .gpkg, .geojson, .tif, .svg, .csv.",
)
@language_option
@quiet_option
def solve(
    problem: Path,
    features: Path | None,
    marxan: Path | None,
    importance: bool,
    out: Path | None,
    language: str,
    quiet: bool,
    **settings: float | str | None,
) -> None:
    """Solve PROBLEM, a folder of tables (ours or Marxan's) or a TOML file that names them."""
    from biosetu.engine.tables import write_table
    from biosetu.jobs.planning import check_outputs, solve_problem, write_map, write_marxan, write_units_table
    from biosetu.jobs.planning_folder import open_problem

    opened = open_problem(problem, settings)
    check_outputs(opened, out, features, importance=importance)
    with progress_bar(quiet) as progress:
        outcome = solve_problem(opened, importance=importance, language=language, progress=progress)
    for line in outcome.words:
        click.echo(line)
    if out is not None and out.suffix.lower() == ".svg":
        write_map(outcome, out, language)
    elif out is not None:
        write_units_table(outcome, out)
    if features is not None:
        write_table(outcome.features, features)
    if marxan is not None:
        write_marxan(outcome.problem, marxan)
    if out is None and features is None:
        show(outcome.features)


@plan.command()
@click.argument("problem", type=click.Path(exists=True, path_type=Path))
@click.option("--penalty", type=AMOUNT, help="Price of a unit of boundary length.")
@click.option("--gap", type=AMOUNT, help="Gap for each solution.")
@click.option("--seconds", "--time-limit", "seconds", type=AMOUNT, help="Time limit for each solution.")
@click.option("--objective", type=click.Choice(OBJECTIVES[:2]), help="Default: the problem's own, else minimum-set.")
@click.option("--budget", type=AMOUNT, help="What may be spent, over all Parties together.")
@click.option("--common-budget", type=AMOUNT, help="What all may spend together, beside a budget of each Party's own.")
@out_option
@quiet_option
def compare(problem: Path, out: Path | None, quiet: bool, **settings: float | str | None) -> None:
    """Set one plan over all Parties of PROBLEM beside each Party planning alone."""
    from biosetu.jobs.planning import compare_problem
    from biosetu.jobs.planning_folder import open_problem

    opened = open_problem(problem, settings)
    with progress_bar(quiet) as progress:
        comparison = compare_problem(opened, progress=progress)
    emit(comparison.table, out)


@plan.command(name="next")
@click.argument("problem", type=click.Path(exists=True, path_type=Path))
@click.option("--km2", default=1000.0, type=Number(0, 5.2e8), show_default=True, help="Area to add [km²].")
@click.option("--seconds", default=30.0, type=Number(0, 1e7), show_default=True, help="Time limit.")
@click.option("--keep", metavar="PARTY", help="Keep the result for the page and dossier of this Party, such as NPL.")
@click.option("--no-map", is_flag=True, help="Keep figures alone: for layers that may not be passed on.")
@out_option
def next_(problem: Path, km2: float, seconds: float, keep: str | None, no_map: bool, out: Path | None) -> None:
    """What the next area would buy: the units that do most for the targets of PROBLEM that are still missed."""
    from biosetu.jobs.planning_party import keep as kept
    from biosetu.jobs.planning_party import next_of

    if no_map and keep is None:
        raise click.UsageError("--no-map is about what is kept: give --keep PARTY too.")
    tables = next_of(problem, km2=km2, seconds=seconds)
    if keep is not None:
        kept(keep, tables, with_map=not no_map)
        click.echo(f"kept for {keep}", err=True)
    emit(tables["next"], out)
