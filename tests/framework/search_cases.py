"""What people type to find something, and what they mean: one table for the plain search and for both databases."""

import csv
from pathlib import Path
from typing import NamedTuple


class Case(NamedTuple):
    """`first` is the address of what must be found first, empty where nothing may be."""

    text: str
    first: str
    why: str


def _cases() -> list[Case]:
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as stream:
        return [Case(row["text"], row["first"], row["why"]) for row in csv.DictReader(stream)]


# the last cannot stand in a table of text
CASES = [*_cases(), Case("\x00nepal", "party:NPL", "a character that PostgreSQL cannot hold")]
