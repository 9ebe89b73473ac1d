"""A Party's own results on protected and conserved areas, kept for its dossier; Setuland's come with the software."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from biosetu.engine.tables import write_table
from biosetu.framework import find_party
from biosetu.jobs.areas_setuland import drawn
from biosetu.jobs.party_tables import kept_table, party_path
from biosetu.problems import UsageError
from biosetu.sources.setuland import areas as setuland
from biosetu.translation import say

KINDS = ("coverage", "log", "connectivity", "representation", "quality", "reconciliation", "outlines")
OFFICIAL = b"biosetu.official"
ROOM = "areas"


def keep(code: str, kind: str, table: pa.Table, *, inputs: str = "", official: bool = False) -> Path:
    """Keep a result for the dossier of a Party, replacing what was kept before; coverage takes its old outlines off.

    kind: one of KINDS; inputs: the files it was computed from; official: whether these are the WDPA, the WD-OECM or
    the Party's own register, else the figures are told as context. Raises UsageError for an unknown Party or kind, or
    a result that is of several areas.
    """
    if kind not in KINDS:
        raise UsageError(say("There is no result '{kind}'. Use one of {kinds}.", kind=kind, kinds=", ".join(KINDS)))
    _refuse_many(kind, table)
    iso3 = find_party(code).iso3
    path = party_path(iso3, ROOM, kind)
    if kind == "coverage":
        party_path(iso3, ROOM, "outlines").unlink(missing_ok=True)
    told = {b"biosetu.inputs": inputs.encode(), OFFICIAL: b"yes" if official else b"no"}
    write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), **told}), path)
    return path


def _refuse_many(kind: str, table: pa.Table) -> None:
    """Refuse what a dossier could not tell apart: several areas, or classes where the whole is wanted."""
    if "area" in table.column_names and len(set(table.column("area").to_pylist())) > 1:
        raise UsageError("A dossier is of one Party: keep a result of one area, with --only.")
    if kind == "coverage" and "class" in table.column_names and any(table.column("class").to_pylist()):
        raise UsageError("Keep coverage without --by; `areas representation --keep` keeps classes.")


def _kept(iso3: str, kind: str) -> pa.Table | None:
    found = kept_table(iso3, ROOM, kind)
    return setuland.table(kind) if found is None and iso3 == setuland.PARTY else found


def coverage(iso3: str) -> pa.Table | None:
    """Return the coverage of a Party by year, None where none is kept."""
    return _kept(iso3, "coverage")


def log(iso3: str) -> pa.Table | None:
    """Return the cleaning log of that coverage."""
    return _kept(iso3, "log")


def connectivity(iso3: str) -> pa.Table | None:
    """Return ProtConn of a Party."""
    return _kept(iso3, "connectivity")


def representation(iso3: str) -> pa.Table | None:
    """Return how much of each ecosystem or other feature of a Party is protected."""
    return _kept(iso3, "representation")


def quality(iso3: str) -> pa.Table | None:
    """Return which part of a Party's protected areas is assessed, by kind of assessment."""
    return _kept(iso3, "quality")


def reconciliation(iso3: str) -> pa.Table | None:
    """Return figures on the share protected side by side, with the difference by cause."""
    return _kept(iso3, "reconciliation")


def outlines(iso3: str) -> pa.Table | None:
    """Return the outlines of a Party's protected and conserved areas as its map needs them, and no finer."""
    found = kept_table(iso3, ROOM, "outlines")
    return drawn() if found is None and iso3 == setuland.PARTY else found
