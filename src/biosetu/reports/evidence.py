"""What a report is written from: everything held on one Party, as plain records and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from biosetu.framework import Party
from biosetu.observations import SCHEMA


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known here about one Party on one day.

    `observations` holds its Observations (all vintages); `tables` what the rooms have computed or recorded,
    by name (`species.categories` …): a section looks for its own and says nothing where they are missing.
    """

    party: Party
    on: date
    observations: pa.Table = field(default_factory=SCHEMA.empty_table)
    tables: Mapping[str, pa.Table] = field(default_factory=dict)

    def table(self, name: str) -> pa.Table | None:
        """Return a room's table, or None where there is none or it is empty."""
        found = self.tables.get(name)
        return found if found is not None and found.num_rows else None
