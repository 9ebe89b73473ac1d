"""`biosetu peers`: who in similar conditions measured a target, or moved."""

from __future__ import annotations

from pathlib import Path

import click

from biosetu.cli.options import language_option, out_option, quiet_option
from biosetu.cli.output import emit, progress_bar
from biosetu.translation import translations


@click.command()
@click.argument("party")
@click.option("--target", default="", help="Goal or target, such as 2; all where none is named.")
@click.option("--most", type=click.IntRange(1, 40), default=3, show_default=True, help="Peers a target.")
@out_option
@language_option
@quiet_option
def peers(party: str, target: str, most: int, out: Path | None, language: str, quiet: bool) -> None:
    """List Parties in conditions similar to those of PARTY (such as NPL) that moved on a target or measured it.

    Likeness is over languages, income, coast, forest, mountains, mangroves, size and subregion. It says who is worth
    asking and ranks nobody. Where there are fewer peers than asked for, it says how many there are, and why.
    """
    from biosetu.jobs.peers import lacking
    from biosetu.jobs.peers import peers as find

    with progress_bar(quiet) as progress:
        table = find(party, target, most=most, language=language, progress=progress)
    emit(table, out)
    for sentence in lacking(table, party, target, most):
        click.echo(sentence.in_words(translations(language).gettext), err=True)
