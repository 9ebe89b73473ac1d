"""Static files with the hash of their content in the address, so that browsers may keep them for good.

Nothing is collected or copied: WhiteNoise serves the files where they lie.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.files.storage import FileSystemStorage

HASH_LENGTH = 12
PICO = "vendor/pico/pico.min.css"
# address below /static/ -> package and file
SHEETS: Mapping[str, tuple[str, str]] = {
    "figures/figures.css": ("biosetu.figures", "figures.css"),
    "reports/report.css": ("biosetu.reports", "report.css"),
}


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


class SheetsOfRooms(BaseFinder):
    """Finds the style sheets that other rooms keep beside their code, and nothing else of theirs."""

    def find(self, path: str, find_all: bool = False) -> Any:
        """Return where a sheet lies."""
        place = SHEETS.get(path)
        found = str(_place(*place)) if place else ""
        return ([found] if found else []) if find_all else found or None

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield the sheets, each with the storage that holds it."""
        for address, (package, name) in SHEETS.items():
            storage = FileSystemStorage(location=str(_place(package, name).parent))
            storage.prefix = address.rpartition("/")[0]  # type: ignore[attr-defined]
            yield name, storage


def _place(package: str, name: str) -> Path:
    return Path(str(files(package) / name))
