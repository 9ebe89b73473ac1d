"""Dossiers to look at: real Parties from what the software carries, and the fictional one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from biosetu.jobs.dossier import evidence_of
from biosetu.jobs.party import party_evidence
from biosetu.reports import Document, Evidence
from biosetu.reports.dossier import dossier
from biosetu.translation import Voice

DAY = date(2026, 11, 23)
READ_CLOSELY = ("LKA", "BGD", "NPL", "JOR", "XXA")
_made: dict[tuple[str, str], Document] = {}
_held: dict[str, Evidence] = {}


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))


@pytest.fixture
def evidence() -> object:
    """Return the evidence of a Party on a fixed day."""

    def gather(code: str) -> Evidence:
        if code not in _held:
            _held[code] = evidence_of(party_evidence(code), on=DAY)
        return _held[code]

    return gather


@pytest.fixture
def document(evidence) -> object:
    """Return the dossier of a Party in a language."""

    def make(code: str, language: str = "en") -> Document:
        if (code, language) not in _made:
            _made[code, language] = dossier(evidence(code), Voice(language))
        return _made[code, language]

    return make
