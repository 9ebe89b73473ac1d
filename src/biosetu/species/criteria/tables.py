"""The dated tables of the criteria: thresholds, parameters, steps of the regional guidelines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from biosetu.species.tables import rows

LEVELS = ("CR", "EN", "VU")


@dataclass(frozen=True, slots=True)
class Threshold:
    """One limit: `parameter operator value`, at a level of a criterion.

    For near misses `near_factor` widens it together with all others, `alone_factor` where all else is met as it is.
    """

    criterion: str
    level: str
    parameter: str
    operator: str
    value: float
    unit: str
    near_factor: float
    alone_factor: float
    valid_from: str
    reference: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One column of an assessment: what it is, its range, and which end is worse for the taxon."""

    parameter: str
    kind: str
    worse: str
    unit: str
    minimum: float
    maximum: float
    criterion: str
    explanation: str
    example: str


@cache
def thresholds() -> tuple[Threshold, ...]:
    """Return all thresholds of `data/criteria_thresholds.csv`."""
    return tuple(
        Threshold(
            criterion=row["criterion"],
            level=row["level"],
            parameter=row["parameter"],
            operator=row["operator"],
            value=float(row["value"]),
            unit=row["unit"],
            near_factor=float(row["near_factor"]),
            alone_factor=float(row["alone_factor"]),
            valid_from=row["valid_from"],
            reference=row["reference"],
        )
        for row in rows("criteria_thresholds.csv")
    )


@cache
def threshold(criterion: str, level: str, parameter: str = "") -> Threshold | None:
    """Return the threshold of a criterion at a level, None where there is none."""
    found = (t for t in thresholds() if t.criterion == criterion and t.level == level)
    return next((t for t in found if parameter in ("", t.parameter)), None)


@cache
def parameters() -> dict[str, Parameter]:
    """Return the parameters of `data/assessment_parameters.csv`, by name, in the order of the template."""
    return {
        row["parameter"]: Parameter(
            parameter=row["parameter"],
            kind=row["kind"],
            worse=row["worse"],
            unit=row["unit"],
            minimum=float(row["minimum"] or "-inf"),
            maximum=float(row["maximum"] or "inf"),
            criterion=row["criterion"],
            explanation=row["explanation"],
            example=row["example"],
        )
        for row in rows("assessment_parameters.csv")
    }
