"""What a Party states of itself besides figures: its quantities, its declared progress, what it says is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from biosetu.observations.packaged import packaged_rows


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity that a Party has set itself, to be seen in one indicator.

    `direction`: `at least` or `at most`. `baseline_value` and `baseline_year` are the Party's own starting point, or
    None. `targets` are the goals and targets it belongs to; `source` is the document and page.
    """

    party: str
    id: str
    title: str
    targets: tuple[str, ...]
    indicator: str
    series: str
    disaggregation: str
    value: float
    unit: str
    direction: str
    deadline: int
    baseline_value: float | None
    baseline_year: int | None
    source: str


@dataclass(frozen=True, slots=True)
class DeclaredProgress:
    """The level of progress that a Party declares for a target; `level` is a key of `progress_levels`."""

    party: str
    target: str
    level: str
    year: int
    source: str


@dataclass(frozen=True, slots=True)
class DeclaredGap:
    """What a Party says is missing, in its own words; `closes` is what it asks for, if it says so."""

    party: str
    id: str
    target: str
    text: str
    closes: str
    year: int
    source: str


@dataclass(frozen=True, slots=True)
class OwnStatements:
    """All that a Party states of itself besides figures."""

    quantities: tuple[Quantity, ...] = ()
    progress: tuple[DeclaredProgress, ...] = ()
    missing: tuple[DeclaredGap, ...] = ()


NOTHING = OwnStatements()


@dataclass(frozen=True, slots=True)
class ProgressLevel:
    """A level of progress of the seventh national report: `behind` where the Party says that it is not enough."""

    key: str
    label_en: str
    label_ar: str
    identifier: str
    behind: bool

    def label(self, language: str) -> str:
        """Return the label of the reporting tool, in Arabic in our own rendering."""
        return self.label_ar if language == "ar" else self.label_en


@cache
def progress_levels() -> Mapping[str, ProgressLevel]:
    """Return the six levels of progress by key."""
    return MappingProxyType(
        {
            row["key"]: ProgressLevel(
                row["key"], row["label_en"], row["label_ar"], row["identifier"], row["behind"] == "yes"
            )
            for row in packaged_rows("biosetu.observations", "progress_levels")
        }
    )


def own_statements(
    quantities: list[dict[str, str]], progress: list[dict[str, str]], missing: list[dict[str, str]]
) -> OwnStatements:
    """Return statements from rows of texts, as tables hold them (lists separated by `;`, empty cell = not given)."""
    return OwnStatements(
        quantities=tuple(_quantity(row) for row in quantities),
        progress=tuple(
            DeclaredProgress(row["party"], row["target"], row["level"], int(row["year"]), row["source"])
            for row in progress
        ),
        missing=tuple(
            DeclaredGap(
                row["party"], row["id"], row["target"], row["text"], row["closes"], int(row["year"]), row["source"]
            )
            for row in missing
        ),
    )


def _quantity(row: Mapping[str, str]) -> Quantity:
    texts = ("party", "id", "title", "indicator", "series", "disaggregation", "unit", "direction", "source")
    return Quantity(
        **{name: row[name] for name in texts},
        targets=tuple(row["targets"].split(";")),
        value=float(row["value"]),
        deadline=int(row["deadline"]),
        baseline_value=float(row["baseline_value"]) if row["baseline_value"] else None,
        baseline_year=int(row["baseline_year"]) if row["baseline_year"] else None,
    )
