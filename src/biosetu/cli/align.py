"""`biosetu align`: what a Party promised, and how it meets the framework."""

from __future__ import annotations

from pathlib import Path

import click

from biosetu.cli.options import out_option, quiet_option

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
OUT = click.Path(path_type=Path, dir_okay=False)


@click.group()
def align() -> None:
    """National targets and actions: bring them in, see what they cover."""


@align.command("import")
@click.argument("party")
@click.argument("file", type=FILE)
@click.option("--preview", is_flag=True, help="Show what would change; store nothing.")
@out_option
@quiet_option
def import_command(party: str, file: Path, preview: bool, out: Path | None, quiet: bool) -> int:
    """Read national targets and actions of PARTY from FILE.

    FILE is an export of the CBD's reporting tool (CSV, xlsx, JSON), its records (JSON), or the filled template. Every
    row is shown as new, changed, same or wrong; a second import of the same file changes nothing.
    """
    from biosetu.cli.output import emit, progress_bar
    from biosetu.jobs.alignment import import_promises

    with progress_bar(quiet) as progress:
        outcome = import_promises(party, file, keep=not preview, progress=progress)
    if out is not None or not quiet:
        emit(outcome.preview, out)
    if not quiet:
        counts = ", ".join(f"{outcome.count(state)} {state}" for state in ("new", "changed", "same", "wrong"))
        click.echo(f"{counts}{'; nothing stored' if preview else ''}", err=True)
    return 1 if outcome.count("wrong") else 0


@align.command("template")
@click.option("--out", type=OUT, required=True, help="The workbook (.xlsx).")
def template_command(out: Path) -> None:
    """Write the template for national targets and actions, to be filled offline."""
    from biosetu.jobs.alignment import write_template

    write_template(out)
    click.echo(str(out), err=True)


@align.command("export")
@click.argument("party")
@click.option("--out", type=OUT, required=True, help="The file (.json).")
def export_command(party: str, out: Path) -> None:
    """Write the national targets of PARTY as bodies for the reporting tool (nationalTarget7)."""
    from biosetu.jobs.alignment import export_targets

    click.echo(f"{out}: {export_targets(party, out)} records", err=True)


@align.command("suggest")
@click.argument("targets", type=FILE)
@click.option("--limit", type=click.IntRange(1, 27), default=5, show_default=True, help="Suggestions a target.")
@click.option("--method", type=click.Choice(["both", "bm25", "thesaurus"]), default="both", show_default=True)
@out_option
@quiet_option
def suggest_command(targets: Path, limit: int, method: str, out: Path | None, quiet: bool) -> None:
    """Rank global targets for each national target of TARGETS (columns id, text, language), with the reason.

    The words of the text that led to a suggestion are given; a text without a good match says so. A suggestion is
    never a declaration: the Party confirms, changes or rejects it.
    """
    from biosetu.alignment.suggestion import Method
    from biosetu.cli.output import emit, progress_bar
    from biosetu.jobs.alignment_suggestions import suggest_targets

    with progress_bar(quiet) as progress:
        table = suggest_targets(targets, limit, Method(method), progress)
    emit(table, out)
