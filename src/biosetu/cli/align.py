"""`biosetu align`: what a Party promised, and how it meets the framework."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from biosetu.cli.options import Named, account_option, language_option, out_option, quiet_option

VERDICT = click.Choice(["confirmed", "changed", "rejected", "reopened"])
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
OUT = click.Path(path_type=Path, dir_okay=False)


def sort_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--sort COLUMN`."""
    return click.option("--sort", default="", metavar="COLUMN", help="Sort by a column; -COLUMN for downwards.")(
        command
    )


@click.group()
def align() -> None:
    """National targets and actions: bring them in, see what they cover."""


@align.command("import")
@click.argument("party")
@click.argument("file", type=FILE)
@click.option("--preview", is_flag=True, help="Show what would change; store nothing.")
@account_option
@out_option
@quiet_option
def import_command(party: str, file: Path, preview: bool, account: str, out: Path | None, quiet: bool) -> int:
    """Read national targets and actions of PARTY from FILE.

    FILE is an export of the CBD's reporting tool (CSV, xlsx, JSON), its records (JSON), or the filled template. Every
    row is shown as new, changed, same or wrong; a second import of the same file changes nothing.
    """
    from biosetu.cli.output import emit, progress_bar
    from biosetu.jobs.alignment import import_promises
    from biosetu.jobs.promises import promise_store, writing_store

    store = promise_store() if preview else writing_store(party, "bring", account)
    with progress_bar(quiet) as progress:
        outcome = import_promises(party, file, store, keep=not preview, progress=progress)
    if out is not None or not quiet:
        emit(outcome.preview, out)
    if not quiet:
        counts = ", ".join(f"{outcome.count(state)} {state}" for state in ("new", "changed", "same", "wrong"))
        aside = f", {outcome.count('aside')} of other kinds left aside" if outcome.count("aside") else ""
        click.echo(f"{counts}{aside}{'; nothing stored' if preview else ''}", err=True)
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
@click.option(
    "--out", type=Named(".json", ".xlsx", ".csv"), required=True, help="The file: .json, .xlsx, or .csv (one a sheet)."
)
def export_command(party: str, out: Path) -> None:
    """Write what PARTY promised: as bodies for the reporting tool (.json), or as the template, filled (.xlsx, .csv).

    Bodies are nationalTarget7 and nationalTarget7Mapping; the template holds targets, actions and the Party's
    statements on what they do not cover. Importing what was exported changes nothing.
    """
    from biosetu.jobs.alignment import export_promises

    for path, count in export_promises(party, out).items():
        click.echo(f"{path}: {count} records", err=True)


@align.command("remove")
@click.argument("party")
@click.argument("target")
@click.option("--why", required=True, metavar="TEXT", help="The reason; it stays on record.")
@account_option
def remove_command(party: str, target: str, why: str, account: str) -> None:
    """Take the national target TARGET (its id) of PARTY out, with the actions under it; decisions stay on record."""
    from biosetu.jobs.actions import remove_target
    from biosetu.jobs.promises import writing_store

    gone = remove_target(party, target, why, writing_store(party, "promise", account))
    click.echo(f"{target} is taken out, and actions: {', '.join(gone) or 'none'}", err=True)


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


@align.command("decide")
@click.argument("party")
@click.option("--out", type=OUT, help="Write the workbook to decide in (.xlsx).")
@click.option("--filled", type=FILE, help="Read a filled workbook.")
@click.option("--target", default="", metavar="NT-3", help="Decide one suggestion: the national target.")
@click.option("--suggested", default="", metavar="CODE", help="The global target that was suggested for it.")
@click.option("--verdict", type=VERDICT, help="What is decided.")
@click.option("--meant", default="", metavar="CODE", help="With changed: the global target that is meant.")
@click.option("--degree", type=click.Choice(["high", "medium", "low"]), help="The degree of alignment.")
@click.option("--by", default="", metavar="OFFICE", help="The office that decides; in a centre that of the account.")
@account_option
@language_option
@quiet_option
def decide_command(party: str, account: str, language: str, quiet: bool, **filled: Any) -> None:
    """Confirm, change or reject what was suggested for the national targets of PARTY, and quantities in their texts.

    Write the workbook with --out, fill it, read it back with --filled; or decide one suggestion with --target,
    --suggested and --verdict. The Party's own declaration is never touched; every decision stays on record.
    """
    from biosetu.alignment.deciding import Choice
    from biosetu.cli.output import progress_bar
    from biosetu.jobs import alignment_decisions as jobs
    from biosetu.jobs.promises import office_for, writing_store

    if filled["out"] is not None:
        with progress_bar(quiet) as progress:
            count = jobs.write_decisions(party, filled["out"], language, progress=progress)
        click.echo(f"{filled['out']}: {count} to decide", err=True)
        return
    one = filled["target"] and filled["suggested"] and filled["verdict"]
    if filled["filled"] is None and not one:
        raise click.UsageError("Use --out, or --filled, or --target with --suggested and --verdict.")
    by, store = office_for(party, account, filled["by"]), writing_store(party, "promise", account)
    if filled["filled"] is not None:
        taken = jobs.take_sheet(party, filled["filled"], by, store)
    else:
        choice = Choice(
            filled["target"], filled["suggested"], filled["verdict"], filled["meant"], filled["degree"] or ""
        )
        taken = jobs.take_choices(party, [choice], [], by, store)
    click.echo(f"{len(taken.decisions)} suggestions, {len(taken.quantities)} quantities decided", err=True)


@align.command("terms")
@out_option
def terms_command(out: Path | None) -> None:
    """List the terms behind decided suggestions with how often they were confirmed and rejected, for review.

    The thesaurus itself is not changed by decisions; its reviewers read this list.
    """
    from biosetu.cli.output import emit
    from biosetu.jobs.alignment_decisions import review_of_terms

    emit(review_of_terms(), out)


@align.command("matrix")
@click.argument("centre")
@sort_option
@out_option
def matrix_command(centre: str, sort: str, out: Path | None) -> None:
    """Set the Parties of CENTRE beside the goals and targets: degree, national targets, parts covered, progress."""
    from biosetu.alignment.matrices import sorted_rows
    from biosetu.cli.output import emit
    from biosetu.jobs.alignment_views import matrix_of_centre

    emit(sorted_rows(matrix_of_centre(centre), sort), out)


@align.command("measured")
@click.argument("party")
@sort_option
@out_option
def measured_command(party: str, sort: str, out: Path | None) -> None:
    """Set the national targets of PARTY beside the indicators asked for: measured or not, year, source, release."""
    from biosetu.alignment.matrices import sorted_rows
    from biosetu.cli.output import emit
    from biosetu.jobs.alignment_views import measured_of

    emit(sorted_rows(measured_of(party), sort), out)


@align.command("quantities")
@click.argument("party")
@out_option
def quantities_command(party: str, out: Path | None) -> None:
    """Set the quantities in the national targets of PARTY beside the global ones; say which the Party has confirmed."""
    from biosetu.cli.output import emit
    from biosetu.jobs.alignment_views import quantities_of

    emit(quantities_of(party), out)


@align.command("capacity")
@click.argument("party")
@click.option("--code", "codes", multiple=True, metavar="A.1", help="An indicator to rate; repeat it.")
@click.option("--out", type=OUT, help="Write the sheet to fill (.xlsx).")
@click.option("--filled", type=FILE, help="Read a filled sheet.")
@click.option("--by", default="", metavar="OFFICE", help="The office that filled it; in a centre the account's.")
@account_option
def capacity_command(
    party: str, codes: tuple[str, ...], out: Path | None, filled: Path | None, by: str, account: str
) -> None:
    """Send out, or read back, the capacity self-assessment of PARTY for the indicators it picks."""
    from biosetu.jobs.capacity import keep_assessment, write_assessment
    from biosetu.jobs.promises import office_for, writing_store

    if filled is not None:
        office, store = office_for(party, account, by), writing_store(party, "promise", account)
        click.echo(f"{len(keep_assessment(party, filled, office, store=store).ratings)} indicators rated", err=True)
    elif out is not None and codes:
        write_assessment(party, codes, out)
        click.echo(str(out), err=True)
    else:
        raise click.UsageError("Use --code with --out, or --filled with --by.")


@align.command("demand")
@click.argument("centre")
@out_option
def demand_command(centre: str, out: Path | None) -> None:
    """Count what the Parties of CENTRE say that they lack, by indicator: data, method, people, institution, funding."""
    from biosetu.cli.output import emit
    from biosetu.jobs.capacity import demand_of_centre

    emit(demand_of_centre(centre), out)
