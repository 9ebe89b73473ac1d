"""Looking at an uploaded map, and measuring maps, in a process of its own with bounded memory, time and files.

`run_apart` starts `python -I -m biosetu.centre.ecosystems.apart`; that process limits itself before it opens a file,
gets a bare environment, tells how far it is in a file, and leaves its tables in a folder. It ends when its parent does.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from biosetu.centre import environment as env
from biosetu.engine.tables import replacing
from biosetu.jobs.ecosystems_study import MapLook, look_at_map, measure_study
from biosetu.problems import DataError, Problem, Severity, UsageError
from biosetu.translation import N_

ASKED, RESULT, PROGRESS, ERRORS = "asked.json", "result.json", "progress", "errors.txt"
OUT_OF_MEMORY = 3
OPEN_FILES = 4_096
WRITTEN_BYTES = 8_000_000_000
LOOK_SECONDS, LOOK_BYTES = 60, 4_000_000_000
POLL_SECONDS = 0.25
TELL_SECONDS = 0.5

Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much memory [bytes] and processor time [s] the work may take."""

    memory_bytes: int
    seconds: int


def measuring_bounds() -> Bounds:
    """Return the bounds of measuring, from the settings."""
    return Bounds(env.whole_number("BIOSETU_MAP_MEMORY_MB") * 1_000_000, env.whole_number("BIOSETU_MAP_SECONDS"))


def look_apart(path: Path, folder: Path, most_pixels: int, field: str = "") -> MapLook:
    """Look at an uploaded map in a limited process; raise `DataError` for one that cannot be used."""
    asked = {"path": str(path), "most_pixels": most_pixels, "field": field}
    said = run_apart("look", folder, asked, Bounds(LOOK_BYTES, LOOK_SECONDS), lambda _done, _total: None)
    return MapLook(**said["look"])


def measure_apart(
    paths: Sequence[Path], years: Sequence[int], folder: Path, *, field: str, align: bool, most_classes: int, tick: Tick
) -> list[Problem]:
    """Measure maps into `folder` in a limited process; return the warnings. `tick` may raise to stop it."""
    asked = {"paths": [str(path) for path in paths], "years": list(years), "field": field, "align": align}
    said = run_apart("measure", folder, asked | {"most_classes": most_classes}, measuring_bounds(), tick)
    return [_problem(item) for item in said["warnings"]]


def run_apart(action: str, folder: Path, asked: dict[str, Any], bounds: Bounds, tick: Tick) -> dict[str, Any]:
    """Run one action in a process of its own, calling `tick` (done, total) now and then, and return what it said.

    Raises:
        DataError: what the action found wrong, or that it took too much time or memory.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in (RESULT, PROGRESS):
        (folder / name).unlink(missing_ok=True)
    (folder / ASKED).write_text(json.dumps(asked | {"bounds": asdict(bounds)}), encoding="utf-8")
    command = [sys.executable, "-I", "-m", "biosetu.centre.ecosystems.apart", action, str(folder)]
    quiet = subprocess.DEVNULL
    with (
        (folder / ERRORS).open("wb") as errors,
        subprocess.Popen(  # noqa: S603 - our own module, no shell
            command, stdin=quiet, stdout=quiet, stderr=errors, env=_bare(folder)
        ) as child,
    ):
        try:
            _watch(child, folder, bounds, tick)
        finally:
            child.kill()
    return _collected(folder, child.returncode)


def _watch(child: subprocess.Popen[bytes], folder: Path, bounds: Bounds, tick: Tick) -> None:
    deadline = time.monotonic() + 3 * bounds.seconds
    done = total = 0
    while child.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(POLL_SECONDS)
        with contextlib.suppress(OSError, ValueError):
            done, total = map(int, (folder / PROGRESS).read_text(encoding="ascii").split())
        tick(done, total)
        if time.monotonic() > deadline:
            return


def _bare(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("NUMBA_CACHE_DIR",) if name in os.environ}
    return kept | {
        "PATH": os.defpath,
        "LC_ALL": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "BIOSETU_HOME": str(folder / "home"),
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "NUMBA_NUM_THREADS": "1",
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
        "GDAL_NUM_THREADS": "1",
        "GDAL_PAM_ENABLED": "NO",
    }


def _collected(folder: Path, code: int) -> dict[str, Any]:
    if code > 0 and code != OUT_OF_MEMORY:
        errors = (folder / ERRORS).read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"the process for maps ended with {code}: {errors[-2000:]}")
    if code != 0 or not (folder / RESULT).exists():
        message = N_("the map takes too much time or memory")
        raise DataError(Problem(message, N_("Give a coarser or smaller map, or measure it with the command"), "limits"))
    said: dict[str, Any] = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    if said["problems"]:
        raise DataError([_problem(item) for item in said["problems"]])
    return said


def _problem(said: dict[str, Any]) -> Problem:
    return Problem(**{**said, "severity": Severity(said["severity"])})


def _limit_this_process(bounds: Bounds) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, bounds.memory_bytes),
        (resource.RLIMIT_CPU, bounds.seconds),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, WRITTEN_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (limit, limit))


@dataclass
class _Telling:
    """Writes progress to a file, not too often, and ends the process once its parent is gone."""

    place: Path
    parent: int
    last: float = 0.0

    def __call__(self, done: int, total: int, label: str = "") -> None:
        if os.getppid() != self.parent:
            os._exit(1)
        if done == total or time.monotonic() - self.last > TELL_SECONDS:
            self.last = time.monotonic()
            with replacing(self.place) as path:
                path.write_text(f"{done} {total}", encoding="ascii")


def main(action: str, folder: Path) -> None:
    """Do one action within its bounds and leave what it gave, or what is wrong, in `folder`."""
    asked: dict[str, Any] = json.loads((folder / ASKED).read_text(encoding="utf-8"))
    parent = os.getppid()
    _limit_this_process(Bounds(**asked.pop("bounds")))
    said: dict[str, Any] = {"problems": [], "warnings": [], "look": None}
    try:
        if action == "look":
            said["look"] = asdict(look_at_map(Path(asked["path"]), asked["most_pixels"], asked["field"]))
        else:
            asked["paths"] = [Path(path) for path in asked["paths"]]
            warnings = measure_study(**asked, folder=folder, progress=_Telling(folder / PROGRESS, parent))
            said["warnings"] = [problem.as_dict() for problem in warnings]
    except DataError as error:
        said["problems"] = [problem.as_dict() for problem in error.problems]
    except UsageError as error:
        said["problems"] = [Problem(str(error), "", "usage").as_dict()]
    except MemoryError:
        raise SystemExit(OUT_OF_MEMORY) from None
    with replacing(folder / RESULT) as path:
        path.write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
