"""`python -m biosetu.centre work`: one queue worker; it first takes up what a killed worker left."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand, call_command


class Command(BaseCommand):
    """Run the queue worker until asked to stop."""

    help = "Run the queue worker."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGTERM."""
        call_command("db_worker", interval=0.5, startup_delay=False, reload=False)
