"""Which day it is for the helpdesk: today, or the day that the demonstration plays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, tzinfo

from django.utils import timezone

_played: ContextVar[datetime | None] = ContextVar("played", default=None)


def now() -> datetime:
    """Return the moment in hand."""
    return _played.get() or timezone.now()


def today(zone: tzinfo | None = None) -> date:
    """Return the day in hand: here, or in another time zone."""
    return timezone.localdate(now(), zone)


@contextmanager
def on(moment: datetime) -> Iterator[None]:
    """Let verbs inside act as if it were `moment`; the audit keeps the real time."""
    token = _played.set(moment)
    try:
        yield
    finally:
        _played.reset(token)
