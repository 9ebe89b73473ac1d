"""What a page tells of a plan: the report in words, its map, its features, and two plans side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq
from markupsafe import Markup

from biosetu.centre.planning.drawing import (
    DIFFERENCE,
    PLAN,
    Gettext,
    Legend,
    difference_classes,
    legend,
    plan_classes,
    plan_map,
)
from biosetu.centre.planning.models import Study, Version
from biosetu.jobs.planning_pieces import read_pieces
from biosetu.planning import Barrier, Standing, barrier_said, said
from biosetu.translation import N_


@dataclass(frozen=True, slots=True)
class Drawn:
    """A map with its legend; `map` is empty where units have no polygons."""

    map: Markup
    legend: list[Legend]


@dataclass(frozen=True, slots=True)
class Line:
    """One feature in two plans."""

    name: str
    target: float
    first: float
    second: float

    @property
    def difference(self) -> float:
        """How much more the second plan holds."""
        return self.second - self.first


def words_of(version: Version, gettext: Gettext) -> list[str]:
    """Return the report on a finished plan; for one that cannot exist, every demand that stands in the way."""
    kept = version.answer
    if kept.get("standing"):
        return said(_standing(kept["standing"]), gettext)
    return [barrier_said(Barrier(**item), gettext) for item in kept.get("barriers", [])]


def _standing(kept: Mapping[str, Any]) -> Standing:
    return Standing(**{**kept, "missed": tuple((name, share) for name, share in kept["missed"])})


def units_of(version: Version) -> dict[str, list[Any]]:
    """Return number, choice and lock of each unit of a finished plan."""
    table = pq.read_table(version.folder / "plan.parquet", columns=["unit", "selected", "status"])
    return {name: table.column(name).to_pylist() for name in table.column_names}


def drawn(version: Version, gettext: Gettext) -> Drawn:
    """Return the map of a finished plan."""
    units = units_of(version)
    classes = plan_classes(units["unit"], units["selected"], units["status"])
    return _drawn(version.study, classes, PLAN, gettext(N_("Planning units chosen")), gettext)


def difference(first: Version, second: Version, gettext: Gettext) -> Drawn:
    """Return the map of where two plans of one problem differ."""
    chosen = [dict(zip(units["unit"], units["selected"], strict=True)) for units in map(units_of, (first, second))]
    classes = difference_classes(*chosen)
    return _drawn(first.study, classes, DIFFERENCE, gettext(N_("Where the two plans differ")), gettext)


def _drawn(study: Study, classes: Mapping[int, str], texts: Mapping[str, str], title: str, gettext: Gettext) -> Drawn:
    pieces = read_pieces(study.folder / "problem")
    made = plan_map(pieces, classes, title) if pieces else Markup("")
    return Drawn(made, legend(texts, classes, gettext))


def side_by_side(first: Version, second: Version) -> list[Line]:
    """Return each feature with what either plan holds of it."""
    other = {row["feature"]: row for row in second.answer["features"]}
    return [
        Line(row["feature"], row["target"], row["achieved"], other[row["feature"]]["achieved"])
        for row in first.answer["features"]
        if row["feature"] in other
    ]
