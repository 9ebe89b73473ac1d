"""UNEP-WCMC's Target Tracker, read as the CBD reporting tool reads it: what it pre-fills as the available dataset.

The tracker documents no interface; what is read here is what the reporting tool (scbd/online-reporting-tool,
2026-04-30) calls: `api/goalsTargets` for its indicators by title, `api/indicator/country` for one Party's charts, of
which the globally derived one counts. It names no release: the day on which it gave the answer is the vintage.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from biosetu.framework import Indicator, indicators
from biosetu.observations import indicator_units, unit_code, units
from biosetu.sources.services.client import ServiceError
from biosetu.sources.services.registry import Pull
from biosetu.translation import say

INDICATORS = "api/goalsTargets"
FIGURES = "api/indicator/country"
_YEAR = re.compile(r"\b(1[89]|20)\d\d\b")


def pull(order: Pull) -> list[dict[str, Any]]:
    """Return the globally derived figures of every headline indicator that the tracker knows by its official title."""
    known = order.client.get(INDICATORS, read=lambda answer: list(_known(answer)))
    total = len(known) * len(order.parties)
    rows: list[dict[str, Any]] = []
    done = 0
    for indicator, number in known:
        for party in order.parties:
            order.progress(done, total, f"{indicator.code} {party}")
            read = partial(_figures, order, indicator, party)
            rows += order.client.post(FIGURES, {"indicator": number, "country": party}, read)
            done += 1
    order.progress(total, total)
    return rows


def _known(answer: Any) -> Iterator[tuple[Indicator, int]]:
    if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
        raise ServiceError(
            say("{indicators}: the answer has no data. The interface may have changed.", indicators=INDICATORS)
        )
    titles = {
        record.title_en.strip().casefold(): record for record in indicators().values() if record.kind == "headline"
    }
    seen: set[str] = set()
    for target in answer["data"]:
        for entry in target.get("indicators") or []:
            record = titles.get(str(entry.get("title", "")).strip().casefold())
            if record is not None and record.code not in seen:
                seen.add(record.code)
                yield record, entry["indicatorId"]


def _figures(order: Pull, indicator: Indicator, party: str, answer: Any, fetched: date) -> list[dict[str, Any]]:
    data = answer["data"] or {}
    charts = [chart for chart in data.get("charts") or [] if chart.get("tabType") == "GloballyDerived"]
    if not charts:
        return []
    about = data.get("globallyDerivedData") or {}
    unit = _unit(indicator, str(about.get("valueSuffix") or ""))
    if unit is None:
        return []
    labels = charts[0]["labels"]
    values: list[object] = next(
        (part["data"] for part in charts[0]["datasets"] if part["derived"] == "Global"), [None] * len(labels)
    )
    day = fetched.isoformat()
    rows = []
    for label, text in zip(labels, values, strict=True):
        year, value = _YEAR.search(str(label)), _number(text)
        if year is not None and value is not None:
            rows.append(_row(order, indicator, party, int(year[0]), value, day) | {"unit": unit} | _said(about))
    return rows


def _unit(indicator: Indicator, suffix: str) -> str | None:
    """Return the unit that the tracker names, else the indicator's only one; None where neither is sure."""
    named = unit_code(suffix)
    allowed = indicator_units(indicator.code)
    if named in units():
        return named if not allowed or named in allowed else None
    return allowed[0] if not suffix and len(allowed) == 1 else None


def _number(text: object) -> float | None:
    try:
        number = float(str(text))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _row(order: Pull, indicator: Indicator, party: str, year: int, value: float, day: str) -> dict[str, Any]:
    return {
        "party": party,
        "indicator": indicator.code,
        "series": f"target-tracker:{indicator.code}",
        "year": year,
        "value": value,
        "vintage": day,
        "method": "as shown by the Target Tracker",
        "inputs": f"{order.service.title}, pulled {day}",
    }


def _said(about: dict[str, Any]) -> dict[str, str]:
    sources = "; ".join(
        f"{part.get('title', '')} {part.get('link', '')}".strip() for part in about.get("dataSources") or []
    )
    providers = "; ".join(str(part.get("title", "")) for part in about.get("indicatorProviders") or [])
    said = {"footnote": f"Data sources there: {sources}"} if sources else {}
    return said | ({"holder": providers} if providers else {})
