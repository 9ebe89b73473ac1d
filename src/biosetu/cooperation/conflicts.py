"""Conflicts of interest by policy table (data/conflicts.csv): each kind excludes a pair or warns of it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from biosetu.cooperation.records import Provider, Request

RECENT_YEARS = 3


@dataclass(frozen=True, slots=True)
class Conflict:
    """A reason why a pair is barred (`excludes`) or must be looked at."""

    kind: str
    label: str
    explanation: str
    excludes: bool


@cache
def policy() -> dict[str, Conflict]:
    """Return the policy table by kind."""
    text = (files("biosetu.cooperation") / "data" / "conflicts.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {r["kind"]: Conflict(r["kind"], r["label"], r["explanation"], r["effect"] == "exclude") for r in rows}


def _clues(request: Request) -> Iterable[tuple[str, str]]:
    """Yield (kind, value) pairs by which a provider is in conflict with the request."""
    if request.organization:
        yield "same_organization", request.organization
        yield "declared_interest", request.organization
        yield "joint_work", request.organization
    if request.ministry:
        yield "same_ministry", request.ministry
    if request.funder:
        yield "funder", request.funder
    yield from (("supervisor", contact) for contact in request.contacts)
    yield "declared_interest", request.request


def _marks(provider: Provider, this_year: int) -> Iterable[tuple[str, str]]:
    """Yield the (kind, value) pairs under which a provider is found by `_clues`."""
    if provider.organization:
        yield "same_organization", provider.organization
    if provider.ministry:
        yield "same_ministry", provider.ministry
    yield from (("funder", name) for name in provider.funders)
    yield from (("declared_interest", name) for name in provider.interests)
    yield from (("supervisor", name) for name in provider.supervisors)
    for entry in provider.joint_work:
        name, _, year = entry.rpartition(":")
        if year.isdigit() and this_year - int(year) < RECENT_YEARS:
            yield "joint_work", name


def find_conflicts(
    requests: Sequence[Request], providers: Sequence[Provider], this_year: int
) -> dict[tuple[int, int], tuple[Conflict, ...]]:
    """Return the conflicts of every pair that has any, by (row of request, row of provider)."""
    marked: dict[tuple[str, str], list[int]] = {}
    for column, provider in enumerate(providers):
        for kind, value in _marks(provider, this_year):
            marked.setdefault((kind, value.casefold()), []).append(column)
    found: dict[tuple[int, int], dict[str, Conflict]] = {}
    for row, request in enumerate(requests):
        for kind, value in _clues(request):
            for column in marked.get((kind, value.casefold()), ()):
                found.setdefault((row, column), {})[kind] = policy()[kind]
    return {pair: tuple(kinds.values()) for pair, kinds in found.items()}
