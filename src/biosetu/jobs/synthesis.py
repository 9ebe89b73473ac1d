"""The synthesis of a centre: the evidence of all its Parties, written side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from biosetu.framework import coverage_of, find_centre, parties
from biosetu.jobs.dossier import evidence_of, write_document
from biosetu.jobs.party import party_evidence
from biosetu.problems import UsageError
from biosetu.progress import Progress, silent
from biosetu.reports import Document
from biosetu.reports.synthesis import Member, synthesis
from biosetu.translation import Voice, say

SERVED = ("confirmed", "presumed")


def write_synthesis(
    centre: str,
    folder: Path,
    *,
    language: str = "en",
    formats: Sequence[str] = ("html", "json"),
    every_series: bool = False,
    on: date | None = None,
    progress: Progress = silent,
) -> list[Path]:
    """Write the synthesis of a centre's confirmed and presumed Parties into `folder` and return the files."""
    document = synthesis_document(centre, language=language, every_series=every_series, on=on, progress=progress)
    suffix = "" if language == "en" else f".{language}"
    return [write_document(document, name, folder / f"{document.meta['centre']}{suffix}.{name}") for name in formats]


def synthesis_document(
    centre: str,
    *,
    language: str = "en",
    every_series: bool = False,
    on: date | None = None,
    progress: Progress = silent,
) -> Document:
    """Return the synthesis of a centre as a document, without the fictional Party.

    With `every_series` each series of numbers that is held has a page, else each headline series.
    Raises UsageError where no Party is known to be served.
    """
    found = find_centre(centre)
    day = on or datetime.now(UTC).date()
    served = coverage_of(centre=found.id, on=day, certainties=SERVED)
    rows = [row for row in served if not parties()[row.party].fictional]
    if not rows:
        raise UsageError(say("No Party is known to be served by {id}.", id=found.id))
    members = []
    for done, row in enumerate(rows, start=1):
        evidence = evidence_of(party_evidence(row.party), with_map=False, on=day)
        members.append(Member(evidence, row.certainty == "presumed"))
        progress(done, len(rows), row.party)
    return synthesis(found, members, Voice(language), day, every_series=every_series)
