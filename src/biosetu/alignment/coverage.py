"""Which elements of the global targets a Party's national targets cover, by our reading; quantity beside quantity.

No official list of elements exists. An element counts as covered where the words of a national target that the Party
itself aligned with the target (or whose suggestion an officer confirmed) point to it (`data/element_cues.csv`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

import pyarrow as pa

from biosetu.alignment.deciding import open_suggestions, suggested_for
from biosetu.alignment.national import CONFIRMED, DECLARED, Aligned, Degree, NationalTarget, Promises, Quantity
from biosetu.alignment.suggestion.suggester import Suggester
from biosetu.alignment.suggestion.thesaurus import Term, Thesaurus
from biosetu.alignment.suggestion.words import words_of
from biosetu.framework import Element, elements
from biosetu.observations.packaged import packaged_rows
from biosetu.progress import Progress, silent

SUGGESTED = "suggested"


class State(StrEnum):
    """How far an element is covered."""

    COVERED = "covered"
    PARTLY = "partly"
    NOT_COVERED = "not covered"
    NOT_COMPARED = "not compared"


@dataclass(frozen=True, slots=True)
class ElementCoverage:
    """One element: its state, the national targets behind it, and how they came to it.

    `basis`: `declared` by the Party, `confirmed` by its officer, or only `suggested`.
    """

    element: str
    target: str
    state: State
    national_targets: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class QuantityPair:
    """A global quantity beside a national one. `benchmark`: the global figure is that of the world together."""

    element: str
    global_value: float
    unit: str
    global_year: int | None
    benchmark: bool
    national_target: str
    national: Quantity


@cache
def _cues() -> Thesaurus:
    return Thesaurus(
        Term(r["element"], r["language"], r["cue"], 2) for r in packaged_rows("biosetu.alignment", "element_cues")
    )


@cache
def _cued() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for term in _cues().terms:
        found[term.target].add(term.language)
    return MappingProxyType({name: frozenset(languages) for name, languages in found.items()})


def elements_named(target: NationalTarget) -> frozenset[str]:
    """Return the elements that the words of a national target point to, in any language that the cues know."""
    found = set()
    for texts in (target.title, target.description, target.alignment_info, target.measures):
        for language, text in texts.items():
            found |= {usage.term.target for usage in _cues().find(words_of(text, language), language)}
    return frozenset(found)


def suggested_targets(
    promises: Promises, suggester: Suggester, progress: Progress = silent
) -> Mapping[str, tuple[str, ...]]:
    """Return by national target the global targets that are only suggested: neither declared nor decided."""
    aligned = promises.aligned()
    found = open_suggestions(promises, suggested_for(promises, suggester, progress))
    return MappingProxyType(
        {
            name: tuple(one.target for one in ones if one.target not in {entry.target for entry in aligned[name]})
            for name, ones in found.items()
        }
    )


def coverage_of(
    promises: Promises, suggested: Mapping[str, Sequence[str]] | None = None
) -> tuple[ElementCoverage, ...]:
    """Return the coverage of every element by the national targets of a Party; empty where none are loaded."""
    if not promises.targets:
        return ()
    reading = _Reading(
        named={target.id: elements_named(target) for target in promises.targets},
        languages={target.id: frozenset(target.title) for target in promises.targets},
        aligned=_by_target(promises),
        suggested=_turned(suggested or {}),
    )
    return tuple(_coverage(element, reading) for element in elements().values())


@dataclass(frozen=True, slots=True)
class _Reading:
    """What coverage is read from: elements and languages by national target; national targets by global target."""

    named: Mapping[str, frozenset[str]]
    languages: Mapping[str, frozenset[str]]
    aligned: Mapping[str, Mapping[str, Aligned]]
    suggested: Mapping[str, Sequence[str]]


def _by_target(promises: Promises) -> Mapping[str, Mapping[str, Aligned]]:
    found: dict[str, dict[str, Aligned]] = defaultdict(dict)
    for name, entries in promises.aligned().items():
        for entry in entries:
            found[entry.target][name] = entry
    return found


def _turned(suggested: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, codes in suggested.items():
        for code in codes:
            found[code].append(name)
    return found


def _coverage(element: Element, reading: _Reading) -> ElementCoverage:
    aligned = reading.aligned.get(element.target, {})
    pointing = {name: entry for name, entry in aligned.items() if element.id in reading.named[name]}
    full = {name: entry for name, entry in pointing.items() if entry.degree is not Degree.LOW}
    if pointing:
        state = State.COVERED if full else State.PARTLY
        return ElementCoverage(element.id, element.target, state, tuple(full or pointing), _basis(full or pointing))
    hinted = tuple(name for name in reading.suggested.get(element.target, ()) if element.id in reading.named[name])
    if hinted:
        return ElementCoverage(element.id, element.target, State.PARTLY, hinted, SUGGESTED)
    cued = _cued().get(element.id, frozenset())
    unread = tuple(name for name in aligned if not reading.languages[name] & cued)
    if unread:
        return ElementCoverage(element.id, element.target, State.NOT_COMPARED, unread, "")
    return ElementCoverage(element.id, element.target, State.NOT_COVERED, (), "")


def _basis(found: Mapping[str, Aligned]) -> str:
    return DECLARED if any(entry.basis == DECLARED for entry in found.values()) else CONFIRMED


UNITS = MappingProxyType({"%": "percent", "USD": "usd"})


def quantities_beside(promises: Promises) -> tuple[QuantityPair, ...]:
    """Return global and national quantities of the same unit, for national targets aligned with the global one."""
    pairs = []
    aligned = promises.aligned()
    for element in elements().values():
        if element.value is None:
            continue
        for target in promises.targets:
            if element.target in {entry.target for entry in aligned.get(target.id, ())}:
                pairs += [
                    _pair(element, target.id, quantity)
                    for quantity in promises.quantities(target)
                    if UNITS.get(quantity.unit, quantity.unit) == element.unit
                ]
    return tuple(pairs)


def _pair(element: Element, national: str, quantity: Quantity) -> QuantityPair:
    return QuantityPair(
        element.id,
        element.value or 0.0,
        element.unit,
        element.deadline,
        element.scope == "collective",
        national,
        quantity,
    )


QUANTITIES = pa.schema(
    [
        ("element", pa.string()),
        ("target", pa.string()),
        ("global_value", pa.float64()),
        ("unit", pa.string()),
        ("global_year", pa.int32()),
        ("benchmark", pa.bool_()),
        ("national_target", pa.string()),
        ("national_value", pa.float64()),
        ("national_year", pa.int32()),
        ("confirmed", pa.bool_()),
        ("passage", pa.string()),
    ]
)
COVERAGE = pa.schema([(name, pa.string()) for name in ("element", "target", "state", "national_targets", "basis")])


def coverage_table(coverage: Sequence[ElementCoverage]) -> pa.Table:
    """Return coverage as a table: element, target, state, national_targets (joined with `; `), basis."""
    return pa.Table.from_pylist(
        [
            {
                "element": entry.element,
                "target": entry.target,
                "state": str(entry.state),
                "national_targets": "; ".join(entry.national_targets),
                "basis": entry.basis,
            }
            for entry in coverage
        ],
        schema=COVERAGE,
    )


def quantities_table(pairs: Sequence[QuantityPair]) -> pa.Table:
    """Return quantities side by side as a table; `benchmark`: the global figure is that of the world together."""
    return pa.Table.from_pylist(
        [
            {
                "element": pair.element,
                "target": elements()[pair.element].target,
                "global_value": pair.global_value,
                "unit": pair.unit,
                "global_year": pair.global_year,
                "benchmark": pair.benchmark,
                "national_target": pair.national_target,
                "national_value": pair.national.value,
                "national_year": pair.national.year,
                "confirmed": pair.national.confirmed,
                "passage": pair.national.passage,
            }
            for pair in pairs
        ],
        schema=QUANTITIES,
    )
