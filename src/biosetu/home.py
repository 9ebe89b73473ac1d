"""Where all state lives: one folder, named by BIOSETU_HOME."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """Return the state folder: $BIOSETU_HOME, else `~/.local/share/biosetu`. It is created when missing."""
    named = os.environ.get("BIOSETU_HOME")
    folder = Path(named).expanduser() if named else Path.home() / ".local" / "share" / "biosetu"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def compiled_folder() -> Path:
    """Return where compiled kernels are cached: `$NUMBA_CACHE_DIR`, else in the state folder."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    return Path(named).expanduser() if named else home() / "numba"
