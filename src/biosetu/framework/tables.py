"""The tables in `data/`, each read once into a mapping from code to record, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType

from biosetu.framework.reading import own_rows, own_state, parsed, records
from biosetu.framework.records import (
    Answer,
    BinaryQuestion,
    Centre,
    Consideration,
    ContextFact,
    Coverage,
    Cycle,
    Disaggregation,
    Element,
    GlobalTarget,
    Indicator,
    Party,
    Relevance,
    State,
)
from biosetu.problems import DataError, Problem
from biosetu.translation import N_, say

CERTAINTIES = ("confirmed", "presumed", "unknown")
COVERAGE_COLUMNS = tuple(field.name for field in fields(Coverage))
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@cache
def parties() -> Mapping[str, Party]:
    """Return every Party by ISO 3166-1 alpha-3 code, the fictional Setuland (XXA) last."""
    return MappingProxyType({party.iso3: party for party in records(Party, "parties")})


@cache
def targets() -> Mapping[str, GlobalTarget]:
    """Return the goals (A–D) and targets (1–23) by code."""
    return MappingProxyType({target.code: target for target in records(GlobalTarget, "targets")})


@cache
def elements() -> Mapping[str, Element]:
    """Return the elements of goals and targets by id (`3.E01`)."""
    return MappingProxyType({element.id: element for element in records(Element, "elements")})


@cache
def indicators() -> Mapping[str, Indicator]:
    """Return the 204 indicators by code: headline and binary first, then component, then complementary."""
    return MappingProxyType({indicator.code: indicator for indicator in records(Indicator, "indicators")})


@cache
def states() -> Mapping[tuple[str, str], State]:
    """Return how sure methods and custodians are, in words and with the day of the look-up, by field and state."""
    return MappingProxyType({(state.field, state.state): state for state in records(State, "states")})


@cache
def disaggregations() -> tuple[Disaggregation, ...]:
    """Return the optional disaggregations of the headline indicators."""
    return tuple(records(Disaggregation, "disaggregations"))


@cache
def centres() -> Mapping[str, Centre]:
    """Return the support centres by id."""
    return MappingProxyType({centre.id: centre for centre in records(Centre, "centres")})


def coverage() -> tuple[Coverage, ...]:
    """Return which centre serves which Party, when, how certain that is, and on what basis.

    The administrator's own list, `coverage.csv` in the state folder with the same columns, replaces the rows of every
    centre that it names, from the moment it is written. Raises `DataError` with every wrong row of that list.
    """
    return _coverage(own_state("coverage"))


@lru_cache(maxsize=4)
def _coverage(_state: tuple[str, int, int]) -> tuple[Coverage, ...]:
    """Return the coverage as it stands now; the state of the own list only tells one reading from the next."""
    own = coverage_from(own_rows("coverage", COVERAGE_COLUMNS))
    named = {row.centre for row in own}
    return (*(row for row in packaged_coverage() if row.centre not in named), *own)


@cache
def packaged_coverage() -> tuple[Coverage, ...]:
    """Return whom the centres serve by the list that comes with the software."""
    return tuple(records(Coverage, "coverage"))


def coverage_from(rows: Iterable[Mapping[str, str]], file: str = "coverage.csv") -> tuple[Coverage, ...]:
    """Return rows of texts (columns of `coverage.csv`) as records; raises `DataError` with every wrong cell."""
    listed = list(rows)
    problems = [
        problem for number, cells in enumerate(listed, 2) for problem in _coverage_problems(cells, number, file)
    ]
    problems += _repeated(listed, file)
    if problems:
        raise DataError(sorted(problems, key=lambda problem: problem.row or 0))
    return tuple(parsed(Coverage, cells) for cells in listed)


def _coverage_problems(cells: Mapping[str, str], row: int, file: str) -> Iterator[Problem]:
    known = {"centre": set(centres()), "party": set(parties()), "certainty": set(CERTAINTIES)}
    for column, allowed in known.items():
        if cells[column] not in allowed:
            remedy = (
                N_("Use a code of `biosetu framework list`")
                if column != "certainty"
                else say("Use one of {codes}", codes=", ".join(CERTAINTIES))
            )
            yield Problem(N_("not a known value"), remedy, "code", file, row, column, cells[column])
    if not cells["basis"].strip():
        yield Problem(N_("a basis is missing"), N_("Say on what it rests"), "empty", file, row, "basis")
    for column in ("basis", "source"):
        if cells[column].startswith(FORMULA):
            remedy = N_("Begin with a letter or a digit")
            yield Problem(N_("begins like a formula"), remedy, "formula", file, row, column, cells[column])
    days = {column: _day(cells[column]) for column in ("valid_from", "valid_to")}
    for column, day in days.items():
        if day is None:
            remedy = N_("Write year-month-day")
            yield Problem(N_("not a date"), remedy, "date", file, row, column, cells[column])
    first, last = days.values()
    if cells["valid_to"] and first is not None and last is not None and last < first:
        remedy = N_("Give the later day here")
        yield Problem(N_("ends before it begins"), remedy, "date", file, row, "valid_to", cells["valid_to"])


def _day(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell) if cell else date.min
    except ValueError:
        return None


def _repeated(rows: Sequence[Mapping[str, str]], file: str) -> Iterator[Problem]:
    """Yield a problem for each row whose centre, Party and first day stand further up already."""
    seen: set[tuple[str, ...]] = set()
    for number, cells in enumerate(rows, 2):
        key = (cells["centre"], cells["party"], cells["valid_from"])
        if key in seen:
            remedy = N_("Name a Party once, or with another first day")
            yield Problem(N_("stands twice"), remedy, "repeated", file, number, "party", cells["party"])
        seen.add(key)


@cache
def cycles() -> Mapping[str, Cycle]:
    """Return the reporting cycles by id (`7NR`), the earliest first."""
    return MappingProxyType({cycle.id: cycle for cycle in records(Cycle, "cycles")})


@cache
def relevance() -> tuple[Relevance, ...]:
    """Return what does not concern Parties in which condition."""
    return tuple(records(Relevance, "relevance"))


@cache
def questions() -> Mapping[str, BinaryQuestion]:
    """Return the binary questions by the reporting tool's key (`8_7`), in the order of their indicators."""
    return MappingProxyType({question.key: question for question in records(BinaryQuestion, "questions")})


@cache
def answers() -> Mapping[str, Answer]:
    """Return the answers that binary questions may have, by value."""
    return MappingProxyType({answer.value: answer for answer in records(Answer, "answers")})


@cache
def considerations() -> Mapping[str, Consideration]:
    """Return the considerations of section C by letter."""
    return MappingProxyType({item.letter: item for item in records(Consideration, "considerations")})


@cache
def context_facts() -> Mapping[str, Mapping[str, ContextFact]]:
    """Return the context facts of each Party by fact, each with its source; Parties without facts have an empty one."""
    facts: dict[str, dict[str, ContextFact]] = {code: {} for code in parties()}
    for fact in records(ContextFact, "context_facts"):
        facts[fact.party][fact.fact] = fact
    return MappingProxyType({code: MappingProxyType(held) for code, held in facts.items()})


def coverage_of(
    centre: str = "", party: str = "", on: date | None = None, certainties: tuple[str, ...] = CERTAINTIES
) -> tuple[Coverage, ...]:
    """Return the rows of coverage of a centre, of a Party, or of both, valid on a day (any day without)."""
    return tuple(
        row
        for row in coverage()
        if centre in ("", row.centre)
        and party in ("", row.party)
        and row.certainty in certainties
        and (on is None or row.holds(on))
    )
