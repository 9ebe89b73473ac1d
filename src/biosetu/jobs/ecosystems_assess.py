"""Assess ecosystems from a filled template or from measures; the index from a history of categories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from biosetu.ecosystems.assessment import TEMPLATE, Assessed, assess, assessment_table, template_rows
from biosetu.ecosystems.collapse import Collapse, CollapseRisk, collapse_risks, risks_table
from biosetu.ecosystems.extent import extent_by_group
from biosetu.ecosystems.pictures import Picture, read_pictures
from biosetu.ecosystems.redlist_index import (
    PLACES,
    IndexOptions,
    categories_by_group,
    history_warnings,
    index_table,
    read_history,
    told_apart,
)
from biosetu.ecosystems.rle_layout import rle_table
from biosetu.ecosystems.thresholds import DEFAULT_VERSION
from biosetu.ecosystems.typology import FunctionalGroup, functional_groups, suggest_groups, understood
from biosetu.engine.zones import is_vector
from biosetu.jobs.dossier import FORMATS, write_document
from biosetu.jobs.ecosystems_inputs import MeasureOptions, read_classes, read_table
from biosetu.jobs.ecosystems_pictures import map_pictures
from biosetu.problems import DataError, Problem, UsageError
from biosetu.reports.assessments import assessment_document
from biosetu.translation import N_, Voice, say

MEASURED = {"class", "date", "area_km2"}
LEVELS: Mapping[str, Callable[[FunctionalGroup], str]] = {
    "biome": lambda group: f"{group.biome_code} {group.biome}",
    "realm": lambda group: group.realm,
}


def assess_file(
    path: Path,
    version: str = DEFAULT_VERSION,
    reading: str | None = None,
    *,
    past: bool = False,
    runs: Mapping[str, CollapseRisk] | None = None,
    degraded: Sequence[Path] = (),
) -> list[Assessed]:
    """Assess the ecosystems in a file: a filled template, or the measures of a map.

    Args:
        path: the file.
        version: guidelines.
        reading: of the 1 % rule; without it that of the guidelines.
        past: measures alone: whether A1 may be extrapolated.
        runs: probabilities of collapse by ecosystem, for criterion E; they take the place of the file's own.
        degraded: findings of `ecosystems severity`, for criteria C and D; they take the place of the file's own.

    Raises:
        DataError: everything in the files that cannot be read; what is found of ecosystems that the file does not have.
    """
    rows = _template(path, past)
    if runs is not None:
        rows = _with_cells(rows, {name: risk.cells() for name, risk in runs.items()}, path.name)
    for findings in degraded:
        rows = _with_cells(rows, _degradation_cells(findings), path.name)
    return assess(rows, version, reading, path.name)


def _with_cells(rows: list[dict[str, str]], found: Mapping[str, Mapping[str, str]], file: str) -> list[dict[str, str]]:
    if unknown := sorted(set(found) - {row["ecosystem"] for row in rows}):
        remedy = "Name ecosystems there as in the column ecosystem."
        raise DataError([Problem("has no such ecosystem", remedy, "ecosystem", file, value=name) for name in unknown])
    stands = Counter(row["ecosystem"] for row in rows)
    if several := [name for name in found if stands[name] > 1]:
        remedy = "Assess each area from a file of its own, with the findings of that area."
        message = "has this ecosystem in several rows, and the findings do not say of which"
        raise DataError([Problem(message, remedy, "areas", file, value=name) for name in several])
    return [{**row, **found.get(row["ecosystem"], {})} for row in rows]


def _degradation_cells(path: Path) -> dict[str, dict[str, str]]:
    """Return the cells of C and D by ecosystem from findings of `ecosystems severity`."""
    table = read_table(path)
    wanted = [
        name
        for name in table.column_names
        if name in TEMPLATE and name.endswith(("severity_percent", "extent_percent"))
    ]
    if "ecosystem" not in table.column_names or not wanted:
        remedy = "Give what biosetu ecosystems severity --findings FILE wrote."
        raise DataError(Problem("holds no findings of C or D", remedy, "columns", path.name))
    return {row["ecosystem"]: {name: row[name] for name in wanted} for row in table.to_pylist()}


def collapse_runs(path: Path, rule: Collapse) -> dict[str, CollapseRisk]:
    """Return the probability of collapse of each ecosystem from a table of model runs, for criterion E.

    Args:
        path: columns ecosystem, run, year, and collapsed (yes or no), or value where the rule has a threshold.
        rule: what collapse means, and from which year on.

    Raises:
        DataError: everything in the table that cannot be read.
    """
    table = read_table(path)
    return collapse_risks(table.to_pylist(), rule, path.name)


def collapse_file(path: Path, rule: Collapse) -> pa.Table:
    """Return the probability of collapse as a table: ecosystem, years, runs, collapsed, percent, low, high."""
    return risks_table(collapse_runs(path, rule))


def pictures_for(maps: Sequence[Path], dates: Sequence[float] = (), field: str | None = None) -> list[Picture]:
    """Return small pictures of the maps that a document shows; none without maps."""
    if not maps:
        return []
    if field is not None and not any(map(is_vector, maps)):
        raise UsageError("--field: give a map of polygons; a raster has no fields.")
    return read_pictures(map_pictures(maps, MeasureOptions(dates=tuple(dates), field=field)))


def template_table(path: Path, *, past: bool = False) -> pa.Table:
    """Return the template with what the measures of a map tell filled in, for a person to complete."""
    rows = _template(path, past)
    return pa.table({name: pa.array([row.get(name, "") for row in rows], pa.string()) for name in TEMPLATE})


def _template(path: Path, past: bool) -> list[dict[str, str]]:
    table = read_table(path)
    names = set(table.column_names)
    rows: list[dict[str, str]] = table.to_pylist()
    if names >= MEASURED:
        return template_rows(rows, past)
    if "ecosystem" not in names:
        remedy = "Give the measures of a map, or the template: biosetu ecosystems assess MEASURES --template FILE."
        raise DataError(Problem("has neither measures nor ecosystems", remedy, "columns", file=path.name))
    if unknown := sorted(names - set(TEMPLATE)):
        remedy = "Remove or rename them; the template's columns are named in the documentation."
        message = say("has columns that are not understood: {unknown}", unknown=", ".join(unknown))
        raise DataError(Problem(message, remedy, "columns", file=path.name))
    return rows


def results(found: Sequence[Assessed]) -> pa.Table:
    """Return the outcome, one row per ecosystem."""
    return assessment_table(found)


def rle_export(found: Sequence[Assessed]) -> pa.Table:
    """Return the assessments in the layout of the Red List of Ecosystems' database."""
    return rle_table(found)


def write_report(found: Sequence[Assessed], path: Path, language: str = "en", pictures: Sequence[Picture] = ()) -> Path:
    """Write the assessments as a document: .html, .docx, .pdf or .json by suffix; return the path.

    `pictures` are those of the maps whose classes are the ecosystems, by date.

    Raises:
        UsageError: another suffix.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise UsageError(
            say(
                "There is no report as '{suffix}'. Use one of .{formats}.",
                suffix=path.suffix,
                formats=", .".join(FORMATS),
            )
        )
    document = assessment_document(found, Voice(language), datetime.now(UTC).date(), pictures=pictures)
    return write_document(document, kind, path)


@dataclass(frozen=True, slots=True)
class IndexRequest:
    """What of a history the index is taken of.

    by: a column of the history; `functional_group` also adds the typology's names, and `biome` and `realm` follow from
    it where the history has no such column. The first group, with an empty name, is all ecosystems.
    categories: the columns with the category, such as those of the criteria; several give a column `criterion`.
    apart: columns that tell ecosystems of the same name apart, besides area and country.
    options: of the limits.
    """

    by: str | None = None
    categories: Sequence[str] = ("category",)
    apart: Sequence[str] = ()
    options: IndexOptions | None = None


@dataclass(frozen=True, slots=True)
class IndexResult:
    """The index by group and year, ecosystems by group and category in the last year, and what to know of both."""

    table: pa.Table
    counts: pa.Table
    warnings: Sequence[Problem]


def index_file(path: Path, request: IndexRequest | None = None) -> IndexResult:
    """Return the index of a history: ecosystem, year, category; optionally genuine, and columns to group by.

    Raises:
        DataError: missing columns; everything in the history that cannot be read.
    """
    asked = request or IndexRequest()
    table = _with_typology(read_table(path), asked.by)
    needed = {"ecosystem", "year", *asked.categories, *asked.apart, *([asked.by] if asked.by is not None else [])}
    if missing := sorted(needed - set(table.column_names)):
        remedy = "Name the columns in row 1."
        raise DataError(Problem(say("lacks {missing}", missing=", ".join(missing)), remedy, "columns", file=path.name))
    rows, places = table.to_pylist(), (*PLACES, *asked.apart)
    groups = _groups(rows, asked.by, places)
    histories = {name: read_history(rows, path.name, name, places) for name in asked.categories}
    found = []
    for name, history in histories.items():
        pair = (index_table(history, groups, asked.options), categories_by_group(history, groups))
        found.append([_under(name, each) for each in pair] if len(histories) > 1 else pair)
    whole, counts = (pa.concat_tables(tables) for tables in zip(*found, strict=True))
    return IndexResult(whole, counts, history_warnings(histories, path.name))


def _under(criterion: str, table: pa.Table) -> pa.Table:
    """Return a table whose last column names the criterion; the overall category has none."""
    name = "" if criterion == "category" else criterion
    return table.append_column("criterion", pa.array([name] * table.num_rows, pa.string()))


def _with_typology(table: pa.Table, by: str | None) -> pa.Table:
    """Return the history with the biome or the realm of its functional groups, where that is asked for and missing."""
    if by is None or by not in LEVELS or by in table.column_names or "functional_group" not in table.column_names:
        return table
    known = functional_groups()
    found = [known.get(code) for code in table["functional_group"].to_pylist()]
    return table.append_column(by, pa.array([LEVELS[by](group) if group else "" for group in found], pa.string()))


def _groups(rows: Sequence[Mapping[str, str]], by: str | None, places: Sequence[str]) -> dict[str, list[str]]:
    """Return the ecosystems of each group; under an empty name all of them, those without a group too."""
    everything = list(dict.fromkeys(told_apart(row, places) for row in rows))
    groups = {"": everything}
    if by is None:
        return groups
    latest = {told_apart(row, places): row[by] for row in sorted(rows, key=lambda row: row["year"])}
    for ecosystem, value in ((each, name) for each, name in latest.items() if name):
        known = functional_groups().get(value) if by == "functional_group" else None
        groups.setdefault(f"{known.code} {known.name}" if known else value, []).append(ecosystem)
    return {name: groups[name] for name in ("", *sorted(name for name in groups if name))}


def extent_file(path: Path, classes: Path | None = None, decimals: int = 2) -> pa.Table:
    """Return area and share by functional group (A.2) from the measures of a map.

    Raises:
        DataError: neither the measures nor a class table name functional groups.
    """
    table = read_table(path)
    groups = read_classes(classes).functional_groups if classes else None
    if missing := MEASURED - set(table.column_names):
        remedy = "Give the result of biosetu ecosystems measure."
        raise DataError(
            Problem(say("lacks {missing}", missing=", ".join(sorted(missing))), remedy, "columns", file=path.name)
        )
    if groups is None and "functional_group" not in table.column_names:
        remedy = "Measure with --classes, or give the class table here; it needs the column functional_group."
        raise DataError(Problem("names no functional groups", remedy, "columns", file=path.name))
    rows = table.to_pylist()
    if any(not row["date"] for row in rows):
        raise DataError(Problem("has areas without date", "Measure with --dates.", "date", file=path.name))
    return extent_by_group(rows, groups, decimals)


def suggestions_file(path: Path) -> pa.Table:
    """Return suggested functional groups for each class of a class table, best first, with score and reason.

    A class of which no word can be read has one row without a group that says so.
    """
    names_of = read_classes(path).names
    unread = N_("no word of this name is known here")
    rows: list[dict[str, object]] = [
        {"code": code, "name": name, "rank": None, "functional_group": "", "score": None, "reason": unread}
        for code, name in names_of.items()
        if not understood(name)
    ]
    rows += [
        {
            "code": code,
            "name": name,
            "rank": rank,
            "functional_group": each.code,
            "score": each.score,
            "reason": each.reason,
        }
        for code, name in names_of.items()
        for rank, each in enumerate(suggest_groups(name), start=1)
    ]
    names = ("code", "name", "rank", "functional_group", "score", "reason")
    kinds = (pa.string(), pa.string(), pa.int32(), pa.string(), pa.float64(), pa.string())
    return pa.Table.from_pylist(rows, schema=pa.schema(list(zip(names, kinds, strict=True))))
