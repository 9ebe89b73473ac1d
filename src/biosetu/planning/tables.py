"""A planning problem from tables, in our own column names or Marxan's, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from biosetu.planning.next_area import Protection
from biosetu.planning.records import Boundary, Flags, Floats, Integers, PlanningProblem
from biosetu.planning.targets import absolute_targets, default_share
from biosetu.planning.transboundary import NationalTarget
from biosetu.problems import DataError, Problem
from biosetu.translation import say

# our column name -> names accepted (Marxan's own in its user manual v1.8.10, ch. 3)
COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "units": {
        "unit": ("unit", "id"),
        "cost": ("cost",),
        "status": ("status",),
        "party": ("party", "iso3"),
        "protected": ("protected_share",),
    },
    "features": {
        "feature": ("feature", "id"),
        "name": ("name",),
        "target": ("target",),
        "share": ("share", "prop"),
        "rule": ("rule",),
        "z": ("z",),
        "weight": ("weight", "spf"),
        "amount_unit": ("amount_unit",),
    },
    "amounts": {
        "feature": ("feature", "species"),
        "unit": ("unit", "pu"),
        "amount": ("amount",),
        "protected": ("amount_protected",),
    },
    "boundaries": {"unit1": ("unit1", "id1"), "unit2": ("unit2", "id2"), "length": ("length", "boundary")},
    "national": {"feature": ("feature",), "party": ("party",), "target": ("target",)},
}
REQUIRED = {
    "units": ("unit",),
    "features": ("feature",),
    "amounts": ("feature", "unit", "amount"),
    "boundaries": ("unit1", "unit2", "length"),
    "national": ("feature", "party", "target"),
}
LOCKED_IN, LOCKED_OUT = ("2", "in", "locked in"), ("3", "out", "locked out")
STATUSES = ("", "0", "1", "free", *LOCKED_IN, *LOCKED_OUT)
RULES = ("species-area", "log-linear")
MOST = float(np.finfo(np.float64).max)  # a limit that lets a cell be empty
SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Settings:
    """What the tables do not say. budget: one number, or one per Party; common_budget: for all beside those."""

    penalty: float = 0.0
    edge_factor: float = 1.0
    budget: float | Mapping[str, float] | None = None
    common_budget: float = float("inf")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A problem with its national targets (positions), and the unit of each feature's amounts, empty where untold.

    without_target: the features that have no target, share or rule of their own (`targets.default_share`). protected:
    what the tables tell of existing protection (`protection_of` adds what is locked in).
    """

    problem: PlanningProblem
    national: list[NationalTarget]
    amount_unit: tuple[str, ...] = ()
    without_target: tuple[str, ...] = ()
    protected: Protection | None = None


def problem_from_tables(
    tables: Mapping[str, pa.Table], settings: Settings, files: Mapping[str, str] | None = None, *, begun: bool = False
) -> Loaded:
    """Read units, features, amounts and, where given, boundaries and national targets.

    Column names as in COLUMNS; texts and numbers are both accepted. A feature's target is `target` (absolute), else
    `share` of its total, else `rule`, else `targets.default_share` of its total.
    files: the file that each table came from, for what is told.
    begun: there need be no features yet.
    Raises DataError listing every unknown unit or feature, repeated row, value that is negative or not a number, share
    above 1, rule and status that is not known.
    """
    reader = _Reader(files or {})
    units = reader.columns("units", tables["units"])
    features = reader.columns("features", tables["features"])
    amounts = reader.columns("amounts", tables["amounts"])
    reader.filled("units", tables["units"])
    if not begun:
        reader.filled("features", tables["features"])
    reader.stop()
    unit_id = reader.identifiers("units", units["unit"], "unit")
    reader.unique("units", "unit", unit_id)
    names = _texts(features["feature"])
    reader.unique("features", "feature", np.array(names))
    cost = reader.amounts("units", units["cost"], "cost") if units["cost"] is not None else np.ones(unit_id.size)
    locked_in, locked_out = _locks(reader, units)
    share = _protected_shares(reader, units, unit_id.size)
    held, protected = _amounts(reader, amounts, unit_id, names, share)
    target, weight, untold = _targets(reader, features, held)
    party = _texts(units["party"]) if units["party"] is not None else [""] * unit_id.size
    groups = tuple(sorted(set(party)))
    boundary = _boundary(reader, tables.get("boundaries"), unit_id)
    national = _national(reader, tables.get("national"), names, groups)
    reader.stop()
    problem = PlanningProblem(
        unit_id=unit_id,
        cost=cost,
        amounts=held,
        feature=tuple(_titles(features, names)),
        target=target,
        weight=weight,
        locked_in=locked_in,
        locked_out=locked_out,
        boundary=boundary,
        penalty=settings.penalty,
        edge_factor=settings.edge_factor,
        groups=groups,
        group=np.array([groups.index(name) for name in party], np.int64),
        budget=_budget(settings.budget, groups),
        common_budget=settings.common_budget,
    )
    amount_unit = tuple(_texts(features["amount_unit"]) or [""] * len(names))
    without = tuple(problem.feature[row] for row in np.flatnonzero(untold))
    return Loaded(problem, national, amount_unit, without, Protection(share, protected))


def marxan_tables(problem: PlanningProblem) -> dict[str, pa.Table]:
    """Return pu, spec, puvspr and bound as Marxan reads them; features are numbered from 1 in their order.

    Marxan has no factor for outer borders: they are written as long as the factor makes them.
    """
    rows = sparse.coo_array(problem.amounts)
    order = np.lexsort((rows.coords[0], rows.coords[1]))
    edges, outer = problem.boundary, problem.boundary.exposed * problem.edge_factor
    exposed = np.flatnonzero(outer > 0)
    status = np.where(problem.locked_in, 2, np.where(problem.locked_out, 3, 0))
    return {
        "pu": pa.table({"id": problem.unit_id, "cost": problem.cost, "status": status}),
        "spec": pa.table(
            {
                "id": np.arange(problem.features) + 1,
                "target": problem.target,
                "spf": problem.weight,
                "name": list(problem.feature),
            }
        ),
        "puvspr": pa.table(
            {
                "species": rows.coords[0][order] + 1,
                "pu": problem.unit_id[rows.coords[1][order]],
                "amount": rows.data[order],
            }
        ),
        "bound": pa.table(
            {
                "id1": np.concatenate([problem.unit_id[edges.first], problem.unit_id[exposed]]),
                "id2": np.concatenate([problem.unit_id[edges.second], problem.unit_id[exposed]]),
                "boundary": np.concatenate([edges.length, outer[exposed]]),
            }
        ),
    }


class _Reader:
    """Collects every fault before it stops."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.problems: list[Problem] = []
        self.files = files

    def file(self, table: str) -> str:
        return self.files.get(table, table)

    def stop(self) -> None:
        if self.problems:
            raise DataError(self.problems)

    def columns(self, table: str, data: pa.Table) -> dict[str, pa.ChunkedArray | None]:
        present = {name.strip().casefold(): name for name in data.column_names}
        found: dict[str, pa.ChunkedArray | None] = {}
        for ours, accepted in COLUMNS[table].items():
            name = next((present[other] for other in accepted if other in present), None)
            found[ours] = data.column(name) if name is not None else None
            if name is None and ours in REQUIRED[table]:
                remedy = say("Add it; {accepted} is read", accepted=" or ".join(accepted))
                self.problems.append(Problem("a column is missing", remedy, "column", self.file(table), column=ours))
        return found

    def filled(self, table: str, data: pa.Table) -> None:
        if not data.num_rows:
            remedy = say("Write one of the {table} a row", table=table)
            self.problems.append(Problem(say("there are no {table}", table=table), remedy, "empty", self.file(table)))

    def identifiers(self, table: str, column: pa.ChunkedArray, name: str) -> Integers:
        values = self.numbers(table, column, name)
        for row in np.flatnonzero(np.isfinite(values) & (values != np.round(values)))[:1000]:
            self.fault("not a whole number", "Write a whole number", "whole", table, int(row), name, values[row])
        return np.where(np.isfinite(values), values, -1.0).astype(np.int64)

    def amounts(self, table: str, column: pa.ChunkedArray, name: str, *, most: float = np.inf) -> Floats:
        """Return numbers of 0 or more; those that are not, or above `most`, are told and stand as 0."""
        values = self.numbers(table, column, name, empty=np.nan if most < np.inf else None)
        for row in np.flatnonzero((values < 0) | np.isposinf(values))[:1000]:
            text = column[int(row)].as_py()
            self.fault("below 0 or without end", "Write a number of 0 or more", "negative", table, int(row), name, text)
        for row in np.flatnonzero((values > most) & np.isfinite(values))[:1000]:
            remedy = "Write a share as a part of 1: 0.3 for 30 %"
            self.fault("more than all there is", remedy, "share", table, int(row), name, column[int(row)].as_py())
        return np.where((values < 0) | (values > most) | np.isposinf(values), 0.0, values)

    def numbers(self, table: str, column: pa.ChunkedArray, name: str, *, empty: float | None = None) -> Floats:
        texts = column if not pa.types.is_integer(column.type) else column.cast(pa.float64())
        if pa.types.is_floating(texts.type):
            values: Floats = np.asarray(texts.to_numpy(zero_copy_only=False), np.float64)
        else:
            values = np.array([_number(text) for text in texts.to_pylist()])
        blank = np.array([v in (None, "") for v in column.to_pylist()]) if np.isnan(values).any() else np.zeros(0, bool)
        if blank.any() and empty is not None:
            values = np.where(blank, empty, values)
        for row in np.flatnonzero(np.isnan(values))[:1000] if empty is None or not np.isnan(empty) else ():
            self.fault("not a number", "Write a number", "number", table, int(row), name, column[int(row)].as_py())
        return values

    def fault(self, message: str, remedy: str, code: str, table: str, row: int, column: str, value: object) -> None:
        self.problems.append(Problem(message, remedy, code, self.file(table), row + 2, column, str(value)))

    def unique(self, table: str, name: str, values: np.ndarray) -> None:
        _, first = np.unique(values, return_index=True)
        for row in np.setdiff1d(np.arange(values.size), first)[:1000]:
            self.fault("stands twice", "Keep one row", "twice", table, int(row), name, values[row])

    def positions(self, table: str, name: str, known: np.ndarray, values: np.ndarray) -> Integers:
        order = np.argsort(known, kind="stable")
        place = np.minimum(np.searchsorted(known[order], values), max(known.size - 1, 0))
        found = order[place] if known.size else np.zeros(values.size, np.int64)
        missing = known[found] != values if known.size else np.ones(values.size, bool)
        for row in np.flatnonzero(missing)[:1000]:
            self.fault(
                "is not known",
                say("Use a {name} of the {name}s table", name=name),
                "unknown",
                table,
                int(row),
                name,
                values[row],
            )
        return found.astype(np.int64)


def _number(text: object) -> float:
    try:
        return float(str(text))
    except ValueError:
        return float("nan")


def _texts(column: pa.ChunkedArray | None) -> list[str]:
    return [] if column is None else ["" if v is None else str(v).strip() for v in column.to_pylist()]


def _titles(features: Mapping[str, pa.ChunkedArray | None], names: Sequence[str]) -> list[str]:
    titles = _texts(features["name"])
    return [title or name for title, name in zip(titles, names, strict=True)] if titles else list(names)


def _amounts(
    reader: _Reader, columns: Mapping[str, pa.ChunkedArray | None], unit_id: Integers, names: list[str], share: Floats
) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Return (features, units) what each unit holds, and what of it is protected: as told, else the unit's share."""
    unit = reader.positions("amounts", "unit", unit_id, reader.identifiers("amounts", columns["unit"], "unit"))
    feature = reader.positions("amounts", "feature", np.array(names), _as_text(columns["feature"]))
    amount = reader.amounts("amounts", columns["amount"], "amount")
    reader.unique("amounts", "unit and feature", feature * (unit_id.size + 1) + unit)
    told = columns["protected"]
    within = (
        np.full(amount.size, np.nan) if told is None else reader.amounts("amounts", told, "amount_protected", most=MOST)
    )
    reader.stop()
    for row in np.flatnonzero(within > amount * (1 + SLACK))[:1000]:
        remedy = "Write at most the amount of the row"
        reader.fault(
            "more than the unit holds", remedy, "protected", "amounts", int(row), "amount_protected", within[row]
        )
    protected = np.minimum(np.where(np.isfinite(within), within, amount * np.nan_to_num(share[unit])), amount)
    keep = amount != 0
    shape = (len(names), unit_id.size)
    place = (feature[keep], unit[keep])
    return sparse.csr_array((amount[keep], place), shape=shape), sparse.csr_array((protected[keep], place), shape=shape)


def _protected_shares(reader: _Reader, units: Mapping[str, pa.ChunkedArray | None], count: int) -> Floats:
    """Return which part of each unit is protected [0-1], not a number where no layer tells."""
    column = units["protected"]
    if column is None:
        return np.full(count, np.nan)
    return reader.amounts("units", column, "protected_share", most=1.0)


def _as_text(column: pa.ChunkedArray | None) -> np.ndarray:
    return np.array(pc.utf8_trim_whitespace(column.cast(pa.string())).to_pylist() if column is not None else [], str)


def _locks(reader: _Reader, units: Mapping[str, pa.ChunkedArray | None]) -> tuple[Flags, Flags]:
    rows = units["unit"]
    count = len(rows) if rows is not None else 0
    status = [text.casefold().removesuffix(".0") for text in _texts(units["status"])] or ["0"] * count
    for row, text in enumerate(status):
        if text not in STATUSES:
            reader.fault(
                "not a status", "Use free, in or out (or Marxan's 0–3)", "status", "units", row, "status", text
            )
    return np.array([s in LOCKED_IN for s in status]), np.array([s in LOCKED_OUT for s in status])


def _targets(
    reader: _Reader, features: Mapping[str, pa.ChunkedArray | None], held: sparse.csr_array
) -> tuple[Floats, Floats, Flags]:
    """Return the target and weight of each feature, and which have no target, share or rule of their own."""
    total = np.asarray(held.sum(axis=1)).ravel()
    count = total.size
    nothing = np.full(count, np.nan)

    def column(name: str, most: float = MOST) -> Floats:
        values = features[name]
        return nothing.copy() if values is None else reader.amounts("features", values, name, most=most)

    target, share, weight = column("target"), column("share", 1.0), column("weight")
    rules = _texts(features["rule"]) or [""] * count
    by_share = np.where(np.isfinite(share), share, default_share()) * total
    result = np.where(np.isfinite(target), target, by_share)
    for row, rule in enumerate(rules):
        if rule not in ("", *RULES):
            reader.fault(
                "not a rule",
                say("Use {rules}, or nothing", rules=" or ".join(RULES)),
                "rule",
                "features",
                row,
                "rule",
                rule,
            )
    for rule in sorted(set(rules) & set(RULES)):
        chosen = np.array([r == rule for r in rules]) & ~np.isfinite(target) & ~np.isfinite(share)
        result[chosen] = absolute_targets(rule, column("z"), total)[chosen]
    untold: Flags = ~np.isfinite(target) & ~np.isfinite(share) & np.array([rule == "" for rule in rules], bool)
    return result, np.where(np.isfinite(weight), weight, 1.0), untold


def _boundary(reader: _Reader, table: pa.Table | None, unit_id: Integers) -> Boundary:
    if table is None:
        return Boundary.none(unit_id.size)
    columns = reader.columns("boundaries", table)
    reader.stop()
    first, second = (
        reader.positions("boundaries", "unit", unit_id, reader.identifiers("boundaries", columns[name], name))
        for name in ("unit1", "unit2")
    )
    length = reader.amounts("boundaries", columns["length"], "length")
    reader.stop()
    alone = first == second
    exposed = np.bincount(first[alone], length[alone], minlength=unit_id.size).astype(np.float64)
    low, high = np.minimum(first, second)[~alone], np.maximum(first, second)[~alone]
    key, where = np.unique(low * unit_id.size + high, return_inverse=True)
    merged = np.bincount(where, length[~alone], minlength=key.size).astype(np.float64)
    return Boundary(key // unit_id.size, key % unit_id.size, merged, exposed)


def _national(
    reader: _Reader, table: pa.Table | None, names: list[str], groups: tuple[str, ...]
) -> list[NationalTarget]:
    if table is None:
        return []
    columns = reader.columns("national", table)
    reader.stop()
    feature = reader.positions("national", "feature", np.array(names), _as_text(columns["feature"]))
    party = reader.positions("national", "party", np.array(groups), _as_text(columns["party"]))
    target = reader.amounts("national", columns["target"], "target")
    reader.stop()
    return [NationalTarget(int(f), int(p), float(t)) for f, p, t in zip(feature, party, target, strict=True)]


def _budget(budget: float | Mapping[str, float] | None, groups: tuple[str, ...]) -> Floats:
    if budget is None:
        return np.empty(0)
    if isinstance(budget, Mapping):
        missing = [name for name in groups if name not in budget]
        if missing:
            remedy = "Give one for every Party, or one number for all together"
            raise DataError(Problem("no budget is given", remedy, "budget", column="party", value=", ".join(missing)))
        if unknown := sorted(set(budget) - set(groups)):
            remedy = say("Use {groups}", groups=", ".join(groups))
            message = "there are no units of this Party"
            raise DataError(Problem(message, remedy, "budget", column="budget", value=", ".join(unknown)))
        return np.array([float(budget[name]) for name in groups])
    return np.array([float(budget)])
