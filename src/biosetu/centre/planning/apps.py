"""The app as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """Configuration of this app."""

    name = "biosetu.centre.planning"
    label = "planning"
    default_auto_field = "django.db.models.BigAutoField"
