"""Quality of protected and conserved areas from the user's own assessments: which are assessed, which effective."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from biosetu.areas import Assessment, assessed_table, assessment_columns, finding
from biosetu.engine.cells import read_cells
from biosetu.jobs.areas_layers import Request, cleaned, read
from biosetu.problems import DataError, Problem
from biosetu.progress import Progress, silent
from biosetu.translation import N_, say

EARLIEST, LATEST = 1900, 2100


@dataclass(frozen=True, slots=True)
class Judgement:
    """How assessments are read. effective_from: least score (0–1) of an effective site, None: scores are not judged;
    score_max: the score that means 1; since: assessments from this year on count."""

    effective_from: float | None = None
    score_max: float = 1.0
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Quality:
    """table: `areas.assessed_table` of each area and realm; unmatched: assessments of sites that are not measured."""

    table: pa.Table
    notes: tuple[str, ...]
    assessments: int
    unmatched: int


def measure_quality(
    request: Request, assessments: Path, judgement: Judgement, *, progress: Progress = silent
) -> Quality:
    """Return which share of sites and area is assessed and found effective, by group and method.

    assessments: the GD-PAME's table or a Party's own (columns of `assessment_columns.csv`). Raises DataError for a
    table that cannot be read that way.
    """
    items = read_assessments(assessments, judgement)
    layers = read(request)
    sites, _ = cleaned(layers.sites, request, replace(request.options, copies=True))
    tables = []
    for number, zone in enumerate(layers.zones):
        progress(number, len(layers.zones), f"{zone.area} {zone.realm}")
        tables.append(assessed_table(sites, zone, items))
    measured = set(sites.site)
    unmatched = sum(item.site not in measured for item in items)
    notes = [*layers.notes, N_("Coverage says what is designated, not what is effectively conserved.")]
    if judgement.effective_from is None:
        notes.append(N_("Scores are not judged: no least score of an effective site was set, and none is agreed."))
    if unmatched:
        notes.append(N_("Some assessments are of sites that are not measured here; they are left out."))
    return Quality(pa.concat_tables(tables), tuple(notes), len(items), unmatched)


def read_assessments(path: Path, judgement: Judgement) -> list[Assessment]:
    """Read assessments from a CSV or workbook. Raises DataError with every row that cannot be read."""
    table = read_cells(path)
    columns = {field: next((n for n in names if n in table.column_names), "") for field, names in assessment_columns()}
    missing = [field for field in ("site", "kind", "year") if not columns[field]]
    if missing:
        remedy = say(
            "Name them in row 1, such as {missing}",
            missing=", ".join(dict(assessment_columns())[field][0] for field in missing),
        )
        raise DataError(
            Problem(say("lacks the columns {missing}", missing=", ".join(missing)), remedy, "columns", path.name)
        )
    problems: list[Problem] = []
    items = []
    for number, row in enumerate(table.to_pylist(), start=2):
        told = {field: str(row[name] or "").strip() if name else "" for field, name in columns.items()}
        found = list(_row_problems(told, columns, judgement, path.name, number))
        problems += found
        if not found and any(told.values()):
            score = float(told["score"]) / judgement.score_max if told["score"] else None
            effective = finding(score, told["result"], judgement.effective_from)
            items.append(Assessment(_plain(told["site"]), told["kind"], _year(told["year"]) or 0, effective))
    if problems:
        raise DataError(problems)
    return [item for item in items if judgement.since is None or item.year >= judgement.since]


def _row_problems(
    told: Mapping[str, str], columns: Mapping[str, str], judgement: Judgement, file: str, number: int
) -> Iterator[Problem]:
    if not any(told.values()):
        return
    if not told["site"]:
        yield Problem("names no site", "Give the site's number.", "site", file, number, columns["site"])
    if not told["kind"]:
        yield Problem("names no method", "Such as METT.", "kind", file, number, columns["kind"])
    if _year(told["year"]) is None:
        remedy = "Give the year of the assessment, or 0 where it is unknown."
        yield Problem("is no year", remedy, "year", file, number, columns["year"], told["year"])
    try:
        score = float(told["score"] or 0) / judgement.score_max
    except ValueError:
        yield Problem("is no number", "Give a number.", "score", file, number, columns["score"], told["score"])
        return
    if not 0 <= score <= 1:
        remedy = say(
            "Scores go from 0 to {score_max:g}; say with --score-max what the best score is.",
            score_max=judgement.score_max,
        )
        yield Problem("lies outside the scale", remedy, "score", file, number, columns["score"], told["score"])


def _year(text: str) -> int | None:
    try:
        year = int(float(text or 0))
    except ValueError:
        return None
    return year if year == 0 or EARLIEST < year < LATEST else None


def _plain(site: str) -> str:
    """Return a site's number without the decimals that some formats add (555.0)."""
    return site.removesuffix(".0")
