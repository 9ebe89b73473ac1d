"""`biosetu species range`: the door to `jobs.species_range`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from biosetu.cli.options import METRES, YEAR, Named, Number, out_option, quiet_option, scheduler_option
from biosetu.cli.output import emit, progress_bar, tell

if TYPE_CHECKING:
    from biosetu.problems import Problem
    from biosetu.species.ranges import RangeOptions
    from biosetu.species.screening import Screening

ABOVE_0 = Number(0, min_open=True)
KM = Number(0.001, 10_000)
LAYER = Named(".geojson", ".gpkg", ".parquet", ".geoparquet")
OPTIONS: Sequence[tuple[str, Mapping[str, Any]]] = (
    ("--taxon", {"metavar": "COLUMN", "help": "Column of the taxon (Darwin Core: species, scientificName, taxonKey)."}),
    ("--lon", {"metavar": "COLUMN", "help": "Column of the longitude (decimalLongitude)."}),
    ("--lat", {"metavar": "COLUMN", "help": "Column of the latitude (decimalLatitude)."}),
    ("--max-uncertainty", {"type": METRES, "metavar": "METRES", "help": "Leave out less certain coordinates."}),
    ("--since", {"type": YEAR, "metavar": "YEAR", "help": "Leave out records from before."}),
    ("--until", {"type": YEAR, "metavar": "YEAR", "help": "Leave out records from after."}),
    (
        "--drop-basis",
        {
            "multiple": True,
            "default": ("FOSSIL_SPECIMEN", "LIVING_SPECIMEN"),
            "show_default": True,
            "help": "Leave out this basisOfRecord; repeat for more; '' for none.",
        },
    ),
    (
        "--centroid-m",
        {
            "type": METRES,
            "default": 1000.0,
            "show_default": True,
            "help": "Leave out points this near a country's centre.",
        },
    ),
    ("--cell-km", {"type": KM, "default": 2.0, "show_default": True, "help": "Cell size of the AOO."}),
    (
        "--alpha",
        {
            "type": Number(0, 1e6, min_open=True),
            "help": "Also the alpha hull, for change only; the guidelines suggest 2.",
        },
    ),
    ("--alpha-edge-km", {"type": KM, "help": "For a second date: the alpha_edge_km of the first."}),
    ("--proxies", {"is_flag": True, "help": "Also proxies for locations and subpopulations."}),
    ("--location-km", {"type": KM, "default": 10.0, "show_default": True, "help": "Cell of the locations proxy."}),
    (
        "--subpopulation-km",
        {"type": KM, "help": "Radius of the subpopulations proxy; else 1/10 of the largest distance."},
    ),
    ("--isolation-km", {"type": KM, "help": "With --viable-cells: proxy for severe fragmentation."}),
    ("--viable-cells", {"type": click.IntRange(1, 10**9), "help": "Fewest 2 km cells of a viable patch."}),
    ("--hulls", {"type": LAYER, "help": "Write hulls to .geojson, .gpkg or .parquet."}),
    ("--cells", {"type": LAYER, "help": "Write occupied cells to .geojson, .gpkg or .parquet."}),
)

SHOWN = (
    "taxon", "records", "points", "eoo_km2", "aoo_km2", "aoo_cells", "aoo_fixed_km2", "flags", "eoo_def", "aoo_def",
)  # fmt: skip


def _with_options(command: Callable[..., None]) -> Callable[..., None]:
    for name, settings in reversed(OPTIONS):
        command = click.option(name, **settings)(command)
    return command


@click.command("range")
@click.argument("occurrences")
@_with_options
@out_option
@quiet_option
@scheduler_option
def measure(occurrences: str, out: Path | None, quiet: bool, scheduler: str | None, **asked: Any) -> None:
    """Measure extent of occurrence and area of occupancy of each taxon in OCCURRENCES.

    OCCURRENCES is a CSV, TSV or Parquet file, a folder or ZIP of them, or an address such as s3://bucket/folder; GBIF
    downloads are read as they are. What is left out is counted by reason.
    """
    from biosetu.jobs.species_range import RangeRequest, measure_range, without_geometry

    names = {key: asked[key] for key in ("taxon", "lon", "lat") if asked[key]}
    request = RangeRequest(occurrences, names, _screening(asked), _measures(asked))
    with progress_bar(quiet) as progress:
        result = measure_range(request, scheduler, progress)
    if not quiet:
        _tell(result.left_out, [*result.refused.first, *result.refused.coordinates])
    if asked["hulls"] or asked["cells"]:
        from biosetu.jobs.species_geometry import without_cells, write_geometry

        write_geometry(result.table, asked["hulls"], asked["cells"])
        tell(without_cells(result.table) if asked["cells"] else [], quiet)
    table = without_geometry(result.table)
    emit(table if out else table.select([name for name in table.column_names if _is_shown(name)]), out)


def _is_shown(name: str) -> bool:
    return name in SHOWN or name.startswith(("proxy", "alpha"))


def _screening(asked: Mapping[str, Any]) -> Screening:
    from biosetu.species.screening import Screening

    if None not in (asked["since"], asked["until"]) and asked["since"] > asked["until"]:
        raise click.UsageError(f"--since {asked['since']} is later than --until {asked['until']}")
    basis = tuple(value for value in asked["drop_basis"] if value)
    return Screening(asked["max_uncertainty"], basis, asked["since"], asked["until"], asked["centroid_m"])


def _measures(asked: Mapping[str, Any]) -> RangeOptions:
    from biosetu.species.ranges import RangeOptions

    if (asked["isolation_km"] is None) != (asked["viable_cells"] is None):
        raise click.UsageError("--isolation-km and --viable-cells belong together: give both, or neither")
    same = (
        "cell_km",
        "alpha",
        "alpha_edge_km",
        "proxies",
        "location_km",
        "subpopulation_km",
        "isolation_km",
        "viable_cells",
    )
    return RangeOptions(
        **{name: asked[name] for name in same}, hulls=asked["hulls"] is not None, cells=asked["cells"] is not None
    )


def _tell(left_out: Mapping[str, int], refused: Sequence[Problem]) -> None:
    parts = [f"{name.replace('_', ' ')} {count:,}" for name, count in left_out.items() if count]
    click.echo("Left out: " + (", ".join(parts) if parts else "nothing"), err=True)
    for problem in refused:
        click.echo(str(problem), err=True)
