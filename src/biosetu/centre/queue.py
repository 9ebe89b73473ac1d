"""The one place that knows the task library, so that Django 6's own can take its place."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min
from django.utils import timezone
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

__all__ = ["keep_going", "oldest_waiting", "task"]


def oldest_waiting() -> float:
    """Return how long the oldest task has been waiting since it could begin [s]; 0 with nothing waiting."""
    now, ready = timezone.now(), DBTaskResult.objects.ready()
    at_once = ready.filter(run_after__gt=now).aggregate(since=Min("enqueued_at"))["since"]
    put_off = ready.filter(run_after__lte=now).aggregate(since=Min("run_after"))["since"]
    waiting: list[datetime] = [since for since in (at_once, put_off) if since is not None]
    return (now - min(waiting)).total_seconds() if waiting else 0.0


def keep_going(repeated: Any, seconds: float) -> bool:
    """Queue a task for so many seconds from now, unless it waits in the queue already; return whether it was queued.

    A task that ends with this call, and a worker that begins with it, repeat it: two workers that queue it at once make
    two, of which the first to run queues no third.
    """
    if DBTaskResult.objects.filter(task_path=repeated.module_path, status=TaskResultStatus.READY).exists():
        return False
    repeated.using(run_after=timezone.now() + timedelta(seconds=seconds)).enqueue()
    return True
