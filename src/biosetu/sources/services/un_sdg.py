"""The UN SDG Global Database (interface V5): releases by series, figures by page."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from biosetu.framework import parties
from biosetu.sources.services.client import ServiceError
from biosetu.sources.services.registry import Pull, ServiceSeries, described

LIST = "v1/sdg/Series/List"
DATA = "v1/sdg/Series/Data"
WHOLE = frozenset({"G", "ALLAREA", "BOTHSEX", "_T", "ALLAGE"})


def pull(order: Pull) -> list[dict[str, Any]]:
    """Return the rows of all series asked for; the release named by the database is their vintage."""
    releases = {
        entry["code"]: str(entry.get("release", "")) for entry in order.client.get(LIST, {"allreleases": "false"})
    }
    rows: list[dict[str, Any]] = []
    for done, series in enumerate(order.series):
        order.progress(done, len(order.series), series.code)
        rows += _series(order, series, releases.get(series.code, ""))
    order.progress(len(order.series), len(order.series))
    return rows


def _series(order: Pull, series: ServiceSeries, release: str) -> list[dict[str, Any]]:
    if not release:
        raise ServiceError(f"{series.code}: the database names no release of this series, so it is not taken.")
    codes = {str(int(parties()[code].m49)): code for code in order.parties}
    found = []
    for entry in _pages(order, series.code, sorted(codes, key=int)):
        party = codes.get(str(entry["geoAreaCode"]))
        value = _number(entry.get("value"))
        if party is not None and value is not None and _is_whole(entry):
            found.append(_row(order, series, release, entry, party, value))
    return found


def _pages(order: Pull, code: str, areas: list[str]) -> Iterator[dict[str, Any]]:
    page, last = 1, 1
    while page <= last:
        query: dict[str, str | int] = {"seriesCode": code, "areaCode": ",".join(areas)}
        answer = order.client.get(DATA, query | {"page": page, "pageSize": order.service.page})
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
            raise ServiceError(f"{DATA} {code}: the answer has no data. The interface may have changed.")
        yield from answer["data"]
        last = int(answer.get("totalPages", 1))
        page += 1


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
