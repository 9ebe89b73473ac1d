"""The app as Django sees it."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Configuration of this app; the checks of the whole project are registered with it."""

    name = "biosetu.centre.pages"
    label = "pages"

    def ready(self) -> None:
        import_module("biosetu.centre.checks")
