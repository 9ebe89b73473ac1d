"""Assess ecosystems from a filled template or from measures; the index from a history of categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from biosetu.ecosystems.assessment import TEMPLATE, Assessed, assess, assessment_table, template_rows
from biosetu.ecosystems.extent import extent_by_group
from biosetu.ecosystems.intervals import Interval, parse_interval
from biosetu.ecosystems.redlist_index import IndexOptions, categories_by_group, index_table, read_history
from biosetu.ecosystems.rle_layout import rle_table
from biosetu.ecosystems.severity import extent_at, severity_interval
from biosetu.ecosystems.thresholds import DEFAULT_VERSION
from biosetu.ecosystems.typology import functional_groups, suggest_groups
from biosetu.engine.cells import read_cells
from biosetu.jobs.dossier import FORMATS, write_document
from biosetu.jobs.ecosystems_inputs import read_classes
from biosetu.problems import DataError, Problem, UsageError
from biosetu.reports.assessments import assessment_document
from biosetu.translation import Voice

MEASURED = {"class", "date", "area_km2"}


def assess_file(
    path: Path, version: str = DEFAULT_VERSION, reading: str | None = None, *, past: bool = False
) -> list[Assessed]:
    """Assess the ecosystems in a file: a filled template, or the measures of a map.

    Raises:
        DataError: everything in the file that cannot be read.
    """
    return assess(_template(path, past), version, reading, path.name)


def template_table(path: Path, *, past: bool = False) -> pa.Table:
    """Return the template with what the measures of a map tell filled in, for a person to complete."""
    rows = _template(path, past)
    return pa.table({name: pa.array([row.get(name, "") for row in rows], pa.string()) for name in TEMPLATE})


def _template(path: Path, past: bool) -> list[dict[str, str]]:
    table = read_cells(path)
    names = set(table.column_names)
    rows: list[dict[str, str]] = table.to_pylist()
    if names >= MEASURED:
        return template_rows(rows, past)
    if "ecosystem" not in names:
        remedy = "Give the measures of a map, or the template: biosetu ecosystems assess MEASURES --template FILE."
        raise DataError(Problem("has neither measures nor ecosystems", remedy, "columns", file=path.name))
    if unknown := sorted(names - set(TEMPLATE)):
        remedy = "Remove or rename them; the template's columns are named in the documentation."
        message = f"has columns that are not understood: {', '.join(unknown)}"
        raise DataError(Problem(message, remedy, "columns", file=path.name))
    return rows


def results(found: Sequence[Assessed]) -> pa.Table:
    """Return the outcome, one row per ecosystem."""
    return assessment_table(found)


def rle_export(found: Sequence[Assessed]) -> pa.Table:
    """Return the assessments in the layout of the Red List of Ecosystems' database."""
    return rle_table(found)


def write_report(found: Sequence[Assessed], path: Path, language: str = "en") -> Path:
    """Write the assessments as a document: .html, .docx, .pdf or .json by suffix; return the path.

    Raises:
        UsageError: another suffix.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise UsageError(f"There is no report as {path.suffix!r}. Use one of .{', .'.join(FORMATS)}.")
    document = assessment_document(found, Voice(language), datetime.now(UTC).date())
    return write_document(document, kind, path)


def index_file(
    path: Path, by: str | None = None, category: str = "category", options: IndexOptions | None = None
) -> tuple[pa.Table, pa.Table]:
    """Return the index by group and year, and the number of ecosystems by group and category in the last year.

    Args:
        path: history with ecosystem, year, category; optionally genuine, and columns to group by.
        by: a column of the history; `functional_group` also adds the typology's names. The first group, with an empty
            name, is all ecosystems.
        category: the column with the category, such as one criterion's.
        options: of the limits.
    """
    table = read_cells(path)
    needed = {"ecosystem", "year", category, *([by] if by else [])}
    if missing := sorted(needed - set(table.column_names)):
        remedy = "Name the columns in row 1."
        raise DataError(Problem(f"lacks {', '.join(missing)}", remedy, "columns", file=path.name))
    rows = table.to_pylist()
    history = read_history(rows, path.name, category)
    groups = _groups(rows, by)
    return index_table(history, groups, options), categories_by_group(history, groups)


def _groups(rows: Sequence[Mapping[str, str]], by: str | None) -> dict[str, list[str]]:
    everything = list(dict.fromkeys(row["ecosystem"] for row in rows))
    groups = {"": everything}
    if by is None:
        return groups
    latest = {row["ecosystem"]: row[by] for row in sorted(rows, key=lambda row: row["year"])}
    for ecosystem, value in latest.items():
        known = functional_groups().get(value) if by == "functional_group" else None
        groups.setdefault(f"{known.code} {known.name}" if known else value, []).append(ecosystem)
    return {name: groups[name] for name in ("", *sorted(name for name in groups if name))}


def extent_file(path: Path, classes: Path | None = None, decimals: int = 2) -> pa.Table:
    """Return area and share by functional group (A.2) from the measures of a map.

    Raises:
        DataError: neither the measures nor a class table name functional groups.
    """
    table = read_cells(path)
    groups = read_classes(classes).functional_groups if classes else None
    if missing := MEASURED - set(table.column_names):
        remedy = "Give the result of biosetu ecosystems measure."
        raise DataError(Problem(f"lacks {', '.join(sorted(missing))}", remedy, "columns", file=path.name))
    if groups is None and "functional_group" not in table.column_names:
        remedy = "Measure with --classes, or give the class table here; it needs the column functional_group."
        raise DataError(Problem("names no functional groups", remedy, "columns", file=path.name))
    rows = table.to_pylist()
    if any(not row["date"] for row in rows):
        raise DataError(Problem("has areas without date", "Measure with --dates.", "date", file=path.name))
    return extent_by_group(rows, groups, decimals)


def severity_file(path: Path, at: Sequence[float]) -> pa.Table:
    """Return relative severity and its extent by ecosystem, from a table of units (plots, pixels, sites).

    Args:
        path: columns ecosystem, area_km2, baseline, present, collapse; a collapse value may carry bounds, 5 (3-7), and
            an empty cell leaves the unit out.
        at: severities at which the extent is wanted [%].

    Returns:
        ecosystem, severity_percent, extent_percent, extent_low_percent, extent_high_percent, units.
    """
    table = read_cells(path)
    needed = ("ecosystem", "area_km2", "baseline", "present", "collapse")
    if missing := [name for name in needed if name not in table.column_names]:
        raise DataError(Problem(f"lacks {', '.join(missing)}", "Name the columns in row 1.", "columns", file=path.name))
    problems: list[Problem] = []
    units: dict[str, list[tuple[float, Interval]]] = {}
    for number, row in enumerate(table.to_pylist(), start=2):
        values = [_interval(row, name, number, path.name, problems) for name in needed[1:]]
        area, start, now, end = values
        if area is not None and start is not None and now is not None and end is not None:
            units.setdefault(row["ecosystem"], []).append((area.best, severity_interval(start, now, end)))
    if problems:
        raise DataError(problems)
    rows = [row for name, own in units.items() for row in _curve(name, own, at)]
    return pa.Table.from_pylist(rows)


def _interval(row: Mapping[str, str], name: str, number: int, file: str, problems: list[Problem]) -> Interval | None:
    try:
        found = parse_interval(row[name])
    except ValueError as error:
        problems.append(Problem("cannot be read", f"{error}.", "value", file, number, name, row[name]))
        return None
    return found if isinstance(found, Interval) else None


def _curve(name: str, units: Sequence[tuple[float, Interval]], at: Sequence[float]) -> list[dict[str, object]]:
    area = [size for size, _ in units]
    best, low, high = (
        extent_at([getattr(severity, side) for _, severity in units], area, at) for side in ("best", "low", "high")
    )
    return [
        {
            "ecosystem": name,
            "severity_percent": severity,
            "extent_percent": float(best[index]),
            "extent_low_percent": float(low[index]),
            "extent_high_percent": float(high[index]),
            "units": len(units),
        }
        for index, severity in enumerate(at)
    ]


def suggestions_file(path: Path) -> pa.Table:
    """Return suggested functional groups for each class of a class table, best first, with score and reason."""
    rows = [
        {
            "code": code,
            "name": name,
            "rank": rank,
            "functional_group": each.code,
            "score": each.score,
            "reason": each.reason,
        }
        for code, name in read_classes(path).names.items()
        for rank, each in enumerate(suggest_groups(name), start=1)
    ]
    names = ("code", "name", "rank", "functional_group", "score", "reason")
    kinds = (pa.string(), pa.string(), pa.int32(), pa.string(), pa.float64(), pa.string())
    return pa.Table.from_pylist(rows, schema=pa.schema(list(zip(names, kinds, strict=True))))
