from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path

import docx
import openpyxl
import pytest
from tests.reports.cbd.collecting.story import FORESTS, PROMISES, SUMMARY, given_to, replied, sent

from biosetu.problems import DataError, UsageError
from biosetu.reports.cbd.collecting import asked, dated, read_part_file, write_part_file
from biosetu.reports.cbd.collecting.part_files import HEADER, TEXT_COLUMN

PREFIXES = ("V", "II", "III.NT-1", "Q.6", "Q.5")
HELD = {SUMMARY: "=2+2 lines\nof text", "Q.6_1": "partially", "III.NT-1.levelOfProgress": "insufficient"}


def story(language: str = "en"):
    collection, part = given_to("Forests", *PREFIXES)
    collection = replied(collection, part, FORESTS, *(sent(key, text) for key, text in HELD.items())).collection
    return collection, part, asked(PROMISES, collection.draft, language)


def written(path: Path, language: str = "en") -> Path:
    collection, part, fields = story(language)
    assert write_part_file(collection, fields, part, path, language) == 21
    return path


def fill(path: Path, **texts: object) -> Path:
    """Fill cells of the column for texts by key, in a workbook or a Word file."""
    if path.suffix == ".docx":
        document = docx.Document(str(path))
        for row in document.tables[1].rows:
            if row.cells[0].text in texts:
                row.cells[TEXT_COLUMN].text = str(texts[row.cells[0].text])
        document.save(str(path))
        return path
    book = openpyxl.load_workbook(path)
    for row in book["part"].iter_rows():
        if row[0].value in texts:
            row[TEXT_COLUMN].value = texts[row[0].value]
    book.save(path)
    return path


@pytest.mark.parametrize("suffix", [".xlsx", ".docx"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_part_that_comes_back_untouched_changes_nothing(tmp_path: Path, suffix: str, language: str) -> None:
    returned = read_part_file(written(tmp_path / f"p{suffix}", language))
    assert (returned.party, returned.cycle, returned.part) == ("NPL", "7NR", "p1")
    collection, part, _ = story()
    done = replied(collection, part, FORESTS, *returned.given)
    assert (done.taken, done.reviewed, done.conflicts, len(done.same)) == ((), (), (), 21)


@pytest.mark.parametrize("suffix", [".xlsx", ".docx"])
@pytest.mark.parametrize(("language", "answer"), [("en", "Fully"), ("ar", "بالكامل")])
def test_filled_part_is_taken_in_the_words_of_its_language(
    tmp_path: Path, suffix: str, language: str, answer: str
) -> None:
    path = written(tmp_path / f"p{suffix}", language)
    fill(path, **{"Q.6_2": answer, "V.assessmentSummary": "@new", "II.anticipatedNbsapDate": "2083-09-16 BS"})
    collection, part, _ = story()
    done = replied(collection, part, FORESTS, *read_part_file(path).given)
    assert sorted(done.taken) == ["II.anticipatedNbsapDate", "Q.6_2", SUMMARY]
    texts = [done.collection.draft.text(key) for key in sorted(done.taken)]
    assert texts == ["2026-12-31", "fully", "@new"]


def test_date_typed_into_a_spreadsheet_is_a_date(tmp_path: Path) -> None:
    path = fill(written(tmp_path / "p.xlsx"), **{"II.anticipatedNbsapDate": datetime(2026, 12, 31)})  # noqa: DTZ001 - as a spreadsheet holds it
    collection, part, _ = story()
    done = replied(collection, part, FORESTS, *read_part_file(path).given)
    assert done.collection.draft.text("II.anticipatedNbsapDate") == "2026-12-31"


@pytest.mark.parametrize("suffix", [".xlsx", ".docx"])
def test_date_that_is_held_stands_beside_itself_in_the_calendar_of_the_offices(tmp_path: Path, suffix: str) -> None:
    collection, part, fields = story()
    key = "II.anticipatedNbsapDate"
    collection = replied(collection, part, FORESTS, sent(key, "2083/84")).collection
    path = tmp_path / f"p{suffix}"
    write_part_file(collection, fields, part, path)
    back = {one.key: one.text for one in read_part_file(path).given}
    assert back[key] == "2027-07-16"
    grid = docx.Document(str(path)).tables[1] if suffix == ".docx" else None
    rows = (
        [[cell.text for cell in row.cells] for row in grid.rows]
        if grid
        else [list(row) for row in openpyxl.load_workbook(path)["part"].iter_rows(values_only=True)]
    )
    choices = next(row[3] for row in rows if row[0] == key)
    assert "2027-07-16 (2084-03-32 BS)" in choices
    done = replied(collection, part, FORESTS, *read_part_file(path).given)
    assert (done.taken, done.conflicts) == ((), ())


WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def test_word_part_in_arabic_runs_from_right_to_left(tmp_path: Path) -> None:
    document = docx.Document(str(written(tmp_path / "p.docx", "ar")))
    body = document.element.body
    tables, texts = list(body.iter(f"{WORD}tbl")), [p for p in body.iter(f"{WORD}p") if "".join(p.itertext())]
    assert [[node.tag for node in table.tblPr][:2] for table in tables] == [
        [f"{WORD}tblStyle", f"{WORD}bidiVisual"]
    ] * 2
    assert [p for p in texts if p.pPr is None or p.pPr.find(f"{WORD}bidi") is None] == []
    assert [p for p in texts if [n.tag for n in p.pPr][-1] != f"{WORD}jc"] == []
    assert [r for r in body.iter(f"{WORD}r") if r.rPr is None or r.rPr.find(f"{WORD}rtl") is None] == []


def test_word_part_in_english_runs_from_left_to_right(tmp_path: Path) -> None:
    body = docx.Document(str(written(tmp_path / "p.docx"))).element.body
    assert [node.tag for node in body.iter() if node.tag in {f"{WORD}bidi", f"{WORD}bidiVisual", f"{WORD}rtl"}] == []


def test_no_cell_of_a_workbook_starts_as_a_formula(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path / "p.xlsx"))
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [text for text in cells if text[0] in "=+-@"]
    assert "'=2+2 lines\nof text" in cells


def test_formula_in_a_part_is_refused_with_its_row_and_never_run(tmp_path: Path) -> None:
    path = fill(written(tmp_path / "p.xlsx"), **{SUMMARY: '=HYPERLINK("http://x.invalid";"x")'})
    with pytest.raises(DataError, match="a formula") as caught:
        read_part_file(path)
    assert caught.value.problems[0].row is not None


@pytest.mark.parametrize("suffix", [".xlsx", ".docx"])
def test_part_without_its_header_or_mark_is_none(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"p{suffix}"
    if suffix == ".xlsx":
        openpyxl.Workbook().save(path)
    else:
        docx.Document().save(str(path))
    with pytest.raises(DataError, match="no part of a report"):
        read_part_file(path)


def test_workbook_without_its_second_sheet_is_no_part(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path / "p.xlsx"))
    del book["about"]
    book.save(tmp_path / "p.xlsx")
    with pytest.raises(DataError, match="no part of a report"):
        read_part_file(tmp_path / "p.xlsx")


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/big.bin", b"\0" * 450_000_000)


def _with(path: Path, name: str) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, b"x")


@pytest.mark.parametrize(
    ("suffix", "spoil", "message"),
    [
        (".docx", lambda path: _with(path, "word/vbaProject.bin"), "macros"),
        (".docx", lambda path: _with(path, "word/embeddings/object.bin"), "embedded"),
        (".docx", _bomb, "unpacks to too much"),
        (".docx", lambda path: path.write_bytes(b"PK\x03\x04 broken"), "not a workbook|damaged"),
        (".xlsx", lambda path: _with(path, "xl/vbaProject.bin"), "macros"),
        (".xlsx", lambda path: path.write_bytes(b"PK\x03\x04 broken"), "damaged"),
    ],
    ids=["docx-macros", "docx-embedded", "docx-bomb", "docx-broken", "xlsx-macros", "xlsx-broken"],
)
def test_hostile_part_is_refused_with_a_sentence(tmp_path: Path, suffix: str, spoil, message: str) -> None:
    path = written(tmp_path / f"p{suffix}")
    spoil(path)
    with pytest.raises(DataError, match=message):
        read_part_file(path)


def test_part_is_written_as_workbook_or_word_file_only(tmp_path: Path) -> None:
    collection, part, fields = story()
    with pytest.raises(UsageError, match=r"\.xlsx or \.docx"):
        write_part_file(collection, fields, part, tmp_path / "p.pdf")
    with pytest.raises(DataError, match="not read"):
        read_part_file(tmp_path / "p.pdf")


def test_office_sees_the_due_date_in_the_calendars_of_its_party(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path / "p.xlsx"))
    about = {row[0].value: row[1].value for row in book["about"].iter_rows()}
    assert about["Due"] == "2026-12-31 (2083-09-16 BS)"
    assert dated("IRN", date(2026, 12, 31)) == "2026-12-31 (1405-10-10 SH, 1448-07-22 AH)"
    assert dated("DEU", date(2026, 12, 31)) == "2026-12-31"


def test_header_names_the_columns_that_are_read() -> None:
    assert HEADER[TEXT_COLUMN] == "text"
