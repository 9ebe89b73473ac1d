"""The national report: the working document, the meter, the bodies for the tool."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from biosetu.alignment.national import Promises
from biosetu.alignment.ort import export_record
from biosetu.alignment.ort.base import OrtRecord
from biosetu.engine.file_names import file_name
from biosetu.engine.tables import replacing
from biosetu.framework import Party
from biosetu.jobs.alignment import promise_records
from biosetu.jobs.collecting import LATEST, collection_of, cycle_of
from biosetu.jobs.dossier import FORMATS, write_document
from biosetu.jobs.party import PartyEvidence, party_evidence
from biosetu.jobs.promises import promises_of, titles_by_target
from biosetu.problems import UsageError
from biosetu.reports.cbd.bodies import (
    binary_body,
    indicator_bodies,
    left_out_of_bodies,
    report_body,
    targets_without_level_identifier,
)
from biosetu.reports.cbd.collecting import Collection
from biosetu.reports.cbd.completeness import Completeness, completeness, meter
from biosetu.reports.cbd.draft import Draft
from biosetu.reports.cbd.national_report import working_document
from biosetu.reports.cbd.one_series import LeftOut
from biosetu.reports.content import Document
from biosetu.reports.evidence import Evidence
from biosetu.translation import Voice, say


@dataclass(frozen=True)
class Working:
    """A report as it stands: what is held on the Party, what it promised, what was collected so far."""

    held: PartyEvidence
    promises: Promises
    collection: Collection

    @property
    def party(self) -> Party:
        """Return whose report it is."""
        return self.held.party

    @property
    def draft(self) -> Draft:
        """Return the texts of the report."""
        return self.collection.draft

    @cached_property
    def complete(self) -> tuple[Completeness, ...]:
        """Return which of the eight items each target has."""
        return completeness(self.party, self.promises, self.draft, self.held.observations)

    def evidence(self, language: str = "en", on: date | None = None) -> Evidence:
        """Return what the working document is written from."""
        held = self.held
        return Evidence(
            party=held.party,
            on=on or datetime.now(UTC).date(),
            observations=held.observations,
            summaries=held.summaries,
            own=held.own,
            gaps=held.gaps,
            promises=titles_by_target(held.tables, language),
        )

    def document(self, language: str = "en", on: date | None = None) -> Document:
        """Return the working document: what is known filled in, what is missing marked."""
        evidence = self.evidence(language, on)
        return working_document(evidence, self.promises, self.draft, self.complete, Voice(language))

    @cached_property
    def levels_by_label(self) -> tuple[str, ...]:
        """Return the targets whose level of progress the bodies hold as a label, its identifier not being known."""
        return targets_without_level_identifier(self.promises, self.draft)

    @cached_property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Return which series, releases and sources stay out of the data, because another is taken."""
        return left_out_of_bodies(self.party.iso3, self.held.observations)

    def bodies(self) -> Iterator[tuple[str, str]]:
        """Yield the JSON bodies for the reporting tool, as file name and text.

        National targets and the Party's statements on global ones, the report, the data, the answers.
        """
        taken: set[str] = set()
        for record in self._records():
            name = _file_of(record, taken)
            yield name, json.dumps(export_record(record), ensure_ascii=False, indent=1)

    def _records(self) -> Iterator[OrtRecord]:
        yield from promise_records(self.promises)
        data = indicator_bodies(self.party.iso3, self.held.observations)
        answers = self.draft.answers()
        binary = binary_body(self.party.iso3, answers) if answers else None
        yield report_body(self.promises, self.draft, data, binary)
        yield from data
        if binary is not None:
            yield binary


def _file_of(record: OrtRecord, taken: set[str]) -> str:
    """Return the name of a record's file: plain whatever its identifier is, and given to no other record."""
    stem = name = f"{record.header.record_schema}-{file_name(record.header.identifier)}"
    while name.casefold() in taken:
        name = f"{stem}-{len(taken)}"
    taken.add(name.casefold())
    return f"{name}.json"


def report_of(party: str, cycle: str = LATEST) -> Working:
    """Return a Party's report as this installation holds it; raise `UsageError` for an unknown Party or cycle."""
    name = cycle_of(cycle)
    held = party_evidence(party)
    return Working(held, promises_of(held.party.iso3), collection_of(held.party.iso3, name))


def write_working_document(
    party: str, out: Path, cycle: str = LATEST, language: str = "en", on: date | None = None
) -> Path:
    """Write the working document of a Party's report (.docx, .html, .pdf or .json)."""
    kind = out.suffix.lower().lstrip(".")
    if kind not in FORMATS:
        raise UsageError(
            say("There is no format '{kind}'. Use one of {formats}.", kind=kind, formats=", ".join(FORMATS))
        )
    return write_document(report_of(party, cycle).document(language, on), kind, out)


def completeness_of(party: str, cycle: str = LATEST) -> pa.Table:
    """Return which of the eight items each target of the report has, and what is missing."""
    return meter(report_of(party, cycle).complete)


def write_bodies(
    party: str, folder: Path, cycle: str = LATEST
) -> tuple[list[Path], tuple[str, ...], tuple[LeftOut, ...]]:
    """Write the bodies for the reporting tool (`Working.bodies`) into `folder`.

    Returns the files, the targets whose level of progress stands as a label (`Working.levels_by_label`), and which
    series and releases stay out of the data because another is taken.
    """
    written, report = [], report_of(party, cycle)
    for name, text in report.bodies():
        with replacing(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")
        written.append(folder / name)
    return written, report.levels_by_label, report.left_out
