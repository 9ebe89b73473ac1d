"""A document as JSON: the same content as the pages, figures as their captions and the tables behind them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from biosetu.reports.content import Block, Bullets, Citation, Document, Facts, Figure, Section, Table


def as_dict(document: Document) -> dict[str, Any]:
    """Return a document as plain values; `sources` of a block are numbers into the document's list."""
    citations = document.citations()
    numbers = {citation: number for number, citation in enumerate(citations, start=1)}
    return {
        "kind": document.key,
        "title": document.title,
        "subtitle": document.subtitle,
        "language": document.language,
        "date": document.on.isoformat(),
        "watermark": document.watermark,
        "meta": dict(document.meta),
        "sections": [_section(section, numbers) for section in document.sections],
        "sources": [{"number": numbers[c], **asdict(c)} for c in citations],
        "colophon": list(document.colophon),
    }


def render(document: Document) -> str:
    """Return a document as a JSON file."""
    return json.dumps(as_dict(document), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _section(section: Section, numbers: Mapping[Citation, int]) -> dict[str, Any]:
    return {
        "key": section.key,
        "title": section.title,
        "kicker": section.kicker,
        "target": section.target,
        "blocks": [_block(block, numbers) for block in section.blocks],
    }


def _block(block: Block, numbers: Mapping[Citation, int]) -> dict[str, Any]:
    plain: dict[str, Any] = {"kind": type(block).__name__.lower()}
    if isinstance(block, Bullets | Facts):
        plain["items"] = [_numbered(asdict(item), item.sources, numbers) for item in block.items]
        if isinstance(block, Bullets):
            plain["ordered"] = block.ordered
    elif isinstance(block, Table):
        plain |= {"caption": block.caption, "columns": {c.key: c.label for c in block.columns}, "rows": block.records()}
    elif isinstance(block, Figure):
        plain |= {"caption": block.caption, "text": block.text}
        if block.data is not None:
            plain["data"] = block.data.records()
    else:
        plain |= {"text": block.text, "tone": block.tone}
    return _numbered(plain, block.sources, numbers)


def _numbered(plain: dict[str, Any], sources: tuple[Citation, ...], numbers: Mapping[Citation, int]) -> dict[str, Any]:
    return {**plain, "sources": sorted(numbers[source] for source in sources)}
