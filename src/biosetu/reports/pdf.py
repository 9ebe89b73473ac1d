"""A document as PDF (typst), and its figures as pictures; the same content model as everywhere."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst
from markupsafe import Markup

from biosetu.figures.standalone import standalone
from biosetu.reports import fragments, jsonfile
from biosetu.reports.content import Document, Figure, Table
from biosetu.translation import Voice

PICTURE_PPI = 220.0
ONE_PICTURE = '#set page(width: {width}pt, height: auto, margin: 2pt)\n#image("figure.svg", width: 100%)\n'


def render(document: Document) -> bytes:
    """Return a document as a PDF file."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data.json").write_text(json.dumps(_data(document, folder), ensure_ascii=False), encoding="utf-8")
        source = (files("biosetu.reports") / "templates" / "report.typ").read_text(encoding="utf-8")
        (folder / "report.typ").write_text(source, encoding="utf-8")
        made: bytes = typst.compile(str(folder / "report.typ"), root=str(folder))
    return made


def picture(figure: Markup, width: float = 400) -> bytes:
    """Return a figure as PNG, `width` points wide at 220 pixels an inch."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "figure.svg").write_bytes(standalone(figure))
        (folder / "one.typ").write_text(ONE_PICTURE.format(width=width), encoding="utf-8")
        made: bytes = typst.compile(str(folder / "one.typ"), root=str(folder), format="png", ppi=PICTURE_PPI)
    return made


def _data(document: Document, folder: Path) -> dict[str, Any]:
    voice = Voice(document.language)
    _ = voice.gettext
    data = jsonfile.as_dict(document) | {"direction": voice.direction, "words": {"sources": _("Sources")}}
    for source in data["sources"]:
        source["vintage_words"] = (
            _("Release: {vintage}.").format(vintage=source["vintage"]) if source["vintage"] else ""
        )
        source["licence_words"] = _("Terms: {licence}.").format(licence=source["licence"]) if source["licence"] else ""
    for section, plain in zip(document.sections, data["sections"], strict=True):
        plain["own_page"] = section.own_page
        for index, block in enumerate(section.blocks):
            if isinstance(block, Table):
                plain["blocks"][index] |= _table(block, voice)
            elif isinstance(block, Figure):
                name = f"{section.key}-{index}.svg"
                (folder / name).write_bytes(standalone(block.svg))
                plain["blocks"][index] |= {"file": name, "wide": block.wide, "half": block.half}
    return data


def _table(block: Table, voice: Voice) -> dict[str, Any]:
    return {
        "folded": block.folded,
        "columns": [column.key for column in block.columns],
        "labels": [column.label for column in block.columns],
        "numeric": [column.numeric for column in block.columns],
        "cells": [
            [fragments.cell(value, column, voice) for value, column in zip(row, block.columns, strict=True)]
            for row in block.rows
        ],
    }
