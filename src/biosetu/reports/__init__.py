"""Reports: what is told, and to whom. One content model, written as HTML, JSON, Word and PDF."""

from biosetu.reports.content import (
    Bullets,
    Citation,
    Column,
    Document,
    Fact,
    Facts,
    Figure,
    Item,
    Paragraph,
    Section,
    Table,
)
from biosetu.reports.evidence import Evidence

__all__ = [
    "Bullets",
    "Citation",
    "Column",
    "Document",
    "Evidence",
    "Fact",
    "Facts",
    "Figure",
    "Item",
    "Paragraph",
    "Section",
    "Table",
]
