"""The tables of `data/`: invented figures and statements, marked as such in every row."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import pyarrow as pa

from biosetu.observations import parse_cells
from biosetu.observations.own import OwnStatements, own_statements
from biosetu.problems import DataError
from biosetu.statistics.summary import Kind

PARTY = "XXA"
FICTIONAL = {
    "party": PARTY,
    "holder": "Ministry of Environment of Setuland (fictional)",
    "inputs": "Invented for demonstration; no real country",
    "conditions": "Fictional figures: not to be used",
    "licence": "CC0 1.0",
}


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("biosetu.sources.setuland") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def observations() -> pa.Table:
    """Return the observations of Setuland: all headline indicators, every source, trends of every kind."""
    rows = _rows("observations")
    cells = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]})
    cells = cells.append_column("party", pa.array([PARTY] * len(rows), pa.string()))
    table, problems = parse_cells(cells, file="setuland/observations.csv", defaults=FICTIONAL)
    if problems:
        raise DataError(problems)
    return table


@cache
def kinds() -> Mapping[str, Kind]:
    """Return what the years of Setuland's series are."""
    return MappingProxyType(
        {
            row["series"]: Kind(
                row["kind"],
                float(row["max_rise"]) if row["max_rise"] else None,
                float(row["max_fall"]) if row["max_fall"] else None,
                row["reference"],
            )
            for row in _rows("series_kinds")
        }
    )


@cache
def own() -> OwnStatements:
    """Return Setuland's quantities, declared levels of progress and declared gaps."""
    return own_statements(_rows("quantities"), _rows("progress"), _rows("missing"))
