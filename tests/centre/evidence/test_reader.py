import dataclasses
import os
import zipfile

import openpyxl
import pytest
from tests.centre.people import national, table_file

from biosetu.centre.apart import Bounds, bare_environment
from biosetu.centre.evidence.reader import read_apart, read_here
from biosetu.problems import DataError

BOUNDS = Bounds(file_bytes=5_000_000, rows=1000, memory_bytes=1_500_000_000, seconds=20)
ROWS = [national(year=year) for year in (2019, 2020)]


def refusal(path, bounds=BOUNDS, read=read_here):
    with pytest.raises(DataError) as caught:
        read(path, bounds)
    return [problem.code for problem in caught.value.problems]


@pytest.mark.parametrize("name", ["figures.csv", "figures.tsv", "figures.xlsx"])
def test_a_table_is_read_the_same_from_every_format(tmp_path, name):
    reading = read_here(table_file(tmp_path, *ROWS, name=name), BOUNDS)
    assert (reading.table.to_pylist(), reading.numbers, reading.problems) == (ROWS, (2, 3), ())


def test_the_limited_process_reads_the_same(tmp_path):
    path = table_file(tmp_path, ROWS[0], ROWS[1] | {"party": "ZZZ"}, name="figures.xlsx")
    apart, here = read_apart(path, BOUNDS), read_here(path, BOUNDS)
    assert apart.table.equals(here.table)
    assert (apart.numbers, apart.problems) == (here.numbers, here.problems)
    assert [(p.row, p.column, p.code) for p in apart.problems] == [(3, "party", "unknown-party")]


def test_the_limited_process_hands_back_a_refusal(tmp_path):
    path = tmp_path / "figures.csv"
    path.write_text("party,year\nNPL,2020\n", encoding="utf-8")
    assert refusal(path, read=read_apart) == ["missing-column"] * 3


@pytest.mark.parametrize("change", [{"memory_bytes": 100_000_000}, {"seconds": 1}], ids=["memory", "time"])
def test_too_much_memory_or_time_is_a_refusal_not_a_crash(tmp_path, change):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(ROWS[0]))
    for _ in range(9_000):
        sheet.append([str(value) for value in ROWS[0].values()])
    book.save(tmp_path / "large.xlsx")
    bounds = dataclasses.replace(BOUNDS, rows=50_000, **change)
    assert refusal(tmp_path / "large.xlsx", bounds, read_apart) == ["limits"]


def test_the_limited_process_knows_no_secret(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "s3cret")
    given = bare_environment(tmp_path)
    assert "s3cret" not in given.values()
    assert not {"SECRET_KEY", "DATABASE_URL"} & set(given)
    assert given["BIOSETU_HOME"].startswith(str(tmp_path))
    assert os.environ["SECRET_KEY"] == "s3cret"


@pytest.mark.parametrize(
    "member",
    ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml", "xl/embeddings/oleObject1.bin", "xl/activeX/a.xml"],
)
def test_a_workbook_that_could_act_is_refused(tmp_path, member):
    path = table_file(tmp_path, *ROWS, name="figures.xlsx")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(member, b"x")
    assert refusal(path) == ["active"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = table_file(tmp_path, *ROWS, name="figures.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for part in ("one", "two"):
            archive.writestr(f"xl/worksheets/{part}.xml", b" " * 225_000_000)
    assert path.stat().st_size < 1_000_000
    assert refusal(path) == ["bomb"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("figures.xlsm", b"PK", "format"),
        ("figures.xls", b"\xd0\xcf\x11\xe0", "format"),
        ("figures.exe", b"MZ", "format"),
        ("figures.xlsx", b"not a zip", "xlsx"),
        ("figures.csv", b"\xff\xfe\x00", "encoding"),
        ("figures.csv", b"", "header"),
    ],
)
def test_what_is_no_table_is_refused_by_name(tmp_path, name, content, code):
    (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / name) == [code]


def test_more_rows_or_bytes_than_allowed_are_refused(tmp_path):
    path = table_file(tmp_path, *(national(year=1900 + n) for n in range(20)))
    assert refusal(path, dataclasses.replace(BOUNDS, rows=10)) == ["too-many-rows"]
    assert refusal(path, dataclasses.replace(BOUNDS, file_bytes=100)) == ["too-large"]


def test_formulas_are_not_run_and_escaped_texts_come_back(tmp_path):
    path = table_file(tmp_path, ROWS[0] | {"footnote": "=1+1"})
    assert read_here(path, BOUNDS).table.column("footnote").to_pylist() == ["=1+1"]


def test_rows_keep_the_numbers_of_the_file_when_empty_rows_stand_between(tmp_path):
    path = table_file(tmp_path, ROWS[0], ROWS[1] | {"value": 7.0})
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], "", lines[1], "", "", lines[2]]), encoding="utf-8")
    reading = read_here(path, BOUNDS)
    assert [problem.row for problem in reading.problems] == [reading.numbers[1]]
