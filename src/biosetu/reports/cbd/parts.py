"""Parts of the national report that go out to an office as a workbook and come back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from biosetu.alignment.national import Promises
from biosetu.engine.grids import Book, Value
from biosetu.framework import questions
from biosetu.framework.answering import is_open
from biosetu.observations import unescape
from biosetu.observations.own import progress_levels
from biosetu.problems import DataError, Problem, UsageError
from biosetu.reports.cbd.draft import (
    Draft,
    ReportField,
    Returned,
    fingerprint,
    keys_of,
    known_keys,
    report_targets,
)
from biosetu.reports.cbd.numbers import plain

HEADER = ("key", "about", "what to write", "choices", "text", "base")


@dataclass(frozen=True, slots=True)
class Assignment:
    """A part of the report given to an office: keys starting with one of `prefixes` (`I.`, `III.NT-3.`, `Q.8_`)."""

    office: str
    due: date
    prefixes: tuple[str, ...]

    def holds(self, key: str) -> bool:
        """Return whether a key belongs to this part."""
        return key.startswith(self.prefixes)


def part_rows(
    assignment: Assignment, promises: Promises, draft: Draft, language: str = "en"
) -> list[tuple[Value, ...]]:
    """Return the rows of the workbook for an office, header first; the last column shows what it was written on."""
    rows: list[tuple[Value, ...]] = [HEADER]
    rows += [row for row in _rows(promises, draft, language) if assignment.holds(str(row[0]))]
    if len(rows) == 1:
        raise UsageError(f"No field of the report starts with {', '.join(assignment.prefixes)}.")
    return rows


def _rows(promises: Promises, draft: Draft, language: str) -> Iterator[tuple[Value, ...]]:
    titles = {target.id: target.title for target in report_targets(promises, language)}
    for key, field in keys_of(promises):
        about = titles.get(key.split(".")[1], "") if field.per == "target" else ""
        yield _row(key, about, field.label(language), _choices(field), draft)
    for question in questions().values():
        if question.type != "header" and is_open(question, draft.answers()):
            joined = "; ".join(question.options)
            several = joined + (" (several, joined with ;)" if question.multiple else "")
            yield _row(f"Q.{question.key}", question.number, question.label(language), several, draft)


def _choices(field: ReportField) -> str:
    return "; ".join(progress_levels()) if field.kind == "level" else "; ".join(field.choices)


def _row(key: str, about: str, what: str, choices: str, draft: Draft) -> tuple[Value, ...]:
    text = draft.text(key)
    return (key, about, what, choices, text or None, fingerprint(text))


def returned(book: Book) -> list[Returned]:
    """Read a part that came back; raise `DataError` where it is none or a choice is not one of the list."""
    rows = book.grids[0].rows if book.grids else ()
    if not rows or tuple(plain(cell) for cell in rows[0][: len(HEADER)]) != HEADER:
        raise DataError(Problem("no part of a report", "Send back the workbook that was sent out", "layout", book.file))
    found, problems = [], []
    for number, row in enumerate(rows[1:], start=2):
        cells = [plain(cell) if at != 4 else str(cell or "") for at, cell in enumerate((*row, *(None,) * 6)[:6])]
        if not cells[0]:
            continue
        entry = Returned(cells[0], unescape(cells[4]).strip(), cells[5])
        wrong = _not_a_choice(entry, cells[3])
        if wrong:
            problems.append(
                Problem("not one of the choices", f"Use {cells[3]}", "choice", book.file, number, "text", wrong)
            )
        found.append(entry)
    if problems:
        raise DataError(problems)
    return found


def _not_a_choice(entry: Returned, choices: str) -> str:
    allowed = {choice.strip() for choice in choices.split("(", maxsplit=1)[0].split(";") if choice.strip()}
    given = [entry.text] if not entry.key.startswith("Q.") else [v.strip() for v in entry.text.split(";") if v.strip()]
    return next((value for value in given if value and allowed and value not in allowed), "")


SILENCE = pa.schema([("office", pa.string()), ("due", pa.date32()), ("fields", pa.int32()), ("open", pa.int32())])


def who_has_not_answered(assignments: Sequence[Assignment], promises: Promises, draft: Draft) -> pa.Table:
    """Return by office how many of its fields are open, the earliest due first; offices that are done are left out."""
    keys = known_keys(promises)
    records = []
    for assignment in assignments:
        mine = [key for key in keys if assignment.holds(key)]
        still = sum(not draft.text(key) for key in mine)
        if still:
            records.append({"office": assignment.office, "due": assignment.due, "fields": len(mine), "open": still})
    records.sort(key=lambda record: (str(record["due"]), str(record["office"])))
    return pa.Table.from_pylist(records, schema=SILENCE)
