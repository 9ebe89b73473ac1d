"""Files of a saved version: tables, documents, and the Convention's workbooks of what the Party has validated."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from biosetu.centre.ecosystems import showing
from biosetu.centre.ecosystems.models import StudyVersion
from biosetu.centre.ecosystems.pages import study_of, telling
from biosetu.centre.evidence.snapshot import snapshot
from biosetu.centre.sending import attached
from biosetu.centre.wording import language
from biosetu.ecosystems.assessment import TEMPLATE, assess, assessment_table
from biosetu.ecosystems.rle_layout import rle_table
from biosetu.engine.tables import write_table
from biosetu.jobs.dossier import write_document
from biosetu.jobs.ecosystems_study import read_study, with_classes
from biosetu.jobs.reporting import write_indicator_workbook
from biosetu.observations import Selection, Source
from biosetu.problems import DataError, Problem
from biosetu.translation import N_, Voice

TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".html": "text/html; charset=utf-8",
}
Writer = Callable[[StudyVersion, Path], None]


def _measured(name: str) -> Writer:
    def write(version: StudyVersion, path: Path) -> None:
        found = read_study(version.measurement.folder)
        if name not in found:
            raise DataError(Problem(N_("There is one date alone: nothing changed."), "", "one-date"))
        write_table(with_classes(found[name], {each["code"]: each for each in version.classes}), path)

    return write


def _assessments(version: StudyVersion, path: Path) -> None:
    write_table(assessment_table(assess(version.rows, version.guidelines)), path)


def _template(version: StudyVersion, path: Path) -> None:
    columns = {name: pa.array([row.get(name, "") for row in version.rows], pa.string()) for name in TEMPLATE}
    write_table(pa.table(columns), path)


def _rle(version: StudyVersion, path: Path) -> None:
    write_table(rle_table(assess(version.rows, version.guidelines)), path)


def _classes(version: StudyVersion, path: Path) -> None:
    names = ("code", "name", "national_type", "functional_group", "confirmed_at")
    columns = {name: pa.array([str(row.get(name) or "") for row in version.classes], pa.string()) for name in names}
    write_table(pa.table(columns), path)


def _document(version: StudyVersion, path: Path) -> None:
    write_document(showing.version_document(version, Voice(language())), path.suffix.removeprefix("."), path)


def _convention(code: str, *, attachment: bool) -> Writer:
    def write(version: StudyVersion, path: Path) -> None:
        party = version.study.party
        table = snapshot().select(Selection(party=(party,), indicator=(code,)))
        upload = path.with_name("upload.xlsx") if attachment else path
        write_indicator_workbook(table, party, code, upload, Source.NATIONAL, path if attachment else None)

    return write


FILES: Mapping[str, Writer] = MappingProxyType(
    {
        "measures.csv": _measured("measures"),
        "measures.xlsx": _measured("measures"),
        "transitions.csv": _measured("transitions"),
        "transitions.xlsx": _measured("transitions"),
        "classes.csv": _classes,
        "template.csv": _template,
        "assessments.csv": _assessments,
        "assessments.xlsx": _assessments,
        "rle.csv": _rle,
        "assessment.docx": _document,
        "assessment.html": _document,
        "A.1.xlsx": _convention("A.1", attachment=False),
        "A.2.xlsx": _convention("A.2", attachment=False),
        "A.1-attachment.xlsx": _convention("A.1", attachment=True),
        "A.2-attachment.xlsx": _convention("A.2", attachment=True),
    }
)


@login_required
@require_safe
@telling
def download(request: HttpRequest, pk: str, number: int, file: str) -> HttpResponse:
    """Send one file of a saved version."""
    study = study_of(request, pk)
    version = get_object_or_404(study.versions.select_related("measurement", "study"), number=number)
    write = FILES.get(file)
    if write is None:
        raise Http404
    with tempfile.TemporaryDirectory(prefix="biosetu-download-") as folder:
        path = Path(folder) / file
        write(version, path)
        return attached(path.read_bytes(), file, TYPES[path.suffix])
