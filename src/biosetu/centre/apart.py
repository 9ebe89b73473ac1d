"""A process of its own for what people upload: little memory, time and files, a bare environment, nothing to steal.

`run_apart` starts `python -I -m MODULE ARGUMENT…`. That process calls `limit_this_process` before it opens the
file, may tell how far it is (`Telling`), and leaves what it found in its folder. It ends when its parent does.
"""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from biosetu.engine.tables import replacing
from biosetu.home import compiled_folder

PROGRESS = "progress"
OUT_OF_MEMORY = 3
OPEN_FILES = 64
WRITTEN_BYTES = 1_000_000_000
POLL_SECONDS = 0.1
TELL_SECONDS = 0.5

Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a table may be, and how much memory [bytes] and processor time [s] reading it may take."""

    file_bytes: int
    rows: int
    memory_bytes: int
    seconds: int


def run_apart(module: str, folder: Path, arguments: Sequence[str], bounds: Bounds, tick: Tick | None = None) -> bool:
    """Run a module in a limited process, until it ends or three times its processor time is over.

    `tick` (done, total) is called now and then; what it raises stops the process. Returns whether the process ended
    well; what it found lies in `folder`.
    """
    command = [sys.executable, "-I", "-m", module, *arguments]
    quiet = subprocess.DEVNULL
    deadline = time.monotonic() + 3 * bounds.seconds
    with subprocess.Popen(  # noqa: S603 - our own module, no shell
        command, stdin=quiet, stdout=quiet, stderr=quiet, env=bare_environment(folder)
    ) as child:
        try:
            while child.poll() is None and time.monotonic() < deadline:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(POLL_SECONDS)
                if tick is not None:
                    tick(*_told(folder))
        finally:
            child.kill()
    return child.returncode == 0


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
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "NUMBA_NUM_THREADS": "1",
    }


def limit_this_process(bounds: Bounds) -> None:
    """Bound memory, processor time, open files and written bytes of this process, for good."""
    for kind, most in (
        (resource.RLIMIT_AS, bounds.memory_bytes),
        (resource.RLIMIT_CPU, bounds.seconds),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, WRITTEN_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


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
        if time.monotonic() - self._last > TELL_SECONDS:
            self._last = time.monotonic()
            with replacing(self._place) as path:
                path.write_text(f"{done} {total}", encoding="ascii")
