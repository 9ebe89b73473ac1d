"""Setuland's next 1,000 km², computed from its regions and register as anyone's are; `sources/setuland/data` keeps it.

python -m biosetu.jobs.planning_setuland FOLDER
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from datetime import date
from pathlib import Path

import pyarrow as pa
import shapely

from biosetu.engine.tables import replacing, write_table
from biosetu.engine.vectors import geometries
from biosetu.jobs.planning_folder import open_problem
from biosetu.jobs.planning_party import ABOUT, compute_next
from biosetu.jobs.planning_workbench import begin_within
from biosetu.sources.setuland.areas import CITATION, PARTY

CELL_KM = 15.0
ON = date(2025, 6, 30)
INPUTS = f"{CITATION}; ecosystem regions of Setuland (fictional); squares of {CELL_KM:g} km; 30 % of each region wanted"
METRES = 100.0


def computed() -> dict[str, pa.Table]:
    """Return Setuland's tables, computed now."""
    with tempfile.TemporaryDirectory(prefix="biosetu-setuland-") as name:
        begin_within([PARTY], CELL_KM, "square", Path(name))
        return compute_next(open_problem(Path(name)), inputs=INPUTS, on=ON)


def write(folder: Path) -> None:
    """Write the three files that `sources/setuland/data` keeps."""
    tables = computed()
    about = json.loads((tables["next"].schema.metadata or {})[ABOUT])
    with replacing(folder / "planning_about.json") as temporary:
        temporary.write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    write_table(tables["next"].replace_schema_metadata(None), folder / "planning_next.csv")
    shapes = shapely.to_wkt(shapely.set_precision(geometries(tables["next_map"]), METRES), rounding_precision=0)
    rows = zip(
        *(tables["next_map"].column(name).to_pylist() for name in ("unit", "added", "locked")), shapes, strict=True
    )
    with (
        replacing(folder / "planning_units.csv") as temporary,
        temporary.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["unit", "added", "locked", "shape"])
        writer.writerows([unit, int(added), int(locked), shape] for unit, added, locked, shape in rows)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
