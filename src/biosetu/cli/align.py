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


@align.command("read")
@click.argument("file", type=FILE)
@out_option
@quiet_option
def read_command(file: Path, out: Path | None, quiet: bool) -> None:
    """Propose national targets and actions from a strategy (Word, PDF with text, plain text), with page and passage.

    Nothing is stored: confirm or correct the rows of the table, then import it. Scanned pages are named.
    """
    from biosetu.cli.output import emit
    from biosetu.jobs.alignment_views import proposals_from

    table, scanned = proposals_from(file)
    emit(table, out)
    if scanned and not quiet:
        click.echo(f"Pages without a text layer, not read: {', '.join(map(str, scanned))}", err=True)


@align.command("coverage")
@click.argument("party")
@click.option("--declared-only", is_flag=True, help="Leave out what is only suggested.")
@out_option
@quiet_option
def coverage_command(party: str, declared_only: bool, out: Path | None, quiet: bool) -> None:
    """Say which parts of the goals and targets the national targets of PARTY cover, by our reading."""
    from biosetu.cli.output import emit, progress_bar
    from biosetu.jobs.alignment_views import coverage_by_party

    with progress_bar(quiet) as progress:
        table = coverage_by_party(party, not declared_only, progress)
    emit(table, out)


@align.command("matrix")
@click.argument("centre")
@out_option
def matrix_command(centre: str, out: Path | None) -> None:
    """Set the Parties of CENTRE beside the goals and targets: degree declared, national targets, parts covered."""
    from biosetu.cli.output import emit
    from biosetu.jobs.alignment_views import matrix_of_centre

    emit(matrix_of_centre(centre), out)


@align.command("capacity")
@click.argument("party")
@click.option("--code", "codes", multiple=True, metavar="A.1", help="An indicator to rate; repeat it.")
@click.option("--out", type=OUT, help="Write the sheet to fill (.xlsx).")
@click.option("--filled", type=FILE, help="Read a filled sheet.")
@click.option("--by", default="", help="The office that filled it.")
def capacity_command(party: str, codes: tuple[str, ...], out: Path | None, filled: Path | None, by: str) -> None:
    """Send out, or read back, the capacity self-assessment of PARTY for the indicators it picks."""
    from biosetu.jobs.capacity import keep_assessment, write_assessment

    if filled is not None and by:
        held = keep_assessment(party, filled, by)
        click.echo(f"{len(held.ratings)} indicators rated", err=True)
    elif out is not None and codes:
        write_assessment(party, codes, out)
        click.echo(str(out), err=True)
    else:
        raise click.UsageError("Use --code with --out, or --filled with --by.")
