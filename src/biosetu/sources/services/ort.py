"""The public records of the CBD's Online Reporting Tool: national targets and mappings of a Party.

The index is asked page by page, then each record; every answer is cached, so that a stopped pull goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

from biosetu.observations.packaged import packaged_rows
from biosetu.progress import Progress, silent
from biosetu.sources.services.client import Client, ServiceError
from biosetu.sources.services.registry import ROOM, Service, cache_folder
from biosetu.translation import say

REALM = {"realm": "ORT"}
KINDS = ("nationalTarget7", "nationalTarget7Mapping")
FIRST_PAGES = 100


@cache
def service() -> Service:
    """Return the service: its host (setting BIOSETU_ORT_HOST), pauses, page size, terms."""
    (row,) = packaged_rows(ROOM, "ort")
    rest = {key: value for key, value in row.items() if key not in ("pause_s", "page")}
    return Service(**rest, pause_s=float(row["pause_s"]), page=int(row["page"]))


def client(fresh: timedelta = timedelta(days=7)) -> Client:
    """Return a client of the reporting tool's public interface."""
    known = service()
    return Client(known.address(), cache_folder("ort"), known.pause_s, known.licence, fresh, headers=REALM)


def pull_records(iso2: str, asking: Client, progress: Progress = silent) -> list[dict[str, Any]]:
    """Return the public records of a Party (ISO2) as the tool gives them: documents with their wrapper.

    Raises `ServiceError` where the tool doesn't answer as documented.
    """
    names = list(dict.fromkeys(_listed(iso2.lower(), asking)))
    records = []
    for number, name in enumerate(names, start=1):
        record: Any = asking.get(f"api/v2013/documents/{name}")
        if not isinstance(record, dict):
            raise ServiceError(say("The record {name} is not as documented.", name=name))
        records.append(record)
        progress(number, len(names), name)
    return records


def _listed(iso2: str, asking: Client) -> Iterator[str]:
    page = service().page
    query = f"schema_s:({' OR '.join(KINDS)}) AND government_s:{iso2} AND _state_s:public AND realm_ss:ort"
    for number in range(FIRST_PAGES):
        wanted: dict[str, str | int] = {"q": query, "start": number * page, "rows": page, "wt": "json"}
        found, documents = asking.get("api/v2013/index", wanted, _answer)
        for document in documents:
            if name := document.get("identifier_s") or document.get("uniqueIdentifier_s"):
                yield str(name)
        if (number + 1) * page >= found or not documents:
            return


def _answer(answer: Any) -> tuple[int, list[dict[str, Any]]]:
    try:
        response = answer["response"]
        return int(response["numFound"]), list(response["docs"])
    except (KeyError, TypeError, ValueError) as error:
        raise ServiceError("The index of the reporting tool does not answer as documented.") from error
