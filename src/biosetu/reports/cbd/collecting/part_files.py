"""A part of the report as a file: xlsx or Word tables that an office fills and sends back, and their reading.

Texts and answers stand in one table, figures in another: those that are held, and empty rows for new ones.

A file that comes back is checked against the report, never against what the file itself says is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from biosetu.engine.grids import Book, ErrorValue, Formula, Value, read_book
from biosetu.engine.numbers import plain
from biosetu.engine.pages import read_word_tables
from biosetu.engine.tables import replacing
from biosetu.observations import unescape
from biosetu.observations.answers import CHOICES
from biosetu.problems import DataError, Problem, UsageError
from biosetu.reports.cbd.collecting.asked import CHOICE, DATE, MANY, Asked, shown
from biosetu.reports.cbd.collecting.days import dated
from biosetu.reports.cbd.collecting.figures import (
    ANSWERS,
    ASKED_CELLS,
    CELLS,
    FIGURE,
    FIGURE_LABELS,
    FIGURES,
    Figure,
    figure_key,
    indicator_of,
    shown_figure,
)
from biosetu.reports.cbd.collecting.records import Collection, Part
from biosetu.reports.cbd.collecting.verbs import Returned
from biosetu.reports.cbd.draft import fingerprint
from biosetu.reports.cbd.workbook import write_grids
from biosetu.translation import N_, Voice, say

HEADER = ("key", "about", "what to write", "choices", "text", "still right", "base")
TEXT_COLUMN, RIGHT_COLUMN, BASE_COLUMN = 4, 5, 6
FIGURE_HEADER = ("key", "indicator", *CELLS, "base")
NEW_ROWS = 8
SUFFIXES = (".xlsx", ".docx")
MARK = "biosetu-part"
YES = frozenset({"yes", "y", "x", "1", "true", "نعم", "✓"})
HOW_FIGURES = N_(
    "Answer the figures that are held: accept, or replace with your value and its source. Write new ones in the empty "
    "rows: year, part where it is of one, unit, your value, your source."
)
LABELS = {
    "key": N_("Field"),
    "about": N_("Belongs to"),
    "what to write": N_("What to write"),
    "choices": N_("Choices"),
    "text": N_("Your text"),
    "still right": N_("Old text still right? (yes)"),
    "base": N_("Do not change"),
}


@dataclass(frozen=True, slots=True)
class PartReturn:
    """A part that came back: of which report it says it is, and what stands in it."""

    party: str
    cycle: str
    part: str
    given: tuple[Returned, ...]


def part_fields(fields: Sequence[Asked], part: Part) -> tuple[Asked, ...]:
    """Return the fields of a part that are asked."""
    found = tuple(field for field in fields if part.holds(field.key))
    if not found:
        raise UsageError(say("No field of the report starts with {prefixes}.", prefixes=", ".join(part.prefixes)))
    return found


def write_part_file(
    collection: Collection, fields: Sequence[Asked], part: Part, out: Path, language: str = "en"
) -> int:
    """Write a part as .xlsx or .docx, with what is held so far; return the number of fields."""
    if out.suffix.lower() not in SUFFIXES:
        raise UsageError(say("A part is written as {suffixes}.", suffixes=" or ".join(SUFFIXES)))
    mine = part_fields(fields, part)
    if out.suffix.lower() == ".xlsx":
        _write_workbook(collection, mine, part, out, language)
    else:
        with replacing(out) as temporary:
            temporary.write_bytes(_document(collection, mine, part, language))
    return len(mine)


def _about(collection: Collection, part: Part, voice: Voice, *, figures: bool) -> list[tuple[str, str]]:
    _ = voice.gettext
    draft = collection.draft
    return [
        (MARK, f"{draft.party} {draft.cycle} {part.id}"),
        (_("Office"), part.office),
        (_("Due"), voice.ltr(dated(draft.party, part.due))),
        (_("Note"), part.note or "–"),
        (_("How to fill it in"), _("Write in the column “Your text”; leave the others as they are.")),
        *([(_("Figures"), _(HOW_FIGURES))] if figures else []),
    ]


def _cells(collection: Collection, field: Asked, voice: Voice) -> tuple[str, ...]:
    held = collection.draft.text(field.key)
    entry = collection.draft.entries.get(field.key)
    old = voice.gettext("old text, to be reviewed") if entry and not entry.reviewed else ""
    choices = voice.gettext("; ").join(label for _, label in field.options)
    if field.kind == MANY:
        choices += f" ({voice.gettext('several, joined with ;')})"
    if field.kind == DATE:
        choices = voice.gettext("a date; name the calendar where it is not Gregorian: 2087-04-01 BS")
        choices += f" ({voice.ltr(shown(field, held))})" if held else ""
    about = field.about + (f" [{field.condition}]" if field.condition else "")
    text = held if field.kind == DATE else shown(field, held)
    return (field.key, about, field.label, choices, text, old, fingerprint(held))


def _write_workbook(collection: Collection, mine: Sequence[Asked], part: Part, out: Path, language: str) -> None:
    voice = Voice(language)
    rows: list[Sequence[Value]] = [HEADER, tuple(voice.gettext(LABELS[name]) for name in HEADER)]
    texts, figures = [field for field in mine if field.kind != FIGURE], _figure_rows(collection, mine, voice)
    rows += [_cells(collection, field, voice) for field in texts]
    lists = {
        (number, TEXT_COLUMN): [label for _, label in field.options]
        for number, field in enumerate(texts, start=2)
        if field.kind == CHOICE
    }
    choices = [voice.gettext(label) for label in CHOICES.values()]
    answers = {(number, FIGURE_HEADER.index("answer")): choices for number in range(2, len(figures))}
    about: list[Sequence[Value]] = list(_about(collection, part, voice, figures=bool(figures)))
    grids: dict[str, Sequence[Sequence[Value]]] = {"part": rows, "about": about}
    grids |= {"figures": figures} if figures else {}
    write_grids(grids, out, {"part": lists, "figures": answers}, right_to_left=language == "ar")


def _figure_rows(collection: Collection, mine: Sequence[Asked], voice: Voice) -> list[tuple[str, ...]]:
    """Return the table of figures, two header rows first; nothing where no figures are asked."""
    asked = list(dict.fromkeys(indicator_of(field.key) for field in mine if field.section.startswith(FIGURES)))
    if not asked:
        return []
    labels = {**FIGURE_LABELS, "key": LABELS["key"], "base": LABELS["base"]}
    rows = [FIGURE_HEADER, tuple(voice.gettext(labels[name]) for name in FIGURE_HEADER)]
    for code in asked:
        known = [field for field in mine if field.kind == FIGURE and indicator_of(field.key) == code]
        rows += [_figure_cells(collection, field, voice) for field in known]
        rows += [("", code, *("",) * (len(CELLS) + 1))] * NEW_ROWS
    return rows


def _figure_cells(collection: Collection, field: Asked, voice: Voice) -> tuple[str, ...]:
    text = collection.draft.text(field.key)
    figure = shown_figure(text, field.figure)
    cells = {name: getattr(figure, name) for name in CELLS}
    cells["answer"] = voice.gettext(ANSWERS[figure.answer]) if figure.answer else ""
    return (field.key, indicator_of(field.key), *cells.values(), fingerprint(text))


def _document(collection: Collection, mine: Sequence[Asked], part: Part, language: str) -> bytes:
    from biosetu.reports.cbd.collecting.part_document import document

    voice = Voice(language)
    title = f"{voice.gettext('Part of the national report')} {collection.draft.party} {collection.draft.cycle}"
    rows = [HEADER, tuple(voice.gettext(LABELS[name]) for name in HEADER)]
    rows += [_cells(collection, field, voice) for field in mine if field.kind != FIGURE]
    figures = _figure_rows(collection, mine, voice)
    return document(title, _about(collection, part, voice, figures=bool(figures)), rows, voice, figures)


def read_part_file(path: Path) -> PartReturn:
    """Read a part that came back (.xlsx or .docx); raise `DataError` where it is none, or a cell holds a formula."""
    reader = {".xlsx": _read_workbook, ".docx": _read_document}.get(path.suffix.lower())
    if reader is None:
        remedy = N_("Send back the workbook or the Word file that was sent out")
        raise DataError(Problem(N_("this type of file is not read"), remedy, "format", path.name))
    return reader(path)


def _none(file: str) -> DataError:
    remedy = N_("Send back the workbook or the Word file that was sent out")
    return DataError(Problem(N_("no part of a report"), remedy, "layout", file))


def _read_workbook(path: Path) -> PartReturn:
    book = read_book(path)
    sheets = {grid.name: grid.rows for grid in book.grids}
    rows = sheets.get("part", ())
    if not rows or tuple(plain(cell) for cell in rows[0][: len(HEADER)]) != HEADER:
        raise _none(path.name)
    _refuse_formulas(book)
    texts = [tuple(_text(cell) for cell in row) for row in rows]
    figures = [tuple(_text(cell) for cell in row) for row in sheets.get("figures", ())]
    if figures and figures[0][: len(FIGURE_HEADER)] != FIGURE_HEADER:
        raise _none(path.name)
    about = {plain(row[0]): plain(row[1]) for row in sheets.get("about", ()) if len(row) > 1}
    return _returned(path.name, about.get(MARK, ""), texts, figures)


def _refuse_formulas(book: Book) -> None:
    problems = [
        Problem(
            N_("a formula"), N_("Paste the value in its place"), "formula", book.file, number, "text", str(cell)[:100]
        )
        for grid in book.grids
        for number, row in enumerate(grid.rows, start=1)
        for cell in row
        if isinstance(cell, Formula | ErrorValue)
    ]
    if problems:
        raise DataError(problems)


def _text(cell: Value) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return unescape(cell) if isinstance(cell, str) else plain(cell)


def _read_document(path: Path) -> PartReturn:
    tables = read_word_tables(path)
    mark = next((row[1] for table in tables for row in table if len(row) > 1 and row[0].strip() == MARK), "")
    by_header = {tuple(cell.strip() for cell in table[0]): table for table in tables if table}
    if HEADER not in by_header:
        raise _none(path.name)
    return _returned(path.name, mark, by_header[HEADER], by_header.get(FIGURE_HEADER, ()))


def _returned(file: str, mark: str, rows: Sequence[Sequence[str]], figures: Sequence[Sequence[str]] = ()) -> PartReturn:
    names = mark.split()
    if len(names) != 3:
        raise _none(file)
    return PartReturn(names[0], names[1], names[2], (*_entries(rows), *_figures(figures)))


def _figures(rows: Sequence[Sequence[str]]) -> Iterator[Returned]:
    """Yield the figures in which something is filled in; a new one by the key of its indicator alone."""
    for number, row in enumerate(rows[2:], start=3):
        cells = (*(cell.strip() for cell in row), *("",) * len(FIGURE_HEADER))[: len(FIGURE_HEADER)]
        key, code, *typed, base = cells
        figure = Figure(**dict(zip(CELLS, typed, strict=True)))
        filled = any(getattr(figure, name) for name in (ASKED_CELLS if key else CELLS))
        if filled:
            yield Returned(key or figure_key(code), figure.text, base or fingerprint(""), row=number)


def _entries(rows: Sequence[Sequence[str]]) -> Iterator[Returned]:
    for number, row in enumerate(rows[2:], start=3):
        cells = (*row, *("",) * len(HEADER))[: len(HEADER)]
        key = cells[0].strip()
        if key:
            right = cells[RIGHT_COLUMN].strip().casefold() in YES
            yield Returned(key, cells[TEXT_COLUMN].strip(), cells[BASE_COLUMN].strip(), right, row=number)
