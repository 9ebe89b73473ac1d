"""`biosetu ecosystems`: measure, assess, index."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from biosetu.cli.lazy import LazyGroup
from biosetu.cli.options import (
    BAND,
    DATE,
    MOST_DRAWS,
    RASTER_CODE,
    TABLE,
    WORKERS,
    Number,
    language_option,
    out_option,
    quiet_option,
    scheduler_option,
)
from biosetu.cli.output import emit, progress_bar, tell

if TYPE_CHECKING:
    import pyarrow as pa

    from biosetu.jobs.species_index import Origin


ORIGIN = ("party", "vintage", "holder", "licence")
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
guidelines_option = click.option(
    "--guidelines", "version", default="2.0", show_default=True, help="Version of the guidelines: 1.1 or 2.0."
)


@click.group(cls=LazyGroup)
def ecosystems() -> None:
    """Ecosystems: extent and change, the Red List of Ecosystems, its index."""


def keep_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--keep PARTY`: keep the result for that Party's dossier."""
    return click.option("--keep", metavar="PARTY", help="Keep the result for the dossier of this Party, such as NPL.")(
        command
    )


def observations_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--observations FILE` and what every Observation says of its origin."""
    for option in (
        click.option("--licence", default="", help="Licence of the figures."),
        click.option("--holder", default="", help="Whose figures they are."),
        click.option("--vintage", default="", help="Release of the maps or the assessments."),
        click.option("--party", default="", help="ISO 3166-1 alpha-3 code of the Party."),
        click.option(
            "--observations",
            type=TABLE,
            metavar="FILE",
            help="Also write Observations; needs --party, --vintage, --holder, --licence.",
        ),
    ):
        command = option(command)
    return command


def collapse_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add what collapse means in the runs of a model."""
    for option in (
        click.option("--start", type=DATE, help="Runs: the year from which 50 and 100 years count; else the first."),
        click.option(
            "--above", is_flag=True, help="Runs with values: collapsed at the threshold and above, not below."
        ),
        click.option("--threshold", type=Number(), help="Runs with values: where the ecosystem has collapsed."),
    ):
        command = option(command)
    return command


def _refuse_alone(chosen: dict[str, Any]) -> None:
    """Refuse options of `assess` that mean nothing without another."""
    for needed, names in (("runs", ("threshold", "above", "start")), ("report", ("maps", "dates", "field"))):
        given = [f"--{name.replace('maps', 'map')}" for name in names if _given(chosen[name])]
        if given and chosen[needed] is None:
            raise click.UsageError(f"{', '.join(given)}: give --{needed} too.")


def _given(value: object) -> bool:
    return value is not None and value is not False and value != ()


def _origin(said: dict[str, Any]) -> Origin:
    """Return what is said of the origin of Observations; refuse too little for them, and any of it without them."""
    from biosetu.jobs.species_index import Origin

    given = [f"--{name}" for name in ORIGIN if said[name]]
    if said["observations"] is None and given:
        raise click.UsageError(f"{', '.join(given)}: used with --observations only")
    if said["observations"] is not None and len(given) < len(ORIGIN):
        raise click.UsageError("--observations needs --party, --vintage, --holder and --licence")
    return Origin(*(said[name] for name in ORIGIN))


def _observed(name: str, table: pa.Table, inputs: list[Path], origin: Origin, out: Path | None) -> None:
    if out is None:
        return
    from biosetu.jobs.ecosystems_observations import room_observations

    emit(room_observations(name, table, inputs, origin), out)


def _kept(party: str | None, kind: str, table: pa.Table | None) -> None:
    if party is None or table is None:
        return
    from biosetu.jobs.ecosystems_party import keep

    click.echo(f"{keep(party, kind, table)}: {table.num_rows} rows", err=True)


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
@click.option("--band", type=BAND, help="Which band holds the classes.")
@click.option(
    "--nodata", type=RASTER_CODE, multiple=True, help="A code that means no data, besides the file's own; repeatable."
)
@click.option("--align", is_flag=True, help="Bring later maps to the first map's grid by the nearest pixel.")
@click.option(
    "--fractional",
    type=Number(0, 2**32, min_open=True),
    metavar="FULL",
    help="The maps hold the cover of one class; FULL is all of it.",
)
@click.option("--by", type=click.Path(path_type=Path), help="Measure by polygon, such as provinces.")
@click.option("--by-field", help="The field that names the polygons of --by.")
@click.option("--samples", type=click.Path(path_type=Path), help="Sample counts: date, mapped, true, count.")
@click.option("--grid", default="wcea", show_default=True, help="Occupancy grid: wcea (published), map, or a CRS.")
@click.option("--four", is_flag=True, help="Patches join over sides only, not over corners.")
@click.option("--resume/--no-resume", default=None, help="Keep finished bands to go on later; on for large maps.")
@click.option("--workers", type=WORKERS, help="Threads; else one per processor.")
@click.option("--transitions", type=TABLE, help="Write what became what to FILE.")
@keep_option
@scheduler_option
@out_option
@quiet_option
@language_option
def measure(
    maps: tuple[Path, ...], out: Path | None, transitions: Path | None, keep: str | None, quiet: bool, **chosen: object
) -> None:
    """Area, extent (EOO), cells (AOO, three 1 % readings), patches and change per class.

    MAPS are one or more dates of one classified map: GeoTIFF, or polygons (GeoPackage, GeoParquet, shapefile).
    """
    from biosetu.jobs.ecosystems_inputs import options_from
    from biosetu.jobs.ecosystems_measure import measure_maps

    if transitions is not None and (len(maps) < 2 or chosen["fractional"] is not None):
        raise click.UsageError("--transitions are between the classes of two or more dates.")
    with progress_bar(quiet) as progress:
        found = measure_maps(maps, options_from(chosen), progress)
    tell(found.warnings, quiet)
    if transitions is not None and found.transitions is not None:
        emit(found.transitions, transitions)
    _kept(keep, "transitions", found.transitions)
    _kept(keep, "measures", found.measures)
    if keep is not None:
        from biosetu.jobs.ecosystems_pictures import map_pictures

        _kept(keep, "pictures", map_pictures(maps, options_from(chosen)))
    emit(found.measures, out)


@ecosystems.command()
@click.argument("measures", type=FILE)
@guidelines_option
@click.option("--cells", "reading", type=click.Choice(["all", "small", "cumulative"]), help="Reading of the 1 % rule.")
@click.option("--past", is_flag=True, help="Measures: extrapolate the decline to the past 50 years too (A1).")
@click.option("--template", type=TABLE, help="Only write the template, filled from measures, to FILE.")
@click.option("--report", type=click.Path(path_type=Path), help="Also write a document: .html, .docx, .pdf or .json.")
@click.option(
    "--map",
    "maps",
    multiple=True,
    type=FILE,
    help="A map whose classes are the ecosystems, shown in the document; repeat for each date.",
)
@click.option("--dates", callback=_years, help="Year of each map, e.g. 2000,2020; else the year in each file name.")
@click.option("--field", help="Maps of polygons: the field that holds the class.")
@click.option(
    "--runs",
    type=FILE,
    help="Runs of your own models (ecosystem, run, year, collapsed or value): criterion E.",
)
@collapse_options
@click.option(
    "--degradation",
    "degraded",
    multiple=True,
    type=FILE,
    help="Findings of biosetu ecosystems severity: criteria C and D; repeatable.",
)
@language_option
@click.option("--rle", type=TABLE, help="Also write the layout of the Red List of Ecosystems.")
@keep_option
@out_option
def assess(
    measures: Path, version: str, reading: str | None, out: Path | None, keep: str | None, **chosen: Any
) -> None:
    """Category by criterion and overall, from a filled template or from the measures of a map.

    Values may carry bounds, as in 35 (30-40). An empty cell was not evaluated; DD is data deficient.
    """
    from biosetu.ecosystems.collapse import Collapse
    from biosetu.jobs import ecosystems_assess as job

    _refuse_alone(chosen)
    if chosen["template"] is not None:
        emit(job.template_table(measures, past=chosen["past"]), chosen["template"])
        return
    rule = Collapse(chosen["threshold"], chosen["above"], start=chosen["start"])
    runs = job.collapse_runs(chosen["runs"], rule) if chosen["runs"] else None
    found = job.assess_file(measures, version, reading, past=chosen["past"], runs=runs, degraded=chosen["degraded"])
    if chosen["rle"] is not None:
        emit(job.rle_export(found), chosen["rle"])
    if chosen["report"] is not None:
        pictures = job.pictures_for(chosen["maps"], chosen["dates"], chosen["field"])
        click.echo(str(job.write_report(found, chosen["report"], chosen["language"], pictures)), err=True)
    table = job.results(found)
    _kept(keep, "assessments", table)
    emit(table, out)


@ecosystems.command()
@click.argument("history", type=FILE)
@click.option("--by", help="Column to group by; functional_group, biome and realm are the Global Ecosystem Typology's.")
@click.option(
    "--category",
    "categories",
    multiple=True,
    default=("category",),
    show_default=True,
    help="Column with the category; repeat for the index by criterion, as in --category category --category A.",
)
@click.option(
    "--apart",
    multiple=True,
    metavar="COLUMN",
    help="Column that tells types of the same name apart, such as party; area and country do by themselves.",
)
@click.option("--level", default=0.90, show_default=True, type=Number(0, 1), help="Probability of the limits.")
@click.option(
    "--draws", default=0, type=click.IntRange(0, MOST_DRAWS), help="Draw the limits, e.g. 1000 times; else exactly."
)
@click.option("--counts", type=TABLE, help="Write ecosystems by group and category to FILE.")
@observations_options
@keep_option
@out_option
@quiet_option
@language_option
def index(
    history: Path,
    categories: tuple[str, ...],
    counts: Path | None,
    keep: str | None,
    out: Path | None,
    quiet: bool,
    **said: Any,
) -> None:
    """The Red List Index of ecosystems by group and year, from ecosystem, year, category.

    What assess wrote of several dates or areas, one below the other, is a history. A column genuine (yes or no) tells
    which changes truly happened; a change of which nobody said it counts as one that did.
    """
    from biosetu.ecosystems.redlist_index import IndexOptions
    from biosetu.jobs.ecosystems_assess import IndexRequest, index_file

    origin = _origin(said)
    if categories != ("category",) and (keep is not None or said["observations"] is not None):
        raise click.UsageError("--keep and --observations take the overall index: leave --category out.")
    options = IndexOptions(level=said["level"], draws=said["draws"])
    found = index_file(history, IndexRequest(said["by"], categories, said["apart"], options))
    tell(found.warnings, quiet)
    if counts is not None:
        emit(found.counts, counts)
    _observed("ecosystems.red_list_index", found.table, [history], origin, said["observations"])
    _kept(keep, "index", found.table)
    emit(found.table, out)


@ecosystems.command()
@click.argument("measures", type=FILE)
@click.option("--classes", type=click.Path(path_type=Path), help="Class table with code, name, functional_group.")
@click.option("--decimals", default=2, show_default=True, type=click.IntRange(0, 6), help="Of the shares.")
@observations_options
@out_option
@language_option
def extent(measures: Path, classes: Path | None, decimals: int, out: Path | None, **said: Any) -> None:
    """Area and share by functional group of the Global Ecosystem Typology (indicator A.2); shares add up to 100."""
    from biosetu.jobs.ecosystems_assess import extent_file

    origin = _origin(said)
    table = extent_file(measures, classes, decimals)
    inputs = [measures, *([classes] if classes else [])]
    _observed("ecosystems.extent", table, inputs, origin, said["observations"])
    emit(table, out)


def _percents(context: click.Context, parameter: click.Parameter, value: str) -> tuple[int, ...]:
    found = _years(context, parameter, value)
    if any(not each.is_integer() or not 0 <= each <= 100 for each in found):
        raise click.BadParameter("give whole percents such as 30,50,80")
    return tuple(int(each) for each in found)


@ecosystems.command()
@click.argument("series", nargs=-1, required=True, type=FILE)
@click.option("--criterion", default="C1", show_default=True, help="C1, C2a, C2b, C3, or D1 to D3.")
@click.option("--collapse", default="", help="Value of collapse, 10 or '10 (8-12)'; or a table: ecosystem, collapse.")
@click.option("--collapse-at", type=click.Choice(["low", "high"]), help="On which side of the values collapse lies.")
@click.option(
    "--dates", callback=_years, help="Rasters: year of each, e.g. 2000,2020; else the year in each file name."
)
@click.option(
    "--map",
    type=FILE,
    help="Rasters: the map of classes that says which ecosystem a pixel is.",
)
@click.option("--classes", type=click.Path(path_type=Path), help="Class table with the columns code and name.")
@click.option("--present", type=DATE, help="The present year; else the last of the series.")
@click.option("--start", type=DATE, help="First year of C2b, C3, D2b, D3; else the series' first, or 1750.")
@click.option("--extrapolate", is_flag=True, help="Go beyond the dates by each unit's own linear trend.")
@click.option("--band", type=BAND, help="Rasters: which band to read.")
@click.option("--nodata", type=RASTER_CODE, multiple=True, help="A code of the map that means no data; repeatable.")
@click.option("--align", is_flag=True, help="Bring later rasters to the grid of the first by the nearest pixel.")
@guidelines_option
@click.option("--at", default="30,50,70,80,90", show_default=True, callback=_percents, help="Severities shown [%].")
@click.option("--findings", type=TABLE, help="Write category and template cells to FILE.")
@click.option("--workers", type=WORKERS, help="Threads; else one per processor.")
@out_option
@quiet_option
@language_option
def severity(
    series: tuple[Path, ...], at: tuple[int, ...], findings: Path | None, out: Path | None, quiet: bool, **chosen: Any
) -> None:
    """Severity and extent of degradation (C, D) from a variable at several times.

    SERIES is a table of units (ecosystem, unit, area_km2, year, value; or ecosystem, area_km2, baseline, present), or a
    raster of the variable for each date. `assess --degradation` takes the findings.
    """
    from biosetu.jobs.ecosystems_severity import options_from, severity_of

    with progress_bar(quiet) as progress:
        found = severity_of(series, options_from(chosen), progress)
    if findings is not None:
        emit(found.findings(), findings)
    elif not quiet:
        for row in found.findings().to_pylist():
            reach = f"{row['category']} ({row['category_low']}–{row['category_high']})"
            click.echo(f"{row['ecosystem']}: {row['criterion']} {reach}: {row['reason']}", err=True)
    emit(found.curves(at), out)


@ecosystems.command()
@click.argument("runs", type=FILE)
@collapse_options
@click.option("--level", default=0.95, show_default=True, type=Number(0, 1, min_open=True, max_open=True))
@out_option
@language_option
def collapse(
    runs: Path,
    threshold: float | None,
    above: bool,
    start: float | None,
    level: float,
    out: Path | None,
    **_: Any,
) -> None:
    """Probability of collapse (criterion E) from runs of your own models: ecosystem, run, year, collapsed or value.

    A horizon that some run neither reaches nor collapses before is left empty.
    """
    from biosetu.ecosystems.collapse import Collapse
    from biosetu.jobs.ecosystems_assess import collapse_file

    emit(collapse_file(runs, Collapse(threshold, above, level, start)), out)


@ecosystems.command()
@click.argument("classes", type=FILE)
@out_option
@language_option
def suggest(classes: Path, out: Path | None, **_: Any) -> None:
    """Suggest functional groups for the classes of a map, by name; a person confirms them in the class table."""
    from biosetu.jobs.ecosystems_assess import suggestions_file

    emit(suggestions_file(classes), out)
