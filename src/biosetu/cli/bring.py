"""`biosetu bring`: requests, providers and entries of the library into a centre, from a sheet."""

from __future__ import annotations

from pathlib import Path

import click

from biosetu.cli.options import out_option, quiet_option
from biosetu.cli.output import emit, progress_bar

FORMS = ("request", "provider", "solution", "guidance", "answer", "opportunity")


@click.command()
@click.argument("form", type=click.Choice(FORMS))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "person", required=True, metavar="ACCOUNT", help="Who brings it.")
@click.option("--confirm", is_flag=True, help="Take the new and changed rows in; without it they are only shown.")
@out_option
@quiet_option
def bring(form: str, file: Path, person: str, confirm: bool, out: Path | None, quiet: bool) -> None:
    """Show what each row of FILE (.xlsx, .csv, .tsv) would do: new, changed, same or wrong; with --confirm do it."""
    from biosetu.jobs.bringing import bring_sheet

    with progress_bar(quiet) as progress:
        table = bring_sheet(file, form, person, confirm=confirm, progress=progress)
    emit(table, out)
