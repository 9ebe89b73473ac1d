"""The app as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Configuration of this app."""

    name = "biosetu.centre.evidence"
    label = "evidence"
    default_auto_field = "django.db.models.BigAutoField"
