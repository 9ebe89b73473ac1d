"""The official figure, the database's and the one computed here side by side, with the difference by cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from biosetu.areas.reckoning import Country, Reckoning, changes, mixed, share_percent, sites_counted
from biosetu.areas.sites import rows_of
from biosetu.translation import say

SCHEMA = pa.schema(
    [
        ("row", pa.string()),
        ("name", pa.string()),
        ("realm", pa.string()),
        ("share_percent", pa.float64()),
        ("year", pa.int32()),
        ("points", pa.float64()),
        ("left_points", pa.float64()),
        ("order", pa.int32()),
        ("points_in_order", pa.float64()),
        ("sites", pa.int64()),
        ("source", pa.string()),
    ]
)
REMAINDER = "unexplained"
COMPARED = ("official", "database")  # the first that is there is what the computed figure is compared with


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure on the share protected [%]. origin: official, database or computed; source: where it is from; applies:
    causes of which it is known that it reckons them otherwise than the computed figure."""

    origin: str
    share_percent: float
    year: int
    source: str
    applies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause, measured. points: what changing this one thing alone adds or takes [percentage points]; share_percent:
    the figure then; sites: how many more or fewer count. order, points_in_order: its place among the causes that are
    taken to apply, and what it adds on top of those before; None for causes that are only tried."""

    cause: str
    points: float
    share_percent: float | None = None
    sites: int | None = None
    order: int | None = None
    points_in_order: float | None = None


def causes() -> tuple[str, ...]:
    """Return the causes of difference that are known by name; `data/difference_causes.csv` says what each means."""
    return tuple(row["cause"] for row in rows_of("difference_causes"))


def measured_causes(
    country: Country, base: Reckoning, *, year: int | None = None, applied: Sequence[str] = ()
) -> tuple[float, list[Cause]]:
    """Return the share computed [%], and the effect of each cause that can be measured here.

    Each is measured alone, everything else as in `base`. Those in `applied`, which the other figure is known to reckon
    so, are measured on top of each other too, in the order of `difference_causes.csv`: effects of causes that concern
    the same places do not add up, so the order matters and is told. year: of the figure compared with.
    Raises ValueError for an applied cause that cannot be measured here.
    """
    switches = changes(country, base, year)
    unknown = [cause for cause in applied if cause not in switches]
    if unknown:
        raise ValueError(say("cannot be measured here: {unknown}", unknown=", ".join(unknown)))
    before = share = share_percent(country, base)
    reckoning, found, place = base, [], 0
    for cause, change in switches.items():
        alone = share_percent(country, change(base))
        order = points = None
        if cause in applied:
            reckoning, place = change(reckoning), place + 1
            now = share_percent(country, reckoning)
            order, points, before = place, now - before, now
        count = sites_counted(country, change(base)) - sites_counted(country, base)
        found.append(Cause(cause, alone - share, alone, count, order, points))
    return share, found


def inseparable(country: Country, base: Reckoning) -> dict[str, int]:
    """Return how many sites name a cause together with more, so that its part in them cannot be measured."""
    counts = {cause: int(mixed(country.cleaned(base), cause).sum()) for cause in ("buffer zones", "corridors")}
    return {cause: count for cause, count in counts.items() if count}


def held_figures(observations: Iterable[Mapping[str, Any]], realm: str) -> list[Figure]:
    """Return the newest of the Party's own figures and of the database's among Observations of 3.1, where there are.

    observations: with indicator, series, disaggregation, source, year, vintage, value. Which series, and which
    disaggregation of a Party's own, stands for a realm, and how the series reckons otherwise than the computed figure,
    is in `data/official_series.csv`.
    """
    known = {row["series"]: row for row in rows_of("official_series") if row["realm"] == realm}
    parts = {row["disaggregation"] for row in known.values()} | {realm}
    mine = [row for row in observations if row["indicator"] == "3.1" and row["value"] is not None]
    official = [r for r in mine if r["source"] == "national" and (r["series"] in known or r["disaggregation"] in parts)]
    database = [r for r in mine if r["source"] == "availableDataset" and r["series"] in known]
    found = []
    for origin, rows in (("official", official), ("database", database)):
        if rows:
            newest = max(rows, key=lambda row: (row["year"], row["vintage"]))
            applies = tuple(filter(None, known.get(newest["series"], {}).get("applies", "").split(";")))
            found.append(Figure(origin, newest["value"], newest["year"], newest["series"], applies))
    return found


def compared_with(figures: Sequence[Figure]) -> Figure | None:
    """Return the figure that the computed one is compared with: the official one, else the database's."""
    return next((figure for origin in COMPARED for figure in figures if figure.origin == origin), None)


def reconcile(figures: Sequence[Figure], measured: Sequence[Cause], realm: str = "land") -> pa.Table:
    """Return one row a figure, one a cause, and one for what is left.

    Figures: share_percent, year, source, and points: their difference to the computed one. Causes that were measured:
    points and share_percent when changed alone, left_points: what would then be left of the difference, sites; for
    those taken to apply, order and points_in_order. Causes that were not measured stand without numbers: the Party may
    know them. `unexplained` (with an official or a database figure): the difference less the points_in_order of the
    causes that apply. Raises ValueError without a computed figure, or for a cause that is not in the list.
    """
    computed = next((figure for figure in figures if figure.origin == "computed"), None)
    if computed is None:
        raise ValueError(say("a computed figure is needed to reconcile with"))
    unknown = {item.cause for item in measured} - set(causes())
    if unknown:
        raise ValueError(say("not a known cause: {unknown}", unknown=", ".join(sorted(unknown))))
    compared = compared_with(figures)
    apart = None if compared is None else compared.share_percent - computed.share_percent
    by_name = {item.cause: item for item in measured}
    rows = [_figure_row(figure, computed) for figure in figures]
    rows += [_cause_row(cause, by_name.get(cause), apart) for cause in causes()]
    if apart is not None:
        told = sum(item.points_in_order or 0.0 for item in measured)
        rows.append({"row": "remainder", "name": REMAINDER, "points": apart - told, "source": ""})
    return pa.Table.from_pylist([{**row, "realm": realm} for row in rows], SCHEMA)


def _figure_row(figure: Figure, computed: Figure) -> dict[str, object]:
    return {
        "row": "figure",
        "name": figure.origin,
        "share_percent": figure.share_percent,
        "year": figure.year or None,
        "points": figure.share_percent - computed.share_percent,
        "source": figure.source,
    }


def _cause_row(cause: str, found: Cause | None, apart: float | None) -> dict[str, object]:
    how = next(row["measured_by"] for row in rows_of("difference_causes") if row["cause"] == cause)
    row: dict[str, object] = {"row": "cause", "name": cause, "source": how}
    if found is None:
        return row
    return row | {
        "share_percent": found.share_percent,
        "points": found.points,
        "left_points": None if apart is None else apart - found.points,
        "order": found.order,
        "points_in_order": found.points_in_order,
        "sites": found.sites,
    }
