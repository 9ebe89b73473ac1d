"""`biosetu report collect`: parts of the national report to the offices, answers in, conflicts, signing off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from biosetu.cli.options import account_option, out_option

CYCLE = click.option("--cycle", default="7NR", show_default=True, help="The reporting cycle.")
REASON = click.option("--reason", default="", help="Why.")
STEPS = {
    "hand-in": ("hand_in", "The office hands PART in; --reason says why fields stay open."),
    "send-back": ("send_back", "Send PART back to its office (without PART: the cleared report), with --reason."),
    "clear": ("clear", "The focal point clears PART, or without PART the whole report."),
    "sign-off": ("sign_off", "The publishing authority signs the report off."),
    "reopen": ("reopen", "Reopen PART, or without PART the whole report, with --reason."),
    "withdraw": ("withdraw", "Take PART back from its office, with --reason."),
}


@click.group()
def collect() -> None:
    """Collect the national report of a Party from its offices.

    Where BIOSETU_HOME holds a centre, its database is used and --as names the account that acts.
    """


@collect.command("assign")
@click.argument("party")
@click.option("--office", required=True, help="The office that answers.")
@click.option("--due", required=True, help="Until when: 2026-12-31, 2083-09-16 BS, or a fiscal year.")
@click.option("--fields", "prefixes", multiple=True, required=True, metavar="III.NT-3", help="Fields by their start.")
@click.option("--note", default="", help="What the office should know.")
@CYCLE
@account_option
def assign_command(
    party: str, office: str, due: str, prefixes: tuple[str, ...], note: str, cycle: str, account: str
) -> None:
    """Give fields of PARTY's report to an office: sections (I, II, IV, V), targets (III.NT-3), questions (Q.8).

    The figures of an indicator are asked with F and its code: F.A.2, F.3.1, F.A.CT.4.
    """
    from biosetu.jobs.collecting import perform, read_due

    part = perform(
        party, cycle, "assign", person=account, office=office, due=read_due(due, party), prefixes=prefixes, note=note
    )
    click.echo(part.id)


@collect.command("who")
@click.argument("party")
@CYCLE
@out_option
def who_command(party: str, cycle: str, out: Path | None) -> None:
    """Say who has not answered: each part with its office, due date, days, and how many fields are open."""
    from biosetu.cli.output import emit
    from biosetu.jobs.collecting import silent_offices

    emit(silent_offices(party, cycle), out)


@collect.command("take")
@click.argument("party")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@CYCLE
@account_option
def take_command(party: str, file: Path, cycle: str, account: str) -> int:
    """Take a part that came back. Where texts differ both are kept, and the exit code is 1 (see `conflicts`)."""
    from biosetu.jobs.collecting import dates_taken, take_part

    outcome = take_part(party, file, cycle, account)
    click.echo(f"{len(outcome.taken)} taken, {len(outcome.reviewed)} reviewed, {len(outcome.same)} unchanged", err=True)
    for key, day in dates_taken(outcome).items():
        click.echo(f"{key}: {day}")
    for key in outcome.conflicts:
        what = "figure" if key.startswith("F.") else "text"
        click.echo(f"{key}: another {what} is held; both are kept until the focal point decides")
    return 1 if outcome.conflicts else 0


@collect.command("filed")
@click.argument("party")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@CYCLE
@account_option
def filed_command(party: str, file: Path, cycle: str, account: str) -> int:
    """Take the texts of a report filed in the reporting tool (JSON); the next cycle carries them over for review."""
    from biosetu.jobs.filed_report import take_filed_report

    taken = take_filed_report(party, file, cycle, account)
    outcome = taken.outcome
    click.echo(f"{len(outcome.taken)} taken, {len(outcome.same)} unchanged", err=True)
    for about, why in dict.fromkeys((one.about, one.why) for one in taken.without_place):
        click.echo(f"{about}: {why}", err=True)
    for key in outcome.conflicts:
        click.echo(f"{key}: another text is held; both are kept until the focal point decides")
    return 1 if outcome.conflicts or taken.without_place else 0


@collect.command("conflicts")
@click.argument("party")
@CYCLE
@out_option
def conflicts_command(party: str, cycle: str, out: Path | None) -> None:
    """List the texts that wait for a decision; offer `held` is what the report holds now."""
    from biosetu.cli.output import emit
    from biosetu.jobs.collecting import conflicts

    emit(conflicts(party, cycle), out)


@collect.command("decide")
@click.argument("party")
@click.argument("field")
@click.option("--take", "choice", default="own", metavar="NUMBER|held", help="The offer to take, or `held`.")
@click.option("--text", default="", help="A text of your own in place of all of them.")
@REASON
@CYCLE
@account_option
def decide_command(party: str, field: str, choice: str, text: str, reason: str, cycle: str, account: str) -> None:
    """Settle FIELD: take one of the texts or write one; the others stay on record."""
    from biosetu.jobs.collecting import perform

    perform(party, cycle, "decide", person=account, key=field, choice=choice, text=text, reason=reason)


@collect.command("postpone")
@click.argument("party")
@click.argument("part")
@click.option("--due", required=True, help="Until when.")
@REASON
@CYCLE
@account_option
def postpone_command(party: str, part: str, due: str, reason: str, cycle: str, account: str) -> None:
    """Give PART another due date, with --reason."""
    from biosetu.jobs.collecting import perform, read_due

    perform(party, cycle, "postpone", person=account, part=part, due=read_due(due, party), reason=reason)


def _step(name: str, verb: str, words: str) -> None:
    def run(party: str, part: str, reason: str, cycle: str, account: str, office: str) -> None:
        from biosetu.jobs.collecting import perform

        perform(party, cycle, verb, person=account, signed_as=office, part=part, reason=reason)

    command: Callable[..., Any] = run
    for decorate in (
        click.option("--office", default="", help="Without a centre: in whose name."),
        account_option,
        CYCLE,
        REASON,
        click.argument("part", default=""),
        click.argument("party"),
    ):
        command = decorate(command)
    collect.command(name, help=words)(command)


for _name, (_verb, _words) in STEPS.items():
    _step(_name, _verb, _words)
