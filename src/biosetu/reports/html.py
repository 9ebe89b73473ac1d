"""A document as one self-contained HTML file: no network, no script, one style block that the page itself pins."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

from biosetu.reports import fragments
from biosetu.reports.content import Document, Section
from biosetu.translation import Voice

OPENING_ENDS = (100,)
BESIDE = ("next", "map")
SHEETS = (("biosetu.figures", "figures.css"), ("biosetu.reports", "report.css"), ("biosetu.reports", "page.css"))


@cache
def style() -> str:
    """Return the style sheets of a one-file report, without comments and spare space."""
    text = "\n".join((files(package) / name).read_text(encoding="utf-8") for package, name in SHEETS)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"\s*([{};,])\s*", r"\1", text).strip()


def style_hash(text: str) -> str:
    """Return the hash by which a content security policy admits a style block."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _opens(part: Section) -> bool:
    """Return whether a section stands on the opening page, before the contents."""
    return part.place < OPENING_ENDS


def render(document: Document) -> str:
    """Return a document as an HTML file."""
    voice = Voice(document.language)
    citations = document.citations()
    sheet = style()
    drawn = {part.key: fragments.section(part, voice, citations=citations) for part in document.sections}
    return (
        fragments.environment(document.language)
        .get_template("document.html.j2")
        .render(
            document=document,
            style=sheet,
            style_hash=style_hash(sheet),
            contents=[part for part in document.sections if not _opens(part)],
            beside=[drawn[key] for key in BESIDE if key in drawn],
            opening=[drawn[part.key] for part in document.sections if _opens(part) and part.key not in BESIDE],
            sections=[drawn[part.key] for part in document.sections if not _opens(part)],
            citations=citations,
            sources=fragments.sources(citations, voice),
        )
    )
