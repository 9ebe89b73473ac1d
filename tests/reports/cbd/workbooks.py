"""Workbooks for the checker's tests, built from tables: sound ones, and each defect put into a sound one."""

from __future__ import annotations

import csv
import re
from datetime import date, datetime
from pathlib import Path

import openpyxl

from biosetu.framework import indicators
from biosetu.reports.cbd.tables import columns

DATA = Path(__file__).parent / "data"
TODAY = date(2026, 11, 23)
HEADER = [column.header for column in columns()]


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def row(code: str, year: int, unit: str, value: float, type_: str = "", name: str = "", flag: str = "") -> list:
    title = indicators()[code].title_en if code in indicators() else ""
    return [code, title, flag or ("Yes" if name else "No"), type_ or None, name or None, year, unit, value, None]


NATURAL = "Natural or seminnatural ecosystem"
BASES = {
    "a3": [row("A.3", 2023, "index", 0.82), row("A.3", 2022, "index", 0.825), row("A.3", 2021, "index", 0.83)],
    "p31": [row("3.1", 2023, "%", 23.4), row("3.1", 2022, "%", 22.9), row("3.1", 2021, "%", 22.1)],
    "area": [row("A.2", 2023, "km2", 12_300), row("A.2", 2022, "km2", 12_400)],
    "parts": [
        row("A.2", 2023, "km2", 100_000),
        row("A.2", 2023, "km2", 60_000, NATURAL, "Natural"),
        row("A.2", 2023, "km2", 40_000, NATURAL, "Seminatural"),
    ],
    "others": [
        row("A.2", 2023, "%", 60, "Other", "Managed by communities"),
        row("A.2", 2023, "%", 40, "Other", "Managed by the state"),
    ],
    "shares": [
        row("A.2", 2023, "%", 42, "Ecosystem type", "Forest"),
        row("A.2", 2023, "%", 38, "Ecosystem type", "Grassland"),
        row("A.2", 2023, "%", 20, "Ecosystem type", "Other"),
    ],
}


def cell(text: str):
    """Read a cell of the table: `#` number, `@` date, `%` number shown as percentage, `=` formula, `␠` blank."""
    if not text:
        return None
    if text[0] == "#" and text[1:].replace(".", "").replace("-", "").isdigit():
        return float(text[1:]) if "." in text else int(text[1:])
    if text[0] == "@":
        return datetime.fromisoformat(text[1:])
    if text[0] == "!":
        return text[1:]
    return text.replace("␠", " ")


def build(path: Path, base: str, change: str = "") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "data"
    sheet.append(HEADER)
    for values in BASES[base]:
        sheet.append(values)
    for step in filter(None, change.split("|")):
        if step.startswith("ROW="):
            _add_row(sheet, step[4:].split(";"))
        else:
            for part in re.split(r";(?=[A-Z]+\d*=)", step):
                _change(book, sheet, *part.split("=", 1))
    book.save(path)
    return path


def _add_row(sheet, cells: list[str]) -> None:
    values = [cell(text) for text in cells]
    values[1] = indicators()[values[0]].title_en
    values[5] = int(values[5])
    sheet.append(values)


def _change(book, sheet, place: str, text: str) -> None:
    if place == "DROP":
        sheet.delete_cols(openpyxl.utils.column_index_from_string(text))
    elif place == "TOP":
        sheet.insert_rows(1)
        sheet["A1"] = text
    elif place == "SHEET":
        copy = book.copy_worksheet(sheet)
        copy.title = text
    elif text.startswith("%") and text[1:].replace(".", "").isdigit():
        sheet[place] = float(text[1:])
        sheet[place].number_format = "0.0%"
    else:
        sheet[place] = cell(text)


def corrected_cell(place: str, path: Path):
    return openpyxl.load_workbook(path).worksheets[0][place].value
