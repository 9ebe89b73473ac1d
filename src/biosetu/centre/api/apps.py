"""The API as an application of the centre: it keeps the keys of programs."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Keys of programs."""

    name = "biosetu.centre.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"
