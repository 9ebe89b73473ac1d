"""The one place that knows the task library, so that Django 6's own can take its place."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

__all__ = ["oldest_waiting", "task"]


def oldest_waiting() -> float:
    """Return how long the oldest task has been waiting [s]; 0 with nothing waiting."""
    waiting: datetime | None = (
        DBTaskResult.objects.ready().order_by("enqueued_at").values_list("enqueued_at", flat=True).first()
    )
    return (timezone.now() - waiting).total_seconds() if waiting else 0.0
