"""What we write never begins a cell with a formula: every writer of CSV and xlsx, found by walking the source."""

import ast
import csv
import io
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import biosetu
from biosetu.engine.tables import FORMULA_STARTS, csv_bytes, safe_cell, write_table
from biosetu.reports.cbd.workbook import write_grids
from biosetu.reports.validation_workbook import write_workbook

SOURCE = Path(biosetu.__file__).parent
WRITING = {"writer", "DictWriter", "write_csv", "to_csv", "to_excel", "Workbook", "CSVWriter"}
LIBRARIES = {"csv", "pa_csv", "pacsv", "xlsxwriter", "openpyxl"}
# who writes cells: the common ones, tried below; what is kept in our own home and no spreadsheet ever opens
COMMON = {"engine/tables.py", "reports/cbd/workbook.py", "reports/validation_workbook.py"}
OWN = {"jobs/coverage.py", "jobs/planning_setuland.py"}
HOSTILE = ['=HYPERLINK("http://x")', "=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''=1"]


def writers():
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITING:
                of = node.func.value
                if node.func.attr.startswith("to_") or (isinstance(of, ast.Name) and of.id in LIBRARIES):
                    yield path.relative_to(SOURCE).as_posix()


def test_no_other_module_writes_cells():
    assert set(writers()) == COMMON | OWN


def cells_of(path):
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert [cell.value for cell in cells if cell.data_type == "f"] == []
        return [cell.value for cell in cells if isinstance(cell.value, str)]
    delimiter = "\t" if path.suffix == ".tsv" else ","
    text = path.read_text(encoding="utf-8")
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for cell in row]


def by_table(folder, suffix):
    path = folder / f"t{suffix}"
    codes = pa.array(HOSTILE).dictionary_encode()
    columns = {"=name": HOSTILE, "large": pa.array(HOSTILE, pa.large_string()), "coded": codes}
    write_table(pa.table({**columns, "n": [-1.5] * len(HOSTILE)}), path)
    return path


def by_grids(folder, suffix):
    path = folder / f"g{suffix}"
    write_grids({"data": [["=head", "b"], *[[text, -1] for text in HOSTILE]]}, path)
    return path


def by_sheet(folder, suffix):
    path = folder / f"v{suffix}"
    rows = [{"reference": text, "party": text, "answer": text, "reason": text, "value": -1.0} for text in HOSTILE]
    write_workbook(path, rows, party=HOSTILE[0], on="2026-01-01")
    return path


@pytest.mark.parametrize(
    ("write", "suffix"),
    [(by_table, ".csv"), (by_table, ".tsv"), (by_table, ".xlsx"), (by_grids, ".xlsx"), (by_sheet, ".xlsx")],
)
def test_no_cell_begins_a_formula(write, suffix, tmp_path):
    numbers = {"-1.5", "-1", "-1.0"}
    found = [cell for cell in cells_of(write(tmp_path, suffix)) if cell not in numbers]
    assert [cell for cell in found if cell.startswith(FORMULA_STARTS)] == []
    assert any("HYPERLINK" in cell for cell in found)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6), min_size=1))
def test_any_text_is_given_back_and_is_no_formula(texts):
    rows = list(csv.reader(io.StringIO(csv_bytes(pa.table({"a": texts, "b": texts})).decode(), newline="")))[1:]
    written = [row[0] for row in rows]
    assert [cell for cell in written if cell.startswith(FORMULA_STARTS)] == []
    assert written == [safe_cell(text) for text in texts]
