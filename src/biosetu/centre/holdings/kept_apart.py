"""Which holdings the record of what was done does not speak of: those that are not shown to everyone."""

from __future__ import annotations

from biosetu.centre.audit.models import Apart, keep_apart
from biosetu.centre.holdings.models import OPEN, PUBLISHED, Holding


def register() -> None:
    """Called once, when the apps are ready: what the holders alone see is told to nobody."""
    rows = Holding.objects.all()
    keep_apart("holding", Apart("pk", rows.exclude(PUBLISHED), rows.exclude(OPEN)))
