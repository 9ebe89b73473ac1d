"""Static files with the hash of their content in the address, so that browsers may keep them for good.

Nothing is collected or copied: WhiteNoise serves the files where they lie.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage

HASH_LENGTH = 12
PICO = "vendor/pico/pico.min.css"


class VersionedStaticFiles(StaticFilesStorage):
    """Addresses end in `?v=` and a hash of the content."""

    def url(self, name: str | None) -> str:
        address = super().url(name)
        version = content_hash(name or "")
        return f"{address}?v={version}" if version else address


@cache
def content_hash(name: str) -> str:
    """Return a short hash of a static file, empty where there is none."""
    found = finders.find(name)
    if not isinstance(found, str):
        return ""
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:HASH_LENGTH]


def is_there(name: str) -> bool:
    """Return whether a static file was fetched (the vendored ones come by `scripts/frontend.py`)."""
    return bool(content_hash(name))
