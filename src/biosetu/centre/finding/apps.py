"""The app as Django sees it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FindingConfig(AppConfig):
    """Configuration of this app; the index is filled whenever the database was brought up to date."""

    name = "biosetu.centre.finding"
    label = "finding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_fill, sender=self, dispatch_uid="finding.fill")


def _fill(using: str, **_: Any) -> None:
    import_module("biosetu.centre.finding.index").fill(using)
