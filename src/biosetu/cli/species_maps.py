"""`biosetu species map`, `habitat` and `star`: the doors to `jobs.species_maps` and `jobs.species_star`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from biosetu.cli.options import TABLE, YEAR, out_option, quiet_option
from biosetu.cli.output import emit, progress_bar, tell

FILE = click.Path(path_type=Path, exists=True)
TOLD = ("region", "year", "party", "vintage", "holder", "licence")


@click.command("map")
@click.argument("ranges", type=FILE)
@out_option
@quiet_option
def measure_map(ranges: Path, out: Path | None, quiet: bool) -> None:
    """Extent of occurrence and area of occupancy from the polygons in RANGES: upper bounds.

    Polygons count by presence (1, 2) and origin (1, 2, 6) where RANGES has these columns.
    """
    from biosetu.jobs.species_maps import measure_maps

    with progress_bar(quiet) as progress:
        table = measure_maps(ranges, progress)
    emit(table, out)


@click.command("habitat")
@click.argument("ranges", type=FILE)
@click.option("--cover", type=FILE, required=True, help="Land-cover raster.")
@click.option(
    "--elevation", type=FILE, required=True, multiple=True, help="Elevation raster; twice for lowest, highest."
)
@click.option("--species", type=FILE, required=True, help="taxon, habitats (a;b), elevation_lower, elevation_upper.")
@click.option("--crosswalk", type=FILE, required=True, help="habitat, class.")
@click.option("--touched/--centres", default=True, show_default=True, help="Pixels that a range touches, or by centre.")
@click.option("--force", is_flag=True, help="Keep an empty result instead of lifting the filter.")
@click.option("--rasters", type=click.Path(path_type=Path, file_okay=False), help="Also one GeoTIFF a taxon, there.")
@out_option
@quiet_option
def habitat(ranges: Path, out: Path | None, quiet: bool, **asked: Any) -> None:
    """Area of habitat of each taxon: its range in RANGES with suitable land cover at suitable elevation."""
    from biosetu.jobs.species_maps import HabitatRequest, habitat_warnings, measure_habitat

    with progress_bar(quiet) as progress:
        table = measure_habitat(HabitatRequest(ranges, **asked), progress)
    tell(habitat_warnings(table, str(ranges)), quiet)
    emit(table, out)


@click.command("star")
@click.argument("species", type=FILE)
@click.argument("threats", type=FILE)
@click.option("--habitat", type=FILE, required=True, help="Folder of `biosetu species habitat --rasters`.")
@click.option("--restorable", type=FILE, help="Folder of restorable habitat, for the restoration scores.")
@click.option("--like", type=FILE, required=True, help="The land-cover raster: the grid of places.")
@click.option("--regions", type=FILE, help="Raster of whole numbers on the same grid: scores by region.")
@click.option("--by-species", type=TABLE, help="Also write the scores by taxon, threat and region.")
@click.option(
    "--rasters",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also write the scores of each pixel there: a GeoTIFF for the sum, and one for each threat.",
)
@click.option("--observations", type=TABLE, help="Also write Observations of 4.CY.1; needs the options below.")
@click.option("--region", metavar="NUMBER", help="Number of the Party in --regions.")
@click.option("--year", type=YEAR, help="Of the categories and the habitat.")
@click.option("--party", help="ISO 3166-1 alpha-3 code of the Party.")
@click.option("--vintage", help="Release of the categories.")
@click.option("--holder", help="Whose figures they are.")
@click.option("--licence", help="Licence of the categories.")
@out_option
@quiet_option
def star(species: Path, threats: Path, out: Path | None, quiet: bool, **asked: Any) -> None:
    """STAR scores from SPECIES (taxon, category) and THREATS (taxon, code, scope, severity, timing)."""
    from biosetu.jobs.species_index import Origin
    from biosetu.jobs.species_star import StarRequest, score, star_observations

    told = {name: asked.pop(name) for name in ("observations", *TOLD)}
    by_species = asked.pop("by_species")
    _belong(told, asked["regions"])
    request = StarRequest(species, threats, **asked)
    with progress_bar(quiet) as progress:
        result = score(request, progress)
    tell(result.warnings, quiet)
    if told["observations"] is not None:
        origin = Origin(*(told[name] for name in ("party", "vintage", "holder", "licence")))
        emit(star_observations(request, result, origin, told["region"], told["year"]), told["observations"])
    if by_species is not None:
        emit(result.species, by_species)
    emit(result.table, out)


def _belong(told: Mapping[str, Any], regions: Path | None) -> None:
    """Refuse Observations without what they need, and what only they need without them."""
    from biosetu.framework import find_party

    given = [f"--{name}" for name in TOLD if told[name] is not None]
    if told["observations"] is None and given:
        raise click.UsageError(f"{', '.join(given)}: used with --observations only")
    if told["observations"] is not None and (len(given) < len(TOLD) or regions is None):
        raise click.UsageError(f"--observations needs --regions, {', '.join(f'--{name}' for name in TOLD)}")
    if told["party"] is not None:
        find_party(told["party"])
