"""Protected and conserved areas as published, brought to one schema: what each column is called, before and after 2025.

Works on the WDPA and WD-OECM (schemas before and after November 2025), national inventories, any polygons and points.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from biosetu.geo.kinds import Flags, Floats, Integers

UNKNOWN_YEAR = 0


@dataclass(frozen=True, slots=True)
class Sites:
    """Sites in arrays of one length. year: 0 when unknown; oecm: other effective area-based conservation measure;
    reported_km2: not a number when not reported; buffered: a point that was given its reported area."""

    shapes: np.ndarray
    site: tuple[str, ...]
    name: tuple[str, ...]
    designation: tuple[str, ...]
    status: tuple[str, ...]
    iucn_category: tuple[str, ...]
    governance: tuple[str, ...]
    iso3: tuple[str, ...]
    year: Integers
    oecm: Flags
    reported_km2: Floats
    buffered: Flags

    def __len__(self) -> int:
        return int(self.shapes.size)

    def taken(self, index: np.ndarray) -> Sites:
        """Return the sites at these positions, or where a mask is true."""
        where = np.flatnonzero(index) if index.dtype == np.bool_ else index
        values: dict[str, Any] = {}
        for field in self.__dataclass_fields__:
            column = getattr(self, field)
            values[field] = tuple(column[i] for i in where) if isinstance(column, tuple) else column[where]
        return Sites(**values)


@cache
def rows_of(name: str) -> tuple[Mapping[str, str], ...]:
    """Return a table of the room's `data/`."""
    text = (files("biosetu.areas") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def fields_of_sites() -> tuple[str, ...]:
    """Return the fields for which a column of the layer can be named."""
    return tuple(row["field"] for row in rows_of("wdpa_columns"))


def assessment_columns() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the fields of an assessment, each with the column names under which it is found."""
    return tuple((row["field"], tuple(row["names"].split(";"))) for row in rows_of("assessment_columns"))


def read_sites(table: pa.Table, columns: Mapping[str, str] | None = None) -> Sites:
    """Read sites from a layer with `geometry` (WKB). columns: our field -> the layer's own column, where it differs.

    The first name of `wdpa_columns.csv` that the layer has is used; a field that it lacks stays empty.
    """
    shapes = np.asarray(shapely.from_wkb(table.column("geometry").to_numpy(zero_copy_only=False)), dtype=object)
    text = {row["field"]: _texts(table, row, columns or {}) for row in rows_of("wdpa_columns")}
    kinds = text["kind"] or [""] * len(shapes)
    return Sites(
        shapes=shapes,
        site=_full([value.removesuffix(".0") for value in text["site"]], [str(i + 1) for i in range(len(shapes))]),
        name=_full(text["name"], [""] * len(shapes)),
        designation=_full(text["designation"], [""] * len(shapes)),
        status=_full(text["status"], [""] * len(shapes)),
        iucn_category=_full(text["iucn_category"], [""] * len(shapes)),
        governance=_full(text["governance"], [""] * len(shapes)),
        iso3=_full(text["iso3"], [""] * len(shapes)),
        year=np.array([_year(value) for value in text["year"]] or [UNKNOWN_YEAR] * len(shapes), np.int64),
        oecm=np.array([kind.strip().upper() in ("OECM", "0") for kind in kinds], bool),
        reported_km2=np.array([_positive(value) for value in text["reported_km2"]] or [np.nan] * len(shapes)),
        buffered=np.zeros(len(shapes), bool),
    )


def _texts(table: pa.Table, row: Mapping[str, str], columns: Mapping[str, str]) -> list[str]:
    names = [columns[row["field"]]] if row["field"] in columns else row["names"].split(";")
    name = next((name for name in names if name in table.column_names), None)
    if name is None:
        return []
    return ["" if value is None else str(value) for value in table.column(name).to_pylist()]


def _full(values: list[str], otherwise: list[str]) -> tuple[str, ...]:
    return tuple(values or otherwise)


def _year(value: str) -> int:
    try:
        year = int(float(value[:4] if "-" in value[1:] else value))
    except ValueError:
        return UNKNOWN_YEAR
    return year if 1500 < year < 2200 else UNKNOWN_YEAR


def _positive(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        return float("nan")
    return number if number > 0 else float("nan")
