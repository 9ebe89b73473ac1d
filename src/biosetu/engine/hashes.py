"""Which files a result was made from: their names with the start of their SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

BLOCK_BYTES = 1 << 20
SHOWN_DIGITS = 16


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file as `sha256sum` gives it, or of all files of a folder, one after another by name."""
    digest = hashlib.sha256()
    for file in sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]:
        with file.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                digest.update(block)
    return digest.hexdigest()


def inputs_said(paths: Iterable[Path | None]) -> str:
    """Return the `inputs` of an Observation: the name of each file or folder and the start of its hash."""
    return "; ".join(f"{path.name} sha256:{content_hash(path)[:SHOWN_DIGITS]}" for path in paths if path is not None)
