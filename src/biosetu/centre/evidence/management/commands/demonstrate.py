"""`python -m biosetu.centre demonstrate`: fictional people and the figures they see; a second time changes nothing."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand

from biosetu.centre.accounts import demonstration


class Command(BaseCommand):
    """Load the demonstration."""

    help = "Load fictional people and the figures they see."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it, idempotently."""
        demonstration.load()
