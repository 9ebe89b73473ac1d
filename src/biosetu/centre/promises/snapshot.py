"""Promises as they stand, read once for all Parties and kept until something changes."""

from __future__ import annotations

from functools import lru_cache

from biosetu.alignment import Promises
from biosetu.alignment.capacity import SelfAssessment
from biosetu.centre.promises.store import DatabasePromises, Version, load_all, newest_assessments, own_of, version
from biosetu.observations.own import OwnStatements

KEPT = 2


class Snapshot(DatabasePromises):
    """The store at one version. Reading asks memory; writing goes to the database as always."""

    def __init__(self, at: Version) -> None:
        super().__init__()
        self.version = at
        self._promises = load_all()
        self._assessments = newest_assessments()
        self._own = own_of()
        self._parties = super().parties()

    def parties(self) -> tuple[str, ...]:
        """Return the Parties on which promises were held at this version."""
        return self._parties

    def load(self, party: str) -> Promises:
        """Return what was held on a Party at this version."""
        return self._promises.get(party) or Promises(party=party)

    def assessment(self, party: str) -> SelfAssessment | None:
        """Return the self-assessment of a Party at this version."""
        return self._assessments.get(party)

    def own(self, party: str) -> OwnStatements | None:
        """Return what a Party stated of itself at this version."""
        return self._own.get(party)


def snapshot() -> Snapshot:
    """Return the store as it stands now."""
    return taken(version())


@lru_cache(maxsize=KEPT)
def taken(at: Version) -> Snapshot:
    """Return the store as it was read at a version."""
    return Snapshot(at)
