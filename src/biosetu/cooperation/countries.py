"""Where a provider may be at home or have worked: the Parties, and every other country or area of ISO 3166-1.

Help comes from everywhere; who asks is a Party. A code says nothing of the status of a country or area.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from biosetu.framework import parties


@dataclass(frozen=True, slots=True)
class Country:
    """A country or area: its codes of ISO 3166-1 and its subregion of UN M49, empty where it has none."""

    code: str
    iso2: str
    subregion: str


@cache
def countries() -> Mapping[str, Country]:
    """Return the Parties, then the others, by three-letter code."""
    text = (files("biosetu.cooperation") / "data" / "countries.csv").read_text(encoding="utf-8")
    found = {code: Country(code, one.iso2, one.subregion) for code, one in parties().items()}
    found |= {
        row["code"]: Country(row["code"], row["iso2"], row["subregion"]) for row in csv.DictReader(text.splitlines())
    }
    return MappingProxyType(found)


def subregion_of(code: str) -> str:
    """Return the subregion of a country; empty where there is none, or no such country."""
    return countries()[code].subregion if code in countries() else ""
