"""The store as it stands, read once and kept until something is added: pages ask it as often as they like."""

from __future__ import annotations

from functools import lru_cache

import pyarrow as pa

from biosetu.centre.evidence.models import Commit
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.observations import EVERYTHING, Selection

Version = tuple[int, str]
KEPT = 2


class Snapshot(DatabaseStore):
    """The store at one version. Reading asks memory; writing goes to the database as always."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self._rows = super().select()
        self._gone = super().withdrawn()

    def select(self, selection: Selection = EVERYTHING) -> pa.Table:
        """Return the rows of this version."""
        return selection.of(self._rows)

    def withdrawn(self) -> pa.Table:
        """Return the withdrawn keys of this version."""
        return self._gone


def version() -> Version:
    """Return what changes whenever the store does: its last commit and when that was (one query)."""
    last = Commit.objects.order_by("-sequence").values_list("sequence", "recorded_at").first()
    return (last[0], last[1].isoformat()) if last else (0, "")


def snapshot() -> Snapshot:
    """Return the store as it stands now."""
    return taken(version())


@lru_cache(maxsize=KEPT)
def taken(at: Version) -> Snapshot:
    """Return the store as it was read at a version."""
    return Snapshot(at)
