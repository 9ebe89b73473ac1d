"""The fields of a report as they are asked of an office: what to write, what can be chosen, what must be there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from biosetu.alignment.national import Promises
from biosetu.framework import answers, indicators, questions
from biosetu.framework.answering import is_open
from biosetu.framework.records import BinaryQuestion
from biosetu.observations.own import progress_levels
from biosetu.problems import DataError, Problem
from biosetu.reports.cbd.collecting.days import dated, read_day
from biosetu.reports.cbd.collecting.figures import FIGURE, Figure, figure_section, is_of_figures, told
from biosetu.reports.cbd.draft import OPTIONAL, Draft, ReportField, keys_of, report_targets, split_answer, target_key
from biosetu.reports.cbd.tables import rows
from biosetu.translation import N_, Voice, say

TEXT, CHOICE, MANY, DATE = "text", "choice", "many", "date"
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One field: its key, what it belongs to (a target's title, a question's number), our words for what to write.

    `kind`: text, choice (one of `options`), many (several of them) or date. `options` are (value, label).
    `party`: whose report it is, for dates. Of a figure (`kind` figure) `figure` is what is held, None where that is
    nothing yet; its texts are those of `Figure.text`.
    """

    key: str
    about: str
    label: str
    kind: str
    options: tuple[tuple[str, str], ...] = ()
    mandatory: bool = True
    open: bool = True
    condition: str = ""
    party: str = ""
    figure: Figure | None = None
    language: str = "en"

    @property
    def section(self) -> str:
        """Return what the field is listed under: I, II, III.<target>, IV, V, F.<indicator> or Q.<indicator>."""
        return section_of(self.key)


def section_of(key: str) -> str:
    """Return the section of a key; a target's fields and an indicator's questions are sections of their own."""
    parts = key.split(".")
    if is_of_figures(key):
        return figure_section(key)
    if parts[0] == "Q":
        known = questions().get(key.removeprefix("Q."))
        return f"Q.{known.indicator}" if known else "Q"
    return target_key(key) or parts[0]


def asked(promises: Promises, draft: Draft, language: str = "en") -> tuple[Asked, ...]:
    """Return every field of a report in its order, the binary questions last; headings of questions are left out."""
    return (*_fields(promises, draft.party, language), *_questions(draft, language))


def _fields(promises: Promises, party: str, language: str) -> Iterator[Asked]:
    titles = {target.key: f"{target.id}. {target.title}" for target in report_targets(promises, language)}
    for key, field in keys_of(promises):
        about = titles.get(section_of(key), "") if field.per == "target" else ""
        if field.per == "goal":
            about = key.split(".")[1]
        kind = {"level": CHOICE, "choice": CHOICE, "many": MANY, "date": DATE}.get(field.kind, TEXT)
        needed = field.kind not in {OPTIONAL, "date"}
        yield Asked(key, about, field.label(language), kind, _options(field, language), needed, party=party)


def _options(field: ReportField, language: str) -> tuple[tuple[str, str], ...]:
    if field.kind == "level":
        return tuple((key, level.label(language)) for key, level in progress_levels().items())
    return tuple((value, choice_label(value, language)) for value in field.choices)


@cache
def _choices() -> dict[str, dict[str, str]]:
    return {row["value"]: {"en": row["label_en"], "ar": row["label_ar"]} for row in rows("report_choices")}


def choice_label(value: str, language: str) -> str:
    """Return our words for a choice of a field or of a question."""
    if value in _choices():
        return _choices()[value]["ar" if language == "ar" else "en"]
    known = answers().get(value)
    return known.text("label", language) if known else value


def _questions(draft: Draft, language: str) -> Iterator[Asked]:
    given = draft.answers()
    for question in questions().values():
        if question.type == "header":
            continue
        kind = TEXT if not question.options else MANY if question.multiple else CHOICE
        options = tuple((value, choice_label(value, language)) for value in question.options)
        opened = is_open(question, given)
        yield Asked(
            f"Q.{question.key}",
            _about(question, language),
            question.label(language),
            kind,
            options,
            question.mandatory and opened,
            opened,
            _condition(question, language),
        )


def _about(question: BinaryQuestion, language: str) -> str:
    parent = questions().get(question.parent)
    head = f"{parent.number} {parent.label(language)} " if parent else ""
    return f"{head}{question.number}".strip()


def _condition(question: BinaryQuestion, language: str) -> str:
    return " / ".join(_met_by(condition, language) for condition in question.enabled_by)


def _met_by(condition: str, language: str) -> str:
    key, _, values = condition.partition("=")
    words = ", ".join(choice_label(value, language) for value in values.split("|"))
    opener = questions()[key]
    parent = questions().get(opener.parent)
    return f"{parent.number if parent else ''}{opener.number}: {words}"


def binary_indicators() -> tuple[str, ...]:
    """Return the codes of the binary indicators, in the order of the framework."""
    return tuple(code for code, known in indicators().items() if known.kind == "binary")


def read_text(field: Asked, text: str) -> str:
    """Return what an officer wrote as the report keeps it: values for labels, ISO dates for dates of any calendar.

    Raises `DataError` for what is no choice of the field, no date, or longer than any text of a report.
    """
    written = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(written) > LONGEST:
        raise _wrong(
            field,
            N_("the text is too long"),
            say("At most {count:,} characters", count=LONGEST),
            "too-long",
            written[:40],
        )
    if not written or field.kind in {TEXT, FIGURE}:
        return written
    if field.kind == DATE:
        return _date(field, written)
    given = [written] if field.kind == CHOICE else split_answer(field.key.removeprefix("Q."), written)
    return "; ".join(_value(field, one) for one in given)


def _date(field: Asked, written: str) -> str:
    try:
        return read_day(written, field.party).isoformat()
    except DataError as error:
        found = error.problems[0]
        raise _wrong(field, found.message, found.remedy, "date", written) from error


def _value(field: Asked, written: str) -> str:
    plain = written.strip().casefold()
    for value, label in field.options:
        both = {value.casefold(), label.casefold(), *(choice_words(value))}
        if plain in both:
            return value
    choices = say("Use one of {choices}", choices=tuple(label for _, label in field.options))
    raise _wrong(field, N_("not one of the choices"), choices, "choice", written)


@cache
def choice_words(value: str) -> frozenset[str]:
    """Return the words of a choice in every language that we write it in, in lower case."""
    level = progress_levels().get(value)
    words = {level.label("en"), level.label("ar")} if level else set()
    return frozenset(word.casefold() for word in words | {choice_label(value, "en"), choice_label(value, "ar")})


def shown(field: Asked, text: str) -> str:
    """Return a text of the report as people read it: labels for values, a date in each calendar of the offices."""
    if field.kind == DATE and text:
        return dated(field.party, date.fromisoformat(text))
    if field.kind == FIGURE and text:
        return told(Figure.of(text), Voice(field.language))
    labels = dict(field.options)
    if not labels:
        return text
    given = [text] if field.kind == CHOICE else split_answer(field.key.removeprefix("Q."), text)
    return "; ".join(labels.get(value, value) for value in given)


def _wrong(field: Asked, message: str, remedy: str, code: str, value: str) -> DataError:
    return DataError(Problem(message, remedy, code, column=field.key, value=value))
