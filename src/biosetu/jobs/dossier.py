"""The dossier of a Party: everything held, gathered, written in the formats asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import pyarrow as pa

from biosetu.engine.tables import replacing
from biosetu.figures import Topology, breadth_km, read_geojson, read_topology
from biosetu.framework import Party
from biosetu.home import home
from biosetu.jobs.alignment_views import measured_of
from biosetu.jobs.ecosystems_party import standing
from biosetu.jobs.party import PartyEvidence, party_evidence
from biosetu.jobs.promises import titles_by_target
from biosetu.jobs.species_national import with_accepted
from biosetu.problems import DataError, Problem, UsageError
from biosetu.progress import Progress, silent
from biosetu.reports import Document, Evidence
from biosetu.reports.dossier import dossier
from biosetu.reports.evidence import Boundaries
from biosetu.translation import Voice, say

FORMATS: Mapping[str, str] = {
    "html": "biosetu.reports.html:render",
    "json": "biosetu.reports.jsonfile:render",
    "docx": "biosetu.reports.word:render",
    "pdf": "biosetu.reports.pdf:render",
}
# name of a table -> function(iso3) that returns it, or None where the room holds nothing on the Party
TABLES: dict[str, str] = {
    "cooperation.peers": "biosetu.jobs.peers:peers_for_dossier",
    "species.index": "biosetu.jobs.species_party:index",
    "species.categories": "biosetu.jobs.species_party:categories",
    "species.assessments": "biosetu.jobs.species_party:assessments",
    "ecosystems.measures": "biosetu.jobs.ecosystems_party:measures",
    "ecosystems.transitions": "biosetu.jobs.ecosystems_party:transitions",
    "ecosystems.pictures": "biosetu.jobs.ecosystems_party:pictures",
    "ecosystems.assessments": "biosetu.jobs.ecosystems_party:assessments",
    "ecosystems.index": "biosetu.jobs.ecosystems_party:index",
    "areas.coverage": "biosetu.jobs.areas_party:coverage",
    "areas.log": "biosetu.jobs.areas_party:log",
    "areas.connectivity": "biosetu.jobs.areas_party:connectivity",
    "areas.representation": "biosetu.jobs.areas_party:representation",
    "areas.quality": "biosetu.jobs.areas_party:quality",
    "areas.reconciliation": "biosetu.jobs.areas_party:reconciliation",
    "areas.outlines": "biosetu.jobs.areas_party:outlines",
    "planning.next": "biosetu.jobs.planning_party:next_features",
    "planning.next_map": "biosetu.jobs.planning_party:next_map",
}
FINE_UP_TO_KM = 1500.0
ATLAS = "Natural Earth 1:50 million and 1:10 million admin-0 countries, by world-atlas 2.0.2 (public domain)"


def write_dossier(
    code: str,
    folder: Path,
    *,
    language: str = "en",
    formats: Sequence[str] = ("html", "json"),
    with_map: bool = True,
    on: date | None = None,
    progress: Progress = silent,
) -> list[Path]:
    """Write the dossier of a Party into `folder` and return the files: `LKA.html`, `LKA.ar.html` …"""
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise UsageError(
            say("There is no format '{unknown}'. Use one of {formats}.", unknown=unknown[0], formats=", ".join(FORMATS))
        )
    document = dossier_document(party_evidence(code), language=language, with_map=with_map, on=on)
    suffix = "" if language == "en" else f".{language}"
    written = []
    for done, name in enumerate(formats, start=1):
        path = write_document(document, name, folder / f"{document.meta['party']}{suffix}.{name}")
        written.append(path)
        progress(done, len(formats), path.name)
    return written


def dossier_document(
    held: PartyEvidence, *, language: str = "en", with_map: bool = True, on: date | None = None
) -> Document:
    """Return the dossier of a Party as a document, from what is held on it."""
    return dossier(evidence_of(held, language=language, with_map=with_map, on=on), Voice(language))


def evidence_of(
    held: PartyEvidence, *, language: str = "en", with_map: bool = True, on: date | None = None
) -> Evidence:
    """Return what reports are written from: what is held, the rooms' tables, boundaries."""
    return Evidence(
        party=held.party,
        on=on or datetime.now(UTC).date(),
        observations=held.observations,
        summaries=held.summaries,
        own=held.own,
        gaps=held.shown_gaps,
        promises=titles_by_target(held.tables, language),
        tables=_with_accepted({**held.tables, **_measured(held), **_tables(held.party.iso3)}, held.observations),
        boundaries=boundaries(held.party) if with_map else None,
        mapped=with_map,
    )


def _measured(held: PartyEvidence) -> dict[str, pa.Table]:
    """Return the matrix of national targets and indicators; none where no national targets are loaded."""
    return {"promises.measured": measured_of(held.party.iso3, held)} if "promises.targets" in held.tables else {}


def _tables(iso3: str) -> dict[str, pa.Table]:
    found = {name: _resolve(path)(iso3) for name, path in TABLES.items()}
    return {name: table for name, table in found.items() if table is not None}


def _with_accepted(tables: Mapping[str, pa.Table], observations: pa.Table) -> Mapping[str, pa.Table]:
    """Return the tables with the national assessments that the Party has accepted, without what it has withdrawn."""
    found = with_accepted(tables.get("species.assessments"), observations)
    tables = standing(tables, observations)
    return tables if found is None else {**tables, "species.assessments": found}


def _resolve(path: str) -> Callable[..., object]:
    module, _, attribute = path.partition(":")
    function: Callable[..., object] = getattr(import_module(module), attribute)
    return function


def write_document(document: Document, name: str, path: Path) -> Path:
    """Write a document in one format, replacing the file at once or not at all; return the path."""
    content = _resolve(FORMATS[name])(document)
    with replacing(path) as temporary:
        if isinstance(content, bytes):
            temporary.write_bytes(content)
        else:
            temporary.write_text(str(content), encoding="utf-8")
    return path


def boundaries(party: Party) -> Boundaries | None:
    """Return what the Party's map is drawn from; None where no boundaries are installed.

    The Party's own layer is a GeoJSON file (longitude/latitude): `boundaries/<ISO3>.geojson` in BIOSETU_HOME, or in the
    folder that BIOSETU_BOUNDARIES names. It replaces the default, Natural Earth.
    """
    coarse = _vendored("countries-50m.json")
    own = _own_layer(party)
    if coarse is None:
        return None
    fine = _vendored("countries-10m.json") if breadth_km(coarse, party.m49) < FINE_UP_TO_KM else None
    return Boundaries(fine or coarse, own, _citation(party, own))


def _citation(party: Party, own: Topology | None) -> str:
    if party.fictional:
        return "Invented outline"
    return ATLAS if own is None else f"{party.name_en}: own boundary layer; around it {ATLAS}"


def _own_layer(party: Party) -> Topology | None:
    folder = Path(os.environ.get("BIOSETU_BOUNDARIES") or home() / "boundaries")
    path = folder / f"{party.iso3}.geojson"
    if party.fictional and not path.exists():
        path = Path(str(files("biosetu.reports") / "data" / f"{party.iso3}.geojson"))
    if not path.exists():
        return None
    try:
        return read_geojson(path, party.m49)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        remedy = "Give polygons in longitude and latitude as GeoJSON, or use --no-map"
        raise DataError(Problem("this boundary cannot be read", remedy, "boundary", file=str(path))) from error


@cache
def _vendored(name: str) -> Topology | None:
    path = Path(str(files("biosetu.figures") / "vendor" / name))
    return read_topology(path) if path.exists() else None
