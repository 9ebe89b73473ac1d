"""The app as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """Configuration of this app."""

    name = "biosetu.centre.services"
    label = "services"
    default_auto_field = "django.db.models.BigAutoField"
