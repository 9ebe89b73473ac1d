"""What a sheet is: the upload workbook, a detailed attachment, an export of the tool, or none of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from biosetu.engine.grids import Grid, Row
from biosetu.engine.numbers import plain
from biosetu.reports.cbd.tables import columns, rows

UPLOAD, ATTACHMENT, EXPORT, UNKNOWN = "upload", "attachment", "export", "unknown"
HEADER_WITHIN = 10


@dataclass(frozen=True, slots=True)
class Layout:
    """What a sheet is, where its header stands, and which column holds which field.

    `defect` and `detail` say what is wrong with the header.
    """

    kind: str
    header_row: int = 0
    fields: Mapping[str, int] = field(default_factory=dict)
    defect: str = ""
    detail: str = ""


@lru_cache(maxsize=20_000)
def squeezed(text: str) -> str:
    """Return letters and digits only, lower case: how headers are compared when the tool would not."""
    return re.sub(r"[\W_]+", "", text.casefold())


@cache
def _upload_headers() -> tuple[str, ...]:
    return tuple(column.header.casefold() for column in columns())


@cache
def _known_headers() -> Mapping[str, str]:
    known = {squeezed(row["header"]): row["field"] for row in rows("export_columns")}
    return known | {squeezed(column.header): column.field for column in columns()} | {"code": "code"}


def recognise(grid: Grid) -> Layout:
    """Say what a sheet is, from its header; a header lower down than row 1 is found and reported."""
    for index, row in enumerate(grid.rows[:HEADER_WITHIN]):
        layout = _from_header(row)
        if layout.kind != UNKNOWN:
            return _lowered(layout, index)
    return Layout(UNKNOWN, detail="no known column")


def _lowered(layout: Layout, index: int) -> Layout:
    if index == 0:
        return layout
    moved = Layout(layout.kind, index, layout.fields, layout.defect, layout.detail)
    if layout.kind == UPLOAD and not layout.defect:
        return Layout(UPLOAD, index, layout.fields, "header", f"the header stands in row {index + 1}")
    return moved


def _from_header(row: Row) -> Layout:
    written = [plain(cell) for cell in row]
    while written and not written[-1]:
        written.pop()
    if [str(cell).casefold() for cell in row[: len(written)]] == list(_upload_headers()):
        return Layout(UPLOAD, fields={column.field: column.position - 1 for column in columns()})
    fields: dict[str, int] = {}
    for position, header in enumerate(written):
        name = _known_headers().get(squeezed(header), "")
        if name and name not in fields:
            fields[name] = position
    return _judged(row, written, fields)


def _judged(row: Row, written: list[str], fields: dict[str, int]) -> Layout:
    if {"question", "response"} <= fields.keys() or "level" in fields:
        return Layout(EXPORT, fields=fields)
    if not {"year", "value"} <= fields.keys() or not {"code", "title"} & fields.keys():
        return Layout(UNKNOWN, detail="no known column")
    if fields.keys() & {"published", "unique_id", "indicator_type", "source"}:
        return Layout(EXPORT, fields=fields)
    if written and str(row[0]).casefold() == "indicator_code" and len(fields) == len(columns()):
        return Layout(ATTACHMENT, fields=fields)
    return Layout(UPLOAD, fields=fields, defect="header", detail=_difference(row, written))


def _difference(row: Row, written: list[str]) -> str:
    wanted = [column.header for column in columns()]
    found = {squeezed(header) for header in written}
    missing = [header for header in wanted if squeezed(header) not in found]
    if missing:
        return "missing " + ", ".join(missing)
    extra = [header for header in written if header and squeezed(header) not in {squeezed(name) for name in wanted}]
    if extra:
        return "not known: " + ", ".join(extra)
    if [squeezed(header) for header in written] == [squeezed(name) for name in wanted]:
        wrong = [str(cell) for cell, name in zip(row, wanted, strict=False) if str(cell).casefold() != name.casefold()]
        return "spelt otherwise: " + ", ".join(repr(cell) for cell in wrong)
    return "another order"
