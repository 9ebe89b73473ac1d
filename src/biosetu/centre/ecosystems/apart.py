"""Looking at an uploaded map, and measuring maps, in a process of its own with bounded memory, time and files.

The process (`centre.apart`) limits itself before it opens a file, tells how far it is, and leaves its tables.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

from biosetu.centre import environment as env
from biosetu.centre.apart import ERRORS, OUT_OF_MEMORY, Bounds, Telling, Tick, limit_this_process, run_apart
from biosetu.centre.evidence.reader import refuse_active_content
from biosetu.engine.tables import replacing
from biosetu.jobs.ecosystems_severity import severity_study
from biosetu.jobs.ecosystems_study import MapLook, look_at_map, measure_study
from biosetu.problems import DataError, Problem, UsageError
from biosetu.translation import N_

MODULE = "biosetu.centre.ecosystems.apart"
ASKED, RESULT = "asked.json", "result.json"
OPEN_FILES = 4_096
WRITTEN_BYTES = 8_000_000_000
LOOK_SECONDS, LOOK_BYTES = 60, 4_000_000_000
# a map brings no neighbours: nothing beside it is looked for, nothing is written beside it
GDAL: Mapping[str, str] = MappingProxyType({"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO"})


def measuring_bounds() -> Bounds:
    """Return the bounds of measuring, from the settings."""
    memory = env.whole_number("BIOSETU_MAP_MEMORY_MB") * 1_000_000
    return bounds_of(memory, env.whole_number("BIOSETU_MAP_SECONDS"))


def bounds_of(memory_bytes: int, seconds: int) -> Bounds:
    """Return the bounds of work on maps, whose size is bounded by their pixels instead."""
    return Bounds(0, 0, memory_bytes, seconds, OPEN_FILES, WRITTEN_BYTES)


def look_apart(path: Path, folder: Path, most_pixels: int, field: str = "") -> MapLook:
    """Look at an uploaded map in a limited process; raise `DataError` for one that cannot be used."""
    asked = {"path": str(path), "most_pixels": most_pixels, "field": field}
    said = work_apart("look", folder, asked, bounds_of(LOOK_BYTES, LOOK_SECONDS))
    return MapLook(**said["look"])


def measure_apart(
    paths: Sequence[Path],
    years: Sequence[int],
    folder: Path,
    *,
    field: str,
    align: bool,
    nodata: Sequence[int] = (),
    most_classes: int,
    tick: Tick,
) -> list[Problem]:
    """Measure maps into `folder` in a limited process; return the warnings. `tick` may raise to stop it."""
    asked = {"paths": [str(path) for path in paths], "years": list(years), "field": field, "align": align}
    asked |= {"nodata": list(nodata), "most_classes": most_classes}
    said = work_apart("measure", folder, asked, measuring_bounds(), tick)
    return [Problem.from_dict(item) for item in said["warnings"]]


def severity_apart(paths: Sequence[Path], folder: Path, options: Mapping[str, Any], tick: Tick) -> None:
    """Work out severity and extent into `folder` in a limited process. `tick` may raise to stop it."""
    asked = {"paths": [str(path) for path in paths], "options": dict(options)}
    work_apart("severity", folder, asked, measuring_bounds(), tick)


def work_apart(
    action: str, folder: Path, asked: dict[str, Any], bounds: Bounds, tick: Tick | None = None
) -> dict[str, Any]:
    """Do one action in a process of its own, calling `tick` (done, total) now and then, and return what it said.

    Raises:
        DataError: what the action found wrong, or that it took too much time or memory.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RESULT).unlink(missing_ok=True)
    (folder / ASKED).write_text(json.dumps(asked | {"bounds": asdict(bounds)}), encoding="utf-8")
    code = run_apart(MODULE, folder, [action, str(folder)], bounds, tick, GDAL)
    return _collected(folder, code)


def _collected(folder: Path, code: int) -> dict[str, Any]:
    if code > 0 and code != OUT_OF_MEMORY:
        errors = (folder / ERRORS).read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"the process for maps ended with {code}: {errors[-2000:]}")
    if code != 0 or not (folder / RESULT).exists():
        message = N_("the map takes too much time or memory")
        raise DataError(Problem(message, N_("Give a coarser or smaller map, or measure it with the command"), "limits"))
    said: dict[str, Any] = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    if said["problems"]:
        raise DataError([Problem.from_dict(item) for item in said["problems"]])
    return said


def main(action: str, folder: Path) -> None:
    """Do one action within its bounds and leave what it gave, or what is wrong, in `folder`."""
    asked: dict[str, Any] = json.loads((folder / ASKED).read_text(encoding="utf-8"))
    tell = Telling(folder)
    limit_this_process(Bounds(**asked.pop("bounds")))
    said: dict[str, Any] = {"problems": [], "warnings": [], "look": None}
    try:
        if action == "look":
            said["look"] = asdict(look_at_map(Path(asked["path"]), asked["most_pixels"], asked["field"]))
        elif action == "severity":
            for path in asked["paths"]:
                refuse_active_content(Path(path))
            severity_study([Path(path) for path in asked["paths"]], folder, asked["options"], tell)
        else:
            asked["paths"] = [Path(path) for path in asked["paths"]]
            warnings = measure_study(**asked, folder=folder, progress=tell)
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
