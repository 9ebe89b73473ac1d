"""Options that every command understands the same way."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from biosetu.translation import LANGUAGES

Command = TypeVar("Command", bound=Callable[..., Any])


class Number(click.FloatRange):
    """A number within limits; neither `nan` nor `inf`, which no comparison with limits keeps out."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number, or say what is wrong with it."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is no number to work with", param, ctx)
        return number


YEAR = click.IntRange(1500, 2200)
DATE = Number(1500, 2200)  # a year with its part, as 2000.5
WORKERS = click.IntRange(1, 1024)
METRES = Number(0, 20_037_509)  # no two places on the globe are farther apart
MOST_DRAWS = 100_000
BAND = click.IntRange(1, 65_535)
AMOUNT = Number(max=1e15)  # finite and countable; what it may be is for the work to say
RASTER_CODE = click.IntRange(-(2**31), 2**32 - 1)


def _of_a_centre(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Return the account named; refuse one where there is no centre, and so nobody who could be meant."""
    if value:
        from biosetu.jobs.intake import in_centre

        if not in_centre():
            raise click.UsageError("--as: there is no centre in BIOSETU_HOME, so nobody has an account. Leave it out.")
    return value


class Named(click.Path):
    """A file to write, whose name must end in one of some suffixes: its format is told by them, before any work."""

    def __init__(self, *suffixes: str) -> None:
        """Take the suffixes, each with its dot."""
        super().__init__(path_type=Path, dir_okay=False)
        self.suffixes = suffixes

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, or say which endings there are."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if path.suffix.lower() not in self.suffixes:
            self.fail(f"{value}: the name must end in {' or '.join(self.suffixes)}", param, ctx)
        return path


TABLE = Named(".csv", ".tsv", ".parquet", ".json", ".xlsx")


class SchedulerAddress(click.types.StringParamType):
    """The address of a Dask scheduler."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the address, or say that it is none."""
        if not re.fullmatch(r"(tcp|tls|ws|wss)://(\[[0-9a-fA-F:.]+\]|[^\s/:]+):\d{1,5}/?", value):
            self.fail(f"{value} is no address of a Dask scheduler; write tcp://HOST:PORT", param, ctx)
        return value


def account_option(command: Command) -> Command:
    """Add `--as ACCOUNT`: who acts, where there is a centre."""
    return click.option(
        "--as", "account", default="", callback=_of_a_centre, metavar="ACCOUNT", help="In a centre: who does it."
    )(command)


def out_option(command: Command) -> Command:
    """Add `--out FILE`: CSV, Parquet, GeoParquet, JSON or xlsx by suffix; without it, a readable table."""
    return click.option(
        "--out",
        type=Named(".csv", ".tsv", ".parquet", ".geoparquet", ".json", ".xlsx"),
        metavar="FILE",
        help="Write to FILE: .csv, .parquet, .json or .xlsx. Without it, a table on the terminal.",
    )(command)


def language_option(command: Command) -> Command:
    """Add `--lang`."""
    return click.option(
        "--lang", "language", type=click.Choice(sorted(LANGUAGES)), default="en", show_default=True, help="Language."
    )(command)


def quiet_option(command: Command) -> Command:
    """Add `--quiet`: no progress."""
    return click.option("--quiet", is_flag=True, help="No progress, no notes.")(command)


def scheduler_option(command: Command) -> Command:
    """Add `--scheduler tcp://…`: run partitions on a Dask cluster."""
    return click.option(
        "--scheduler", type=SchedulerAddress(), metavar="tcp://…", help="Run on a Dask cluster at this address."
    )(command)
