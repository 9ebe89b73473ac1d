"""The files that the Convention takes: the upload workbook, its check, the records of the reporting tool."""

from biosetu.reports.cbd.checker import check
from biosetu.reports.cbd.correcting import Change, change_table, correct
from biosetu.reports.cbd.findings import CheckReport, Defect, Finding, Severity, defects
from biosetu.reports.cbd.one_series import LeftOut, left_out, of_other_sources, one_series
from biosetu.reports.cbd.workbook import (
    Point,
    has_attachment,
    points,
    sendable,
    write_attachment,
    write_grids,
    write_upload,
)

__all__ = [
    "Change",
    "CheckReport",
    "Defect",
    "Finding",
    "LeftOut",
    "Point",
    "Severity",
    "change_table",
    "check",
    "correct",
    "defects",
    "has_attachment",
    "left_out",
    "of_other_sources",
    "one_series",
    "points",
    "sendable",
    "write_attachment",
    "write_grids",
    "write_upload",
]
