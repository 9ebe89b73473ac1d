"""Which database: PostgreSQL by address, otherwise SQLite in write-ahead mode, safe for web and worker together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url

from biosetu.problems import UsageError

ENGINES = {
    "postgresql": "django.db.backends.postgresql",
    "postgres": "django.db.backends.postgresql",
    "sqlite": "django.db.backends.sqlite3",
}
# synchronous=NORMAL keeps every committed transaction after a killed process, and is safe in write-ahead mode
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-32000",
    "PRAGMA mmap_size=134217728",
)
# the address may hold a password, so it is not repeated
NOT_AN_ADDRESS = "DATABASE_URL is not an address. Write postgresql://user:password@host/name, or leave it empty."
NOT_ANSWERING = "The database that DATABASE_URL names does not answer. Start it, or correct DATABASE_URL."
BUSY_SECONDS = 20
KEEP_SECONDS = 60


def database(url: str, path: Path) -> dict[str, Any]:
    """Return Django's settings for the database at `url`, or for SQLite at `path` when `url` is empty.

    Raises `UsageError` for a `url` that is no address.
    """
    try:
        settings: dict[str, Any] = {**dj_database_url.parse(url or f"sqlite:///{path}")}
    except ValueError as error:
        raise UsageError(NOT_AN_ADDRESS) from error
    settings["CONN_MAX_AGE"] = KEEP_SECONDS
    settings["CONN_HEALTH_CHECKS"] = True
    if settings["ENGINE"] == ENGINES["sqlite"]:
        settings["CONN_MAX_AGE"] = None
        settings["TEST"] = {"NAME": str(path.with_name("test.sqlite3"))}
        settings["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": BUSY_SECONDS,
            "init_command": ";".join(PRAGMAS) + ";",
        }
    return settings


def is_known(url: str) -> bool:
    """Return whether the address is empty or names a database that the tests run on."""
    return not url or url.partition(":")[0] in ENGINES
