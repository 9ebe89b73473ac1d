"""A gap, and the facts in which gaps are found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pyarrow as pa

from biosetu.observations import KEY, SCHEMA
from biosetu.observations.own import NOTHING, OwnStatements
from biosetu.observations.sentences import Sentence
from biosetu.statistics.pathway import Pathway
from biosetu.statistics.summary import Summary

Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap of one Party.

    `id` is stable between runs (`<kind>:<what it is about>`). `kind` is a name of the registry. `target` is the code
    of the goal or target, empty where it belongs to none. `says` is what is missing, `closes` what would close it,
    `evidence` the keys of the observations behind it (columns `observations.KEY`), `source` where it is said.
    `shortfall` is how far the figure is from where it should be, as a share of the way (0 to 1, None without one).
    `heading` says in one sentence what all gaps of its kind and target say together; where it is shown in their place
    (`collapsed`), they are its `parts`.
    """

    id: str
    party: str
    kind: str
    target: str
    says: Sentence
    closes: Sentence
    evidence: tuple[Key, ...] = ()
    source: str = ""
    indicator: str = ""
    year: int | None = None
    shortfall: float | None = None
    heading: Sentence | None = None
    parts: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known when gaps are looked for. `tables` holds plain data from other rooms by name.

    Names in use: `requests` (open requests for support: id, target, title, state), `confirmed_gaps` (an officer's or
    a self-assessment's confirmation that something is not measured: id, indicator, text, by, on, source), and what the
    Party promised: `promises.targets`, `promises.actions`, `promises.coverage` … (`alignment.promise_tables`).
    """

    party: str
    observations: pa.Table = field(default_factory=SCHEMA.empty_table)
    summaries: tuple[Summary, ...] = ()
    pathways: tuple[Pathway, ...] = ()
    own: OwnStatements = NOTHING
    tables: Mapping[str, pa.Table] = field(default_factory=lambda: MappingProxyType({}))


def key_of(row: Mapping[str, object]) -> Key:
    """Return the key of an observation."""
    return tuple(value if isinstance(value, int) else str(value) for value in (row[name] for name in KEY))
