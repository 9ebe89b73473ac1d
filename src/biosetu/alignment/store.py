"""Where promises, self-assessments and other statements are kept: a port, and a folder of JSON files as its default.

The centre has another adapter, in its database; both run the contract in `tests/alignment/store_contract.py`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from biosetu.alignment.capacity import SelfAssessment
from biosetu.alignment.national import Promises
from biosetu.engine.tables import replacing
from biosetu.observations.own import OwnStatements, own_statements
from biosetu.observations.statement_rows import KINDS, statement_rows
from biosetu.problems import DataError, Problem

PROMISES, CAPACITY, STATEMENTS = "alignment", "capacity", "statements"
VERSION = 1


class PromiseStore(Protocol):
    """Keeps what each Party promised, how it rates what it has, and what else it states of itself."""

    def load(self, party: str) -> Promises:
        """Return everything held on a Party; an empty record where nothing is held."""

    def save(self, promises: Promises, why: str = "") -> None:
        """Replace what is held on a Party, all or nothing; the reason `why`, where one is given, stays on record."""

    def parties(self) -> tuple[str, ...]:
        """Return the Parties on which promises are held, sorted."""

    def assessment(self, party: str) -> SelfAssessment | None:
        """Return the newest self-assessment of a Party; None where it has made none."""

    def keep_assessment(self, held: SelfAssessment) -> None:
        """Keep a self-assessment as the newest of its Party."""

    def own(self, party: str) -> OwnStatements | None:
        """Return the quantities, progress and gaps that a Party states itself; None where it never stated any."""

    def keep_own(self, party: str, statements: OwnStatements) -> None:
        """Replace what a Party states of itself, all or nothing."""


class PromiseFolder:
    """One JSON file a Party each for promises, self-assessment and statements (see `PromiseStore`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def load(self, party: str) -> Promises:
        """Return everything held on a Party; see `PromiseStore.load`."""
        path = self._path(party)
        if not path.exists():
            return Promises(party=party)
        return Promises.model_validate_json(path.read_bytes())

    def save(self, promises: Promises, why: str = "") -> None:
        """Replace what is held on a Party; see `PromiseStore.save`. Reasons stand in `NPL.reasons.txt`, one a line."""
        path = self._path(promises.party)
        with replacing(path) as temporary:
            temporary.write_text(promises.model_dump_json(indent=1), encoding="utf-8")
        if why:
            with path.with_suffix(".reasons.txt").open("a", encoding="utf-8") as reasons:
                reasons.write(f"{datetime.now(UTC).date()} {' '.join(why.split())}\n")

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

    def own(self, party: str) -> OwnStatements | None:
        """Return what a Party states of itself; see `PromiseStore.own`."""
        path = self._path(party, STATEMENTS)
        if not path.exists():
            return None
        held = json.loads(path.read_text(encoding="utf-8"))
        if held["version"] != VERSION:
            message = "these statements were written by another version of BioSetu"
            raise DataError(
                Problem(message, "Use the version that wrote them, or a newer one", "store-version", str(path))
            )
        return own_statements(**{kind: held[kind] for kind in KINDS})

    def keep_own(self, party: str, statements: OwnStatements) -> None:
        """Replace what a Party states of itself; see `PromiseStore.keep_own`."""
        content = {"version": VERSION, **statement_rows(statements)}
        with replacing(self._path(party, STATEMENTS)) as temporary:
            temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")

    def _path(self, party: str, kind: str = PROMISES) -> Path:
        if not (len(party) == 3 and party.isascii() and party.isalnum()):
            raise ValueError(f"no Party: {party!r}")
        return self.folder / kind / f"{party}.json"
