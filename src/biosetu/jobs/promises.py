"""What is held on the promises of a Party, as tables for gaps, dossier and pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache

import pyarrow as pa

from biosetu.alignment import (
    NotCovered,
    PromiseFolder,
    Promises,
    PromiseStore,
    Strategy,
    StrategyStatus,
    merged,
)
from biosetu.alignment.capacity import SelfAssessment, confirmed_gaps, read_assessment
from biosetu.alignment.importing import adopt_ids, read_tables
from biosetu.alignment.promise_tables import promise_tables, text_in
from biosetu.engine.grids import Book, Grid
from biosetu.framework import find_party
from biosetu.home import home
from biosetu.jobs.intake import centre_office, centre_promises, in_centre
from biosetu.problems import UsageError
from biosetu.sources import setuland

SETULAND_SOURCE = "NBSAP of Setuland 2025 (fictional)"
SETULAND_OFFICE = "Ministry of Environment of Setuland (fictional)"
RATED_ON = date(2026, 3, 31)


def promise_store() -> PromiseStore:
    """Return the store of promises: the database of the centre where there is one, else the folder BIOSETU_HOME."""
    return centre_promises() if in_centre() else PromiseFolder(home())


def writing_store(party: str, verb: str, person: str = "") -> PromiseStore:
    """Return the store to write what is held on a Party; in a centre in the name of an account that may do this.

    `verb` is one of the table of permissions: `bring` (what a Party has published), `promise` (its own word).
    Raises `UsageError` where the account may not, or none is named.
    """
    return centre_promises(person, find_party(party).iso3, verb) if in_centre() else PromiseFolder(home())


def office_for(party: str, person: str, office: str) -> str:
    """Return in whose name something is decided: in a centre the office of the account, else the office named."""
    if in_centre():
        return centre_office(person, find_party(party).iso3)
    if not office.strip():
        raise UsageError("Say which office decides (--by OFFICE).")
    return office.strip()


def promises_of(party: str, store: PromiseStore | None = None) -> Promises:
    """Return what a Party (ISO3) promised; Setuland brings its own targets until something is kept on it."""
    kept = store or promise_store()
    if party == setuland.PARTY and party not in kept.parties():
        return _setuland()
    return kept.load(party)


@cache
def _setuland() -> Promises:
    grids = tuple(Grid(name, tuple(rows)) for name, rows in setuland.promises().items())
    imported = read_tables(Book(SETULAND_SOURCE, "csv", grids), setuland.PARTY)
    said = tuple(
        NotCovered(
            party=setuland.PARTY,
            target=row["target"],
            info={"en": row["info_en"], "ar": row["info_ar"]},
            source=SETULAND_SOURCE,
        )
        for row in setuland.statements()
    )
    nothing = Promises(party=setuland.PARTY)
    held = merged(adopt_ids(imported, nothing), nothing)
    return held.model_copy(update={"statements": said, "strategies": tuple(map(_strategy, setuland.strategies()))})


def _strategy(row: Mapping[str, str]) -> Strategy:
    return Strategy(
        id=row["id"],
        party=setuland.PARTY,
        title={"en": row["title_en"], "ar": row["title_ar"]},
        start=date.fromisoformat(row["start"]),
        end=date.fromisoformat(row["end"]),
        status=StrategyStatus(row["status"]),
        adopted=date.fromisoformat(row["adopted"]),
        fits=row["fits"] == "yes",
        source=SETULAND_SOURCE,
    )


@cache
def _setuland_rated() -> SelfAssessment:
    header, *rows = setuland.capacity()
    sheet = ((header[0], "title", *header[1:]), *((row[0], "", *row[1:]) for row in rows))
    return read_assessment(Book(SETULAND_SOURCE, "csv", (Grid("", sheet),)), setuland.PARTY, SETULAND_OFFICE, RATED_ON)


def tables_of(promised: Promises, on: date | None = None, store: PromiseStore | None = None) -> Mapping[str, pa.Table]:
    """Return the tables of what a Party promised (`alignment.promise_tables`), and what its self-assessment confirms.

    None where nothing is loaded.
    """
    tables = dict(promise_tables(promised, on or datetime.now(UTC).date()))
    assessed = assessment_of(promised.party, store)
    if assessed is not None:
        tables["confirmed_gaps"] = confirmed_gaps(assessed)
    return tables


def assessment_of(party: str, store: PromiseStore | None = None) -> SelfAssessment | None:
    """Return the newest capacity self-assessment of a Party (ISO3); Setuland brings its own where it made none."""
    held = (store or promise_store()).assessment(party)
    return _setuland_rated() if held is None and party == setuland.PARTY else held


def titles_by_target(tables: Mapping[str, pa.Table], language: str = "en") -> Mapping[str, tuple[str, ...]] | None:
    """Return the titles of national targets by the goal or target they are aligned to; None where none are loaded."""
    table = tables.get("promises.targets")
    if table is None:
        return None
    found: dict[str, tuple[str, ...]] = {}
    for row in table.to_pylist():
        for entry in row["declared"]:
            found[entry["target"]] = (*found.get(entry["target"], ()), text_in(row["title"], language))
    return found
