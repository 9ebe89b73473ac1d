"""Where promises and self-assessments are kept: a port, and a folder of JSON files as its default.

The centre has another adapter, in its database; both run the contract in `tests/alignment/store_contract.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from biosetu.alignment.capacity import SelfAssessment
from biosetu.alignment.national import Promises
from biosetu.engine.tables import replacing

PROMISES, CAPACITY = "alignment", "capacity"


class PromiseStore(Protocol):
    """Keeps what each Party promised, and how it rates what it has."""

    def load(self, party: str) -> Promises:
        """Return everything held on a Party; an empty record where nothing is held."""

    def save(self, promises: Promises) -> None:
        """Replace what is held on a Party, all or nothing."""

    def parties(self) -> tuple[str, ...]:
        """Return the Parties on which promises are held, sorted."""

    def assessment(self, party: str) -> SelfAssessment | None:
        """Return the newest self-assessment of a Party; None where it has made none."""

    def keep_assessment(self, held: SelfAssessment) -> None:
        """Keep a self-assessment as the newest of its Party."""


class PromiseFolder:
    """One JSON file a Party for promises, one for its self-assessment (see `PromiseStore`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def load(self, party: str) -> Promises:
        """Return everything held on a Party; see `PromiseStore.load`."""
        path = self._path(party)
        if not path.exists():
            return Promises(party=party)
        return Promises.model_validate_json(path.read_bytes())

    def save(self, promises: Promises) -> None:
        """Replace what is held on a Party; see `PromiseStore.save`."""
        with replacing(self._path(promises.party)) as temporary:
            temporary.write_text(promises.model_dump_json(indent=1), encoding="utf-8")

    def parties(self) -> tuple[str, ...]:
        """Return the Parties on which promises are held; see `PromiseStore.parties`."""
        return tuple(sorted(path.stem for path in (self.folder / PROMISES).glob("*.json")))

    def assessment(self, party: str) -> SelfAssessment | None:
        """Return the newest self-assessment; see `PromiseStore.assessment`."""
        path = self._path(party, CAPACITY)
        return SelfAssessment.model_validate_json(path.read_bytes()) if path.exists() else None

    def keep_assessment(self, held: SelfAssessment) -> None:
        """Keep a self-assessment; see `PromiseStore.keep_assessment`."""
        with replacing(self._path(held.party, CAPACITY)) as temporary:
            temporary.write_text(held.model_dump_json(indent=1), encoding="utf-8")

    def _path(self, party: str, kind: str = PROMISES) -> Path:
        if not (len(party) == 3 and party.isascii() and party.isalnum()):
            raise ValueError(f"no Party: {party!r}")
        return self.folder / kind / f"{party}.json"
