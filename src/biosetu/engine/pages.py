"""Documents as text by page: Word, PDF with a text layer, plain text. Uploaded files are hostile.

A page without a text layer is named as scanned, never guessed. Word keeps no page numbers: those of its last printing
are counted, where it noted them. An empty line stands between two paragraphs of Word.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

from biosetu.engine.cells import check_archive
from biosetu.engine.word_lines import word_lines
from biosetu.problems import DataError, Problem
from biosetu.translation import say

MOST_BYTES = 60_000_000
MOST_PAGES = 2_000
MOST_LETTERS = 20_000_000


@dataclass(frozen=True, slots=True)
class Pages:
    """The text of a document. `texts[0]` is page 1; `scanned` are the pages that hold pictures but no text."""

    file: str
    texts: tuple[str, ...]
    scanned: tuple[int, ...] = ()


def read_pages(path: Path) -> Pages:
    """Read a .docx, .pdf or .txt file; raise `DataError` where it is too large, broken, protected or another kind."""
    if path.stat().st_size > MOST_BYTES:
        raise _refuse(path, "too large", say("Keep it under {size} MB", size=MOST_BYTES // 1_000_000), "too-large")
    readers = {".docx": _word, ".pdf": _pdf, ".txt": _text, ".md": _text}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise _refuse(
            path, "this type of document is not read", say("Use {formats}", formats=", ".join(readers)), "format"
        )
    pages = reader(path)
    if sum(len(text) for text in pages.texts) > MOST_LETTERS:
        raise _refuse(path, "more text than is read", "Send the chapters with the targets", "too-large")
    return pages


def _refuse(path: Path, message: str, remedy: str, code: str) -> DataError:
    return DataError(Problem(message, remedy, code, path.name))


def _text(path: Path) -> Pages:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refuse(path, "not UTF-8", "Save it as UTF-8", "encoding") from error
    return Pages(path.name, tuple(text.split("\f")))


def _pdf(path: Path) -> Pages:
    from biosetu.engine.pdf_pages import read_pdf

    return Pages(path.name, *read_pdf(path, MOST_PAGES))


WORD_FAULTS = (AttributeError, KeyError, ValueError, zipfile.BadZipFile, SyntaxError)


def _word(path: Path) -> Pages:
    import docx

    check_archive(path)
    try:
        document = docx.Document(str(path))
        pages: list[list[str]] = [[]]
        for breaks, line in word_lines(document.element.body):
            pages.extend([] for _ in range(breaks))
            pages[-1].append(line)
    except WORD_FAULTS as error:
        raise _refuse(path, "a damaged Word file", "Open it and save it again", "broken") from error
    return Pages(path.name, tuple("\n\n".join(lines) for lines in pages))


def read_word_tables(path: Path) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Return the tables of a .docx file as rows of texts; paragraphs of a cell are lines. Nothing in it is followed.

    Raises `DataError` where it is too large, broken, or carries macros or embedded files.
    """
    import docx

    if path.stat().st_size > MOST_BYTES:
        raise _refuse(path, "too large", say("Keep it under {size} MB", size=MOST_BYTES // 1_000_000), "too-large")
    check_archive(path)
    _refuse_active(path)
    try:
        tables = docx.Document(str(path)).tables
        return tuple(tuple(tuple(cell.text for cell in row.cells) for row in table.rows) for table in tables)
    except WORD_FAULTS as error:
        raise _refuse(path, "a damaged Word file", "Open it and save it again", "broken") from error


def _refuse_active(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        names = [name.lower() for name in archive.namelist()]
    if any(part in name for name in names for part in ("vbaproject", "activex", "embeddings/")):
        raise _refuse(path, "a document with macros or embedded files", "Save it as .docx without them", "active")
