"""A document as Word (docx); the same content model as everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from biosetu.reports import fragments, pdf
from biosetu.reports.content import Block, Bullets, Citation, Document, Fact, Facts, Figure, Paragraph, Table
from biosetu.reports.right_to_left import turn_paragraph, turn_run, turn_table
from biosetu.translation import Voice

ACCENT, SOFT = RGBColor(0x0B, 0x6B, 0x5E), RGBColor(0x56, 0x66, 0x6C)
INK, WARNING = RGBColor(0x1C, 0x2A, 0x2F), RGBColor(0xB8, 0x50, 0x0F)
# a table between the margins; a character of its bold head at nine points, and the margins of a cell
TABLE_WIDTH, CHARACTER, PADDING = Cm(16.4), Cm(0.23), Cm(0.5)
LONGEST_LINE = 42
LATIN_FONT, ARABIC_FONT = "Calibri", "Arial"


def render(document: Document) -> bytes:
    """Return a document as a Word file."""
    target = BytesIO()
    _Writer(document).write().save(target)
    return target.getvalue()


def column_widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the widths of a table's columns [EMU]: room for the longest word of each, the rest by the longest text."""
    columns = list(zip(*rows, strict=True))
    words = [max(len(word) for text in column for word in (text.split() or [""])) for column in columns]
    least = [PADDING + CHARACTER * length for length in words]
    texts = [min(max(map(len, column)), LONGEST_LINE) for column in columns]
    wanted = [CHARACTER * (text - word) if text > word else 0 for text, word in zip(texts, words, strict=True)]
    rest = TABLE_WIDTH - sum(least)
    if rest < 0:
        return [int(width * TABLE_WIDTH / sum(least)) for width in least]
    return [one + int(rest * more / (sum(wanted) or 1)) for one, more in zip(least, wanted, strict=True)]


def rule_rows(table: Any, *, header: bool) -> None:
    """Set rows apart by thin lines instead of grey bands; without `header` the first row is like the others."""
    properties = table._tblPr  # noqa: SLF001 (no other door)
    (look,) = properties.findall(qn("w:tblLook"))
    for name, value in (("noHBand", "1"), ("firstRow", str(int(header))), ("val", "06A0" if header else "0680")):
        look.set(qn(f"w:{name}"), value)
    line = OxmlElement("w:insideH")
    for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "D5DCDD")):
        line.set(qn(f"w:{name}"), value)
    borders = OxmlElement("w:tblBorders")
    borders.append(line)
    properties.find(qn("w:tblLayout")).addprevious(borders)


class _Writer:
    """Writes one document; paragraphs and runs are marked right-to-left where the language is."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.voice = Voice(document.language)
        self.numbers = {citation: number for number, citation in enumerate(document.citations(), start=1)}
        self.word: Any = docx.Document()
        self._page()

    def _page(self) -> None:
        section = self.word.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.2)
        section.top_margin = section.bottom_margin = Cm(2)
        normal = self.word.styles["Normal"]
        normal.font.name, normal.font.size = LATIN_FONT, Pt(10.5)
        normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:cs"), ARABIC_FONT)
        for name in ("Title", "Heading 1", "Heading 2"):
            style = self.word.styles[name]
            style.font.color.rgb, style.font.name = INK, LATIN_FONT
            style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:cs"), ARABIC_FONT)
            style.paragraph_format.keep_with_next = True
        self.word.core_properties.title = f"{self.document.title} – {self.document.subtitle}"
        self.word.core_properties.author = "BioSetu"
        self.word.core_properties.language = self.document.language
        if self.document.watermark:
            header = section.header.paragraphs[0]
            self._run(header, self.document.watermark, color=WARNING, bold=True)
            self._side(header)

    def write(self) -> Any:
        """Return the finished Word document."""
        _ = self.voice.gettext
        self._heading(self.document.title, 0)
        self._paragraph(self.document.subtitle, color=SOFT, size=12)
        for section in self.document.sections:
            if section.own_page:
                self.word.add_page_break()
            if section.kicker:
                kicker = self._paragraph(section.kicker, color=ACCENT, size=9)
                kicker.paragraph_format.keep_with_next = True
                kicker.paragraph_format.space_before, kicker.paragraph_format.space_after = Pt(18), Pt(0)
            heading = self._heading(section.title, 1)
            if section.kicker:
                heading.paragraph_format.space_before = Pt(0)
            for block in section.blocks:
                self._block(block)
        if self.numbers:
            self._heading(_("Sources"), 1)
            for citation, number in self.numbers.items():
                self._paragraph(f"{number}. {self._source(citation)}", color=SOFT, size=8.5)
        for line in self.document.colophon:
            self._paragraph(line, color=SOFT, size=8.5)
        return self.word

    def _source(self, citation: Citation) -> str:
        _ = self.voice.gettext
        parts = [citation.text]
        if citation.vintage:
            parts.append(_("Release: {vintage}.").format(vintage=citation.vintage))
        if citation.licence:
            parts.append(_("Terms: {licence}.").format(licence=citation.licence))
        return " ".join([*parts, citation.url]).strip()

    def _block(self, block: Block) -> None:
        if isinstance(block, Paragraph) and block.tone == "heading":
            self._heading(block.text, 2)
        elif isinstance(block, Paragraph):
            quiet = block.tone == "note"
            size = {"lead": 12.5, "note": 9.0}.get(block.tone)
            self._paragraph(block.text, block.sources, SOFT if quiet else None, size)
        elif isinstance(block, Bullets):
            for item in block.items:
                style = "List Number" if block.ordered else "List Bullet"
                text = f"{item.tag}: {item.text}" if item.tag else item.text
                made = self._paragraph(text, item.sources, style=style)
                if item.detail:
                    made.add_run().add_break()
                    self._run(made, item.detail, color=SOFT, size=9)
        elif isinstance(block, Facts):
            self._grid([[item.label, self._sourced(item), item.detail] for item in block.items])
            if block.sources:
                self._paragraph(self._refs(block.sources), color=ACCENT, size=8)
        elif isinstance(block, Table):
            self._table(block)
        else:
            self._figure(block)

    def _sourced(self, item: Fact) -> str:
        return f"{item.value} {self._refs(item.sources)}".strip()

    def _figure(self, block: Figure) -> None:
        width = Cm(16.4 if block.wide else 11)
        self.word.add_picture(BytesIO(pdf.picture(block.svg)), width=width)
        image = self.word.paragraphs[-1]
        properties = image._p.xpath(".//wp:docPr")  # noqa: SLF001 (python-docx has no other door to the description)
        for node in properties:
            node.set("descr", block.text or block.caption)
        self._side(image)
        image.paragraph_format.keep_with_next = True
        self._paragraph(" ".join(filter(None, (block.caption, block.text))), block.sources, SOFT, 9)

    def _table(self, block: Table) -> None:
        self._paragraph(block.caption, block.sources, size=9.5, bold=True).paragraph_format.keep_with_next = True
        rows = [
            [fragments.cell(value, column, self.voice) for value, column in zip(row, block.columns, strict=True)]
            for row in block.rows
        ]
        self._grid([[column.label for column in block.columns], *rows], header=True)

    def _grid(self, rows: list[list[str]], *, header: bool = False) -> None:
        table = self.word.add_table(rows=0, cols=len(rows[0]))
        table.style = "Light Shading"
        table.autofit = False
        rule_rows(table, header=header)
        if self.voice.right_to_left:
            turn_table(table)
        widths = column_widths(rows)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        for position, row in enumerate(rows):
            cells = table.add_row().cells
            for cell, text, width in zip(cells, row, widths, strict=True):
                cell.width = width
                self._run(cell.paragraphs[0], text, size=9, bold=header and position == 0)
                self._side(cell.paragraphs[0])
        self.word.add_paragraph()

    def _heading(self, text: str, level: int) -> Any:
        heading = self.word.add_heading(level=level)
        self._run(heading, text, color=ACCENT if level == 0 else None)
        self._side(heading)
        return heading

    def _paragraph(
        self,
        text: str,
        sources: tuple[Citation, ...] = (),
        color: RGBColor | None = None,
        size: float | None = None,
        *,
        bold: bool = False,
        style: str | None = None,
    ) -> Any:
        paragraph = self.word.add_paragraph(style=style)
        self._run(paragraph, text, color=color, size=size, bold=bold)
        if sources:
            self._run(paragraph, f" {self._refs(sources)}", color=ACCENT, size=8)
        self._side(paragraph)
        return paragraph

    def _refs(self, sources: tuple[Citation, ...]) -> str:
        return "".join(f"[{number}]" for number in sorted({self.numbers[source] for source in sources}))

    def _run(
        self, paragraph: Any, text: str, *, color: RGBColor | None = None, size: float | None = None, bold: bool = False
    ) -> None:
        run = paragraph.add_run(text)
        run.bold = bold or None
        if color is not None:
            run.font.color.rgb = color
        if size is not None:
            run.font.size = Pt(size)
        if self.voice.right_to_left:
            turn_run(run)

    def _side(self, paragraph: Any) -> None:
        if self.voice.right_to_left:
            turn_paragraph(paragraph)
