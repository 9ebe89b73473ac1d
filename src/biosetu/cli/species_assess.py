"""`biosetu species assess` and `biosetu species template`: the doors to `jobs.species_assess`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from biosetu.cli.options import MOST_DRAWS, Named, Number, out_option
from biosetu.cli.output import emit

TOLERANCE = Number(0, 1)


@click.command("assess")
@click.argument("assessments", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--method", "name", type=click.Choice(["interval", "fuzzy"]), default="interval", show_default=True)
@click.option(
    "--dispute-tolerance", type=TOLERANCE, default=0.5, show_default=True, help="Fuzzy: 1 = best ranges only."
)
@click.option("--risk-tolerance", type=TOLERANCE, default=0.5, show_default=True, help="Fuzzy: 0 = precautionary.")
@click.option(
    "--draws", type=click.IntRange(0, MOST_DRAWS), default=0, help="Also the share of random draws by category."
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--regional", is_flag=True, help="Apply the answers to the regional questions.")
@click.option("--sis", type=click.Path(path_type=Path, file_okay=False), help="Also write SIS Connect files there.")
@click.option("--party", help="ISO 3166-1 alpha-3 code of the country; with --sis its countries file too.")
@click.option("--keep", metavar="PARTY", help="Keep the result for the dossier of this Party.")
@out_option
def assess(
    assessments: Path, sis: Path | None, party: str | None, keep: str | None, out: Path | None, **asked: Any
) -> None:
    """Category and criteria of each taxon in ASSESSMENTS under the IUCN criteria 3.1, with the limits of uncertainty.

    ASSESSMENTS is a CSV, TSV, xlsx or Parquet file with the columns of `biosetu species template`.
    """
    from biosetu.jobs.species_assess import assess_file
    from biosetu.species.criteria.assess import Method

    if party is not None and sis is None:
        raise click.UsageError("--party: used with --sis only")
    for code in (party, keep):
        if code is not None:
            from biosetu.framework import find_party

            find_party(code)
    result = assess_file(assessments, Method(**asked), sis, party or keep)
    if keep is not None:
        from biosetu.jobs.species_party import keep_all

        keep_all(keep, [("assessments", result)], assessments.name)
    emit(result, out)


@click.command("template")
@click.argument("out", type=Named(".csv", ".tsv", ".xlsx", ".parquet", ".json"))
def template(out: Path) -> None:
    """Write an assessment template to OUT (.csv or .xlsx) and, beside it, the explanation of its columns."""
    from biosetu.jobs.species_assess import write_template

    write_template(out)
    click.echo(f"{out}\n{out.with_name(f'{out.stem}-columns{out.suffix}')}", err=True)
