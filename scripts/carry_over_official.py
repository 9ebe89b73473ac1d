"""Carry official national figures over into the package, as figures, from copies of the publishers' tables.

    BIOSETU_SHARED=… python scripts/carry_over_official.py

Reads `sources/official/data/series.csv` (what is carried, from which file) and writes one CSV per row of it. Figures
keep the publisher's digits. Run it again for a new vintage: add a row, never overwrite an old one.
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterator
from pathlib import Path

from biosetu.framework import centres, coverage, parties

DATA = Path(__file__).parent.parent / "src" / "biosetu" / "sources" / "official" / "data"
Figure = tuple[str, int, str, str]  # party, year, value as printed, category


def served_from_asia() -> frozenset[str]:
    """Return the Parties that a centre in Asia serves or may serve, the fictional one left out."""
    rows = (row for row in coverage() if centres()[row.centre].region == "Asia")
    return frozenset(row.party for row in rows if not parties()[row.party].fictional)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _by_code(path: Path, wanted: frozenset[str]) -> Iterator[Figure]:
    for row in _rows(path):
        _, code, year, value = row.values()
        if code in wanted and value:
            yield code, int(year), value, ""


def _by_area(path: Path, series: str, wanted: frozenset[str]) -> Iterator[Figure]:
    codes = {str(int(party.m49)): iso3 for iso3, party in parties().items() if iso3 in wanted}
    for row in _rows(path):
        if row["series"] == series and row["geo_area"] in codes and _is_number(row["value"]):
            yield codes[row["geo_area"]], int(row["year"]), row["value"], row["dim"]


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _write(name: str, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with (DATA / "figures" / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(sorted(rows))


def carry_series(shared: Path) -> None:
    """Write the figures of each row of `series.csv`."""
    wanted = served_from_asia()
    for row in _rows(DATA / "series.csv"):
        path = shared / "data" / row["source_file"]
        series = row["source_series"]
        figures = list(_by_area(path, series, wanted) if series else _by_code(path, wanted))
        _write(row["id"], ("party", "year", "value", "category"), list(figures))


def carry_mangroves(shared: Path) -> None:
    """Write the extent of each mangrove unit [km2], summed over its ecoregions, and the Parties that share it."""
    folder = shared / "data" / "mangrove_get_mft12"
    wanted = served_from_asia() - {row["party"] for row in _rows(DATA / "mangrove_exclusions.csv")}
    codes = {party.iso2: iso3 for iso3, party in parties().items() if iso3 in wanted}
    sharing = {
        (row["unit_code"], codes[row["ISO_A2"]])
        for row in _rows(folder / "mft12_units_countries.csv")
        if row["ISO_A2"] in codes
    }
    units = {unit for unit, _ in sharing}
    parts = [row for row in _rows(folder / "mft12_units_components_areas.csv") if row["unit_code"] in units]
    extents = []
    for unit in units:
        for year, column in ((1996, "area_gmw_1996"), (2000, "area_usgs_2000"), (2016, "area_gmw_2016")):
            areas = [float(row[column]) for row in parts if row["unit_code"] == unit and row[column]]
            name = next(row["unit_name"] for row in parts if row["unit_code"] == unit)
            extents.append((unit, name, year, round(math.fsum(areas), 2)))
    _write("mangrove-units", ("unit", "name", "year", "km2"), list(extents))
    _write("mangrove-parties", ("unit", "party"), list(sharing))


if __name__ == "__main__":
    source = Path(os.environ["BIOSETU_SHARED"])
    (DATA / "figures").mkdir(exist_ok=True)
    carry_series(source)
    carry_mangroves(source)
