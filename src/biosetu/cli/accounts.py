"""`biosetu accounts`: who can sign in to the centre."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from biosetu.cli.options import Command, out_option
from biosetu.cli.output import emit


@click.group()
def accounts() -> None:
    """People of the centre and their roles."""


HELD = (
    click.option("--role", default="", help="Role: contributor, officer, focal_point …"),
    click.option("--party", default="", help="The Party for which the role is held (NPL)."),
    click.option("--centre", default="", help="Or the support centre for which it is held (iucn-asia)."),
    click.option("--office", default="", help="The office in whose name the person acts."),
    click.option("--subject", default="", help="Of a focal point: primary, chm, sbstta, article-8j …"),
    click.option("--deputy", is_flag=True, help="Of a focal point: deputy, not holder."),
)
DAY = click.DateTime(["%Y-%m-%d"])


def _role_options(command: Command) -> Command:
    """Add the options that say which role."""
    for option in reversed(HELD):
        command = option(command)
    return command


@accounts.command()
@click.argument("account")
@click.option("--name", default="", help="Name as others see it.")
@_role_options
def add(account: str, name: str, **role: str | bool) -> None:
    """Open ACCOUNT and print its first password; officers set up a second step when they first sign in."""
    from biosetu.jobs import intake

    click.echo(intake.add_account(account, name=name, **role))


@accounts.command()
@click.argument("account")
@_role_options
@click.option("--since", type=DAY, metavar="YYYY-MM-DD", help="From this day; today.")
@click.option("--until", type=DAY, metavar="YYYY-MM-DD", help="Until this day; until it is ended.")
def give(account: str, since: datetime | None, until: datetime | None, **role: str | bool) -> None:
    """Give ACCOUNT one more role."""
    from biosetu.jobs import intake

    intake.give_role(account, since=since and since.date(), until=until and until.date(), **role)


@accounts.command()
@click.argument("account")
@_role_options
@click.option("--until", type=DAY, metavar="YYYY-MM-DD", help="Its last day; today.")
def end(account: str, until: datetime | None, **role: str | bool) -> None:
    """Let the roles of ACCOUNT that fit end: a post of a focal point is then vacant, and the centre says so."""
    from biosetu.jobs import intake

    click.echo(f"{intake.end_role(account, until=until and until.date(), **role)} ended", err=True)


@accounts.command()
@click.argument("account")
@click.confirmation_option(prompt="The account and the person's name are deleted for good. Go on?")
def erase(account: str) -> None:
    """Delete ACCOUNT: name, roles, keys, drafts; what was done stays on record without the name."""
    from biosetu.jobs import intake

    intake.erase_account(account)


@accounts.command()
@click.option("--as", "person", required=True, metavar="ACCOUNT", help="An officer or a manager: what they may see.")
@click.option("--since", type=DAY, metavar="YYYY-MM-DD", help="From this day.")
@click.option("--until", type=DAY, metavar="YYYY-MM-DD", help="Until this day.")
@click.option("--party", default="", help="Of this Party alone (NPL).")
@click.option("--record", default="", help="Of this kind alone: request, provider, run, account …")
@click.option("--id", "record_id", default="", help="Of this record alone: 2026-00001.")
@out_option
def audit(
    person: str, since: datetime | None, until: datetime | None, party: str, record: str, record_id: str,
    out: Path | None,
) -> None:  # fmt: skip
    """Export every change: by whom, when, to which record, from what to what; one row for each field."""
    from biosetu.jobs import intake

    table = intake.audit(
        person, since=since and since.date(), until=until and until.date(), party=party, record=record,
        record_id=record_id,
    )  # fmt: skip
    emit(table, out)


@accounts.command("list")
@out_option
def list_(out: Path | None) -> None:
    """List the accounts with their roles."""
    from biosetu.jobs import intake

    emit(intake.accounts(), out)
