"""The national report: the working document, the meter, the parts for the offices, the bodies for the tool."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from biosetu.alignment.ort import export_record
from biosetu.engine.grids import read_book
from biosetu.engine.tables import replacing
from biosetu.framework import cycles, find_party
from biosetu.framework.answering import faults
from biosetu.home import home
from biosetu.jobs.dossier import FORMATS, evidence_of, write_document
from biosetu.jobs.party import party_evidence
from biosetu.jobs.promises import promises_of
from biosetu.problems import DataError, Severity, UsageError
from biosetu.reports.cbd.bodies import binary_body, indicator_bodies, report_body
from biosetu.reports.cbd.completeness import completeness, meter
from biosetu.reports.cbd.draft import Conflict, Draft, carried_over, known_keys, merge
from biosetu.reports.cbd.national_report import working_document
from biosetu.reports.cbd.parts import Assignment, part_rows, returned
from biosetu.reports.cbd.workbook import write_grids
from biosetu.translation import Voice

LATEST = "7NR"


def draft_of(party: str, cycle: str = LATEST) -> Draft:
    """Return the draft of a cycle; where there is none, the last cycle's texts carried over for review."""
    if cycle not in cycles():
        raise UsageError(f"There is no reporting cycle {cycle!r}. Use one of {', '.join(cycles())}.")
    iso3 = find_party(party).iso3
    path = _place(iso3, cycle)
    if path.exists():
        return Draft.model_validate_json(path.read_bytes())
    earlier = [name for name in list(cycles())[: list(cycles()).index(cycle)] if _place(iso3, name).exists()]
    return carried_over(draft_of(iso3, earlier[-1]), cycle) if earlier else Draft(party=iso3, cycle=cycle)


def save_draft(draft: Draft) -> None:
    """Keep a draft, replacing the one held at once or not at all."""
    with replacing(_place(draft.party, draft.cycle)) as temporary:
        temporary.write_text(draft.model_dump_json(indent=1), encoding="utf-8")


def _place(party: str, cycle: str) -> Path:
    return home() / "reports" / f"{party}-{cycle}.json"


def write_working_document(
    party: str, out: Path, cycle: str = LATEST, language: str = "en", on: date | None = None
) -> Path:
    """Write the working document of a Party's report (.docx, .html, .pdf or .json)."""
    kind = out.suffix.lower().lstrip(".")
    if kind not in FORMATS:
        raise UsageError(f"There is no format {kind!r}. Use one of {', '.join(FORMATS)}.")
    held = party_evidence(party)
    evidence = evidence_of(held, language=language, with_map=False, on=on)
    promises, draft = promises_of(held.party.iso3), draft_of(held.party.iso3, cycle)
    complete = completeness(held.party, promises, draft, held.observations)
    return write_document(working_document(evidence, promises, draft, complete, Voice(language)), kind, out)


def completeness_of(party: str, cycle: str = LATEST) -> pa.Table:
    """Return which of the eight items each target of the report has, and what is missing."""
    held = party_evidence(party)
    iso3 = held.party.iso3
    return meter(completeness(held.party, promises_of(iso3), draft_of(iso3, cycle), held.observations))


def write_bodies(party: str, folder: Path, cycle: str = LATEST) -> list[Path]:
    """Write the bodies for the reporting tool: the report, each indicator's data, the binary answers where complete."""
    held = party_evidence(party)
    iso3 = held.party.iso3
    draft = draft_of(iso3, cycle)
    data = indicator_bodies(iso3, held.observations)
    records = [report_body(promises_of(iso3), draft, data), *data]
    if draft.answers():
        records.append(binary_body(iso3, draft.answers()))
    written = []
    for record in records:
        name = f"{record.header.record_schema}-{record.header.identifier}.json"
        with replacing(folder / name) as temporary:
            temporary.write_text(json.dumps(export_record(record), ensure_ascii=False, indent=1), encoding="utf-8")
        written.append(folder / name)
    return written


def write_part(party: str, assignment: Assignment, out: Path, cycle: str = LATEST, language: str = "en") -> int:
    """Write a part of the report as a workbook for an office; return the number of fields."""
    iso3 = find_party(party).iso3
    rows = part_rows(assignment, promises_of(iso3), draft_of(iso3, cycle), language)
    write_grids({"part": rows}, out)
    return len(rows) - 1


@dataclass(frozen=True, slots=True)
class PartOutcome:
    """What merging a returned part did."""

    taken: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    unknown: tuple[str, ...]


def read_part(party: str, path: Path, office: str, cycle: str = LATEST, on: date | None = None) -> PartOutcome:
    """Merge a part that came back into the draft: what nobody else changed is taken, conflicts are left for a person.

    Raises `DataError` where answers to binary questions break the choice rules of annex III; then nothing is kept.
    """
    iso3 = find_party(party).iso3
    draft = draft_of(iso3, cycle)
    day = on or datetime.now(UTC).date()
    done = merge(draft, returned(read_book(path)), office, day, known_keys(promises_of(iso3)))
    wrong = [problem for problem in faults(done.draft.answers()) if problem.severity is Severity.ERROR]
    if wrong:
        raise DataError(wrong)
    if done.taken:
        save_draft(done.draft)
    return PartOutcome(done.taken, done.conflicts, done.unknown)
