"""Which figures are sent on where several releases of a series are held: those of one release, never two spliced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from biosetu.observations.answers import DISPUTE, METHOD, NOT_RELEVANT, REPLACE
from biosetu.observations.given import SERIES, with_answers
from biosetu.observations.schema import SCHEMA, SETTLED, Source
from biosetu.observations.sentences import plain_number

Row = Mapping[str, Any]
Group = tuple[Any, ...]
ORIGIN = "{series}, release {vintage}"
SAID = {
    DISPUTE: "The Party disputes this figure: {reason}",
    REPLACE: "The Party gives {value} in place of this figure: {reason}",
}


def of_one_release(table: pa.Table) -> pa.Table:
    """Return observations with each global series, of a method, in one release.

    It is the newest release in which the Party has accepted a figure, else the newest. Of what the Party says itself in
    several releases, or answers to several, the newest stays, by year.
    """
    rows = table.to_pylist()
    best: dict[Group, tuple[bool, str]] = {}
    for row in rows:
        best[_group(row)] = max(best.get(_group(row), (False, "")), _rank(row))
    chosen = {group: vintage for group, (_, vintage) in best.items()}
    return table.filter(pa.array([row["vintage"] == chosen[_group(row)] for row in rows], pa.bool_()))


def _group(row: Row) -> Group:
    names = (*SERIES, "source", "method", "unit")
    group = tuple(row[name] for name in names)
    return group if row["source"] == Source.AVAILABLE_DATASET else (*group, row["year"])


def _rank(row: Row) -> tuple[bool, str]:
    return row["method"] != METHOD and row["status"] in SETTLED, row["vintage"]


def saying_what_the_party_said(table: pa.Table, beside: pa.Table) -> pa.Table:
    """Return global figures with what the Party says against them first in the footnote, then their series and release.

    `beside` are the observations held on the Party, its answers among them. Figures that it finds not relevant are left
    out; figures of other sources stay as they are.
    """
    rows = [_said(row) for row in with_answers(table, beside).to_pylist() if row["party_answer"] != NOT_RELEVANT]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _said(row: Row) -> Row:
    if row["source"] != Source.AVAILABLE_DATASET:
        return row
    own = "" if row["party_value"] is None else plain_number(row["party_value"])
    against = SAID.get(row["party_answer"], "").format(value=own, reason=row["party_reason"])
    origin = ORIGIN.format(series=row["series"], vintage=row["vintage"]) if row["series"] and row["vintage"] else ""
    return {**row, "footnote": _joined((against.rstrip(": "), row["footnote"], origin))}


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(filter(None, parts))
