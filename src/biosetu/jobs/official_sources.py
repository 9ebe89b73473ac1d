"""Official sources: what they are, under which licence; fetched into the cache, and into the store when asked."""

from __future__ import annotations

import pyarrow as pa

from biosetu.framework import find_party
from biosetu.jobs.party import default_store
from biosetu.observations import ObservationStore, validate
from biosetu.problems import UsageError
from biosetu.progress import Progress, silent
from biosetu.sources import official
from biosetu.sources.services import ANEW, Client, ort, pull, series_of, services
from biosetu.translation import say

SOURCES = pa.schema(
    [
        ("name", pa.string()),
        ("title", pa.string()),
        ("kind", pa.string()),
        ("vintage", pa.string()),
        ("series", pa.string()),
        ("licence", pa.string()),
        ("documentation", pa.string()),
        ("setting", pa.string()),
    ]
)


def list_sources() -> pa.Table:
    """Return every source: those carried with the software (kind `carried`) and the services (kind `service`)."""
    carried = [
        {"name": item.id, "title": item.title_en, "kind": "carried", "vintage": item.vintage, "series": item.series}
        | {"licence": item.licence, "documentation": item.url, "setting": ""}
        for item in official.series().values()
    ]
    pulled = [
        {"name": item.name, "title": item.title, "kind": "service", "vintage": ""}
        | {"series": ", ".join(series.code for series in series_of(item.name))}
        | {"licence": item.licence, "documentation": item.documentation, "setting": item.setting}
        for item in (*services().values(), ort.service())
    ]
    return pa.Table.from_pylist([*pulled, *carried], schema=SOURCES)


def without_figures(table: pa.Table, parties: tuple[str, ...]) -> tuple[str, ...]:
    """Return the Parties asked for (ISO3) of which a pulled table holds no figure."""
    asked = dict.fromkeys(find_party(code).iso3 for code in parties)
    came = set(table.column("party").to_pylist())
    return tuple(code for code in asked if code not in came)


def series_without_figures(name: str, table: pa.Table, codes: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the series asked of a source (all without `codes`) of which a pulled table holds no figure."""
    came = set(table.column("series").to_pylist())
    return tuple(item.code for item in series_of(name) if item.series not in came and (not codes or item.code in codes))


def pull_source(
    name: str,
    parties: tuple[str, ...],
    *,
    codes: tuple[str, ...] = (),
    keep: bool = False,
    anew: bool = False,
    store: ObservationStore | None = None,
    client: Client | None = None,
    progress: Progress = silent,
) -> tuple[pa.Table, int]:
    """Return the figures of a service for these Parties, validated, and how many were new to the store.

    Without `keep` nothing is stored but the service's answers, in the cache. A newer release stands beside the older.
    `anew` asks again for what the cache holds from before the last hour (`ANEW`).
    """
    if name not in services():
        raise UsageError(say("There is no source '{name}'. `biosetu data list` names them.", name=name))
    if not parties:
        raise UsageError("Name at least one Party, such as --party NPL.")
    codes_of = tuple(dict.fromkeys(find_party(code).iso3 for code in parties))
    client = client or (services()[name].client(ANEW) if anew else None)
    table = validate(pull(name, codes_of, codes=codes, client=client, progress=progress), file=name)
    written = (store or default_store()).append(table, note=f"pulled from {name}") if keep and table.num_rows else 0
    return table, written
