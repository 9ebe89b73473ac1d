"""Whom a support centre serves: listed, replaced, a Party added or taken off, back to the list of the software.

The own list is `coverage.csv` in the state folder. It is written whole or not at all; what it says of other centres is
kept as it stands. Where the state folder holds a centre, its verb is called, so that the change is recorded there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from biosetu.engine.cells import read_cells
from biosetu.engine.tables import replacing
from biosetu.framework import (
    COVERAGE_COLUMNS,
    Coverage,
    coverage_from,
    coverage_of,
    find_centre,
    find_party,
)
from biosetu.framework.reading import own_rows
from biosetu.home import home
from biosetu.jobs.intake import door, in_centre
from biosetu.problems import DataError, Problem, UsageError
from biosetu.translation import N_, say

FILE = "coverage.csv"
Row = Mapping[str, str]


def rows_of(centre: str) -> list[dict[str, str]]:
    """Return whom a centre serves as texts by column, in the order of the list."""
    return [_texts(row) for row in coverage_of(centre=find_centre(centre).id)]


def served(centre: str) -> pa.Table:
    """Return whom a centre serves as a table with the columns of `coverage.csv`."""
    rows = rows_of(centre)
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in COVERAGE_COLUMNS})


def is_own(centre: str) -> bool:
    """Return whether the administrator's own list speaks of a centre."""
    return any(row["centre"] == centre for row in own_rows("coverage", COVERAGE_COLUMNS))


def checked(centre: str, rows: Sequence[Row], *, file: str = FILE) -> tuple[Coverage, ...]:
    """Return rows of texts as the coverage of a centre; raises `DataError` with every wrong cell, or without a row."""
    full = [{**dict.fromkeys(COVERAGE_COLUMNS, ""), **row, "centre": find_centre(centre).id} for row in rows]
    found = coverage_from(full, file)
    if not found:
        message = N_("a centre that serves nobody cannot be listed")
        raise DataError([Problem(message, N_("Keep one Party, or go back to the list of the software"), "empty", file)])
    return found


def write_served(centre: str, rows: Sequence[Row], *, file: str = FILE) -> None:
    """Put `rows` in the place of all that is held of a centre; raises as `checked` does, then nothing is written."""
    found = checked(centre, rows, file=file)
    _write([*_others(found[0].centre), *map(_texts, found)])


def write_packaged(centre: str) -> None:
    """Go back to what the list of the software says of a centre."""
    _write(_others(find_centre(centre).id))


def set_served(centre: str, rows: Sequence[Row] | None, *, file: str = FILE) -> None:
    """Do `write_served`, or without rows `write_packaged`; in a centre as its recorded verb."""
    if in_centre():
        door("serve_parties")(centre, rows, file)
    elif rows is None:
        write_packaged(centre)
    else:
        write_served(centre, rows, file=file)


def read_served(path: Path) -> list[dict[str, str]]:
    """Return the rows of a filled-in table (csv, tsv, xlsx) as texts; `DataError` for each missing column."""
    cells = read_cells(path)
    needed = [name for name in COVERAGE_COLUMNS if name not in cells.column_names and name not in ("centre", "source")]
    if needed:
        remedy = say("The columns are {coverage_columns}", coverage_columns=", ".join(COVERAGE_COLUMNS))
        raise DataError([Problem("a column is missing", remedy, "column", path.name, 1, name) for name in needed])
    return [{name: str(text or "").strip() for name, text in row.items()} for row in cells.to_pylist()]


def with_party(rows: Iterable[Row], party: str, **cells: str) -> list[Row]:
    """Return the rows with one more Party, in the place of what was said of it from the same day on."""
    code = find_party(party).iso3
    first = cells.get("valid_from", "")
    return [*(row for row in rows if (row["party"], row["valid_from"]) != (code, first)), {"party": code, **cells}]


def without_party(rows: Sequence[Row], party: str) -> list[Row]:
    """Return the rows without a Party; raises `UsageError` where it is not among them."""
    code = find_party(party).iso3
    kept = [row for row in rows if row["party"] != code]
    if len(kept) == len(rows):
        raise UsageError(say("The centre does not serve {code}.", code=code))
    return kept


def _others(centre: str) -> list[dict[str, str]]:
    return [row for row in own_rows("coverage", COVERAGE_COLUMNS) if row["centre"] != centre]


def _texts(row: Coverage) -> dict[str, str]:
    return {name: str(getattr(row, name) or "") for name in COVERAGE_COLUMNS}


def _write(rows: Sequence[Row]) -> None:
    """Write the own list; without a row there is none."""
    path = home() / FILE
    if not rows:
        path.unlink(missing_ok=True)
        return
    text = io.StringIO()
    writer = csv.DictWriter(text, COVERAGE_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    with replacing(path) as temporary:
        temporary.write_text(text.getvalue(), encoding="utf-8")
