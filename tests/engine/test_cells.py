import zipfile
from pathlib import Path

import openpyxl
import pytest

from biosetu.engine.cells import Limits, read_cells
from biosetu.problems import DataError


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def code_of(path: Path, **options) -> str:
    with pytest.raises(DataError) as caught:
        read_cells(path, **options)
    return caught.value.problems[0].code


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "a;b\n1;2\n", "a\tb\r\n1\t2\r\n", "\ufeffa,b\n1,2"])
def test_csv_of_any_usual_kind_is_read(tmp_path: Path, text: str) -> None:
    assert read_cells(write(tmp_path / "f.csv", text)).to_pylist() == [{"a": "1", "b": "2"}]


def test_csv_with_quotes_newlines_and_blank_rows_keeps_row_numbers(tmp_path: Path) -> None:
    table = read_cells(write(tmp_path / "f.csv", 'a,b\n"x\ny","q""r"\n,\n3,4\n'))
    assert table.to_pylist() == [{"a": "x\ny", "b": 'q"r'}, {"a": "3", "b": "4"}]
    assert table.schema.metadata[b"biosetu.rows"] == b"2,4"


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("f.csv", "", "header"),
        ("f.csv", "a,,c\n1,2,3\n", "header"),
        ("f.csv", "a,a\n1,2\n", "repeated-column"),
        ("f.csv", "a,b\n1,2,3\n", "extra-cells"),
        ("f.csv", 'a,b\n"1,2\n', "csv"),
        ("f.csv", "a\0,b\n", "encoding"),
        ("f.pdf", "a", "format"),
        ("f.xlsx", "not a zip", "xlsx"),
    ],
)
def test_file_that_is_malformed_is_refused_by_kind(tmp_path: Path, name: str, text: str, code: str) -> None:
    assert code_of(write(tmp_path / name, text)) == code


def test_csv_in_another_encoding_is_refused(tmp_path: Path) -> None:
    assert code_of(write(tmp_path / "f.csv", "a\né\n", "latin-1")) == "encoding"


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(file_bytes=5), "too-large"),
        (Limits(rows=1), "too-many-rows"),
        (Limits(columns=1), "too-many-columns"),
        (Limits(cell=2), "cell-too-long"),
    ],
)
def test_csv_over_a_limit_is_refused(tmp_path: Path, limits: Limits, code: str) -> None:
    assert code_of(write(tmp_path / "f.csv", "a,b\n1,222\n3,4\n"), limits=limits) == code


def test_workbook_cells_come_as_text_and_formulas_are_not_run(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a", "b", "c", "d"])
    book.active.append([2024, 0.30000000000000004, "=1+1", True])
    book.save(tmp_path / "f.xlsx")
    assert read_cells(tmp_path / "f.xlsx").to_pylist() == [
        {"a": "2024", "b": "0.3", "c": "", "d": "1"},
    ]


def test_workbook_with_a_named_sheet_reads_that_one(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("data").append(["x"])
    book["data"].append(["1"])
    book.save(tmp_path / "f.xlsx")
    assert read_cells(tmp_path / "f.xlsx", sheet="data").to_pylist() == [{"x": "1"}]
    assert code_of(tmp_path / "f.xlsx", sheet="other") == "sheet"


def test_workbook_that_unpacks_to_too_much_is_refused_unread(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "f.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 3_000_000)
    assert (tmp_path / "f.xlsx").stat().st_size < 20_000
    assert code_of(tmp_path / "f.xlsx", limits=Limits(content_bytes=1_000_000)) == "bomb"


def test_workbook_with_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.save(tmp_path / "good.xlsx")
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><workbook>&b;</workbook>'
    with zipfile.ZipFile(tmp_path / "good.xlsx") as good, zipfile.ZipFile(tmp_path / "f.xlsx", "w") as bad:
        for name in good.namelist():
            bad.writestr(name, bomb if name == "xl/workbook.xml" else good.read(name))
    assert code_of(tmp_path / "f.xlsx") == "xlsx"


def test_csv_cell_beyond_the_readers_limit_is_named_as_too_long(tmp_path: Path) -> None:
    assert code_of(write(tmp_path / "f.csv", "a,b\n1," + "x" * 200_000 + "\n")) == "cell-too-long"
