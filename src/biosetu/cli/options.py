"""Options that every command understands the same way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from biosetu.translation import LANGUAGES

Command = TypeVar("Command", bound=Callable[..., Any])


def out_option(command: Command) -> Command:
    """Add `--out FILE`: CSV, Parquet, GeoParquet, JSON or xlsx by suffix; without it, a readable table."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path, dir_okay=False),
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
    return click.option("--scheduler", metavar="tcp://…", help="Run on a Dask cluster at this address.")(command)
