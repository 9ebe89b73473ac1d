"""The app as Django sees it."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class HelpdeskConfig(AppConfig):
    """Configuration of this app."""

    name = "biosetu.centre.helpdesk"
    label = "helpdesk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("biosetu.centre.helpdesk.kept_apart").register()
