"""`species assess`: a table of assessments in, categories and criteria out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from biosetu.engine.cells import Limits, read_cells
from biosetu.engine.tables import read_parquet, write_table
from biosetu.framework import find_party
from biosetu.problems import DataError, Problem
from biosetu.species.criteria.assess import Method, assess
from biosetu.species.criteria.inputs import read_inputs, template
from biosetu.species.criteria.sis import from_sis, sis_assessments, sis_countries, sis_fields, sis_taxonomy

LIMITS = Limits(file_bytes=400_000_000, content_bytes=1_000_000_000, rows=2_000_000)


def read_assessment_cells(path: Path) -> pa.Table:
    """Return the cells of a CSV, TSV, xlsx or Parquet file of assessments."""
    if not path.exists():
        raise DataError(Problem("there is no such file", "Check the name.", "file", str(path)))
    if path.suffix.lower() == ".parquet":
        return read_parquet(path)
    return read_cells(path, limits=LIMITS)


def assess_file(path: Path, method: Method, sis: Path | None = None, party: str | None = None) -> pa.Table:
    """Assess every row of a file: the template's columns, or an `allfields` export of SIS.

    With `sis`, also write the files of SIS Connect into that folder: `allfields.csv`, `assessments.csv`,
    `taxonomy.csv`, and `countries.csv` where they are the national assessments of a Party.

    Raises DataError with all cells that cannot be read, UsageError for an unknown Party.
    """
    cells = from_sis(read_assessment_cells(path))
    inputs = read_inputs(cells, path.name)
    result = assess(inputs, method)
    if sis is not None:
        lower = cells.rename_columns([name.strip().lower() for name in cells.column_names])
        for name, table in sis_files(lower, result, datetime.now(UTC).date(), party).items():
            write_table(table, sis / f"{name}.csv")
    return result


def sis_files(cells: pa.Table, result: pa.Table, on: date, party: str | None) -> dict[str, pa.Table]:
    """Return the files of SIS Connect that an assessment table and its result fill, by name."""
    made = {
        "allfields": sis_fields(cells),
        "assessments": sis_assessments(result, on),
        "taxonomy": sis_taxonomy(cells),
    }
    if party is not None:
        found = find_party(party)
        made["countries"] = sis_countries(cells, found.iso2, found.name("en"))
    return made


def write_template(path: Path) -> None:
    """Write an empty assessment table with one example row; the explanation of each column goes beside it."""
    explained = template()
    names = explained.column("parameter").to_pylist()
    examples = explained.column("example").to_pylist()
    write_table(pa.table({name: pa.array([example]) for name, example in zip(names, examples, strict=True)}), path)
    write_table(explained, path.with_name(f"{path.stem}-columns{path.suffix}"))
