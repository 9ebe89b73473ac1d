"""The app as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class PromisesConfig(AppConfig):
    """Configuration of this app."""

    name = "biosetu.centre.promises"
    label = "promises"
    default_auto_field = "django.db.models.BigAutoField"
