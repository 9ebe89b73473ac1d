"""The national report: the working document, the meter, the parts for the offices, the bodies for the tool."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pyarrow as pa

from biosetu.alignment.ort import export_record
from biosetu.engine.tables import replacing
from biosetu.jobs.collecting import LATEST, collection_of
from biosetu.jobs.dossier import FORMATS, evidence_of, write_document
from biosetu.jobs.party import party_evidence
from biosetu.jobs.promises import promises_of
from biosetu.problems import UsageError
from biosetu.reports.cbd.bodies import binary_body, indicator_bodies, report_body
from biosetu.reports.cbd.completeness import completeness, meter
from biosetu.reports.cbd.draft import Draft
from biosetu.reports.cbd.national_report import working_document
from biosetu.translation import Voice


def draft_of(party: str, cycle: str = LATEST) -> Draft:
    """Return the draft of a cycle as it is being collected (see `jobs.collecting`)."""
    return collection_of(party, cycle).draft


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
