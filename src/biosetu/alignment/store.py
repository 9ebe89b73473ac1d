"""Where promises are kept: a port with two verbs, and a folder of JSON files as its default.

The centre has another adapter, in its database; both run the contract in `tests/alignment/store_contract.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from biosetu.alignment.national import Promises
from biosetu.engine.tables import replacing


class PromiseStore(Protocol):
    """Keeps what each Party promised."""

    def load(self, party: str) -> Promises:
        """Return everything held on a Party; an empty record where nothing is held."""

    def save(self, promises: Promises) -> None:
        """Replace what is held on a Party, all or nothing."""

    def parties(self) -> tuple[str, ...]:
        """Return the Parties on which anything is held, sorted."""


class PromiseFolder:
    """Promises as one JSON file a Party (see `PromiseStore`)."""

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
        """Return the Parties on which anything is held; see `PromiseStore.parties`."""
        return tuple(sorted(path.stem for path in self.folder.glob("*.json")))

    def _path(self, party: str) -> Path:
        if not (len(party) == 3 and party.isascii() and party.isalnum()):
            raise ValueError(f"no Party: {party!r}")
        return self.folder / f"{party}.json"
