"""Which entries of the directory the record of what was done does not speak of: drafts."""

from __future__ import annotations

from biosetu.centre.audit.models import Apart, keep_apart
from biosetu.centre.directory.models import Provider, Standing


def register() -> None:
    """Called once, when the apps are ready."""
    rows = Provider.objects.all()
    keep_apart("provider", Apart("pk", rows.none(), rows.filter(standing=Standing.DRAFT)))
