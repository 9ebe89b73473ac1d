"""The app as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class ValidationConfig(AppConfig):
    """Configuration of this app."""

    name = "biosetu.centre.validation"
    label = "validation"
    default_auto_field = "django.db.models.BigAutoField"
