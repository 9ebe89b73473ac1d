"""The tables of the room: read from `data/` as they stand."""

from __future__ import annotations

import csv
from importlib.resources import files


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of the room."""
    text = (files("biosetu.species") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
