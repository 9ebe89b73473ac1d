"""Settings come from the environment, through a few typed functions, each name declared once in `VARIABLES`."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from biosetu.engine.tables import replacing
from biosetu.home import home

LOCAL, PRODUCTION = "local", "production"
TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: its default as written there, and what it does."""

    name: str
    default: str
    purpose: str


_DECLARED = (
    Variable("BIOSETU_HOME", "~/.local/share/biosetu", "The folder that holds all state."),
    Variable("BIOSETU_MODE", LOCAL, "`local` for one machine, `production` behind a web server with TLS."),
    Variable("SECRET_KEY", "", "Signs sessions. Made and kept in BIOSETU_HOME when local; required in production."),
    Variable("DATABASE_URL", "", "`postgresql://user:password@host/name`; empty: SQLite in BIOSETU_HOME."),
    Variable("BIOSETU_HOSTS", "", "Host names this centre answers to, separated by spaces; required in production."),
    Variable("BIOSETU_PROXY", "no", "`yes` where a web server in front sets X-Forwarded-Proto."),
    Variable("BIOSETU_CENTRES", "iucn-asia iucn-west-asia", "Support centres that this instance works for."),
    Variable("BIOSETU_DEMO", "no", "`yes` shows the demonstration people at sign-in; refused in production."),
    Variable("BIOSETU_LOG", "text", "Log lines as `text` or `json`."),
    Variable("BIOSETU_UPLOAD_MB", "10", "Largest table that may be uploaded, in MB."),
    Variable("BIOSETU_UPLOAD_ROWS", "50000", "Most rows in an uploaded table."),
    Variable("BIOSETU_PARSE_SECONDS", "30", "Processor time for reading one uploaded table, in seconds."),
    Variable("BIOSETU_PARSE_MB", "2048", "Memory for reading one uploaded table, in MB."),
    Variable("BIOSETU_OCCURRENCES_MB", "100", "Largest table of occurrences that may be uploaded, in MB."),
    Variable("BIOSETU_OCCURRENCES_SECONDS", "600", "Processor time for measuring a table of occurrences, in seconds."),
    Variable("BIOSETU_MAP_MB", "300", "Largest map of ecosystems that may be uploaded, in MB."),
    Variable("BIOSETU_MAP_PIXELS", "2000000000", "Most pixels in an uploaded map."),
    Variable("BIOSETU_MAP_CLASSES", "300", "Most classes in the maps of a study; each is mapped by a person."),
    Variable("BIOSETU_MAP_SECONDS", "7200", "Processor time for measuring the maps of a study, in seconds."),
    Variable("BIOSETU_MAP_MEMORY_MB", "6000", "Memory for measuring the maps of a study, in MB."),
    Variable("BIOSETU_API_PER_MINUTE", "120", "Requests to the API per minute and address."),
    Variable("BIOSETU_PASSWORD_FAST", "no", "`yes` weakens password hashing; for tests alone, refused in production."),
)
VARIABLES: Mapping[str, Variable] = MappingProxyType({variable.name: variable for variable in _DECLARED})


def text(name: str) -> str:
    """Return the variable, or its default, without surrounding blanks."""
    return os.environ.get(name, VARIABLES[name].default).strip()


def words(name: str) -> tuple[str, ...]:
    """Return the parts of the variable between blanks or commas."""
    return tuple(text(name).replace(",", " ").split())


def flag(name: str) -> bool:
    """Return whether the variable says yes; raise `ValueError` where it says neither yes nor no."""
    value = text(name).lower()
    if value not in TRUE | FALSE:
        raise ValueError(f"{name} is {value!r}: write yes or no")
    return value in TRUE


def whole_number(name: str) -> int:
    """Return the variable as a positive whole number; raise `ValueError` otherwise."""
    value = text(name)
    if not value.isdecimal() or int(value) == 0:
        raise ValueError(f"{name} is {value!r}: write a whole number above 0")
    return int(value)


def secret_key() -> str:
    """Return the signing key: the variable, else (local only) one made once and kept, readable by the owner alone."""
    named = text("SECRET_KEY")
    if named or text("BIOSETU_MODE") == PRODUCTION:
        return named
    return _kept_key(home() / "secret_key")


def _kept_key(path: Path) -> str:
    if not path.exists():
        with replacing(path) as temporary:
            temporary.write_text(secrets.token_urlsafe(48), encoding="ascii")
        path.chmod(0o600)
    return path.read_text(encoding="ascii").strip()


def database_path() -> Path:
    """Return where the SQLite database of this home lies."""
    return home() / "centre.sqlite3"
