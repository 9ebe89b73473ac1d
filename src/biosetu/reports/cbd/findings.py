"""What is wrong with a file: the defects (a table), where each was found, and the correction where it is certain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

import pyarrow as pa

from biosetu.engine.grids import Value
from biosetu.reports.cbd.tables import rows


class Severity(StrEnum):
    """What becomes of the row: dropped by the tool, taken with a wrong meaning, or taken but doubtful."""

    DROPPED = "dropped"
    MISREAD = "misread"
    SUSPICIOUS = "suspicious"


BLOCKING = frozenset({Severity.DROPPED, Severity.MISREAD})


@dataclass(frozen=True, slots=True)
class Defect:
    """A kind of defect, from `data/defects.csv`. `basis` says which rule or fact it stands on."""

    id: str
    severity: Severity
    message: Mapping[str, str]
    remedy: Mapping[str, str]
    basis: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A defect in one place.

    `row` counts as a spreadsheet does (0: the whole file); `corrected` is set only where it is certain.
    """

    defect: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    value: str = ""
    detail: str = ""
    corrected: Value = None

    @property
    def severity(self) -> Severity:
        """Return what becomes of the row."""
        return defects()[self.defect].severity

    def message(self, language: str = "en") -> str:
        """Say what is wrong, in plain words."""
        return defects()[self.defect].message[_known(language)].replace("{detail}", self.detail)

    def remedy(self, language: str = "en") -> str:
        """Say what to do."""
        return defects()[self.defect].remedy[_known(language)].replace("{detail}", self.detail)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found. `layout` is what the file was taken for; `rows` the data rows read."""

    file: str
    layout: str
    rows: int
    findings: Sequence[Finding]

    @property
    def blocking(self) -> bool:
        """Return whether anything would be dropped or misread."""
        return any(finding.severity in BLOCKING for finding in self.findings)

    @property
    def has_slid(self) -> bool:
        """Return whether cells of a row stand under other columns than their own, so that none of it is certain."""
        return any(finding.defect == "cells-beyond" for finding in self.findings)

    def table(self, language: str = "en") -> pa.Table:
        """Return the findings as a table: severity, defect, sheet, row, column, value, message, remedy, corrected."""
        records = [
            {
                "severity": str(finding.severity),
                "defect": finding.defect,
                "sheet": finding.sheet,
                "row": finding.row or None,
                "column": finding.column,
                "value": finding.value,
                "message": finding.message(language),
                "remedy": finding.remedy(language),
                "corrected": "" if finding.corrected is None else str(finding.corrected),
            }
            for finding in self.findings
        ]
        return pa.Table.from_pylist(records, schema=FINDINGS)


FINDINGS = pa.schema(
    [pa.field(name, pa.string()) for name in ("severity", "defect", "sheet")]
    + [pa.field("row", pa.int32())]
    + [pa.field(name, pa.string()) for name in ("column", "value", "message", "remedy", "corrected")]
)


@cache
def defects() -> Mapping[str, Defect]:
    """Return every kind of defect by id."""
    records = (
        Defect(
            row["defect"],
            Severity(row["severity"]),
            MappingProxyType({"en": row["message_en"], "ar": row["message_ar"]}),
            MappingProxyType({"en": row["remedy_en"], "ar": row["remedy_ar"]}),
            row["basis"],
        )
        for row in rows("defects")
    )
    return MappingProxyType({defect.id: defect for defect in records})


def _known(language: str) -> str:
    return language if language == "ar" else "en"
