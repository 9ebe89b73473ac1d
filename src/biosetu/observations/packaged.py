"""Tables that come with the software: CSV files in a room's `data/`, as rows of texts."""

from __future__ import annotations

import csv
import io
from importlib.resources import files


def packaged_rows(room: str, name: str) -> list[dict[str, str]]:
    """Return the rows of `data/<name>.csv` in a package such as `biosetu.statistics`, by column name."""
    text = (files(room) / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))
