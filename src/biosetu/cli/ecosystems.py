"""`biosetu ecosystems`: measure, assess, index."""

from __future__ import annotations

from pathlib import Path

import click

from biosetu.cli.lazy import LazyGroup
from biosetu.cli.options import out_option, quiet_option
from biosetu.cli.output import emit, progress_bar


@click.group(cls=LazyGroup)
def ecosystems() -> None:
    """Ecosystems: extent and change, the Red List of Ecosystems, its index."""


def _years(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in value.split(",")) if value else ()
    except ValueError as error:
        raise click.BadParameter("give years such as 2000,2020") from error


@ecosystems.command()
@click.argument("maps", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dates", callback=_years, help="Year of each map, e.g. 2000,2020; else the year in each file name.")
@click.option("--classes", type=click.Path(path_type=Path), help="Class table with the columns code and name.")
@click.option("--field", help="Polygons: the field that holds the class.")
@click.option("--band", type=int, help="Which band holds the classes.")
@click.option(
    "--nodata", type=int, multiple=True, help="A code that means no data, besides the file's own; repeatable."
)
@click.option("--align", is_flag=True, help="Bring later maps to the first map's grid by the nearest pixel.")
@click.option(
    "--fractional", type=float, metavar="FULL", help="The maps hold the cover of one class; FULL is all of it."
)
@click.option("--by", type=click.Path(path_type=Path), help="Measure by polygon, such as provinces.")
@click.option("--by-field", help="The field that names the polygons of --by.")
@click.option("--samples", type=click.Path(path_type=Path), help="Sample counts: date, mapped, true, count.")
@click.option("--grid", default="wcea", show_default=True, help="Occupancy grid: wcea (published), map, or a CRS.")
@click.option("--four", is_flag=True, help="Patches join over sides only, not over corners.")
@click.option("--resume/--no-resume", default=None, help="Keep finished bands to go on later; on for large maps.")
@click.option("--workers", type=click.IntRange(1), help="Threads; else one per processor.")
@click.option("--transitions", type=click.Path(path_type=Path), help="Write what became what to FILE.")
@out_option
@quiet_option
def measure(maps: tuple[Path, ...], out: Path | None, transitions: Path | None, quiet: bool, **chosen: object) -> None:
    """Area, extent (EOO), cells (AOO, three 1 % readings), patches and change per class.

    MAPS are one or more dates of one classified map: GeoTIFF, or polygons (GeoPackage, GeoParquet, shapefile).
    """
    from biosetu.jobs.ecosystems_inputs import options_from
    from biosetu.jobs.ecosystems_measure import measure_maps

    with progress_bar(quiet) as progress:
        found = measure_maps(maps, options_from(chosen), progress)
    if not quiet:
        for warning in found.warnings:
            click.echo(str(warning), err=True)
    if transitions is not None and found.transitions is not None:
        emit(found.transitions, transitions)
    emit(found.measures, out)
