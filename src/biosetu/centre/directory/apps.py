"""The app as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """Configuration of this app."""

    name = "biosetu.centre.directory"
    label = "directory"
    default_auto_field = "django.db.models.BigAutoField"
