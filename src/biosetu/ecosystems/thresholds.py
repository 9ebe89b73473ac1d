"""The thresholds of the Red List of Ecosystems by version of its guidelines, and the order of its categories."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from biosetu.problems import UsageError
from biosetu.translation import say

ORDER = ("NE", "DD", "LC", "NT", "VU", "EN", "CR", "CO")
THREATENED = ("VU", "EN", "CR")
FROM_WORST = ("CR", "EN", "VU")
DEFAULT_VERSION = "2.0"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One limit: category `category` under `criterion` when `measure` is `comparison` `limit`.

    For C and D the limit is the severity, `extent_percent` the share of the ecosystem that must suffer it.
    """

    criterion: str
    category: str
    measure: str
    comparison: str
    limit: float
    extent_percent: float | None
    reference: str


@dataclass(frozen=True, slots=True)
class Guidelines:
    """One version: its thresholds, which reading of the 1 % rule it takes, how near to a limit is a near miss.

    `criteria_version` is that of the Categories and Criteria, which are numbered apart from their guidelines.
    """

    version: str
    valid_from: str
    criteria_version: str
    cell_reading: str
    near_percent: float
    reference: str
    thresholds: tuple[Threshold, ...]

    def of(self, criterion: str, measure: str | None = None) -> tuple[Threshold, ...]:
        """Return the thresholds of a sub-criterion, of one measure where named."""
        return tuple(t for t in self.thresholds if t.criterion == criterion and measure in (None, t.measure))


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("biosetu.ecosystems") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def guidelines_by_version() -> Mapping[str, Guidelines]:
    """Return every version of the guidelines that is known, by its number."""
    limits = [
        (
            row["version"],
            Threshold(
                row["criterion"],
                row["category"],
                row["measure"],
                row["comparison"],
                float(row["limit"]),
                float(row["extent_percent"]) if row["extent_percent"] else None,
                row["reference"],
            ),
        )
        for row in _rows("thresholds")
    ]
    versions = (
        Guidelines(
            row["version"],
            row["valid_from"],
            row["criteria_version"],
            row["cell_reading"],
            float(row["near_percent"]),
            row["reference"],
            tuple(threshold for version, threshold in limits if version == row["version"]),
        )
        for row in _rows("guidelines")
    )
    return MappingProxyType({each.version: each for each in versions})


def guidelines(version: str = DEFAULT_VERSION) -> Guidelines:
    """Return one version of the guidelines; raise `UsageError` naming the known ones."""
    found = guidelines_by_version().get(version)
    if found is None:
        raise UsageError(
            say(
                "There are no guidelines '{version}'. Use one of {guidelines_by_version}.",
                version=version,
                guidelines_by_version=", ".join(guidelines_by_version()),
            )
        )
    return found


def worst(categories: tuple[str, ...]) -> str:
    """Return the highest category by ORDER; NE where there is none."""
    return max(categories, key=ORDER.index, default="NE")
