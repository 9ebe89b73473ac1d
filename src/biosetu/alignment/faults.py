"""What is wrong with a value that a record refused, in our own words instead of the reader's own English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from biosetu.translation import N_, say

# the kinds of pydantic's faults, https://docs.pydantic.dev/latest/errors/validation_errors/ (v2)
FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "missing": N_("is missing"),
        "extra_forbidden": N_("there is no such field"),
        "string": N_("is no text"),
        "int": N_("is no whole number"),
        "float": N_("is no number"),
        "decimal": N_("is no number"),
        "finite": N_("is no number"),
        "bool": N_("is neither yes nor no"),
        "list": N_("is no list"),
        "tuple": N_("is no list"),
        "dict": N_("is no record with fields"),
        "model": N_("is no record with fields"),
        "date": N_("is no date"),
        "datetime": N_("is no date"),
        "url": N_("is no web address"),
        "greater": N_("is too small"),
        "less": N_("is too large"),
        "too_long": N_("is too long"),
        "string_too_long": N_("is too long"),
        "string_too_short": N_("is empty"),
    }
)
CHOICES = frozenset({"enum", "literal_error"})


def fault_said(fault: Mapping[str, Any]) -> str:
    """Return what is wrong by one of the faults that pydantic's `ValidationError.errors()` lists."""
    kind = str(fault["type"])
    if kind in CHOICES:
        return say("is not one of {choices}", choices=fault["ctx"]["expected"])
    if kind == "value_error":
        return str(fault["ctx"]["error"])
    return FAULTS.get(kind) or FAULTS.get(kind.partition("_")[0]) or N_("cannot be read")
