"""The app as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    """Configuration of this app."""

    name = "biosetu.centre.reporting"
    label = "reporting"
    default_auto_field = "django.db.models.BigAutoField"
