"""Which services there are, under which licence, and how each is pulled."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from biosetu.home import home
from biosetu.observations import KEY, SCHEMA, Source, Status
from biosetu.observations.packaged import packaged_rows
from biosetu.problems import UsageError
from biosetu.progress import Progress, silent
from biosetu.sources.services.client import Client, ServiceError
from biosetu.translation import say

ROOM = "biosetu.sources.services"
# what is asked for anew is at most this old, so that a stopped pull still goes on where it stood
ANEW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Service:
    """An official service. `setting` names the environment variable that overrides `host`; `pause_s` [s]."""

    name: str
    title: str
    host: str
    setting: str
    pause_s: float
    page: int
    licence: str
    conditions: str
    holder: str
    documentation: str
    formats_read: str

    def address(self) -> str:
        """Return the host in use: the setting, else the documented one; raises ServiceError where there is none."""
        found = os.environ.get(self.setting, "") or self.host
        if not found:
            raise ServiceError(
                say("No host is known for {name}. Set {setting} to its address.", name=self.name, setting=self.setting)
            )
        return found

    def client(self, fresh: timedelta = timedelta(days=30)) -> Client:
        """Return a client with this service's pauses and its own folder in the cache."""
        return Client(self.address(), cache_folder(self.name), self.pause_s, self.licence, fresh)


@dataclass(frozen=True, slots=True)
class ServiceSeries:
    """A series of a service and the indicator that it is held under."""

    service: str
    code: str
    indicator: str
    series: str
    disaggregation_type: str
    disaggregation: str
    unit: str
    method: str
    reference: str


@dataclass(frozen=True, slots=True)
class Pull:
    """What is asked of a service: series by code, Parties by ISO3. `named`: these series were asked for by name."""

    service: Service
    client: Client
    series: tuple[ServiceSeries, ...]
    parties: tuple[str, ...]
    progress: Progress = silent
    named: bool = False


Puller = Callable[[Pull], list[dict[str, Any]]]
PULLERS: Mapping[str, str] = {
    "un-sdg": "biosetu.sources.services.un_sdg:pull",
    "world-bank": "biosetu.sources.services.world_bank:pull",
    "target-tracker": "biosetu.sources.services.target_tracker:pull",
}


@cache
def services() -> Mapping[str, Service]:
    """Return the services by name."""
    return MappingProxyType(
        {
            row["name"]: Service(
                **{key: value for key, value in row.items() if key not in ("pause_s", "page")},
                pause_s=float(row["pause_s"]),
                page=int(row["page"]),
            )
            for row in packaged_rows(ROOM, "services")
        }
    )


@cache
def series_of(service: str) -> tuple[ServiceSeries, ...]:
    """Return the series that are pulled from a service."""
    names = ServiceSeries.__dataclass_fields__
    return tuple(
        ServiceSeries(**{name: row[name] for name in names})
        for row in packaged_rows(ROOM, "series")
        if row["service"] == service
    )


def cache_folder(service: str) -> Path:
    """Return where the answers of a service are kept."""
    return home() / "cache" / "sources" / service


def pull(
    name: str,
    parties: tuple[str, ...],
    *,
    codes: tuple[str, ...] = (),
    client: Client | None = None,
    progress: Progress = silent,
) -> pa.Table:
    """Return the figures of a service for these Parties (ISO3) as Observations, its licence in every row.

    `codes` choose among the series of `data/series.csv` (all without). Answers are cached; a stopped pull goes on.
    Raises UsageError for an unknown service or series, ServiceError where the service does not answer as documented.
    """
    if name not in services():
        raise UsageError(
            say("There is no source '{name}'. Use one of {services}.", name=name, services=", ".join(services()))
        )
    service = services()[name]
    known = series_of(name)
    wanted = tuple(item for item in known if not codes or item.code in codes)
    if missing := set(codes) - {item.code for item in known} if known else set():
        raise UsageError(
            say(
                "{name} has no series {missing} here. Use {known}.",
                name=name,
                missing=", ".join(sorted(missing)),
                known=", ".join(s.code for s in known),
            )
        )
    module, _, attribute = PULLERS[name].partition(":")
    puller: Puller = getattr(import_module(module), attribute)
    rows = puller(Pull(service, client or service.client(), wanted, parties, progress, bool(codes)))
    _once(name, rows)
    return pa.Table.from_pylist([_whole(service, row) for row in _evenly_rounded(rows)], schema=SCHEMA)


def _once(name: str, rows: list[dict[str, Any]]) -> None:
    """Raise ServiceError where a figure came twice, as when a page comes under two numbers."""
    seen: set[tuple[Any, ...]] = set()
    for row in rows:
        key = tuple(row.get(part, "") for part in KEY)
        if key in seen:
            raise ServiceError(
                say(
                    "{name}: {series} of {party} for {year} came twice.",
                    name=name,
                    series=row["series"],
                    party=row["party"],
                    year=row["year"],
                )
            )
        seen.add(key)


def _evenly_rounded(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give all figures of a series its finest rounding: a trailing zero that is not printed is no coarser figure."""
    finest: dict[tuple[Any, ...], float] = {}
    for row in rows:
        if row.get("resolution"):
            series = (row["indicator"], row["series"], row["vintage"])
            finest[series] = min(row["resolution"], finest.get(series, row["resolution"]))
    return [row | {"resolution": finest.get((row["indicator"], row["series"], row["vintage"]))} for row in rows]


def _whole(service: Service, row: dict[str, Any]) -> dict[str, Any]:
    common: dict[str, Any] = {field.name: "" for field in SCHEMA if pa.types.is_string(field.type)}
    return (
        common
        | {
            "source": Source.AVAILABLE_DATASET.value,
            "status": Status.COMPUTED.value,
            "holder": service.holder,
            "licence": service.licence,
            "conditions": service.conditions,
        }
        | row
    )


def described(series: ServiceSeries) -> dict[str, str]:
    """Return the columns that a series fixes."""
    names = ("indicator", "series", "disaggregation_type", "disaggregation", "unit", "method")
    return {name: getattr(series, name) for name in names} | {"footnote": series.reference}
