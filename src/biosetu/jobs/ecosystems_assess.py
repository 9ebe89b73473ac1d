"""Assess ecosystems from a filled template or from measures; the index from a history of categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from biosetu.ecosystems.assessment import TEMPLATE, Assessed, assess, assessment_table, template_rows
from biosetu.ecosystems.redlist_index import IndexOptions, categories_by_group, index_table, read_history
from biosetu.ecosystems.rle_layout import rle_table
from biosetu.ecosystems.thresholds import DEFAULT_VERSION
from biosetu.ecosystems.typology import functional_groups
from biosetu.engine.cells import read_cells
from biosetu.problems import DataError, Problem

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
