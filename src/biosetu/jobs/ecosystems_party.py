"""A Party's own results on ecosystems, kept for its dossier; Setuland's come with the software."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from biosetu.ecosystems.extent import extent_by_group
from biosetu.ecosystems.pictures import picture_of, pictures_table
from biosetu.engine.tables import write_table
from biosetu.framework import find_party
from biosetu.home import home
from biosetu.observations import SETTLED
from biosetu.problems import UsageError
from biosetu.sources.setuland import ecosystems as setuland
from biosetu.translation import say

KM_PER_DEGREE = 111.2
VINTAGE = b"biosetu.vintage"
KINDS = ("measures", "transitions", "pictures", "assessments", "index")


def keep(code: str, kind: str, table: pa.Table) -> Path:
    """Keep a result for the dossier of a Party, replacing what was kept before.

    Args:
        code: the Party.
        kind: one of KINDS.
        table: result of `ecosystems measure` (and its transitions), `assess` or `index`.

    Raises:
        UsageError: an unknown Party or kind.
    """
    if kind not in KINDS:
        raise UsageError(say("There is no result '{kind}'. Use one of {kinds}.", kind=kind, kinds=", ".join(KINDS)))
    path = _path(find_party(code).iso3, kind)
    write_table(table, path)
    return path


@dataclass(frozen=True, slots=True)
class KeptStudy:
    """What the figures of an accepted study say of themselves, and how it is cited."""

    inputs: str
    vintage: str
    citation: str
    licence: str


def keep_study(code: str, tables: Mapping[str, pa.Table], about: KeptStudy) -> None:
    """Keep the tables of a study that a Party has accepted for its dossier, in place of whatever was kept before.

    Args:
        code: the Party.
        tables: by KINDS; a kind that is not given is not kept either.
        about: of its figures; `standing` finds by it whether they still stand.
    """
    iso3 = find_party(code).iso3
    said = {f"biosetu.{name}": text for name, text in asdict(about).items()}
    for kind in KINDS:
        if kind in tables:
            table = tables[kind]
            known = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
            write_table(table.replace_schema_metadata(known | said), _path(iso3, kind))
        else:
            _path(iso3, kind).unlink(missing_ok=True)


def standing(tables: Mapping[str, pa.Table], observations: pa.Table) -> Mapping[str, pa.Table]:
    """Return the tables of a Party without those of an accepted study whose figures were withdrawn since.

    Args:
        tables: by name, as `ecosystems.measures`.
        observations: what is held on the Party, withdrawn figures left out.
    """
    studies = {_study_of(table) for name, table in tables.items() if name.startswith("ecosystems.")} - {None}
    if not studies:
        return tables
    held = observations.select(["inputs", "vintage", "status"]).to_pylist()
    gone = studies - {(row["inputs"], str(row["vintage"])) for row in held if row["status"] in SETTLED}
    return {name: table for name, table in tables.items() if _study_of(table) not in gone}


def _study_of(table: pa.Table) -> tuple[str, str] | None:
    """Return inputs and vintage of the study that a table is kept from; None for what a person kept."""
    said = table.schema.metadata or {}
    return (said[b"biosetu.inputs"].decode(), said[VINTAGE].decode()) if VINTAGE in said else None


def stamp(code: str) -> int:
    """Return a number that changes whenever the measures kept for a Party change; 0 where none are."""
    path = _path(code, "measures")
    return path.stat().st_mtime_ns if path.exists() else 0


def _path(iso3: str, kind: str) -> Path:
    return home() / "parties" / iso3 / "ecosystems" / f"{kind}.parquet"


def _kept(iso3: str, kind: str) -> pa.Table | None:
    path = _path(iso3, kind)
    if path.is_file():
        return pq.read_table(path)
    if iso3 != setuland.PARTY or _path(iso3, "measures").is_file():
        return None
    return _setuland_pictures() if kind == "pictures" else setuland.table(kind)


@cache
def _setuland_pictures() -> pa.Table:
    side_km = setuland.SIDE * setuland.PIXEL_DEGREES * KM_PER_DEGREE
    return pictures_table([picture_of(year, setuland.codes(year), [0], (side_km, side_km)) for year in setuland.YEARS])


def measures(iso3: str) -> pa.Table | None:
    """Return the measures of a Party's ecosystems, None where none are kept."""
    return _kept(iso3, "measures")


def transitions(iso3: str) -> pa.Table | None:
    """Return what became what between the dates of a Party's maps."""
    return _kept(iso3, "transitions")


def pictures(iso3: str) -> pa.Table | None:
    """Return the small pictures of a Party's maps."""
    return _kept(iso3, "pictures")


def assessments(iso3: str) -> pa.Table | None:
    """Return the Red List assessments of a Party's ecosystems."""
    return _kept(iso3, "assessments")


def index(iso3: str) -> pa.Table | None:
    """Return the Red List Index of a Party's ecosystems."""
    return _kept(iso3, "index")


def extent(iso3: str) -> pa.Table | None:
    """Return the extent by functional group, from the measures kept; None where they have no group or no date."""
    table = measures(iso3)
    if table is None or "functional_group" not in table.column_names or table["date"].null_count:
        return None
    return extent_by_group(table.to_pylist())
