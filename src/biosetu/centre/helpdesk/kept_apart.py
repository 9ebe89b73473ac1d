"""Which requests the record of what was done does not speak of: confidential ones, and drafts."""

from __future__ import annotations

from biosetu.centre.audit.models import Apart, keep_apart
from biosetu.centre.helpdesk.models import SupportRequest


def register() -> None:
    """Called once, when the apps are ready."""
    rows = SupportRequest.objects.all()
    keep_apart("request", Apart("reference", rows.filter(confidential=True), rows.filter(state="draft")))
