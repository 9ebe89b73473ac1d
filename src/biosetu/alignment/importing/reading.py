"""One way in for every form of national targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biosetu.alignment.comparison import Imported
from biosetu.alignment.importing.records import from_record, statement_from
from biosetu.alignment.importing.tables import read_tables
from biosetu.alignment.national import NationalTarget, NotCovered, Promises
from biosetu.alignment.ort.reading import parse_json, read_records
from biosetu.alignment.ort.targets import NationalTarget7, NationalTarget7Mapping
from biosetu.engine.grids import Book, Grid
from biosetu.framework import parties
from biosetu.problems import Problem


def read_json(text: str, party: str, file: str = "") -> Imported:
    """Read national targets from JSON: records of the reporting tool, or its export as a list of rows."""
    content = parse_json(text, file)
    rows = content if isinstance(content, list) else content.get("data") if isinstance(content, Mapping) else None
    if isinstance(rows, list) and rows and isinstance(rows[0], Mapping) and not {"header", "body"} & rows[0].keys():
        return read_tables(Book(file, "csv", (grid_of(rows),)), party)
    return _from_records(text, party, file)


def grid_of(rows: list[Any]) -> Grid:
    """Return rows of a JSON export (one object a row) as a sheet, its header the names of the fields."""
    names = list(dict.fromkeys(name for row in rows if isinstance(row, Mapping) for name in row))
    body = [tuple(_cell(row.get(name)) for name in names) for row in rows if isinstance(row, Mapping)]
    return Grid("", (tuple(names), *body))


def _cell(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, list):
        return "; ".join(str(_cell(entry)) for entry in value)
    if isinstance(value, Mapping):
        return str(value.get("en") or next(iter(value.values()), ""))
    return str(value)


def _from_records(text: str, party: str, file: str) -> Imported:
    found: dict[str, tuple[int, NationalTarget]] = {}
    statements: dict[str, tuple[int, NotCovered]] = {}
    problems: list[Problem] = []
    left_out: set[str] = set()
    for number, record in read_records(text, file):
        if isinstance(record, Problem):
            problems.append(record)
        elif record.government.identifier != parties()[party].iso2.lower():
            problems.append(_other_party(file, number, party, record.government.identifier))
        elif isinstance(record, NationalTarget7):
            target = from_record(record, party)
            found[target.id] = (number, target)
        elif isinstance(record, NationalTarget7Mapping):
            statement = statement_from(record, party)
            if statement:
                statements[statement.target] = (number, statement)
        else:
            left_out.add(record.header.record_schema)
    return Imported(
        party, tuple(found.values()), (), tuple(statements.values()), tuple(problems), tuple(sorted(left_out))
    )


def _other_party(file: str, number: int, party: str, government: str) -> Problem:
    return Problem(
        f"a record of another Party, not of {party}",
        "Import each Party's records on their own",
        "other-party",
        file=file,
        row=number,
        column="government",
        value=government,
    )


def adopt_ids(imported: Imported, held: Promises) -> Imported:
    """Give an imported target the id of the held one with the same text, where its own id isn't held yet.

    So a target that first came from a table and then from the tool's records is not held twice.
    """
    known = {target.id for target in held.targets}
    by_title: dict[str, list[str]] = {}
    for target in held.targets:
        for text in target.title.values():
            by_title.setdefault(_squeezed(text), []).append(target.id)
    adopted = []
    for row, target in imported.targets:
        same = {name for text in target.title.values() for name in by_title.get(_squeezed(text), ())}
        if target.id not in known and len(same) == 1:
            target = target.model_copy(update={"id": same.pop()})  # noqa: PLW2901
        adopted.append((row, target))
    return Imported(
        imported.party, tuple(adopted), imported.actions, imported.statements, imported.problems, imported.dropped
    )


def _squeezed(text: str) -> str:
    return "".join(mark for mark in text.casefold() if mark.isalnum())
