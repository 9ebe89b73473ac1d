"""`biosetu framework`: what was agreed, looked up."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from biosetu.cli.lazy import LazyGroup
from biosetu.cli.options import language_option, out_option
from biosetu.cli.output import emit
from biosetu.translation import N_, translations

if TYPE_CHECKING:
    from rich.table import Table

LANGUAGE_ENDINGS = ("_en", "_ar", "_fr", "_es", "_ru", "_zh")
HIDDEN = frozenset(
    {"entry", "list", "source_code", "title_ar_status", "name_en_status", "method_state", "custodians_state"}
)
LAZY = {
    "coverage": ("biosetu.cli.coverage:coverage", "Which Parties a support centre serves: listed, added, taken off.")
}
SECTIONS = {
    "elements": (N_("Elements"), ("id", "text", "kind", "value", "unit", "measure", "deadline", "scope")),
    "indicators": (N_("Indicators"), ("code", "role", "title")),
    "targets": (N_("Goals and targets"), ("code", "role", "title")),
    "states": (N_("How sure that is"), ("subject", "label", "checked", "reference")),
    "disaggregations": (N_("Optional disaggregations"), ("label", "code_list")),
    "questions": (N_("Questions"), ("key", "label")),
    "answers": (N_("Answers"), ("value", "label", "in_tool", "in_annex")),
    "centres": (N_("Support centres"), ("centre", "name", "certainty", "basis")),
    "parties": (N_("Parties"), ("party", "name", "certainty", "basis")),
    "context": (N_("Context"), ("fact", "value", "text", "unit", "year", "source")),
    "not_relevant": (N_("Proposed as not relevant"), ("kind", "subject", "reason", "basis")),
    "above": (N_("Above"), ("code", "name")),
    "below": (N_("Below"), ("code", "name")),
}


@click.group(cls=LazyGroup, lazy=LAZY)
def framework() -> None:
    """What was agreed: goals, targets, indicators, Parties, centres, code lists."""


@framework.command()
@click.argument("code")
@click.option("--json", "as_text", is_flag=True, help="JSON on the terminal.")
@out_option
@language_option
def show(code: str, as_text: bool, out: Path | None, language: str) -> None:
    """Show all there is on CODE: 3, A.3, NPL, iucn-asia, T1.1, 7NR, threat:5.3.1 …

    A code that several lists share is shown for the first; put the list in front for another (habitat:1.1).
    """
    from biosetu.jobs.framework import as_json, show_code, write_description

    description, others = show_code(code)
    if out is not None:
        write_description(description, out)
        click.echo(str(out), err=True)
    elif as_text:
        click.echo(as_json(description), nl=False)
    else:
        _print(description, language)
    if others:
        click.echo(translations(language).gettext("The same code also stands for:") + f" {', '.join(others)}", err=True)


@framework.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--in", "only", multiple=True, metavar="LIST", help="Only in this list, such as party; may be repeated.")
@click.option("--most", type=click.IntRange(1, 500), default=20, show_default=True, help="Results.")
@out_option
@language_option
def search(text: tuple[str, ...], only: tuple[str, ...], most: int, out: Path | None, language: str) -> None:
    """Find TEXT among codes and names, in any language held."""
    from biosetu.jobs.framework import search_framework

    found = search_framework(" ".join(text), language, only, most)
    if found.num_rows or out is not None:
        emit(found, out)
    else:
        click.echo(translations(language).gettext("Nothing found."), err=True)


@framework.command(name="list")
@click.argument("kind")
@out_option
@language_option
def list_(kind: str, out: Path | None, language: str) -> None:
    """List every code of KIND: target, indicator, party, centre, functional-group, threat, action, habitat …"""
    from biosetu.jobs.framework import list_codes

    emit(list_codes(kind, language), out)


def _print(description: Mapping[str, Any], language: str) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(soft_wrap=not sys.stdout.isatty())
    gettext = translations(language).gettext
    fields = Table(show_header=False, box=None)
    for name, value in _fields(description, language):
        if name not in SECTIONS and name not in HIDDEN and value not in ("", None, []):
            fields.add_row(f"[bold]{gettext(name.replace('_', ' '))}", _cell(value))
    console.print(fields)
    for name, (title, columns) in SECTIONS.items():
        held = description.get(name)
        if held and isinstance(held[0], dict):
            console.print(_section(gettext(title), columns, held, language))


def _section(title: str, columns: tuple[str, ...], held: list[Mapping[str, Any]], language: str) -> Table:
    from rich.table import Table

    gettext = translations(language).gettext
    rows = [dict(_fields(row, language)) for row in held]
    used = [column for column in columns if any(row.get(column) not in ("", None) for row in rows)]
    table = Table(*(gettext(column.replace("_", " ")) for column in used), title=title, title_justify="left")
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in used))
    return table


def _fields(record: Mapping[str, Any], language: str) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a record; of those in several languages, the one asked for, or English."""
    for name, value in record.items():
        if not name.endswith(LANGUAGE_ENDINGS):
            yield name, value
        elif name.endswith("_en"):
            stem = name.removesuffix("_en")
            yield stem, record.get(f"{stem}_{language}") or value


def _cell(value: object) -> str:
    from rich.markup import escape

    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, float):
        return f"{value:,.12g}"
    if isinstance(value, list):
        return escape("; ".join(str(part) for part in value))
    return "" if value is None else escape(str(value))
