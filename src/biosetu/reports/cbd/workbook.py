"""Writing the files that the reporting tool takes: the upload workbook and the detailed attachments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter

from biosetu.engine.grids import Value
from biosetu.engine.tables import replacing, safe_cell
from biosetu.framework import indicators
from biosetu.observations import units
from biosetu.problems import UsageError
from biosetu.reports.cbd.one_series import one_series
from biosetu.reports.cbd.tables import Disaggregation, columns, disaggregations
from biosetu.translation import say

LONGEST_LIST = 255
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
ATTACHMENT_HEADERS = ("Indicator_code", "Indicator ")
SHEET_NAMES = {"A.1": "A1", "A.2": "A2", "B.1": "B1"}


@dataclass(frozen=True, slots=True)
class Point:
    """One row of the upload workbook."""

    code: str
    title: str
    type: str
    disaggregation: str
    year: int
    unit: str
    value: float
    footnote: str

    @property
    def cells(self) -> tuple[Value, ...]:
        """Return the nine cells, typed so that the tool takes the row."""
        flag = "Yes" if self.disaggregation else "No"
        number = int(self.value) if self.value.is_integer() and abs(self.value) < 2**53 else self.value
        type_ = self.type or ("Other" if self.disaggregation else "")
        return (
            self.code,
            self.title,
            flag,
            type_ or None,
            self.disaggregation or None,
            self.year,
            self.unit,
            number,
            self.footnote or None,
        )


def points(observations: pa.Table, code: str, titles: Mapping[str, str] | None = None) -> list[Point]:
    """Turn the Observations of one indicator into rows, national values first, then by year; a value that is
    missing or has no unit is left out, because the tool would drop it. Of several series one is taken (`one_series`).

    `titles` names national indicators, whose code is their UUID.
    """
    known = indicators().get(code)
    title = known.title_en if known else (titles or {}).get(code, "")
    rows = [
        Point(
            _code(row["indicator"]),
            title,
            row["disaggregation_type"],
            row["disaggregation"],
            row["year"],
            _unit(row["unit"]),
            row["value"],
            row["footnote"],
        )
        for row in one_series(sendable(observations, code))
    ]
    return sorted(rows, key=lambda p: (bool(p.disaggregation), p.type, p.disaggregation, -p.year))


def sendable(observations: pa.Table, code: str) -> list[Mapping[str, Any]]:
    """Return the Observations of one indicator that the tool would not drop: those with a value and its unit."""
    rows = observations.to_pylist()
    return [row for row in rows if _code(row["indicator"]) == code and row["value"] is not None and row["unit"]]


def _code(indicator: str) -> str:
    return indicator.removeprefix("national:")


def _unit(code: str) -> str:
    known = units().get(code)
    return known.label_en if known else code


def write_upload(rows: Iterable[Point], path: Path) -> int:
    """Write the upload workbook: one sheet, the nine columns, values typed. Return the number of rows."""
    table = [tuple(column.header for column in columns()), *(row.cells for row in rows)]
    write_grids({"data": table}, path)
    return len(table) - 1


def has_attachment(code: str) -> bool:
    """Return whether the tool has a detailed template for this indicator."""
    return code in disaggregations()


def write_attachment(code: str, rows: Iterable[Point], path: Path) -> int:
    """Write the detailed attachment of A.1, A.2, B.1, 2.1 or 12.1: its data sheet and its complete category sheet.

    Layout of SCBD's public/excel-templates (06b5c70696), with working drop-down lists in place of its formulas.
    """
    if not has_attachment(code):
        known = ", ".join(disaggregations())
        raise UsageError(
            say("The reporting tool has no detailed template for {code}, only for {known}.", code=code, known=known)
        )
    headers = (*ATTACHMENT_HEADERS, *(column.header for column in columns()[2:]))
    table = [headers, *(_attached(row.cells) for row in rows)]
    lists = disaggregations()[code]
    with replacing(path) as temporary, xlsxwriter.Workbook(str(temporary), OPTIONS) as book:
        sheet = book.add_worksheet(SHEET_NAMES.get(code, code))
        _fill(book, sheet, table)
        _fill(book, book.add_worksheet(f"{code} Category information"), _category_table(lists))
        _choices(sheet, lists, max(len(table), 100), code)
    return len(table) - 1


def _attached(cells: Sequence[Value]) -> tuple[Value, ...]:
    return tuple("Not applicable" if at in {3, 4} and cell is None else cell for at, cell in enumerate(cells))


def _category_table(lists: Sequence[Disaggregation]) -> list[tuple[Value, ...]]:
    longest = max(len(entry.categories) for entry in lists)
    body = [tuple(e.categories[i] if i < len(e.categories) else None for e in lists) for i in range(longest)]
    return [tuple(entry.type for entry in lists), *body]


def _choices(sheet: Any, lists: Sequence[Disaggregation], last: int, code: str) -> None:
    names = xlsxwriter.utility.xl_col_to_name
    sheet.data_validation(1, 2, last, 2, {"validate": "list", "source": ["Yes", "No"]})
    types = f"='{code} Category information'!$A$1:${names(len(lists) - 1)}$1"
    sheet.data_validation(1, 3, last, 3, {"validate": "list", "source": types, "error_type": "warning"})


def write_grids(
    grids: Mapping[str, Sequence[Sequence[Value]]],
    path: Path,
    lists: Mapping[str, Mapping[tuple[int, int], Sequence[str]]] | None = None,
    right_to_left: bool = False,
) -> None:
    """Write sheets of typed cells; the first row of each is its header. No text is ever a formula or a link.

    `lists`: by sheet the drop-down choices of its cells (row, column, from 0).
    """
    with replacing(path) as temporary, xlsxwriter.Workbook(str(temporary), OPTIONS) as book:
        for name, table in grids.items():
            sheet = book.add_worksheet(name[:31] or None)
            if right_to_left:
                sheet.right_to_left()
            _fill(book, sheet, table)
            for (row, column), choices in (lists or {}).get(name, {}).items():
                _drop_down(sheet, row, column, choices)


def _drop_down(sheet: Any, row: int, column: int, choices: Sequence[str]) -> None:
    """Offer choices in a cell, where a spreadsheet can hold them: no comma in one, 255 characters in all."""
    if choices and not any("," in choice for choice in choices) and len(",".join(choices)) <= LONGEST_LIST:
        sheet.data_validation(
            row, column, row, column, {"validate": "list", "source": list(choices), "error_type": "warning"}
        )


def _fill(book: Any, sheet: Any, table: Sequence[Sequence[Value]]) -> None:
    bold, dated = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.freeze_panes(1, 0)
    for index, row in enumerate(table):
        for column, value in enumerate(row):
            _write(sheet, index, column, value, bold if index == 0 else None, dated)
    for column in range(max((len(row) for row in table), default=0)):
        sheet.set_column(column, column, 18)


def _write(sheet: Any, row: int, column: int, value: Value, style: Any, dated: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, style)
    elif isinstance(value, datetime | date):
        sheet.write_datetime(row, column, value, dated)
    else:
        sheet.write_string(row, column, safe_cell(str(value)), style)
