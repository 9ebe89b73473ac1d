"""`python -m biosetu.centre work`: one queue worker, which also takes up what killed workers left."""

from __future__ import annotations

import logging
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, call_command
from django.db import DatabaseError, connection

from biosetu.centre.ecosystems.working import release_silent_measurements
from biosetu.centre.evidence.working import SILENT_SECONDS, release_silent
from biosetu.centre.helpdesk.reminding import tick
from biosetu.centre.planning import working as plans
from biosetu.centre.reporting.reminding import remind_due

POLL_SECONDS = 0.5
REMINDING_SECONDS = 3600
logger = logging.getLogger("biosetu.runs")


class Command(BaseCommand):
    """Run the queue worker until asked to stop."""

    help = "Run the queue worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add `--alone`."""
        parser.add_argument("--alone", action="store_true", help="No other worker runs: take up every run at once.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGTERM."""
        release_silent(0 if options["alone"] else SILENT_SECONDS)
        plans.release_silent(0 if options["alone"] else plans.SILENT_SECONDS)
        release_silent_measurements(0 if options["alone"] else SILENT_SECONDS)
        threading.Thread(target=_watch, daemon=True).start()
        threading.Thread(target=_remind, daemon=True).start()
        call_command("db_worker", interval=POLL_SECONDS, startup_delay=False, reload=False)


def _remind() -> None:
    """Look at the promises of all requests and at the parts of reports, once an hour; every message goes out once."""
    pause = threading.Event()
    while True:
        try:
            tick()
            remind_due()
        except DatabaseError:
            logger.exception("could not look at promises and parts of reports that come due")
        finally:
            connection.close()
        pause.wait(REMINDING_SECONDS)


def _watch() -> None:
    """Look for silent runs now and then."""
    pause = threading.Event()
    while not pause.wait(SILENT_SECONDS / 2):
        try:
            release_silent()
            plans.release_silent()
            release_silent_measurements()
        except DatabaseError:
            logger.exception("could not look for silent runs")
        finally:
            connection.close()
