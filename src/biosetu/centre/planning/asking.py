"""What a form asks of a problem, kept as plain text, and turned into a `Choice` for the solver."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np

from biosetu.jobs.planning_rasters import Values
from biosetu.planning import Choice, CostBasis, Objective, Wanted, choice_faults
from biosetu.planning.numbering import as_text, numbers
from biosetu.problems import DataError, Problem
from biosetu.translation import N_

KINDS = (
    ("relative", N_("% of all there is")),
    ("absolute", N_("amount")),
    ("species-area", N_("by the species-area rule")),
    ("log-linear", N_("by range size (log-linear)")),
)
WITHOUT_VALUE = frozenset({"log-linear"})
OBJECTIVES = (
    (Objective.MINIMUM_SET, N_("Meet every target at least cost")),
    (Objective.MINIMUM_SHORTFALL, N_("Miss the targets by as little as possible within the budget")),
    (Objective.MAXIMUM_UTILITY, N_("Hold as much as possible within the budget")),
)
COSTS = (
    (CostBasis.GIVEN, N_("as given with the units")),
    (CostBasis.AREA, N_("area [km²]")),
    (CostBasis.EQUAL, N_("each unit the same")),
)
VALUES = (
    (Values.CLASSES, N_("codes of classes: each becomes a feature, in km²")),
    (Values.PER_PIXEL, N_("an amount in each pixel")),
    (Values.PER_HA, N_("an amount on each hectare")),
    (Values.PER_KM2, N_("an amount on each km²; 1 where a species lives")),
)
LONGEST_LOCKS = 400_000
Kind = TypeVar("Kind", bound=StrEnum)
SECONDS = (5, 15, 30, 60, 120, 300)
GAPS = ("0.1", "0.5", "1", "2", "5")


@dataclass(frozen=True, slots=True)
class Row:
    """One feature of the form: its place, name, what there is, whether it is planned for, and its target as typed."""

    position: int
    name: str
    total: float
    on: bool
    kind: str
    value: str
    unit: str = ""


def first_asked(held: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form asks before anybody typed: the problem's own targets and locks."""
    features = {
        str(position): {"on": True, "kind": "relative", "value": _percent(target, total) if total else "0"}
        for position, (_, total, target) in enumerate(held["features"])
    }
    national = {
        f"{position}-{party}": _percent(target, there)
        for position, party, target in held.get("national", ())
        if (there := held["party_held"][position][held["parties"].index(party)])
    }
    return {
        "objective": Objective.MINIMUM_SET.value,
        "features": features,
        "national": national,
        "cost": CostBasis.GIVEN.value,
        "budget": "",
        "budgets": {},
        "penalty": "0",
        "locked_in": held["locked_in"],
        "locked_out": held["locked_out"],
        "locked_by_layers": held["locked_in"],
        "seconds": "30",
        "gap": "0.5",
    }


def _percent(part: float, whole: float) -> str:
    """Return a share in as many digits as give the same target back."""
    return f"{100 * part / whole:.15g}"


def asked_again(asked: Mapping[str, Any], held: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a version asked, with the units locked in that layers brought since then protect.

    What somebody freed of the locks of that time stays free.
    """
    now, then = numbers(held["locked_in"]), numbers(asked.get("locked_by_layers", held["locked_in"]))
    freed = set(numbers(asked["locked_out"]))
    if not (new := set(now) - set(then) - freed):
        return dict(asked)
    return dict(asked) | {"locked_in": as_text(sorted(new.union(numbers(asked["locked_in"]))))}


def asked_of(data: Mapping[str, str], held: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form says, as text and cut to length; nothing is judged yet."""
    features = {
        str(position): {
            "on": data.get(f"on-{position}") == "on",
            "kind": data.get(f"kind-{position}", "")[:20],
            "value": data.get(f"value-{position}", "").strip()[:30],
        }
        for position in range(len(held["features"]))
    }
    national = {
        f"{position}-{party}": text
        for position in range(len(held["features"]))
        for place, party in enumerate(parties_of(held))
        if (text := data.get(f"national-{position}-{place}", "").strip()[:30])
    }
    budgets = {
        party: text
        for place, party in enumerate(parties_of(held))
        if (text := data.get(f"budget-{place}", "").strip()[:40])
    }
    texts = {name: data.get(name, "").strip()[:40] for name in ("objective", "cost", "budget", "penalty")}
    texts |= {name: data.get(name, "").strip()[:LONGEST_LOCKS] for name in ("locked_in", "locked_out")}
    return texts | {
        "features": features,
        "national": national,
        "budgets": budgets,
        "locked_by_layers": held["locked_in"],
        "seconds": data.get("seconds", ""),
        "gap": data.get("gap", ""),
    }


def parties_of(held: Mapping[str, Any]) -> list[str]:
    """Return the Parties that plan together; none where there is but one."""
    return list(held["parties"]) if len(held["parties"]) > 1 else []


@dataclass(frozen=True, slots=True)
class NationalRow:
    """One feature of the form with what each Party holds of it and wants within its borders, as typed."""

    position: int
    name: str
    parties: tuple[tuple[str, float, str], ...]


def national_rows(asked: Mapping[str, Any], held: Mapping[str, Any]) -> list[NationalRow]:
    """Return the rows for targets of single Parties; none where there is but one Party."""
    parties, typed = parties_of(held), asked.get("national", {})
    return [
        NationalRow(
            position,
            name,
            tuple(
                (party, there, typed.get(f"{position}-{party}", ""))
                for party, there in zip(parties, held["party_held"][position], strict=True)
            ),
        )
        for position, (name, _, _) in enumerate(held["features"])
        if parties and held.get("party_held")
    ]


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One feature as a version asked for it: its target as typed, and what each Party wants at home (%)."""

    name: str
    value: str
    kind: str
    national: tuple[str, ...]


def asked_rows(asked: Mapping[str, Any], held: Mapping[str, Any]) -> list[AskedRow]:
    """Return what a version asked of each feature that it plans for, Parties in the order of `parties_of`."""
    kinds, typed = dict(KINDS), asked.get("national", {})
    return [
        AskedRow(
            row.name,
            row.value,
            kinds.get(row.kind, row.kind),
            tuple(typed.get(f"{row.position}-{party}", "") for party in parties_of(held)),
        )
        for row in rows_of(asked, held)
        if row.on
    ]


def rows_of(asked: Mapping[str, Any], held: Mapping[str, Any]) -> list[Row]:
    """Return the features of the form."""
    unknown = {"on": False, "kind": "relative", "value": ""}
    found = [asked["features"].get(str(position), unknown) for position in range(len(held["features"]))]
    units = held.get("feature_units") or [""] * len(held["features"])
    return [
        Row(position, name, total, item["on"], item["kind"], item["value"], units[position])
        for position, ((name, total, _), item) in enumerate(zip(held["features"], found, strict=True))
    ]


def choice_of(asked: Mapping[str, Any], held: Mapping[str, Any]) -> Choice:
    """Return what is asked as numbers; raise DataError with everything that cannot be read."""
    faults: list[Problem] = []
    weights = held.get("weights") or [1.0] * len(held["features"])
    wanted = {
        place: Wanted(item["kind"], _value(item, held["features"][place][0], faults), weights[place])
        for place, item in ((int(position), item) for position, item in asked["features"].items())
        if item["on"]
    }
    national = {
        (int(position), party): _number(text, held["features"][int(position)][0], faults) / 100
        for key, text in asked.get("national", {}).items()
        for position, party in [key.split("-", 1)]
    }
    objective = _one_of(Objective, asked["objective"], "objective", faults)
    budget = _number(asked["budget"], "budget", faults) if asked["budget"] else None
    budgets = {party: _number(text, party, faults) for party, text in asked.get("budgets", {}).items()}
    locks = {name: _locks(asked[name], name, faults) for name in ("locked_in", "locked_out")}
    penalty = _number(asked["penalty"] or "0", "penalty", faults)
    cost = _one_of(CostBasis, asked["cost"], "cost", faults)
    if faults:
        raise DataError(faults)
    inside, outside = locks["locked_in"], locks["locked_out"]
    choice = Choice(objective, wanted, cost, budget, penalty, inside, outside, national, budgets)
    known = np.array(numbers(held["numbers"]), dtype=np.int64)
    if wrong := choice_faults(choice, [name for name, _, _ in held["features"]], known, parties_of(held)):
        raise DataError(wrong)
    return choice


def limits_of(asked: Mapping[str, Any]) -> tuple[float, float]:
    """Return gap and seconds; what is none of the choices is as by default."""
    seconds = int(asked["seconds"]) if asked["seconds"] in map(str, SECONDS) else 30
    gap = float(asked["gap"]) / 100 if asked["gap"] in GAPS else 0.005
    return gap, float(seconds)


def _one_of(kind: type[Kind], text: str, column: str, faults: list[Problem]) -> Kind:
    try:
        return kind(text)
    except ValueError:
        message, remedy = N_("this is none of the choices"), N_("Choose one of the list")
        faults.append(Problem(message, remedy, "choice", column=column, value=text))
        return next(iter(kind))


def _number(text: str, column: str, faults: list[Problem]) -> float:
    try:
        value = float(text.replace(",", "").replace("\u066b", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        faults.append(Problem(N_("not a number"), N_("Write a number"), "number", column=column, value=text))
        return 0.0
    return value


def _value(item: Mapping[str, str], name: str, faults: list[Problem]) -> float:
    if item["kind"] in WITHOUT_VALUE or (item["kind"] == "species-area" and not item["value"]):
        return math.nan
    value = _number(item["value"], name, faults)
    return value / 100 if item["kind"] == "relative" else value


def _locks(text: str, column: str, faults: list[Problem]) -> list[int]:
    try:
        return numbers(text, column)
    except DataError as error:
        faults += error.problems
        return []
