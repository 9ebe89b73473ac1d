"""The app as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class AssessorConfig(AppConfig):
    """Configuration of this app."""

    name = "biosetu.centre.assessor"
    label = "assessor"
    default_auto_field = "django.db.models.BigAutoField"
