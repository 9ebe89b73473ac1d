from __future__ import annotations

import zlib
from pathlib import Path

import docx
import pytest
import typst
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml
from pypdf import PdfWriter

from biosetu.engine.pages import read_pages
from biosetu.problems import DataError


def code_of(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_pages(path)
    return caught.value.problems[0].code


def test_word_is_read_with_its_tables_and_page_breaks(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("First page").add_run().add_break(WD_BREAK.PAGE)
    document.add_paragraph("Target 1: Restore land")
    row = document.add_table(rows=1, cols=2).rows[0]
    row.cells[0].text, row.cells[1].text = "Target 2", "Protect the sea"
    document.save(tmp_path / "a.docx")
    pages = read_pages(tmp_path / "a.docx")
    assert pages.texts[-1].split("\n\n")[-1] == "Target 2\tProtect the sea"
    assert "Target 1: Restore land" in pages.texts[-1]
    assert len(pages.texts) == 2


def changed_body(document: docx.document.Document, body: str) -> None:
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    for block in parse_xml(f"<w:body {names}>{body}</w:body>"):
        document.element.body.insert(0, block)


def test_word_is_read_with_content_controls_and_insertions_and_without_what_was_deleted(tmp_path: Path) -> None:
    document = docx.Document()
    run = "<w:r><w:t>{}</w:t></w:r>"
    control = f"<w:sdt><w:sdtContent><w:p>{run.format('Target 1: Restore land')}</w:p></w:sdtContent></w:sdt>"
    inner = f"<w:sdt><w:sdtContent>{run.format('the sea')}</w:sdtContent></w:sdt>"
    inserted = f"<w:ins>{run.format('Target 2: Save ')}{inner}</w:ins>"
    deleted = "<w:del><w:r><w:delText>never</w:delText></w:r></w:del>"
    changed_body(document, f"<w:p>{inserted}{deleted}</w:p>{control}")
    document.save(tmp_path / "a.docx")
    assert read_pages(tmp_path / "a.docx").texts[0].split("\n\n")[:2] == [
        "Target 1: Restore land",
        "Target 2: Save the sea",
    ]


def test_cells_of_word_keep_their_column_where_others_are_merged(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for place, text in enumerate(("No.", "Target", "Actions")):
        table.cell(0, place).text = text
    table.cell(1, 0).merge(table.cell(2, 0)).text = "1"
    table.cell(1, 1).merge(table.cell(2, 1)).text = "Save cranes"
    table.cell(1, 2).text = "Count\nRing"
    table.cell(2, 2).text = "Feed"
    document.save(tmp_path / "a.docx")
    assert read_pages(tmp_path / "a.docx").texts[0].split("\n\n") == [
        "No.\tTarget\tActions", "1\tSave cranes\tCount\x0bRing", "\t\tFeed",
    ]  # fmt: skip


def test_pdf_page_that_is_a_picture_is_named_and_an_empty_one_is_not(tmp_path: Path) -> None:
    pages = (
        "rect(width: 50%, height: 50%)",
        "[]",
        "[Target 1: Restore land, as it says on this page of the strategy]",
        '[#place(image("p.png", width: 100%, height: 100%)) National strategy, a running head in type]',
        '[#image("p.png", width: 20%) National strategy, a page with a small picture]',
    )
    (tmp_path / "p.png").write_bytes(typst.compile(b"#rect(fill: gray)", format="png"))
    source = "#set page(width: 20cm, height: 20cm, margin: 0cm)\n" + "\n#pagebreak()\n".join(f"#{one}" for one in pages)
    (tmp_path / "a.typ").write_text(source, encoding="utf-8")
    typst.compile(str(tmp_path / "a.typ"), output=str(tmp_path / "a.pdf"))
    read = read_pages(tmp_path / "a.pdf")
    assert (read.scanned, len(read.texts), read.texts[:2]) == ((1, 4), 5, ("", ""))


def test_pdf_of_more_pages_than_are_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = PdfWriter()
    for _ in range(3):
        writer.add_blank_page(100, 100)
    writer.write(tmp_path / "a.pdf")
    assert len(read_pages(tmp_path / "a.pdf").texts) == 3
    monkeypatch.setattr("biosetu.engine.pages.MOST_PAGES", 2)
    assert code_of(tmp_path / "a.pdf") == "too-large"


def test_text_is_read_with_form_feeds_as_pages(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\ftwo", encoding="utf-8")
    assert read_pages(tmp_path / "a.txt").texts == ("one", "two")


def test_protected_pdf_is_refused(tmp_path: Path) -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "a.pdf")
    assert code_of(tmp_path / "a.pdf") == "protected"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"no pdf", "broken"),
        ("a.docx", b"no zip", "xlsx"),
        ("a.txt", b"\xff\xfe\xff", "encoding"),
        ("a.odt", b"x", "format"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert code_of(tmp_path / name) == code


def bomb(path: Path, size: int, layers: int = 1) -> Path:
    """Write a PDF whose one page unpacks to `size` bytes, packed so many times over."""
    packing = zlib.compressobj(9)
    data = b"".join([*(packing.compress(b" " * 2**20) for _ in range(size // 2**20)), packing.flush()])
    for _ in range(layers - 1):
        data = zlib.compress(data, 9)
    filters = b"[" + b"/FlateDecode" * layers + b"]"
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>",
        b"<</Length %d/Filter%s>>stream\n%s\nendstream" % (len(data), filters, data),
    ]
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(len(content))
        content += b"%d 0 obj%sendobj\n" % (number, body)
    entries = b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(content)
    path.write_bytes(content + b"xref\n0 5\n0000000000 65535 f \n" + entries + tail)
    return path


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_pdf_that_unpacks_to_too_much_is_refused_before_it_is_read(tmp_path: Path, layers: int) -> None:
    assert code_of(bomb(tmp_path / "a.pdf", 300 * 2**20, layers)) == "zip-bomb"
    assert read_pages(bomb(tmp_path / "b.pdf", 2**20, layers)).texts == ("",)
