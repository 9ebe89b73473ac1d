"""The app as Django sees it."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class LibraryConfig(AppConfig):
    """Configuration of this app."""

    name = "biosetu.centre.library"
    label = "library"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("biosetu.centre.library.kept_apart").register()
