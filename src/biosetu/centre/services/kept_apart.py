"""Which services the record of what was done does not speak of: those of confidential requests, and drafts."""

from __future__ import annotations

from biosetu.centre.audit.models import Apart, keep_apart
from biosetu.centre.services.models import Service, State


def register() -> None:
    """Called once, when the apps are ready."""
    rows = Service.objects.all()
    keep_apart("service", Apart("pk", rows.filter(request__confidential=True), rows.filter(state=State.DRAFT)))
