"""`biosetu gaps`: the gaps of one Party."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import click

from biosetu.cli.options import language_option, out_option, quiet_option
from biosetu.cli.output import emit


@click.command()
@click.argument("party")
@click.option("--explain", is_flag=True, help="Say how gaps are ordered.")
@out_option
@language_option
@quiet_option
def gaps(party: str, explain: bool, out: Path | None, language: str, quiet: bool) -> None:
    """Rank the gaps of PARTY (such as NPL), each with its kind, the figures behind it and what would close it.

    A gap is what the Party says is missing or not measured, or where it is off the path to its own quantity. What the
    sources loaded here merely lack is no gap and is named in one line.
    """
    from biosetu.jobs.gaps import explanation, gaps_of, gaps_table, no_promises

    found = gaps_of(party)
    table = gaps_table(found.gaps, language)
    if out is not None:
        emit(table, out)
    for rows in _together(table.to_pylist()) if out is None else []:
        click.echo(_readable(rows, language))
    if quiet:
        return
    if not found.gaps:
        click.echo(_none(found.party.name(language), language))
    if unsaid := no_promises(found, language):
        click.echo(unsaid, err=out is not None)
    if found.absent_line is not None:
        click.echo(found.absent_line.text(language), err=out is not None)
    if explain:
        click.echo(explanation(language), err=out is not None)


Row = dict[str, object]


def _together(rows: list[Row]) -> list[list[Row]]:
    return [list(group) for _, group in groupby(rows, key=lambda row: row["rank"])]


def _readable(rows: list[Row], language: str) -> str:
    from biosetu.alignment.gaps import label
    from biosetu.translation import N_, translations

    say, row = translations(language).gettext, rows[0]
    about = say(N_("target {target}")).format(target=row["target"]) if row["target"] else ""
    head = f"{row['rank']}. {label(str(row['kind']), language)}{', ' if about else ''}{about}"
    told = [str(row["shown_under"]), *(f"– {one['gap']}" for one in rows)] if row["shown_under"] else [str(row["gap"])]
    lines = [head, *told, f"{say(N_('What would close it:'))} {row['closes']}"]
    if row["evidence"]:
        lines.append(f"{say(N_('Figures behind it:'))} {row['evidence']}")
    if row["source"]:
        lines.append(f"{say(N_('Said in:'))} {row['source']}")
    return "\n   ".join(lines) + "\n"


def _none(name: str, language: str) -> str:
    from biosetu.translation import N_, translations

    message = N_("{party} has stated no gap in what is loaded here, and no quantity of its own to be measured against.")
    return translations(language).gettext(message).format(party=name)
