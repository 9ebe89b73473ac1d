"""Measuring an uploaded table of occurrences in a process of its own (`centre.apart`).

Measures and generalised points come back; exact localities stay in that process.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from biosetu.centre.apart import OUT_OF_MEMORY, Bounds, Telling, Tick, limit_this_process, run_apart
from biosetu.engine.occurrences import open_source, read_batches
from biosetu.engine.tables import replacing
from biosetu.geo.kinds import Floats
from biosetu.jobs.species_range import RangeRequest, RangeResult, measure_range
from biosetu.problems import DataError, Problem, UsageError
from biosetu.progress import Progress, silent
from biosetu.species.screening import Screening, places_to_degrees, screen
from biosetu.translation import N_

MODULE = "biosetu.centre.assessor.reader"
RESULT = "result.json"
SUFFIXES = (".csv", ".tsv")
GRID_DEGREES = 0.1
DECIMALS = 2
MOST_POINTS = 2_000
NAMES_TOLD = 5


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


def measure_apart(path: Path, taxon: str, folder: Path, bounds: Bounds, tick: Tick | None = None) -> Measured:
    """Measure the records of a taxon in a limited process that works in `folder`.

    `tick` (done, total) is called now and then; what it raises stops the process. Raises `DataError` where the table
    does not let itself be measured.
    """
    asked = json.dumps({"path": str(path), "taxon": taxon, "bounds": asdict(bounds)})
    (folder / RESULT).unlink(missing_ok=True)
    if run_apart(MODULE, folder, [str(folder), asked], bounds, tick) != 0 or not (folder / RESULT).exists():
        message = N_("the file takes too much time or memory to read")
        raise DataError(Problem(message, N_("Split it, or run `biosetu species range` on it"), "limits"))
    said = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    if said["problems"]:
        raise DataError([Problem.from_dict(item) for item in said["problems"]])
    points = [(lon, lat) for lon, lat in said["measured"].pop("points")]
    return Measured(**said["measured"], points=points)


def measure_here(path: Path, taxon: str, progress: Progress = silent) -> Measured:
    """Measure the records of a taxon in this process, as `biosetu species range` does."""
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(Problem(N_("this type of file is not read"), N_("Use CSV or TSV"), "format"))
    try:
        found = measure_range(RangeRequest(str(path)), progress=progress)
    except UsageError as error:
        raise DataError(Problem(str(error), N_("See the columns below"), "columns")) from error
    names = found.table.column("taxon").to_pylist()
    at = _position(names, taxon)
    return _measured(found, at, generalised(path, names[at]))


def _position(names: list[str], taxon: str) -> int:
    wanted = " ".join(taxon.casefold().split())
    plain = [" ".join(name.casefold().split()) for name in names]
    exact = [at for at, name in enumerate(plain) if name == wanted]
    fitting = exact or [at for at, name in enumerate(plain) if name.startswith(wanted + " ")]
    if len(fitting) != 1:
        message = N_("the table does not name this taxon") if not fitting else N_("several names begin like this taxon")
        told = ", ".join((names if not fitting else [names[at] for at in fitting])[:NAMES_TOLD])
        raise DataError(Problem(message, N_("Write the name as in the assessment"), "taxon", value=told))
    return fitting[0]


def _measured(found: RangeResult, at: int, points: list[tuple[float, float]]) -> Measured:
    row: dict[str, Any] = found.table.slice(at, 1).to_pylist()[0]
    left_out = {name.removeprefix("left_out_"): n for name, n in row.items() if name.startswith("left_out_") and n}
    if not row["points"]:
        message, told = N_("no record of this taxon can be used"), ", ".join(f"{k}: {n}" for k, n in left_out.items())
        raise DataError(Problem(message, N_("Check the coordinates"), "empty", value=told))
    return Measured(
        records=row["records"],
        places=row["points"],
        eoo_km2=row["eoo_km2"],
        aoo_km2=row["aoo_km2"],
        flags=row["flags"] or "",
        definitions=f"{row['eoo_def']}, {row['aoo_def']}",
        left_out=left_out,
        points=points,
    )


def generalised(path: Path, name: str) -> list[tuple[float, float]]:
    """Return the centres of the grid cells (0.1°) with records of a taxon, at most 2,000, coarser where more."""
    cells = np.empty((0, 2))
    for batch in read_batches(open_source(str(path))):
        taxon = batch.column("taxon")
        wanted = np.array([*(text == name for text in taxon.dictionary.to_pylist()), False], dtype=np.bool_)
        mine = wanted[np.asarray(taxon.indices.fill_null(len(wanted) - 1))]
        found, places = screen(batch, Screening())
        lon, lat = places_to_degrees(places[mine & (found == 0)])
        cells = np.unique(np.vstack((cells, np.floor(np.column_stack((lon, lat)) / GRID_DEGREES + 1e-9))), axis=0)
    return _at_most(MOST_POINTS, cells)


def _at_most(most: int, cells: Floats) -> list[tuple[float, float]]:
    times = 1
    while len(coarse := np.unique(np.floor(cells / times), axis=0)) > most:
        times *= 2
    middles = (coarse + 0.5) * times * GRID_DEGREES
    return [(round(lon, DECIMALS), round(lat, DECIMALS)) for lon, lat in middles.tolist()]


def main(folder: Path, asked: dict[str, Any]) -> None:
    """Measure within the bounds and leave what was found, or what is wrong, in `folder`."""
    limit_this_process(Bounds(**asked["bounds"]))
    said: dict[str, Any] = {"problems": [], "measured": None}
    try:
        said["measured"] = asdict(measure_here(Path(asked["path"]), asked["taxon"], Telling(folder)))
    except DataError as error:
        kept = ("message", "remedy", "code", "row", "column", "value")
        said["problems"] = [problem.as_dict(*kept) for problem in error.problems]
    except MemoryError:
        raise SystemExit(OUT_OF_MEMORY) from None
    with replacing(folder / RESULT) as path:
        path.write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
