"""Which entries the record of what was done speaks of to nobody: knowledge that is not released, and drafts."""

from __future__ import annotations

from django.db.models import Q

from biosetu.centre.audit.models import Apart, keep_apart
from biosetu.centre.library.models import RELEASED, Item, Kind, Standing


def register() -> None:
    """Called once, when the apps are ready."""
    for kind in Kind.values:
        rows = Item.objects.filter(kind=kind)
        keep_apart(kind, Apart("pk", rows.none(), rows.filter(~RELEASED | Q(standing=Standing.DRAFT))))
