"""`biosetu areas`: what protected and conserved areas cover, and how well they are connected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from biosetu.cli.options import out_option, quiet_option, scheduler_option
from biosetu.cli.output import emit, progress_bar

if TYPE_CHECKING:
    import pyarrow as pa

PATH = click.Path(exists=True, path_type=Path)
NEW = click.Path(path_type=Path, dir_okay=False)


def keep_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--keep PARTY` and `--official`: keep the result for that Party's dossier, told as what it is."""
    official = click.option(
        "--official", is_flag=True, help="The polygons are the WDPA, WD-OECM or the Party's register."
    )
    kept = click.option("--keep", metavar="PARTY", help="Keep the result for the dossier of this Party, such as NPL.")
    return kept(official(command))


def _kept(chosen: dict[str, Any], protected: Path, kind: str, table: pa.Table) -> None:
    if chosen["keep"] is None:
        return
    from biosetu.jobs.areas_party import keep

    path = keep(chosen["keep"], kind, table, inputs=protected.name, official=chosen["official"])
    click.echo(f"{path}: {table.num_rows} rows", err=True)


@click.group()
def areas() -> None:
    """Protected and conserved areas: coverage, connectivity, representation."""


@areas.command()
@click.argument("protected", type=PATH)
@click.option("--within", required=True, type=PATH, help="Layer of countries or other areas (land with inland water).")
@click.option("--only", multiple=True, metavar="CODE", help="Take only these areas of the layer; may be repeated.")
@click.option("--area-column", help="Column that names the areas; found by itself where it is ISO3 or alike.")
@click.option("--by", type=PATH, help="Layer whose classes split each area: provinces, ecosystems, key areas.")
@click.option("--by-column", help="Column of that layer.")
@click.option("--sea", type=PATH, help="Your own layer of exclusive economic zones.")
@click.option(
    "--column", "columns", multiple=True, metavar="FIELD=NAME", help="Where a field stands, as year=datelast."
)
@click.option("--adopted", is_flag=True, help="Count sites of status Adopted too.")
@click.option("--biosphere", is_flag=True, help="Count UNESCO-MAB biosphere reserves too.")
@click.option("--no-points", is_flag=True, help="Leave points out instead of giving them their reported area.")
@click.option("--from", "first", type=int, help="First year of the series.")
@click.option("--to", "last", type=int, help="Last year of the series.")
@click.option("--log", type=NEW, help="Write the cleaning log here; without it, it goes to the terminal.")
@click.option("--iucn", type=NEW, help="Write the split by IUCN management category here.")
@click.option("--governance", type=NEW, help="Write the split by governance type here.")
@click.option("--raster-m", type=float, help="Count cells of this size [m], with the bound of the error.")
@click.option(
    "--mean-of-sites", is_flag=True, help="Each shape of --within is a key site: give the mean share covered."
)
@keep_option
@out_option
@quiet_option
@scheduler_option
def coverage(
    protected: Path, out: Path | None, log: Path | None, quiet: bool, scheduler: str | None, **chosen: Any
) -> None:
    """What PROTECTED covers of each area, by year of establishment, nothing counted twice."""
    from biosetu.jobs.areas import measure_coverage, measure_key_sites, request_from

    request = request_from(protected, chosen)
    with progress_bar(quiet) as progress:
        if chosen["mean_of_sites"]:
            emit(measure_key_sites(request, scheduler=scheduler, progress=progress), out)
            return
        result = measure_coverage(request, scheduler=scheduler, progress=progress)
    if log is not None:
        emit(result.log, log)
    elif not quiet:
        for step in result.log.to_pylist():
            click.echo(f"{step['step']}: {step['touched']} of {step['sites_before']}", err=True)
    emit(result.table, out)
    _kept(chosen, protected, "coverage", result.table)
    _kept(chosen, protected, "log", result.log)
    for table, path in ((result.categories, chosen["iucn"]), (result.governance, chosen["governance"])):
        if table is not None:
            emit(table, path)
    if not quiet:
        for note in result.notes:
            click.echo(note, err=True)


@areas.command()
@click.argument("protected", type=PATH)
@click.option("--within", required=True, type=PATH, help="Layer of countries or other areas.")
@click.option(
    "--distance", "medians", multiple=True, required=True, type=float, help="Median dispersal [km]; repeatable."
)
@click.option("--only", multiple=True, metavar="CODE", help="Take only these areas of the layer.")
@click.option("--area-column", help="Column that names the areas.")
@click.option("--beyond", default=50.0, show_default=True, help="How far outside areas serve as stepping stones [km].")
@click.option(
    "--simplify", default=0.0, show_default=True, help="Tolerance of outlines when distances are measured [m]."
)
@keep_option
@out_option
@quiet_option
def connectivity(protected: Path, medians: tuple[float, ...], out: Path | None, quiet: bool, **chosen: Any) -> None:
    """ProtConn: the part of each area that is protected and connected, and what the connection rests on."""
    from biosetu.jobs.areas import Request
    from biosetu.jobs.connectivity import measure_connectivity

    request = Request(protected, chosen["within"], chosen["only"], chosen["area_column"])
    with progress_bar(quiet) as progress:
        table = measure_connectivity(
            request, medians, beyond_km=chosen["beyond"], simplify_m=chosen["simplify"], progress=progress
        )
    emit(table, out)
    _kept(chosen, protected, "connectivity", table)


@areas.command()
@click.argument("protected", type=PATH)
@click.option("--within", required=True, type=PATH, help="Layer of countries or other areas.")
@click.option("--by", required=True, type=PATH, help="Layer of ecosystems, ranges or other features.")
@click.option("--by-column", help="Column that names the features.")
@click.option("--target", default=30.0, show_default=True, help="What is wanted of each feature [%].")
@click.option("--only", multiple=True, metavar="CODE", help="Take only these areas of the layer.")
@click.option("--area-column", help="Column that names the areas.")
@keep_option
@out_option
@quiet_option
def representation(protected: Path, target: float, out: Path | None, quiet: bool, **chosen: Any) -> None:
    """How much of each ecosystem or other feature is protected, against a target."""
    from biosetu.areas import mean_target_achievement
    from biosetu.jobs.areas import Request
    from biosetu.jobs.connectivity import measure_representation

    asked = {name: chosen[name] for name in ("within", "by", "by_column", "only", "area_column")}
    request = Request(protected, **asked)
    with progress_bar(quiet) as progress:
        table = measure_representation(request, target, progress=progress)
    emit(table, out)
    _kept(chosen, protected, "representation", table)
    click.echo(f"Mean target achievement: {mean_target_achievement(table):.1f} %", err=True)
