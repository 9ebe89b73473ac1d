"""Where a collection is kept: a port with three verbs, and a folder of JSON files as its default.

The centre has another adapter, in its database; both run the contract in `tests/reports/cbd/collection_contract.py`.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from biosetu.engine.tables import replacing
from biosetu.framework import cycles
from biosetu.reports.cbd.collecting.records import Collection


@dataclass(slots=True)
class Desk:
    """A collection being worked on; what `collection` is at the end is kept."""

    collection: Collection


class CollectionStore(Protocol):
    """Keeps the collections of Parties, one a cycle."""

    def load(self, party: str, cycle: str) -> Collection | None:
        """Return what is held, None where nothing is."""

    def cycles(self, party: str) -> tuple[str, ...]:
        """Return the cycles of which anything is held, in their order."""

    def changing(self, party: str, cycle: str, start: Callable[[], Collection]) -> AbstractContextManager[Desk]:
        """Hold the collection for one writer; what stands on the desk at the end is kept, all of it or nothing.

        `start` makes it where nothing is held yet. Others wait meanwhile. An exception inside keeps nothing.
        """


class CollectionFolder:
    """Collections as one JSON file a Party and cycle (see `CollectionStore`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def load(self, party: str, cycle: str) -> Collection | None:
        """Return what is held; see `CollectionStore.load`."""
        path = self._path(party, cycle)
        return Collection.model_validate_json(path.read_bytes()) if path.exists() else None

    def cycles(self, party: str) -> tuple[str, ...]:
        """Return the cycles held; see `CollectionStore.cycles`."""
        return tuple(name for name in cycles() if self._path(party, name).exists())

    @contextmanager
    def changing(self, party: str, cycle: str, start: Callable[[], Collection]) -> Iterator[Desk]:
        """Hold the collection for one writer; see `CollectionStore.changing`."""
        path = self._path(party, cycle)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = self.load(party, cycle)
            desk = Desk(before or start())
            yield desk
            if desk.collection != before:
                with replacing(path) as temporary:
                    temporary.write_text(desk.collection.model_dump_json(indent=1), encoding="utf-8")

    def _path(self, party: str, cycle: str) -> Path:
        return self.folder / f"{party}-{cycle}.json"
