"""Who can help whom: a shortlist per request, with a score, the reasons in words, and what is missing.

A score is a weighted mean of components between 0 and 1 (data/weights.csv). A component that a request does not speak
of (it names no language, say) is left out for that request and its weight shared by the others; so is one that nothing
is known of for any provider. Who shows nothing where others do gets 0 for it: no evidence is never more than some. An
officer decides; this only ranks.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from biosetu.cooperation.conflicts import Conflict, find_conflicts
from biosetu.cooperation.expertise import expertise
from biosetu.cooperation.records import Provider, Request
from biosetu.cooperation.regions import regional
from biosetu.cooperation.similarity import Works, read_works, similarity
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

NO_PART, USE_PARTS = N_("no part of the score has this name"), N_("Use the names of the table of weights")
NO_WEIGHT, USE_SHARE = N_("not a weight"), N_("Write a number from 0 to 1, such as 0.25")
NOTHING_WEIGHS, USE_ONE = N_("nothing weighs anything"), N_("Give at least one part a weight above 0")
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Component:
    """One part of the score: its weight, how a reader calls it, and where the default weight is from."""

    name: str
    weight: float
    label: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """All pairs scored: `total` and every part as requests × providers; a row of NaN where a part does not apply.

    `excluded` marks pairs barred by a conflict; `conflicts` holds every conflict found, also those that only warn.
    """

    requests: tuple[Request, ...]
    providers: tuple[Provider, ...]
    components: tuple[Component, ...]
    total: Scores
    parts: Mapping[str, Scores]
    excluded: NDArray[np.bool_]
    conflicts: Mapping[tuple[int, int], tuple[Conflict, ...]]


@cache
def components() -> tuple[Component, ...]:
    """Return the parts of the score with their default weights, in the order of the table."""
    text = (files("biosetu.cooperation") / "data" / "weights.csv").read_text(encoding="utf-8")
    return tuple(
        Component(row["component"], float(row["weight"]), row["label"], row["source"])
        for row in csv.DictReader(text.splitlines())
    )


def weighted(own: Mapping[str, str | float]) -> tuple[Component, ...]:
    """Return the parts of the score with a centre's own weights by name, the default where it has none.

    Raises `DataError` with every name that is no part of the score, every weight that is not a number from 0 to 1, and
    where nothing would weigh anything.
    """
    known = {one.name for one in components()}
    strange = sorted(own.keys() - known)
    problems = [Problem(NO_PART, USE_PARTS, "reference", column=name, value=name) for name in strange]
    wrong = [name for name in own if name in known and not _is_weight(own[name])]
    problems += [Problem(NO_WEIGHT, USE_SHARE, "number", column=name, value=str(own[name])) for name in wrong]
    if not problems:
        made = tuple(replace(one, weight=float(own.get(one.name, one.weight))) for one in components())
        if any(one.weight > 0 for one in made):
            return made
        problems = [Problem(NOTHING_WEIGHS, USE_ONE, "number", column=made[0].name, value="0")]
    raise DataError(problems)


def _is_weight(value: str | float) -> bool:
    try:
        return 0.0 <= float(value) <= 1.0
    except ValueError:
        return False


def fit(
    requests: Sequence[Request],
    providers: Sequence[Provider],
    this_year: int,
    *,
    weights: Sequence[Component] | None = None,
    works: Works | None = None,
) -> Fit:
    """Score every provider for every request; `this_year` tells which joint work is recent.

    weights: the parts of the score as they weigh (`weighted`); the defaults where none are given.
    works: the providers' records of work where they were read before (`read_works`), in the same order.
    """
    if works is None:
        works = read_works([provider.work for provider in providers])
    parts = {
        "expertise": expertise(requests, providers),
        "text": _shown(similarity([f"{r.title} {r.text}" for r in requests], works)),
        "language": _languages(requests, providers),
        "region": regional(requests, providers),
        "results": _results(requests, providers),
        "availability": _availability(requests, providers),
    }
    used = components() if weights is None else tuple(weights)
    conflicts = find_conflicts(requests, providers, this_year)
    excluded = np.zeros((len(requests), len(providers)), dtype=np.bool_)
    for (row, column), found in conflicts.items():
        excluded[row, column] = any(conflict.excludes for conflict in found)
    total = weigh(parts, used, (len(requests), len(providers)))
    return Fit(
        tuple(requests), tuple(providers), used, total, MappingProxyType(parts), excluded, MappingProxyType(conflicts)
    )


def reweighed(matched: Fit, weights: Sequence[Component]) -> Fit:
    """Return the same pairs with other weights: their parts and conflicts stay as they are."""
    return replace(matched, components=tuple(weights), total=weigh(matched.parts, weights, matched.total.shape))


def weigh(parts: Mapping[str, Scores], used: Iterable[Component], shape: tuple[int, int]) -> Scores:
    """Return the weighted mean of the parts that apply to each pair, in the order of the table; 0 where none does."""
    total = np.zeros(shape)
    weight = np.zeros(shape)
    for component in used:
        part = parts[component.name]
        applies = ~np.isnan(part)
        total += component.weight * np.where(applies, part, 0.0)
        weight += component.weight * applies
    return np.divide(total, weight, out=np.zeros(shape), where=weight > 0)


def _languages(requests: Sequence[Request], providers: Sequence[Provider]) -> Scores:
    """Return the share of the request's languages, in which the first counts twice, that a provider works in."""
    known = [set(provider.languages) for provider in providers]
    rows = np.full((len(requests), len(providers)), np.nan)
    for index, request in enumerate(requests):
        if request.languages:
            weights = np.ones(len(request.languages))
            weights[0] = 2.0
            spoken = np.array([[name in mine for name in request.languages] for mine in known], dtype=np.float64)
            rows[index] = spoken.reshape(len(providers), -1) @ weights / weights.sum()
    return rows


def _results(requests: Sequence[Request], providers: Sequence[Provider]) -> Scores:
    row = np.array([np.nan if p.results is None else p.results for p in providers], dtype=np.float64)
    return np.tile(_shown(row), (len(requests), 1))


def _shown(part: Scores) -> Scores:
    """Return a part with 0 for who shows nothing; NaN stays where a whole row has no more to go by."""
    nobody = np.isnan(part).all(axis=-1, keepdims=True)
    return np.where(np.isnan(part) & ~nobody, 0.0, part)


def _availability(requests: Sequence[Request], providers: Sequence[Provider]) -> Scores:
    """Return the smaller of free days over days needed (where both are known) and the share of free capacity."""
    capacity = np.array([max(provider.capacity, 0) for provider in providers], dtype=np.float64)
    free = np.array([max(provider.capacity - provider.workload, 0) for provider in providers], dtype=np.float64)
    share = np.divide(free, capacity, out=np.zeros_like(free), where=capacity > 0)
    days = np.array([np.inf if p.free_days is None else p.free_days for p in providers], dtype=np.float64)
    needed = np.array([request.days for request in requests], dtype=np.float64)[:, None]
    enough = np.minimum(1.0, np.divide(days[None, :], needed, out=np.ones((len(needed), len(days))), where=needed > 0))
    return np.asarray(np.minimum(enough, share[None, :]))


def shortlist(matched: Fit, row: int, most: int) -> NDArray[np.int64]:
    """Return the columns of the best `most` eligible providers for one request, best first, ties by provider name."""
    eligible = np.flatnonzero(~matched.excluded[row] & (matched.total[row] > 0))
    names = np.array([matched.providers[column].provider for column in eligible], dtype=np.str_)
    order = np.lexsort((names, -matched.total[row][eligible]))
    return eligible[order[:most]]


def ranked(matched: Fit, row: int, most: int, also: int = -1) -> list[tuple[int, int]]:
    """Return rank and column of the best `most` for one request; of one provider more, `also`, in its true place."""
    listed = list(enumerate(map(int, shortlist(matched, row, most)), start=1))
    if also >= 0 and also not in (column for _, column in listed):
        listed.append((_place_of(matched, row, also), also))
    return listed


def _place_of(matched: Fit, row: int, column: int) -> int:
    """Return where a provider stands among all that are eligible for a request; the first of equals counts."""
    scores = matched.total[row]
    return int(((scores > scores[column]) & ~matched.excluded[row]).sum()) + 1
