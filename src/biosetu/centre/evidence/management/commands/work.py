"""`python -m biosetu.centre work`: one queue worker, which also takes up what killed workers left."""

from __future__ import annotations

import logging
import threading
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management import BaseCommand, call_command
from django.db import DatabaseError, connection

from biosetu.centre.assessor.working import compile_ahead, release_silent_occurrences
from biosetu.centre.background import SILENT_SECONDS
from biosetu.centre.ecosystems.degrading import release_silent_degradations
from biosetu.centre.ecosystems.working import release_silent_measurements
from biosetu.centre.evidence import working as runs
from biosetu.centre.exchange.sheets import release_silent_sheets
from biosetu.centre.matching import working as assignments
from biosetu.centre.planning import working as plans
from biosetu.centre.queue import keep_going
from biosetu.centre.reminders import EVERY_SECONDS, look

POLL_SECONDS = 0.5
RELEASES: tuple[Callable[..., int], ...] = (
    runs.release_silent,
    plans.release_silent,
    release_silent_measurements,
    release_silent_degradations,
    release_silent_occurrences,
    release_silent_sheets,
    assignments.release_silent,
)
logger = logging.getLogger("biosetu.runs")


class Command(BaseCommand):
    """Run the queue worker until asked to stop."""

    help = "Run the queue worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add `--alone`."""
        parser.add_argument("--alone", action="store_true", help="No other worker runs: take up every run at once.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGTERM."""
        for release in RELEASES:
            release(0) if options["alone"] else release()
        threading.Thread(target=_watch, daemon=True).start()
        threading.Thread(target=compile_ahead, daemon=True).start()
        keep_going(look, 0)
        call_command("db_worker", interval=POLL_SECONDS, startup_delay=False, reload=False)


def _watch() -> None:
    """Look for silent runs now and then, and that what repeats itself was not lost with a killed worker."""
    pause = threading.Event()
    while not pause.wait(SILENT_SECONDS / 2):
        try:
            for release in RELEASES:
                release()
            keep_going(look, EVERY_SECONDS)
        except DatabaseError:
            logger.exception("could not look for silent runs")
        finally:
            connection.close()
