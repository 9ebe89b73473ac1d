"""The app as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """Configuration of this app."""

    name = "biosetu.centre.matching"
    label = "matching"
    default_auto_field = "django.db.models.BigAutoField"
