"""Fields of a report as a form: what stands in them, what was posted, what is wrong, by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict

from biosetu.centre.wording import gettext
from biosetu.problems import Problem
from biosetu.reports.cbd.collecting import Asked, Collection, Offer, Returned, shown
from biosetu.reports.cbd.collecting.asked import CHOICE, DATE, MANY, TEXT
from biosetu.reports.cbd.draft import fingerprint, split_answer


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


@dataclass(frozen=True, slots=True)
class Sheet:
    """The fields of a page, in their groups."""

    rows: Sequence[Row] = field(default_factory=list)

    def groups(self) -> list[tuple[str, list[Row]]]:
        """Return the rows by what they belong to, in their order."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.asked.section, []).append(row)
        return list(found.items())

    @property
    def wrong(self) -> int:
        """How many fields are wrong."""
        return sum(bool(row.problem) for row in self.rows)


def sheet(collection: Collection, wanted: Iterable[Asked], typed: Mapping[str, str] | None = None) -> Sheet:
    """Return the fields with what is held, and what was typed where that was refused."""
    waiting = collection.waiting()
    return Sheet([_row(collection, one, waiting.get(one.key, ()), (typed or {}).get(one.key)) for one in wanted])


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
    found = []
    for one in wanted:
        base = data.get(f"base:{one.key}")
        if base is None:
            continue
        text = "; ".join(str(value) for value in data.getlist(one.key) if value)
        confirmed = data.get(f"right:{one.key}") == "yes"
        found.append(Returned(one.key, text, str(base), confirmed=confirmed, emptied=not text.strip()))
    return found


def mark(page: Sheet, problems: Iterable[Problem]) -> list[str]:
    """Put problems beside their fields; return those that belong to no field of the page."""
    rows = {row.asked.key: row for row in page.rows}
    elsewhere = []
    for problem in problems:
        row = rows.get(problem.column)
        if row is None:
            elsewhere.append(said(problem))
        elif problem.code == "closed":
            row.problem = gettext("This question is only open after: %s.") % row.asked.condition
        else:
            row.problem = said(problem)
    return elsewhere


def said(problem: Problem) -> str:
    """Return what is wrong and what to do, in the reader's language."""
    return f"{gettext(problem.message)}. {gettext(problem.remedy)}."
