"""Forms that travel as spreadsheets: one row a record, or one record with its questions below each other.

The header of a sheet names fields by their code or by their label, in English or Arabic; a sheet with the columns
`field` and `answer` holds one record. What people type is made plain: digits of any script, dates with a time of
midnight, the Arabic semicolon of lists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

import pyarrow as pa

from biosetu.cooperation.forms import SEPARATOR, Field, check, form
from biosetu.observations import unescape
from biosetu.problems import DataError, Problem
from biosetu.translation import LANGUAGES, N_, translations

REFERENCE = "reference"
FIELD, QUESTION, HELP, ANSWER = "field", "question", "help", "answer"
ARABIC_SEPARATORS = str.maketrans({"؛": SEPARATOR})
DIGITS = str.maketrans({code: str(code - zero) for zero in (0x0660, 0x06F0) for code in range(zero, zero + 10)})
MIDNIGHT = re.compile(r"^(\d{4}-\d{2}-\d{2})[T ]00:00(:00)?$")
PLAIN_KINDS = ("date", "number")
HEADER_ROW = 1
NEEDED: Mapping[str, tuple[str, ...]] = {"request": (), "provider": ("name",)}
Row = tuple[int, dict[str, str]]


def columns_of(name: str) -> dict[str, str]:
    """Return the field that each possible heading of a form's sheet means: its code, or its label in any language."""
    known = {REFERENCE: REFERENCE}
    for field in form(name):
        known[field.field] = field.field
        for code in LANGUAGES:
            known.setdefault(translations(code).gettext(field.label).casefold(), field.field)
    return known


def rows_of(name: str, sheet: pa.Table, numbers: Iterable[int]) -> list[Row]:
    """Return the records of a sheet as (row, values by field); `DataError` for headings that mean nothing.

    `sheet` holds text (engine.cells), `numbers` the rows of the file. Empty answers are left out.
    """
    if {FIELD, ANSWER} <= set(sheet.column_names):
        return _one_record(name, sheet, tuple(numbers))
    meant = _meant(name, sheet.column_names)
    kinds = {field.field: field for field in form(name)}
    return [
        (number, {meant[key]: text for key, value in row.items() if (text := _plain(kinds.get(meant[key]), value))})
        for number, row in zip(numbers, sheet.to_pylist(), strict=True)
    ]


def _meant(name: str, headings: Iterable[str]) -> dict[str, str]:
    known = columns_of(name)
    meant = {heading: known.get(heading.strip().casefold(), "") for heading in headings}
    strange = [heading for heading, field in meant.items() if not field]
    twice = {field for field in meant.values() if field and list(meant.values()).count(field) > 1}
    if strange or twice:
        said, remedy = N_("no field of the form has this name, or two columns have it"), N_("Use the empty sheet")
        raise DataError([Problem(said, remedy, "header", "", HEADER_ROW, one) for one in (*strange, *sorted(twice))])
    return meant


def _one_record(name: str, sheet: pa.Table, numbers: tuple[int, ...]) -> list[Row]:
    named = [str(code).strip() for code in sheet.column(FIELD).to_pylist()]
    meant = _meant(name, named)
    kinds = {field.field: field for field in form(name)}
    answers = zip(named, sheet.column(ANSWER).to_pylist(), strict=True)
    values = {meant[code]: text for code, value in answers if (text := _plain(kinds.get(meant[code]), value))}
    return [(numbers[0] if numbers else HEADER_ROW, values)] if values else []


def _plain(field: Field | None, value: object) -> str:
    text = unescape(str(value or "").strip())
    if field is None:
        return text
    if field.is_list:
        return text.translate(ARABIC_SEPARATORS)
    if field.kind in PLAIN_KINDS:
        return MIDNIGHT.sub(r"\1", text.translate(DIGITS))
    return text


def wrong(name: str, number: int, values: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return what is wrong with one record of a sheet."""
    found = list(check(name, {key: value for key, value in values.items() if key != REFERENCE}, row=number))
    empty = [column for column in NEEDED.get(name, ("title",)) if not values.get(column)]
    found += [Problem(N_("this is empty"), N_("Fill it in"), "empty", row=number, column=column) for column in empty]
    return tuple(found)


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return the fields that a sheet would change; a cell that is empty changes nothing."""
    return tuple(name for name, value in after.items() if name != REFERENCE and value != before.get(name, ""))


def empty_sheet(name: str, gettext: Callable[[str], str]) -> pa.Table:
    """Return the empty sheet of a form: one column a field, headed in the language of `gettext`, no rows."""
    return pa.table({gettext(field.label): pa.array([], pa.string()) for field in form(name)})


def filled_sheet(
    name: str, gettext: Callable[[str], str], values: Mapping[str, str] | None = None, reference: str = ""
) -> pa.Table:
    """Return one record as a sheet with its questions below each other, to be filled in offline and read again."""
    have = values or {}
    first = [(REFERENCE, gettext(N_("Number")), gettext(N_("Leave it as it is")), reference)] if reference else []
    asked = [
        (field.field, gettext(field.label), gettext(field.help) if field.help else "", have.get(field.field, ""))
        for field in form(name)
    ]
    cells = zip(*(*first, *asked), strict=True)
    return pa.table({title: list(column) for title, column in zip((FIELD, QUESTION, HELP, ANSWER), cells, strict=True)})
