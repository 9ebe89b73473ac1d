"""What the ecosystem jobs are told, and what they hand back: options, dates, class tables, samples."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from math import nan
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyproj import CRS

from biosetu.ecosystems.typology import functional_groups
from biosetu.engine.cells import numbered_rows, read_cells
from biosetu.engine.tables import read_parquet
from biosetu.geo.occupancy_grid import OccupancyGrid
from biosetu.problems import DataError, Problem, Severity, UsageError
from biosetu.translation import N_, say

NAMED = 5  # at most so many names in a warning
WHOLE = re.compile(r"([0-9]+)\.0*")


@dataclass(frozen=True)
class MeasureOptions:
    """What a user may choose when maps are measured; see `biosetu ecosystems measure --help`."""

    dates: tuple[float, ...] = ()
    classes: Path | None = None
    band: int | None = None
    nodata: tuple[int, ...] = ()
    align: bool = False
    fractional: float | None = None
    by: Path | None = None
    by_field: str | None = None
    samples: Path | None = None
    grid: str = "wcea"
    diagonal: bool = True
    resume: bool | None = None
    workers: int | None = None
    scheduler: str | None = None
    field: str | None = None


@dataclass(frozen=True)
class MeasuredMap:
    """The measures, the transitions between consecutive dates, and what the user should know."""

    measures: pa.Table
    transitions: pa.Table | None
    warnings: tuple[Problem, ...]


def options_from(chosen: Mapping[str, Any]) -> MeasureOptions:
    """Return the options from a door's names: those of `biosetu ecosystems measure`, `four` for side-only patches."""
    values = {**chosen, "diagonal": not chosen.get("four")}
    known = {field.name for field in fields(MeasureOptions)}
    return MeasureOptions(**{name: value for name, value in values.items() if name in known})


OF_RASTERS = ("band", "nodata", "align", "fractional", "diagonal", "resume", "scheduler")
OF_POLYGONS = ("field",)


def refuse_unused(options: MeasureOptions, *, polygons: bool) -> None:
    """Raise `UsageError` for options that would change nothing: of the other kind of map, or of zones without zones."""
    other, kind = (OF_RASTERS, "rasters") if polygons else (OF_POLYGONS, "polygons")
    plain = MeasureOptions()
    given = [name for name in other if getattr(options, name) != getattr(plain, name)]
    if given:
        names = ", ".join("--four" if name == "diagonal" else f"--{name}" for name in given)
        raise UsageError(say("{names}: only {kind} have that.", names=names, kind=kind))
    if options.by_field is not None and options.by is None:
        raise UsageError("--by-field names the polygons of --by: give that too.")


def occupancy_grid(name: str, own: CRS) -> OccupancyGrid:
    """Return the occupancy grid that a user names: `wcea`, `map` (the map's own CRS), or a projected CRS in metres."""
    if name == "wcea":
        return OccupancyGrid()
    grid = OccupancyGrid(crs=own.to_wkt() if name == "map" else name)
    try:
        metres = grid.in_metres
    except ValueError as error:
        raise UsageError(
            say("There is no grid '{name}'. Use wcea, map, or a projected CRS such as EPSG:6933.", name=name)
        ) from error
    if not metres:
        raise UsageError(say("The grid '{name}' is not in metres. Use wcea or a projected CRS in metres.", name=name))
    return grid


def map_dates(paths: Sequence[Path], dates: Sequence[float]) -> tuple[float, ...]:
    """Return the date of each map: as given, else the one year (1700 to 2199) that its file name holds.

    A single map may have none (NaN).

    Raises:
        UsageError: too few or too many dates, none in a name, or not rising.
    """
    found = list(dates)
    if not found:
        for path in paths:
            years = set(re.findall(r"(?<!\d)(1[789]\d\d|2[01]\d\d)(?!\d)", Path(path).stem))
            if len(years) == 1:
                found.append(float(years.pop()))
            elif len(paths) == 1:
                found.append(nan)
            else:
                raise UsageError(
                    say(
                        "Which year is {name}? Say it with --dates, for instance --dates 2000,2020.",
                        name=Path(path).name,
                    )
                )
    if len(found) != len(paths):
        raise UsageError(
            say(
                "There are {maps} maps and {dates} dates. Give one date for each map.",
                maps=len(paths),
                dates=len(found),
            )
        )
    if any(later <= earlier for earlier, later in pairwise(found)):
        raise UsageError("Give the maps in the order of their dates, each later than the one before.")
    return tuple(found)


def read_table(path: Path) -> pa.Table:
    """Read what these commands write or a person fills in, every cell as text: as `read_cells`, and Parquet.

    Raises:
        DataError: a file that cannot be read.
    """
    if path.suffix.lower() != ".parquet":
        return read_cells(path)
    table = read_parquet(path)
    columns = [["" if value is None else str(value) for value in column.to_pylist()] for column in table.columns]
    return pa.table([pa.array(column, pa.string()) for column in columns], names=table.column_names)


@dataclass(frozen=True)
class ClassTable:
    """What is known of the classes of a map: names, and national types and functional groups where they are mapped."""

    names: dict[str, str]
    national_types: dict[str, str]
    functional_groups: dict[str, str]
    file: str = ""

    def warnings(self, dates: Sequence[tuple[float, pa.Table]]) -> list[Problem]:
        """Return what to know of the table beside the measures of maps: classes it lacks, names of several classes."""
        if not self.file:
            return []
        measured = {str(code) for _, measures in dates for code in measures["code"].unique().to_pylist()}
        lacking = sorted(measured - self.names.keys(), key=lambda code: (len(code), code))
        codes = {name: [code for code in self.names if self.names[code] == name] for name in self.names.values()}
        shared = [f"{name}: {', '.join(own)}" for name, own in codes.items() if len(own) > 1]
        told = []
        if lacking:
            message = say(
                "has no name for classes of the map: {count} ({names})", count=len(lacking), names=_some(lacking)
            )
            told.append(self._warning(message, N_("They are called by their codes, and belong to no type."), "code"))
        if shared:
            message = say("has one name for several classes: {names}", names=_some(shared, "; "))
            told.append(self._warning(message, N_("They stay apart. Where they are one, give them one code."), "name"))
        return told

    def _warning(self, message: str, remedy: str, column: str) -> Problem:
        return Problem(message, remedy, "classes", self.file, column=column, severity=Severity.WARNING)

    @property
    def about(self) -> dict[str, dict[str, str]]:
        """What is said of classes besides their names, by column; columns without any text are left out."""
        columns = {"national_type": self.national_types, "functional_group": self.functional_groups}
        return {name: values for name, values in columns.items() if values}


def _some(names: Sequence[str], separator: str = ", ") -> str:
    return separator.join([*names[:NAMED], *(["…"] if len(names) > NAMED else [])])


def read_classes(path: Path | None) -> ClassTable:
    """Read a class table with the columns code and name, and national_type and functional_group where there are any.

    Raises:
        DataError: a missing column, a code that stands twice, a functional group that the typology does not have.
    """
    if path is None:
        return ClassTable({}, {}, {})
    table = read_cells(path)
    if not {"code", "name"} <= set(table.column_names):
        raise DataError(Problem("lacks the columns code and name", "Name them in row 1.", "columns", file=path.name))
    rows = [(number, {**row, "code": _whole(row["code"])}) for number, row in numbered_rows(table)]
    problems, seen = [], set[str]()
    for number, row in rows:
        group = row.get("functional_group", "")
        if row["code"] in seen:
            problems.append(Problem("stands twice", "Keep one.", "code", path.name, number, "code", row["code"]))
        if group and group not in functional_groups():
            remedy = "Use a code of the Global Ecosystem Typology, level 3, such as T1.1."
            message = "is no functional group"
            problems.append(Problem(message, remedy, "group", path.name, number, "functional_group", group))
        seen.add(row["code"])
    if problems:
        raise DataError(problems)
    said = [
        {row["code"]: row[name] for _, row in rows if row.get(name)}
        for name in ("name", "national_type", "functional_group")
    ]
    names, types, groups = said
    return ClassTable(names, types, groups, path.name)


def _whole(code: str) -> str:
    """Return a code without the point that programs write behind whole numbers."""
    found = WHOLE.fullmatch(code)
    return found[1] if found else code
