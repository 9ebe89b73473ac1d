"""The one guard between a name that somebody else wrote and a name in the file system, an archive or a header."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

MOST_BYTES = 180
KEPT = "._- "
UNNAMED = "file"


def file_name(name: str) -> str:
    """Return a plain file name for any text: no folders, no marks that a path, an archive or a header could misread.

    Letters, marks and digits of every script, `.`, `_`, `-` and blanks stay; all else becomes `_`. What is too long
    for a file system loses its beginning, so that the ending stays.
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    plain = "".join(mark if mark in KEPT or unicodedata.category(mark)[0] in "LMN" else "_" for mark in last)
    return _cut(plain).strip(KEPT[0] + KEPT[-1]) or UNNAMED


def _cut(name: str) -> str:
    return name.encode()[-MOST_BYTES:].decode(errors="ignore")
