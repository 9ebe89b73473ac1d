"""The task that looks, once an hour, at all that time brings: promises, consent, follow-ups, names to be erased,
parts of national reports.

Every message goes out once, however often and by however many workers this runs: each is kept as sent under a unique
key in the transaction that sends it.
"""

from __future__ import annotations

from biosetu.centre.helpdesk import reminding as helpdesk
from biosetu.centre.queue import keep_going, task
from biosetu.centre.reporting.reminding import remind_due
from biosetu.centre.services import reminding as services

EVERY_SECONDS = 3600.0


@task()
def look() -> int:
    """Look once, and see to it that it is looked again; return how many messages went out."""
    try:
        return helpdesk.tick() + services.tick() + remind_due()
    finally:
        keep_going(look, EVERY_SECONDS)
