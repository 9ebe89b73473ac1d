"""The World Bank's indicators (interface V2): figures by page, the day of the last update as vintage."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from biosetu.sources.services.client import ServiceError
from biosetu.sources.services.paging import Page, all_rows
from biosetu.sources.services.registry import Pull, ServiceSeries, described
from biosetu.translation import say


def pull(order: Pull) -> list[dict[str, Any]]:
    """Return the rows of all series asked for."""
    rows: list[dict[str, Any]] = []
    for done, series in enumerate(order.series):
        order.progress(done, len(order.series), series.code)
        rows += _series(order, series)
    order.progress(len(order.series), len(order.series))
    return rows


def _series(order: Pull, series: ServiceSeries) -> list[dict[str, Any]]:
    path = f"v2/country/{';'.join(order.parties)}/indicator/{series.code}"

    def ask(number: int, fresh: timedelta | None) -> Page:
        query: dict[str, str | int] = {"format": "json", "page": number, "per_page": order.service.page}
        return order.client.get(path, query, partial(_page, order, series), fresh=fresh)

    return [row for row in all_rows(series.code, ask) if row["party"] in order.parties]


def _page(order: Pull, series: ServiceSeries, answer: Any) -> Page:
    facts, entries = _parts(answer, series.code)
    release = str(facts["lastupdated"])
    rows = [_row(order, series, release, entry) for entry in entries if entry["value"] is not None]
    return Page(
        number=int(facts["page"]),
        pages=int(facts["pages"]),
        total=int(facts["total"]),
        entries=len(entries),
        release=release,
        rows=rows,
    )


def _parts(answer: Any, code: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return what a page says of itself and its figures; an error comes as one element with a message."""
    if not isinstance(answer, list) or not answer:
        raise ServiceError(
            say("{code}: the answer is not the documented pair. The interface may have changed.", code=code)
        )
    if "message" in answer[0]:
        said = "; ".join(str(part.get("value", "")) for part in answer[0]["message"])
        raise ServiceError(say("{code}: the World Bank answers: {said}", code=code, said=said))
    if "lastupdated" not in answer[0] or len(answer) < 2:
        raise ServiceError(
            say("{code}: the answer is not the documented pair. The interface may have changed.", code=code)
        )
    return answer[0], answer[1] or []


def _row(order: Pull, series: ServiceSeries, vintage: str, entry: dict[str, Any]) -> dict[str, Any]:
    decimals = str(entry["value"]).partition(".")[2]
    return described(series) | {
        "party": entry["countryiso3code"],
        "year": int(entry["date"]),
        "value": float(entry["value"]),
        "vintage": vintage,
        "resolution": 10.0 ** -len(decimals),
        "inputs": f"{order.service.title}, updated {vintage}, series {series.code}. {order.service.documentation}",
    }
