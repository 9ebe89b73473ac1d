"""Reminders: an office is told once when a part comes due, and once when it is late. Runs with the queue's worker."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from biosetu.centre.reporting.models import Part, Told
from biosetu.centre.reporting.store import read
from biosetu.centre.reporting.verbs import REMINDED, tell_office
from biosetu.reports.cbd.collecting import PartState, ReportState

DAYS_BEFORE = 7
OPEN = (PartState.ASSIGNED, PartState.ANSWERING)


def remind_due(today: date | None = None) -> int:
    """Look at every open part once; return how many people were told."""
    now = today or timezone.localdate()
    rows = Part.objects.filter(state__in=OPEN, due__lte=now + timedelta(days=DAYS_BEFORE))
    rows = rows.filter(report__state=ReportState.COLLECTING).select_related("report").order_by("pk")
    return sum(_tell(row, "late" if row.due < now else "due") for row in rows.iterator(chunk_size=500))


def _tell(row: Part, kind: str) -> int:
    try:
        with transaction.atomic():
            Told.objects.create(part=row, kind=kind, due=row.due)
            part = read(row.report).part(row.name)
            return tell_office(row.report.party, row.report.cycle, part, REMINDED) if part else 0
    except IntegrityError:
        return 0
