"""The subjects for which Parties name focal points, and which of them speak for the Party itself."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

PRIMARY = "primary"


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject for which Parties name focal points (data/focal_points.csv).

    `endorses` says whether its holder endorses requests for the Party, `deputy_endorses` whether a deputy does so in
    the holder's place.
    """

    subject: str
    label: str
    endorses: bool
    deputy_endorses: bool
    source: str

    def lets_endorse(self, *, deputy: bool) -> bool:
        """Return whether the holder, or a deputy, endorses for the Party."""
        return self.deputy_endorses if deputy else self.endorses


@cache
def subjects() -> dict[str, Subject]:
    """Return the subjects by code, in the order of the table."""
    text = (files("biosetu.centre.accounts") / "data" / "focal_points.csv").read_text(encoding="utf-8")
    return {
        row["subject"]: Subject(
            subject=row["subject"],
            label=row["label"],
            endorses=row["endorses"] == "yes",
            deputy_endorses=row["deputy_endorses"] == "yes",
            source=row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    }
