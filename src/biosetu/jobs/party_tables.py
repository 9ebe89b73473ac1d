"""Where a Party's own results lie: one Parquet file a room and kind, in BIOSETU_HOME/parties/<ISO3>/<room>."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from biosetu.home import home


def party_folder(iso3: str, room: str) -> Path:
    """Return the folder of a Party's results of one room."""
    return home() / "parties" / iso3 / room


def party_path(iso3: str, room: str, kind: str) -> Path:
    """Return where a result is kept."""
    return party_folder(iso3, room) / f"{kind}.parquet"


def kept_table(iso3: str, room: str, kind: str) -> pa.Table | None:
    """Return a result that was kept, None where there is none."""
    path = party_path(iso3, room, kind)
    return pq.read_table(path) if path.is_file() else None
