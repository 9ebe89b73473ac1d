"""The tables in `data/`, each read once into a mapping from code to record, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from functools import cache
from types import MappingProxyType

from biosetu.framework.reading import own_rows, parsed, records
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
)
from biosetu.problems import DataError, Problem

CERTAINTIES = ("confirmed", "presumed", "unknown")


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
def disaggregations() -> tuple[Disaggregation, ...]:
    """Return the optional disaggregations of the headline indicators."""
    return tuple(records(Disaggregation, "disaggregations"))


@cache
def centres() -> Mapping[str, Centre]:
    """Return the support centres by id."""
    return MappingProxyType({centre.id: centre for centre in records(Centre, "centres")})


@cache
def coverage() -> tuple[Coverage, ...]:
    """Return which centre serves which Party, when, how certain that is, and on what basis.

    The administrator's own list, `coverage.csv` in the state folder with the same columns, replaces the rows of every
    centre that it names. Raises `DataError` with every wrong row of that list.
    """
    own = tuple(_own_coverage())
    named = {row.centre for row in own}
    return (*(row for row in records(Coverage, "coverage") if row.centre not in named), *own)


def _own_coverage() -> Iterator[Coverage]:
    columns = tuple(field.name for field in fields(Coverage))
    problems = []
    for number, cells in enumerate(own_rows("coverage", columns), start=2):
        found = list(_coverage_problems(cells, number))
        problems += found
        if not found:
            yield parsed(Coverage, cells)
    if problems:
        raise DataError(problems)


def _coverage_problems(cells: Mapping[str, str], row: int) -> Iterator[Problem]:
    known = {"centre": set(centres()), "party": set(parties()), "certainty": set(CERTAINTIES)}
    for column, allowed in known.items():
        if cells[column] not in allowed:
            remedy = "Use a code of `biosetu framework list`" if column != "certainty" else ", ".join(CERTAINTIES)
            yield Problem("not a known value", remedy, "code", "coverage.csv", row, column, cells[column])
    for column in ("valid_from", "valid_to"):
        try:
            date.fromisoformat(cells[column] or "2000-01-01")
        except ValueError:
            yield Problem("not a date", "Write year-month-day", "date", "coverage.csv", row, column, cells[column])


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
