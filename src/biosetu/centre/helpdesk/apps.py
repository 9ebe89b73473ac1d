"""The app as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class HelpdeskConfig(AppConfig):
    """Configuration of this app."""

    name = "biosetu.centre.helpdesk"
    label = "helpdesk"
    default_auto_field = "django.db.models.BigAutoField"
