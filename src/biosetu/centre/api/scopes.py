"""What a key may be good for: one table (data/scopes.csv)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Scope:
    """One line of the table."""

    scope: str
    label: str
    reason: str


@cache
def scopes() -> tuple[Scope, ...]:
    """Return the table in its order."""
    text = (files("biosetu.centre.api") / "data" / "scopes.csv").read_text(encoding="utf-8")
    return tuple(Scope(**row) for row in csv.DictReader(text.splitlines()))
