"""`biosetu areas`: what protected and conserved areas cover, how good, how well connected; how far figures differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from biosetu.cli.options import (
    BAND,
    METRES,
    TABLE,
    YEAR,
    Number,
    language_option,
    out_option,
    quiet_option,
    scheduler_option,
)
from biosetu.cli.output import emit, progress_bar

if TYPE_CHECKING:
    import pyarrow as pa

    from biosetu.jobs.areas_observations import Origin

PATH = click.Path(exists=True, path_type=Path)
Command = Callable[..., None]

LAYERS = (
    click.option(
        "--within", required=True, type=PATH, help="Layer of countries or other areas (land with inland water)."
    ),
    click.option("--only", multiple=True, metavar="CODE", help="Take only these areas of the layer; may be repeated."),
    click.option("--area-column", help="Column that names the areas; found by itself where it is ISO3 or alike."),
    click.option(
        "--column", "columns", multiple=True, metavar="FIELD=NAME", help="Where a field stands, as year=datelast."
    ),
    click.option("--adopted", is_flag=True, help="Count sites of status Adopted too."),
    click.option("--biosphere", is_flag=True, help="Count UNESCO-MAB biosphere reserves too."),
    click.option("--no-points", is_flag=True, help="Leave points out instead of giving them their reported area."),
    click.option("--swap-axes", is_flag=True, help="The layer of sites has latitude first."),
    click.option(
        "--none-is-true", is_flag=True, help="No site near the areas, or none that counts, is a result, not a mistake."
    ),
)
REALMS = (
    click.option("--inland-water", type=PATH, help="Your own layer of lakes, rivers and other inland water."),
    click.option("--sea", type=PATH, help="Your own layer of exclusive economic zones."),
)


def layer_options(command: Command) -> Command:
    """Add what every command here reads the same way: areas, columns, cleaning rules."""
    for option in reversed(LAYERS):
        command = option(command)
    return command


def realm_options(command: Command) -> Command:
    """Add the user's own layers of inland water and of the sea."""
    for option in reversed(REALMS):
        command = option(command)
    return command


def keep_option(command: Command) -> Command:
    """Add `--keep PARTY` and `--official`: keep the result for that Party's dossier, told as what it is."""
    official = click.option(
        "--official", is_flag=True, help="The polygons are the WDPA, WD-OECM or the Party's register."
    )
    kept = click.option("--keep", metavar="PARTY", help="Keep the result for the dossier of this Party, such as NPL.")
    return kept(official(command))


def observation_options(what: str) -> Callable[[Command], Command]:
    """Add `--observations`, `--release` and `--holder`: write the result as Observations, and of whose polygons."""
    options = (
        click.option("--observations", type=TABLE, help=f"Write {what}, as computed; needs --official, --release."),
        click.option("--release", default="", help="Release of the polygons, such as 2025-11."),
        click.option("--holder", default="", help="Who holds the polygons."),
    )

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def _kept(chosen: dict[str, Any], protected: Path, kind: str, table: pa.Table | None) -> None:
    if chosen["keep"] is None or table is None:
        return
    from biosetu.jobs.areas_party import keep

    path = keep(chosen["keep"], kind, table, inputs=protected.name, official=chosen["official"])
    click.echo(f"{path}: {table.num_rows} rows", err=True)


@click.group()
def areas() -> None:
    """Protected and conserved areas: coverage, quality, connectivity, representation, reconciliation."""


@areas.command()
@click.argument("protected", type=PATH)
@layer_options
@realm_options
@click.option("--by", type=PATH, help="Layer or raster whose classes split each area: provinces, ecosystems, biomes.")
@click.option("--by-column", help="Column of that layer.")
@click.option("--band", type=BAND, help="Band of that raster.")
@click.option("--classes", type=PATH, help="Names of that raster's classes: a table with the columns code and name.")
@click.option("--from", "first", type=YEAR, help="First year of the series.")
@click.option("--to", "last", type=YEAR, help="Last year of the series.")
@click.option("--log", type=TABLE, help="Write the cleaning log here; without it, it goes to the terminal.")
@click.option("--iucn", type=TABLE, help="Write the split by IUCN management category here.")
@click.option("--governance", type=TABLE, help="Write the split by governance type here.")
@click.option("--raster-m", type=Number(min=1, max=100_000), help="Count cells of this size [m].")
@click.option(
    "--mean-of-sites", is_flag=True, help="--within holds key sites (SitRecID, ISO3): give the mean share covered."
)
@observation_options("indicator 3.1, or the SDG series of key sites")
@keep_option
@click.option(
    "--map/--no-map",
    "with_map",
    default=None,
    help="Keep outlines for the map of the dossier; unless told, not of a file named WDPA, nor with --official.",
)
@out_option
@language_option
@quiet_option
@scheduler_option
def coverage(
    protected: Path, out: Path | None, log: Path | None, quiet: bool, scheduler: str | None, **chosen: Any
) -> None:
    """What PROTECTED covers of each area, by year of establishment, nothing counted twice."""
    from biosetu.jobs.areas import measure_coverage, request_from

    request = request_from(protected, chosen)
    if chosen["mean_of_sites"]:
        _key_sites(request, chosen, out, log, scheduler, quiet=quiet)
        return
    origin = _origin(chosen)
    with progress_bar(quiet) as progress:
        result = measure_coverage(request, scheduler=scheduler, progress=progress)
    if log is not None:
        emit(result.log, log)
    emit(result.table, out)
    kinds = {"coverage": result.table, "log": result.log, "outlines": result.outlines}
    for kind, table in kinds.items():
        _kept(chosen, protected, kind, table)
    for table, path in ((result.categories, chosen["iucn"]), (result.governance, chosen["governance"])):
        if table is not None:
            emit(table, path)
    if origin is not None:
        from biosetu.jobs.areas_observations import coverage_observations

        made = coverage_observations(request, result.table, origin, official=chosen["official"])
        emit(made, chosen["observations"])
    if not quiet:
        steps = [] if log is not None else result.log.to_pylist()
        _say(
            [*(f"{step['step']}: {step['touched']} of {step['sites_before']}" for step in steps), *result.notes],
            chosen["language"],
        )


def _say(lines: Iterable[str], language: str) -> None:
    """Tell notes in a language; what names a file or a number stays as it is."""
    from biosetu.translation import translations

    say = translations(language).gettext
    for line in lines:
        click.echo(say(line), err=True)


def _key_sites(
    request: Any, chosen: dict[str, Any], out: Path | None, log: Path | None, scheduler: str | None, *, quiet: bool
) -> None:
    from biosetu.jobs.areas_key_sites import measure_key_sites

    if chosen["keep"] and chosen["observations"] is None:
        raise click.UsageError("--mean-of-sites keeps no table: it reaches the dossier by --observations")
    origin = _origin(chosen)
    with progress_bar(quiet) as progress:
        found = measure_key_sites(request, scheduler=scheduler, progress=progress)
    emit(found.table, out)
    if log is not None:
        emit(found.log, log)
    if origin is not None:
        from biosetu.jobs.areas_observations import key_site_observations

        emit(key_site_observations(request, found, origin, official=chosen["official"]), chosen["observations"])
    if not quiet:
        _say(found.notes, chosen["language"])


def _origin(chosen: dict[str, Any]) -> Origin | None:
    """Return whose figures the Observations are that were asked for; they are of one Party and of a named release."""
    if chosen["observations"] is None:
        return None
    from biosetu.framework import find_party
    from biosetu.jobs.areas_observations import Origin

    codes = {chosen["keep"]} if chosen["keep"] else set(chosen["only"])
    if len(codes) != 1 or not chosen["release"]:
        raise click.UsageError("--observations is of one Party: name it by --only or --keep, and the --release")
    return Origin(find_party(codes.pop()).iso3, chosen["release"], chosen["holder"] or "the user's own copy")


@areas.command()
@click.argument("protected", type=PATH)
@layer_options
@click.option(
    "--distance",
    "medians",
    multiple=True,
    required=True,
    type=Number(min=0, min_open=True, max=20_000),
    help="Median dispersal [km]; repeatable.",
)
@click.option(
    "--beyond",
    default=50.0,
    show_default=True,
    type=Number(min=0, max=5_000),
    help="How far outside areas serve as stepping stones [km].",
)
@click.option(
    "--simplify",
    default=0.0,
    show_default=True,
    type=METRES,
    help="Tolerance of outlines when distances are measured [m].",
)
@observation_options("indicator A.CT.6, a series for each distance")
@keep_option
@out_option
@language_option
@quiet_option
def connectivity(protected: Path, medians: tuple[float, ...], out: Path | None, quiet: bool, **chosen: Any) -> None:
    """ProtConn: the part of each area that is protected and connected, and what the connection rests on."""
    from biosetu.jobs.areas import request_from
    from biosetu.jobs.connectivity import measure_connectivity

    request = request_from(protected, chosen)
    origin = _origin(chosen)
    with progress_bar(quiet) as progress:
        found = measure_connectivity(
            request, medians, beyond_km=chosen["beyond"], simplify_m=chosen["simplify"], progress=progress
        )
    emit(found.table, out)
    _kept(chosen, protected, "connectivity", found.table)
    if origin is not None:
        from biosetu.jobs.areas_observations import connectivity_observations

        made = connectivity_observations(request, found.table, origin, official=chosen["official"])
        emit(made, chosen["observations"])
    if not quiet:
        _say(found.notes, chosen["language"])


@areas.command()
@click.argument("protected", type=PATH)
@layer_options
@click.option("--by", required=True, type=PATH, help="Layer or raster of ecosystems, ranges or other features.")
@click.option("--by-column", help="Column that names the features.")
@click.option("--band", type=BAND, help="Band of that raster.")
@click.option("--classes", type=PATH, help="Names of that raster's classes: a table with the columns code and name.")
@click.option(
    "--target",
    default=30.0,
    show_default=True,
    type=Number(min=0, max=100),
    help="What is wanted of each feature [%].",
)
@click.option(
    "--targets", type=PATH, help="Targets of single features: a table with the columns class and target_percent."
)
@keep_option
@out_option
@language_option
@quiet_option
def representation(
    protected: Path, target: float, targets: Path | None, out: Path | None, quiet: bool, **chosen: Any
) -> None:
    """How much of each ecosystem or other feature is protected, against a target: share, gap, part of the target."""
    from biosetu.areas import mean_target_achievement
    from biosetu.jobs.areas import request_from
    from biosetu.jobs.connectivity import measure_representation, read_targets
    from biosetu.translation import N_, translations

    request = request_from(protected, chosen)
    wanted = None if targets is None else read_targets(targets)
    with progress_bar(quiet) as progress:
        found = measure_representation(request, target, wanted, progress=progress)
    emit(found.table, out)
    _kept(chosen, protected, "representation", found.table)
    mean = N_("Mean target achievement: {percent} %")
    said = translations(chosen["language"]).gettext(mean).format(percent=f"{mean_target_achievement(found.table):.1f}")
    click.echo(said, err=True)
    if not quiet:
        _say(found.notes, chosen["language"])


@areas.command()
@click.argument("protected", type=PATH)
@click.argument("assessments", type=PATH)
@layer_options
@realm_options
@click.option(
    "--effective-from",
    type=Number(min=0, max=1),
    help="Least score (0-1) of an effective site; none is agreed, so without it scores are not judged.",
)
@click.option(
    "--score-max",
    default=1.0,
    show_default=True,
    type=Number(0, 1e15, min_open=True),
    help="The best score of the scale, such as 100.",
)
@click.option("--since", type=YEAR, help="Count assessments from this year on.")
@keep_option
@out_option
@language_option
@quiet_option
def quality(protected: Path, assessments: Path, out: Path | None, quiet: bool, **chosen: Any) -> None:
    """Which part of PROTECTED is assessed (METT, Green List, SAGE ...) and found effective, by sites and by area."""
    from biosetu.jobs.areas import request_from
    from biosetu.jobs.areas_quality import Judgement, measure_quality

    request = request_from(protected, chosen)
    judgement = Judgement(chosen["effective_from"], chosen["score_max"], chosen["since"])
    with progress_bar(quiet) as progress:
        result = measure_quality(request, assessments, judgement, progress=progress)
    emit(result.table, out)
    _kept(chosen, protected, "quality", result.table)
    click.echo(f"{result.assessments} assessments, {result.unmatched} of sites that are not measured", err=True)
    if not quiet:
        _say(result.notes, chosen["language"])


@areas.command()
@click.argument("protected", type=PATH)
@layer_options
@click.option("--sea", type=PATH, help="Your own layer of exclusive economic zones.")
@click.option(
    "--official-share", type=Number(min=0, max=100), help="The Party's own figure for land [%]; else the one held here."
)
@click.option("--official-year", type=click.IntRange(0, YEAR.max), default=0, help="Year of that figure.")
@click.option("--official-source", default="", help="Where that figure is from.")
@click.option(
    "--database-share", type=Number(min=0, max=100), help="The database's figure for land [%]; else the one held here."
)
@click.option("--database-year", type=click.IntRange(0, YEAR.max), default=0, help="Year of that figure.")
@click.option("--database-source", default="", help="Where that figure is from.")
@click.option("--counts", multiple=True, metavar="CAUSE", help="The other figure reckons this otherwise; repeatable.")
@click.option("--other-release", type=PATH, help="Another release of the sites.")
@click.option("--other-map", type=PATH, help="Another outline of the country.")
@click.option(
    "--other-area", type=Number(0, 5.2e8, min_open=True), help="The country's area in the other figure [km²]."
)
@keep_option
@out_option
@language_option
@quiet_option
def reconcile(protected: Path, out: Path | None, quiet: bool, **chosen: Any) -> None:
    """Official, database and computed share side by side, with the difference by cause, each computed again."""
    from biosetu.areas import Figure
    from biosetu.jobs.areas import request_from
    from biosetu.jobs.areas_reconcile import Comparison, measure_reconciliation

    figures = tuple(
        Figure(origin, chosen[f"{origin}_share"], chosen[f"{origin}_year"], chosen[f"{origin}_source"])
        for origin in ("official", "database")
        if chosen[f"{origin}_share"] is not None
    )
    paths = (chosen["other_release"], chosen["other_map"])
    comparison = Comparison(figures, chosen["counts"], *paths, chosen["other_area"])
    with progress_bar(quiet) as progress:
        result = measure_reconciliation(request_from(protected, chosen), comparison, progress=progress)
    emit(result.table, out)
    _kept(chosen, protected, "reconciliation", result.table)
    if not quiet:
        _say(result.notes, chosen["language"])
