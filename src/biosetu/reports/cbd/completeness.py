"""How complete a national report is: eight items a target, as the reporting tool counts them.

Items: application progress view of SCBD's online-reporting-tool (06b5c70696); "for information only" there too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from biosetu.alignment.national import Promises
from biosetu.framework import Party, indicators, not_relevant, questions
from biosetu.framework.answering import faults, is_open
from biosetu.observations import SETTLED, Source
from biosetu.problems import Severity
from biosetu.reports.cbd.draft import Draft, ReportTarget, filled, report_targets

ITEMS = ("target", "actions", "level", "progress", "challenges", "effectiveness", "headline", "binary")
TEXTS = {
    "actions": "mainActionsSummary",
    "level": "levelOfProgress",
    "progress": "progressSummary",
    "challenges": "keyChallengesSummary",
    "effectiveness": "actionEffectivenessSummary",
}
METER = pa.schema(
    [(name, pa.string()) for name in ("target", "type", "title")]
    + [("present", pa.int32()), ("of", pa.int32())]
    + [("missing", pa.string()), ("headline_missing", pa.string()), ("questions_missing", pa.string())]
)


@dataclass(frozen=True, slots=True)
class Completeness:
    """Which of the eight items a target has; what is missing is named."""

    target: ReportTarget
    present: tuple[str, ...]
    headline_missing: tuple[str, ...]
    questions_missing: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the items that are missing."""
        return tuple(item for item in ITEMS if item not in self.present)


def completeness(party: Party, promises: Promises, draft: Draft, observations: pa.Table) -> tuple[Completeness, ...]:
    """Return the completeness of every target of Section III."""
    settled = _settled(observations)
    return tuple(_of(target, party, draft, settled) for target in report_targets(promises))


def _settled(observations: pa.Table) -> frozenset[str]:
    """Return the indicators on which the Party itself has said something: a figure, no data, or not relevant."""
    rows: list[Mapping[str, Any]] = observations.select(["indicator", "status", "source", "value"]).to_pylist()
    silent = {Source.NO_DATA.value, Source.NOT_RELEVANT.value}
    return frozenset(
        row["indicator"]
        for row in rows
        if row["status"] in SETTLED and (row["value"] is not None or row["source"] in silent)
    )


def _of(target: ReportTarget, party: Party, draft: Draft, settled: frozenset[str]) -> Completeness:
    headline = tuple(
        code for code in _codes(target, "headline") if code not in settled and not not_relevant(party, code)
    )
    asked = _unanswered(target, draft)
    present = ["target", *(item for item, field in TEXTS.items() if filled(draft, f"{target.key}.{field}"))]
    present += [] if headline else ["headline"]
    present += [] if asked else ["binary"]
    return Completeness(target, tuple(item for item in ITEMS if item in present), headline, asked)


def _codes(target: ReportTarget, kind: str) -> tuple[str, ...]:
    wanted = set(target.global_targets)
    return tuple(code for code, known in indicators().items() if known.kind == kind and wanted & set(known.targets))


def _unanswered(target: ReportTarget, draft: Draft) -> tuple[str, ...]:
    given, binary = draft.answers(), set(_codes(target, "binary"))
    open_now = [q for q in questions().values() if q.indicator in binary and q.mandatory and is_open(q, given)]
    wrong = {problem.column for problem in faults(given) if problem.severity is Severity.ERROR}
    return tuple(q.key for q in open_now if not given.get(q.key) or q.key in wrong)


def meter(found: tuple[Completeness, ...]) -> pa.Table:
    """Return completeness as a table: target, type, title, present, of, missing …"""
    return pa.Table.from_pylist(
        [
            {
                "target": entry.target.id,
                "type": entry.target.type,
                "title": entry.target.title,
                "present": len(entry.present),
                "of": len(ITEMS),
                "missing": ", ".join(entry.missing),
                "headline_missing": ", ".join(entry.headline_missing),
                "questions_missing": ", ".join(entry.questions_missing),
            }
            for entry in found
        ],
        schema=METER,
    )
