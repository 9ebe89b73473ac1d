"""A process of its own for what people upload: little memory, time and files, a bare environment, nothing to steal.

`run_apart` starts `python -I -m MODULE ARGUMENT…`. That process calls `limit_this_process` before it opens the
file, may tell how far it is (`Telling`), and leaves what it found in its folder. It ends when its parent does.
"""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from biosetu.engine.tables import replacing
from biosetu.home import compiled_folder

PROGRESS, ERRORS = "progress", "errors.txt"
OUT_OF_MEMORY = 3
OPEN_FILES = 64
WRITTEN_BYTES = 1_000_000_000
POLL_SECONDS = 0.1
TELL_SECONDS = 0.5
SAID_LAST = 4_000
NOTHING_MORE: Mapping[str, str] = MappingProxyType({})

logger = logging.getLogger(__name__)

Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a file may be, and how much memory [bytes], processor time [s] and files reading it may take."""

    file_bytes: int
    rows: int
    memory_bytes: int
    seconds: int
    open_files: int = OPEN_FILES
    written_bytes: int = WRITTEN_BYTES


def run_apart(
    module: str,
    folder: Path,
    arguments: Sequence[str],
    bounds: Bounds,
    tick: Tick | None = None,
    environment: Mapping[str, str] = NOTHING_MORE,
) -> int:
    """Run a module in a limited process, until it ends or three times its processor time is over.

    `tick` (done, total) is called now and then; what it raises stops the process. Returns its exit code: 0 where it
    ended well, below 0 where a limit ended it; what it found lies in `folder`, what it said last in `errors.txt` there.
    """
    command = [sys.executable, "-I", "-m", module, *arguments]
    quiet = subprocess.DEVNULL
    deadline = time.monotonic() + 3 * bounds.seconds
    (folder / PROGRESS).unlink(missing_ok=True)
    with (
        (folder / ERRORS).open("wb") as errors,
        subprocess.Popen(  # noqa: S603 - our own module, no shell
            command, stdin=quiet, stdout=quiet, stderr=errors, env={**bare_environment(folder), **environment}
        ) as child,
    ):
        try:
            while child.poll() is None and time.monotonic() < deadline:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(POLL_SECONDS)
                if tick is not None:
                    tick(*_told(folder))
        finally:
            child.kill()
    if child.returncode:
        said = (folder / ERRORS).read_bytes()[-SAID_LAST:].decode("utf-8", "replace")
        logger.warning("%s ended with %d and said last: %s", module, child.returncode, said)
    return child.returncode


def _told(folder: Path) -> tuple[int, int]:
    try:
        done, total = (folder / PROGRESS).read_text(encoding="ascii").split()
        return int(done), int(total)
    except (OSError, ValueError):
        return 0, 0


def bare_environment(folder: Path) -> dict[str, str]:
    """Return the environment of such a process: no secrets, one thread, its own home; compiled functions are shared."""
    return {
        "PATH": os.defpath,
        "LC_ALL": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "BIOSETU_HOME": str(folder / "home"),
        "NUMBA_CACHE_DIR": str(compiled_folder()),
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "2",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "NUMBA_NUM_THREADS": "1",
        "GDAL_NUM_THREADS": "1",
        "CPL_TMPDIR": str(folder),
    }


def limit_this_process(bounds: Bounds) -> None:
    """Bound memory, processor time, open files and written bytes of this process, for good."""
    for kind, most in (
        (resource.RLIMIT_AS, bounds.memory_bytes),
        (resource.RLIMIT_CPU, bounds.seconds),
        (resource.RLIMIT_NOFILE, bounds.open_files),
        (resource.RLIMIT_FSIZE, bounds.written_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (limit, limit))


class Telling:
    """Progress written to a file of the folder, not too often; ends the process once its parent is gone."""

    def __init__(self, folder: Path) -> None:
        """Tell into `folder`."""
        self._place = folder / PROGRESS
        self._parent = os.getppid()
        self._last = 0.0

    def __call__(self, done: int, total: int, label: str = "") -> None:
        """Tell how far the work is."""
        if os.getppid() != self._parent:
            os._exit(1)
        if done == total or time.monotonic() - self._last > TELL_SECONDS:
            self._last = time.monotonic()
            with replacing(self._place) as path:
                path.write_text(f"{done} {total}", encoding="ascii")
