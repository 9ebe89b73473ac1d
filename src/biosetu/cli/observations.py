"""`biosetu observations`: figures in and out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from biosetu.cli.options import account_option, out_option, quiet_option
from biosetu.cli.output import emit, progress_bar, show
from biosetu.cli.review import review, runs
from biosetu.problems import DataError, UsageError
from biosetu.translation import say

if TYPE_CHECKING:
    from biosetu.jobs.observations import Import

SHOWN = ["party", "indicator", "series", "disaggregation", "year", "value", "unit", "source", "status", "vintage"]


@click.group()
def observations() -> None:
    """Observations: one value a row, with where it came from."""


@observations.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--holder", default="", help="Whose figures these are, where the file does not say.")
@click.option("--dry-run", is_flag=True, help="Show what would change, by row; write nothing.")
@click.option("--keep-status", is_flag=True, help="Keep validated and reported as they stand (moving a store).")
@account_option
@out_option
@quiet_option
def import_(
    file: Path, holder: str, dry_run: bool, keep_status: bool, account: str, out: Path | None, quiet: bool
) -> None:
    """Add the observations of FILE (.csv, .tsv, .xlsx, .parquet), all of them or, if any is wrong, none.

    Each row is new, changed, same, withdrawn or wrong. New and changed figures are proposed: the Party validates them.
    """
    from biosetu.jobs import intake
    from biosetu.jobs.observations import import_observations, preview_import

    if intake.in_centre() and not dry_run:
        if holder or keep_status:
            raise UsageError("A centre takes a table as it is: write the holder into it; only review validates.")
        emit(intake.propose_file(file, account), out)
        return
    defaults = {"holder": holder} if holder else {}
    with progress_bar(quiet) as progress:
        seen = preview_import(file, defaults=defaults, keep_status=keep_status, progress=progress)
    if dry_run:
        _show(seen, out, quiet=quiet)
    if seen.problems:
        raise DataError(seen.problems)
    if dry_run:
        return
    with progress_bar(quiet) as progress:
        done = import_observations(file, defaults=defaults, keep_status=keep_status, progress=progress)
    if out is not None:
        emit(done.preview, out)
    click.echo(f"{_counts(done)}; {done.written} written", err=True)


def _show(seen: Import, out: Path | None, *, quiet: bool) -> None:
    if out is not None:
        emit(seen.preview, out)
    elif not quiet:
        show(seen.preview)
    click.echo(f"{_counts(seen)}; nothing written", err=True)


def _counts(seen: Import) -> str:
    states = ("new", "changed", "same", "withdrawn", "wrong")
    return ", ".join(f"{seen.count(state)} {state}" for state in states if seen.count(state)) or "no rows"


@observations.command("list")
@click.option("--party", multiple=True, help="Only this Party (NPL); may be given again.")
@click.option("--indicator", multiple=True, help="Only this indicator (A.3); may be given again.")
@click.option("--series", multiple=True, help="Only this series.")
@click.option("--source", multiple=True, help="Only national, availableDataset, noData or notRelevant.")
@click.option("--status", multiple=True, help="Only computed, proposed, validated or reported.")
@click.option("--vintage", multiple=True, help="Only this release.")
@click.option("--years", default="", help="Only these years, such as 2011-2020.")
@click.option("--own", is_flag=True, help="Only what was imported, not the figures that come with the software.")
@out_option
def list_(years: str, own: bool, out: Path | None, **filters: tuple[str, ...]) -> None:
    """List what is held, every vintage beside the others."""
    from biosetu.jobs.observations import known, list_observations
    from biosetu.observations import Selection

    found = list_observations(known(Selection(**filters, years=_years(years))), carried=not own)
    if out is not None:
        emit(found, out)
    else:
        show(found.select(SHOWN))


def _years(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    first, _, last = text.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()):
        raise UsageError(say("Years '{text}' are not understood. Write 2011-2020 or 2020.", text=text))
    return int(first), int(last or first)


observations.add_command(runs)
observations.add_command(review)


@observations.command()
@click.argument("party")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--template", default="", metavar="KIND", help="Write an empty table: quantities, progress or missing.")
@click.option("--dry-run", is_flag=True, help="Check the file and say what would change; write nothing.")
@account_option
def statements(party: str, file: Path, template: str, dry_run: bool, account: str) -> None:
    """Bring in what PARTY states of itself: its quantities, its declared progress, what it says is missing.

    FILE is a table (.csv, .xlsx) of one kind; its columns say which.
    """
    from biosetu.jobs.promises import promise_store, writing_store
    from biosetu.jobs.statements import import_statements, write_template

    if template:
        write_template(template, file)
        click.echo(f"{file}: empty table for {template}", err=True)
        return
    if not file.exists():
        raise UsageError(say("There is no file {file}.", file=file))
    store = promise_store() if dry_run else writing_store(party, "promise", account)
    found = import_statements(party, file, dry_run=dry_run, store=store)
    written = "nothing written" if dry_run or not found.changed else "written"
    click.echo(f"{found.rows} {found.kind}, {found.changed} new or changed; {written}", err=True)


@observations.command()
@click.argument("party")
@click.option("--all", "everything", is_flag=True, help="Also the years that say the same.")
@click.option("--since", default="", metavar="DATE", help="What changed in what is shown since this day (2026-03-31).")
@out_option
def changes(party: str, everything: bool, since: str, out: Path | None) -> None:
    """Show which figures of PARTY its sources changed in their newest release: revised, added or dropped years.

    With --since: what is shown now otherwise than on that day, whichever releases lie between; with the reason.
    """
    from biosetu.jobs.observations import list_changes, list_revisions

    if since and everything:
        raise UsageError("--all belongs to the releases, not to --since.")
    emit(list_changes(party, since=_day(since)) if since else list_revisions(party, everything=everything), out)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(say("The day '{text}' is not understood. Write 2026-03-31.", text=text)) from error
