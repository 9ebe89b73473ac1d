from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from biosetu.engine.grids import ErrorValue, Formula, Limits, PercentNumber, read_book
from biosetu.problems import DataError


def code_of(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(DataError) as caught:
        read_book(path, limits)
    return caught.value.problems[0].code


def workbook(path: Path, *rows: list) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_cells_keep_their_types_and_formulas_stay_text(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", ["x", 1, 1.5, True, datetime.fromisoformat("2024-05-03"), "=1+1", None, "#DIV/0!"]
    )
    book = openpyxl.load_workbook(path)
    book.active["C1"].number_format = "0%"
    book.save(path)
    (row,) = read_book(path).grids[0].rows
    assert row == ("x", 1, 1.5, True, datetime.fromisoformat("2024-05-03"), "=1+1", None, "#DIV/0!")
    assert [type(row[at]) for at in (2, 5, 7)] == [PercentNumber, Formula, ErrorValue]


def test_csv_cells_are_text_and_empty_rows_keep_their_place(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('\ufeffa;b\r\n1;"x;\ny"\r\n;\r\n3;4\r\n;\r\n', encoding="utf-8")
    assert read_book(tmp_path / "a.csv").grids[0].rows == (("a", "b"), ("1", "x;\ny"), (), ("3", "4"))


def test_utf16_with_its_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\tب\n", encoding="utf-16")
    assert read_book(tmp_path / "a.csv").grids[0].rows == (("a", "ب"),)


@pytest.mark.parametrize("encoding", ["cp1256", "cp1252", "gb18030"])
def test_other_encodings_are_refused_not_guessed(tmp_path: Path, encoding: str) -> None:
    text = {"cp1256": "السنة", "cp1252": "année", "gb18030": "年份"}[encoding]
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    assert code_of(tmp_path / "a.csv") == "encoding"


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member:
            for _ in range(300):
                member.write(b" " * 2**20)
    assert path.stat().st_size < 2**20
    assert code_of(path) == "zip-bomb"


def test_entity_bomb_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ["x"])
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "aaaaaaaaaa">{entities}]><sst><si><t>&e9;</t></si></sst>'
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for member in old.infolist():
            new.writestr(member, bomb if member.filename.endswith("workbook.xml") else old.read(member))
    assert code_of(tmp_path / "b.xlsx") == "broken"


def test_macro_workbook_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsm", ["x"])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    assert code_of(path) == "macros"


def test_far_row_is_refused_within_the_limit(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1048576"] = 1
    book.save(tmp_path / "a.xlsx")
    assert code_of(tmp_path / "a.xlsx", Limits(rows=1000)) == "too-long"


def test_wide_row_is_refused(tmp_path: Path) -> None:
    assert code_of(workbook(tmp_path / "a.xlsx", list(range(200)))) == "too-wide"


def test_endless_line_is_refused_without_reading_it_whole(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a,b\n" + b"x" * (3 * 2**20))
    assert code_of(tmp_path / "a.csv") == "line-too-long"


def test_file_over_the_size_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as stream:
        stream.truncate(2**30)
    assert code_of(path) == "too-large"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old-format"),
        ("a.xlsx", b"no zip", "not-a-workbook"),
        ("a.xlsx", b"PK\x03\x04broken", "broken"),
        ("a.csv", b"a\x00b", "encoding"),
        ("a.csv", b"a,b\n1,\x00\n", "encoding"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert code_of(tmp_path / name) == code


def test_other_zip_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("a.txt", "x")
    assert code_of(tmp_path / "a.xlsx") == "not-a-workbook"


def test_missing_file_is_a_problem(tmp_path: Path) -> None:
    assert code_of(tmp_path / "none.csv") == "missing"
