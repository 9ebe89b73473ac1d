"""The sheet as a page: which figures are shown, what was typed beside them, what is wrong with it by row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from django.core.exceptions import BadRequest
from django.db.models import Case, QuerySet, When
from django.http import QueryDict

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import visible_to
from biosetu.centre.evidence.snapshot import snapshot
from biosetu.centre.validation.models import Suggestion, SuggestionState
from biosetu.centre.wording import gettext
from biosetu.jobs.party import held
from biosetu.jobs.validation import Return, differences, sheet_rows
from biosetu.observations.answers import CHOICES, COLUMNS, FILLED
from biosetu.observations.sentences import plain_number
from biosetu.problems import Problem
from biosetu.reports.differences import by_custodian

POSTED = ("reference", "value", "before", *FILLED)
SENT = ("reference", "value", *FILLED)
LONGEST = 2000
NOTHING_GIVEN: dict[str, Any] = dict.fromkeys((*FILLED, "office", "on"))


@dataclass(slots=True)
class Line:
    """One figure on the page: what is held, what stands in the fields, what is wrong with them."""

    figure: Mapping[str, Any]
    fields: dict[str, str]
    problems: dict[str, str] = field(default_factory=dict)
    conflict: bool = False

    @property
    def before(self) -> str:
        """What stood in the fields when the page was made, as a short hash."""
        return digest(given(self.figure).values())

    @property
    def held(self) -> str:
        """The value held, so that `float` gives it back."""
        return _number(self.figure["value"])

    @property
    def shown(self) -> str:
        """The value held, as it is read."""
        return "" if self.figure["value"] is None else plain_number(self.figure["value"])


def _number(value: float | str | None) -> str:
    return "" if value is None else value if isinstance(value, str) else repr(value)


def given(figure: Mapping[str, Any]) -> dict[str, str]:
    """Return the answer given so far as it stands in the fields."""
    texts = {name: figure.get(name) or "" for name in FILLED}
    return {**texts, "own_value": _number(figure.get("own_value"))}


def digest(texts: Iterable[str]) -> str:
    """Return a short hash of what stands in fields."""
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:12]


def figures(party: str, language: str) -> list[dict[str, Any]]:
    """Return the rows of the sheet of a Party (see `jobs.validation.sheet_rows`)."""
    return [NOTHING_GIVEN | row for row in sheet_rows(held(party, snapshot()), language)]


def letters(party: str, language: str) -> list[tuple[str, str, int]]:
    """Return the custodians to whom there is something to write: code, name, how many figures differ."""
    found = by_custodian(differences(held(party, snapshot()), language))
    return [(code, items[0].addressee, len(items)) for code, items in found.items()]


def lines(rows: Sequence[Mapping[str, Any]], typed: Mapping[str, Mapping[str, str]]) -> list[Line]:
    """Return the lines of a page; `typed` are fields by reference that take the place of the answers given."""
    return [Line(row, dict(typed.get(row["reference"], given(row)))) for row in rows]


def suggested(person: Account, party: str) -> QuerySet[Suggestion]:
    """Return the answers suggested for a Party that the person may see, those that wait first, then the newest."""
    waits = Case(When(state=SuggestionState.PENDING, then=0), default=1)
    found = visible_to(person, Suggestion.objects.filter(party=party)).exclude(state=SuggestionState.REPLACED)
    return found.order_by(waits, "-at", "-pk")


def waiting(person: Account, party: str) -> int:
    """Return how many suggested answers wait for the office, among those that the person may see."""
    return suggested(person, party).filter(state=SuggestionState.PENDING).count()


def clean(text: str) -> str:
    """Return text as a database can keep it, with the line ends of one kind."""
    return text.replace("\x00", "").replace("\r\n", "\n").strip()


def typed_rows(data: QueryDict) -> list[dict[str, str]]:
    """Return what was typed, a row per figure of the page."""
    columns = {name: [clean(str(text)) for text in data.getlist(name)] for name in POSTED}
    if len({len(texts) for texts in columns.values()}) != 1:
        raise BadRequest("rows do not line up")
    if any(len(text) > LONGEST for texts in columns.values() for text in texts):
        raise BadRequest("a field is too long")
    return [dict(zip(POSTED, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def changed_cells(rows: Sequence[Mapping[str, str]]) -> pa.Table:
    """Return those rows whose fields were changed as the cells of a sheet; row numbers are those of the page."""
    kept = [(n, row) for n, row in enumerate(rows, start=1) if digest(row[name] for name in FILLED) != row["before"]]
    cells = {name: pa.array([row[name] for _, row in kept], pa.string()) for name in SENT}
    return pa.table(cells).replace_schema_metadata({"biosetu.rows": ",".join(str(n) for n, _ in kept)})


def mark(shown: Sequence[Line], rows: Sequence[Mapping[str, str]], problems: Iterable[Problem]) -> list[str]:
    """Put problems beside the fields they speak of; return those that belong to no line of the page."""
    at = {line.figure["reference"]: line for line in shown}
    elsewhere = []
    for problem in problems:
        line = at.get(rows[problem.row - 1]["reference"]) if problem.row else None
        if line is None:
            elsewhere.append(said(problem))
        else:
            line.problems[problem.column] = said(problem)
    return elsewhere


def mark_conflicts(shown: Sequence[Line], seen: Return) -> None:
    """Mark the lines whose answer differs from the one given before."""
    conflicts = {line["reference"] for line in seen.lines.to_pylist() if line["state"] == "conflict"}
    for line in shown:
        line.conflict = line.figure["reference"] in conflicts


def said(problem: Problem) -> str:
    """Return what is wrong and what to do, in the reader's language."""
    choices = problem.remedy == ", ".join(CHOICES)
    remedy = ", ".join(gettext(label) for label in CHOICES.values()) if choices else gettext(problem.remedy)
    return f"{gettext(problem.message)}. {remedy}."


def column_label(name: str) -> str:
    """Return the label of a column of the sheet."""
    return gettext(COLUMNS[name]) if name in COLUMNS else name
