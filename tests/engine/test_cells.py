import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biosetu.engine.cells import Limits, read_cells
from biosetu.engine.tables import write_table
from biosetu.problems import DataError, undecodable


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def code_of(path: Path, **options) -> str:
    with pytest.raises(DataError) as caught:
        read_cells(path, **options)
    return caught.value.problems[0].code


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".xlsx"])
def test_texts_come_back_as_they_were_before_they_were_written(tmp_path: Path, suffix: str) -> None:
    texts = ["-3", "+1", "=1+1", "@x", "'-3", "''=x", "'x", "x", "5'-3"]
    path = tmp_path / f"t{suffix}"
    write_table(pa.table({"-a": texts}), path)
    assert read_cells(path)["-a"].to_pylist() == texts
    assert read_cells(path, escaped=True)["'-a"].to_pylist()[0] == "'-3"


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


@pytest.mark.parametrize(
    ("content", "row", "value"),
    [
        (b"a,b\n1,2\nx,caf\xe9\n", 3, "0xE9, byte 6 of line 3"),
        (b"\xff\xfea\x00", 1, "0xFF, byte 1 of line 1"),
        (b"\xef\xbb\xbfa\nok\n\xc3", 3, "0xC3, byte 1 of line 3"),
        ("نص\n".encode() + b"\x80", 2, "0x80, byte 1 of line 2"),
    ],
)
def test_text_that_cannot_be_decoded_names_line_and_byte(tmp_path, content, row, value):
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_cells(path)
    problem = caught.value.problems[0]
    assert (problem.code, problem.row, problem.value) == ("encoding", row, value)


@given(st.lists(st.text(st.characters(exclude_characters="\n\r\0", codec="utf-8"), max_size=8), max_size=5), st.data())
def test_line_and_byte_of_undecodable_text_are_those_of_the_first_bad_byte(lines, data):
    good = "\n".join([*lines, ""]).encode()
    bad = data.draw(st.sampled_from([b"\xff", b"\xc0", b"\xfe"]))
    with pytest.raises(UnicodeDecodeError) as caught:
        (good + bad + good).decode()
    problem = undecodable(caught.value, "f.csv", "m", "r")
    assert problem.row == len(lines) + 1
    assert problem.value == f"0x{bad[0]:02X}, byte 1 of line {problem.row}"


def test_a_null_character_names_its_row(tmp_path):
    path = tmp_path / "f.csv"
    path.write_bytes(b"a,b\n1,2\n3,\x00\n")
    with pytest.raises(DataError) as caught:
        read_cells(path)
    assert caught.value.problems[0].row == 3
