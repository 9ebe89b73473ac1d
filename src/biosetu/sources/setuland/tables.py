"""The tables of `data/`: invented figures and statements, marked as such in every row."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import pyarrow as pa

from biosetu.observations import parse_cells
from biosetu.observations.own import OwnStatements, own_statements
from biosetu.observations.packaged import packaged_rows
from biosetu.problems import DataError
from biosetu.statistics.summary import Kind, kinds_from

ROOM = "biosetu.sources.setuland"
PARTY = "XXA"
FICTIONAL = {
    "party": PARTY,
    "holder": "Ministry of Environment of Setuland (fictional)",
    "inputs": "Invented for demonstration; no real country",
    "conditions": "Fictional figures: not to be used",
    "licence": "CC0 1.0",
}


@cache
def observations() -> pa.Table:
    """Return the observations of Setuland: all headline indicators, every source, trends of every kind."""
    rows = packaged_rows(ROOM, "observations")
    cells = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]})
    cells = cells.append_column("party", pa.array([PARTY] * len(rows), pa.string()))
    table, problems = parse_cells(cells, file="setuland/observations.csv", defaults=FICTIONAL)
    if problems:
        raise DataError(problems)
    return table


@cache
def kinds() -> Mapping[str, Kind]:
    """Return what the years of Setuland's series are."""
    return kinds_from(packaged_rows(ROOM, "series_kinds"))


@cache
def own() -> OwnStatements:
    """Return Setuland's quantities, declared levels of progress and declared gaps."""
    return own_statements(
        packaged_rows(ROOM, "quantities"), packaged_rows(ROOM, "progress"), packaged_rows(ROOM, "missing")
    )


def promises() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Return national targets and actions of Setuland as rows of the template of `biosetu align`, header first."""
    return MappingProxyType({name: _with_header(name) for name in ("national_targets", "actions")})


def statements() -> tuple[Mapping[str, str], ...]:
    """Return what Setuland itself says that its national targets do not cover: target, info_en, info_ar."""
    return tuple(packaged_rows(ROOM, "statements"))


def strategies() -> tuple[Mapping[str, str], ...]:
    """Return Setuland's strategies: id, title_en, title_ar, start, end, status, adopted, fits (yes or no)."""
    return tuple(packaged_rows(ROOM, "strategies"))


def capacity() -> tuple[tuple[str, ...], ...]:
    """Return Setuland's self-assessment of its capacity, header first: indicator, five scores, evidence."""
    return _with_header("capacity")


def _with_header(name: str) -> tuple[tuple[str, ...], ...]:
    rows = packaged_rows(ROOM, name)
    return (tuple(rows[0]), *(tuple(row.values()) for row in rows))
