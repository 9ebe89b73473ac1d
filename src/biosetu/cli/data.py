"""`biosetu data`: official sources."""

from __future__ import annotations

from pathlib import Path

import click

from biosetu.cli.options import out_option, quiet_option
from biosetu.cli.output import emit, progress_bar


@click.group()
def data() -> None:
    """Official sources: what they are, under which licence; fetch into the cache."""


@data.command("list")
@out_option
def list_(out: Path | None) -> None:
    """List the sources: services that can be pulled, and tables that come with the software."""
    from biosetu.jobs.official_sources import list_sources

    emit(list_sources(), out)


@data.command()
@click.argument("name")
@click.option("--party", "parties", multiple=True, help="A Party (NPL); may be given again.")
@click.option("--series", "codes", multiple=True, help="Only this series; may be given again.")
@click.option("--keep", is_flag=True, help="Add the figures to the store, beside older releases.")
@click.option("--fresh", is_flag=True, help="Ask anew for what was fetched more than an hour ago. [30 days]")
@out_option
@quiet_option
def pull(
    name: str, parties: tuple[str, ...], codes: tuple[str, ...], keep: bool, fresh: bool, out: Path | None, quiet: bool
) -> None:
    """Fetch the figures of source NAME. A stopped pull goes on where it stood; the licence stays with the figures.

    `ort` brings national targets instead of figures: shown row by row, stored with --keep (as `biosetu align import`).
    """
    if name == "ort":
        _pull_targets(parties, keep, fresh, out, quiet)
        return
    from biosetu.jobs.official_sources import pull_source, series_without_figures, without_figures

    with progress_bar(quiet) as progress:
        table, written = pull_source(name, parties, codes=codes, keep=keep, anew=fresh, progress=progress)
    emit(table, out)
    click.echo(f"{table.num_rows} figures" + (f", {written} new in the store" if keep else ""), err=True)
    if missing := without_figures(table, parties):
        click.echo(f"No figure came for {', '.join(missing)}.", err=True)
    if missing := series_without_figures(name, table, codes):
        click.echo(f"No figure came of {', '.join(missing)}.", err=True)


def _pull_targets(parties: tuple[str, ...], keep: bool, fresh: bool, out: Path | None, quiet: bool) -> None:
    import pyarrow as pa

    from biosetu.jobs.alignment import pull_promises

    with progress_bar(quiet) as progress:
        tables = [pull_promises(party, keep=keep, anew=fresh, progress=progress).preview for party in parties]
    emit(pa.concat_tables(tables), out)
