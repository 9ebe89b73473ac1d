"""`biosetu framework coverage`: which Parties a support centre serves."""

from __future__ import annotations

from pathlib import Path

import click

from biosetu.cli.options import out_option
from biosetu.cli.output import emit

CERTAINTY = ("confirmed", "presumed", "unknown")


@click.group()
def coverage() -> None:
    """Which Parties a support centre serves: listed, added, taken off."""


@coverage.command(name="list")
@click.argument("centre")
@out_option
def list_(centre: str, out: Path | None) -> None:
    """List the Parties of CENTRE (iucn-asia) with certainty, days, basis and source."""
    from biosetu.jobs.coverage import served

    emit(served(centre), out)


@coverage.command()
@click.argument("centre")
@click.argument("party")
@click.option("--certainty", type=click.Choice(CERTAINTY), default="confirmed", show_default=True)
@click.option("--from", "first", default="", metavar="DAY", help="First day (2027-01-31); open without.")
@click.option("--until", "last", default="", metavar="DAY", help="Last day; open without.")
@click.option("--basis", required=True, help="On what it rests: a letter, a decision, a mandate.")
@click.option("--source", default="", help="Where that can be read.")
def add(centre: str, party: str, certainty: str, first: str, last: str, basis: str, source: str) -> None:
    """Say that CENTRE serves PARTY; what was said of it from the same day on is replaced."""
    from biosetu.jobs.coverage import rows_of, set_served, with_party

    cells = {"certainty": certainty, "valid_from": first, "valid_to": last, "basis": basis, "source": source}
    set_served(centre, with_party(rows_of(centre), party, **cells))


@coverage.command()
@click.argument("centre")
@click.argument("party")
def remove(centre: str, party: str) -> None:
    """Take PARTY off the list of CENTRE."""
    from biosetu.jobs.coverage import rows_of, set_served, without_party

    set_served(centre, without_party(rows_of(centre), party))


@coverage.command(name="set")
@click.argument("centre")
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def set_(centre: str, table: Path) -> None:
    """Replace the list of CENTRE by TABLE (the columns that `list` writes); every wrong cell is named."""
    from biosetu.jobs.coverage import read_served, set_served

    set_served(centre, read_served(table), file=table.name)


@coverage.command()
@click.argument("centre")
def reset(centre: str) -> None:
    """Go back to the list that comes with the software for CENTRE."""
    from biosetu.jobs.coverage import set_served

    set_served(centre, None)
