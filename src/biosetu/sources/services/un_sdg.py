"""The UN SDG Global Database (interface V5): releases by series, figures by page."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from biosetu.framework import parties
from biosetu.observations import units
from biosetu.sources.services.client import Query, ServiceError
from biosetu.sources.services.paging import Page, all_rows
from biosetu.sources.services.registry import Pull, ServiceSeries, described
from biosetu.translation import say

LIST = "v1/sdg/Series/List"
DATA = "v1/sdg/Series/Data"
# how long the list of releases is taken from the cache
A_DAY = timedelta(days=1)
WHOLE = frozenset({"G", "ALLAREA", "BOTHSEX", "_T", "ALLAGE"})
PRICES = "usd_million_"
_PRICE_YEAR = re.compile(r"constant\D{0,12}(\d{4})", re.IGNORECASE)
Listed = Mapping[str, str]


def pull(order: Pull) -> list[dict[str, Any]]:
    """Return the rows of all series asked for; the release named by the database is their vintage.

    A series that the database no longer lists, or in prices of no known year, is an error where it was asked for by
    name, else left out.
    """
    areas = _areas(order)
    if not areas:
        return []
    releases = order.client.get(LIST, {"allreleases": "false"}, _releases, fresh=A_DAY)
    rows: list[dict[str, Any]] = []
    for done, series in enumerate(order.series):
        order.progress(done, len(order.series), series.code)
        rows += _series(order, series, areas, releases.get(series.code, {}))
    order.progress(len(order.series), len(order.series))
    return rows


def _areas(order: Pull) -> dict[str, str]:
    """Return the Parties that the database can know, by UN M49 number; the European Union has none."""
    numbers = {code: parties()[code].m49 for code in order.parties}
    return {str(int(number)): code for code, number in numbers.items() if number}


def _releases(answer: Any) -> dict[str, Listed]:
    names = ("release", "description")
    return {entry["code"]: {name: str(entry.get(name) or "") for name in names} for entry in answer}


def _series(order: Pull, series: ServiceSeries, areas: dict[str, str], listed: Listed) -> list[dict[str, Any]]:
    release = listed.get("release", "")
    if not release and not order.named:
        return []
    if not release:
        raise ServiceError(
            say("{code}: the database names no release of this series, so it is not taken.", code=series.code)
        )

    try:
        series = replace(series, unit=_unit(series, listed["description"]))
    except ServiceError:
        if order.named:
            raise
        return []

    def ask(number: int, fresh: timedelta | None) -> Page:
        query: Query = {"seriesCode": series.code, "areaCode": sorted(areas, key=int)}
        query |= {"page": number, "pageSize": order.service.page}
        read = partial(_page, order, series, areas, release)
        return order.client.get(DATA, query, read, fresh=fresh, about=release)

    return all_rows(series.code, ask)


def _unit(series: ServiceSeries, description: str) -> str:
    """Return the unit; where it is money, in the prices of the year that the database names in its description."""
    if not series.unit.startswith(PRICES):
        return series.unit
    year = _PRICE_YEAR.search(description)
    if year is None or f"{PRICES}{year[1]}" not in units():
        raise ServiceError(
            say(
                "{code}: in prices of which year is not said, or not known here: '{description}'.",
                code=series.code,
                description=description,
            )
        )
    return f"{PRICES}{year[1]}"


def _page(order: Pull, series: ServiceSeries, areas: dict[str, str], release: str, answer: Any) -> Page:
    if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
        raise ServiceError(
            say("{data} {code}: the answer has no data. The interface may have changed.", data=DATA, code=series.code)
        )
    rows = []
    for entry in answer["data"]:
        party, value = areas.get(str(entry["geoAreaCode"])), _number(entry["value"])
        if party is not None and value is not None and _is_whole(entry):
            rows.append(_row(order, series, release, entry, party, value))
    return Page(
        number=int(answer["pageNumber"]),
        pages=int(answer["totalPages"]),
        total=int(answer["totalElements"]),
        entries=len(answer["data"]),
        release=release,
        rows=rows,
    )


def _is_whole(entry: dict[str, Any]) -> bool:
    """Return whether the figure is the Party's total, of no part of it."""
    return all(value in WHOLE for value in (entry.get("dimensions") or {}).values())


def _number(text: object) -> float | None:
    try:
        number = float(str(text))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _decimals(text: str) -> float:
    return 10.0 ** -len(text.partition(".")[2])


def _row(
    order: Pull, series: ServiceSeries, release: str, entry: dict[str, Any], party: str, value: float
) -> dict[str, Any]:
    notes = "; ".join(note for note in entry.get("footnotes") or [] if note)
    citation = f"{order.service.title}, release {release}, series {series.code}. {order.service.documentation}"
    own = entry.get("source") or ""
    return described(series) | {
        "party": party,
        "year": int(float(entry["timePeriodStart"])),
        "value": value,
        "lower": _number(entry.get("lowerBound")),
        "upper": _number(entry.get("upperBound")),
        "vintage": release,
        "resolution": _decimals(str(entry["value"])),
        "inputs": citation + (f" Source there: {own}" if own else ""),
        "footnote": "; ".join(part for part in (series.reference, notes) if part),
    }
