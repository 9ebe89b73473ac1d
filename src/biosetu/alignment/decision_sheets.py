"""The workbook in which an officer decides on suggestions and quantities offline, out and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from biosetu.alignment.deciding import Choice, QuantityChoice, Suggestions
from biosetu.alignment.national import Decision, NationalTarget, Promises, Quantity, QuantityDecision
from biosetu.engine.grids import Book, Formula, Grid, Row, Value, slid_rows
from biosetu.engine.numbers import one_way
from biosetu.framework import targets
from biosetu.observations import unescape
from biosetu.observations.packaged import packaged_rows
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

SUGGESTIONS, QUANTITIES = "suggestions", "quantities"
Rows = list[tuple[Value, ...]]


@cache
def columns(sheet: str) -> tuple[str, ...]:
    """Return the columns of a sheet, in order."""
    rows = packaged_rows("biosetu.alignment", "decision_columns")
    return tuple(row["column"] for row in rows if row["sheet"] == sheet)


def decision_sheets(promises: Promises, suggestions: Suggestions, language: str = "en") -> Mapping[str, Rows]:
    """Return the sheets with every suggestion and quantity, and what was decided on it so far; header first."""
    hints = [(r["sheet"], r["column"], r["hint"]) for r in packaged_rows("biosetu.alignment", "decision_columns")]
    return {
        SUGGESTIONS: [columns(SUGGESTIONS), *_suggestion_rows(promises, suggestions, language)],
        QUANTITIES: [columns(QUANTITIES), *_quantity_rows(promises, language)],
        "how to fill": [("sheet", "column", "how to fill"), *hints],
    }


def _suggestion_rows(promises: Promises, suggestions: Suggestions, language: str) -> Iterator[tuple[Value, ...]]:
    decided = promises.decided()
    for target in promises.targets:
        now = {one.target: one for one in suggestions.get(target.id, ())}
        earlier = {
            about: entry.suggestion
            for (name, about), entry in decided.items()
            if name == target.id and entry.suggestion
        }
        declared = ", ".join(entry.target for entry in target.declared)
        for code, one in {**now, **earlier}.items():
            said = _said(decided.get((target.id, code)))
            shown = (code, targets()[code].title(language), one.score, "; ".join(one.words))
            yield (target.id, target.text(language), declared or None, *shown, *said)


def _said(decision: Decision | None) -> tuple[Value, ...]:
    if decision is None:
        return (None,) * 4
    other = decision.target if decision.target != decision.about else None
    return str(decision.verdict), other, str(decision.degree) if decision.degree else None, decision.note or None


def _quantity_rows(promises: Promises, language: str) -> Iterator[tuple[Value, ...]]:
    for target in promises.targets:
        for place, (found, _, decision) in enumerate(promises.quantity_states(target), start=1):
            yield (*_found(target, language, place, found), *_stated(decision))


def _found(target: NationalTarget, language: str, place: int, found: Quantity) -> tuple[Value, ...]:
    return target.id, target.text(language), place, found.passage, found.value, found.unit, found.year


def _stated(decision: QuantityDecision | None) -> tuple[Value, ...]:
    stated = decision.stated if decision else None
    verdict = str(decision.verdict) if decision else None
    return (verdict, stated.value, stated.unit, stated.year) if stated else (verdict, None, None, None)


def read_choices(book: Book) -> tuple[list[Choice], list[QuantityChoice]]:
    """Return what was filled in, of whichever of the two sheets there are; raise `DataError` where there is neither."""
    choices, quantities, known = [], [], False
    if slid := [problem for grid in book.grids for problem in slid_rows(book, grid).values()]:
        raise DataError(slid)
    for grid in book.grids:
        names = [_text(cell).casefold() for cell in (grid.rows[0] if grid.rows else ())]
        if {"national_target", "suggested", "verdict"} <= set(names):
            known, choices = True, [_choice(number, fields) for number, fields in _fields(names, grid)]
        elif {"national_target", "place", "verdict"} <= set(names):
            known, quantities = True, [_quantity_choice(number, fields) for number, fields in _fields(names, grid)]
    if not known:
        message, remedy = N_("no sheet of decisions"), N_("Fill the workbook that `biosetu align decide` writes")
        raise DataError(Problem(message, remedy, "layout", book.file, 1))
    return choices, quantities


def _fields(names: list[str], grid: Grid) -> Iterator[tuple[int, dict[str, str]]]:
    for number, row in enumerate(grid.rows[1:], start=2):
        fields = _row_fields(names, row)
        if any(fields.values()):
            yield number, fields


def _row_fields(names: list[str], row: Row) -> dict[str, str]:
    cells = (*row, *(None,) * len(names))
    return {name: _text(cell) for name, cell in zip(names, cells, strict=False) if name}


def _text(value: Value) -> str:
    if value is None or isinstance(value, Formula):
        return ""
    if isinstance(value, float):
        return one_way(value)
    return unescape(str(value)).strip()


def _choice(number: int, fields: Mapping[str, str]) -> Choice:
    return Choice(
        fields["national_target"],
        fields["suggested"].upper(),
        fields["verdict"].casefold(),
        fields.get("target", ""),
        fields.get("degree", "").casefold(),
        fields.get("note", ""),
        number,
    )


def _quantity_choice(number: int, fields: Mapping[str, str]) -> QuantityChoice:
    place = fields["place"]
    return QuantityChoice(
        fields["national_target"],
        int(place) if place.isdecimal() and len(place) < 6 else 0,
        fields["verdict"].casefold(),
        fields.get("stated_value", ""),
        fields.get("stated_unit", ""),
        fields.get("stated_year", ""),
        number,
    )
