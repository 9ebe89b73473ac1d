"""Measuring an uploaded table of occurrences in a process of its own, with little memory, little time.

`measure_apart` starts `python -I -m biosetu.centre.assessor.reader`; that process limits itself before it opens the
file, gets a bare environment, and hands back measures and generalised points. Exact localities stay in it.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from biosetu.engine.cells import Limits, read_cells
from biosetu.engine.tables import write_table
from biosetu.jobs.species_range import RangeRequest, RangeResult, measure_range
from biosetu.problems import DataError, Problem, UsageError
from biosetu.species.ranges import RangeOptions
from biosetu.translation import N_

RESULT = "result.json"
SUFFIXES = (".csv", ".tsv")
GRID_DEGREES = 0.1
DECIMALS = 2
MOST_POINTS = 2_000
NAMES_TOLD = 5
OPEN_FILES = 64
WRITTEN_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Measuring:
    """How large a table may be, and how much memory [bytes] and time measuring it may take."""

    file_bytes: int
    rows: int
    memory_bytes: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What a table gave for one taxon; `points` are centres of grid cells, as (longitude, latitude) in degrees."""

    records: int
    places: int
    eoo_km2: float | None
    aoo_km2: float | None
    flags: str
    definitions: str
    left_out: dict[str, int]
    points: list[tuple[float, float]]


def measure_apart(path: Path, taxon: str, bounds: Measuring) -> Measured:
    """Measure the records of a taxon in a limited process; raise `DataError` where the table does not let it."""
    with tempfile.TemporaryDirectory(prefix="biosetu-measuring-") as name:
        folder = Path(name)
        asked = json.dumps({"taxon": taxon, "bounds": asdict(bounds)})
        command = [sys.executable, "-I", "-m", "biosetu.centre.assessor.reader", str(path), str(folder), asked]
        try:
            done = subprocess.run(  # noqa: S603 - our own module, no shell
                command, check=False, capture_output=True, env=_bare_environment(folder), timeout=2 * bounds.seconds
            )
        except subprocess.TimeoutExpired as error:
            raise DataError(_too_much(path)) from error
        return _collected(folder, path, done.returncode)


def _bare_environment(folder: Path) -> dict[str, str]:
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
    }


def _collected(folder: Path, path: Path, code: int) -> Measured:
    if code != 0 or not (folder / RESULT).exists():
        raise DataError(_too_much(path))
    said = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    if said["problems"]:
        raise DataError([Problem(**item) for item in said["problems"]])
    points = [(lon, lat) for lon, lat in said["measured"].pop("points")]
    return Measured(**said["measured"], points=points)


def _too_much(path: Path) -> Problem:
    message = N_("the file takes too much time or memory to read")
    return Problem(message, N_("Split it, or run `biosetu species range` on it"), "limits", path.name)


def measure_here(path: Path, taxon: str, bounds: Measuring) -> Measured:
    """Measure the records of a taxon in this process.

    The cells are read within limits and written anew as plain CSV first, so that only clean text is measured.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(Problem(N_("this type of file is not read"), N_("Use CSV or TSV"), "format", path.name))
    cells = read_cells(path, limits=Limits(file_bytes=bounds.file_bytes, rows=bounds.rows))
    with tempfile.TemporaryDirectory(prefix="biosetu-occurrences-") as folder:
        clean = Path(folder) / f"{path.stem}.csv"
        write_table(cells, clean)
        request = RangeRequest(str(clean), options=RangeOptions(cells=True))
        try:
            found = measure_range(request)
        except UsageError as error:
            raise DataError(Problem(str(error), N_("See the columns below"), "columns", path.name)) from error
    return _measured(found, _position(found, taxon, path.name))


def _position(found: RangeResult, taxon: str, file: str) -> int:
    names = found.table.column("taxon").to_pylist()
    wanted = " ".join(taxon.casefold().split())
    plain = [" ".join(name.casefold().split()) for name in names]
    exact = [at for at, name in enumerate(plain) if name == wanted]
    fitting = exact or [at for at, name in enumerate(plain) if name.startswith(wanted + " ")]
    if len(fitting) != 1:
        message = N_("the table does not name this taxon") if not fitting else N_("several names begin like this taxon")
        told = ", ".join((names if not fitting else [names[at] for at in fitting])[:NAMES_TOLD])
        raise DataError(Problem(message, N_("Write the name as in the assessment"), "taxon", file, value=told))
    return fitting[0]


def _measured(found: RangeResult, at: int) -> Measured:
    row: dict[str, Any] = found.table.slice(at, 1).to_pylist()[0]
    if not row["points"]:
        message = N_("no record of this taxon can be used")
        raise DataError(Problem(message, N_("Check the coordinates"), "empty", value=_told(_left_out(row))))
    return Measured(
        records=row["records"],
        places=row["points"],
        eoo_km2=row["eoo_km2"],
        aoo_km2=row["aoo_km2"],
        flags=row["flags"] or "",
        definitions=f"{row['eoo_def']}, {row['aoo_def']}",
        left_out=_left_out(row),
        points=generalised(row["cells"]),
    )


def _left_out(row: dict[str, Any]) -> dict[str, int]:
    found = {name.removeprefix("left_out_"): n for name, n in row.items() if name.startswith("left_out_")}
    return {name: n for name, n in found.items() if n}


def _told(left_out: dict[str, int]) -> str:
    return ", ".join(f"{name}: {n}" for name, n in left_out.items())


def generalised(cells: list[bytes]) -> list[tuple[float, float]]:
    """Return the centres of the grid cells (0.1°) that hold occupied cells, at most 2,000, coarser where more."""
    middles = shapely.get_coordinates(shapely.centroid(shapely.from_wkb(cells)))
    step = GRID_DEGREES
    while True:
        snapped = np.unique((np.floor(middles / step) + 0.5) * step, axis=0)
        if len(snapped) <= MOST_POINTS:
            return [(round(lon, DECIMALS), round(lat, DECIMALS)) for lon, lat in snapped.tolist()]
        step *= 2


def _limit_this_process(bounds: Measuring) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, bounds.memory_bytes),
        (resource.RLIMIT_CPU, bounds.seconds),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, WRITTEN_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def main(path: Path, folder: Path, asked: dict[str, Any]) -> None:
    """Measure within the bounds and leave what was found, or what is wrong, in `folder`."""
    bounds = Measuring(**asked["bounds"])
    _limit_this_process(bounds)
    said: dict[str, Any] = {"problems": [], "measured": None}
    try:
        said["measured"] = asdict(measure_here(path, asked["taxon"], bounds))
    except DataError as error:
        kept = ("message", "remedy", "code", "file", "row", "column", "value")
        said["problems"] = [{name: getattr(problem, name) for name in kept} for problem in error.problems]
    (folder / RESULT).write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))
