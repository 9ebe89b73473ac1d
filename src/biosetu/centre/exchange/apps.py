"""The app as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Configuration of this app."""

    name = "biosetu.centre.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"
