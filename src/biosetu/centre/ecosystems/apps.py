"""The app as Django sees it."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class EcosystemsConfig(AppConfig):
    """Configuration of this app."""

    name = "biosetu.centre.ecosystems"
    label = "ecosystems"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("biosetu.centre.ecosystems.accepted")
