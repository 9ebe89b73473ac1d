"""Experience in the region of who asks, and between countries of the South: what a provider can show of it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from biosetu.cooperation.countries import countries, subregion_of
from biosetu.cooperation.records import Provider, Request


class Experience(StrEnum):
    """The closest experience that a provider has of the place where help is asked for."""

    THERE = "there"
    SUBREGION_WORK = "subregion_work"
    SUBREGION_HOME = "subregion_home"
    SOUTH_SOUTH = "south_south"
    ABROAD = "abroad"
    NONE = "none"


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("biosetu.cooperation") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def experience_scores() -> Mapping[Experience, float]:
    """Return what each kind of experience counts [0-1] (`data/experience.csv`)."""
    return MappingProxyType({Experience(row["kind"]): float(row["score"]) for row in _rows("experience")})


@cache
def of_the_south(code: str) -> bool:
    """Return whether a country or area is not among the developed economies of UNCTADstat (`data/developed.csv`)."""
    developed = {row["area"] for row in _rows("developed")}
    return code in countries() and not {code, subregion_of(code)} & developed


@dataclass(frozen=True, slots=True)
class _Record:
    """Where a provider is at home or has worked, and what that says."""

    places: frozenset[str]
    subregions: frozenset[str]
    home: str
    south: bool
    abroad: bool


def _record(provider: Provider) -> _Record:
    abroad = [code for code in provider.parties if code != provider.party]
    south = of_the_south(provider.party) and any(map(of_the_south, abroad))
    worked = frozenset(map(subregion_of, provider.parties)) - {""}
    return _Record(frozenset((provider.party, *provider.parties)), worked, provider.region, south, bool(abroad))


def _closest(party: str, subregion: str, record: _Record) -> Experience:
    if party in record.places:
        return Experience.THERE
    if subregion in record.subregions:
        return Experience.SUBREGION_WORK
    if subregion and subregion == record.home:
        return Experience.SUBREGION_HOME
    if record.south and of_the_south(party):
        return Experience.SOUTH_SOUTH
    return Experience.ABROAD if record.abroad else Experience.NONE


def experience_of(request: Request, provider: Provider) -> Experience:
    """Return the closest experience of a provider for a request: the first of the table that holds."""
    return _closest(request.party, request.region, _record(provider)) if request.party else Experience.NONE


def regional(requests: Sequence[Request], providers: Sequence[Provider]) -> NDArray[np.float64]:
    """Return the score of experience of each pair, (requests, providers) [0-1]; NaN where no Party asks."""
    scores, rows = experience_scores(), np.full((len(requests), len(providers)), np.nan)
    records = [_record(provider) for provider in providers]
    known: dict[tuple[str, str], list[float]] = {}
    for index, request in enumerate(requests):
        if request.party:
            place = (request.party, request.region)
            if place not in known:
                known[place] = [scores[_closest(*place, record)] for record in records]
            rows[index] = known[place]
    return rows
