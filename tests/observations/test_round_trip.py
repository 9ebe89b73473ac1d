"""Every right table of observations survives CSV, xlsx and Parquet without loss."""

import string
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.observations.rows import TODAY, row, table

from biosetu.engine.cells import read_cells
from biosetu.engine.tables import write_table
from biosetu.observations import parse_cells, problems_of

TRICKY = string.ascii_letters + string.digits + "'\"=+-@,;\t\n _<>&%éعربي中😀"
texts = st.text(TRICKY, max_size=30).map(str.strip)
numbers = st.none() | st.floats(-1e300, 1e300, allow_nan=False)
records = st.builds(
    lambda year, value, footnote, inputs, on: row(
        indicator="context:x",
        unit="usd",
        year=year,
        value=value,
        value_text="" if value is not None else "said in words",
        footnote=footnote,
        inputs=inputs or "a source",
        status="validated",
        validated_by="MoFE",
        validated_on=on,
    ),
    st.integers(1900, 2026),
    numbers,
    texts,
    texts,
    st.dates(date(2000, 1, 1), date(2026, 1, 1)),
)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(rows=[row(indicator="context:x", unit="usd", footnote="'-", inputs="''=1")])
@given(rows=st.lists(records, min_size=1, max_size=4, unique_by=lambda r: r["year"]))
def test_round_trip_through_a_spreadsheet_loses_nothing(tmp_path: Path, suffix: str, rows) -> None:
    before = table(*rows)
    assert problems_of(before, today=TODAY) == []
    path = tmp_path / f"t{suffix}"
    write_table(before, path)
    after, problems = parse_cells(read_cells(path, escaped=True))
    assert problems == []
    assert after.to_pylist() == before.to_pylist()


def test_round_trip_through_parquet_loses_nothing(tmp_path: Path) -> None:
    before = table(row(), row(year=2019, footnote="=1+1", value=0.1 + 0.2))
    write_table(before, tmp_path / "t.parquet")
    assert pq.read_table(tmp_path / "t.parquet").equals(before)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "'=x", "''=x", "'x", "x"])
def test_written_text_never_starts_a_formula(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.csv"
    write_table(table(row(footnote=text)).select(["footnote"]), path)
    written = path.read_text().splitlines()[1]
    assert written.strip('"').lstrip("'")[:1] == text.lstrip("'")[:1]
    assert not written.strip('"').startswith(("=", "+", "-", "@", "\t"))
