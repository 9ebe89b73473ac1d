"""`biosetu dossier`: what is known of one Party, as a file to read, print and send."""

from __future__ import annotations

from pathlib import Path

import click

from biosetu.cli.options import language_option, quiet_option
from biosetu.cli.output import progress_bar


@click.command()
@click.argument("party")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Folder to write into. [here]"
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(["html", "json", "docx", "pdf"]),
    help="May be given several times. [html and json]",
)
@click.option("--map/--no-map", "with_map", default=True, help="With or without the map.")
@language_option
@quiet_option
def dossier(party: str, out: Path, formats: tuple[str, ...], with_map: bool, language: str, quiet: bool) -> None:
    """Write the dossier of PARTY (three-letter code): evidence, gaps, next steps, every figure with its source."""
    from biosetu.jobs.dossier import write_dossier

    with progress_bar(quiet) as progress:
        paths = write_dossier(
            party,
            out,
            language=language,
            formats=formats or ("html", "json"),
            with_map=with_map,
            progress=progress,
        )
    for path in paths:
        click.echo(path)
