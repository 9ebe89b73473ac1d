"""`biosetu report`: the files that the Convention takes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from biosetu.cli.lazy import LazyGroup
from biosetu.cli.options import Named, account_option, language_option, out_option, quiet_option

if TYPE_CHECKING:
    from biosetu.reports.cbd import LeftOut


@click.group(
    cls=LazyGroup,
    lazy={
        "collect": ("biosetu.cli.report_collect:collect", "Collect the report from the offices: who, what, until when.")
    },
)
def report() -> None:
    """Files for the CBD's Online Reporting Tool: write them, check them before they are sent."""


@report.command("check")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--code", default="", metavar="A.3", help="The indicator to which the file will be uploaded.")
@click.option("--attachment", is_flag=True, help="The file will be attached to the report, not uploaded as data.")
@click.option(
    "--party", default="", metavar="NPL", help="Whose file it is: which calendars and fiscal years it may hold."
)
@click.option("--fix", is_flag=True, help="Write a corrected copy beside FILE, changing only what is certain.")
@click.option("--fixed-file", type=Named(".xlsx"), help="Where the corrected copy goes (.xlsx).")
@out_option
@language_option
@quiet_option
def check_command(
    file: Path, fix: bool, fixed_file: Path | None, out: Path | None, language: str, quiet: bool, **asked: Any
) -> int:
    """Say what the reporting tool would drop or misread in FILE, row by row.

    FILE is an upload workbook, a filled template, or an export of a seventh national report (xlsx or CSV).
    Severity: dropped, misread, suspicious. Exit code 1 where anything is dropped or misread.
    """
    from biosetu.cli.output import emit, show
    from biosetu.jobs.report_checking import check_report
    from biosetu.reports.cbd import change_table

    if fix and fixed_file is None:
        fixed_file = file.with_name(f"{file.stem}-corrected.xlsx")
    checked = check_report(file, fixed=fixed_file, **asked)
    findings = checked.report.table(language)
    if out is not None or findings.num_rows:
        emit(findings, out)
    if checked.corrected is not None and not quiet:
        if checked.changes:
            show(change_table(checked.changes))
        click.echo(f"{checked.corrected}: {len(checked.changes)} cells changed", err=True)
    if fixed_file is not None and checked.corrected is None and not quiet:
        click.echo("no corrected copy: put the rows with too many cells right first", err=True)
    if not quiet:
        click.echo(f"{file.name}: {checked.report.rows} rows read, {findings.num_rows} findings", err=True)
    return 1 if checked.report.blocking else 0


@report.command("indicators")
@click.argument("party")
@click.option("--code", required=True, metavar="A.3", help="The indicator, by the code of decision 16/31.")
@click.option("--out", required=True, type=Named(".xlsx"), help="The workbook (.xlsx).")
@click.option("--attachment", type=Named(".xlsx"), help="Also write the detailed attachment here (.xlsx).")
@click.option("--source", type=click.Choice(["national", "availableDataset"]), default="national", show_default=True)
@click.option(
    "--observations",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Take the figures from this table (.csv, .xlsx, .parquet) instead of the store.",
)
@quiet_option
def indicators_command(
    party: str,
    code: str,
    out: Path,
    attachment: Path | None,
    source: str,
    observations: Path | None,
    quiet: bool,
) -> None:
    """Write the upload workbook of one indicator of PARTY: first sheet, exactly the tool's nine columns."""
    from biosetu.jobs.reporting import report_indicator

    rows, left_out = report_indicator(party, code, out, source, attachment, observations)
    if not quiet:
        click.echo(f"{out}: {rows} rows", err=True)
        say_left_out(left_out)


def say_left_out(left_out: Iterable[LeftOut]) -> None:
    """Tell which series and releases were left out for another."""
    for one in left_out:
        part = f" ({one.part})" if one.part else ""
        named = f"{one.series} {one.vintage}".strip() or "no named series"
        taken = ", ".join(one.taken) or "no named series"
        click.echo(f"{one.indicator}{part}: {one.figures} figures left out ({named}); sent: {taken}", err=True)


CYCLE = click.option("--cycle", default="7NR", show_default=True, help="The reporting cycle.")


@report.command("national")
@click.argument("party")
@click.option(
    "--out", required=True, type=Named(".docx", ".html", ".pdf", ".json"), help="The file: .docx, .html, .pdf or .json."
)
@CYCLE
@language_option
def national_command(party: str, out: Path, cycle: str, language: str) -> None:
    """Write the national report of PARTY as a working document: what is known filled in, what is missing marked."""
    from biosetu.jobs.national_report import write_working_document

    click.echo(str(write_working_document(party, out, cycle, language)), err=True)


@report.command("meter")
@click.argument("party")
@CYCLE
@out_option
def meter_command(party: str, cycle: str, out: Path | None) -> None:
    """Say which of the eight items each target of PARTY's report has, and what is missing."""
    from biosetu.cli.output import emit
    from biosetu.jobs.national_report import completeness_of

    emit(completeness_of(party, cycle), out)


@report.command("bodies")
@click.argument("party")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder.")
@CYCLE
def bodies_command(party: str, out: Path, cycle: str) -> None:
    """Write the JSON bodies of PARTY's national targets, report, indicator data and binary answers."""
    from biosetu.jobs.national_report import write_bodies

    written, by_label, left_out = write_bodies(party, out, cycle)
    click.echo(f"{out}: {len(written)} records", err=True)
    say_left_out(left_out)
    if by_label:
        said = (
            "level of progress written as its label, its identifier in the tool is not known: choose it there by hand"
        )
        click.echo(f"{', '.join(by_label)}: {said}", err=True)


@report.command("part")
@click.argument("party")
@click.argument("part")
@click.option("--out", required=True, type=Named(".xlsx", ".docx"), help="The workbook or Word file.")
@CYCLE
@language_option
def part_command(party: str, part: str, out: Path, cycle: str, language: str) -> None:
    """Write PART (p1) of PARTY's report as a file that its office fills and sends back (see `report collect`)."""
    from biosetu.jobs.collecting import write_part

    click.echo(f"{out}: {write_part(party, part, out, cycle, language)} fields", err=True)


@report.command("questions")
@click.argument("party")
@click.option("--out", type=Named(".xlsx", ".docx"), help="Write every binary question with its answer so far.")
@click.option(
    "--take", "file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Take it back filled."
)
@account_option
@CYCLE
@language_option
def questions_command(party: str, out: Path | None, file: Path | None, account: str, cycle: str, language: str) -> int:
    """Write the binary questions of decision 16/31 as a file to fill, or take a filled one; else list the answers.

    The choice rules of annex III hold: a wrong answer is named with its row and nothing is taken (exit code 1).
    """
    from biosetu.cli.output import emit
    from biosetu.jobs.collecting import answers_of, take_questions, write_questions

    if file is not None:
        outcome = take_questions(party, file, cycle, account)
        click.echo(f"{len(outcome.taken)} taken, {len(outcome.same)} unchanged", err=True)
        return 1 if outcome.conflicts else 0
    if out is not None:
        click.echo(f"{out}: {write_questions(party, out, cycle, language)} questions", err=True)
        return 0
    emit(answers_of(party, cycle, language), None)
    return 0
