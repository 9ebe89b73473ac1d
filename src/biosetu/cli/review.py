"""`biosetu observations runs` and `review`: what was proposed to the centre, and an officer's decision on it."""

from __future__ import annotations

from pathlib import Path

import click

from biosetu.cli.options import out_option
from biosetu.cli.output import emit

person_option = click.option("--as", "person", required=True, metavar="ACCOUNT", help="In whose name.")


@click.command()
@person_option
@out_option
def runs(person: str, out: Path | None) -> None:
    """List the tables proposed to the centre that ACCOUNT may see."""
    from biosetu.jobs import intake

    emit(intake.runs(person), out)


@click.command()
@click.argument("run")
@person_option
@click.option(
    "--row",
    "rows",
    type=click.IntRange(2, 10_000_000),
    multiple=True,
    help="Only this row of the table; may be given again.",
)
@click.option("--return", "reason", metavar="REASON", help="Return the rows with this reason instead of accepting.")
@out_option
def review(run: str, person: str, rows: tuple[int, ...], reason: str | None, out: Path | None) -> None:
    """Accept the pending figures of RUN, or return them with a reason."""
    from biosetu.jobs import intake

    emit(intake.decide(run, person, reason=reason, rows=rows), out)
