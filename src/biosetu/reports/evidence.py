"""What a report is written from: everything held on one Party, as plain records and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from biosetu.alignment.gaps import Gap
from biosetu.figures import Topology
from biosetu.framework import Party
from biosetu.observations import SCHEMA
from biosetu.observations.own import NOTHING, OwnStatements
from biosetu.statistics.summary import Summary


@dataclass(frozen=True, slots=True)
class Boundaries:
    """What maps are drawn from: the world's boundaries, and the Party's own where it has given one."""

    world: Topology
    own: Topology | None = None
    citation: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known here about one Party on one day.

    `observations` holds its Observations (all vintages), `summaries` what they say; `own` what the Party states of
    itself; `gaps` the ranked gaps; `promises` the titles of its national targets by the code
    of the goal or target they are aligned to, None where no national targets are loaded. `tables` holds what the rooms
    have computed or recorded, by name (`species.categories` …): a section looks for its own and says nothing where it
    is missing. Without `boundaries` there is no map; where one is wanted (`mapped`) the report says so.
    """

    party: Party
    on: date
    observations: pa.Table = field(default_factory=SCHEMA.empty_table)
    summaries: tuple[Summary, ...] = ()
    own: OwnStatements = NOTHING
    gaps: tuple[Gap, ...] = ()
    promises: Mapping[str, tuple[str, ...]] | None = None
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    boundaries: Boundaries | None = None
    mapped: bool = False

    def table(self, name: str) -> pa.Table | None:
        """Return a room's table, or None where there is none or it is empty."""
        found = self.tables.get(name)
        return found if found is not None and found.num_rows else None
