"""Word in a language that runs from right to left: marks at the places where the schema of WordprocessingML has them.

ISO/IEC 29500-1 §17.3.1.6 (bidi), §17.4.1 (bidiVisual), §17.3.2.30 (rtl); elements out of order make Word repair a file.
"""

from __future__ import annotations

from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

AFTER_BIDI = (
    "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents",
    "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment", "w:textboxTightWrap", "w:outlineLvl", "w:divId",
    "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange",
)  # fmt: skip
BEFORE_VISUAL = ("w:tblStyle", "w:tblpPr", "w:tblOverlap")


def turn_run(run: Any) -> None:
    """Mark a run of text as right to left."""
    run.font.rtl = True
    run.font.complex_script = True


def turn_paragraph(paragraph: Any) -> None:
    """Mark a paragraph as right to left, beginning at its right edge (`left` is the leading edge there)."""
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 (no other door)
    if properties.find(qn("w:bidi")) is None:
        properties.insert_element_before(OxmlElement("w:bidi"), *AFTER_BIDI)
    paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT


def turn_table(table: Any) -> None:
    """Mark a table so that its first column stands at the right."""
    properties = table._tblPr  # noqa: SLF001 (no other door)
    before = sum(node.tag in {qn(name) for name in BEFORE_VISUAL} for node in properties)
    properties.insert(before, OxmlElement("w:bidiVisual"))
