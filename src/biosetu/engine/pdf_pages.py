"""The text layer of a PDF by page, read by PDFium, and which pages are pictures. Scripts and links are not followed."""

from __future__ import annotations

import ctypes
import re
import unicodedata
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from biosetu.engine.visual import Glyph, is_right_to_left, lines_in_reading_order
from biosetu.problems import DataError, Problem

FEWEST_LETTERS = 20
LETTERS_BESIDE_A_PICTURE = 200
MOST_OF_A_PAGE = 0.5
FIRST_SHOWN = 0x20
BROKEN_AT_LINE_END = "\ufffe"
PRESENTATION_FORMS = ((0xFB50, 0xFDFF), (0xFE70, 0xFEFE))
STREAM = re.compile(rb"stream\r?\n")
MOST_UNPACKED, CHUNK, MOST_LAYERS = 256 * 2**20, 8 * 2**20, 4
Box = tuple[float, float, float, float]


def read_pdf(path: Path, most_pages: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the text of each page in reading order, and the pages (from 1) that hold a picture in place of text.

    A page of Arabic is put together from the places of its glyphs (`engine.visual`). Raises `DataError` for a file
    that is damaged, protected by a password, or longer than `most_pages`.
    """
    if _is_bomb(path.read_bytes()):
        raise _refused(path, "unpacks to more than is read", "Print it to PDF again", "zip-bomb")
    try:
        document = pdfium.PdfDocument(path)
    except (pdfium.PdfiumError, OSError) as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            raise _refused(path, "a protected PDF", "Save it without a password", "protected") from error
        raise _refused(path, "a damaged PDF", "Print it to PDF again", "broken") from error
    try:
        if len(document) > most_pages:
            raise _refused(path, "more pages than are read", "Send the chapters with the targets", "too-large")
        read = [_page(document, number) for number in range(len(document))]
    except pdfium.PdfiumError as error:
        raise _refused(path, "a damaged PDF", "Print it to PDF again", "broken") from error
    finally:
        document.close()
    texts = tuple(text for text, _ in read)
    return texts, tuple(number for number, (_, scanned) in enumerate(read, start=1) if scanned)


def _refused(path: Path, message: str, remedy: str, code: str) -> DataError:
    return DataError(Problem(message, remedy, code, path.name))


def _is_bomb(content: bytes) -> bool:
    """Return whether a stream of the file unpacks to more than is read; it is unpacked by pieces and thrown away."""
    view = memoryview(content)
    return any(_unpacked(view[found.end() :]) > MOST_UNPACKED for found in STREAM.finditer(content))


def _unpacked(data: memoryview | bytes, layer: int = 0) -> int:
    """Return how many bytes a zlib stream unpacks to, counted to just over the limit; 0 where it is none."""
    unpacking, total, rest = zlib.decompressobj(), 0, data
    try:
        while total <= MOST_UNPACKED and not unpacking.eof:
            piece = unpacking.decompress(rest, CHUNK)
            if total == 0 and layer < MOST_LAYERS and _unpacked(piece, layer + 1) > MOST_UNPACKED:
                return MOST_UNPACKED + 1
            total, rest = total + len(piece), unpacking.unconsumed_tail
            if not piece:
                break
    except zlib.error:
        pass
    return total


def _page(document: Any, number: int) -> tuple[str, bool]:
    page = document[number]
    try:
        layer = page.get_textpage()
        text = _plain(layer.get_text_bounded())
        if is_right_to_left(text):
            text = _plain("\n".join(lines_in_reading_order(list(_glyphs(layer)))))
        return text, _is_picture(page, len(text.strip()))
    finally:
        page.close()


def _plain(text: str) -> str:
    """Return a text with single line ends, words that a line end broke joined, joined forms of letters as letters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace(f"{BROKEN_AT_LINE_END}\n", "")
    return "".join(unicodedata.normalize("NFKC", mark) if _is_form(mark) else mark for mark in text)


@cache
def _letter(code: int) -> str:
    return _plain(chr(code))


def _is_form(mark: str) -> bool:
    return any(first <= ord(mark) <= last for first, last in PRESENTATION_FORMS)


def _glyphs(layer: Any) -> Iterator[Glyph]:
    """Yield the glyphs that the file draws; spaces and line ends that PDFium made up are left out."""
    x, y, box, matrix = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF(), raw.FS_MATRIX()
    for at in range(layer.count_chars()):
        code = raw.FPDFText_GetUnicode(layer, at)
        if code < FIRST_SHOWN or raw.FPDFText_IsGenerated(layer, at) == 1:
            continue
        raw.FPDFText_GetCharOrigin(layer, at, x, y)
        raw.FPDFText_GetLooseCharBox(layer, at, box)
        raw.FPDFText_GetMatrix(layer, at, matrix)
        size = raw.FPDFText_GetFontSize(layer, at) * abs(matrix.d)
        yield Glyph(_letter(code), box.left, box.right, y.value, size)


def _is_picture(page: Any, letters: int) -> bool:
    """Return whether a page is drawn rather than written: hardly a letter, or a few beside a picture of all the page.

    An empty page is none.
    """
    if letters >= LETTERS_BESIDE_A_PICTURE:
        return False
    drawn = list(page.get_objects(max_depth=3))
    if letters < FEWEST_LETTERS:
        return any(found.type != raw.FPDF_PAGEOBJ_TEXT for found in drawn)
    width, height = page.get_size()
    pictures = (found.get_bounds() for found in drawn if found.type == raw.FPDF_PAGEOBJ_IMAGE)
    return any(_area(box) > MOST_OF_A_PAGE * width * height for box in pictures)


def _area(box: Box) -> float:
    left, bottom, right, top = box
    return (right - left) * (top - bottom)
