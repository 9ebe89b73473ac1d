"""Requests and providers as matching sees them, and how they are read from tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import pyarrow as pa

from biosetu.cooperation.forms import CODES, check, form
from biosetu.problems import DataError, Problem
from biosetu.translation import say

CODE_FIELDS = ("targets", "indicators", "ecosystems", "actions", "threats", "methods")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. Lists are code lists: targets `1`…`23`, functional groups or biomes or realms of the Global
    Ecosystem Typology (`T1.1`, `T1`, `T`), IUCN actions and threats (`5.4.3`), methods in the field's words,
    languages ISO 639-1.

    `party` asks; `other_parties` take part. `contacts` name people of the request, `supervisors` those to whom they
    report; `joint_work` entries are `organization:year`; `days` of work are needed; `chosen` is the officer's choice.
    """

    request: str
    title: str = ""
    text: str = ""
    party: str = ""
    other_parties: tuple[str, ...] = ()
    region: str = ""
    organization: str = ""
    ministry: str = ""
    funders: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    ecosystems: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    threats: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    days: float = 0.0
    contacts: tuple[str, ...] = ()
    supervisors: tuple[str, ...] = ()
    joint_work: tuple[str, ...] = ()
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """Who can help. `work` are items of work in words; `parties` where they worked; `capacity` how many requests at
    once.

    `results` is the mean rating of earlier help by those who got it, 0–1, empty when there is none. `joint_work`
    entries are `organization:year`; `interests` name organizations, ministries, Parties or requests; `contacts` name
    people of the provider, `supervisors` those to whom they report; `free_days` of work can be given.
    """

    provider: str
    name: str = ""
    party: str = ""
    region: str = ""
    organization: str = ""
    ministry: str = ""
    funders: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    joint_work: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    supervisors: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    ecosystems: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    threats: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    work: tuple[str, ...] = ()
    results: float | None = None
    free_days: float | None = None
    capacity: int = 1
    workload: int = 0


Record = TypeVar("Record", Request, Provider)


def read_requests(table: pa.Table, file: str = "") -> tuple[Request, ...]:
    """Read requests from a table with the field names as columns; lists are separated by `;` (work by `|`)."""
    return _read(Request, table, file, "request")


def read_providers(table: pa.Table, file: str = "") -> tuple[Provider, ...]:
    """Read providers from a table with the field names as columns; lists are separated by `;` (work by `|`)."""
    return _read(Provider, table, file, "provider")


def request_from(values: Mapping[str, str]) -> Request:
    """Return the request that these cells describe; cells of other names are left aside."""
    return _record(Request, values)


def provider_from(values: Mapping[str, str]) -> Provider:
    """Return the provider that these cells describe; cells of other names are left aside."""
    return _record(Provider, values)


def _read(kind: type[Record], table: pa.Table, file: str, key: str) -> tuple[Record, ...]:
    if key not in table.column_names:
        remedy = say("Add a column '{key}' with a name for every row; the template has all columns", key=key)
        raise DataError(Problem(say("there is no column '{key}'", key=key), remedy, "column", file=file, row=1))
    records: list[Record] = []
    seen: set[str] = set()
    problems: list[Problem] = []
    for number, row in zip(_row_numbers(table), table.to_pylist(), strict=True):
        values = {name: _text(value) for name, value in row.items()}
        found = list(_row_problems(kind, values, key, seen))
        seen.add(values[key])
        problems += [_placed(problem, file, number) for problem in found]
        if not found:
            records.append(_record(kind, values))
    if problems:
        raise DataError(problems)
    return tuple(records)


def _row_numbers(table: pa.Table) -> Iterable[int]:
    """Return the row of the file for every record, as the reader noted it, else counted from 2."""
    noted = (table.schema.metadata or {}).get(b"biosetu.rows")
    return [int(n) for n in noted.split(b",") if n] if noted is not None else range(2, table.num_rows + 2)


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def _placed(problem: Problem, file: str, row: int) -> Problem:
    return Problem(problem.message, problem.remedy, problem.code, file, row, problem.column, problem.value)


def _row_problems(
    kind: type[Request] | type[Provider], values: Mapping[str, str], key: str, seen: set[str]
) -> Iterable[Problem]:
    name = values[key]
    if not name:
        yield Problem("the name is empty", "Give every row a name of its own", "empty", column=key)
    elif name in seen:
        yield Problem("the name stands twice", "Give every row a name of its own", "duplicate", column=key, value=name)
    for field in fields(kind):
        cell = values.get(field.name, "")
        if cell and _is_number(field.type) and not _number(cell):
            yield Problem("not a number", "Write digits, such as 3", "number", column=field.name, value=cell)
    coded = {field.field for field in form(key) if field.kind.startswith(CODES)} & {one.name for one in fields(kind)}
    yield from check(key, {name: values[name] for name in sorted(coded) if values.get(name)})


def _is_number(annotation: Any) -> bool:
    return str(annotation).split(" |", maxsplit=1)[0] in {"int", "float"}


def _number(cell: str) -> bool:
    try:
        return 0 <= float(cell) < float("inf")
    except ValueError:
        return False


def _record(kind: type[Record], values: Mapping[str, str]) -> Record:
    found: dict[str, Any] = {}
    for field in fields(kind):
        cell = values.get(field.name, "")
        if not cell:
            continue
        annotation = str(field.type)
        if annotation.startswith("tuple"):
            found[field.name] = _list(cell, "|" if field.name == "work" else ";")
        elif annotation == "int":
            found[field.name] = int(float(cell))
        elif annotation.startswith("float"):
            found[field.name] = float(cell)
        else:
            found[field.name] = cell
    return kind(**found)


def _list(cell: str, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.replace("\n", separator).split(separator) if part.strip())
