"""Fields of a report as a form: what stands in them, what was posted, what is wrong, by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.http import QueryDict

from biosetu.centre.wording import gettext, language
from biosetu.observations import indicator_units, units
from biosetu.observations.answers import CHOICES
from biosetu.problems import Problem
from biosetu.reports.cbd.collecting import Asked, Collection, Offer, Returned, shown
from biosetu.reports.cbd.collecting.asked import CHOICE, DATE, MANY, TEXT
from biosetu.reports.cbd.collecting.figures import (
    ASKED_CELLS,
    CELLS,
    FIGURE,
    Figure,
    figure_key,
    indicator_of,
    is_figure,
    is_of_figures,
    measure,
    shown_figure,
)
from biosetu.reports.cbd.draft import fingerprint, split_answer
from biosetu.translation import Voice

NEW_LINES = 4
RECENT = 5
NEW_CELLS = ("year", "part_kind", "part", "unit", "own_value", "own_source", "reason")
LONGEST_CELL = 2000


@dataclass(slots=True)
class Row:
    """One field on a page."""

    asked: Asked
    text: str
    base: str
    office: str = ""
    changed: object = None
    carried: bool = False
    waiting: Sequence[Offer] = ()
    problem: str = ""
    warning: str = ""
    typed: str | None = None
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def is_figure(self) -> bool:
        """Whether it is a figure of an indicator."""
        return self.asked.kind == FIGURE

    @property
    def cells(self) -> Figure:
        """What stands in the cells of a figure: what was typed, else what is held."""
        return shown_figure(self.value, self.asked.figure)

    @property
    def held(self) -> Figure | None:
        """The figure as it is held, with its source; None where an office added it."""
        return self.asked.figure

    @property
    def measured(self) -> str:
        """The value that is held, or that an office added, with its unit."""
        figure = self.held or self.cells
        return measure(figure.value or figure.own_value, figure.unit, Voice(self.asked.language))

    @property
    def value(self) -> str:
        """What stands in the field: what was typed, else what is held."""
        return self.text if self.typed is None else self.typed

    @property
    def chosen(self) -> frozenset[str]:
        """The choices that are ticked."""
        if self.asked.kind == CHOICE:
            return frozenset({self.value})
        return frozenset(split_answer(self.asked.key.removeprefix("Q."), self.value))

    @property
    def is_text(self) -> bool:
        """Whether it is a longer text."""
        return self.asked.kind == TEXT

    @property
    def is_date(self) -> bool:
        """Whether it is a date."""
        return self.asked.kind == DATE

    @property
    def is_many(self) -> bool:
        """Whether several choices may be ticked."""
        return self.asked.kind == MANY

    @property
    def said(self) -> str:
        """What is held, as people read it."""
        return shown(self.asked, self.text)

    @property
    def days(self) -> str:
        """The date that is held, in each calendar of the offices; empty for other fields."""
        return self.said if self.is_date and self.text else ""

    def offered(self, offer: Offer) -> str:
        """Return a text that waits, as people read it."""
        return shown(self.asked, offer.text)


@dataclass(slots=True)
class NewLine:
    """An empty row for a figure that is not held: what was typed into it, what is wrong with it."""

    section: str
    cells: Figure = field(default_factory=Figure)
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The fields of a page, in their groups, and rows for new figures; `numbers` are the lines by the row they fill."""

    rows: Sequence[Row] = field(default_factory=list)
    fresh: Sequence[NewLine] = ()
    numbers: Mapping[int, Row | NewLine] = field(default_factory=dict)

    def new(self, section: str) -> list[NewLine]:
        """Return the rows for new figures of an indicator."""
        return [line for line in self.fresh if line.section == section]

    def groups(self) -> list[tuple[str, list[Row]]]:
        """Return the rows by what they belong to, in their order."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.asked.section, []).append(row)
        return list(found.items())

    @property
    def wrong(self) -> int:
        """How many fields are wrong."""
        return sum(bool(row.problem) + len(row.problems) for row in self.rows) + sum(
            len(n.problems) for n in self.fresh
        )


def sheet(collection: Collection, wanted: Iterable[Asked], given: Sequence[Returned] = ()) -> Sheet:
    """Return the fields with what is held, and what was typed where that was refused."""
    asked, waiting = list(wanted), collection.waiting()
    typed = {one.key: one for one in given}
    rows = []
    numbers: dict[int, Row | NewLine] = {}
    for one in asked:
        back = typed.get(one.key)
        rows.append(_row(collection, one, waiting.get(one.key, ()), back.text if back else None))
        if back is not None and back.row is not None:
            numbers[back.row] = rows[-1]
    fresh = []
    for section in dict.fromkeys(one.section for one in asked if is_of_figures(one.key)):
        mine = [one for one in given if one.key == figure_key(indicator_of(section))]
        lines = [NewLine(section, Figure.of(one.text)) for one in mine]
        numbers |= {one.row: line for one, line in zip(mine, lines, strict=True) if one.row is not None}
        fresh += [*lines, *(NewLine(section) for _ in range(max(NEW_LINES - len(lines), 1)))]
    return Sheet(rows, fresh, numbers)


def _row(collection: Collection, one: Asked, waiting: Sequence[Offer], typed: str | None) -> Row:
    entry = collection.draft.entries.get(one.key)
    text = entry.text if entry else ""
    return Row(
        one,
        text,
        fingerprint(text),
        entry.office if entry else "",
        entry.changed_on if entry else None,
        bool(entry and not entry.reviewed),
        waiting,
        typed=typed,
    )


def posted(data: QueryDict, wanted: Iterable[Asked]) -> list[Returned]:
    """Return what was posted for these fields; a field that is not on the page is left out."""
    asked = list(wanted)
    found = []
    for one in asked:
        base = data.get(f"base:{one.key}")
        if base is None or one.kind == FIGURE:
            continue
        text = "; ".join(str(value) for value in data.getlist(one.key) if value)
        confirmed = data.get(f"right:{one.key}") == "yes"
        found.append(Returned(one.key, text, str(base), confirmed=confirmed, emptied=not text.strip()))
    figures = (*_posted_figures(data, asked), *_posted_new(data, asked))
    return [*found, *(replace(one, row=number) for number, one in enumerate(figures, start=1))]


def _posted_figures(data: QueryDict, asked: Iterable[Asked]) -> Iterator[Returned]:
    """Yield the figures that are held or came in before, where their row was filled in or was before."""
    for one in asked:
        base = data.get(f"base:{one.key}")
        if base is None or one.kind != FIGURE:
            continue
        cells = {name: _typed(data, f"{name}:{one.key}") for name in (*CELLS[:4], "value", *ASKED_CELLS)}
        filled = any(cells[name] for name in ASKED_CELLS)
        if filled or base != fingerprint(""):
            text = Figure(**cells).text if filled else ""
            yield Returned(one.key, text, str(base), emptied=not filled)


def _posted_new(data: QueryDict, asked: Iterable[Asked]) -> Iterator[Returned]:
    """Yield the figures that were typed into the empty rows."""
    for one in asked:
        if not is_of_figures(one.key) or is_figure(one.key):
            continue
        columns = [[_clean(str(text)) for text in data.getlist(f"new:{one.key}:{name}")] for name in NEW_CELLS]
        for texts in zip(*columns, strict=False):
            if any(texts):
                figure = Figure(**dict(zip(NEW_CELLS, texts, strict=True)))
                yield Returned(figure_key(indicator_of(one.key)), figure.text, fingerprint(""))


def _typed(data: QueryDict, name: str) -> str:
    return _clean(str(data.get(name, "")))


def _clean(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())[:LONGEST_CELL]


def mark(page: Sheet, problems: Iterable[Problem]) -> list[str]:
    """Put problems beside their fields; return those that belong to no field of the page."""
    rows = {row.asked.key: row for row in page.rows}
    elsewhere = []
    for problem in problems:
        row = rows.get(problem.column)
        line = page.numbers.get(problem.row or 0)
        if line is not None:
            line.problems[problem.column if problem.column in CELLS else "answer"] = said(problem)
        elif row is None:
            elsewhere.append(said(problem))
        elif problem.code == "closed":
            row.problem = gettext("This question is only open after: %s.") % row.asked.condition
        else:
            row.problem = said(problem)
    return elsewhere


def said(problem: Problem) -> str:
    """Return what is wrong and what to do, in the reader's language."""
    return f"{gettext(problem.message)}. {gettext(problem.remedy)}."


def answer_choices() -> list[tuple[str, str]]:
    """Return what can be answered to a figure that is held."""
    return [(choice, gettext(label)) for choice, label in CHOICES.items()]


def recent(rows: Sequence[Row]) -> list[Row]:
    """Return of each part in each unit the newest figures, and all in which something stands."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found = []
    for row in sorted(rows, key=lambda row: row.cells.year, reverse=True):
        place = (row.cells.part_kind, row.cells.part, row.cells.unit)
        seen[place] += 1
        if seen[place] <= RECENT or row.text or row.typed is not None or row.waiting or row.problems:
            found.append(row)
    kept = {row.asked.key for row in found}
    return [row for row in rows if row.asked.key in kept]


def units_of(section: str) -> list[str]:
    """Return the units that the figures of an indicator may have, as they are written; none where any is right."""
    return [units()[code].label(language()) for code in indicator_units(indicator_of(section))]
