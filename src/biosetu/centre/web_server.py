"""What gunicorn does in each web process once it runs: read the tables and the store before somebody asks.

The first dossier page needs seconds for imports and boundaries; they pass in the background while pages are served.
"""

from __future__ import annotations

import logging
import threading

WARMED = 2  # one large Party and one small: their maps are drawn from different boundary files
logger = logging.getLogger("biosetu.request")


def post_worker_init(worker: object) -> None:
    """Warm up in the background (gunicorn calls this by its name)."""
    threading.Thread(target=warm, daemon=True, name="warm-up").start()


def warm() -> None:
    """Read what is held on every Party, and write two dossiers, so that what they share is in memory."""
    from django.db import DatabaseError, connection

    from biosetu.centre.pages import reading

    try:
        held = reading.all_evidence()
        for party in list(held)[:WARMED]:
            reading.body(party.iso3, "en")
    except DatabaseError:
        logger.exception("warming up failed; pages read for themselves")
    finally:
        connection.close()
