"""Who can help whom: a shortlist per request, with a score, the reasons in words, and what is missing.

A score is a weighted mean of components between 0 and 1 (data/weights.csv). A component that a request does not speak
of (it names no language, say) is left out for that request and its weight shared by the others. An officer decides;
this only ranks.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from biosetu.cooperation.conflicts import Conflict, find_conflicts
from biosetu.cooperation.expertise import expertise
from biosetu.cooperation.records import Provider, Request
from biosetu.cooperation.similarity import Works, read_works, similarity

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Component:
    """One part of the score: its weight in a centre's table, and how a reader calls it."""

    name: str
    weight: float
    label: str


@dataclass(frozen=True, slots=True)
class Fit:
    """All pairs scored: `total` and every part as requests × providers; NaN in a part where it does not apply.

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
def components(centre: str = "") -> tuple[Component, ...]:
    """Return the parts of the score with a centre's weights, the default where it has none of its own."""
    text = (files("biosetu.cooperation") / "data" / "weights.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    own = {row["component"]: float(row["weight"]) for row in rows if centre and row["centre"] == centre}
    return tuple(
        Component(row["component"], own.get(row["component"], float(row["weight"])), row["label"])
        for row in rows
        if not row["centre"]
    )


def fit(
    requests: Sequence[Request],
    providers: Sequence[Provider],
    this_year: int,
    *,
    centre: str = "",
    works: Works | None = None,
) -> Fit:
    """Score every provider for every request; `this_year` tells which joint work is recent.

    works: the providers' records of work where they were read before (`read_works`), in the same order.
    """
    if works is None:
        works = read_works([provider.work for provider in providers])
    parts = {
        "expertise": expertise(requests, providers),
        "text": similarity([f"{r.title} {r.text}" for r in requests], works),
        "language": _languages(requests, providers),
        "region": _regions(requests, providers),
        "results": _results(requests, providers),
        "availability": _availability(requests, providers),
    }
    used = components(centre)
    conflicts = find_conflicts(requests, providers, this_year)
    excluded = np.zeros((len(requests), len(providers)), dtype=np.bool_)
    for (row, column), found in conflicts.items():
        excluded[row, column] = any(conflict.excludes for conflict in found)
    total = weigh(parts, used, (len(requests), len(providers)))
    return Fit(
        tuple(requests), tuple(providers), used, total, MappingProxyType(parts), excluded, MappingProxyType(conflicts)
    )


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


WORKED_THERE, SAME_REGION, ELSEWHERE_SOUTH = 1.0, 0.7, 0.4


def _regions(requests: Sequence[Request], providers: Sequence[Provider]) -> Scores:
    """Return 1 for work in the Party, 0.7 for a home in its subregion, 0.4 for work in several Parties elsewhere."""
    asked = np.array([request.party for request in requests], dtype=np.str_)
    regions = np.array([request.region for request in requests], dtype=np.str_)
    homes = np.array([provider.region for provider in providers], dtype=np.str_)
    elsewhere = [ELSEWHERE_SOUTH if len(provider.parties) > 1 else 0.0 for provider in providers]
    rows = np.tile(np.array(elsewhere, dtype=np.float64), (len(requests), 1))
    for region in {request.region for request in requests} - {""}:
        rows[np.ix_(regions == region, homes == region)] = SAME_REGION
    for party in {request.party for request in requests} - {""}:
        there = np.array([party == one.party or party in one.parties for one in providers], dtype=np.bool_)
        rows[np.ix_(asked == party, there)] = WORKED_THERE
    rows[asked == ""] = np.nan
    return rows


def _results(requests: Sequence[Request], providers: Sequence[Provider]) -> Scores:
    row = np.array([np.nan if p.results is None else p.results for p in providers], dtype=np.float64)
    return np.broadcast_to(row, (len(requests), len(providers))).copy()


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
