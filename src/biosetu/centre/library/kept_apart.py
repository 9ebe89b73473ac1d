"""Which entries the record of what was done does not speak of: knowledge that is not released, and drafts."""

from __future__ import annotations

from biosetu.centre.audit.models import Apart, keep_apart
from biosetu.centre.library.models import RELEASED, Item, Kind, Standing


def register() -> None:
    """Called once, when the apps are ready."""
    for kind in Kind.values:
        rows = Item.objects.filter(kind=kind)
        keep_apart(kind, Apart("pk", rows.filter(~RELEASED), rows.filter(standing=Standing.DRAFT)))
