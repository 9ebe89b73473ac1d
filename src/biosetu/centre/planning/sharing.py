"""Addresses under which a plan may be read: signed with the key of the centre, good until withdrawn."""

from __future__ import annotations

import uuid

from django.core.signing import BadSignature, Signer

from biosetu.centre.planning.models import Link

_signer = Signer(salt="biosetu.plan")


def token_of(link: Link) -> str:
    """Return what stands in the address of a link."""
    return _signer.sign(link.pk.hex).replace(":", ".")


def link_of(token: str) -> Link | None:
    """Return the link of an address; None where it was never given, was changed, or is withdrawn."""
    name, _, signature = token.partition(".")
    try:
        found = uuid.UUID(hex=_signer.unsign(f"{name}:{signature}"))
    except (BadSignature, ValueError):
        return None
    links = Link.objects.select_related("version", "version__study", "version__by")
    return links.filter(pk=found, revoked_at=None).first()
