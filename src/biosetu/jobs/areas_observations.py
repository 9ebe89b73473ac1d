"""Coverage as Observations of indicator 3.1, from official polygons only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from biosetu.indicators import Provenance, method
from biosetu.jobs.areas_layers import Request
from biosetu.observations import validate

READING = 1 << 20


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose figure it is: the Party, the release of the polygons, their holder and licence."""

    party: str
    release: str
    holder: str
    licence: str = "own copy"


def coverage_observations(request: Request, table: pa.Table, origin: Origin, *, official: bool) -> pa.Table:
    """Return coverage as Observations of indicator 3.1, status computed.

    Raises DataError for polygons that are not said to be official: these are context and never 3.1.
    """
    told = {b"biosetu.official": b"yes" if official else b"no"}
    named = table.replace_schema_metadata({**(table.schema.metadata or {}), **told})
    paths = (request.protected, request.within, request.sea, request.inland_water, request.by)
    inputs = "; ".join(f"{path.name} sha256:{_hash(path)}" for path in paths if path is not None)
    provenance = Provenance(origin.party, origin.release, inputs, origin.holder, origin.licence)
    made = method("areas.coverage").observations(named, "3.1", provenance)
    validate(made)
    return made


def _hash(path: Path) -> str:
    """Return the start of the SHA-256 of a file, or of all files of a folder by name."""
    digest = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
        with file.open("rb") as stream:
            _feed(digest.update, stream.read)
    return digest.hexdigest()[:16]


def _feed(update: Callable[[bytes], None], read_some: Callable[[int], bytes]) -> None:
    while block := read_some(READING):
        update(block)
