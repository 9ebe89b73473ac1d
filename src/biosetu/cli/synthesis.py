"""`biosetu synthesis`: all Parties of a support centre side by side."""

from __future__ import annotations

from pathlib import Path

import click

from biosetu.cli.options import language_option, quiet_option
from biosetu.cli.output import progress_bar


@click.command()
@click.option("--centre", required=True, metavar="ID", help="The support centre, such as iucn-asia.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Folder to write into. [here]"
)
@click.option(
    "--format", "formats", multiple=True, type=click.Choice(["html", "json"]), help="May be given twice. [both]"
)
@click.option("--all-series", is_flag=True, help="A page for every series held, not only the headline ones.")
@language_option
@quiet_option
def synthesis(centre: str, out: Path, formats: tuple[str, ...], all_series: bool, language: str, quiet: bool) -> None:
    """Write the matrix of Parties and targets, shared gaps, and a page for each headline series."""
    from biosetu.jobs.synthesis import write_synthesis

    with progress_bar(quiet) as progress:
        paths = write_synthesis(
            centre,
            out,
            language=language,
            formats=formats or ("html", "json"),
            every_series=all_series,
            progress=progress,
        )
    for path in paths:
        click.echo(path)
