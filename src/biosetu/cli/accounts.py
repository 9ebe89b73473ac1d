"""`biosetu accounts`: who can sign in to the centre."""

from __future__ import annotations

from pathlib import Path

import click

from biosetu.cli.options import out_option
from biosetu.cli.output import emit


@click.group()
def accounts() -> None:
    """People of the centre and their roles."""


@accounts.command()
@click.argument("account")
@click.option("--name", default="", help="Name as others see it.")
@click.option("--role", default="", help="Role: contributor, officer …; without one, what everyone sees.")
@click.option("--party", default="", help="The Party for which the role is held (NPL).")
@click.option("--centre", default="", help="Or the support centre for which it is held (iucn-asia).")
@click.option("--office", default="", help="The office in whose name the person acts.")
def add(account: str, name: str, role: str, party: str, centre: str, office: str) -> None:
    """Open ACCOUNT and print its first password; officers set up a second step when they first sign in."""
    from biosetu.jobs import intake

    password = intake.add_account(account, name=name, role=role, party=party, centre=centre, office=office)
    click.echo(password)


@accounts.command("list")
@out_option
def list_(out: Path | None) -> None:
    """List the accounts with their roles."""
    from biosetu.jobs import intake

    emit(intake.accounts(), out)
