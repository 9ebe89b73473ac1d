"""Conflicts of interest by policy table (data/conflicts.csv): each kind in each scope excludes a pair or warns of it.

A scope is what of the request is compared: its organization, ministry, contacts, supervisors, funders, joint work, its
Parties, or the request itself. Names are compared without regard to letter case and spaces; a Party by its code or by
its name in any of our languages.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from biosetu.cooperation.records import Provider, Request
from biosetu.framework import parties
from biosetu.translation import LANGUAGES

RECENT_YEARS = 3


@dataclass(frozen=True, slots=True)
class Conflict:
    """A reason why a pair is barred (`excludes`) or must be looked at: its kind, and the `scope` in which it holds."""

    kind: str
    scope: str
    label: str
    explanation: str
    excludes: bool


@cache
def policy() -> tuple[Conflict, ...]:
    """Return the policy table in its order."""
    text = (files("biosetu.cooperation") / "data" / "conflicts.csv").read_text(encoding="utf-8")
    return tuple(
        Conflict(row["kind"], row["scope"], row["label"], row["explanation"], row["effect"] == "exclude")
        for row in csv.DictReader(text.splitlines())
    )


def _named(party: str) -> tuple[str, ...]:
    """Return how a Party may be written: its code and its names."""
    known = parties().get(party)
    return (party, *(known.name(code) for code in LANGUAGES)) if known else (party,)


Clues = Callable[[Request, int], Iterable[str]]
Marks = Callable[[Provider, int], Iterable[str]]

_CLUES: Mapping[str, Clues] = {
    "organization": lambda request, _: (request.organization,),
    "ministry": lambda request, _: (request.ministry,),
    "contacts": lambda request, _: request.contacts,
    "supervisors": lambda request, _: request.supervisors,
    "funders": lambda request, _: request.funders,
    "joint_work": lambda request, year: _recent(request.joint_work, year),
    "party": lambda request, _: (name for code in (request.party, *request.other_parties) for name in _named(code)),
    "request": lambda request, _: (request.request,),
}
_MARKS: Mapping[str, Marks] = {
    "same_organization": lambda provider, _: (provider.name, provider.organization),
    "same_ministry": lambda provider, _: (provider.ministry,),
    "declared_interest": lambda provider, _: provider.interests,
    "funder": lambda provider, _: (*provider.funders, provider.name, provider.organization),
    "joint_work": lambda provider, year: _recent(provider.joint_work, year),
}
_OF_SCOPE: Mapping[tuple[str, str], Marks] = {
    ("supervisor", "contacts"): lambda provider, _: provider.supervisors,
    ("supervisor", "supervisors"): lambda provider, _: provider.contacts,
    ("joint_work", "joint_work"): lambda provider, _: (provider.name, provider.organization),
}


def _recent(entries: Iterable[str], this_year: int) -> Iterable[str]:
    """Yield with whom there was joint work in the last years; entries are `organization:year`."""
    for entry in entries:
        name, _, year = entry.rpartition(":")
        if year.strip().isdigit() and this_year - int(year) < RECENT_YEARS:
            yield name


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(" ".join(name.casefold().split()) for name in names) - {""}


def find_conflicts(
    requests: Sequence[Request], providers: Sequence[Provider], this_year: int
) -> dict[tuple[int, int], tuple[Conflict, ...]]:
    """Return the conflicts of every pair that has any, by (row of request, row of provider), in the order of the
    table.
    """
    found: dict[tuple[int, int], list[Conflict]] = {}
    for conflict in policy():
        clues = [_folded(_CLUES[conflict.scope](request, this_year)) for request in requests]
        if not any(clues):
            continue
        marks = _OF_SCOPE.get((conflict.kind, conflict.scope)) or _MARKS[conflict.kind]
        marked: dict[str, list[int]] = {}
        for column, provider in enumerate(providers):
            for name in _folded(marks(provider, this_year)):
                marked.setdefault(name, []).append(column)
        for row, names in enumerate(clues):
            columns = {column for name in names for column in marked.get(name, ())}
            for column in sorted(columns):
                found.setdefault((row, column), []).append(conflict)
    return {pair: tuple(kinds) for pair, kinds in found.items()}
