"""Entries of the library as matching sees them, and to whom a call is open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from biosetu.cooperation.forms import parts
from biosetu.cooperation.records import Provider, provider_from
from biosetu.framework import parties


def entry(name: str, values: Mapping[str, str]) -> Provider:
    """Return an entry of the library as matching sees it; `values` are the fields of its form."""
    known = provider_from({**values, "provider": name, "work": "", "parties": values.get("party", "")})
    words = (values.get(field, "") for field in ("title", "problem", "purpose", "description", "blocks", "outcomes"))
    first = next(iter(parts(values.get("party", ""))), "")
    return Provider(
        provider=name,
        party="",
        region=parties()[first].subregion if first in parties() else "",
        targets=known.targets,
        indicators=known.indicators,
        ecosystems=known.ecosystems,
        actions=known.actions,
        threats=known.threats,
        languages=known.languages,
        parties=known.parties,
        work=(" ".join(filter(None, words)),),
    )


def is_open(values: Mapping[str, str], party: str, today: date) -> bool:
    """Return whether a call is open to a Party today: its deadline has not passed and its area includes the Party.

    A call without areas is open to all; without deadline it stands.
    """
    areas = parts(values.get("areas", ""))
    deadline = values.get("deadline", "")
    return (not areas or not party or party in areas) and (not deadline or date.fromisoformat(deadline) >= today)
