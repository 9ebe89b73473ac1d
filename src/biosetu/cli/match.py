"""`biosetu match`: who can help whom."""

from __future__ import annotations

from pathlib import Path

import click

from biosetu.cli.options import language_option, out_option, quiet_option
from biosetu.cli.output import emit, progress_bar


@click.command()
@click.argument("requests", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("providers", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--weights",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A table of a centre's own weights: component, weight.",
)
@click.option("--most", type=click.IntRange(1, 50), default=5, show_default=True, help="Candidates a request.")
@out_option
@language_option
@quiet_option
def match(
    requests: Path,
    providers: Path,
    weights: Path | None,
    most: int,
    out: Path | None,
    language: str,
    quiet: bool,
) -> None:
    """Shortlist PROVIDERS for REQUESTS, with reasons, and assign over all of them at once.

    Conflicts of interest and workload are kept. The machine's list is a suggestion: an officer decides.
    """
    from biosetu.jobs.matching import match_files

    with progress_bar(quiet) as progress:
        table = match_files(requests, providers, weights=weights, most=most, language=language, progress=progress)
    emit(table, out)
