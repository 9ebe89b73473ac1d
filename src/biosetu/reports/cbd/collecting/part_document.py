"""A part of the report as Word: a table of what it is, and a table to fill, in the direction of its language."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from biosetu.reports.right_to_left import turn_paragraph, turn_run, turn_table
from biosetu.reports.word import ARABIC_FONT, LATIN_FONT
from biosetu.translation import Voice

WIDTHS, ABOUT_WIDTHS = (2.9, 3.2, 5.2, 4.2, 6.6, 2.0, 2.0), (4.0, 22.1)
FIGURE_WIDTHS = (2.4, 1.4, 1.3, 1.9, 2.2, 1.6, 1.9, 2.3, 2.2, 4.0, 3.1, 1.8)


def document(
    title: str,
    about: Sequence[Sequence[str]],
    rows: Sequence[Sequence[str]],
    voice: Voice,
    figures: Sequence[Sequence[str]] = (),
) -> bytes:
    """Return a Word file, A4 landscape: `about` as pairs, then `rows` and `figures`, the first two of each a header."""
    word: Any = docx.Document()
    _page(word)
    _put(word.add_heading(level=1), title, voice)
    word.core_properties.title, word.core_properties.author = title, "BioSetu"
    word.core_properties.language = voice.language
    _table(word, about, ABOUT_WIDTHS, voice)
    word.add_paragraph()
    _table(word, rows, WIDTHS, voice, header=2)
    if figures:
        word.add_paragraph()
        _table(word, figures, FIGURE_WIDTHS, voice, header=2)
    target = BytesIO()
    word.save(target)
    return target.getvalue()


def _page(word: Any) -> None:
    section = word.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(1.8)
    normal = word.styles["Normal"]
    normal.font.name, normal.font.size = LATIN_FONT, Pt(9)
    for style in (normal, word.styles["Heading 1"]):
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:cs"), ARABIC_FONT)


def _put(paragraph: Any, text: str, voice: Voice, *, bold: bool = False) -> None:
    """Write a text, of several lines too, as one run in the direction of the language."""
    run = paragraph.add_run(text)
    run.bold = bold or None
    if voice.right_to_left:
        turn_run(run)
        turn_paragraph(paragraph)


def _table(word: Any, rows: Sequence[Sequence[str]], widths: Sequence[float], voice: Voice, *, header: int = 0) -> None:
    table = word.add_table(rows=0, cols=len(widths), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    if voice.right_to_left:
        turn_table(table)
    for number, row in enumerate(rows):
        made = table.add_row()
        if number < header:
            made._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 (no other door)
        for cell, text, width in zip(made.cells, row, widths, strict=True):
            cell.width = Cm(width)
            _put(cell.paragraphs[0], text, voice, bold=number < header)
