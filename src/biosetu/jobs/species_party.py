"""A Party's own results on species, kept for its dossier; Setuland's come with the software."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from biosetu.engine.tables import write_table
from biosetu.framework import find_party
from biosetu.jobs.party_tables import kept_table, party_path
from biosetu.problems import UsageError
from biosetu.sources.setuland import species as setuland
from biosetu.translation import say

ROOM = "species"
KINDS = ("index", "categories", "assessments")


def keep(code: str, kind: str, table: pa.Table, *, citation: str, licence: str = "") -> Path:
    """Keep a result for the dossier of a Party, replacing what was kept before.

    Args:
        code: the Party.
        kind: one of KINDS.
        table: result of `species index`, its categories, or of `species assess`.
        citation: what it was computed from, as the dossier names it.
        licence: of that.

    Raises:
        UsageError: an unknown Party or kind.
    """
    if kind not in KINDS:
        raise UsageError(say("There is no result '{kind}'. Use one of {kinds}.", kind=kind, kinds=", ".join(KINDS)))
    path = party_path(find_party(code).iso3, ROOM, kind)
    write_table(table.replace_schema_metadata({"biosetu.citation": citation, "biosetu.licence": licence}), path)
    return path


def keep_all(code: str, tables: Sequence[tuple[str, pa.Table]], citation: str, licence: str = "") -> list[Path]:
    """Keep several results of one run."""
    return [keep(code, kind, table, citation=citation, licence=licence) for kind, table in tables]


def _kept(iso3: str, kind: str) -> pa.Table | None:
    found = kept_table(iso3, ROOM, kind)
    return setuland.table(kind) if found is None and iso3 == setuland.PARTY else found


def index(iso3: str) -> pa.Table | None:
    """Return the Red List Index kept for a Party, None where there is none."""
    return _kept(iso3, "index")


def categories(iso3: str) -> pa.Table | None:
    """Return the taxa by group and category behind the index."""
    return _kept(iso3, "categories")


def assessments(iso3: str) -> pa.Table | None:
    """Return the national assessments kept for a Party."""
    return _kept(iso3, "assessments")
