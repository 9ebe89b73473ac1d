"""What an officer says of suggestions, and of quantities found in texts: read from a form or a sheet, checked, kept.

The Party's own declaration is never decided on here. Nothing is overwritten: each decision holds the suggestion as it
stood, who decided and when, and stays on record beside later ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from biosetu.alignment.importing.codes import one_code
from biosetu.alignment.named_years import LAST_CENTURY, PLAIN
from biosetu.alignment.national import (
    Decision,
    Degree,
    NationalTarget,
    Promises,
    Quantity,
    QuantityDecision,
    Suggested,
    Verdict,
)
from biosetu.alignment.suggestion.suggester import Suggester, ranking
from biosetu.engine.numbers import has_point_of_either, read_value, western_digits
from biosetu.problems import DataError, Problem
from biosetu.progress import Progress, silent
from biosetu.translation import N_

SHOWN = 3
Suggestions = Mapping[str, Sequence[Suggested]]


@dataclass(frozen=True, slots=True)
class Choice:
    """What was filled in beside one suggestion, as text. `row` is where it stands in a sheet."""

    national_target: str
    suggested: str
    verdict: str
    target: str = ""
    degree: str = ""
    note: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True)
class QuantityChoice:
    """What was filled in beside one quantity: the `place` of the quantity in its target, from 1; the rest as text."""

    national_target: str
    place: int
    verdict: str
    value: str = ""
    unit: str = ""
    year: str = ""
    row: int | None = None


def suggested_for(promises: Promises, suggester: Suggester, progress: Progress = silent) -> Suggestions:
    """Return by national target its best suggestions, without those that the Party declared itself."""
    found = {}
    for number, target in enumerate(promises.targets, start=1):
        found[target.id] = tuple(_suggested(target, suggester))
        progress(number, len(promises.targets), "suggest")
    return MappingProxyType(found)


def _suggested(target: NationalTarget, suggester: Suggester) -> Iterator[Suggested]:
    language = "en" if "en" in target.title else next(iter(target.title), "")
    declared = {entry.target for entry in target.declared}
    ranked = suggester.suggest(target.text(language), language, limit=SHOWN)
    least = ranking()["decide_share"] * ranked[0].score if ranked else 0.0
    for rank, one in enumerate(ranked, start=1):
        if one.target not in declared and one.score >= least:
            yield Suggested(
                target=one.target, rank=rank, score=one.score, words=one.words, terms=one.terms, language=language
            )


def open_suggestions(promises: Promises, suggestions: Suggestions) -> Suggestions:
    """Return those of the suggestions that nobody has decided on."""
    decided = promises.decided()
    return {
        name: tuple(one for one in found if (name, one.target) not in decided) for name, found in suggestions.items()
    }


def decide(
    promises: Promises, suggestions: Suggestions, choices: Sequence[Choice], by: str, on: date, file: str = ""
) -> tuple[Decision, ...]:
    """Return the decisions that the choices make; those that say nothing, or what already holds, are
    left out.

    Raises `DataError` naming every choice that can't be taken; none is taken then.
    """
    desk = _Desk.of(promises, suggestions)
    made, problems = [], []
    for choice in (one for one in choices if one.verdict):
        found = [
            Problem(message, remedy, column.replace("_", "-"), file, choice.row, column, value[:120])
            for message, remedy, column, value in _faults(desk, choice)
        ]
        problems += found
        if not found:
            made.append(_decision(desk, choice, by, on))
    if problems:
        raise DataError(problems)
    return tuple(entry for entry in made if not _says_the_same(entry, desk.decided.get(_key(entry))))


@dataclass(frozen=True, slots=True)
class _Desk:
    """What choices are checked against: the targets, what was decided, what is suggested or once was."""

    targets: Mapping[str, NationalTarget]
    decided: Mapping[tuple[str, str], Decision]
    shown: Mapping[tuple[str, str], Suggested]

    @classmethod
    def of(cls, promises: Promises, suggestions: Suggestions) -> _Desk:
        earlier = {_key(entry): entry.suggestion for entry in promises.standing() if entry.suggestion}
        now = {(name, one.target): one for name, found in suggestions.items() for one in found}
        return cls({target.id: target for target in promises.targets}, promises.decided(), {**earlier, **now})


def _key(decision: Decision) -> tuple[str, str]:
    return decision.national_target, decision.about


UNKNOWN_TARGET = N_("no such national target is held")
NOT_SUGGESTED = N_("this was not suggested for the national target")
UNKNOWN_VERDICT = N_("no such decision")
UNKNOWN_CODE = N_("no global goal or target")
UNKNOWN_DEGREE = N_("no such degree")
DECLARED_ALREADY = N_("the Party itself declares its alignment with this target")
NOTHING_CHANGED = N_("nothing is changed")
NEVER_DECIDED = N_("there is no decision to take back")
NO_QUANTITY = N_("no such quantity was found in the text")
NO_NUMBER = N_("not a number")
USE_SHEET = N_("Take the sheet anew; the targets were changed meanwhile")
USE_VERDICT = N_("Write confirmed, changed, rejected or reopened, or leave it empty")
USE_CODE = N_("Use a code of the framework: A to D, or 1 to 23")
USE_DEGREE = N_("Write high, medium or low, or leave it empty")
USE_IMPORT = N_("Its own word is changed by an import, not here")
USE_CHANGE = N_("Name another target or a degree, or write confirmed")
USE_NUMBER = N_("Write a plain number, with a point before decimals and nothing between thousands")
NO_YEAR = N_("not a year from 1900 to 2060")
USE_YEAR = N_("Write the Gregorian year in four digits, such as 2030")
MOST = 1e18
PERCENT = re.compile("[%٪％]$|^[%٪％]")


Fault = tuple[str, str, str, str]


def _faults(desk: _Desk, choice: Choice) -> Iterator[Fault]:
    """Yield what is wrong with a choice: message, remedy, column, value."""
    key = (choice.national_target, choice.suggested)
    if choice.national_target not in desk.targets:
        yield UNKNOWN_TARGET, USE_SHEET, "national_target", choice.national_target
        return
    if key not in desk.shown:
        yield NOT_SUGGESTED, USE_SHEET, "suggested", choice.suggested
    if choice.verdict not in set(Verdict):
        yield UNKNOWN_VERDICT, USE_VERDICT, "verdict", choice.verdict
    if choice.target and not one_code(choice.target):
        yield UNKNOWN_CODE, USE_CODE, "target", choice.target
    if choice.degree and choice.degree not in set(Degree):
        yield UNKNOWN_DEGREE, USE_DEGREE, "degree", choice.degree
    if choice.verdict == Verdict.CHANGED:
        yield from _faults_of_change(desk, choice)
    if choice.verdict == Verdict.REOPENED and key not in desk.decided:
        yield NEVER_DECIDED, USE_VERDICT, "verdict", choice.verdict


def _faults_of_change(desk: _Desk, choice: Choice) -> Iterator[Fault]:
    code = one_code(choice.target)
    if code and code in {entry.target for entry in desk.targets[choice.national_target].declared}:
        yield DECLARED_ALREADY, USE_IMPORT, "target", choice.target
    if not choice.degree and code in ("", choice.suggested):
        yield NOTHING_CHANGED, USE_CHANGE, "verdict", choice.verdict


def _decision(desk: _Desk, choice: Choice, by: str, on: date) -> Decision:
    verdict = Verdict(choice.verdict)
    counts = verdict in {Verdict.CONFIRMED, Verdict.CHANGED}
    other = one_code(choice.target) if verdict is Verdict.CHANGED else ""
    return Decision(
        national_target=choice.national_target,
        target=other or choice.suggested,
        verdict=verdict,
        degree=Degree(choice.degree) if choice.degree and counts else None,
        suggestion=desk.shown[choice.national_target, choice.suggested],
        by=by,
        on=on,
        note=choice.note.strip(),
        title=desk.targets[choice.national_target].title,
    )


def _says_the_same(new: Decision, held: Decision | None) -> bool:
    names = ("target", "verdict", "degree", "note")
    return held is not None and all(getattr(new, name) == getattr(held, name) for name in names)


def decide_quantities(
    promises: Promises, choices: Sequence[QuantityChoice], by: str, on: date, file: str = ""
) -> tuple[QuantityDecision, ...]:
    """Return what the choices decide on quantities found in texts; those that say nothing, or what already holds, are
    left out.

    Raises `DataError` naming every choice that can't be taken; none is taken then.
    """
    held = {target.id: target for target in promises.targets}
    made, problems = [], []
    for choice in (one for one in choices if one.verdict):
        found = [
            Problem(message, remedy, column.replace("_", "-"), file, choice.row, column, value[:120])
            for message, remedy, column, value in _quantity_faults(held.get(choice.national_target), choice)
        ]
        problems += found
        if not found:
            made.append((held[choice.national_target], _quantity_decision(held, choice, by, on)))
    if problems:
        raise DataError(problems)
    return tuple(entry for target, entry in made if not _is_held(promises, target, entry))


def _quantity_faults(target: NationalTarget | None, choice: QuantityChoice) -> Iterator[Fault]:
    if target is None:
        yield UNKNOWN_TARGET, USE_SHEET, "national_target", choice.national_target
        return
    if not 0 < choice.place <= len(target.quantities):
        yield NO_QUANTITY, USE_SHEET, "place", str(choice.place)
    if choice.verdict not in set(Verdict):
        yield UNKNOWN_VERDICT, USE_VERDICT, "verdict", choice.verdict
    if choice.verdict != Verdict.CHANGED:
        return
    if _number(choice.value, _unit(target, choice)) is None:
        yield NO_NUMBER, USE_NUMBER, "stated_value", choice.value
    if choice.year and _year(choice.year) is None:
        yield NO_YEAR, USE_YEAR, "stated_year", choice.year


def _unit(target: NationalTarget, choice: QuantityChoice) -> str:
    known = 0 < choice.place <= len(target.quantities)
    return choice.unit.strip() or (target.quantities[choice.place - 1].unit if known else "")


def _number(written: str, unit: str) -> float | None:
    """Return the number that a text certainly says, in a unit; None where it may say two, and below nothing."""
    text = PERCENT.sub("", written.strip(), count=1).strip() if unit == "%" else written
    if has_point_of_either(western_digits(text)):
        return None
    number = read_value(text, unit_is_percent=False, typed=False).number
    return number if number is not None and 0 <= number < MOST else None


def _year(text: str) -> int | None:
    """Return a year as four digits of any script; None for one that is no Gregorian year of a promise."""
    return int(text) if text.isdecimal() and len(text) == 4 and int(text) in (*PLAIN, LAST_CENTURY) else None


def _quantity_decision(
    held: Mapping[str, NationalTarget], choice: QuantityChoice, by: str, on: date
) -> QuantityDecision:
    found = held[choice.national_target].quantities[choice.place - 1]
    verdict, stated = Verdict(choice.verdict), None
    if verdict is Verdict.CHANGED:
        year = _year(choice.year)
        unit = choice.unit.strip() or found.unit
        value = _number(choice.value, unit)
        stated = Quantity(value=0.0 if value is None else value, unit=unit, year=year, passage=found.passage)
    return QuantityDecision(
        national_target=choice.national_target, found=found, verdict=verdict, stated=stated, by=by, on=on
    )


def _is_held(promises: Promises, target: NationalTarget, new: QuantityDecision) -> bool:
    for found, _, decision in promises.quantity_states(target):
        if found.is_same(new.found):
            if decision is None:
                return new.verdict is Verdict.REOPENED
            return (decision.verdict, decision.stated) == (new.verdict, new.stated)
    return False


def with_decisions(
    promises: Promises, decisions: Sequence[Decision], quantities: Sequence[QuantityDecision] = ()
) -> Promises:
    """Return what is held with these decisions added."""
    return promises.model_copy(
        update={
            "decisions": (*promises.decisions, *decisions),
            "quantity_decisions": (*promises.quantity_decisions, *quantities),
        }
    )
