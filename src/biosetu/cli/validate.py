"""`biosetu validate`: the sheet a Party is asked to answer, out and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from biosetu.cli.options import language_option, quiet_option
from biosetu.cli.output import progress_bar, show
from biosetu.problems import DataError, UsageError

if TYPE_CHECKING:
    from biosetu.jobs.validation import Return


@click.command()
@click.argument("party")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the sheet (.xlsx), or a letter to each custodian with the differences (.docx, .html, .pdf).",
)
@click.option(
    "--read", "returned", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Take a returned sheet."
)
@click.option("--office", default="", help="The office that answers; needed with --read.")
@click.option("--dry-run", is_flag=True, help="Show what a returned sheet would change; write nothing.")
@click.option("--prefer-new", is_flag=True, help="Where answers conflict, take the new one (the old stays in history).")
@language_option
@quiet_option
def validate(
    party: str, out: Path | None, returned: Path | None, office: str, dry_run: bool, prefer_new: bool,
    language: str, quiet: bool,
) -> None:  # fmt: skip
    """Write all figures held on PARTY to a sheet, to accept, replace, dispute or set aside; or take it back."""
    from biosetu.jobs.validation import read_sheet, take_sheet, write_letters, write_sheet

    if (out is None) == (returned is None):
        raise UsageError("Use either --out FILE to write the sheet, or --read FILE to take it back.")
    if out is not None:
        if out.suffix.lower() == ".xlsx":
            click.echo(f"{out}: {write_sheet(party, out, language=language)} figures", err=True)
        else:
            for path, count in write_letters(party, out, language=language).items():
                click.echo(f"{path}: {count} differences", err=True)
        return
    if returned is None:
        return
    if dry_run:
        seen = read_sheet(party, returned, office=office, prefer_new=prefer_new)
        _tell(seen, quiet=quiet)
        if seen.problems:
            raise DataError(seen.problems)
        return
    with progress_bar(quiet) as progress:
        taken = take_sheet(party, returned, office=office, prefer_new=prefer_new, progress=progress)
    _tell(taken, quiet=quiet)


def _tell(seen: Return, *, quiet: bool) -> None:
    if not quiet and seen.lines.num_rows:
        show(seen.lines)
    counts = ", ".join(f"{seen.count(state)} {state}" for state in ("new", "same", "conflict"))
    click.echo(f"{counts}; {seen.written} written", err=True)
