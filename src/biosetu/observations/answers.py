"""A Party's answers to the figures held on it: accept, replace, dispute, not relevant, by row.

Answers become observations, so that they have a history, a holder and a date like every figure:

- accept: the figure itself, now validated by the office;
- replace: a national figure beside it, which the world's figure no longer precedes;
- dispute: a national entry in words (and the Party's own value, if it gives one), shown before the disputed figure;
- not relevant: a `notRelevant` entry with the reason; the figure leaves every summary.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from biosetu.observations.cells import CellError, read_number, unescape
from biosetu.observations.renamed import named_before
from biosetu.observations.schema import KEY, SCHEMA, SETTLED, Source, Status
from biosetu.observations.units import value_range
from biosetu.problems import Problem
from biosetu.translation import LANGUAGES, N_, translations

ACCEPT, REPLACE, DISPUTE, NOT_RELEVANT = "accept", "replace", "dispute", "not relevant"
CHOICES: Mapping[str, str] = {
    ACCEPT: N_("accept"),
    REPLACE: N_("replace"),
    DISPUTE: N_("dispute"),
    NOT_RELEVANT: N_("not relevant"),
}
COLUMNS: Mapping[str, str] = {
    "reference": N_("Reference"),
    "indicator": N_("Indicator"),
    "meaning": N_("What it shows"),
    "definition": N_("Plain definition"),
    "part": N_("Part"),
    "year": N_("Year"),
    "value": N_("Value"),
    "unit": N_("Unit"),
    "publisher": N_("Source"),
    "vintage": N_("Release"),
    "method": N_("Method"),
    "beside": N_("What it stands beside"),
    "note": N_("Note"),
    "answer": N_("Your answer"),
    "own_value": N_("Your value"),
    "own_source": N_("Your source"),
    "reason": N_("Your reason"),
}
FILLED = ("answer", "own_value", "own_source", "reason")
METHOD = "the Party's answer"
# the unit of a figure that is one of some categories: it can be replaced by another of them
CATEGORY = "category"
OWN_ANSWER = "the Party's answer"
FIRST_ROW = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered row: `figure` is the observation answered, `number` the row of the sheet.

    `category` is the Party's own, where the figure is one of some categories; it then has no `value`.
    """

    number: int
    figure: Mapping[str, Any]
    choice: str
    value: float | None
    source: str
    reason: str
    category: str = ""


Categories = Callable[[str], Mapping[str, str]]


def no_categories(_: str) -> Mapping[str, str]:
    """Return that an indicator is given in no categories."""
    return {}


def reference(row: Mapping[str, Any]) -> str:
    """Return the short name of an observation: twelve hexadecimal digits of the hash of its key."""
    key = json.dumps([row[name] for name in KEY], ensure_ascii=False)
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def _references(row: Mapping[str, Any]) -> Iterator[str]:
    """Yield the reference of an observation, and those that it had on sheets sent before its series was renamed."""
    yield reference(row)
    yield from map(reference, named_before(row))


def answerable(table: pa.Table) -> list[dict[str, Any]]:
    """Return the rows that a Party is asked about: figures and texts, but not its own answers."""
    wanted = (Source.AVAILABLE_DATASET.value, Source.NATIONAL.value)
    return [row for row in table.to_pylist() if row["source"] in wanted and row["method"] != METHOD]


def column_names(header: Sequence[str]) -> list[str]:
    """Return the names of columns whose header is a name or its label in any language; others as they are."""
    known = {name.casefold(): name for name in COLUMNS}
    for name, label in COLUMNS.items():
        known |= {translations(language).gettext(label).casefold(): name for language in LANGUAGES}
    return [known.get(text.strip().casefold(), text) for text in header]


def _choice(text: str) -> str | None:
    for choice, label in CHOICES.items():
        written = {choice, *(translations(language).gettext(label) for language in LANGUAGES)}
        if text.casefold() in {word.casefold() for word in written}:
            return choice
    return None


def read_answers(
    cells: pa.Table,
    held: pa.Table,
    *,
    file: str = "",
    numbers: Sequence[int] = (),
    categories: Categories = no_categories,
) -> tuple[list[Answer], list[Problem]]:
    """Return the answers of a filled sheet and what is wrong with it, by row and column.

    `cells` are texts with the columns of `COLUMNS` (by name or label); rows without an answer are left for later.
    `held` are the observations of the Party, `numbers` the rows of the sheet, `categories` those that an indicator is
    given in, as stored by how they may be written (in small letters). Figures themselves must stand as they
    were sent: a value typed over is named, not taken.
    """
    table = cells.rename_columns(column_names(cells.column_names))
    missing = [name for name in ("reference", "value", *FILLED) if name not in table.column_names]
    if missing:
        remedy = N_("Use the sheet that BioSetu wrote")
        return [], [Problem(N_("a column is missing"), remedy, "missing-column", file, 1, name) for name in missing]
    known = {name: row for row in answerable(held) for name in _references(row)}
    answers: list[Answer] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for index, texts in enumerate(table.to_pylist()):
        number = numbers[index] if numbers else index + FIRST_ROW
        row = {name: unescape((text or "").strip()) for name, text in texts.items()}
        figure = known.get(row["reference"])
        row |= {"reference": reference(figure)} if figure else {}
        known_words = categories(figure["indicator"]) if figure and figure["unit"] == CATEGORY else {}
        faults = list(_faults(row, figure, seen, known_words))
        seen.setdefault(row["reference"], number)
        problems += [Problem(m, r, c, file, number, column, row[column][:80]) for column, c, m, r in faults]
        if figure is not None and not faults and row["answer"]:
            answers.append(_answer(number, row, figure, known_words))
    return answers, problems


def _answer(number: int, row: Mapping[str, str], figure: Mapping[str, Any], words: Mapping[str, str]) -> Answer:
    choice, source, reason = _choice(row["answer"]) or "", row["own_source"], row["reason"]
    if figure["unit"] == CATEGORY and choice == REPLACE:
        return Answer(number, figure, choice, None, source, reason, words[row["own_value"].casefold()])
    return Answer(number, figure, choice, read_number(row["own_value"]), source, reason)


Fault = tuple[str, str, str, str]


def _faults(
    row: Mapping[str, str], figure: Mapping[str, Any] | None, seen: Mapping[str, int], words: Mapping[str, str]
) -> Iterator[Fault]:
    if figure is None:
        yield (
            "reference",
            "unknown",
            N_("no figure of this Party has this reference"),
            N_("Use the sheet as it was sent"),
        )
        return
    if row["reference"] in seen:
        yield "reference", "duplicate", N_("this figure is answered twice"), N_("Keep one of the rows")
    if not _same_value(row["value"], figure["value"]):
        remedy = N_(
            "Leave it as it was sent and write yours under Your value; if it was not changed, ask for a new sheet"
        )
        yield "value", "changed", N_("this is not the figure held now"), remedy
    if row["answer"]:
        yield from _answer_faults(row, figure, words)
    else:
        for column in ("own_value", "own_source", "reason"):
            if row[column]:
                yield "answer", "no-answer", N_("something is filled in, but no answer"), ", ".join(CHOICES)
                return


def _same_value(text: str, value: float | None) -> bool:
    if value is None or not text:
        return value is None and not text
    try:
        return read_number(text) == value
    except CellError:
        return False


def _answer_faults(row: Mapping[str, str], figure: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[Fault]:
    choice = _choice(row["answer"])
    if choice is None:
        yield "answer", "choice", N_("not one of the answers"), ", ".join(CHOICES)
        return
    if figure["unit"] == CATEGORY and choice == REPLACE:
        yield from _category_faults(row["own_value"], words)
    else:
        yield from _value_faults(row["own_value"], figure)
    if choice in (ACCEPT, NOT_RELEVANT) and row["own_value"]:
        yield (
            "own_value",
            "superfluous",
            N_("a value that this answer does not take"),
            N_("Clear it, or answer replace"),
        )
    if choice == REPLACE:
        if not row["own_value"]:
            yield "own_value", "needed", N_("no value to replace it with"), N_("Write your value")
        if not row["own_source"]:
            yield "own_source", "needed", N_("no source of your value"), N_("Name the document and the page")
    if choice in (DISPUTE, NOT_RELEVANT) and not row["reason"]:
        yield "reason", "needed", N_("no reason is given"), N_("Say why, in a sentence")


def _category_faults(text: str, words: Mapping[str, str]) -> Iterator[Fault]:
    if text and text.casefold() not in words:
        known = "; ".join(words)
        yield "own_value", "category", N_("not one of the categories of this figure"), N_("Use one of: ") + known


def _value_faults(text: str, figure: Mapping[str, Any]) -> Iterator[Fault]:
    try:
        value = read_number(text)
    except CellError as error:
        yield "own_value", "type", str(error), N_("Write a number with a decimal point, such as 1234.5")
        return
    if value is None:
        return
    if figure["unit"] in ("answer", CATEGORY):
        yield "own_value", "type", N_("this entry is in words"), N_("Clear the value and write it as the reason")
    elif not value_range(figure["indicator"], figure["unit"]).holds(value):
        yield "own_value", "range", N_("outside the possible range"), N_("Use the unit of the figure")
    elif figure["unit"] == "flag" and value not in (0.0, 1.0):
        yield "own_value", "range", N_("neither yes nor no"), N_("Write 1 for yes or 0 for no")


def answered(answer: Answer, *, office: str, on: date, holder: str = "") -> dict[str, Any]:
    """Return the observation that an answer becomes; the Party's own figure is held by `holder`, else by the office."""
    figure = dict(answer.figure)
    signed = {"status": Status.VALIDATED.value, "validated_by": office, "validated_on": on}
    if answer.choice == ACCEPT:
        return figure | signed
    own = figure | signed | {
        "lower": None, "upper": None, "value": answer.value, "value_text": "", "resolution": None,
        "source": Source.NATIONAL.value, "method": METHOD, "inputs": answer.source, "holder": holder or office,
        "conditions": "", "licence": "", "footnote": answer.reason, "vintage": answer_vintage(figure),
    }  # fmt: skip
    if answer.choice == NOT_RELEVANT:
        return own | {"source": Source.NOT_RELEVANT.value, "unit": "", "value": None}
    if answer.category:
        return own | {"value_text": answer.category}
    if answer.choice == DISPUTE:
        return own | {"value_text": answer.reason} | ({"unit": "answer"} if answer.value is None else {})
    return own


def answer_vintage(figure: Mapping[str, Any]) -> str:
    """Return the vintage of an answer: it stands until the figure comes in a newer release."""
    return f"{figure['vintage']}, {OWN_ANSWER}" if figure["vintage"] else OWN_ANSWER


def earlier_answers(held: pa.Table) -> Mapping[str, Mapping[str, Any]]:
    """Return the Party's answers in the store, by the reference of the figure they answer."""
    rows = held.to_pylist()
    given = {_about(row): row for row in rows if row["method"] == METHOD}
    found: dict[str, Mapping[str, Any]] = {}
    for row in answerable(held):
        own = given.get(_about(row | {"vintage": answer_vintage(row)}))
        if own is not None:
            found[reference(row)] = own
        elif row["status"] in SETTLED:
            found[reference(row)] = row
    return found


def _about(row: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("party", "indicator", "series", "disaggregation_type", "disaggregation", "year", "vintage")
    return tuple(row[name] for name in names)


def is_dispute(row: Mapping[str, Any]) -> bool:
    """Return whether an answer of the Party disputes its figure; `value_text` then holds the reason."""
    national = row["method"] == METHOD and row["source"] == Source.NATIONAL
    return bool(national and row["value_text"] and row["unit"] != CATEGORY)


def disputes_of(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the rows by which a Party disputes a figure; `value_text` holds its reason."""
    return [row for row in rows if is_dispute(row)]


def without_not_relevant(table: pa.Table) -> pa.Table:
    """Return the observations without the figures that the Party has answered as not relevant."""
    rows = table.to_pylist()
    said = {_about(row) for row in rows if row["source"] == Source.NOT_RELEVANT and row["method"] == METHOD}
    if not said:
        return table
    keep = [_about(row | {"vintage": answer_vintage(row)}) not in said for row in rows]
    return table.filter(pa.array(keep, pa.bool_()))


def answers_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return answered observations as a table."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=SCHEMA)
