"""The app as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Configuration of this app."""

    name = "biosetu.centre.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
