"""The table that is handed out: names and dates put in, sampled corrections and change added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from itertools import pairwise

import numpy as np
import pyarrow as pa

from biosetu.ecosystems.accuracy import adjusted_areas
from biosetu.ecosystems.change import Change, change, puyravaud_percent_per_year, trend

FIRST = ("class", "name", "date", "zone")
CONTRACT = (
    "area_km2",
    "eoo_km2",
    *(f"{name}{suffix}" for suffix in ("", "_small", "_cumulative") for name in ("aoo_cells", "aoo_cells_min")),
)
ADJUSTED = ("area_adjusted_km2", "area_adjusted_low_km2", "area_adjusted_high_km2")
CHANGES = (
    "years",
    "change_km2",
    "change_percent",
    "linear_km2_per_year",
    "linear_percent_per_year",
    "geometric_percent_per_year",
    "puyravaud_percent_per_year",
    "decline_50y_percent",
    "decline_50y_low_percent",
    "decline_50y_high_percent",
)
TRENDS = (
    "trend_percent_per_year",
    "trend_low_percent_per_year",
    "trend_high_percent_per_year",
    "trend_decline_50y_percent",
    "trend_decline_50y_low_percent",
    "trend_decline_50y_high_percent",
)
CHANGE_FIELDS = tuple(field.name for field in fields(Change))
Sample = Mapping[tuple[str, str], int]
Row = dict[str, object]


def measures_table(
    dates: Sequence[tuple[float, pa.Table]],
    names: Mapping[str, str],
    zones: Sequence[str],
    samples: Sequence[Sample] = (),
    about: Mapping[str, Mapping[str, str]] | None = None,
) -> pa.Table:
    """Return the measures of a map: one row per zone, class and date, change against the date before.

    A class that is missing at a date has area 0 there, so that what has vanished is seen; so has one that a sample
    found where the map shows others.

    Args:
        dates: each date [decimal years] with its measures: class or code, zone (index), and columns of numbers.
        names: class → name.
        zones: zone names by index; one empty name where there are no zones.
        samples: for each date, counts by (mapped class, true class); empty for none.
        about: column → (class → text), such as functional groups and national types; adds those columns.

    Returns:
        Columns FIRST, CONTRACT, the other measures, ADJUSTED where there is a sample, CHANGES from the second date on,
        TRENDS on the last of three or more.
    """
    rows = [_filled(table, date, names, zones) for date, table in dates]
    seen = {key for part in rows for key in part}
    seen |= {
        (zone, true) for zone in {key[0] for key in seen} for sample in samples for (_, true), n in sample.items() if n
    }
    every = sorted(seen, key=lambda key: (key[0], _natural(key[1])))
    whole = [
        {key: part.get(key) or _absent(key, date, names, part) for key in every}
        for part, (date, _) in zip(rows, dates, strict=True)
    ]
    for index, sample in enumerate(samples):
        if sample:
            _adjust(whole[index], sample)
    for earlier, later in pairwise(whole):
        for key in every:
            later[key].update(_changes(earlier[key], later[key]))
    if len(whole) > 2:
        for key in every:
            whole[-1][key].update(_trend([part[key] for part in whole]))
    found = [part[key] for key in every for part in whole]
    for column, by_class in (about or {}).items():
        for row in found:
            row[column] = by_class.get(str(row["class"]), "")
    return _columns(found, zoned=any(zones))


def _natural(text: str) -> tuple[int, int, str]:
    plain = text.removeprefix("-")
    return (0, int(text), "") if plain.isascii() and plain.isdigit() else (1, 0, text)


def _filled(table: pa.Table, date: float, names: Mapping[str, str], zones: Sequence[str]) -> dict[tuple[str, str], Row]:
    rows = {}
    for record in table.to_pylist():
        zone = zones[record.pop("zone")]
        code = str(record.pop("code"))
        rows[zone, code] = {"class": code, "name": names.get(code, ""), "date": date, "zone": zone, **record}
    return rows


def _absent(key: tuple[str, str], date: float, names: Mapping[str, str], others: Mapping[tuple[str, str], Row]) -> Row:
    row: Row = {"class": key[1], "name": names.get(key[1], ""), "date": date, "zone": key[0]}
    like = next(iter(others.values()), {})
    for column, value in like.items():
        if column not in row and isinstance(value, int | float):
            row[column] = type(value)(0)
    row.update(dict.fromkeys(CONTRACT, 0), area_km2=0.0, eoo_km2=0.0)
    return row


def _number(row: Mapping[str, object], column: str) -> float:
    value = row[column]
    return float(value) if isinstance(value, int | float) else float("nan")


def _adjust(rows: Mapping[tuple[str, str], Row], sample: Sample) -> None:
    for zone in {key[0] for key in rows}:
        codes = [key[1] for key in rows if key[0] == zone]
        counts = np.array([[sample.get((mapped, true), 0) for true in codes] for mapped in codes])
        mapped = np.array([_number(rows[zone, code], "area_km2") for code in codes])
        found = adjusted_areas(counts, mapped)
        for index, code in enumerate(codes):
            values = (found.area_km2[index], found.low_km2[index], found.high_km2[index])
            rows[zone, code].update(zip(ADJUSTED, map(float, values), strict=True))


def _changes(earlier: Row, later: Row) -> Row:
    years = _number(later, "date") - _number(earlier, "date")
    adjusted = ADJUSTED[0] in earlier and ADJUSTED[0] in later
    column = ADJUSTED[0] if adjusted else "area_km2"
    before, after = _number(earlier, column), _number(later, column)
    limits = [(_number(row, ADJUSTED[1]), _number(row, ADJUSTED[2])) if adjusted else None for row in (earlier, later)]
    found = change(before, after, years, limits[0], limits[1])
    row: Row = {"years": years, **{name: getattr(found, name) for name in CHANGE_FIELDS}}
    row["puyravaud_percent_per_year"] = puyravaud_percent_per_year(before, after, years)
    return row


def _trend(rows: Sequence[Row]) -> Row:
    column = ADJUSTED[0] if all(ADJUSTED[0] in row for row in rows) else "area_km2"
    found = trend([_number(row, "date") for row in rows], [_number(row, column) for row in rows])
    if found is None:
        return {}
    return dict(zip(TRENDS, asdict(found).values(), strict=True))


def _columns(rows: Sequence[Row], *, zoned: bool) -> pa.Table:
    first = [column for column in FIRST if column != "zone" or zoned]
    known: dict[str, None] = {}
    for row in rows:
        if not row.keys() <= known.keys():
            known |= dict.fromkeys(row)
    order = [*first, *CONTRACT]
    order += [column for column in known if column not in {*FIRST, *CONTRACT, *ADJUSTED, *CHANGES, *TRENDS}]
    order += [column for column in (*ADJUSTED, *CHANGES, *TRENDS) if column in known]
    unique = list(dict.fromkeys(order))
    return pa.table({column: _array([row.get(column) for row in rows], column) for column in unique})


def _array(values: list[object], column: str) -> pa.Array:
    if column == "date" and all(isinstance(value, int | float) and float(value).is_integer() for value in values):
        return pa.array([int(value) for value in values if isinstance(value, int | float)], pa.int64())
    clean = [None if isinstance(value, float) and np.isnan(value) else value for value in values]
    return pa.array(clean)
