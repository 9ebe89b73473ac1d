"""How a command shows what it made: a file by suffix, or a readable table; progress on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from biosetu.problems import Problem
from biosetu.progress import Progress, silent
from biosetu.translation import translations

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_SHOWN = 50
WIDTH_OF_A_PIPE = 1000


def emit(table: pa.Table, out: Path | None) -> None:
    """Write `table` to `out`, or print it."""
    if out is None:
        show(table)
        return
    from biosetu.engine.tables import write_table

    _spare_inputs(out)
    write_table(table, out)
    click.echo(f"{out}: {table.num_rows} rows", err=True)


def _spare_inputs(out: Path) -> None:
    """Refuse to write over a file that the command reads: one that an argument or option demands to exist."""
    context = click.get_current_context(silent=True)
    if context is None:
        return
    for parameter in context.command.params:
        given = context.params.get(parameter.name or "")
        demanded = isinstance(parameter.type, click.Path) and parameter.type.exists
        values = given if isinstance(given, tuple) else (given,)
        same = any(isinstance(v, str | Path) and Path(v).resolve() == out.resolve() for v in values)
        if same and (demanded or isinstance(parameter, click.Argument)):
            raise click.BadParameter(f"{out} is also given as {parameter.name}: name another file", param_hint="--out")


def show(table: pa.Table, rows: int = ROWS_SHOWN) -> None:
    """Print the first rows of a table for reading."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else WIDTH_OF_A_PIPE)
    view = Table(*table.column_names, show_lines=False)
    for record in table.slice(0, rows).to_pylist():
        view.add_row(*(Text("" if value is None else _plain(value)) for value in record.values()))
    console.print(view)
    if table.num_rows > rows:
        click.echo(f"… {table.num_rows - rows} more rows; use --out FILE for all", err=True)


def _plain(value: object) -> str:
    return f"{value:,.6g}" if isinstance(value, float) else str(value)


def tell(warnings: Iterable[Problem], quiet: bool) -> None:
    """Say on stderr what a result warns of, in the language of the command, unless quiet."""
    context = click.get_current_context(silent=True)
    gettext = translations(context.params.get("language", "en") if context else "en").gettext
    if not quiet:
        for warning in warnings:
            click.echo(warning.in_words(gettext), err=True)


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Progress]:
    """Yield a progress callback that draws a bar on stderr, or a silent one."""
    if quiet or not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def report(done: int, total: int, label: str = "") -> None:
            bar.update(task, completed=done, total=total, description=label)

        yield report
