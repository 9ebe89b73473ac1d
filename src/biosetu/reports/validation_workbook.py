"""The validation workbook: every figure held on a Party on one sheet, to accept, replace, dispute or set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter

from biosetu.engine.cells import DEFAULT_LIMITS, Limits, read_cells
from biosetu.engine.tables import AllDigits, replacing, safe_cell
from biosetu.observations.answers import CHOICES, COLUMNS, FILLED
from biosetu.translation import N_, direction, translations

SHEET = "figures"
ABOUT = "about"
LONGEST_CELL = 32_000
WIDTHS: Mapping[str, int] = {
    "reference": 14, "indicator": 18, "meaning": 42, "definition": 46, "part": 18, "year": 7, "value": 12, "unit": 10,
    "publisher": 32, "vintage": 11, "method": 20, "beside": 30, "note": 32, "answer": 14, "own_value": 13,
    "own_source": 30, "reason": 34,
}  # fmt: skip
HELP = (
    N_("Validation of the figures held on {party}"),
    N_("Written on {on}. Every row is one figure; nothing here is the Party's own word until it answers."),
    N_("accept: the figure becomes validated by your office."),
    N_("replace: write your value and its source; yours becomes the national figure, the other stays visible."),
    N_("Where the figure is one of some categories, your value is another of them, in words."),
    N_("dispute: say why; your word is shown before the figure, wherever it appears."),
    N_("not relevant: say why; the figure leaves every summary and ranking."),
    N_("Leave rows open that you have not looked at. Several returns are merged; nothing answered is lost."),
    N_("Only the four last columns are to be filled in. Numbers are written with a decimal point."),
)


def write_workbook(path: Path, rows: Sequence[Mapping[str, Any]], *, party: str, on: str, language: str = "en") -> None:
    """Write the workbook: sheets `figures` (columns `COLUMNS`, a row per figure) and `about` (how to fill it in).

    `rows` hold a value per column; empty answers are to be filled in, given ones are shown. Nothing in it can run.
    """
    say = translations(language).gettext
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with replacing(path) as temporary, xlsxwriter.Workbook(str(temporary), options) as book:
        sheet = book.add_worksheet(SHEET)
        about = book.add_worksheet(ABOUT)
        if direction(language) == "rtl":
            sheet.right_to_left()
            about.right_to_left()
        _write_figures(book, sheet, rows, language)
        about.set_column(0, 0, 100)
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for number, line in enumerate(HELP):
            about.write_string(number, 0, say(line).format(party=party, on=on), wrapped)


def sheet_cells(path: Path, limits: Limits = DEFAULT_LIMITS) -> pa.Table:
    """Return the cells of a returned workbook or table as texts; see `read_cells`."""
    return read_cells(path, sheet=SHEET if path.suffix.lower() == ".xlsx" else None, limits=limits, escaped=True)


def _write_figures(book: Any, sheet: Any, rows: Sequence[Mapping[str, Any]], language: str) -> None:
    say = translations(language).gettext
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF1", "border": 1})
    fixed = book.add_format({"text_wrap": True, "valign": "top"})
    open_ = book.add_format({"text_wrap": True, "valign": "top", "bg_color": "#FFF8E1", "locked": False})
    for column, (name, label) in enumerate(COLUMNS.items()):
        sheet.set_column(column, column, WIDTHS[name])
        sheet.write_string(0, column, say(label), head)
    for number, row in enumerate(rows, start=1):
        for column, name in enumerate(COLUMNS):
            _write_cell(sheet, number, column, row.get(name), open_ if name in FILLED else fixed)
    answer = list(COLUMNS).index("answer")
    if rows:
        choices = [say(label) for label in CHOICES.values()]
        sheet.data_validation(1, answer, len(rows), answer, {"validate": "list", "source": choices})
        sheet.autofilter(0, 0, len(rows), len(COLUMNS) - 1)
    sheet.freeze_panes(1, 3)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write_cell(sheet: Any, row: int, column: int, value: object, style: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, AllDigits(value) if isinstance(value, float) else value, style)
    else:
        sheet.write_string(row, column, safe_cell(str(value)[:LONGEST_CELL]), style)
