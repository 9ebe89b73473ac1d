"""Reading an uploaded table in a process of its own (`centre.apart`): rows and problems come back as files."""

from __future__ import annotations

import json
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from biosetu.centre.apart import OUT_OF_MEMORY, Bounds, limit_this_process, run_apart
from biosetu.engine.cells import Limits, read_cells
from biosetu.observations import Status, as_typed, parse_cells, problems_of
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

ROWS, PROBLEMS = "rows.parquet", "problems.json"
ACTIVE = ("vbaproject", "activex", "externallinks", "embeddings", "ctrlprops", "connections.xml")
NEVER_GIVEN = ("status", "validated_by", "validated_on")
HEADER_ROW = 1


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the observations row by row, the row numbers of the file, and all problems."""

    table: pa.Table
    numbers: tuple[int, ...]
    problems: tuple[Problem, ...]


def read_apart(path: Path, bounds: Bounds, reader: str = "biosetu.centre.evidence.reader") -> Reading:
    """Read an uploaded table in a limited process; raise `DataError` for a file that cannot be read as a table.

    `reader` is the module that the process runs; it ends in `main`, as this one does.
    """
    with tempfile.TemporaryDirectory(prefix="biosetu-reading-") as name:
        folder = Path(name)
        code = run_apart(reader, folder, [str(path), str(folder), json.dumps(asdict(bounds))], bounds)
        return _collected(folder, path, code)


def _collected(folder: Path, path: Path, code: int) -> Reading:
    if code != 0 or not (folder / PROBLEMS).exists():
        raise DataError(too_much(path))
    said = json.loads((folder / PROBLEMS).read_text(encoding="utf-8"))
    problems = tuple(Problem.from_dict(item) for item in said["problems"])
    if said["unreadable"]:
        raise DataError(problems)
    return Reading(pq.read_table(folder / ROWS), tuple(said["numbers"]), problems)


def too_much(path: Path) -> Problem:
    """Return what is said of a file that took too much."""
    message = N_("the file takes too much time or memory to read")
    return Problem(message, N_("Split it, or save it anew as CSV"), "limits", path.name)


def refuse_active_content(path: Path) -> None:
    """Refuse a workbook with macros, controls, embedded files or links to elsewhere."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        names = [entry.lower() for entry in archive.namelist()]
    found = sorted({part for part in ACTIVE for name in names if part in name})
    if found:
        message = N_("the workbook holds macros, embedded files or links")
        raise DataError(Problem(message, N_("Save the values alone as .xlsx or CSV"), "active", path.name))


def read_here(path: Path, bounds: Bounds) -> Reading:
    """Read a table of observations in this process: limits, cells, types, validity; all problems by row of the file.

    What only review can give (status, office, date of validation) is not taken from the file.
    """
    refuse_active_content(path)
    cells = read_cells(path, limits=Limits(file_bytes=bounds.file_bytes, rows=bounds.rows), escaped=True)
    numbers = _row_numbers(cells)
    kept = cells.select([name for name in cells.column_names if name not in NEVER_GIVEN])
    table, found = parse_cells(kept, file=path.name, defaults={"status": Status.PROPOSED.value})
    if header := [problem for problem in found if problem.row == HEADER_ROW]:
        raise DataError(header)
    broken = {problem.row for problem in found}
    others = [problem for problem in problems_of(table, file=path.name) if problem.row not in broken]
    found += as_typed(others, kept)
    return Reading(table, numbers, tuple(_renumbered(problem, numbers) for problem in found))


def _row_numbers(cells: pa.Table) -> tuple[int, ...]:
    written = (cells.schema.metadata or {}).get(b"biosetu.rows", b"").decode()
    return tuple(int(part) for part in written.split(",") if part)


def _renumbered(problem: Problem, numbers: tuple[int, ...]) -> Problem:
    if problem.row is None:
        return problem
    return replace(problem, row=numbers[problem.row - HEADER_ROW - 1])


def _hand_back(folder: Path, reading: Reading | None, problems: tuple[Problem, ...]) -> None:
    numbers: tuple[int, ...] = ()
    if reading is not None:
        numbers = reading.numbers
        pq.write_table(reading.table, folder / ROWS)
    said = {
        "unreadable": reading is None,
        "numbers": numbers,
        "problems": [problem.as_dict() for problem in problems],
    }
    (folder / PROBLEMS).write_text(json.dumps(said), encoding="utf-8")


def main(path: Path, folder: Path, bounds: Bounds, read: Callable[[Path, Bounds], Reading] = read_here) -> None:
    """Read within the bounds and leave rows and problems in `folder`."""
    limit_this_process(bounds)
    try:
        reading = read(path, bounds)
    except DataError as error:
        if isinstance(error.__cause__, MemoryError):
            raise SystemExit(OUT_OF_MEMORY) from error
        _hand_back(folder, None, tuple(error.problems))
        return
    _hand_back(folder, reading, reading.problems)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Bounds(**json.loads(sys.argv[3])))
