"""`python -m biosetu.centre adopt`: take in the folder of observations that was there first; twice adds nothing."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand

from biosetu.centre.evidence.store import DatabaseStore
from biosetu.home import home
from biosetu.observations import ObservationFolder, table_hash


class Command(BaseCommand):
    """Take the folder's figures into the database."""

    help = "Take figures kept in BIOSETU_HOME/observations into the database."

    def handle(self, *args: Any, **options: Any) -> None:
        """Append what the folder holds, as one batch named by its content, and keep out what is withdrawn there."""
        folder = ObservationFolder(home() / "observations")
        table = folder.select()
        if table.num_rows:
            name = f"folder-{table_hash(table)[:16]}"
            DatabaseStore().append(table, batch=name, note="from the folder of observations")
        gone = folder.withdrawn()
        for position, reason in enumerate(gone.column("reason").to_pylist()):
            DatabaseStore().withdraw(gone.slice(position, 1), reason=reason)
