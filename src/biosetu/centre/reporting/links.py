"""Signed links for offices: one opens the office's own parts of one report, until a day, unless it is revoked."""

from __future__ import annotations

import uuid
from datetime import date

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.utils import timezone

from biosetu.centre.reporting.models import Link

SALT = "biosetu.office-link"


def token_of(link: Link) -> str:
    """Return the secret part of a link's address; without the centre's key nobody makes one."""
    return Signer(salt=SALT).sign(link.pk.hex)


def opened(token: str, today: date | None = None) -> Link | None:
    """Return the link of a token that stands today; None for one that is forged, expired or revoked."""
    try:
        found = Link.objects.select_related("report").filter(pk=uuid.UUID(Signer(salt=SALT).unsign(token))).first()
    except (BadSignature, ValueError, ValidationError):
        return None
    if found is None or not found.stands(today or timezone.localdate()):
        return None
    Link.objects.filter(pk=found.pk).update(used_at=timezone.now())
    return found
