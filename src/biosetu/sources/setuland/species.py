"""Setuland's species: two invented national Red Lists, assessments, and what was computed from them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from biosetu.sources.setuland.tables import PARTY

__all__ = ["PARTY", "path", "table"]

CITATION = "Red Lists of Setuland, 2010 and 2024 (fictional)"
TEXTS = ("taxon", "category", "criteria", "category_low", "category_high", "near_threshold", "category_shown")


def path(name: str) -> Path:
    """Return the file of a table: history, genuine, inputs, or what was computed: index, categories, assessments."""
    return Path(str(files("biosetu.sources.setuland") / "data" / f"species_{name}.csv"))


@cache
def table(kind: str) -> pa.Table:
    """Return what was computed for Setuland: index, categories or assessments."""
    options = pa_csv.ConvertOptions(column_types=dict.fromkeys(TEXTS, pa.string()), strings_can_be_null=False)
    found = pa_csv.read_csv(path(kind), convert_options=options)
    return found.replace_schema_metadata({"biosetu.citation": CITATION, "biosetu.licence": "CC0 1.0"})
